//! Who is visiting. Pages of the console are for people who signed in, pages
//! of the desk for staff; everything else is open.

use super::Web;
use super::page;
use super::unsent;
use crate::domain::accounts::{Account, Role};
use crate::domain::authority::Reach;
use crate::domain::{AccountId, Millis};
use crate::http::session_store::{ACCOUNT, SEEN, SEEN_EVERY};
use crate::openid::CALLBACK;
use allowance_app::i18n::Language;
use allowance_app::view;
use axum::body::Body;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use std::sync::Arc;
use tower_sessions::Session;

/// The account of this request, put there by [`recognise`].
#[derive(Clone)]
pub(super) struct Visitor(pub Arc<Account>);

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(|| to_sign_in(&parts.uri, &parts.method))
    }
}

/// Looks the session up, and asks strangers to sign in before a page that is not open.
pub(super) async fn recognise(
    State(web): State<Web>,
    mut request: Request<Body>,
    next: Next,
) -> Response {
    let path = request.uri().path().to_owned();
    if is_file(&path) {
        return next.run(request).await;
    }
    let session = request.extensions().get::<Session>().cloned();
    match visitor(&web, session).await {
        Ok(Some(account)) => {
            if is_desk(&path) && !Reach::of(account.role).sees_desk() {
                // Not even that the desk exists is anybody's business.
                request.extensions_mut().insert(Visitor(Arc::new(account)));
                return page::not_found(&web, request).await;
            }
            if let Some(session) = request.extensions().get::<Session>().cloned()
                && let Err(error) = note_visit(&session, web.actions.now()).await
            {
                tracing::error!(%error, "a visit was not noted");
            }
            if let Some(session) = posting(&request)
                && let Err(error) = unsent::forget(&session).await
            {
                tracing::error!(%error, "a form that waited was not forgotten");
            }
            request.extensions_mut().insert(Visitor(Arc::new(account)));
            next.run(request).await
        }
        Ok(None) if is_open(&path) => next.run(request).await,
        Ok(None) if is_for_scripts(&path) => StatusCode::UNAUTHORIZED.into_response(),
        Ok(None) if is_read(request.method()) => to_sign_in(request.uri(), request.method()),
        Ok(None) => unsent::keep(&web, request).await,
        Err(error) => {
            tracing::error!(%error, "a session could not be read");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "The console is not available for a moment. Please try again.",
            )
                .into_response()
        }
    }
}

pub(super) async fn visitor(
    web: &Web,
    session: Option<Session>,
) -> Result<Option<Account>, String> {
    let Some(session) = session else {
        return Ok(None);
    };
    let id: Option<i64> = session
        .get(ACCOUNT)
        .await
        .map_err(|error| error.to_string())?;
    match id {
        Some(id) => web
            .actions
            .signed_in(AccountId(id))
            .await
            .map_err(|error| error.to_string()),
        None => Ok(None),
    }
}

/// Keeps when the session was last seen. Saving it moves its end as well.
async fn note_visit(session: &Session, now: Millis) -> Result<(), tower_sessions::session::Error> {
    let seen: Option<Millis> = session.get(SEEN).await?;
    if seen.is_none_or(|seen| now - seen >= SEEN_EVERY) {
        session.insert(SEEN, now).await?;
    }
    Ok(())
}

fn is_file(path: &str) -> bool {
    path.starts_with("/pkg/")
        || path.starts_with("/favicon")
        || matches!(path, "/robots.txt" | "/design.css")
}

fn is_read(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

/// The session of someone who sends a form.
fn posting(request: &Request<Body>) -> Option<Session> {
    let session = request.extensions().get::<Session>();
    session.filter(|_| !is_read(request.method())).cloned()
}

fn is_open(path: &str) -> bool {
    matches!(
        path,
        "/sign-in"
            | "/theme"
            | "/language"
            | "/sign-up"
            | "/join"
            | "/sign-in/code"
            | "/sign-in/openid"
            | CALLBACK
            | "/reset"
            | "/reset/new"
            | "/confirm-email"
    ) || cfg!(debug_assertions) && path == "/design"
}

/// Asked for by a script of a page: a sign-in page is no answer to it.
fn is_for_scripts(path: &str) -> bool {
    matches!(path, "/palette.json" | "/usage/live")
}

fn is_desk(path: &str) -> bool {
    path == "/admin" || path.starts_with("/admin/")
}

/// After the sign-in the reader comes back to the page that was asked for. What
/// a form had posted cannot be repeated by a redirect; its page can.
fn to_sign_in(uri: &Uri, method: &Method) -> Response {
    let here = uri.path_and_query().map_or("/usage", |both| both.as_str());
    let next = if method == Method::GET {
        here
    } else {
        "/usage"
    };
    if next == "/" || next == "/usage" {
        return Redirect::to("/sign-in").into_response();
    }
    Redirect::to(&format!("/sign-in?next={}", page::query_value(next))).into_response()
}

/// The account as pages see it, in the language of the request.
pub(super) fn viewer(account: &Account, language: Language) -> view::Viewer {
    view::Viewer {
        account: account.id.0,
        name: account.name.clone(),
        email: account.email.clone(),
        role: role(account.role),
        time_zone: account.time_zone.clone(),
        language,
    }
}

pub(super) const fn role(role: Role) -> view::Role {
    match role {
        Role::Developer => view::Role::Developer,
        Role::Support => view::Role::Support,
        Role::Owner => view::Role::Owner,
    }
}
