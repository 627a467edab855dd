//! One webhook: whether it works, what was sent to it, and its end.

use super::webhooks::{NewSecretCard, StateBadge};
use super::{id_of_address, viewer_and};
use crate::{
    components::{
        banner::Empty,
        detail::{Back, Fact},
        form::{Once, Problems, StrayProblems, reply_to},
        frame::{Frame, Section},
        icons::{Icon, Sign},
        outcome::{StrangerPage, answered},
        table::{Badge, Day, Moment, Scroll},
    },
    i18n::{Texts, grouped, moment, use_texts},
    ports::Webhooks,
    view::{MessageAnswer, MessageRow, MessageState, WebhookRow, WebhookState, WebhookView},
};
use leptos::prelude::*;
use std::sync::Arc;

const ROTATE: &str = "rotate-webhook";

#[component]
pub fn WebhookPage() -> impl IntoView {
    let texts = use_texts();
    let Some((viewer, port)) = viewer_and::<Arc<dyn Webhooks>>() else {
        return view! { <StrangerPage /> }.into_any();
    };
    let id = id_of_address();
    let page = answered(
        async move { port.webhook(&viewer, &id).await },
        |view| view! { <Detail view /> },
    );
    view! {
        <Frame section=Section::Settings title=texts.text("webhook-title")>
            <Back href="/settings/webhooks" text=texts.text("webhooks-all") />
            {page}
        </Frame>
    }
    .into_any()
}

#[component]
fn Detail(view: WebhookView) -> impl IntoView {
    let WebhookView { webhook, messages } = view;
    let texts = use_texts();
    let created = reply_to(ROTATE).new_secret;
    let (id, on) = (webhook.id.clone(), webhook.state.is_on());
    view! {
        <StrayProblems known=vec![ROTATE.to_owned()] />
        {created.map(|created| view! { <NewSecretCard created /> })}
        <Trouble state=webhook.state.clone() />
        <Facts webhook=webhook.clone() />
        <section aria-labelledby="messages-heading">
            <div class="section-head">
                <h2 id="messages-heading">{texts.text("messages-heading")}</h2>
                {on.then(|| view! { <TestForm id=id.clone() /> })}
            </div>
            <Messages id=id.clone() messages on />
        </section>
        <section class="card" aria-labelledby="rotate-heading">
            <h2 id="rotate-heading">{texts.text("webhook-rotate-heading")}</h2>
            <p class="card-text">{texts.text("webhook-rotate-text")}</p>
            <RotateForm webhook />
        </section>
        <section class="card" aria-labelledby="end-heading">
            <h2 id="end-heading">{texts.text("webhook-end-heading")}</h2>
            <p class="card-text">{texts.text("webhook-end-text")}</p>
            <div class="buttons">
                <Switch id=id.clone() on />
                <DeleteForm id />
            </div>
        </section>
    }
}

/// What is wrong with a webhook, and what to do.
#[component]
fn Trouble(state: WebhookState) -> impl IntoView {
    let texts = use_texts();
    let text = match state {
        WebhookState::On | WebhookState::Off => None,
        WebhookState::Failing(at) => Some(("webhook-failing-text", at)),
        WebhookState::GivenUp(at) => Some(("webhook-given-up-text", at)),
        WebhookState::Gone(at) => Some(("webhook-gone-text", at)),
    };
    text.map(|(id, at)| {
        let text = texts.with(id, [("at", moment(texts, at).into())]);
        view! {
            <div class="notice notice-bad">
                <Icon sign=Sign::Warning />
                <p>{text}</p>
            </div>
        }
    })
}

#[component]
fn Facts(webhook: WebhookRow) -> impl IntoView {
    let texts = use_texts();
    view! {
        <section class="facts" aria-label=texts.text("webhook-title")>
            <p class="facts-name">
                <bdi>{webhook.url}</bdi>
                <StateBadge state=webhook.state />
            </p>
            <dl>
                <Fact label=texts.text("webhook-created")>
                    <Day at=webhook.created_at />
                </Fact>
                {webhook
                    .old_until
                    .map(|until| {
                        view! {
                            <Fact label=texts.text("webhook-old-signs")>
                                <Moment at=until />
                            </Fact>
                        }
                    })}
                <Fact label=texts.text("webhook-id")>
                    <code>{webhook.id}</code>
                </Fact>
            </dl>
        </section>
    }
}

#[component]
fn TestForm(id: String) -> impl IntoView {
    let texts = use_texts();
    view! {
        <form method="post" action=format!("/settings/webhooks/{id}/test")>
            <button type="submit" class="button button-small">
                {texts.text("webhook-test")}
            </button>
        </form>
    }
}

#[component]
fn Messages(id: String, messages: Vec<MessageRow>, on: bool) -> impl IntoView {
    let texts = use_texts();
    if messages.is_empty() {
        return view! {
            <Empty
                title=texts.text("messages-none-title")
                text=texts.text("messages-none-text")
            />
        }
        .into_any();
    }
    view! {
        <Scroll label=texts.text("messages-heading")>
            <table class="stack">
                <thead>
                    <tr>
                        <th scope="col">{texts.text("message-what")}</th>
                        <th scope="col">{texts.text("message-state")}</th>
                        <th scope="col">{texts.text("message-answer")}</th>
                        <th scope="col" class="number">
                            {texts.text("message-tries")}
                        </th>
                        <th scope="col">
                            <span class="unseen">{texts.text("message-again")}</span>
                        </th>
                    </tr>
                </thead>
                <tbody>
                    {messages
                        .into_iter()
                        .map(|message| view! { <Message id=id.clone() message on /> })
                        .collect_view()}
                </tbody>
            </table>
        </Scroll>
    }
    .into_any()
}

#[component]
fn Message(id: String, message: MessageRow, on: bool) -> impl IntoView {
    let texts = use_texts();
    let again = on && matches!(message.state, MessageState::Arrived | MessageState::GivenUp);
    let action = format!("/settings/webhooks/{id}/messages/{}/again", message.event);
    let about = texts.with("message-again-what", [("event", (&message.event).into())]);
    view! {
        <tr>
            <th scope="row">
                <span class="row-name">{kind(texts, &message.kind)}</span>
                <span class="row-note">
                    <Moment at=message.created_at />
                    " "
                    <code>{message.event}</code>
                </span>
            </th>
            <td data-label=texts.text("message-state")>
                <Progress state=message.state />
            </td>
            <td data-label=texts.text("message-answer")>
                {message.answer.map(|answer| said(texts, answer))}
            </td>
            <td data-label=texts.text("message-tries") class="number">
                {grouped(message.tries)}
            </td>
            <td class="row-actions">
                {again
                    .then(|| {
                        view! {
                            <form method="post" action=action>
                                <button
                                    type="submit"
                                    class="button button-quiet button-small"
                                    aria-label=about
                                >
                                    {texts.text("message-again")}
                                </button>
                            </form>
                        }
                    })}
            </td>
        </tr>
    }
    .into_any()
}

#[component]
fn Progress(state: MessageState) -> impl IntoView {
    let texts = use_texts();
    let (tone, text, next) = match state {
        MessageState::Arrived => ("good", texts.text("message-arrived"), None),
        MessageState::New => ("wait", texts.text("message-new"), None),
        MessageState::Waiting(at) => ("wait", texts.text("message-waiting"), Some(at)),
        MessageState::GivenUp => ("bad", texts.text("message-given-up"), None),
    };
    view! {
        <Badge tone text />
        {next
            .map(|at| {
                view! {
                    <span class="row-note">
                        <Moment at />
                    </span>
                }
            })}
    }
}

/// What a message tells of; the name on the wire, if we have no word for it.
fn kind(texts: Texts, kind: &str) -> String {
    match kind {
        "quota.threshold" => texts.text("message-threshold"),
        "grant.lapsing" => texts.text("message-lapsing"),
        "request.answered" => texts.text("message-answered"),
        "test" => texts.text("message-test"),
        other => other.to_owned(),
    }
}

fn said(texts: Texts, answer: MessageAnswer) -> String {
    match answer {
        MessageAnswer::Status(status) => format!("HTTP {status}"),
        MessageAnswer::Name => texts.text("message-no-name"),
        MessageAnswer::Private => texts.text("message-private"),
        MessageAnswer::Connect => texts.text("message-no-connection"),
        MessageAnswer::Tls => texts.text("message-tls"),
        MessageAnswer::Timeout => texts.text("message-timeout"),
        MessageAnswer::Broken => texts.text("message-broken"),
    }
}

#[component]
fn RotateForm(webhook: WebhookRow) -> impl IntoView {
    let texts = use_texts();
    let reply = reply_to(ROTATE);
    let twice = webhook.old_until.is_some();
    view! {
        <form
            method="post"
            action=format!("/settings/webhooks/{}/rotate", webhook.id)
            class="form"
        >
            <Once />
            <Problems reply />
            <button type="submit" class="button">
                {texts.text("webhook-rotate")}
            </button>
            {twice.then(|| view! { <p class="hint">{texts.text("webhook-rotate-twice")}</p> })}
        </form>
    }
}

#[component]
fn Switch(id: String, on: bool) -> impl IntoView {
    let texts = use_texts();
    let (to, text) = if on {
        ("disable", texts.text("webhook-disable"))
    } else {
        ("enable", texts.text("webhook-enable"))
    };
    view! {
        <form method="post" action=format!("/settings/webhooks/{id}/{to}")>
            <button type="submit" class="button">
                {text}
            </button>
        </form>
    }
}

/// Asks once more, without scripts: the button stands behind a summary.
#[component]
fn DeleteForm(id: String) -> impl IntoView {
    let texts = use_texts();
    view! {
        <details class="danger">
            <summary class="button button-bad">{texts.text("webhook-delete")}</summary>
            <form
                method="post"
                action=format!("/settings/webhooks/{id}/delete")
                class="danger-panel"
            >
                <p>{texts.text("webhook-delete-text")}</p>
                <button type="submit" class="button button-bad">
                    {texts.text("webhook-delete-now")}
                </button>
            </form>
        </details>
    }
}
