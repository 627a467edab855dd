//! `POST /v1/meter/reserve` and `/v1/meter/settle`: a call is held before it is
//! made, and settled by how it ended.

use super::event::{Ended, MOST, problem, within};
use super::problem::Problem;
use super::record::{check_key, check_tokens, unwritten};
use super::{Meter, idempotency_key, json_response};
use crate::domain::idempotency::{Fingerprint, IdempotencyHash, Purpose};
use crate::domain::limits::LONGEST_ID;
use crate::domain::quota::{Call, Pace};
use crate::domain::service_tokens::Scope;
use crate::domain::zones;
use crate::http::json::{Object, Text};
use crate::http::warn_of_pace;
use crate::metering::{AskedReservation, Settlement, Unreserved, Unsettled};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

/// Longest body of either.
const MOST_BYTES: usize = 16 * 1024;
/// Longest id of a reservation.
const LONGEST_RESERVATION: usize = 64;
/// Shortest time that a reservation may be asked for, in milliseconds.
const SHORTEST: i64 = 1_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reserve<'a> {
    #[serde(borrow)]
    key: Text<'a>,
    #[serde(borrow)]
    api: Text<'a>,
    tokens: Option<u64>,
    #[serde(borrow)]
    end_user: Option<Text<'a>>,
    expires_in_ms: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settle<'a> {
    #[serde(borrow)]
    reservation: Text<'a>,
    #[serde(default)]
    outcome: Ended,
    tokens: Option<u64>,
    latency_ms: Option<u64>,
}

pub(super) async fn reserve(State(meter): State<Arc<Meter>>, request: Request<Body>) -> Response {
    reserved(&meter, request)
        .await
        .unwrap_or_else(Problem::into_response)
}

pub(super) async fn settle(State(meter): State<Arc<Meter>>, request: Request<Body>) -> Response {
    settled(&meter, request)
        .await
        .unwrap_or_else(Problem::into_response)
}

async fn reserved(meter: &Meter, request: Request<Body>) -> Result<Response, Problem> {
    let (head, body) = request.into_parts();
    let arrival = meter.arrive(&head.headers, Scope::Write).await?;
    let key = idempotency_key(&head.headers)?;
    let body = meter.read(body, MOST_BYTES).await?;
    let Object(asked): Object<Reserve<'_>> =
        serde_json::from_slice(&body).map_err(|error| problem(&error))?;
    let _place = meter.place(1)?;
    if let Some(user) = &asked.end_user
        && user.chars().count() > LONGEST_ID
    {
        return Err(Problem::invalid(format!(
            "`end_user` has more than {LONGEST_ID} characters."
        )));
    }
    let longest = meter.settings.reservation_ms;
    let expires_in = asked.expires_in_ms.unwrap_or(longest);
    if !(SHORTEST.min(longest)..=longest).contains(&expires_in) {
        return Err(Problem::invalid(format!(
            "`expires_in_ms` must be from {SHORTEST} to {longest}."
        )));
    }
    let api = meter.api(&asked.api)?;
    let identity = meter.key(&arrival.service, &asked.key).await?;
    let call = Call {
        account: identity.account,
        project: identity.project,
        key: identity.key,
        api: api.id,
        at: arrival.now,
    };
    let end_user = asked.end_user.as_deref().filter(|user| !user.is_empty());
    check_key(meter, &identity, call, end_user).await?;
    let tokens = check_tokens(meter, api, asked.tokens, call, end_user).await?;
    let asked = AskedReservation {
        call,
        tokens,
        end_user: end_user.map(str::to_owned),
        expires_at: arrival.now + expires_in,
        key: key.map(|key| {
            let hash = IdempotencyHash::of(Purpose::Reserve, &[key]);
            (hash, Fingerprint::of(&[&body]))
        }),
    };
    match meter.reservations.reserve(asked).await {
        Ok(reserved) => {
            let answer = json!({
                "reservation": reserved.reservation,
                "expires_at": rfc3339(reserved.expires_at),
            });
            let mut response = json_response(answer.to_string());
            if reserved.pace == Pace::Above {
                warn_of_pace(response.headers_mut());
            }
            Ok(response)
        }
        Err(Unreserved::Refused(verdict)) => Err(meter.refused(api, &verdict, arrival.now)),
        Err(Unreserved::TooMany(most)) => Err(Problem::too_many_reservations(most)),
        Err(Unreserved::Failed(error)) => Err(unwritten(&error)),
    }
}

async fn settled(meter: &Meter, request: Request<Body>) -> Result<Response, Problem> {
    let (head, body) = request.into_parts();
    let arrival = meter.arrive(&head.headers, Scope::Write).await?;
    let body = meter.read(body, MOST_BYTES).await?;
    let Object(said): Object<Settle<'_>> =
        serde_json::from_slice(&body).map_err(|error| problem(&error))?;
    let _place = meter.place(1)?;
    for (name, value) in [("tokens", said.tokens), ("latency_ms", said.latency_ms)] {
        if value.is_some_and(|value| value > MOST) {
            return Err(Problem::invalid(format!("`{name}` is more than {MOST}.")));
        }
    }
    if !said.reservation.starts_with("rsv_") || said.reservation.len() > LONGEST_RESERVATION {
        return Err(Problem::unknown_reservation());
    }
    let (outcome, code) = said.outcome.outcome();
    let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    let how = Settlement {
        outcome,
        code,
        tokens: said.tokens.map(number),
        latency_ms: said.latency_ms.map_or(0, number),
    };
    let service = arrival.service;
    let covers = |account| service.covers(account);
    let reserved = meter.reservations.api_of(&said.reservation, covers);
    if let Some(api) = reserved.and_then(|api| meter.metering.api(api)) {
        within(said.tokens, &api.api)?;
    }
    let settled = meter
        .reservations
        .settle(&said.reservation, covers, how)
        .await;
    match settled {
        Ok(settled) => Ok(json_response(
            json!({ "status": settled.status, "request_id": settled.request_id }).to_string(),
        )),
        Err(Unsettled::Unknown) => Err(Problem::unknown_reservation()),
        Err(Unsettled::Otherwise) => Err(Problem::settled_otherwise()),
        Err(Unsettled::Failed(error)) => Err(unwritten(&error)),
    }
}

fn rfc3339(at: i64) -> String {
    zones::local(at, chrono_tz::Tz::UTC)
        .format("%FT%T%.3fZ")
        .to_string()
}
