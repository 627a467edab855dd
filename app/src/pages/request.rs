//! One request: what happened, what it means, and what to do. Never its content.

use super::{id_of_address, query_string, viewer_and};
use crate::{
    codes::explained,
    components::{
        calls::{OutcomeBadge, Second},
        frame::{Frame, Section},
        outcome::{StrangerPage, answered},
    },
    i18n::{Texts, grouped, use_texts},
    islands::CopyButton,
    ports::Console,
    view::{BurntGrant, CallRow, RequestDetail, RequestOutcome},
};
use leptos::prelude::*;
use std::sync::Arc;

#[component]
pub fn RequestPage() -> impl IntoView {
    let texts = use_texts();
    let id = id_of_address();
    let Some((viewer, console)) = viewer_and::<Arc<dyn Console>>() else {
        return view! { <StrangerPage /> }.into_any();
    };
    let detail = answered(
        async move { console.request(&viewer, &id).await },
        |detail| view! { <Detail detail /> },
    );
    view! {
        <Frame section=Section::Requests title=texts.text("request-title")>{detail}</Frame>
    }
    .into_any()
}

#[component]
fn Detail(detail: RequestDetail) -> impl IntoView {
    let texts = use_texts();
    let zone = texts.with("requests-zone", [("zone", (&detail.time_zone).into())]);
    view! {
        <p class="back">
            <a href="/requests">{texts.text("request-back")}</a>
        </p>
        <section class="card call-what" aria-labelledby="call-what">
            <Meaning call=detail.call.clone() />
        </section>
        <section class="card call-all" aria-labelledby="call-facts">
            <h2 id="call-facts">{texts.text("request-facts")}</h2>
            <Facts detail />
            <p class="hint">{zone} " · " {texts.text("request-no-content")}</p>
        </section>
    }
}

#[component]
fn Meaning(call: CallRow) -> impl IntoView {
    let texts = use_texts();
    let code = explained(call.outcome, call.code);
    let asks = call.outcome == RequestOutcome::Blocked;
    let more = format!("/request-more{}", query_string(&[("api", &call.api)]));
    let same_code = format!(
        "/requests{}",
        query_string(&[("code", &call.code.to_string())])
    );
    let failed = call.outcome != RequestOutcome::Succeeded;
    view! {
        <header class="call-head">
            <h2 id="call-what">{texts.text(code.title)}</h2>
            <OutcomeBadge outcome=call.outcome />
        </header>
        <h3>{texts.text("request-what-happened")}</h3>
        <p>{texts.text(code.meaning)}</p>
        {failed
            .then(|| {
                view! {
                    <h3>{texts.text("request-what-to-do")}</h3>
                    <p>{texts.text(code.advice)}</p>
                    <p class="buttons">
                        {asks
                            .then(|| {
                                view! {
                                    <a class="button button-main" href=more>
                                        {texts.text("request-more")}
                                    </a>
                                }
                            })}
                        <a class="button" href=same_code>
                            {texts.text("request-same-code")}
                        </a>
                        <a class="button button-quiet" href="/error-codes">
                            {texts.text("request-all-codes")}
                        </a>
                    </p>
                }
            })}
    }
}

/// A term and what stands for it.
fn fact(term: String, value: impl IntoView) -> impl IntoView {
    view! {
        <div>
            <dt>{term}</dt>
            <dd>{value}</dd>
        </div>
    }
}

#[component]
fn Facts(detail: RequestDetail) -> impl IntoView {
    let texts = use_texts();
    let call = detail.call;
    let usage_of = |name: &'static str, id: &str| format!("/usage{}", query_string(&[(name, id)]));
    let same_key = format!("/requests{}", query_string(&[("key", &call.key_id)]));
    let project = usage_of("project", &call.project_id);
    let latency = texts.with("requests-milliseconds", [("ms", call.latency_ms.into())]);
    let user = call.end_user.map_or_else(
        || view! { <span class="faint">{texts.text("none")}</span> }.into_any(),
        |user| view! { <bdi>{user}</bdi> }.into_any(),
    );
    view! {
        <dl class="call-facts">
            <div>
                <dt>{texts.text("request-id")}</dt>
                <dd class="copy-line">
                    <code>{call.id.clone()}</code>
                    <CopyButton
                        value=call.id
                        label=texts.text("copy")
                        about=texts.text("copy-request-id")
                        done=texts.text("copied")
                    />
                </dd>
            </div>
            {fact(texts.text("request-code"), view! { <code>{call.code}</code> })}
            {fact(texts.text("requests-api"), view! { {call.api_title} " " <code>{call.api}</code> })}
            {fact(
                texts.text("requests-project"),
                view! {
                    <a href=project>
                        <bdi>{call.project_name}</bdi>
                    </a>
                },
            )}
            {fact(
                texts.text("requests-key"),
                view! {
                    <bdi>{call.key_name}</bdi>
                    " "
                    <code>{call.key_hint}</code>
                    " "
                    <a href=same_key>{texts.text("request-same-key")}</a>
                },
            )}
            {fact(texts.text("requests-user"), user)}
            {fact(texts.text("request-arrived"), view! { <Second at=call.at /> })}
            {fact(texts.text("request-answered"), view! { <Second at=detail.answered_at /> })}
            {fact(texts.text("requests-latency"), latency)}
            {fact(texts.text("requests-tokens"), grouped(call.tokens))}
            {fact(texts.text("request-charge"), charge(texts, detail.grant.as_ref()))}
            {detail
                .grant
                .map(|grant| fact(texts.text("request-grant"), view! { <code>{grant.id}</code> }))}
        </dl>
    }
    .into_any()
}

fn charge(texts: Texts, grant: Option<&BurntGrant>) -> String {
    match grant {
        None => texts.text("request-charge-none"),
        Some(grant) if grant.free => texts.text("request-charge-free"),
        Some(grant) if grant.reason.is_empty() => texts.text("request-charge-grant"),
        Some(grant) => texts.with("request-charge-extra", [("reason", (&grant.reason).into())]),
    }
}
