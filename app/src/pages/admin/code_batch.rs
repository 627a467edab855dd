//! One batch of redemption codes: each by its ending, and the end of all of them.

use super::codes::{CodeBadge, api_of, last_day, name_of, used_of};
use crate::{
    components::{
        detail::{Back, Fact},
        export::Export,
        form::{Problems, StrayProblems, reply_to},
        frame::{Frame, Section},
        outcome::{StrangerPage, answered},
        table::{Moment, Scroll},
    },
    i18n::{grouped, use_texts},
    pages::{id_of_address, query_string, viewer_and},
    ports::CodeBatches,
    view::{CodeBatchRow, CodeBatchView, CodeRow, CodeState},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use std::sync::Arc;

/// The name of the form that ends the whole batch.
const REVOKE: &str = "revoke-batch";

#[component]
pub fn CodeBatchPage() -> impl IntoView {
    let texts = use_texts();
    let Some((viewer, port)) = viewer_and::<Arc<dyn CodeBatches>>() else {
        return view! { <StrangerPage /> }.into_any();
    };
    let id = id_of_address();
    let after = use_query_map().get_untracked().get("after");
    let batch = answered(
        async move { port.code_batch(&viewer, &id, after).await },
        |batch| view! { <Detail view=batch /> },
    );
    view! {
        <Frame section=Section::AdminCodes title=texts.text("batch-one-title")>
            <Back href="/admin/codes" text=texts.text("batch-all") />
            {batch}
        </Frame>
    }
    .into_any()
}

#[component]
fn Detail(view: CodeBatchView) -> impl IntoView {
    let texts = use_texts();
    let CodeBatchView {
        batch,
        codes,
        after,
        next_after,
    } = view;
    let path = format!("/admin/codes/{}", batch.id);
    let pages = (after.is_some() || next_after.is_some()).then(|| {
        let (first, next) = (after.is_some().then(|| path.clone()), next_after);
        view! { <Pages path=path.clone() first next /> }
    });
    let open = batch.state == CodeState::Open;
    // Where its form is gone, what it said stands by itself.
    let known = open.then(|| REVOKE.to_owned()).into_iter().collect();
    view! {
        <StrayProblems known />
        <Facts batch=batch.clone() />
        <section aria-labelledby="codes">
            <div class="section-head">
                <h2 id="codes">{texts.text("batch-heading")}</h2>
                <Export to=format!("{path}/export") what=texts.text("batch-heading") />
            </div>
            <Table codes uses=batch.uses path=path.clone() after />
            {pages}
        </section>
        {open.then(|| view! { <Revoke path /> })}
    }
}

#[component]
fn Pages(path: String, first: Option<String>, next: Option<String>) -> impl IntoView {
    let texts = use_texts();
    let next = next.map(|after| format!("{path}{}", query_string(&[("after", &after)])));
    let link = |href: Option<String>, text: &str| {
        href.map(|href| {
            view! {
                <a class="button" href=href>
                    {texts.text(text)}
                </a>
            }
        })
    };
    view! {
        <nav class="pages" aria-label=texts.text("pages")>
            {link(first, "batch-first")} {link(next, "batch-next")}
        </nav>
    }
}

#[component]
fn Facts(batch: CodeBatchRow) -> impl IntoView {
    let texts = use_texts();
    let redeemed = used_of(texts, batch.redeemed, batch.redeemable);
    view! {
        <section class="facts" aria-label=texts.text("batch-one-title")>
            <p class="facts-name">
                <bdi>{name_of(texts, &batch)}</bdi>
                <CodeBadge state=batch.state />
            </p>
            <dl>
                <Fact label=texts.text("batch-redeemed")>
                    <span class="number">{redeemed}</span>
                </Fact>
                <Fact label=texts.text("batch-number")>
                    <span class="number">{grouped(batch.count)}</span>
                </Fact>
                <Fact label=texts.text("more-api")>{api_of(texts, batch.api_title)}</Fact>
                <Fact label=texts.text("batch-calls")>
                    <span class="number">{grouped(batch.calls)}</span>
                </Fact>
                <Fact label=texts.text("batch-uses")>
                    <span class="number">{grouped(batch.uses)}</span>
                </Fact>
                <Fact label=texts.text("batch-last-day")>{last_day(texts, batch.last_day)}</Fact>
                <Fact label=texts.text("batch-created")>
                    <Moment at=batch.created_at />
                    {batch.created_by.map(|by| view! { <span class="row-note">{by}</span> })}
                </Fact>
                <Fact label=texts.text("key-id")>
                    <code>{batch.id}</code>
                </Fact>
            </dl>
        </section>
    }
    .into_any()
}

#[component]
fn Table(codes: Vec<CodeRow>, uses: i64, path: String, after: Option<String>) -> impl IntoView {
    let texts = use_texts();
    view! {
        <Scroll label=texts.text("batch-heading")>
            <table class="stack" data-table="codes">
                <thead>
                    <tr>
                        <th scope="col">{texts.text("batch-code")}</th>
                        <th scope="col">{texts.text("batch-state")}</th>
                        <th scope="col" class="number">
                            {texts.text("batch-redeemed")}
                        </th>
                        <th scope="col">
                            <span class="unseen">{texts.text("grant-actions")}</span>
                        </th>
                    </tr>
                </thead>
                <tbody>
                    {codes
                        .into_iter()
                        .map(|code| {
                            view! { <Row code uses path=path.clone() after=after.clone() /> }
                        })
                        .collect_view()}
                </tbody>
            </table>
        </Scroll>
    }
    .into_any()
}

#[component]
fn Row(code: CodeRow, uses: i64, path: String, after: Option<String>) -> impl IntoView {
    let texts = use_texts();
    let what = texts.with("batch-revoke-what", [("hint", (&code.hint).into())]);
    let revoke = (code.state == CodeState::Open).then(|| {
        view! {
            <form method="post" action=format!("{path}/codes/{}/revoke", code.id)>
                {after.map(|after| view! { <input type="hidden" name="after" value=after /> })}
                <button type="submit" class="button button-quiet button-small" aria-label=what>
                    {texts.text("grant-revoke")}
                </button>
            </form>
        }
    });
    view! {
        <tr>
            <th scope="row">
                <code>"…"{code.hint}</code>
            </th>
            <td data-label=texts.text("batch-state")>
                <CodeBadge state=code.state />
            </td>
            <td class="number" data-label=texts.text("batch-redeemed")>
                {used_of(texts, code.used, uses)}
            </td>
            <td class="row-actions">{revoke}</td>
        </tr>
    }
}

/// Asks once more, without scripts: the button stands behind a summary.
#[component]
fn Revoke(path: String) -> impl IntoView {
    let texts = use_texts();
    let reply = reply_to(REVOKE);
    let open = !reply.problems.is_empty();
    view! {
        <section class="card" aria-labelledby="revoke-batch">
            <h2 id="revoke-batch">{texts.text("batch-revoke-batch")}</h2>
            <p class="card-text">{texts.text("batch-revoke-batch-text")}</p>
            <details class="danger" open=open>
                <summary class="button button-bad">{texts.text("batch-revoke-open")}</summary>
                <form method="post" action=format!("{path}/revoke") class="danger-panel form">
                    <Problems reply />
                    <p>{texts.text("batch-revoke-sure")}</p>
                    <button type="submit" class="button button-bad">
                        {texts.text("batch-revoke-now")}
                    </button>
                </form>
            </details>
        </section>
    }
    .into_any()
}
