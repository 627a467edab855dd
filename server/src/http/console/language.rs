//! The language of a page: what the account says, else the cookie, else the
//! browser, else English (`product.md` §5).

use super::form::Posted;
use super::page::own_path;
use super::visitor::Visitor;
use super::{Web, cookies};
use crate::domain::language::Language;
use allowance_app::i18n;
use axum::extract::State;
use axum::http::header::{ACCEPT_LANGUAGE, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};

const COOKIE_NAME: &str = "language";

/// Keeps the choice in a cookie, and with the account of someone who is signed
/// in: it holds in their other browsers too. A tag that we do not speak changes
/// nothing.
pub(super) async fn choose(State(web): State<Web>, posted: Posted) -> Response {
    let next = own_path(posted.typed.get("next")).to_owned();
    let Some(language) = Language::tagged(posted.typed.get("language")) else {
        return Redirect::to(&next).into_response();
    };
    if let Some(Visitor(account)) = posted.request.extensions().get::<Visitor>()
        && let Err(error) = web.actions.choose_language(account, language).await
    {
        tracing::error!(%error, "a language was not kept");
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let cookie = cookies::keep(COOKIE_NAME, language.tag(), 365, web.site.is_secure());
    ([(SET_COOKIE, cookie)], Redirect::to(&next)).into_response()
}

/// The language of a request; `account` is what its account says.
pub(super) fn chosen(account: Option<Language>, headers: &HeaderMap) -> i18n::Language {
    account
        .or_else(|| Language::tagged(&cookies::value(headers, COOKIE_NAME)?))
        .or_else(|| accepted(headers))
        .map_or_else(i18n::Language::default, spoken)
}

/// The language in which somebody is written to whose account, if there is one,
/// has none of its own.
pub(super) fn asked(headers: &HeaderMap) -> Language {
    cookies::value(headers, COOKIE_NAME)
        .and_then(|tag| Language::tagged(&tag))
        .or_else(|| accepted(headers))
        .unwrap_or(Language::English)
}

/// The language of the domain as the app knows it.
pub(super) const fn spoken(language: Language) -> i18n::Language {
    match language {
        Language::English => i18n::Language::English,
        Language::Chinese => i18n::Language::Chinese,
    }
}

/// The best of what the browser asks for (RFC 9110 §12.5.4): the highest weight
/// wins, of equals the first; zero means "not this one".
fn accepted(headers: &HeaderMap) -> Option<Language> {
    let ranges = headers
        .get_all(ACCEPT_LANGUAGE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|range| {
            let mut parts = range.split(';').map(str::trim);
            let language = Language::for_reader_of(parts.next()?)?;
            Some((language, weight(parts.next())?))
        })
        .filter(|(_, weight)| *weight > 0.0);
    let mut best: Option<(Language, f32)> = None;
    for (language, weight) in ranges {
        if best.is_none_or(|(_, most)| weight > most) {
            best = Some((language, weight));
        }
    }
    best.map(|(language, _)| language)
}

/// `q=0.8` as a number from 0 to 1; nothing for what is not one.
fn weight(parameter: Option<&str>) -> Option<f32> {
    let Some(parameter) = parameter else {
        return Some(1.0);
    };
    let (name, value) = parameter.split_once('=')?;
    let weight: f32 = value.trim().parse().ok()?;
    (name.trim().eq_ignore_ascii_case("q") && (0.0..=1.0).contains(&weight)).then_some(weight)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use axum::http::header::COOKIE;

    fn headers(accept: &str, cookie: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in [(ACCEPT_LANGUAGE, accept), (COOKIE, cookie)] {
            if !value.is_empty() {
                headers.insert(name, HeaderValue::from_str(value).unwrap());
            }
        }
        headers
    }

    #[test]
    fn the_heaviest_language_that_we_speak_wins() {
        use Language::{Chinese, English};
        for (accept, language) in [
            ("zh-CN,zh;q=0.9,en;q=0.8", Some(Chinese)),
            ("en-GB,en;q=0.9,zh;q=0.8", Some(English)),
            ("de, zh-TW;q=0.5, en;q=0.4", Some(Chinese)),
            ("en;q=0.3,zh;q=0.7", Some(Chinese)),
            ("en ; q = 0.3 , zh;Q=0.7", Some(Chinese)),
            ("zh;q=0, en;q=0.1", Some(English)),
            ("zh;q=0", None),
            ("en;q=0.5,zh;q=0.5", Some(English)),
            ("de-DE, fr;q=0.9", None),
            ("*", None),
            ("", None),
            ("zh;q=2, en;q=0.2", Some(English)),
            ("zh;q=NaN, zh;q=, zh;x=1, ;;,,", None),
        ] {
            assert_eq!(accepted(&headers(accept, "")), language, "{accept}");
        }
    }

    #[test]
    fn the_account_wins_over_the_cookie_and_the_cookie_over_the_browser() {
        let all = headers("zh-CN", "theme=dark; language=en");
        let own = Some(Language::Chinese);
        assert_eq!(chosen(own, &all), i18n::Language::Chinese);
        assert_eq!(chosen(None, &all), i18n::Language::English);
        let unknown = headers("zh-CN", "language=tlh");
        assert_eq!(chosen(None, &unknown), i18n::Language::Chinese);
        assert_eq!(chosen(None, &HeaderMap::new()), i18n::Language::English);
    }
}
