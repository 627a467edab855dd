//! Webhooks: where the account's programs are told of what happens.

use super::viewer_and;
use crate::{
    components::{
        banner::Empty,
        detail::Back,
        form::{Field, Once, Problems, StrayProblems, reply_to},
        frame::{Frame, Section},
        outcome::{StrangerPage, answered},
        table::{Badge, Day, Scroll},
    },
    i18n::{moment, use_texts},
    islands::CopyButton,
    ports::Webhooks,
    view::{NewSecret, WebhookRow, WebhookState, WebhooksView},
};
use leptos::prelude::*;
use std::sync::Arc;

const CREATE: &str = "create-webhook";

#[component]
pub fn WebhooksPage() -> impl IntoView {
    let texts = use_texts();
    let Some((viewer, port)) = viewer_and::<Arc<dyn Webhooks>>() else {
        return view! { <StrangerPage /> }.into_any();
    };
    let page = answered(
        async move { port.webhooks(&viewer).await },
        |webhooks| view! { <All webhooks /> },
    );
    view! {
        <Frame
            section=Section::Settings
            title=texts.text("webhooks-title")
            lead=texts.text("webhooks-lead")
        >
            <Back href="/settings" text=texts.text("nav-settings") />
            {page}
        </Frame>
    }
    .into_any()
}

#[component]
fn All(webhooks: WebhooksView) -> impl IntoView {
    let texts = use_texts();
    let created = reply_to(CREATE).new_secret;
    let count = i64::try_from(webhooks.webhooks.len()).unwrap_or(i64::MAX);
    let full = count >= webhooks.most;
    let most = webhooks.most;
    view! {
        <StrayProblems known=vec![CREATE.to_owned()] />
        {created.map(|created| view! { <NewSecretCard created /> })}
        <section class="card make" aria-labelledby="create-webhook-heading">
            <h2 id="create-webhook-heading">{texts.text("webhook-create-heading")}</h2>
            {if full {
                view! { <p>{texts.with("webhooks-full", [("most", most.into())])}</p> }.into_any()
            } else {
                view! { <CreateForm /> }.into_any()
            }}
        </section>
        <section aria-labelledby="webhooks-heading">
            <h2 id="webhooks-heading">{texts.text("webhooks-heading")}</h2>
            <List webhooks=webhooks.webhooks />
        </section>
    }
}

#[component]
fn CreateForm() -> impl IntoView {
    let texts = use_texts();
    let reply = reply_to(CREATE);
    view! {
        <form method="post" action="/settings/webhooks" class="form">
            <Once />
            <Problems reply=reply.clone() />
            <Field
                form=CREATE
                name="url"
                label=texts.text("webhook-url")
                hint=texts.text("webhook-url-hint")
                reply
                required=true
                autocomplete="off"
                maxlength=500
            />
            <button type="submit" class="button button-main">
                {texts.text("webhook-create")}
            </button>
        </form>
    }
}

#[component]
fn List(webhooks: Vec<WebhookRow>) -> impl IntoView {
    let texts = use_texts();
    if webhooks.is_empty() {
        return view! {
            <Empty
                title=texts.text("webhooks-none-title")
                text=texts.text("webhooks-none-text")
            />
        }
        .into_any();
    }
    view! {
        <Scroll label=texts.text("webhooks-heading")>
            <table class="stack">
                <thead>
                    <tr>
                        <th scope="col">{texts.text("webhook-url")}</th>
                        <th scope="col">{texts.text("webhook-state")}</th>
                        <th scope="col">{texts.text("webhook-created")}</th>
                    </tr>
                </thead>
                <tbody>
                    {webhooks
                        .into_iter()
                        .map(|webhook| {
                            view! {
                                <tr>
                                    <th scope="row">
                                        <a
                                            class="row-name hook-url"
                                            href=format!("/settings/webhooks/{}", webhook.id)
                                        >
                                            <bdi>{webhook.url}</bdi>
                                        </a>
                                    </th>
                                    <td data-label=texts.text("webhook-state")>
                                        <StateBadge state=webhook.state />
                                    </td>
                                    <td data-label=texts.text("webhook-created")>
                                        <Day at=webhook.created_at />
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

/// Whether a webhook is sent to, in a word.
#[component]
pub fn StateBadge(state: WebhookState) -> impl IntoView {
    let texts = use_texts();
    let (tone, text) = match state {
        WebhookState::On => ("good", texts.text("webhook-on")),
        WebhookState::Failing(_) => ("wait", texts.text("webhook-failing")),
        WebhookState::Off => ("off", texts.text("webhook-off")),
        WebhookState::GivenUp(_) | WebhookState::Gone(_) => {
            ("bad", texts.text("webhook-switched-off"))
        }
    };
    view! { <Badge tone text /> }
}

/// The whole secret, for the only time.
#[component]
pub fn NewSecretCard(created: NewSecret) -> impl IntoView {
    let texts = use_texts();
    let old = created.old_until.map(|until| {
        let until = moment(texts, until);
        texts.with("webhook-old-until", [("until", until.into())])
    });
    view! {
        <section class="card new-key" aria-labelledby="new-secret" role="status">
            <h2 id="new-secret">{texts.text("webhook-secret-title")}</h2>
            <p>{texts.text("webhook-secret-text")}</p>
            {old.map(|old| view! { <p>{old}</p> })}
            <div class="copy-line">
                <code class="secret">{created.secret.clone()}</code>
                <CopyButton
                    value=created.secret
                    label=texts.text("copy")
                    about=texts.text("copy-secret")
                    done=texts.text("copied")
                />
            </div>
            <p>
                <a class="button" href=format!("/settings/webhooks/{}", created.webhook)>
                    {texts.text("webhook-open")}
                </a>
            </p>
        </section>
    }
}
