//! Errors of the metering API.

use crate::domain::caps::{CapOwner, CapUse, Period};
use crate::domain::figures::grouped;
use crate::domain::keys::KeyRefusal;
use crate::domain::quota::Quota;
use crate::domain::{Millis, zones};
use axum::http::StatusCode;
use serde_json::{Value, json};
use std::str::Utf8Error;

pub(super) use crate::http::problem::Problem;

impl Problem {
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
        Self {
            allow: Some("POST"),
            ..Self::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "not_post",
                "Wrong method",
                detail,
            )
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

    pub(super) fn not_utf8(error: Utf8Error) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "not_json",
            "Not JSON",
            format!("The body is not valid JSON, which is UTF-8: {error}."),
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
            KeyRefusal::Deleted => "This API key was deleted.",
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
        let detail = if quota.remaining() > 0 {
            format!(
                "The last {} {api} calls of this account are held by calls under way. \
                 Try again in a moment, or ask for more at {more}?api={api}",
                grouped(quota.remaining())
            )
        } else if any_left {
            format!(
                "All {} {api} calls of this account are used. Ask for more at {more}?api={api}",
                grouped(quota.granted)
            )
        } else {
            format!("All calls of this account are used. Ask for more at {more}")
        };
        Self {
            help: Some(more.into()),
            retry_after: (quota.remaining() > 0).then_some(1),
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
            help: Some(page.into()),
            ..Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "cap_reached",
                "Cap used up",
                detail,
            )
        }
    }

    pub(super) fn too_fast(wait: Millis) -> Self {
        let seconds = u32::try_from((wait + 999) / 1_000).unwrap_or(1);
        Self {
            retry_after: Some(seconds),
            ..Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too_fast",
                "Too many calls a second",
                format!(
                    "This account calls faster than this site allows. Try again in {seconds} s."
                ),
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

    /// What the disk kept of it is not known.
    pub(super) fn doubtful() -> Self {
        Self {
            detail: "This broke off while it was recorded. Try again in a moment, under the same \
                     id or key: then it is charged once."
                .into(),
            ..Self::not_recorded()
        }
    }

    /// As the result of one event of a batch.
    pub(super) fn result(&self) -> Value {
        json!({ "status": "refused", "code": self.code, "detail": self.detail })
    }
}
