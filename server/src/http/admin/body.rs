//! What is sent, and what is answered.

use super::{AdminApi, Problem};
use crate::domain::Millis;
use crate::http::json::Object;
use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use chrono::{DateTime, SecondsFormat};
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error, Visitor};
use serde_json::Value;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Longest body that is no file.
const MOST_BYTES: usize = 64 * 1024;
/// How long a body may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a handler answers.
pub(super) type Answered = Result<Response, Problem>;

/// `200` with JSON.
#[expect(clippy::unnecessary_wraps, reason = "the last line of every handler")]
pub(super) fn ok(value: Value) -> Answered {
    Ok(Json(value).into_response())
}

/// `201` with JSON.
#[expect(clippy::unnecessary_wraps, reason = "the last line of every handler")]
pub(super) fn created(value: Value) -> Answered {
    Ok((StatusCode::CREATED, Json(value)).into_response())
}

/// An instant as programs read it: RFC 3339, UTC.
pub(super) fn instant(at: Millis) -> Value {
    DateTime::from_timestamp_millis(at)
        .map(|at| at.to_rfc3339_opts(SecondsFormat::Millis, true))
        .into()
}

/// The same of one that may not be.
pub(super) fn instant_or_null(at: Option<Millis>) -> Value {
    at.map_or(Value::Null, instant)
}

/// A value that a person would type into a form: JSON may write it as a string or as
/// a number. What is wrong with it is said by the rule that reads it.
#[derive(Debug, Default)]
pub(super) struct Typed(pub String);

impl<'de> Deserialize<'de> for Typed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = Typed;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number or a string")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Typed, E> {
                Ok(Typed(text.to_owned()))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Typed, E> {
                Ok(Typed(number.to_string()))
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Typed, E> {
                Ok(Typed(number.to_string()))
            }

            fn visit_f64<E: Error>(self, number: f64) -> Result<Typed, E> {
                Ok(Typed(number.to_string()))
            }

            fn visit_unit<E: Error>(self) -> Result<Typed, E> {
                Ok(Typed::default())
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

/// A body of JSON. An empty one is an empty object.
pub(super) struct Sent<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Arc<AdminApi>> for Sent<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, api: &Arc<AdminApi>) -> Result<Self, Problem> {
        let kind = request.headers().get(CONTENT_TYPE).cloned();
        let bytes = read(request.into_body(), api, MOST_BYTES).await?;
        if bytes.is_empty() {
            return sent(b"{}");
        }
        let is_json = kind.is_some_and(|kind| {
            kind.to_str()
                .is_ok_and(|kind| kind.trim_start().starts_with("application/json"))
        });
        if !is_json {
            return Err(Problem::not_json_type());
        }
        sent(&bytes)
    }
}

fn sent<T: DeserializeOwned>(bytes: &[u8]) -> Result<Sent<T>, Problem> {
    match serde_json::from_slice(bytes) {
        Ok(Object(value)) => Ok(Sent(value)),
        Err(error) if error.is_data() => Err(Problem::invalid(format!(
            "The body is not as it should be: {error}."
        ))),
        Err(error) => Err(Problem::not_json(&error)),
    }
}

/// A whole body in memory, up to so many bytes.
pub(super) async fn read(body: Body, api: &AdminApi, most: usize) -> Result<Bytes, Problem> {
    let _place = api.bodies.try_acquire().map_err(|_| Problem::too_busy())?;
    match tokio::time::timeout(PATIENCE, to_bytes(body, most)).await {
        Err(_) => Err(Problem::body_slow()),
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) if crate::http::is_too_large(&error) => Err(Problem::too_large(most)),
        Ok(Err(_)) => Err(Problem::body_broken()),
    }
}

/// The parts of the path that name something.
pub(super) struct At<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<Arc<AdminApi>> for At<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<AdminApi>) -> Result<Self, Problem> {
        match Path::from_request_parts(parts, api).await {
            Ok(Path(named)) => Ok(Self(named)),
            Err(_) => Err(Problem::no_address()),
        }
    }
}

/// What the query asks for.
pub(super) struct Asked<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Arc<AdminApi>> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<AdminApi>) -> Result<Self, Problem> {
        match Query::from_request_parts(parts, api).await {
            Ok(Query(asked)) => Ok(Self(asked)),
            Err(error) => Err(Problem::invalid(format!("{}.", error.body_text()))),
        }
    }
}
