//! Light, dark, or as the system has it: a cookie, so that the first byte of a
//! page has the right colours.

use super::form::Posted;
use super::page::own_path;
use super::{Web, cookies};
use allowance_app::view::Theme;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Redirect, Response};

const COOKIE_NAME: &str = "theme";

pub(super) async fn choose(State(web): State<Web>, posted: Posted) -> Response {
    let theme = Theme::named(posted.typed.get("theme"));
    let cookie = cookies::keep(COOKIE_NAME, theme.name(), 365, web.site.is_secure());
    let next = own_path(posted.typed.get("next")).to_owned();
    ([(SET_COOKIE, cookie)], Redirect::to(&next)).into_response()
}

/// What the reader's cookie says.
pub(super) fn chosen(headers: &HeaderMap) -> Theme {
    cookies::value(headers, COOKIE_NAME)
        .map(|theme| Theme::named(&theme))
        .unwrap_or_default()
}
