//! Forms of the admin's desk.

use super::Web;
use super::form::{Posted, done, failed};
use super::visitor::Visitor;
use crate::domain::authority::By;
use axum::extract::{Path, State};
use axum::response::Response;

const QUEUE: &str = "/admin/requests";

pub(super) async fn approve(
    State(web): State<Web>,
    Visitor(staff): Visitor,
    Path(id): Path<String>,
    posted: Posted,
) -> Response {
    let typed = &posted.typed;
    let approved = web
        .actions
        .approve_quota_request(
            &By::from(&*staff),
            &id,
            typed.get("calls"),
            typed.get("answer"),
        )
        .await;
    match approved {
        Ok(()) => done(QUEUE, "request-approved"),
        Err(error) => failed(&web, posted, QUEUE, format!("answer:{id}"), error).await,
    }
}

pub(super) async fn reject(
    State(web): State<Web>,
    Visitor(staff): Visitor,
    Path(id): Path<String>,
    posted: Posted,
) -> Response {
    match web
        .actions
        .reject_quota_request(&By::from(&*staff), &id, posted.typed.get("answer"))
        .await
    {
        Ok(()) => done(QUEUE, "request-rejected"),
        Err(error) => failed(&web, posted, QUEUE, format!("answer:{id}"), error).await,
    }
}
