//! Forms of the second step: at the sign-in, and in the settings.

use super::Web;
use super::form::{Posted, done, failed};
use super::page::{self, own_path, query_value};
use super::sign_in;
use super::visitor::Visitor;
use crate::domain::accounts::Account;
use crate::domain::error::DomainError;
use crate::domain::{AccountId, Millis};
use allowance_app::view::FormReply;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};
use tower_sessions::{Expiry, Session};

/// Field of a session whose owner has given the password, and no code yet.
const HALF: &str = "half";
/// So long the code may take.
const PATIENCE: Millis = 10 * 60 * 1_000;
const SETTINGS: &str = "/settings";
const SET_UP: &str = "/settings/second-step";

#[derive(Serialize, Deserialize)]
struct Half {
    account: i64,
    at: Millis,
}

/// After a good password of an account with a second step: asks for the code. The
/// session is a new one, and nobody's until then.
pub(super) async fn ask(web: &Web, session: &Session, account: &Account, next: &str) -> Response {
    let half = Half {
        account: account.id.0,
        at: web.actions.now(),
    };
    session.set_expiry(Some(Expiry::OnInactivity(time::Duration::milliseconds(
        PATIENCE,
    ))));
    let kept = async {
        session.cycle_id().await?;
        session.insert(HALF, half).await
    };
    if let Err(error) = kept.await {
        tracing::error!(%error, "half a sign-in was not kept");
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    Redirect::to(&format!(
        "/sign-in/code?next={}",
        query_value(own_path(next))
    ))
    .into_response()
}

/// Who has given the password in this session, not long ago.
async fn half(web: &Web, session: &Session) -> Option<Account> {
    let half: Half = session.get(HALF).await.ok()??;
    if half.at + PATIENCE <= web.actions.now() {
        return None;
    }
    web.actions.signed_in(AccountId(half.account)).await.ok()?
}

pub(super) async fn sign_in(State(web): State<Web>, session: Session, posted: Posted) -> Response {
    let next = own_path(posted.typed.get("next")).to_owned();
    let Some(account) = half(&web, &session).await else {
        return Redirect::to(&format!(
            "/sign-in?next={}&done=session-ended",
            query_value(&next)
        ))
        .into_response();
    };
    let code = posted.typed.get("second_code");
    let actions = web.actions_for(&posted.request);
    if let Err(error) = actions.check_code(&account, code).await {
        let page = format!("/sign-in/code?next={}", query_value(&next));
        return failed(&web, posted, &page, "code".into(), error).await;
    }
    // From here on it lasts as sessions do.
    session.set_expiry(Some(super::session_expiry()));
    if let Err(error) = session.remove_value(HALF).await {
        tracing::error!(%error, "half a sign-in was not forgotten");
    }
    match sign_in::enter(&web, &session, &account, posted.request.headers()).await {
        Ok(cookie) => ([(SET_COOKIE, cookie)], Redirect::to(&next)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a sign-in failed");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

pub(super) async fn begin(
    State(web): State<Web>,
    Visitor(account): Visitor,
    posted: Posted,
) -> Response {
    let password = posted.typed.get("factor_password");
    let actions = web.actions_for(&posted.request);
    match actions.begin_second_factor(&account, password).await {
        Ok(()) => Redirect::to(SET_UP).into_response(),
        Err(error) => failed(&web, posted, SETTINGS, "second-step".into(), error).await,
    }
}

/// Recovery codes are shown by this answer and never again.
pub(super) async fn confirm(
    State(web): State<Web>,
    Visitor(account): Visitor,
    session: Session,
    posted: Posted,
) -> Response {
    let actions = web.actions_for(&posted.request);
    let code = posted.typed.get("second_code");
    let made = actions.confirm_second_factor(&account, code).await;
    show(&web, Some(&session), posted, SET_UP, "confirm-step", made).await
}

pub(super) async fn replace_recovery_codes(
    State(web): State<Web>,
    Visitor(account): Visitor,
    posted: Posted,
) -> Response {
    let actions = web.actions_for(&posted.request);
    let code = posted.typed.get("second_code");
    let made = actions.replace_recovery_codes(&account, code).await;
    show(&web, None, posted, SET_UP, "recovery", made).await
}

async fn show(
    web: &Web,
    rotated: Option<&Session>,
    posted: Posted,
    page: &str,
    form: &str,
    made: Result<Vec<String>, DomainError>,
) -> Response {
    let codes = match made {
        Ok(codes) => codes,
        Err(error) => return failed(web, posted, page, form.into(), error).await,
    };
    // More is proven of this session than before.
    if let Some(session) = rotated
        && let Err(error) = session.cycle_id().await
    {
        tracing::error!(%error, "a session was not renewed");
    }
    let reply = FormReply {
        form: form.into(),
        recovery: codes,
        ..FormReply::default()
    };
    page::reply(web, posted.request, page, StatusCode::OK, reply).await
}

pub(super) async fn remove(
    State(web): State<Web>,
    Visitor(account): Visitor,
    posted: Posted,
) -> Response {
    let (password, code) = (
        posted.typed.get("factor_password"),
        posted.typed.get("second_code"),
    );
    let actions = web.actions_for(&posted.request);
    match actions.remove_second_factor(&account, password, code).await {
        Ok(()) => done(SETTINGS, "second-step-removed"),
        Err(error) => failed(&web, posted, SET_UP, "remove-step".into(), error).await,
    }
}
