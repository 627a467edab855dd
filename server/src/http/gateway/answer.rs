//! Answers as clients expect them: the envelope, with the headers that carry the
//! machine-readable truth.

use super::GatewaySettings;
use super::refusal::Refusal;
use super::reply::Declined;
use super::upstream::REQUEST_ID;
use crate::config::ErrorStyle;
use crate::domain::catalogue::{Api, Success};
use crate::domain::quota::Allowance;
use axum::body::Body;
use axum::http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, LINK, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use bytes::Bytes;
use serde_json::json;
use serde_json::value::{RawValue, to_raw_value};
use std::collections::BTreeMap;
use std::ops::Range;

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// What remains, for the `RateLimit` headers (IETF draft-ietf-httpapi-ratelimit-headers).
pub(super) struct Remaining<'a> {
    pub api: &'a str,
    /// What binds first: the account's quota, or a cap.
    pub allowance: Allowance,
    /// Calls of it that are held, and may still be charged.
    pub held: i64,
    /// Seconds until the cap starts anew, if it binds and does.
    pub renews_in: Option<u32>,
}

/// The upstream's body.
pub(super) fn passed(
    request_id: &HeaderValue,
    status: StatusCode,
    body: Bytes,
    remaining: Option<Remaining<'_>>,
) -> Response {
    respond(status, request_id, Body::from(body), remaining)
}

/// A stream, of the upstream's own kind. Nothing on its way shall gather it up.
pub(super) fn stream(
    request_id: &HeaderValue,
    kind: HeaderValue,
    body: Body,
    remaining: Option<Remaining<'_>>,
) -> Response {
    let mut response = respond(StatusCode::OK, request_id, body, remaining);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, kind);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(
        HeaderName::from_static("x-accel-buffering"),
        HeaderValue::from_static("no"),
    );
    response
}

/// The upstream's own no: as it came, and in the envelope on the status of the style.
pub(super) fn declined(
    request_id: &HeaderValue,
    style: ErrorStyle,
    api: &Api,
    no: Declined,
    remaining: Option<Remaining<'_>>,
) -> Response {
    let status = match (api.success, style) {
        (Success::Status, _) => no.status,
        (Success::Code, ErrorStyle::Envelope) => StatusCode::OK,
        (Success::Code, ErrorStyle::Http) if no.status.is_client_error() => no.status,
        (Success::Code, ErrorStyle::Http) if no.status.is_server_error() => StatusCode::BAD_GATEWAY,
        (Success::Code, ErrorStyle::Http) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let body = match api.success {
        Success::Status => no.body,
        Success::Code => complete(no.body, api),
    };
    let mut response = respond(status, request_id, Body::from(body), remaining);
    if let Some(when) = no.retry_after {
        response.headers_mut().insert(RETRY_AFTER, when);
    }
    response
}

/// An envelope with a message and with data: some clients cannot read an error
/// without. What it has is left as it came.
fn complete(envelope: Bytes, api: &Api) -> Bytes {
    // Values stay text: no number is rounded, and no depth is too much.
    let read = serde_json::from_slice::<BTreeMap<String, &RawValue>>(&envelope);
    let Ok(mut fields) = read else {
        return envelope;
    };
    let has = |field: &str, begins: char| {
        let value = fields.get(field).map(|value| value.get());
        value.is_some_and(|text| text.starts_with(begins) && text[1..].trim_start() != "}")
    };
    let (has_data, has_message) = (has("data", '{'), has("message", '"'));
    if has_data && has_message {
        return envelope;
    }
    let text = "The service behind this gateway refused the call.";
    let (Ok(data), Ok(message)) = (to_raw_value(&api.failure_data), to_raw_value(text)) else {
        return envelope;
    };
    if !has_data {
        fields.insert("data".into(), &data);
    }
    if !has_message {
        fields.insert("message".into(), &message);
    }
    serde_json::to_vec(&fields).map_or_else(|_| envelope.clone(), Bytes::from)
}

pub(super) fn refusal(
    request_id: &HeaderValue,
    settings: &GatewaySettings,
    api: Option<&Api>,
    refusal: &Refusal,
    remaining: Option<Remaining<'_>>,
) -> Response {
    let status = match settings.errors {
        // A method is no matter of the API: it is wrong for every client.
        _ if matches!(refusal, Refusal::NotPost) => refusal.status(),
        ErrorStyle::Envelope => StatusCode::OK,
        ErrorStyle::Http => refusal.status(),
    };
    let data = api.map_or_else(|| json!({}), |api| api.failure_data.clone());
    let body = json!({ "code": refusal.code(settings.error_codes), "data": data, "message": refusal.message() });
    let mut response = respond(status, request_id, Body::from(body.to_string()), remaining);
    let headers = response.headers_mut();
    if let Some(seconds) = refusal.retry_after() {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    match refusal {
        Refusal::Exhausted { more, .. }
        | Refusal::AllHeld { more, .. }
        | Refusal::AllExhausted { more } => {
            insert(headers, LINK, format!("<{more}>; rel=\"help\""));
        }
        Refusal::NotPost => {
            headers.insert(ALLOW, HeaderValue::from_static("POST"));
        }
        Refusal::Capped(cap) => {
            insert(headers, LINK, format!("<{}>; rel=\"help\"", cap.page));
        }
        _ => {}
    }
    response
}

/// Cuts what lies beyond the API's output limit out of an answer; all else is passed
/// on as it came, byte for byte.
pub(super) fn cut(body: Bytes, beyond: &[Range<usize>]) -> Bytes {
    if beyond.is_empty() {
        return body;
    }
    let mut kept = Vec::with_capacity(body.len());
    let mut from = 0;
    for range in beyond {
        kept.extend_from_slice(body.get(from..range.start).unwrap_or_default());
        from = range.end;
    }
    kept.extend_from_slice(body.get(from..).unwrap_or_default());
    Bytes::from(kept)
}

fn respond(
    status: StatusCode,
    request_id: &HeaderValue,
    body: Body,
    remaining: Option<Remaining<'_>>,
) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.reserve(6);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(REQUEST_ID, request_id.clone());
    if let Some(Remaining {
        api,
        allowance,
        held,
        renews_in,
    }) = remaining
    {
        let binding = allowance
            .cap
            .as_ref()
            .filter(|cap| cap.remaining() < allowance.quota.remaining());
        let most = binding.map_or(allowance.quota.granted, |cap| cap.cap.limit.calls);
        let left = (allowance.remaining() - held).max(0);
        insert(headers, RATE_LIMIT_POLICY, format!("\"{api}\";q={most}"));
        let left = match renews_in {
            Some(seconds) => format!("\"{api}\";r={left};t={seconds}"),
            None => format!("\"{api}\";r={left}"),
        };
        insert(headers, RATE_LIMIT, left);
    }
    response
}

/// Leaves out what cannot be a header: names come from the configuration.
fn insert(headers: &mut HeaderMap, name: HeaderName, value: String) {
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.insert(name, value);
    }
}
