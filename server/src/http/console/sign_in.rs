use super::Web;
use super::form::Posted;
use super::page::{self, own_path};
use super::unsent;
use crate::actions::SignInError;
use crate::domain::accounts::Account;
use crate::http::session_store::ACCOUNT;
use allowance_app::view::{FormReply, Message};
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use std::collections::BTreeMap;
use tower_sessions::Session;

pub(super) async fn sign_in(State(web): State<Web>, session: Session, posted: Posted) -> Response {
    let (email, password) = (posted.typed.get("email"), posted.typed.get("password"));
    let result = match web.actions.sign_in(email, password).await {
        Ok(account) => start(&session, &account).await.map(|()| account),
        Err(error) => Err(error),
    };
    let (status, message) = match result {
        Ok(account) => {
            let cookie = unsent::cookie(&account, web.site.is_secure());
            let next = own_path(posted.typed.get("next"));
            return ([(SET_COOKIE, cookie)], Redirect::to(next)).into_response();
        }
        Err(SignInError::Wrong) => (StatusCode::UNPROCESSABLE_ENTITY, "problem-sign-in"),
        Err(SignInError::Disabled) => (StatusCode::FORBIDDEN, "problem-account-disabled"),
        Err(SignInError::Store(error)) => {
            tracing::error!(%error, "a sign-in failed");
            (StatusCode::SERVICE_UNAVAILABLE, "problem-busy")
        }
    };
    let reply = FormReply {
        form: "sign-in".into(),
        values: ["email", "next"]
            .map(|field| (field.to_owned(), posted.typed.get(field).to_owned()))
            .into_iter()
            .collect::<BTreeMap<_, _>>(),
        problems: vec![("", Message::new(message))],
        ..FormReply::default()
    };
    page::reply(&web, posted.request, "/sign-in", status, reply).await
}

/// A new session id at sign-in: one that was planted before is worth nothing.
async fn start(session: &Session, account: &Account) -> Result<(), SignInError> {
    let begun = async {
        session.cycle_id().await?;
        unsent::drop_unless_of(session, account).await?;
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
