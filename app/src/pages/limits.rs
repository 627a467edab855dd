//! Limits: what is free, what one call may carry, and what this account has
//! (`product.md` §5; the two tables of the seed).

use super::viewer_and;
use crate::{
    components::{
        frame::{Frame, Section},
        grants::GrantTable,
        outcome::{StrangerPage, answered},
        table::Scroll,
    },
    i18n::{grouped, use_texts},
    ports::Guide,
    view::{ApiLimits, LimitsView, OutputMost},
};
use leptos::prelude::*;
use std::sync::Arc;

#[component]
pub fn LimitsPage() -> impl IntoView {
    let texts = use_texts();
    let Some((viewer, guide)) = viewer_and::<Arc<dyn Guide>>() else {
        return view! { <StrangerPage /> }.into_any();
    };
    let page = answered(
        async move { guide.limits(&viewer).await },
        |limits| view! { <Limits limits /> },
    );
    view! {
        <Frame
            section=Section::Limits
            title=texts.text("limits-title")
            lead=texts.text("limits-lead")
        >
            {page}
        </Frame>
    }
    .into_any()
}

#[component]
fn Limits(limits: LimitsView) -> impl IntoView {
    let texts = use_texts();
    let advice = texts.with(
        "limits-advice",
        [("rate", limits.advised_per_second.into())],
    );
    view! {
        <section aria-labelledby="quota-heading">
            <h2 id="quota-heading">{texts.text("limits-quota-heading")}</h2>
            <QuotaTable apis=limits.apis.clone() />
            <ul class="notes">
                <li>{texts.text("limits-shared")}</li>
                <li>
                    {texts.text("limits-failed-free")} " "
                    <a href="/error-codes">{texts.text("limits-codes")}</a>
                </li>
            </ul>
        </section>
        <section aria-labelledby="limits-grants-heading" id="grants">
            <h2 id="limits-grants-heading">{texts.text("limits-grants-heading")}</h2>
            <GrantTable grants=limits.grants />
            <ul class="notes">
                <li>{texts.text("limits-grants-text")}</li>
            </ul>
        </section>
        <section aria-labelledby="resource-heading" id="advice">
            <h2 id="resource-heading">{texts.text("limits-call-heading")}</h2>
            <CallTable apis=limits.apis />
            <ul class="notes">
                <li>{texts.text("limits-over-free")}</li>
                <li>{advice}</li>
            </ul>
        </section>
        <section class="card more-card" aria-labelledby="more-heading">
            <div>
                <h2 id="more-heading">{texts.text("limits-more-heading")}</h2>
                <p>{texts.text("limits-more-text")}</p>
            </div>
            <a class="button button-main" href="/request-more">
                {texts.text("request-more")}
            </a>
        </section>
    }
}

/// The seed's first table, with what the account has and used.
#[component]
fn QuotaTable(apis: Vec<ApiLimits>) -> impl IntoView {
    let texts = use_texts();
    view! {
        <Scroll label=texts.text("limits-quota-heading")>
            <table class="stack" data-table="quota">
                <thead>
                    <tr>
                        <th scope="col">{texts.text("limits-api")}</th>
                        <th scope="col">{texts.text("limits-consumption")}</th>
                        <th scope="col" class="number">
                            {texts.text("limits-free")}
                        </th>
                        <th scope="col" class="number">
                            {texts.text("limits-granted")}
                        </th>
                        <th scope="col" class="number">
                            {texts.text("limits-charged")}
                        </th>
                        <th scope="col" class="number">
                            {texts.text("limits-remaining")}
                        </th>
                    </tr>
                </thead>
                <tbody>
                    {apis.into_iter().map(|api| view! { <QuotaRow api /> }).collect_view()}
                </tbody>
            </table>
        </Scroll>
    }
    .into_any()
}

#[component]
fn QuotaRow(api: ApiLimits) -> impl IntoView {
    let texts = use_texts();
    let quota = api.quota;
    view! {
        <tr data-api=quota.api.clone()>
            <ApiHead title=quota.title api=quota.api.clone() />
            <td data-label=texts.text("limits-consumption")>
                <span>
                    {texts.text("limits-calls")}
                    <span class="row-note">{texts.text("limits-one-each")}</span>
                </span>
            </td>
            <td class="number" data-label=texts.text("limits-free")>
                {grouped(api.free_calls)}
            </td>
            <td class="number" data-label=texts.text("limits-granted")>
                {grouped(quota.granted)}
            </td>
            <td class="number" data-label=texts.text("limits-charged")>
                {grouped(quota.charged)}
            </td>
            <td class="number" data-label=texts.text("limits-remaining")>
                <strong>{grouped(quota.remaining)}</strong>
            </td>
        </tr>
    }
}

/// The seed's second table: what one call may carry.
#[component]
fn CallTable(apis: Vec<ApiLimits>) -> impl IntoView {
    let texts = use_texts();
    view! {
        <Scroll label=texts.text("limits-call-heading")>
            <table class="stack" data-table="call">
                <thead>
                    <tr>
                        <th scope="col">{texts.text("limits-api")}</th>
                        <th scope="col">{texts.text("limits-input")}</th>
                        <th scope="col">{texts.text("limits-output")}</th>
                        <th scope="col" class="number">
                            {texts.text("limits-total")}
                        </th>
                    </tr>
                </thead>
                <tbody>
                    {apis.into_iter().map(|api| view! { <CallRow api /> }).collect_view()}
                </tbody>
            </table>
        </Scroll>
    }
    .into_any()
}

#[component]
fn CallRow(api: ApiLimits) -> impl IntoView {
    let texts = use_texts();
    let input = api
        .max_input_tokens
        .map(|most| texts.with("limits-tokens", [("most", most.into())]));
    let output = api.max_output.map(|OutputMost { most, noun }| {
        texts.with(
            "limits-items",
            [("most", most.into()), ("noun", noun.into())],
        )
    });
    let limit = |text: Option<String>| match text {
        Some(text) => view! { <span>{text}</span> }.into_any(),
        None => view! { <span class="faint">{texts.text("limits-no-limit")}</span> }.into_any(),
    };
    view! {
        <tr data-api=api.quota.api.clone()>
            <ApiHead title=api.quota.title api=api.quota.api.clone() />
            <td data-label=texts.text("limits-input")>{limit(input)}</td>
            <td data-label=texts.text("limits-output")>{limit(output)}</td>
            <td class="number" data-label=texts.text("limits-total")>
                {grouped(api.quota.granted)}
            </td>
        </tr>
    }
}

#[component]
fn ApiHead(title: String, api: String) -> impl IntoView {
    view! {
        <th scope="row">
            <span class="row-name">{title}</span>
            <code class="row-code">{api}</code>
        </th>
    }
}
