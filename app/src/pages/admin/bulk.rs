//! Grants to many accounts by a file: upload, look, give.

use crate::{
    components::{
        banner::Alert,
        form::reply_to,
        frame::{Frame, Section},
        icons::{Icon, Sign},
        outcome::{StrangerPage, answered},
        table::{Badge, Scroll},
    },
    i18n::{date, grouped, use_texts},
    pages::{id_of_address, query_string, viewer_and},
    ports::BulkGrants,
    view::{BulkRow, BulkView},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use std::sync::Arc;

/// The form's name.
const FORM: &str = "bulk";

#[component]
pub fn BulkPage() -> impl IntoView {
    let texts = use_texts();
    let Some((viewer, port)) = viewer_and::<Arc<dyn BulkGrants>>() else {
        return view! { <StrangerPage /> }.into_any();
    };
    let form = answered(
        async move { port.bulk_form(&viewer).await },
        |apis| view! { <Upload apis /> },
    );
    view! {
        <Frame
            section=Section::AdminBulk
            title=texts.text("bulk-title")
            lead=texts.text("bulk-lead")
        >
            {form}
        </Frame>
    }
    .into_any()
}

#[component]
fn Upload(apis: Vec<String>) -> impl IntoView {
    let texts = use_texts();
    let reply = reply_to(FORM);
    let problems = (!reply.problems.is_empty()).then(|| {
        let lines: Vec<_> = reply
            .problems
            .iter()
            .map(|(_, message)| texts.message(message))
            .collect();
        view! {
            <Alert>
                <p>{texts.text("bulk-problems")}</p>
                <ul class="bulk-problems">
                    {lines.into_iter().map(|line| view! { <li dir="auto">{line}</li> }).collect_view()}
                </ul>
            </Alert>
        }
    });
    let example = format!(
        "account,api,calls,reason\nann@example.com,{},500,Thank you for testing",
        apis.first().map_or("addMessage", String::as_str),
    );
    view! {
        {problems}
        <div class="split">
            <form
                class="card form split-main"
                method="post"
                action="/admin/bulk"
                enctype="multipart/form-data"
            >
                <div class="field">
                    <label for="bulk-file">{texts.text("bulk-file")}</label>
                    <input
                        id="bulk-file"
                        type="file"
                        name="file"
                        accept=".csv,text/csv,text/plain"
                        required=true
                        aria-describedby="bulk-file-hint"
                    />
                    <p class="hint" id="bulk-file-hint">
                        {texts.text("bulk-file-hint")}
                    </p>
                </div>
                <div class="buttons">
                    <button type="submit" class="button button-main">
                        {texts.text("bulk-send")}
                    </button>
                </div>
            </form>
            <section class="card split-side" aria-labelledby="bulk-example-heading">
                <h2 id="bulk-example-heading">{texts.text("bulk-example")}</h2>
                <pre class="bulk-example" tabindex="0">
                    {example}
                </pre>
                <p class="hint">{texts.text("bulk-account-hint")}</p>
            </section>
        </div>
    }
}

#[component]
pub fn BulkCheckPage() -> impl IntoView {
    let texts = use_texts();
    let Some((viewer, port)) = viewer_and::<Arc<dyn BulkGrants>>() else {
        return view! { <StrangerPage /> }.into_any();
    };
    let id = id_of_address();
    // What is no number begins at the beginning.
    let after = use_query_map()
        .get_untracked()
        .get("line")
        .and_then(|line| line.parse().ok())
        .unwrap_or(0);
    let bulk = answered(
        async move { port.bulk(&viewer, &id, after).await },
        |bulk| view! { <Check bulk /> },
    );
    view! {
        <Frame section=Section::AdminBulk title=texts.text("bulk-check-title")>
            {bulk}
        </Frame>
    }
    .into_any()
}

#[component]
fn Check(bulk: BulkView) -> impl IntoView {
    let texts = use_texts();
    let path = format!("/admin/bulk/{}", bulk.id);
    let figure = |text: &str, number: i64| {
        view! {
            <div class="card">
                <dt>{texts.text(text)}</dt>
                <dd class="figure">{grouped(number)}</dd>
            </div>
        }
    };
    let figures = view! {
        <dl class="desk-figures">
            {figure("bulk-lines", bulk.lines)} {figure("bulk-accounts", bulk.accounts)}
            {figure("bulk-calls", bulk.calls)}
        </dl>
    };
    let same = bulk.same_at.filter(|_| bulk.given == 0).map(|at| {
        let day = date(texts, at.date_naive());
        view! {
            <p class="notice notice-wait">
                <Icon sign=Sign::Warning />
                <span>{texts.with("bulk-same", [("day", day.into())])}</span>
            </p>
        }
    });
    view! {
        {figures}
        {same}
        <Confirm bulk=bulk.clone() path=path.clone() />
        <Lines rows=bulk.shown />
        <nav class="pages" aria-label=texts.text("pages")>
            {(!bulk.first)
                .then(|| {
                    view! {
                        <a class="button" href=path.clone()>
                            {texts.text("bulk-first")}
                        </a>
                    }
                })}
            {bulk
                .next_after
                .map(|after| {
                    let query = query_string(&[("line", &after.to_string())]);
                    view! {
                        <a class="button" href=format!("{path}{query}")>
                            {texts.text("bulk-next")}
                        </a>
                    }
                })}
        </nav>
    }
}

#[component]
fn Confirm(bulk: BulkView, path: String) -> impl IntoView {
    let texts = use_texts();
    let left = bulk.lines - bulk.given;
    let another = view! {
        <a class="button" href="/admin/bulk">
            {texts.text("bulk-another")}
        </a>
    };
    if left == 0 {
        let day = bulk.confirmed_at.map(|at| date(texts, at.date_naive()));
        return view! {
            <p>{texts.with("bulk-all-given", [("day", day.unwrap_or_default().into())])}</p>
            <p class="buttons">{another}</p>
        }
        .into_any();
    }
    let begun = bulk.given > 0;
    let text = if begun { "bulk-go-on" } else { "bulk-confirm" };
    view! {
        {begun
            .then(|| {
                let args = [("given", bulk.given.into()), ("lines", bulk.lines.into())];
                view! { <p>{texts.with("bulk-begun", args)}</p> }
            })}
        <form method="post" action=format!("{path}/confirm") class="buttons">
            <button type="submit" class="button button-main">
                {texts.with(text, [("lines", left.into())])}
            </button>
            {another}
        </form>
    }
    .into_any()
}

#[component]
fn Lines(rows: Vec<BulkRow>) -> impl IntoView {
    let texts = use_texts();
    view! {
        <Scroll label=texts.text("bulk-lines")>
            <table class="stack">
                <thead>
                    <tr>
                        <th scope="col">{texts.text("account-account")}</th>
                        <th scope="col" class="number">
                            {texts.text("bulk-line")}
                        </th>
                        <th scope="col">{texts.text("more-api")}</th>
                        <th scope="col" class="number">
                            {texts.text("grant-calls")}
                        </th>
                        <th scope="col" class="number">
                            {texts.text("bulk-now")}
                        </th>
                        <th scope="col" class="number">
                            {texts.text("bulk-after")}
                        </th>
                        <th scope="col">{texts.text("grant-reason")}</th>
                        <th scope="col">{texts.text("bulk-state")}</th>
                    </tr>
                </thead>
                <tbody>
                    {rows.into_iter().map(|row| view! { <Line row /> }).collect_view()}
                </tbody>
            </table>
        </Scroll>
    }
}

#[component]
fn Line(row: BulkRow) -> impl IntoView {
    let texts = use_texts();
    let then = (!row.given).then(|| grouped(row.remaining.saturating_add(row.calls)));
    let state = if row.given {
        view! { <Badge tone="good" text=texts.text("bulk-given") /> }
    } else {
        view! { <Badge tone="wait" text=texts.text("bulk-not-given") /> }
    };
    view! {
        <tr>
            <th scope="row">
                <a class="row-name" href=format!("/admin/accounts/{}", row.account_id)>
                    {row.account_email}
                </a>
            </th>
            <td class="number" data-label=texts.text("bulk-line")>
                {grouped(row.line)}
            </td>
            <td data-label=texts.text("more-api")>{row.api_title}</td>
            <td class="number" data-label=texts.text("grant-calls")>
                {grouped(row.calls)}
            </td>
            <td class="number" data-label=texts.text("bulk-now")>
                {grouped(row.remaining)}
            </td>
            <td class="number" data-label=texts.text("bulk-after")>
                {then}
            </td>
            <td class="cell-text" data-label=texts.text("grant-reason")>
                <bdi>{row.reason}</bdi>
            </td>
            <td data-label=texts.text("bulk-state")>{state}</td>
        </tr>
    }
}
