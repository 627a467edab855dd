//! Forms of those who are not inside yet: sign up, join, reset. And of staff, who
//! invite, and pass links on where no letters leave.

use super::form::{Posted, Typed, done, failed};
use super::once::once_for;
use super::page::{self, query_value};
use super::visitor::Visitor;
use super::{Web, keys, language, sign_in};
use crate::actions::Join;
use crate::domain::AccountId;
use crate::domain::authority::By;
use crate::domain::error::DomainError;
use crate::domain::language::Language;
use allowance_app::view::{FormReply, ShownLink};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Redirect, Response};
use std::sync::Arc;
use tower_sessions::Session;

const LINKS: &str = "/admin/links";
/// Whoever joins has no account yet that one-time tokens could be told apart by;
/// the link's own token is part of what was typed.
const NOBODY: AccountId = AccountId(0);

pub(super) async fn sign_up(State(web): State<Web>, posted: Posted) -> Response {
    let language = language::asked(posted.request.headers());
    match web
        .actions_for(&posted.request)
        .ask_to_sign_up(posted.typed.get("email"), language)
    {
        Ok(()) => Redirect::to("/sign-up?sent=1").into_response(),
        Err(DomainError::Forbidden) => Redirect::to("/sign-up").into_response(),
        Err(error) => failed(&web, posted, "/sign-up", "sign-up".into(), error).await,
    }
}

/// Opens the account, signs its owner in, and shows the first key: by this answer
/// and never again, so there is no redirect.
pub(super) async fn join(State(web): State<Web>, session: Session, mut posted: Posted) -> Response {
    let language = language::asked(posted.request.headers());
    let token = posted.typed.get("token").to_owned();
    let (_, typed) = posted.typed.once();
    let made = once_for(&web, NOBODY, "join", &posted.typed, async move |actions| {
        let get = |field: &str| typed.get(field).map_or("", String::as_str);
        let asked = Join {
            token: get("token"),
            name: get("name"),
            password: get("password"),
            time_zone: get("time_zone"),
            language,
        };
        actions.join(asked).await.map(|(_, key)| key)
    })
    .await;
    let joined = match made {
        Ok(made) => {
            let account = web.actions.account_of_link(&token).await;
            account.map(|account| (account, made)).map_err(Into::into)
        }
        Err(error) => Err(error),
    };
    let (account, made) = match joined {
        Ok((Some(account), made)) => (account, made),
        Ok((None, _)) => return Redirect::to("/sign-in").into_response(),
        Err(error) => {
            let page = with_token("/join", &posted.typed);
            return failed(&web, posted, &page, "join".into(), error).await;
        }
    };
    let cookie = match sign_in::enter(&web, &session, &account, posted.request.headers()).await {
        Ok(cookie) => cookie,
        Err(error) => {
            tracing::error!(%error, "a new account was not signed in");
            return Redirect::to("/sign-in").into_response();
        }
    };
    posted
        .request
        .extensions_mut()
        .insert(Visitor(Arc::new(account.clone())));
    let shown = keys::show(&web, posted, &account, "/welcome", "join", made).await;
    ([(SET_COOKIE, cookie)], shown).into_response()
}

pub(super) async fn ask_for_reset(State(web): State<Web>, posted: Posted) -> Response {
    let language = language::asked(posted.request.headers());
    match web
        .actions_for(&posted.request)
        .ask_for_reset(posted.typed.get("email"), language)
    {
        Ok(()) => Redirect::to("/reset?sent=1").into_response(),
        Err(error) => failed(&web, posted, "/reset", "reset".into(), error).await,
    }
}

pub(super) async fn reset(State(web): State<Web>, posted: Posted) -> Response {
    let typed = &posted.typed;
    let (new, again) = (typed.get("new_password"), typed.get("again_password"));
    let token = typed.get("token");
    match web.actions.reset_password(token, new, again).await {
        Ok(()) => done("/sign-in", "password-reset"),
        Err(error) => {
            let page = with_token("/reset/new", &posted.typed);
            failed(&web, posted, &page, "new-password".into(), error).await
        }
    }
}

/// Where somebody is signed in, back to their settings: it may be their own.
pub(super) async fn change_email(State(web): State<Web>, posted: Posted) -> Response {
    match web.actions.change_email(posted.typed.get("token")).await {
        Ok(()) if posted.request.extensions().get::<Visitor>().is_some() => {
            done("/settings", "email-changed")
        }
        Ok(()) => done("/sign-in", "email-changed"),
        Err(error) => {
            let page = with_token("/confirm-email", &posted.typed);
            failed(&web, posted, &page, "confirm-email".into(), error).await
        }
    }
}

pub(super) async fn invite(
    State(web): State<Web>,
    Visitor(staff): Visitor,
    posted: Posted,
) -> Response {
    let email = posted.typed.get("email").to_owned();
    let language =
        Language::tagged(posted.typed.get("letter_language")).unwrap_or(Language::English);
    match web
        .actions
        .invite(&By::from(&*staff), &email, language)
        .await
    {
        Ok(Some(address)) => show(&web, posted, email.trim().to_lowercase(), address).await,
        Ok(None) => done(LINKS, "invited"),
        Err(error) => failed(&web, posted, LINKS, "invite".into(), error).await,
    }
}

/// A link is shown by this answer and never again.
pub(super) async fn show_link(
    State(web): State<Web>,
    Visitor(staff): Visitor,
    Path(id): Path<String>,
    posted: Posted,
) -> Response {
    match web.actions.show_link(&By::from(&*staff), &id).await {
        Ok((email, address)) => show(&web, posted, email, address).await,
        Err(error) => failed(&web, posted, LINKS, format!("link:{id}"), error).await,
    }
}

pub(super) async fn withdraw_link(
    State(web): State<Web>,
    Visitor(staff): Visitor,
    Path(id): Path<String>,
    posted: Posted,
) -> Response {
    match web.actions.withdraw_link(&By::from(&*staff), &id).await {
        Ok(()) => done(LINKS, "link-withdrawn"),
        Err(error) => failed(&web, posted, LINKS, format!("link:{id}"), error).await,
    }
}

async fn show(web: &Web, posted: Posted, email: String, address: String) -> Response {
    let reply = FormReply {
        form: "link".into(),
        link: Some(ShownLink { email, address }),
        ..FormReply::default()
    };
    page::reply(web, posted.request, LINKS, StatusCode::OK, reply).await
}

/// The page of a link that was opened before.
fn with_token(page: &str, typed: &Typed) -> String {
    format!("{page}?token={}", query_value(typed.get("token")))
}
