//! More quota: a person to talk to, and a request whose state can be followed.

use super::viewer_and;
use crate::{
    components::{
        banner::Empty,
        export::Export,
        form::{Choice, Field, FieldKind, Once, Problems, StrayProblems, reply_to},
        frame::{Frame, Section},
        icons::{Icon, Sign},
        outcome::{StrangerPage, answered},
        quota::QuotaStrip,
        requests::{RequestItem, asked_for},
    },
    i18n::use_texts,
    islands::CopyButton,
    ports::Console,
    view::{
        ApiQuota, ContactChannel, ContactKind, QuotaRequestRow, QuotaRequestState, RequestMoreView,
    },
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use std::sync::Arc;

const FORM: &str = "request-quota";
const REDEEM: &str = "redeem";

#[component]
pub fn RequestMorePage() -> impl IntoView {
    let texts = use_texts();
    let Some((viewer, console)) = viewer_and::<Arc<dyn Console>>() else {
        return view! { <StrangerPage /> }.into_any();
    };
    let api = use_query_map()
        .get_untracked()
        .get("api")
        .unwrap_or_default();
    let page = answered(
        async move { console.request_more(&viewer).await },
        |more| view! { <More more api /> },
    );
    view! {
        <Frame
            section=Section::RequestMore
            title=texts.text("more-title")
            lead=texts.text("more-lead")
        >
            {page}
        </Frame>
    }
    .into_any()
}

#[component]
fn More(
    more: RequestMoreView,
    /// The API that led here, if one did.
    api: String,
) -> impl IntoView {
    let texts = use_texts();
    view! {
            <StrayProblems known=vec![FORM.to_owned(), REDEEM.to_owned()] />
            <section aria-labelledby="left-heading">
                <h2 id="left-heading" class="unseen">
                    {texts.text("more-left")}
                </h2>
                <QuotaStrip quotas=more.quota.clone() />
            </section>
            <div class="ways">
                <section class="card way" aria-labelledby="talk-heading">
                    <h2 id="talk-heading">{texts.text("more-talk")}</h2>
                    <Channels channels=more.channels />
                    <Reference code=more.reference_code />
                </section>
                <section class="card way" aria-labelledby="form-heading">
                    <h2 id="form-heading">{texts.text("more-form")}</h2>
                    <p>{texts.text("more-form-text")}</p>
                    <RequestForm quota=more.quota.clone() api=api.clone() />
                </section>
                <section class="card way way-whole" aria-labelledby="redeem-heading">
                    <h2 id="redeem-heading">{texts.text("redeem-heading")}</h2>
                    <p>{texts.text("redeem-text")}</p>
                    <RedeemForm quota=more.quota api />
                </section>
            </div>
            <section aria-labelledby="own-heading">
                <div class="section-head">
    <h2 id="own-heading">{texts.text("more-own")}</h2>
    <Export to="/request-more/export" what=texts.text("more-own") />
    </div>
                <OwnRequests requests=more.requests />
            </section>
        }
}

#[component]
fn Channels(channels: Vec<ContactChannel>) -> impl IntoView {
    let texts = use_texts();
    if channels.is_empty() {
        return view! { <p class="notice notice-wait">{texts.text("more-no-channels")}</p> }
            .into_any();
    }
    view! {
        <ul class="channels">
            {channels
                .into_iter()
                .map(|channel| view! { <Channel channel /> })
                .collect_view()}
        </ul>
    }
    .into_any()
}

#[component]
fn Channel(channel: ContactChannel) -> impl IntoView {
    let texts = use_texts();
    let (sign, name, how, alt) = match channel.kind {
        ContactKind::WeChat => (
            Sign::WeChat,
            texts.text("wechat-name"),
            texts.text("wechat-how"),
            texts.text("wechat-qr"),
        ),
        ContactKind::Discord => (
            Sign::Discord,
            texts.text("discord-name"),
            texts.text("discord-how"),
            texts.text("discord-qr"),
        ),
    };
    let text = channel
        .link
        .trim_start_matches("https://")
        .trim_start_matches("http://")
        .to_owned();
    view! {
        <li class="channel">
            <div class="qr" role="img" aria-label=alt inner_html=channel.qr_svg></div>
            <div class="channel-text">
                <h3>
                    <Icon sign />
                    {name}
                </h3>
                <p>{how}</p>
                <a href=channel.link rel="noopener noreferrer" target="_blank">
                    {text}
                </a>
            </div>
        </li>
    }
}

/// The code that tells support whose account it is, and what to say with it.
#[component]
fn Reference(code: String) -> impl IntoView {
    let texts = use_texts();
    view! {
        <div class="reference">
            <h3>{texts.text("reference-title")}</h3>
            <div class="copy-line">
                <code class="secret">{code.clone()}</code>
                <CopyButton
                    value=code
                    label=texts.text("copy")
                    about=texts.text("copy-reference")
                    done=texts.text("copied")
                />
            </div>
            <p class="hint">{texts.text("reference-text")}</p>
        </div>
    }
}

/// For a code that support sent in the chat.
#[component]
fn RedeemForm(quota: Vec<ApiQuota>, api: String) -> impl IntoView {
    let texts = use_texts();
    let reply = reply_to(REDEEM);
    let options = quota
        .into_iter()
        .map(|quota| (quota.api, quota.title))
        .collect();
    view! {
        <form method="post" action="/request-more/redeem" class="form form-row form-row-3">
            <Problems reply=reply.clone() />
            <Field
                form=REDEEM
                name="code"
                label=texts.text("redeem-code")
                hint=texts.text("redeem-code-hint")
                reply=reply.clone()
                required=true
                autocomplete="off"
            />
            <Choice
                form=REDEEM
                name="api"
                label=texts.text("redeem-api")
                reply
                options
                initial=api
            />
            <button type="submit" class="button">
                {texts.text("redeem-do")}
            </button>
        </form>
    }
}

#[component]
fn RequestForm(quota: Vec<ApiQuota>, api: String) -> impl IntoView {
    let texts = use_texts();
    let reply = reply_to(FORM);
    let options = quota
        .into_iter()
        .map(|quota| {
            let text = texts.with(
                "more-api-option",
                [
                    ("api", quota.title.into()),
                    ("remaining", quota.remaining.into()),
                ],
            );
            (quota.api, text)
        })
        .collect();
    view! {
        <form method="post" action="/request-more" class="form">
            <Once />
            <Problems reply=reply.clone() />
            <Choice
                form=FORM
                name="api"
                label=texts.text("more-api")
                reply=reply.clone()
                options
                initial=api
            />
            <Field
                form=FORM
                name="calls"
                label=texts.text("more-calls")
                kind=FieldKind::Number
                reply=reply.clone()
                required=true
                autocomplete="off"
            />
            <Field
                form=FORM
                name="reason"
                label=texts.text("more-reason")
                hint=texts.text("more-reason-hint")
                kind=FieldKind::Lines
                reply
                required=true
            />
            <button type="submit" class="button button-main">
                {texts.text("more-send")}
            </button>
        </form>
    }
}

#[component]
fn OwnRequests(requests: Vec<QuotaRequestRow>) -> impl IntoView {
    let texts = use_texts();
    if requests.is_empty() {
        return view! {
            <Empty title=texts.text("more-none-title") text=texts.text("more-none-text") />
        }
        .into_any();
    }
    view! {
        <ul class="requests">
            {requests
                .into_iter()
                .map(|request| {
                    let withdraw = (request.state == QuotaRequestState::Open)
                        .then(|| (request.id.clone(), asked_for(texts, &request)));
                    view! {
                        <li class="card">
                            <RequestItem request>
                                {withdraw.map(|(id, what)| view! { <Withdraw id what /> })}
                            </RequestItem>
                        </li>
                    }
                })
                .collect_view()}
        </ul>
    }
    .into_any()
}

#[component]
fn Withdraw(id: String, what: String) -> impl IntoView {
    let texts = use_texts();
    view! {
        <form method="post" action=format!("/request-more/{id}/withdraw")>
            <button
                type="submit"
                class="button button-small"
                aria-label=texts.with("request-withdraw-what", [("what", what.into())])
            >
                {texts.text("request-withdraw")}
            </button>
        </form>
    }
}
