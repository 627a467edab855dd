//! How the installation does, at a glance.

use crate::{
    codes::explained,
    components::{
        banner::Empty,
        calls::OutcomeBadge,
        frame::{Frame, Section},
        outcome::{StrangerPage, answered},
        table::{Day, Moment, Scroll},
    },
    i18n::{grouped, use_texts},
    pages::viewer_and,
    ports::AdminDesk,
    view::{ErrorCount, NearRow, OverviewView},
};
use leptos::prelude::*;
use std::sync::Arc;

#[component]
pub fn OverviewPage() -> impl IntoView {
    let texts = use_texts();
    let Some((viewer, desk)) = viewer_and::<Arc<dyn AdminDesk>>() else {
        return view! { <StrangerPage /> }.into_any();
    };
    let overview = answered(
        async move { desk.overview(&viewer).await },
        |overview| view! { <Overview overview /> },
    );
    view! {
        <Frame
            section=Section::AdminOverview
            title=texts.text("overview-title")
            lead=texts.text("overview-lead")
        >
            {overview}
        </Frame>
    }
    .into_any()
}

#[component]
fn Overview(overview: OverviewView) -> impl IntoView {
    let texts = use_texts();
    let more = overview
        .more
        .then(|| view! { <p class="hint">{texts.text("overview-more")}</p> });
    view! {
        <Figures overview=overview.clone() />
        {more}
        <section class="desk-part" aria-labelledby="near-heading">
            <h2 id="near-heading">{texts.text("overview-near")}</h2>
            <Near near=overview.near />
        </section>
        <section class="desk-part" aria-labelledby="errors-heading">
            <h2 id="errors-heading">{texts.text("overview-errors")}</h2>
            <Errors errors=overview.errors />
        </section>
    }
}

#[component]
fn Figures(overview: OverviewView) -> impl IntoView {
    let texts = use_texts();
    let waiting = if overview.waiting > 0 {
        view! {
            <p class="figure-note">
                {overview
                    .waiting_since
                    .map(|at| {
                        view! {
                            {texts.text("overview-since")}
                            " "
                            <Moment at />
                        }
                    })}
            </p>
            <a class="button button-main" href="/admin/requests/next">
                {texts.text("overview-answer")}
            </a>
        }
        .into_any()
    } else {
        view! { <p class="figure-note">{texts.text("queue-none-title")}</p> }.into_any()
    };
    let of_accounts = texts.with(
        "overview-accounts-note",
        [
            ("new", overview.new_accounts.into()),
            ("disabled", overview.disabled.into()),
        ],
    );
    let charged = texts.with("overview-charged", [("calls", overview.charged.into())]);
    view! {
        <dl class="desk-figures">
            <div class="card">
                <dt>{texts.text("overview-waiting")}</dt>
                <dd class="figure">{grouped(overview.waiting)}</dd>
                <dd>{waiting}</dd>
            </div>
            <div class="card">
                <dt>{texts.text("overview-calls")}</dt>
                <dd class="figure">{grouped(overview.calls)}</dd>
                <dd class="figure-note">{charged}</dd>
            </div>
            <div class="card">
                <dt>{texts.text("overview-failed")}</dt>
                <dd class="figure">{grouped(overview.failed)}</dd>
                <dd class="figure-note">{texts.text("overview-failed-note")}</dd>
            </div>
            <div class="card">
                <dt>{texts.text("accounts-title")}</dt>
                <dd class="figure">{grouped(overview.accounts)}</dd>
                <dd class="figure-note">{of_accounts}</dd>
            </div>
        </dl>
    }
}

#[component]
fn Near(near: Vec<NearRow>) -> impl IntoView {
    let texts = use_texts();
    if near.is_empty() {
        return view! {
            <Empty title=texts.text("overview-near-none") text=texts.text("overview-near-none-text") />
        }
        .into_any();
    }
    view! {
        <Scroll label=texts.text("overview-near")>
            <table class="stack">
                <thead>
                    <tr>
                        <th scope="col">{texts.text("account-account")}</th>
                        <th scope="col">{texts.text("more-api")}</th>
                        <th scope="col" class="number">
                            {texts.text("account-left")}
                        </th>
                        <th scope="col">{texts.text("overview-near-since")}</th>
                    </tr>
                </thead>
                <tbody>
                    {near
                        .into_iter()
                        .map(|row| {
                            let left = texts
                                .with(
                                    "overview-left",
                                    [
                                        ("left", row.quota.remaining.into()),
                                        ("of", row.quota.granted.into()),
                                    ],
                                );
                            view! {
                                <tr>
                                    <th scope="row">
                                        <a
                                            class="row-name"
                                            href=format!("/admin/accounts/{}", row.account_id)
                                        >
                                            {row.account_email}
                                        </a>
                                    </th>
                                    <td data-label=texts.text("more-api")>{row.quota.title}</td>
                                    <td class="number" data-label=texts.text("account-left")>
                                        {left}
                                    </td>
                                    <td data-label=texts.text("overview-near-since")>
                                        <Day at=row.at />
                                    </td>
                                </tr>
                            }
                        })
                        .collect_view()}
                </tbody>
            </table>
        </Scroll>
    }
    .into_any()
}

#[component]
fn Errors(errors: Vec<ErrorCount>) -> impl IntoView {
    let texts = use_texts();
    if errors.is_empty() {
        return view! {
            <Empty
                title=texts.text("overview-errors-none")
                text=texts.text("overview-errors-none-text")
            />
        }
        .into_any();
    }
    view! {
        <Scroll label=texts.text("overview-errors")>
            <table class="stack">
                <thead>
                    <tr>
                        <th scope="col">{texts.text("overview-error")}</th>
                        <th scope="col">{texts.text("requests-outcome")}</th>
                        <th scope="col" class="number">
                            {texts.text("overview-calls-short")}
                        </th>
                    </tr>
                </thead>
                <tbody>
                    {errors
                        .into_iter()
                        .map(|error| {
                            let title = texts.text(explained(error.outcome, error.code).title);
                            view! {
                                <tr>
                                    <th scope="row">
                                        {title} " " <code>{error.code}</code>
                                    </th>
                                    <td data-label=texts.text("requests-outcome")>
                                        <OutcomeBadge outcome=error.outcome />
                                    </td>
                                    <td class="number" data-label=texts.text("overview-calls-short")>
                                        {grouped(error.calls)}
                                    </td>
                                </tr>
                            }
                        })
                        .collect_view()}
                </tbody>
            </table>
        </Scroll>
    }
    .into_any()
}
