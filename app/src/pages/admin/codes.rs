//! Redemption codes: made in batches, shown once, and what became of them.

use crate::{
    components::{
        banner::Empty,
        export::Export,
        form::{Choice, Field, FieldKind, Once, Problems, StrayProblems, reply_to},
        frame::{Frame, Section},
        outcome::{StrangerPage, answered},
        table::{Badge, Day, Scroll},
    },
    i18n::{Texts, date, grouped, use_texts},
    islands::CopyButton,
    pages::{query_string, viewer_and},
    ports::CodeBatches,
    view::{ANY_API, ApiChoice, CodeBatchList, CodeBatchRow, CodeState, MadeCodes},
};
use chrono::NaiveDate;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use std::sync::Arc;

/// The form's name.
const FORM: &str = "create-codes";

#[component]
pub fn CodesPage() -> impl IntoView {
    let texts = use_texts();
    let Some((viewer, port)) = viewer_and::<Arc<dyn CodeBatches>>() else {
        return view! { <StrangerPage /> }.into_any();
    };
    let before = use_query_map().get_untracked().get("before");
    let list = answered(
        async move { port.code_batches(&viewer, before).await },
        |list| view! { <Codes list /> },
    );
    view! {
        <Frame
            section=Section::AdminCodes
            title=texts.text("batch-title")
            lead=texts.text("batch-lead")
        >
            {list}
        </Frame>
    }
    .into_any()
}

#[component]
fn Codes(list: CodeBatchList) -> impl IntoView {
    let texts = use_texts();
    let made = reply_to(FORM).codes;
    let pages = !list.first || list.next_before.is_some();
    view! {
        <StrayProblems known=vec![FORM.to_owned()] />
        {made.map(|made| view! { <Made made /> })}
        <section class="card" aria-labelledby="make-codes">
            <h2 id="make-codes">{texts.text("batch-make")}</h2>
            <MakeForm apis=list.apis />
        </section>
        <section aria-labelledby="batches">
            <div class="section-head">
                <h2 id="batches">{texts.text("batch-batches")}</h2>
                {(!list.batches.is_empty())
                    .then(|| {
                        view! {
                            <Export to="/admin/codes/export" what=texts.text("batch-batches") />
                        }
                    })}
            </div>
            {if list.batches.is_empty() && !list.first {
                view! {
                    <Empty
                        title=texts.text("batch-no-older-title")
                        text=texts.text("batch-no-older-text")
                    />
                }
                    .into_any()
            } else if list.batches.is_empty() {
                view! {
                    <Empty
                        title=texts.text("batch-none-title")
                        text=texts.text("batch-none-text")
                    />
                }
                    .into_any()
            } else {
                view! { <Batches batches=list.batches /> }.into_any()
            }}
            {pages
                .then(|| view! { <Pages first=list.first next_before=list.next_before /> })}
        </section>
    }
}

#[component]
fn Pages(first: bool, next_before: Option<String>) -> impl IntoView {
    let texts = use_texts();
    let older = next_before.map(|before| {
        let query = query_string(&[("before", &before)]);
        view! {
            <a class="button" href=format!("/admin/codes{query}")>
                {texts.text("batch-older")}
            </a>
        }
    });
    let newest = (!first).then(|| {
        view! {
            <a class="button" href="/admin/codes">
                {texts.text("batch-newest")}
            </a>
        }
    });
    view! {
        <nav class="pages" aria-label=texts.text("pages")>
            {newest} {older}
        </nav>
    }
}

#[component]
fn MakeForm(apis: Vec<ApiChoice>) -> impl IntoView {
    let texts = use_texts();
    let reply = reply_to(FORM);
    let any = (ANY_API.to_owned(), texts.text("batch-api-any"));
    let apis = apis.into_iter().map(|api| (api.api, api.title));
    let options = std::iter::once(any).chain(apis).collect();
    let number = |name: &'static str, label: &str, hint: &str, initial: &str| {
        view! {
            <Field
                form=FORM
                name=name
                label=texts.text(label)
                hint=texts.text(hint)
                kind=FieldKind::Number
                reply=reply.clone()
                initial=initial
                required=true
                autocomplete="off"
            />
        }
    };
    view! {
        <form method="post" action="/admin/codes" class="form codes-form">
            <Once />
            <Problems reply=reply.clone() />
            {number("count", "batch-count", "batch-count-hint", "")}
            <Field
                form=FORM
                name="label"
                label=texts.text("batch-label")
                hint=texts.text("batch-label-hint")
                reply=reply.clone()
                autocomplete="off"
            />
            <Choice
                form=FORM
                name="api"
                label=texts.text("more-api")
                reply=reply.clone()
                options
            />
            {number("calls", "batch-calls", "batch-calls-hint", "")}
            {number("uses", "batch-uses", "batch-uses-hint", "1")}
            <Field
                form=FORM
                name="expires"
                label=texts.text("grant-last-day")
                hint=texts.text("batch-last-day-hint")
                kind=FieldKind::Date
                reply=reply.clone()
            />
            <div class="codes-do">
                <div class="buttons">
                    <button type="submit" class="button button-main">
                        {texts.text("batch-make")}
                    </button>
                    <button type="submit" class="button" formaction="/admin/codes/made.csv">
                        {texts.text("batch-download")}
                    </button>
                </div>
                <p class="hint">{texts.text("batch-once-hint")}</p>
            </div>
        </form>
    }
}

/// All of them, for the only time.
#[component]
fn Made(made: Arc<MadeCodes>) -> impl IntoView {
    let texts = use_texts();
    let count = i64::try_from(made.codes.len()).unwrap_or(i64::MAX);
    let all = made.codes.join("\n");
    view! {
        <section class="card new-key" aria-labelledby="made-codes">
            <h2 id="made-codes">{texts.with("batch-made", [("codes", count.into())])}</h2>
            {made
                .label
                .clone()
                .map(|label| {
                    view! {
                        <p>
                            <bdi>{label}</bdi>
                        </p>
                    }
                })}
            <p>{texts.text("batch-made-text")}</p>
            <pre class="codes-made" tabindex="0" role="region" aria-label=texts.text("batch-made-all")>
                {all.clone()}
            </pre>
            <div class="buttons">
                <CopyButton
                    value=all
                    label=texts.text("copy")
                    about=texts.text("copy-codes")
                    done=texts.text("copied")
                />
                <a class="button button-small" href=format!("/admin/codes/{}", made.batch)>
                    {texts.text("batch-made-batch")}
                </a>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Batches(batches: Vec<CodeBatchRow>) -> impl IntoView {
    let texts = use_texts();
    view! {
        <Scroll label=texts.text("batch-batches")>
            <table class="stack" data-table="code-batches">
                <thead>
                    <tr>
                        <th scope="col">{texts.text("batch-batch")}</th>
                        <th scope="col">{texts.text("more-api")}</th>
                        <th scope="col" class="number">
                            {texts.text("batch-calls")}
                        </th>
                        <th scope="col" class="number">
                            {texts.text("batch-number")}
                        </th>
                        <th scope="col" class="number">
                            {texts.text("batch-redeemed")}
                        </th>
                        <th scope="col">{texts.text("batch-last-day")}</th>
                        <th scope="col">{texts.text("batch-state")}</th>
                        <th scope="col">{texts.text("batch-created")}</th>
                    </tr>
                </thead>
                <tbody>
                    {batches.into_iter().map(|batch| view! { <Row batch /> }).collect_view()}
                </tbody>
            </table>
        </Scroll>
    }
    .into_any()
}

#[component]
fn Row(batch: CodeBatchRow) -> impl IntoView {
    let texts = use_texts();
    let href = format!("/admin/codes/{}", batch.id);
    let redeemed = used_of(texts, batch.redeemed, batch.redeemable);
    view! {
        <tr>
            <th scope="row">
                <a class="row-name" href=href>
                    <bdi>{name_of(texts, &batch)}</bdi>
                </a>
                <code class="row-code">{batch.id.clone()}</code>
            </th>
            <td data-label=texts.text("more-api")>{api_of(texts, batch.api_title)}</td>
            <td class="number" data-label=texts.text("batch-calls")>
                {grouped(batch.calls)}
            </td>
            <td class="number" data-label=texts.text("batch-number")>
                {grouped(batch.count)}
            </td>
            <td class="number" data-label=texts.text("batch-redeemed")>
                {redeemed}
            </td>
            <td data-label=texts.text("batch-last-day")>{last_day(texts, batch.last_day)}</td>
            <td data-label=texts.text("batch-state")>
                <CodeBadge state=batch.state />
            </td>
            <td data-label=texts.text("batch-created")>
                <Day at=batch.created_at />
                {batch.created_by.map(|by| view! { <span class="row-note">{by}</span> })}
            </td>
        </tr>
    }
}

#[component]
pub(super) fn CodeBadge(state: CodeState) -> impl IntoView {
    let texts = use_texts();
    let (tone, text) = match state {
        CodeState::Open => ("good", texts.text("batch-open")),
        CodeState::UsedUp => ("off", texts.text("batch-used-up")),
        CodeState::Expired => ("off", texts.text("batch-expired")),
        CodeState::Revoked => ("bad", texts.text("batch-revoked")),
    };
    view! { <Badge tone text /> }
}

/// What staff call a batch, or a word that they call it nothing.
pub(super) fn name_of(texts: Texts, batch: &CodeBatchRow) -> String {
    let label = batch.label.clone();
    label.unwrap_or_else(|| texts.text("batch-no-label"))
}

pub(super) fn api_of(texts: Texts, title: Option<String>) -> String {
    title.unwrap_or_else(|| texts.text("batch-api-any"))
}

pub(super) fn last_day(texts: Texts, day: Option<NaiveDate>) -> String {
    day.map_or_else(|| texts.text("batch-no-end"), |day| date(texts, day))
}

pub(super) fn used_of(texts: Texts, used: i64, all: i64) -> String {
    let (used, all) = (grouped(used), grouped(all));
    texts.with(
        "batch-used-of",
        [("used", used.into()), ("all", all.into())],
    )
}
