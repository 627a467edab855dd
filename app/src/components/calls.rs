//! Calls of the request log.

use super::table::{Badge, Scroll};
use crate::{
    codes::explained,
    i18n::{grouped, moment_to_the_second, use_texts},
    view::{CallRow, LocalTime, RequestOutcome},
};
use leptos::prelude::*;

/// The text id of an outcome, and the tone of its badge.
#[must_use]
pub const fn outcome_text(outcome: RequestOutcome) -> (&'static str, &'static str) {
    match outcome {
        RequestOutcome::Succeeded => ("outcome-succeeded", "good"),
        RequestOutcome::Blocked => ("outcome-blocked", "wait"),
        RequestOutcome::Rejected => ("outcome-rejected", "bad"),
        RequestOutcome::Unauthorised => ("outcome-unauthorised", "bad"),
        RequestOutcome::UpstreamFailed => ("outcome-upstream-failed", "bad"),
        RequestOutcome::Failed => ("outcome-failed", "bad"),
    }
}

#[component]
pub fn OutcomeBadge(outcome: RequestOutcome) -> impl IntoView {
    let (id, tone) = outcome_text(outcome);
    view! { <Badge tone text=use_texts().text(id) /> }
}

/// An instant, to the second.
#[component]
pub fn Second(at: LocalTime) -> impl IntoView {
    view! { <time datetime=at.to_rfc3339()>{moment_to_the_second(use_texts(), at)}</time> }
}

/// The table of calls; the time of each leads to its page.
#[component]
pub fn CallTable(
    rows: Vec<CallRow>,
    /// Staff see the calls of others, and not their pages.
    #[prop(default = true)]
    linked: bool,
) -> impl IntoView {
    let texts = use_texts();
    view! {
        <Scroll label=texts.text("requests-table")>
            <table class="stack calls">
                <thead>
                    <tr>
                        <th scope="col">{texts.text("requests-when")}</th>
                        <th scope="col">{texts.text("requests-outcome")}</th>
                        <th scope="col">{texts.text("requests-api")}</th>
                        <th scope="col">{texts.text("requests-project")}</th>
                        <th scope="col">{texts.text("requests-key")}</th>
                        <th scope="col">{texts.text("requests-user")}</th>
                        <th scope="col" class="number">
                            {texts.text("requests-latency")}
                        </th>
                        <th scope="col" class="number">
                            {texts.text("requests-tokens")}
                        </th>
                        <th scope="col">{texts.text("requests-charged")}</th>
                    </tr>
                </thead>
                <tbody>
                    {rows.into_iter().map(|call| view! { <Row call linked /> }).collect_view()}
                </tbody>
            </table>
        </Scroll>
    }
    .into_any()
}

#[component]
fn Row(call: CallRow, linked: bool) -> impl IntoView {
    let texts = use_texts();
    let failed = call.outcome != RequestOutcome::Succeeded;
    let title = texts.text(explained(call.outcome, call.code).title);
    let charged = if call.charged {
        texts.text("requests-yes")
    } else {
        texts.text("requests-no")
    };
    let latency = texts.with("requests-milliseconds", [("ms", call.latency_ms.into())]);
    view! {
        <tr>
            <th scope="row" class="cell-when">
                {if linked {
                    view! {
                        <a class="row-name" href=format!("/requests/{}", call.id)>
                            <Second at=call.at />
                        </a>
                    }
                        .into_any()
                } else {
                    view! {
                        <Second at=call.at />
                        <code class="row-code">{call.id}</code>
                    }
                        .into_any()
                }}
            </th>
            <td data-label=texts.text("requests-outcome")>
                <div>
                    <OutcomeBadge outcome=call.outcome />
                    {failed
                        .then(|| {
                            view! {
                                <span class="row-note">
                                    <code>{call.code}</code>
                                    " "
                                    {title}
                                </span>
                            }
                        })}
                </div>
            </td>
            <td data-label=texts.text("requests-api")>{call.api_title}</td>
            <td data-label=texts.text("requests-project")>
                <bdi class="call-name">{call.project_name}</bdi>
            </td>
            <td data-label=texts.text("requests-key")>
                <div>
                    <bdi class="call-name">{call.key_name}</bdi>
                    <code class="row-code">{call.key_hint}</code>
                </div>
            </td>
            <td data-label=texts.text("requests-user")>
                {match call.end_user {
                    Some(user) => view! { <bdi class="call-name">{user}</bdi> }.into_any(),
                    None => view! { <span class="faint">{texts.text("none")}</span> }.into_any(),
                }}
            </td>
            <td class="number" data-label=texts.text("requests-latency")>
                {latency}
            </td>
            <td class="number" data-label=texts.text("requests-tokens")>
                {grouped(call.tokens)}
            </td>
            <td data-label=texts.text("requests-charged")>
                <span class=if call.charged { "" } else { "faint" }>{charged}</span>
            </td>
        </tr>
    }
    .into_any()
}
