//! Requests for more quota, as developers and staff see them.

use super::table::{Badge, Moment};
use crate::{
    i18n::{Texts, use_texts},
    view::{QuotaRequestRow, QuotaRequestState},
};
use leptos::prelude::*;

#[component]
pub fn RequestBadge(state: QuotaRequestState) -> impl IntoView {
    let texts = use_texts();
    let (tone, text) = match state {
        QuotaRequestState::Open => ("wait", texts.text("request-open")),
        QuotaRequestState::Approved => ("good", texts.text("request-approved")),
        QuotaRequestState::Rejected => ("bad", texts.text("request-rejected")),
        QuotaRequestState::Withdrawn => ("off", texts.text("request-withdrawn")),
    };
    view! { <Badge tone text /> }
}

/// `Search memory · 2,000 calls`.
pub fn asked_for(texts: Texts, request: &QuotaRequestRow) -> String {
    texts.with(
        "request-asked-for",
        [
            ("api", (&request.api_title).into()),
            ("calls", request.calls.into()),
        ],
    )
}

/// What was asked, why, and what came back. `children` stand at its foot.
#[component]
pub fn RequestItem(
    request: QuotaRequestRow,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let texts = use_texts();
    let title = asked_for(texts, &request);
    let granted = request
        .granted
        .map(|calls| texts.with("request-granted", [("calls", calls.into())]));
    let answer = request.answer.filter(|answer| !answer.is_empty());
    let answered = granted.is_some() || answer.is_some();
    view! {
        <article class="request">
            <header class="request-head">
                <h3>{title}</h3>
                <RequestBadge state=request.state />
            </header>
            <p class="request-when">
                <Moment at=request.created_at />
            </p>
            <p class="request-reason">{request.reason}</p>
            {answered
                .then(|| {
                    view! {
                        <div class="request-answer">
                            <p class="request-answer-head">
                                {granted.unwrap_or_else(|| texts.text("request-answer"))}
                                {request
                                    .answered_at
                                    .map(|at| {
                                        view! {
                                            <span class="faint">
                                                " · " <Moment at />
                                            </span>
                                        }
                                    })}
                            </p>
                            {answer.map(|answer| view! { <p>{answer}</p> })}
                        </div>
                    }
                })}
            {children.map(|children| children())}
        </article>
    }
}
