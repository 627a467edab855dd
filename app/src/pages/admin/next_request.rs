//! The queue, one request at a time and by keyboard alone: the number of calls
//! has the focus, Enter approves, Tab leads on to the sentence and to "reject".
//! After an answer the next one is shown. All of it is plain HTML.

use crate::{
    components::{
        banner::Empty,
        form::{Field, FieldKind, Problems, StrayProblems, reply_to},
        frame::{Frame, Section},
        outcome::{StrangerPage, answered},
        quota::QuotaStrip,
        requests::RequestItem,
    },
    i18n::use_texts,
    pages::{query_string, viewer_and},
    ports::AdminDesk,
    view::{NextRequest, QuotaRequestRow},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use std::sync::Arc;

/// The form's name.
const FORM: &str = "next-answer";

#[component]
pub fn NextRequestPage() -> impl IntoView {
    let texts = use_texts();
    let Some((viewer, desk)) = viewer_and::<Arc<dyn AdminDesk>>() else {
        return view! { <StrangerPage /> }.into_any();
    };
    let params = use_query_map().get_untracked();
    let (id, after) = (params.get("at"), params.get("after"));
    let next = answered(
        async move { desk.next_request(&viewer, id, after).await },
        |next| view! { <Next next /> },
    );
    view! {
        <Frame
            section=Section::AdminRequests
            title=texts.text("next-title")
            lead=texts.text("next-lead")
        >
            {next}
        </Frame>
    }
    .into_any()
}

#[component]
fn Next(next: NextRequest) -> impl IntoView {
    let texts = use_texts();
    let Some(request) = next.request else {
        return view! {
            <StrayProblems known=Vec::new() />
            <Empty title=texts.text("queue-none-title") text=texts.text("queue-none-text")>
                <a class="button" href="/admin/requests?state=answered">
                    {texts.text("next-answered")}
                </a>
            </Empty>
        }
        .into_any();
    };
    let place = texts.with(
        "next-place",
        [
            ("place", next.place.into()),
            ("waiting", next.waiting.into()),
        ],
    );
    let skip = (next.waiting > 1).then(|| {
        let to = query_string(&[("after", &request.id)]);
        view! {
            <a class="button" href=format!("/admin/requests/next{to}") accesskey="n">
                {texts.text("next-skip")}
            </a>
        }
    });
    let earlier = (!next.earlier.is_empty()).then(|| {
        view! {
            <section class="desk-part" aria-labelledby="earlier-heading">
                <h2 id="earlier-heading">{texts.text("next-earlier")}</h2>
                <ul class="requests">
                    {next
                        .earlier
                        .into_iter()
                        .map(|request| {
                            view! {
                                <li class="card">
                                    <RequestItem request />
                                </li>
                            }
                        })
                        .collect_view()}
                </ul>
            </section>
        }
    });
    view! {
        <StrayProblems known=vec![FORM.to_owned()] />
        <p class="next-place">
            <span>{place}</span>
            <span class="buttons">
                {skip}
                <a class="button" href="/admin/requests">
                    {texts.text("next-all")}
                </a>
            </span>
        </p>
        <div class="split">
            <div class="split-main">
                <section class="card next-request" aria-labelledby="next-heading">
                    <h2 id="next-heading" class="unseen">
                        {texts.text("next-this")}
                    </h2>
                    <p class="queue-who">
                        <a href=format!("/admin/accounts/{}", request.account_id)>
                            {request.account_email.clone()}
                        </a>
                        <bdi class="faint">{request.account_name.clone()}</bdi>
                    </p>
                    <RequestItem request=request.clone() />
                </section>
                <section aria-labelledby="next-quota-heading">
                    <h2 id="next-quota-heading">{texts.text("account-left")}</h2>
                    <QuotaStrip quotas=next.quota />
                </section>
            </div>
            <section class="card split-side" aria-labelledby="answer-heading">
                <h2 id="answer-heading">{texts.text("request-answer")}</h2>
                <Answer request />
            </section>
        </div>
        {earlier}
    }
    .into_any()
}

/// One form with two ends: Enter takes the first, which approves.
#[component]
fn Answer(request: QuotaRequestRow) -> impl IntoView {
    let texts = use_texts();
    let reply = reply_to(FORM);
    let path = format!("/admin/requests/{}", request.id);
    // Where something is wrong with the sentence, the focus belongs there.
    let to_text = reply.problem("answer").is_some();
    view! {
        <form method="post" action=format!("{path}/approve") class="form">
            <input type="hidden" name="flow" value="next" />
            <Problems reply=reply.clone() />
            <Field
                form=FORM
                name="calls"
                label=texts.text("answer-calls")
                hint=texts.text("next-calls-hint")
                kind=FieldKind::Number
                reply=reply.clone()
                initial=request.calls.to_string()
                required=true
                autocomplete="off"
                focus=!to_text
            />
            <Field
                form=FORM
                name="answer"
                label=texts.text("answer-text")
                hint=texts.text("answer-hint")
                reply
                autocomplete="off"
                focus=to_text
            />
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
