use super::Web;
use super::form::{Posted, done, failed};
use super::visitor::Visitor;
use axum::extract::{Path, State};
use axum::response::Response;

const PAGE: &str = "/request-more";

pub(super) async fn send(
    State(web): State<Web>,
    Visitor(account): Visitor,
    posted: Posted,
) -> Response {
    let typed = &posted.typed;
    let sent = web
        .actions
        .request_quota(
            &account,
            typed.get("api"),
            typed.get("calls"),
            typed.get("reason"),
        )
        .await;
    match sent {
        Ok(()) => done(PAGE, "request-sent"),
        Err(error) => failed(&web, posted, PAGE, "request-quota".into(), error).await,
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
