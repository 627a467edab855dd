//! What every border for programs checks alike.

use super::problem::Problem;
use crate::domain::idempotency::LONGEST_KEY;
use crate::domain::limits::ADVISED_PER_SECOND;
use crate::domain::service_tokens::is_token_shaped;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderName, HeaderValue};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const RATE_LIMIT_WARNING: HeaderName = HeaderName::from_static("x-ratelimit-warning");

/// Whether reading stopped at the size limit, and not because the client broke off.
pub(super) fn is_too_large(error: &axum::Error) -> bool {
    let mut source: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = source {
        if error.is::<http_body_util::LengthLimitError>() {
            return true;
        }
        source = error.source();
    }
    false
}

/// The key that the client gave its request, so that a retry is known as one.
///
/// # Errors
/// It is empty, too long, or holds what is no plain character.
pub(super) fn idempotency_key(headers: &HeaderMap) -> Result<Option<&str>, ()> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else {
        return Ok(None);
    };
    let key = value.to_str().map_err(|_| ())?.trim();
    if key.is_empty() || key.len() > LONGEST_KEY {
        return Err(());
    }
    Ok(Some(key))
}

/// Says that the account calls faster than advised; the call is served.
pub(super) fn warn_of_pace(headers: &mut HeaderMap) {
    let text = format!("more than the advised {ADVISED_PER_SECOND} calls a second");
    if let Ok(text) = HeaderValue::try_from(text) {
        headers.insert(RATE_LIMIT_WARNING, text);
    }
}

/// `Authorization: Bearer svc-…`.
pub(super) fn service_token(headers: &HeaderMap) -> Result<&str, Problem> {
    let value = headers
        .get(AUTHORIZATION)
        .ok_or_else(Problem::token_missing)?;
    let value = value.to_str().map_err(|_| Problem::token_unknown())?.trim();
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    let token = token.trim();
    if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() {
        Err(Problem::token_missing())
    } else if is_token_shaped(token) {
        Ok(token)
    } else {
        Err(Problem::token_unknown())
    }
}
