//! Small things that a browser keeps for us: its theme, its language, whose it is.

use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use std::borrow::Cow;
use tower_sessions::cookie::{Cookie, SameSite};

/// Browsers take a cookie with this in its name only over HTTPS, for this host
/// alone: no other host of the domain can plant one.
const HOST: &str = "__Host-";

/// The name that a cookie has: over plain HTTP, browsers would refuse the better one.
pub(super) fn named(name: &'static str, secure: bool) -> Cow<'static, str> {
    if secure {
        format!("{HOST}{name}").into()
    } else {
        name.into()
    }
}

/// The value of the cookie of that name, as the browser sent it, under whichever
/// of its two names. What is kept here may be planted, and does no harm then; the
/// session's cookie has one name only.
pub(super) fn value(headers: &HeaderMap, name: &str) -> Option<String> {
    let all = || {
        headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|header| header.to_str().ok())
            .flat_map(Cookie::split_parse)
            .filter_map(Result::ok)
    };
    all()
        .find(|cookie| cookie.name().strip_prefix(HOST) == Some(name))
        .or_else(|| all().find(|cookie| cookie.name() == name))
        .map(|cookie| cookie.value().to_owned())
}

/// The `Set-Cookie` that keeps a value for so many days, out of scripts' reach.
pub(super) fn keep(name: &'static str, value: &str, days: i64, secure: bool) -> String {
    Cookie::build((named(name, secure), value))
        .path("/")
        .max_age(time::Duration::days(days))
        .same_site(SameSite::Lax)
        .http_only(true)
        .secure(secure)
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn a_cookie_is_found_among_others_and_what_is_none_is_passed_over() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, HeaderValue::from_static("nothing; a=1;theme=dark"));
        headers.append(
            COOKIE,
            HeaderValue::from_static("language=en; __Host-language=zh-CN"),
        );
        assert_eq!(value(&headers, "theme").as_deref(), Some("dark"));
        assert_eq!(value(&headers, "language").as_deref(), Some("zh-CN"));
        assert_eq!(value(&headers, "nothing"), None);
    }

    #[test]
    fn what_is_kept_is_no_business_of_scripts_or_of_other_sites() {
        assert_eq!(
            keep("theme", "dark", 365, true),
            "__Host-theme=dark; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=31536000"
        );
        assert_eq!(
            keep("theme", "dark", 1, false),
            "theme=dark; HttpOnly; SameSite=Lax; Path=/; Max-Age=86400"
        );
    }
}
