//! Errors of the metering API: problem+json (RFC 9457), each with a code for
//! programs and a sentence for people.

use crate::domain::caps::{CapOwner, CapUse, Period};
use crate::domain::figures::grouped;
use crate::domain::keys::KeyRefusal;
use crate::domain::quota::Quota;
use crate::domain::service_tokens::TokenRefusal;
use crate::domain::{Millis, zones};
use axum::body::Body;
use axum::http::header::{ALLOW, CONTENT_TYPE, LINK, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// One error.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    /// For programs: `quota_exhausted`.
    code: &'static str,
    title: &'static str,
    detail: String,
    /// Seconds after which the same request may succeed.
    retry_after: Option<u32>,
    /// A page that helps.
    help: Option<String>,
}

impl Problem {
    fn new(
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
        }
    }

    pub(super) fn not_found() -> Self {
        let detail = "There are POST /v1/meter/record, /v1/meter/reserve and /v1/meter/settle.";
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            "No such address",
            detail,
        )
    }

    pub(super) fn not_post() -> Self {
        let detail = "Send this request as POST with a JSON body.";
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "not_post",
            "Wrong method",
            detail,
        )
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
                      key (mpg-…) does not open the metering API.";
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

    pub(super) fn content_type() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "content_type",
            "Wrong content type",
            "Send application/json, application/cloudevents+json or \
             application/cloudevents-batch+json.",
        )
    }

    pub(super) fn body_too_large(most: usize) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "body_too_large",
            "Body too large",
            format!("The body is larger than {most} bytes. Send fewer events at a time."),
        )
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

    pub(super) fn batch(events: usize, most: usize) -> Self {
        let detail = if events == 0 {
            "The list has no events.".to_owned()
        } else {
            format!("The list has {events} events; send {most} at a time at most.")
        };
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "batch_size",
            "Wrong number of events",
            detail,
        )
    }

    pub(super) fn unknown_key() -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "unknown_key",
            "Unknown API key",
            "There is no such API key. Name it by its id (key_…) or by the key itself (mpg-…).",
        )
    }

    pub(super) fn key(refusal: KeyRefusal) -> Self {
        let detail = match refusal {
            KeyRefusal::Disabled => "This API key is disabled.",
            KeyRefusal::Expired => "This API key has expired.",
            KeyRefusal::Rotated => "This API key was rotated, and its old secret has stopped.",
            KeyRefusal::AccountDisabled => "The account of this API key is disabled.",
        };
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "key_refused",
            "API key refused",
            detail,
        )
    }

    pub(super) fn unknown_api<'a>(known: impl Iterator<Item = &'a str>) -> Self {
        let known: Vec<_> = known.collect();
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "unknown_api",
            "Unknown API",
            format!("There is no such API. There are {}.", known.join(", ")),
        )
    }

    pub(super) fn input_too_long(most: usize) -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "input_too_long",
            "Input too long",
            format!(
                "One call of this API takes {} tokens at most.",
                grouped(i64::try_from(most).unwrap_or(i64::MAX))
            ),
        )
    }

    pub(super) fn exhausted(api: &str, quota: Quota, any_left: bool, more: &str) -> Self {
        let detail = if any_left {
            format!(
                "All {} {api} calls of this account are used. Ask for more at {more}?api={api}",
                grouped(quota.granted)
            )
        } else {
            format!("All calls of this account are used. Ask for more at {more}")
        };
        Self {
            help: Some(more.to_owned()),
            ..Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "quota_exhausted",
                "Calls used up",
                detail,
            )
        }
    }

    pub(super) fn capped(api: &str, used: &CapUse, console: &str, now: Millis) -> Self {
        let (whose, pages) = match used.cap.owner {
            CapOwner::Key(_) => ("this API key", "keys"),
            CapOwner::Project(_) => ("this API key's project", "projects"),
        };
        let per = match used.cap.limit.period {
            Period::Total => "in all",
            Period::Day => "a day",
            Period::Week => "a week",
            Period::Month => "a month",
        };
        let renews_at = used.window.renews_at();
        let renewal = renews_at.map_or_else(
            || "It does not start anew.".to_owned(),
            |at| {
                let at = zones::local(at, chrono_tz::Tz::UTC).format("%FT%TZ");
                format!("It starts anew at {at}.")
            },
        );
        let page = format!("{console}/{pages}/{}", used.cap.owner_public_id);
        let detail = format!(
            "The cap of {whose}, {} {api} calls {per}, is used up. {renewal} Change it at {page}",
            grouped(used.cap.limit.calls),
        );
        Self {
            retry_after: renews_at.and_then(|at| u32::try_from((at - now + 999) / 1_000).ok()),
            help: Some(page),
            ..Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "cap_reached",
                "Cap used up",
                detail,
            )
        }
    }

    pub(super) fn id_reused() -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "id_reused",
            "Id used before",
            "Something else was done under this id or key. Give each event, and each \
             reservation, one of its own.",
        )
    }

    pub(super) fn too_many_reservations(most: usize) -> Self {
        Self {
            retry_after: Some(1),
            ..Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_reservations",
                "Too many reservations",
                format!("{most} calls are held already. Settle some of them first."),
            )
        }
    }

    pub(super) fn unknown_reservation() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "unknown_reservation",
            "Unknown reservation",
            "There is no such reservation. One that nobody settles is forgotten a day after \
             it lapsed; record the call instead.",
        )
    }

    pub(super) fn settled_otherwise() -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "settled_otherwise",
            "Settled before",
            "This reservation was settled with another outcome, and that stands.",
        )
    }

    pub(super) fn busy() -> Self {
        Self {
            retry_after: Some(1),
            ..Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "busy",
                "Too busy",
                "Too much at once. Nothing was recorded; try again in a moment.",
            )
        }
    }

    pub(super) fn not_recorded() -> Self {
        Self {
            retry_after: Some(1),
            ..Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "not_recorded",
                "Not recorded",
                "This could not be recorded, and nothing was charged. Try again in a moment.",
            )
        }
    }

    /// As the result of one event of a batch.
    pub(super) fn result(&self) -> Value {
        json!({ "status": "refused", "code": self.code, "detail": self.detail })
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = json!({
            "type": format!("urn:allowance:problem:{}", self.code),
            "title": self.title,
            "status": self.status.as_u16(),
            "code": self.code,
            "detail": self.detail,
        });
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
        match self.status {
            StatusCode::UNAUTHORIZED => {
                headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            StatusCode::METHOD_NOT_ALLOWED => {
                headers.insert(ALLOW, HeaderValue::from_static("POST"));
            }
            _ => {}
        }
        response
    }
}
