//! Forms of the settings page.

use super::form::{Posted, done, failed};
use super::page::{self, own_path};
use super::visitor::Visitor;
use super::{Web, language};
use crate::actions::ChangePassword;
use crate::domain::error::DomainError;
use crate::http::session_store::{hash_of, own_hash};
use axum::extract::{Path, State};
use axum::http::HeaderName;
use axum::response::{IntoResponse, Redirect, Response};
use tower_sessions::Session;

const PAGE: &str = "/settings";

pub(super) async fn rename(
    State(web): State<Web>,
    Visitor(account): Visitor,
    posted: Posted,
) -> Response {
    let name = posted.typed.get("name");
    match web.actions.rename_account(&account, name).await {
        Ok(()) => done(PAGE, "account-renamed"),
        Err(error) => failed(&web, posted, PAGE, "profile".into(), error).await,
    }
}

/// Nothing changes until the new mailbox's owner opens the link.
pub(super) async fn ask_for_email(
    State(web): State<Web>,
    Visitor(account): Visitor,
    posted: Posted,
) -> Response {
    let language = language::asked(posted.request.headers());
    let (new, password) = (
        posted.typed.get("new_email"),
        posted.typed.get("email_password"),
    );
    let asked = web
        .actions_for(&posted.request)
        .ask_for_email(&account, new, password, language)
        .await;
    match asked {
        Ok(()) => done(PAGE, "email-asked"),
        Err(error) => failed(&web, posted, PAGE, "email".into(), error).await,
    }
}

/// Other sessions end with the old password, and this one gets a new id.
pub(super) async fn change_password(
    State(web): State<Web>,
    Visitor(account): Visitor,
    session: Session,
    posted: Posted,
) -> Response {
    let asked = ChangePassword {
        current: posted.typed.get("current_password"),
        new: posted.typed.get("new_password"),
        again: posted.typed.get("again_password"),
    };
    let actions = web.actions_for(&posted.request);
    if let Err(error) = actions.change_password(&account, asked).await {
        return failed(&web, posted, PAGE, "password".into(), error).await;
    }
    if let Err(error) = session.cycle_id().await {
        // The password is changed all the same; the next page asks for it.
        tracing::error!(%error, "a session was not renewed");
    }
    done(PAGE, "password-changed")
}

pub(super) async fn change_time_zone(
    State(web): State<Web>,
    Visitor(account): Visitor,
    posted: Posted,
) -> Response {
    let zone = posted.typed.get("time_zone");
    match web.actions.change_time_zone(&account, zone).await {
        Ok(()) => done(PAGE, "time-zone-changed"),
        Err(error) => failed(&web, posted, PAGE, "time-zone".into(), error).await,
    }
}

pub(super) async fn change_thresholds(
    State(web): State<Web>,
    Visitor(account): Visitor,
    posted: Posted,
) -> Response {
    let typed = posted.typed.get("thresholds");
    // Where no letters leave, the form has no such field.
    let by_mail = posted.typed.field("by_mail").map(|choice| choice == "yes");
    let changed = web.actions.change_notices(&account, typed, by_mail).await;
    match changed {
        Ok(()) => done(PAGE, "thresholds-changed"),
        Err(error) => failed(&web, posted, PAGE, "thresholds".into(), error).await,
    }
}

/// Back to the page on which the notice stood.
pub(super) async fn dismiss(
    State(web): State<Web>,
    Visitor(account): Visitor,
    posted: Posted,
) -> Response {
    let next = own_path(posted.typed.get("next")).to_owned();
    let dismissed = if let Some(grant) = posted.typed.field("alert") {
        web.actions.dismiss_alert(&account, grant).await
    } else {
        let api = posted.typed.get("api");
        web.actions.dismiss_notices(&account, api).await
    };
    match dismissed {
        Ok(()) => Redirect::to(&next).into_response(),
        Err(error) => failed(&web, posted, PAGE, "dismiss".into(), error).await,
    }
}

pub(super) async fn end_session(
    State(web): State<Web>,
    Visitor(account): Visitor,
    Path(handle): Path<String>,
    posted: Posted,
) -> Response {
    let ended = match hash_of(&handle) {
        Some(hash) => web.actions.end_session(&account, hash).await,
        None => return page::not_found(&web, posted.request).await,
    };
    match ended {
        // A session that is gone already is what was asked for.
        Ok(()) | Err(DomainError::NotFound(_)) => done(PAGE, "session-revoked"),
        Err(error) => failed(&web, posted, PAGE, "sessions".into(), error).await,
    }
}

pub(super) async fn end_other_sessions(
    State(web): State<Web>,
    Visitor(account): Visitor,
    session: Session,
    posted: Posted,
) -> Response {
    let Some(own) = own_hash(&session) else {
        return page::not_found(&web, posted.request).await;
    };
    match web.actions.end_other_sessions(&account, own).await {
        Ok(()) => done(PAGE, "sessions-revoked"),
        Err(error) => failed(&web, posted, PAGE, "sessions".into(), error).await,
    }
}

pub(super) async fn delete(
    State(web): State<Web>,
    Visitor(account): Visitor,
    session: Session,
    posted: Posted,
) -> Response {
    let (email, password) = (posted.typed.get("email"), posted.typed.get("password"));
    let actions = web.actions_for(&posted.request);
    if let Err(error) = actions.delete_account(&account, email, password).await {
        return failed(&web, posted, PAGE, "delete-account".into(), error).await;
    }
    if let Err(error) = session.flush().await {
        tracing::error!(%error, "the session of a deleted account was not flushed");
    }
    (
        [(HeaderName::from_static("clear-site-data"), "\"cache\"")],
        Redirect::to("/sign-in?done=account-deleted"),
    )
        .into_response()
}
