//! The queue of requests for quota.

use crate::{
    components::{
        banner::Empty,
        export::Export,
        form::{Field, FieldKind, Problems, StrayProblems, reply_to},
        frame::{Frame, Section},
        outcome::{StrangerPage, answered},
        requests::RequestItem,
    },
    i18n::use_texts,
    pages::viewer_and,
    ports::AdminDesk,
    view::{QuotaRequestRow, QuotaRequestState, RequestFilter},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use std::sync::Arc;

#[component]
pub fn RequestsPage() -> impl IntoView {
    let texts = use_texts();
    let Some((viewer, desk)) = viewer_and::<Arc<dyn AdminDesk>>() else {
        return view! { <StrangerPage /> }.into_any();
    };
    let filter = match use_query_map().get_untracked().get("state").as_deref() {
        Some("answered") => RequestFilter::Answered,
        _ => RequestFilter::Open,
    };
    let queue = answered(
        async move { desk.quota_requests(&viewer, filter).await },
        move |requests| view! { <Queue requests filter /> },
    );
    view! {
        <Frame
            section=Section::AdminRequests
            title=texts.text("queue-title")
            lead=texts.text("queue-lead")
        >
            <Tabs filter />
            {queue}
        </Frame>
    }
    .into_any()
}

#[component]
fn Tabs(filter: RequestFilter) -> impl IntoView {
    let texts = use_texts();
    let tab = move |own, href: &'static str, text: String| {
        view! {
            <a href=href aria-current=(own == filter).then_some("page")>
                {text}
            </a>
        }
    };
    view! {
        <nav class="presets tabs" aria-label=texts.text("queue-state")>
            {tab(RequestFilter::Open, "/admin/requests", texts.text("queue-open"))}
            {tab(
                RequestFilter::Answered,
                "/admin/requests?state=answered",
                texts.text("queue-answered"),
            )}
        </nav>
    }
}

#[component]
fn Queue(requests: Vec<QuotaRequestRow>, filter: RequestFilter) -> impl IntoView {
    let texts = use_texts();
    let known: Vec<String> = requests
        .iter()
        .filter(|request| request.state == QuotaRequestState::Open)
        .map(|request| form_of(&request.id))
        .collect();
    let known_is_empty = known.is_empty();
    let body = if requests.is_empty() {
        let (title, text) = match filter {
            RequestFilter::Open => (
                texts.text("queue-none-title"),
                texts.text("queue-none-text"),
            ),
            RequestFilter::Answered => (
                texts.text("queue-no-answers-title"),
                texts.text("queue-no-answers-text"),
            ),
        };
        view! { <Empty title text /> }.into_any()
    } else {
        view! {
            <ul class="requests queue">
                {requests
                    .into_iter()
                    .map(|request| view! { <Waiting request /> })
                    .collect_view()}
            </ul>
        }
        .into_any()
    };
    let heading = match filter {
        RequestFilter::Open => texts.text("queue-open"),
        RequestFilter::Answered => texts.text("queue-answered"),
    };
    let flow = (filter == RequestFilter::Open && !known_is_empty).then(|| {
        view! {
            <p>
                <a class="button button-main" href="/admin/requests/next">
                    {texts.text("queue-one-by-one")}
                </a>
            </p>
        }
    });
    view! {
        <StrayProblems known />
        {flow}
        <h2 class="unseen">{heading}</h2>
        {body}
        <Export to="/admin/requests/export" what=texts.text("queue-title") />
    }
}

/// The name of the form that answers the request.
fn form_of(id: &str) -> String {
    format!("answer:{id}")
}

#[component]
fn Waiting(request: QuotaRequestRow) -> impl IntoView {
    let texts = use_texts();
    let open = request.state == QuotaRequestState::Open;
    let account = format!("/admin/accounts/{}", request.account_id);
    let left = texts.with(
        "queue-left",
        [
            ("remaining", request.remaining.into()),
            ("api", (&request.api_title).into()),
        ],
    );
    let answer = open.then(|| view! { <AnswerForm request=request.clone() /> });
    view! {
        <li class="card">
            <p class="queue-who">
                <a href=account>{request.account_email.clone()}</a>
                <span class="faint">{request.account_name.clone()} " · " {left}</span>
            </p>
            <RequestItem request />
            {answer}
        </li>
    }
}

/// One form with two ends: approve as typed, or reject with a sentence.
#[component]
fn AnswerForm(request: QuotaRequestRow) -> impl IntoView {
    let texts = use_texts();
    let form = form_of(&request.id);
    let reply = reply_to(&form);
    let path = format!("/admin/requests/{}", request.id);
    view! {
        <form method="post" action=format!("{path}/approve") class="form answer-form">
            <Problems reply=reply.clone() />
            <div class="answer-fields">
                <Field
                    form=form.clone()
                    name="calls"
                    label=texts.text("answer-calls")
                    kind=FieldKind::Number
                    reply=reply.clone()
                    initial=request.calls.to_string()
                    required=true
                    autocomplete="off"
                />
                <Field
                    form
                    name="answer"
                    label=texts.text("answer-text")
                    hint=texts.text("answer-hint")
                    reply
                    autocomplete="off"
                />
            </div>
            <div class="buttons">
                <button type="submit" class="button button-main">
                    {texts.text("answer-approve")}
                </button>
                <button
                    type="submit"
                    class="button button-bad"
                    formaction=format!("{path}/reject")
                    formnovalidate=true
                >
                    {texts.text("answer-reject")}
                </button>
            </div>
        </form>
    }
}
