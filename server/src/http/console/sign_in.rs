use super::Web;
use super::form::{Posted, retry_after, too_often};
use super::page::{self, own_path};
use super::second_factor;
use super::unsent;
use crate::actions::SignInError;
use crate::domain::Millis;
use crate::domain::accounts::Account;
use crate::domain::device::device;
use crate::http::session_store::{ACCOUNT, DEVICE, SEEN, SIGNED_IN};
use allowance_app::view::{FormReply, Message};
use axum::extract::State;
use axum::http::header::{SET_COOKIE, USER_AGENT};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use std::collections::BTreeMap;
use tower_sessions::Session;

pub(super) async fn sign_in(State(web): State<Web>, session: Session, posted: Posted) -> Response {
    let (email, password) = (posted.typed.get("email"), posted.typed.get("password"));
    let actions = web.actions_for(&posted.request);
    let result = match actions.sign_in(email, password).await {
        Ok(account) if has_second_step(&web, &account).await => {
            let next = posted.typed.get("next");
            return second_factor::ask(&web, &session, &account, next).await;
        }
        Ok(account) => enter(&web, &session, &account, posted.request.headers()).await,
        Err(error) => Err(error),
    };
    let mut wait = None;
    let (status, message) = match result {
        Ok(cookie) => {
            let next = own_path(posted.typed.get("next"));
            return ([(SET_COOKIE, cookie)], Redirect::to(next)).into_response();
        }
        Err(SignInError::Wrong) => (
            StatusCode::UNPROCESSABLE_ENTITY,
            Message::new("problem-sign-in"),
        ),
        Err(SignInError::TooOften(ms)) => {
            wait = Some(ms);
            (StatusCode::TOO_MANY_REQUESTS, too_often(ms))
        }
        Err(SignInError::Disabled) => (
            StatusCode::FORBIDDEN,
            Message::new("problem-account-disabled"),
        ),
        Err(SignInError::Store(error)) => {
            tracing::error!(%error, "a sign-in failed");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                Message::new("problem-busy"),
            )
        }
    };
    let reply = FormReply {
        form: "sign-in".into(),
        values: ["email", "next"]
            .map(|field| (field.to_owned(), posted.typed.get(field).to_owned()))
            .into_iter()
            .collect::<BTreeMap<_, _>>(),
        problems: vec![("", message)],
        ..FormReply::default()
    };
    let mut response = page::reply(&web, posted.request, "/sign-in", status, reply).await;
    if let Some(wait) = wait {
        retry_after(&mut response, wait);
    }
    response
}

/// One that cannot be looked up is asked for: nobody enters by a fault of the store.
pub(super) async fn has_second_step(web: &Web, account: &Account) -> bool {
    match web.actions.has_second_factor(account).await {
        Ok(has) => has,
        Err(error) => {
            tracing::error!(%error, "a second step was not looked up");
            true
        }
    }
}

fn device_of(headers: &HeaderMap) -> String {
    let header = headers.get(USER_AGENT);
    header
        .and_then(|value| value.to_str().ok())
        .map_or_else(String::new, device)
}

/// Begins the session of somebody who may enter, and answers the cookie that says
/// whose browser this is.
pub(super) async fn enter(
    web: &Web,
    session: &Session,
    account: &Account,
    headers: &HeaderMap,
) -> Result<String, SignInError> {
    start(session, account, device_of(headers), web.actions.now()).await?;
    Ok(unsent::cookie(account, web.site.is_secure()))
}

/// A new session id at sign-in: one that was planted before is worth nothing.
async fn start(
    session: &Session,
    account: &Account,
    device: String,
    now: Millis,
) -> Result<(), SignInError> {
    let begun = async {
        session.cycle_id().await?;
        unsent::drop_unless_of(session, account).await?;
        session.insert(SIGNED_IN, now).await?;
        session.insert(SEEN, now).await?;
        session.insert(DEVICE, device).await?;
        session.insert(ACCOUNT, account.id.0).await
    };
    begun.await.map_err(|error| {
        SignInError::Store(crate::domain::StoreError::Transient(error.to_string()))
    })
}

pub(super) async fn sign_out(session: Session) -> Response {
    if let Err(error) = session.flush().await {
        tracing::error!(%error, "a session could not be deleted");
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    // Pages are not stored, but a browser may keep one alive for its back button.
    (
        [(HeaderName::from_static("clear-site-data"), "\"cache\"")],
        Redirect::to("/sign-in?done=signed-out"),
    )
        .into_response()
}
