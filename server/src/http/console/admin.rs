//! Forms of the admin's desk.

use super::Web;
use super::form::{Posted, done, failed};
use super::once::once;
use super::visitor::Visitor;
use crate::domain::authority::By;
use crate::domain::error::DomainError;
use axum::extract::{Path, State};
use axum::response::Response;

const QUEUE: &str = "/admin/requests";
/// The queue one request at a time.
const NEXT: &str = "/admin/requests/next";

pub(super) async fn approve(
    State(web): State<Web>,
    Visitor(staff): Visitor,
    Path(id): Path<String>,
    posted: Posted,
) -> Response {
    let typed = &posted.typed;
    let by = By::from(&*staff);
    let approved = web
        .actions
        .approve_quota_request(&by, &id, typed.get("calls"), typed.get("answer"))
        .await;
    answered(&web, posted, &id, "request-approved", approved).await
}

pub(super) async fn reject(
    State(web): State<Web>,
    Visitor(staff): Visitor,
    Path(id): Path<String>,
    posted: Posted,
) -> Response {
    let by = By::from(&*staff);
    let answer = posted.typed.get("answer");
    let rejected = web.actions.reject_quota_request(&by, &id, answer).await;
    answered(&web, posted, &id, "request-rejected", rejected).await
}

/// Back to the page that the answer came from: the whole queue, or the next one.
async fn answered(
    web: &Web,
    posted: Posted,
    id: &str,
    what: &'static str,
    result: Result<(), DomainError>,
) -> Response {
    let one_by_one = posted.typed.get("flow") == "next";
    match result {
        Ok(()) if one_by_one => done(&format!("{NEXT}?after={id}"), what),
        Ok(()) => done(QUEUE, what),
        // Somebody was faster: their answer stands, and the next one is shown.
        Err(error @ DomainError::AlreadyAnswered) if one_by_one => {
            failed(web, posted, NEXT, format!("answer:{id}"), error).await
        }
        Err(error) if one_by_one => {
            let page = format!("{NEXT}?at={id}");
            failed(web, posted, &page, "next-answer".into(), error).await
        }
        Err(error) => failed(web, posted, QUEUE, format!("answer:{id}"), error).await,
    }
}

pub(super) async fn note(
    State(web): State<Web>,
    Visitor(staff): Visitor,
    Path(id): Path<String>,
    posted: Posted,
) -> Response {
    let page = format!("/admin/accounts/{id}");
    let (by, text) = (By::from(&*staff), posted.typed.get("note").to_owned());
    let added = once(&web, &staff, "note", &posted.typed, async move |actions| {
        actions.add_note(&by, &id, &text).await
    })
    .await;
    match added {
        Ok(()) => done(&page, "note-added"),
        Err(error) => failed(&web, posted, &page, "note".into(), error).await,
    }
}

pub(super) async fn disable(
    State(web): State<Web>,
    Visitor(staff): Visitor,
    Path(id): Path<String>,
    posted: Posted,
) -> Response {
    let page = format!("/admin/accounts/{id}");
    let (by, reason) = (By::from(&*staff), posted.typed.get("reason"));
    match web.actions.disable_account(&by, &id, reason).await {
        Ok(()) => done(&page, "account-disabled"),
        Err(error) => failed(&web, posted, &page, "close".into(), error).await,
    }
}

pub(super) async fn change_role(
    State(web): State<Web>,
    Visitor(staff): Visitor,
    Path(id): Path<String>,
    posted: Posted,
) -> Response {
    let page = format!("/admin/accounts/{id}");
    let (by, role) = (By::from(&*staff), posted.typed.get("role"));
    match web.actions.change_role(&by, &id, role).await {
        Ok(()) => done(&page, "role-changed"),
        Err(error) => failed(&web, posted, &page, "role".into(), error).await,
    }
}

pub(super) async fn enable(
    State(web): State<Web>,
    Visitor(staff): Visitor,
    Path(id): Path<String>,
    posted: Posted,
) -> Response {
    let page = format!("/admin/accounts/{id}");
    match web.actions.enable_account(&By::from(&*staff), &id).await {
        Ok(()) => done(&page, "account-enabled"),
        Err(error) => failed(&web, posted, &page, "close".into(), error).await,
    }
}
