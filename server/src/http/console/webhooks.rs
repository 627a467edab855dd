//! Forms of the pages about webhooks.

use super::Web;
use super::form::{Posted, Shelf, done, failed};
use super::once::once;
use super::page;
use super::visitor::Visitor;
use crate::domain::accounts::Account;
use crate::domain::store::Webhook;
use crate::domain::zones;
use crate::http::routes::{Routes, post};
use allowance_app::view::{FormReply, NewSecret};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

const WEBHOOKS: Shelf = Shelf {
    path: "/settings/webhooks",
    gone: "problem-hook-gone",
};
const CREATE: &str = "create-webhook";
const ROTATE: &str = "rotate-webhook";
const SEND: &str = "send";

pub(super) fn routes() -> Routes<Web> {
    Routes::new()
        .route("/settings/webhooks", post(create))
        .route("/settings/webhooks/{id}/rotate", post(rotate))
        .route("/settings/webhooks/{id}/test", post(test))
        .route("/settings/webhooks/{id}/disable", post(disable))
        .route("/settings/webhooks/{id}/enable", post(enable))
        .route("/settings/webhooks/{id}/delete", post(delete))
        .route(
            "/settings/webhooks/{id}/messages/{event}/again",
            post(again),
        )
}

/// The secret is shown by this answer, so there is no redirect.
async fn create(State(web): State<Web>, Visitor(account): Visitor, posted: Posted) -> Response {
    let (by, typed) = (account.clone(), posted.typed.get("url").to_owned());
    let made = once(
        &web,
        &account,
        CREATE,
        &posted.typed,
        async move |actions| {
            actions.create_webhook(&by, &typed).await?;
            actions.webhook(&by, &typed).await
        },
    );
    match made.await {
        Ok(made) => show(&web, posted, &account, made, WEBHOOKS.path, CREATE).await,
        Err(error) => failed(&web, posted, WEBHOOKS.path, CREATE.into(), error).await,
    }
}

async fn rotate(
    State(web): State<Web>,
    Visitor(account): Visitor,
    Path(id): Path<String>,
    posted: Posted,
) -> Response {
    let (by, webhook) = (account.clone(), id.clone());
    let scope = format!("{ROTATE}:{id}");
    let made = once(
        &web,
        &account,
        &scope,
        &posted.typed,
        async move |actions| {
            actions.rotate_webhook(&by, &webhook).await?;
            actions.webhook(&by, &webhook).await
        },
    );
    match made.await {
        Ok(made) => show(&web, posted, &account, made, &WEBHOOKS.page(&id), ROTATE).await,
        Err(error) => WEBHOOKS.refused(&web, posted, &id, ROTATE, error).await,
    }
}

/// Shows the secret of a webhook that was just made, or of one that just got another.
async fn show(
    web: &Web,
    posted: Posted,
    account: &Account,
    webhook: Webhook,
    page: &str,
    form: &str,
) -> Response {
    let zone = zones::zone(&account.time_zone);
    let reply = FormReply {
        form: form.to_owned(),
        new_secret: Some(NewSecret {
            webhook: webhook.public_id,
            secret: webhook.secret.text(),
            old_until: webhook.old_until.map(|at| zones::local(at, zone)),
        }),
        ..FormReply::default()
    };
    page::reply(web, posted.request, page, StatusCode::OK, reply).await
}

async fn test(
    State(web): State<Web>,
    Visitor(account): Visitor,
    Path(id): Path<String>,
    posted: Posted,
) -> Response {
    let sent = web.actions.test_webhook(&account, &id).await;
    WEBHOOKS
        .answer(&web, posted, &id, SEND, "message-sent", sent)
        .await
}

async fn again(
    State(web): State<Web>,
    Visitor(account): Visitor,
    Path((id, event)): Path<(String, String)>,
    posted: Posted,
) -> Response {
    let sent = web.actions.send_again(&account, &id, &event).await;
    WEBHOOKS
        .answer(&web, posted, &id, SEND, "message-sent", sent)
        .await
}

async fn disable(
    State(web): State<Web>,
    Visitor(account): Visitor,
    Path(id): Path<String>,
    posted: Posted,
) -> Response {
    let off = web.actions.switch_webhook(&account, &id, false).await;
    WEBHOOKS
        .answer(&web, posted, &id, "switch", "webhook-disabled", off)
        .await
}

async fn enable(
    State(web): State<Web>,
    Visitor(account): Visitor,
    Path(id): Path<String>,
    posted: Posted,
) -> Response {
    let on = web.actions.switch_webhook(&account, &id, true).await;
    WEBHOOKS
        .answer(&web, posted, &id, "switch", "webhook-enabled", on)
        .await
}

async fn delete(
    State(web): State<Web>,
    Visitor(account): Visitor,
    Path(id): Path<String>,
    posted: Posted,
) -> Response {
    match web.actions.delete_webhook(&account, &id).await {
        Ok(()) => done(WEBHOOKS.path, "webhook-deleted"),
        Err(error) => {
            WEBHOOKS
                .refused(&web, posted, &id, "delete-webhook", error)
                .await
        }
    }
}
