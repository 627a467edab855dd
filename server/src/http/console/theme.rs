//! Light, dark, or as the system has it: a cookie, so that the first byte of a
//! page has the right colours.

use super::form::Posted;
use super::page::own_path;
use allowance_app::view::Theme;
use axum::http::HeaderMap;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::response::{IntoResponse, Redirect, Response};

const COOKIE_NAME: &str = "theme";

pub(super) async fn choose(posted: Posted) -> Response {
    let theme = Theme::named(posted.typed.get("theme"));
    let cookie = format!(
        "{COOKIE_NAME}={}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly",
        theme.name()
    );
    let next = own_path(posted.typed.get("next")).to_owned();
    ([(SET_COOKIE, cookie)], Redirect::to(&next)).into_response()
}

/// What the reader's cookie says.
pub(super) fn chosen(headers: &HeaderMap) -> Theme {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE_NAME)
        .map(|(_, theme)| Theme::named(theme))
        .unwrap_or_default()
}
