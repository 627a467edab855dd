//! Cross-site request forgery: a form of another site carries our cookie, but
//! cannot pretend to come from us. Browsers say where a request comes from
//! (Fetch Metadata); older ones say at least the origin.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Lets reads through, and writes that come from this site's own pages.
pub(super) async fn guard(request: Request<Body>, next: Next) -> Response {
    if is_read(request.method()) || is_own(request.headers()) {
        return next.run(request).await;
    }
    (
        StatusCode::FORBIDDEN,
        "This form was sent from another site, so nothing was changed. Open the page here and try again.",
    )
        .into_response()
}

fn is_read(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

fn is_own(headers: &HeaderMap) -> bool {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    match (header("sec-fetch-site"), header("origin")) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => origin
            .parse::<Uri>()
            .ok()
            .and_then(|uri| uri.authority().map(ToString::to_string))
            .is_some_and(|authority| header("host") == Some(authority.as_str())),
        // No browser: nobody's cookies are at stake.
        (None, None) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect()
    }

    #[test]
    fn a_form_of_another_site_is_refused() {
        for (own, pairs) in [
            (true, &[("sec-fetch-site", "same-origin")][..]),
            (true, &[("sec-fetch-site", "none")]),
            (false, &[("sec-fetch-site", "cross-site")]),
            (false, &[("sec-fetch-site", "same-site")]),
            (
                true,
                &[("origin", "https://a.example"), ("host", "a.example")],
            ),
            (
                false,
                &[("origin", "https://b.example"), ("host", "a.example")],
            ),
            (false, &[("origin", "null"), ("host", "a.example")]),
            (true, &[]),
        ] {
            assert_eq!(is_own(&headers(pairs)), own, "{pairs:?}");
        }
    }
}
