//! Sign-in by a provider of OpenID Connect: a link leads there, and the provider
//! leads back. What was agreed on waits in the visitor's session, for one use and ten
//! minutes, so that nobody comes back who did not leave from here.

use super::form::{retry_after, too_often};
use super::page::{self, own_path};
use super::visitor::Visitor;
use super::{Web, form, language, second_factor, sign_in, unsent};
use crate::actions::{Actions, EntryError, SignInError};
use crate::domain::Millis;
use crate::domain::links::SignUp;
use crate::openid::{Departure, Provider, ProviderError};
use allowance_app::view::{FormReply, Message};
use axum::body::Body;
use axum::extract::{Query, Request, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use tower_sessions::{Expiry, Session};

/// Field of a session whose visitor is at the provider.
const AWAY: &str = "openid";
/// So long they may stay there.
const PATIENCE: Millis = 10 * 60 * 1_000;
/// Visitors away at once, and others without an account: strangers cannot fill the disk.
const MOST_AWAY: i64 = 10_000;
/// Whoever gets an account here has no key yet.
const FIRST_PAGE: &str = "/quick-start";

#[derive(Serialize, Deserialize)]
struct Away {
    state: String,
    nonce: String,
    verifier: String,
    /// Where the visitor wanted to go.
    next: String,
    at: Millis,
}

/// What the provider sends along with the visitor. What it says of an error is not
/// shown: anybody can write it into a link.
#[derive(Deserialize, Default)]
struct Brought {
    #[serde(default)]
    state: String,
    code: Option<String>,
    error: Option<String>,
    iss: Option<String>,
}

/// Why nobody was signed in.
enum Fault {
    /// Not from here, not from this browser, too late, or the second time.
    Stray,
    Denied,
    TooOften(Millis),
    Busy,
    Provider(ProviderError),
    Entry(EntryError),
}

/// Leads to the provider.
pub(super) async fn leave(
    State(web): State<Web>,
    session: Session,
    request: Request<Body>,
) -> Response {
    let Some(provider) = web.site.openid.clone() else {
        return page::not_found(&web, request).await;
    };
    let next = asked_next(request.uri());
    if request.extensions().get::<Visitor>().is_some() {
        return Redirect::to(&next).into_response();
    }
    let actions = web.actions_for(&request);
    match depart(&actions, &session, &provider, &next).await {
        Ok(address) => Redirect::to(&address).into_response(),
        Err(fault) => refuse(&web, request, &provider, next, fault).await,
    }
}

async fn depart(
    actions: &Actions,
    session: &Session,
    provider: &Provider,
    next: &str,
) -> Result<String, Fault> {
    actions.leave_for_provider().map_err(Fault::TooOften)?;
    let waiting = actions.count_stranger_sessions().await;
    if waiting.map_err(EntryError::from)? >= MOST_AWAY {
        return Err(Fault::Busy);
    }
    let Departure {
        address,
        state,
        nonce,
        verifier,
    } = provider.depart().await.map_err(Fault::Provider)?;
    let away = Away {
        state,
        nonce,
        verifier,
        next: next.to_owned(),
        at: actions.now(),
    };
    // A form that waits in this session for the sign-in waits longer.
    if !unsent::waits(session).await {
        session.set_expiry(Some(Expiry::OnInactivity(time::Duration::milliseconds(
            PATIENCE,
        ))));
    }
    session.insert(AWAY, away).await.map_err(|error| {
        tracing::error!(%error, "a sign-in by a provider was not kept");
        Fault::Busy
    })?;
    Ok(address)
}

/// Whoever comes back from the provider.
pub(super) async fn come_back(
    State(web): State<Web>,
    session: Session,
    request: Request<Body>,
) -> Response {
    let Some(provider) = web.site.openid.clone() else {
        return page::not_found(&web, request).await;
    };
    let brought = Query::<Brought>::try_from_uri(request.uri());
    let brought = brought.map(|Query(brought)| brought).unwrap_or_default();
    let away = match expected(&web, &session, &brought.state).await {
        Ok(away) => away,
        Err(fault) => return refuse(&web, request, &provider, String::new(), fault).await,
    };
    let actions = web.actions_for(&request);
    let entered = enter(
        &web,
        &actions,
        &session,
        request.headers(),
        &provider,
        brought,
        &away,
    );
    match entered.await {
        Ok(response) => response,
        Err(fault) => refuse(&web, request, &provider, away.next, fault).await,
    }
}

/// What was agreed on with the visitor of this state. It is used up, on disk before
/// anybody is asked, so that no answer counts twice.
async fn expected(web: &Web, session: &Session, state: &str) -> Result<Away, Fault> {
    let busy = |error| {
        tracing::error!(%error, "a sign-in by a provider was not looked up");
        Fault::Busy
    };
    let away: Option<Away> = session.get(AWAY).await.map_err(busy)?;
    let away = away
        .filter(|away| Sha256::digest(&away.state) == Sha256::digest(state))
        .ok_or(Fault::Stray)?;
    session.remove_value(AWAY).await.map_err(busy)?;
    session.save().await.map_err(busy)?;
    if away.at + PATIENCE <= web.actions.now() {
        return Err(Fault::Stray);
    }
    Ok(away)
}

async fn enter(
    web: &Web,
    actions: &Actions,
    session: &Session,
    headers: &HeaderMap,
    provider: &Provider,
    brought: Brought,
    away: &Away,
) -> Result<Response, Fault> {
    if brought.error.as_deref() == Some("access_denied") {
        return Err(Fault::Denied);
    }
    // RFC 9207: another provider's answer is none of this one.
    let from_other = brought.iss.is_some_and(|iss| iss != provider.issuer());
    let code = brought
        .code
        .filter(|_| brought.error.is_none() && !from_other);
    let code = code.ok_or_else(|| {
        Fault::Provider(ProviderError::Refused("it sent no code of its own".into()))
    })?;
    let who = provider
        .arrive(&code, &away.nonce, &away.verifier)
        .await
        .map_err(Fault::Provider)?;
    let (account, is_new) = actions
        .enter_by_openid(&who, language::asked(headers))
        .await?;
    if sign_in::has_second_step(web, &account).await {
        return Ok(second_factor::ask(web, session, &account, &away.next).await);
    }
    session.set_expiry(Some(super::session_expiry()));
    let cookie = sign_in::enter(web, session, &account, headers)
        .await
        .map_err(|error| match error {
            SignInError::Store(error) => Fault::Entry(error.into()),
            _ => Fault::Busy,
        })?;
    let next = match own_path(&away.next) {
        page::HOME if is_new => FIRST_PAGE,
        next => next,
    };
    Ok(([(SET_COOKIE, cookie)], Redirect::to(next)).into_response())
}

impl From<EntryError> for Fault {
    fn from(error: EntryError) -> Self {
        Self::Entry(error)
    }
}

/// The sign-in page, with the reason.
async fn refuse(
    web: &Web,
    request: Request<Body>,
    provider: &Provider,
    next: String,
    fault: Fault,
) -> Response {
    let wait = match &fault {
        Fault::TooOften(wait) => Some(*wait),
        _ => None,
    };
    let (status, message) = told(&fault);
    let reply = FormReply {
        form: "sign-in".into(),
        values: BTreeMap::from([("next".to_owned(), next)]),
        problems: vec![("", message.with("label", provider.label()))],
        ..FormReply::default()
    };
    let mut response = page::reply(web, request, "/sign-in", status, reply).await;
    if let Some(wait) = wait {
        retry_after(&mut response, wait);
    }
    response
}

/// What is said of a fault, and with which status.
fn told(fault: &Fault) -> (StatusCode, Message) {
    let refused = StatusCode::UNPROCESSABLE_ENTITY;
    let busy = StatusCode::SERVICE_UNAVAILABLE;
    let (status, id) = match fault {
        Fault::TooOften(wait) => return (StatusCode::TOO_MANY_REQUESTS, too_often(*wait)),
        Fault::Stray => (refused, "problem-openid-stray"),
        Fault::Denied => (StatusCode::FORBIDDEN, "problem-openid-denied"),
        Fault::Busy => (busy, "problem-busy"),
        Fault::Provider(error) => {
            tracing::warn!(%error, "a sign-in by a provider came to nothing");
            match error {
                ProviderError::Down(_) => (busy, "problem-openid-down"),
                ProviderError::Refused(_) => (refused, "problem-openid-refused"),
                ProviderError::Untrue(_) => (refused, "problem-openid-untrue"),
            }
        }
        Fault::Entry(error) => match error {
            EntryError::Disabled => (StatusCode::FORBIDDEN, "problem-account-disabled"),
            EntryError::NoEmail => (refused, "problem-openid-email"),
            EntryError::Another => (StatusCode::CONFLICT, "problem-openid-another"),
            EntryError::NoWayIn(SignUp::Closed) => (StatusCode::FORBIDDEN, "problem-openid-closed"),
            EntryError::NoWayIn(_) => (StatusCode::FORBIDDEN, "problem-openid-uninvited"),
            EntryError::Store(error) => {
                tracing::error!(%error, "a sign-in by a provider failed");
                (busy, "problem-busy")
            }
        },
    };
    (status, Message::new(id))
}

/// Where the visitor wants to go, by the address of the link.
fn asked_next(uri: &Uri) -> String {
    #[derive(Deserialize)]
    struct Asked {
        #[serde(default)]
        next: String,
    }
    let asked = Query::<Asked>::try_from_uri(uri);
    let next = asked.map(|Query(asked)| asked.next).unwrap_or_default();
    own_path(&next).to_owned()
}

/// Takes a provider from the account.
pub(super) async fn unlink(
    State(web): State<Web>,
    Visitor(account): Visitor,
    posted: form::Posted,
) -> Response {
    let issuer = posted.typed.get("issuer");
    match web.actions.unlink_openid(&account, issuer).await {
        Ok(()) => form::done("/settings", "openid-unlinked"),
        Err(error) => form::failed(&web, posted, "/settings", "openid".into(), error).await,
    }
}
