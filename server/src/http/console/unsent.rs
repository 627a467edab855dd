//! Forms that were posted after their session had ended: what was typed waits
//! for the sign-in, and the form is shown again with it, sent by nobody
//! (`product.md`, "Bad input, everywhere").

use super::form::Typed;
use super::page::{own_path, query_value};
use super::{Web, cookies};
use crate::domain::Millis;
use crate::domain::accounts::Account;
use allowance_app::view::FormReply;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, HOST, REFERER};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tower_sessions::{Expiry, Session};

/// Field of a session, and of the address of the page that shows the form again.
const FIELD: &str = "unsent";
/// Whose browser this is: whoever signed in last. Another account never sees
/// what was typed.
const COOKIE_NAME: &str = "allowance_last";
/// The name of a form, sent along by every form that has fields.
pub(super) const FORM: &str = "form";
/// A longer form is not kept.
const MOST_BYTES: usize = 16 * 1024;
/// So long a form waits for the sign-in.
const KEPT: Millis = 30 * 60 * 1_000;
/// Forms that wait at once, over all browsers: strangers cannot fill the disk.
const MOST_WAITING: i64 = 1_000;

#[derive(Debug, Serialize, Deserialize)]
struct Unsent {
    /// Public id of the account that it belongs to.
    account: String,
    /// Where its page lies, without a query.
    page: String,
    form: String,
    values: BTreeMap<String, String>,
    at: Millis,
}

/// The cookie that says whose browser this is.
pub(super) fn cookie(account: &Account, secure: bool) -> String {
    cookies::keep(COOKIE_NAME, &account.public_id, 30, secure)
}

/// Answers a form of someone who is not signed in: keeps what was typed, where
/// that may be, and leads to the sign-in and from there to the form's page.
pub(super) async fn keep(web: &Web, request: Request<Body>) -> Response {
    let page = page_of(&web.pages, request.uri(), request.headers());
    let kept = match unsent(web, request, &page).await {
        Some((session, unsent)) => store(&session, unsent).await,
        None => false,
    };
    let (next, done) = if kept {
        let joint = if page.contains('?') { '&' } else { '?' };
        (format!("{page}{joint}{FIELD}=1"), "form-kept")
    } else {
        (page, "session-ended")
    };
    Redirect::to(&format!("/sign-in?next={}&done={done}", query_value(&next))).into_response()
}

async fn store(session: &Session, unsent: Unsent) -> bool {
    session.set_expiry(Some(Expiry::OnInactivity(time::Duration::milliseconds(
        KEPT,
    ))));
    match session.insert(FIELD, unsent).await {
        Ok(()) => true,
        Err(error) => {
            tracing::error!(%error, "a form was not kept");
            false
        }
    }
}

/// What is to be kept of a request, if anything is.
async fn unsent(web: &Web, request: Request<Body>, page: &str) -> Option<(Session, Unsent)> {
    let (parts, body) = request.into_parts();
    let session = parts.extensions.get::<Session>()?.clone();
    let is_form = parts
        .headers
        .get(CONTENT_TYPE)?
        .as_bytes()
        .starts_with(b"application/x-www-form-urlencoded");
    let account = cookies::value(&parts.headers, COOKIE_NAME)?;
    // The cookie is only a claim. It must at least name somebody.
    web.actions
        .account_exists(&account)
        .await
        .ok()?
        .then_some(())?;
    let waiting = web.actions.count_stranger_sessions().await.ok()?;
    if !is_form || waiting >= MOST_WAITING {
        return None;
    }
    let body = to_bytes(body, MOST_BYTES).await.ok()?;
    let copy = Request::from_parts(parts, Body::from(body));
    let typed = Typed::read(copy, &()).await.ok()?;
    let form = typed.get(FORM).to_owned();
    if form.is_empty() {
        return None;
    }
    let mut values = typed.shown();
    // Worth money to whoever reads it: it is typed again.
    values.remove("code");
    let path = page.split('?').next().unwrap_or_default().to_owned();
    Some((
        session,
        Unsent {
            account,
            page: path,
            form,
            values,
            at: web.actions.now(),
        },
    ))
}

/// At a sign-in: a form that somebody else typed is dropped.
pub(super) async fn drop_unless_of(
    session: &Session,
    account: &Account,
) -> Result<(), tower_sessions::session::Error> {
    let unsent: Option<Unsent> = session.get(FIELD).await?;
    if unsent.is_some_and(|unsent| unsent.account != account.public_id) {
        session.remove_value(FIELD).await?;
    }
    Ok(())
}

/// Whether a form waits in this session.
pub(super) async fn waits(session: &Session) -> bool {
    matches!(session.get_value(FIELD).await, Ok(Some(_)))
}

/// A form that is posted now takes the place of the one that waited.
pub(super) async fn forget(session: &Session) -> Result<(), tower_sessions::session::Error> {
    if session.get_value(FIELD).await?.is_some() {
        session.remove_value(FIELD).await?;
    }
    Ok(())
}

/// The form that waited for this page, if its address asks for it.
pub(super) async fn waiting(
    web: &Web,
    account: &Account,
    at: &Uri,
    session: Option<Session>,
) -> Option<FormReply> {
    let asked = at.query()?.split('&').any(|pair| pair == "unsent=1");
    if !asked {
        return None;
    }
    let unsent: Unsent = session?.get(FIELD).await.ok()??;
    let fresh = unsent.at + KEPT > web.actions.now();
    let here = unsent.account == account.public_id && unsent.page == at.path();
    (fresh && here).then(|| FormReply {
        form: unsent.form,
        values: unsent.values,
        unsent: true,
        ..FormReply::default()
    })
}

/// The page that a posted form stands on: where the browser says it comes from,
/// else the nearest page above the form's own address.
fn page_of(pages: &[String], posted: &Uri, headers: &HeaderMap) -> String {
    let from = referer(headers).filter(|from| is_page(pages, from.path()));
    if let Some(from) = from {
        let query: Vec<_> = from
            .query()
            .unwrap_or_default()
            .split('&')
            .filter(|pair| !pair.is_empty())
            .filter(|pair| !pair.starts_with("done=") && !pair.starts_with("unsent="))
            .collect();
        let path = own_path(from.path());
        return if query.is_empty() {
            path.to_owned()
        } else {
            own_path(&format!("{path}?{}", query.join("&"))).to_owned()
        };
    }
    let mut path = posted.path();
    while !is_page(pages, path) {
        match path.rfind('/') {
            Some(end) if end > 0 => path = &path[..end],
            _ => return own_path("").to_owned(),
        }
    }
    own_path(path).to_owned()
}

/// The address that the browser comes from, if it is one of this site.
fn referer(headers: &HeaderMap) -> Option<Uri> {
    let uri: Uri = headers.get(REFERER)?.to_str().ok()?.parse().ok()?;
    let own = uri.authority()?.as_str() == headers.get(HOST)?.to_str().ok()?;
    own.then_some(uri)
}

/// Whether there is a page at a path; `pages` are paths with `{…}` for any segment.
fn is_page(pages: &[String], path: &str) -> bool {
    pages.iter().any(|page| {
        let mut segments = path.split('/');
        page.split('/').all(|part| {
            segments
                .next()
                .is_some_and(|at| part.starts_with('{') && !at.is_empty() || part == at)
        }) && segments.next().is_none()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn page(posted: &str, referer: &str) -> String {
        let pages: Vec<String> = ["/usage", "/keys", "/admin", "/admin/accounts/{id}"]
            .map(str::to_owned)
            .into();
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_static("a.example"));
        headers.insert(REFERER, HeaderValue::from_str(referer).unwrap());
        page_of(&pages, &posted.parse().unwrap(), &headers)
    }

    #[test]
    fn a_form_stands_on_the_page_that_sent_it() {
        for (posted, referer, at) in [
            (
                "/keys",
                "https://a.example/keys?q=a&done=x&unsent=1",
                "/keys?q=a",
            ),
            ("/keys/key_1/rename", "https://a.example/keys", "/keys"),
            // A form that was refused left the browser at the form's own address.
            (
                "/keys/key_1/rename",
                "https://a.example/keys/key_1/rename",
                "/keys",
            ),
            ("/admin/accounts/acc_1/grants", "", "/admin/accounts/acc_1"),
            (
                "/admin/accounts/acc_1/grants",
                "https://evil.example/usage",
                "/admin/accounts/acc_1",
            ),
            ("/nothing/here", "", "/usage"),
        ] {
            assert_eq!(page(posted, referer), at, "{posted} from {referer}");
        }
    }
}
