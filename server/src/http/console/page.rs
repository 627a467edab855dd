//! Renders a page.

use super::Web;
use super::language;
use super::theme;
use super::unsent;
use super::visitor::{Visitor, viewer};
use crate::actions::Actions;
use crate::config::{ErrorCodes, ErrorStyle};
use crate::console::handle;
use crate::domain::links::SignUp;
use crate::http::gateway::BASE_PATH;
use crate::http::session_store::own_hash;
use allowance_app::codes::{Era, Spoken};
use allowance_app::ports::PageStatus;
use allowance_app::shell::shell;
use allowance_app::view::{
    CurrentSession, FormReply, FormToken, OpenAlerts, OpenNotices, SignUpMode, Site, Viewer,
};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LANGUAGE, HeaderValue, VARY};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use leptos::nonce::Nonce;
use leptos::prelude::{provide_context, use_context};
use leptos_axum::{ResponseOptions, render_app_async_with_context};
use std::fmt::Write;
use std::sync::Arc;
use tower_sessions::Session;

/// A page that was merely opened.
pub(super) async fn show(State(web): State<Web>, request: Request<Body>) -> Response {
    let session = request.extensions().get::<Session>().cloned();
    let waiting = match request.extensions().get::<Visitor>().cloned() {
        Some(Visitor(account)) => {
            let at = request.uri().clone();
            unsent::waiting(&web, &account, &at, session).await
        }
        None => None,
    };
    render(&web, request, waiting).await
}

/// The page of a form that was posted, with what it says back. Its status tells
/// programs what its text tells people.
pub(super) async fn reply(
    web: &Web,
    mut request: Request<Body>,
    page: &str,
    status: StatusCode,
    reply: FormReply,
) -> Response {
    // An id of a path can hold what a path cannot; then there is no such page.
    *request.uri_mut() = page.parse().unwrap_or(Uri::from_static("/not-found"));
    let mut response = render(web, request, Some(reply)).await;
    if response.status() == StatusCode::OK {
        *response.status_mut() = status;
    }
    response
}

/// The page for what is not there, or not for this visitor.
pub(super) async fn not_found(web: &Web, mut request: Request<Body>) -> Response {
    *request.uri_mut() = Uri::from_static("/not-found");
    let mut response = render(web, request, None).await;
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

async fn render(web: &Web, request: Request<Body>, form: Option<FormReply>) -> Response {
    let site = site(web, &request);
    let nonce = request.extensions().get::<Nonce>().cloned();
    let session = request
        .extensions()
        .get::<Session>()
        .and_then(own_hash)
        .map(|hash| CurrentSession(handle(hash)));
    let account = request.extensions().get::<Visitor>();
    let language = language::chosen(
        account.and_then(|visitor| visitor.0.language),
        request.headers(),
    );
    let visitor: Option<Viewer> = account.map(|visitor| viewer(&visitor.0, language));
    let (notices, alerts) = notices(web, visitor.as_ref()).await;
    let web = web.clone();
    let options = web.site.leptos.clone();
    let provide = move || {
        provide_context(site.clone());
        provide_context(language);
        provide_context(FormToken(Actions::new_form_token()));
        provide_context(Arc::clone(&web.site.console));
        provide_context(Arc::clone(&web.site.admin_desk));
        provide_context(Arc::clone(&web.site.bulk_grants));
        provide_context(Arc::clone(&web.site.code_batches));
        provide_context(Arc::clone(&web.site.guide));
        provide_context(Arc::clone(&web.site.settings));
        provide_context(Arc::clone(&web.site.doors));
        provide_context(Arc::clone(&web.site.webhooks));
        provide_context(notices.clone());
        provide_context(alerts.clone());
        provide_context(spoken(&web));
        if let Some(session) = session.clone() {
            provide_context(session);
        }
        if let Some(nonce) = nonce.clone() {
            provide_context(nonce);
        }
        if let Some(visitor) = visitor.clone() {
            provide_context(visitor);
        }
        if let Some(form) = form.clone() {
            provide_context(form);
        }
        let response = use_context::<ResponseOptions>();
        provide_context(PageStatus(Arc::new(move |status| {
            if let (Some(response), Ok(status)) = (&response, StatusCode::from_u16(status)) {
                response.set_status(status);
            }
        })));
    };
    let mut response =
        render_app_async_with_context(provide, move || shell(options.clone()))(request).await;
    let headers = response.headers_mut();
    headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    headers.append(VARY, HeaderValue::from_static("Accept-Language, Cookie"));
    response
}

/// What is said of quotas on every page. A page is worth more than its notices:
/// if they cannot be read, it is shown without.
async fn notices(web: &Web, visitor: Option<&Viewer>) -> (OpenNotices, OpenAlerts) {
    let Some(visitor) = visitor else {
        return Default::default();
    };
    let settings = &web.site.settings;
    let (open, alerts) = tokio::join!(
        settings.open_notices(visitor),
        settings.open_alerts(visitor)
    );
    (
        OpenNotices(open.unwrap_or_default()),
        OpenAlerts(alerts.unwrap_or_default()),
    )
}

fn site(web: &Web, request: &Request<Body>) -> Site {
    Site {
        base_url: format!("{}{BASE_PATH}", web.site.public_url),
        theme: theme::chosen(request.headers()),
        demo: web.site.demo.clone(),
        sign_up: match web.actions.sign_up() {
            SignUp::Open => SignUpMode::Open,
            SignUp::Invitation => SignUpMode::Invitation,
            SignUp::Closed => SignUpMode::Closed,
        },
        provider: web
            .site
            .openid
            .as_ref()
            .map(|provider| provider.label().to_owned()),
        letters: web.actions.arrives(),
        here: request
            .uri()
            .path_and_query()
            .map_or_else(|| "/".to_owned(), ToString::to_string),
    }
}

/// A text as the value of a query parameter.
pub(super) fn query_value(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/') {
            safe.push(char::from(byte));
        } else {
            // Writing into a string cannot fail.
            let _ = write!(safe, "%{byte:02X}");
        }
    }
    safe
}

/// Where people land who wanted to go nowhere in particular.
pub(super) const HOME: &str = "/usage";

/// Where a form may lead to: a path of this site, or the home page. Browsers leave tabs
/// and line breaks out of an address before they read it, so none may be in it.
pub(super) fn own_path(next: &str) -> &str {
    let own = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains(|c: char| c == '\\' || c.is_control())
        && next.len() <= 2_000
        && next.is_ascii();
    if own { next } else { HOME }
}

/// How the gateway sends its errors, in the words of the pages.
fn spoken(web: &Web) -> Spoken {
    let settings = &web.gateway.settings;
    Spoken {
        era: match settings.error_codes {
            ErrorCodes::Seed => Era::Seed,
            ErrorCodes::Y2026 => Era::Y2026,
        },
        statuses: settings.errors == ErrorStyle::Http,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_leads_nowhere_but_here() {
        assert_eq!(own_path("/keys?done=x"), "/keys?done=x");
        for bad in [
            "",
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "/a\r\nb",
            "/\t/evil.example",
            "/\n/evil.example",
            "/a\0",
        ] {
            assert_eq!(own_path(bad), "/usage", "{bad}");
        }
    }

    #[test]
    fn a_path_survives_in_a_query() {
        assert_eq!(
            query_value("/usage?key=a&x=é"),
            "/usage%3Fkey%3Da%26x%3D%C3%A9"
        );
    }
}
