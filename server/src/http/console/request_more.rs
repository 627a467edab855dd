use super::Web;
use super::form::{Posted, done, failed};
use super::once::once;
use super::visitor::Visitor;
use axum::extract::{Path, State};
use axum::response::Response;

const PAGE: &str = "/request-more";

pub(super) async fn send(
    State(web): State<Web>,
    Visitor(account): Visitor,
    posted: Posted,
) -> Response {
    let form = "request-quota";
    let by = account.clone();
    let (_, typed) = posted.typed.once();
    let sent = once(&web, &account, form, &posted.typed, async move |actions| {
        let get = |field: &str| typed.get(field).map_or("", String::as_str);
        actions
            .request_quota(&by, get("api"), get("calls"), get("reason"))
            .await
    })
    .await;
    match sent {
        Ok(()) => done(PAGE, "request-sent"),
        Err(error) => failed(&web, posted, PAGE, form.into(), error).await,
    }
}

pub(super) async fn withdraw(
    State(web): State<Web>,
    Visitor(account): Visitor,
    Path(id): Path<String>,
    posted: Posted,
) -> Response {
    match web.actions.withdraw_quota_request(&account, &id).await {
        Ok(()) => done(PAGE, "request-withdrawn"),
        Err(error) => failed(&web, posted, PAGE, format!("withdraw:{id}"), error).await,
    }
}

pub(super) async fn redeem(
    State(web): State<Web>,
    Visitor(account): Visitor,
    posted: Posted,
) -> Response {
    let typed = &posted.typed;
    let redeemed = web
        .actions_for(&posted.request)
        .redeem_code(&account, typed.get("code"), typed.get("api"))
        .await;
    match redeemed {
        Ok(()) => done(PAGE, "code-redeemed"),
        Err(error) => failed(&web, posted, PAGE, "redeem".into(), error).await,
    }
}
