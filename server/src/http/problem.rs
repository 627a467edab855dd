//! Errors of what programs call: problem+json (RFC 9457), each with a code for
//! programs and a sentence for people. What is an error of one API only is told
//! in its own room.

use crate::domain::service_tokens::TokenRefusal;
use axum::body::Body;
use axum::http::header::{ALLOW, CONTENT_TYPE, LINK, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

/// One error.
#[derive(Debug)]
pub(super) struct Problem {
    pub status: StatusCode,
    /// For programs: `quota_exhausted`.
    pub code: &'static str,
    pub title: &'static str,
    pub detail: String,
    /// Seconds after which the same request may succeed.
    pub retry_after: Option<u32>,
    /// A page that helps.
    pub help: Option<Box<str>>,
    /// The methods that there are.
    pub allow: Option<&'static str>,
    /// What else a program may want to know: members beside those of RFC 9457.
    pub more: Option<Box<Map<String, Value>>>,
}

impl Problem {
    pub(super) fn new(
        status: StatusCode,
        code: &'static str,
        title: &'static str,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            status,
            code,
            title,
            detail: detail.into(),
            retry_after: None,
            help: None,
            allow: None,
            more: None,
        }
    }

    /// The same with a member more.
    pub(super) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        let more = self.more.get_or_insert_default();
        more.insert(name.to_owned(), value.into());
        self
    }

    pub(super) fn token_missing() -> Self {
        let detail = "Send the header \"Authorization: Bearer svc-…\" with a service token. \
                      `allowance admin token create` makes one.";
        Self::new(
            StatusCode::UNAUTHORIZED,
            "token_missing",
            "Service token required",
            detail,
        )
    }

    pub(super) fn token_unknown() -> Self {
        let detail = "There is no such service token. Check that it was copied whole; an API \
                      key (mpg-…) is none.";
        Self::new(
            StatusCode::UNAUTHORIZED,
            "token_unknown",
            "Unknown service token",
            detail,
        )
    }

    pub(super) fn token(refusal: TokenRefusal) -> Self {
        match refusal {
            TokenRefusal::Revoked => Self::new(
                StatusCode::UNAUTHORIZED,
                "token_revoked",
                "Revoked service token",
                "This service token was revoked. Use another.",
            ),
            TokenRefusal::Expired => Self::new(
                StatusCode::UNAUTHORIZED,
                "token_expired",
                "Expired service token",
                "This service token has expired. Use another.",
            ),
            TokenRefusal::Scope(scope) => Self::new(
                StatusCode::FORBIDDEN,
                "scope_missing",
                "Scope required",
                format!(
                    "This needs a service token with the scope {}.",
                    scope.name()
                ),
            ),
        }
    }

    pub(super) fn body_slow() -> Self {
        Self::new(
            StatusCode::REQUEST_TIMEOUT,
            "body_slow",
            "Body too slow",
            "The body took too long to arrive.",
        )
    }

    pub(super) fn body_broken() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "body_broken",
            "Body incomplete",
            "The body ended before it was complete.",
        )
    }

    pub(super) fn not_json(error: &serde_json::Error) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "not_json",
            "Not JSON",
            format!("The body is not valid JSON: {error}."),
        )
    }

    /// JSON that is not what it should be.
    pub(super) fn invalid(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid",
            "Invalid request",
            detail,
        )
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut body = json!({
            "type": format!("urn:allowance:problem:{}", self.code),
            "title": self.title,
            "status": self.status.as_u16(),
            "code": self.code,
            "detail": self.detail,
        });
        for (name, value) in self.more.into_iter().flat_map(|more| *more) {
            body[name] = value;
        }
        let mut response = Response::new(Body::from(body.to_string()));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        let help = self
            .help
            .as_ref()
            .map(|page| format!("<{page}>; rel=\"help\""));
        if let Some(Ok(link)) = help.map(|link| HeaderValue::from_str(&link)) {
            headers.insert(LINK, link);
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(methods) = self.allow {
            headers.insert(ALLOW, HeaderValue::from_static(methods));
        }
        response
    }
}
