//! `POST /v1/meter/record`: calls that took place elsewhere, one or a thousand.

use super::event::{self, Body, Form, Said, within};
use super::problem::Problem;
use super::{Arrival, Meter, idempotency_key, json_response};
use crate::clock;
use crate::domain::ids::{Noun, public_id};
use crate::domain::keys::KeyIdentity;
use crate::domain::quota::Call;
use crate::domain::service_tokens::Scope;
use crate::domain::usage::{Outcome, UsageRow};
use crate::metering::{CommitError, Event, MeteredApi, RecordError, Verdict};
use axum::body::Body as HttpBody;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::sync::Arc;

/// Longest body: a thousand CloudEvents of two kilobytes.
const MOST_BYTES: usize = 2 * 1024 * 1024;
/// Codes of the envelope, for rows of the request log.
const KEY_REFUSED: i64 = 40_132;
const INPUT_TOO_LONG: i64 = 40_302;

pub(super) async fn handle(
    State(meter): State<Arc<Meter>>,
    request: Request<HttpBody>,
) -> Response {
    answer(&meter, request).await
}

/// Records, and answers what became of it.
pub(in crate::http) async fn answer(meter: &Meter, request: Request<HttpBody>) -> Response {
    record(meter, request)
        .await
        .unwrap_or_else(Problem::into_response)
}

async fn record(meter: &Meter, request: Request<HttpBody>) -> Result<Response, Problem> {
    let (head, body) = request.into_parts();
    let arrival = meter.arrive(&head.headers, Scope::Record).await?;
    let form = form(&head.headers)?;
    let key = idempotency_key(&head.headers)?;
    let body = meter.read(body, MOST_BYTES).await?;
    match event::read(&body, form)? {
        Body::One(mut said) => {
            if let Some(key) = key {
                said.name(|| key.to_owned());
            }
            let _place = meter.place(1)?;
            one(meter, &arrival, &said).await
        }
        Body::Many(list) => {
            let _places = meter.place(list.len())?;
            let read = list.iter().enumerate().map(|(place, json)| {
                let mut said = event::said(json.get(), form)?;
                if let Some(key) = key {
                    said.name(|| format!("{key}#{place}"));
                }
                Ok(said)
            });
            many(meter, &arrival, read.collect()).await
        }
    }
}

fn form(headers: &HeaderMap) -> Result<Form, Problem> {
    let content_type = headers
        .get(CONTENT_TYPE)
        .map(|value| value.to_str().map_err(|_| Problem::content_type()))
        .transpose()?;
    Form::of(content_type).ok_or_else(Problem::content_type)
}

async fn one(meter: &Meter, arrival: &Arrival, said: &Said<'_>) -> Result<Response, Problem> {
    let (event, api) = match check(meter, arrival, said).await {
        Ok(checked) => checked,
        Err(refused) => {
            if let Some(row) = refused.row {
                log(meter, row).await;
            }
            return Err(refused.why);
        }
    };
    let verdict = meter.metering.record(event).await;
    let verdict = verdict.map_err(|error| unwritten(&error))?;
    let (status, request_id) = match &verdict {
        Verdict::Recorded { request_id } => ("recorded", request_id),
        Verdict::Duplicate { request_id } => ("duplicate", request_id),
        refused => return Err(meter.refused(api, refused, arrival.now)),
    };
    Ok(json_response(format!(
        "{{\"status\":\"{status}\",\"request_id\":\"{request_id}\"}}"
    )))
}

/// What becomes of an event of a batch.
enum Place<'a> {
    Asked(&'a MeteredApi),
    Refused(Problem),
}

async fn many(
    meter: &Meter,
    arrival: &Arrival,
    list: Vec<Result<Said<'_>, Problem>>,
) -> Result<Response, Problem> {
    let mut places = Vec::with_capacity(list.len());
    let mut events = Vec::with_capacity(list.len());
    // Rows of refused events, which have no place in the answer of the ledger.
    let mut logged = Vec::new();
    for said in list {
        let checked = match said {
            Ok(said) => check(meter, arrival, &said).await,
            Err(why) => Err(why.into()),
        };
        match checked {
            Ok((event, api)) => {
                events.push(event);
                places.push(Place::Asked(api));
            }
            Err(refused) => {
                logged.extend(refused.row.map(|row| Event { row, id: None }));
                places.push(Place::Refused(refused.why));
            }
        }
    }
    events.extend(logged);
    let verdicts = meter.metering.record_all(events).await;
    let mut verdicts = verdicts.map_err(|error| unwritten(&error))?.into_iter();
    let (mut recorded, mut duplicate, mut refused) = (0, 0, 0);
    let results: Vec<Value> = places
        .into_iter()
        .map(|place| {
            let why = match place {
                Place::Refused(why) => why,
                Place::Asked(api) => match verdicts.next() {
                    Some(Verdict::Recorded { request_id }) => {
                        recorded += 1;
                        return json!({ "status": "recorded", "request_id": request_id });
                    }
                    Some(Verdict::Duplicate { request_id }) => {
                        duplicate += 1;
                        return json!({ "status": "duplicate", "request_id": request_id });
                    }
                    Some(verdict) => meter.refused(api, &verdict, arrival.now),
                    None => Problem::not_recorded(),
                },
            };
            refused += 1;
            why.result()
        })
        .collect();
    Ok(json_response(
        json!({
            "recorded": recorded, "duplicate": duplicate, "refused": refused,
            "results": results,
        })
        .to_string(),
    ))
}

/// An event that breaks a rule, and what the request log keeps of it: a call
/// whose key and API are known.
struct Refused {
    why: Problem,
    row: Option<UsageRow>,
}

impl From<Problem> for Refused {
    fn from(why: Problem) -> Self {
        Self { why, row: None }
    }
}

async fn check<'a>(
    meter: &'a Meter,
    arrival: &Arrival,
    said: &Said<'_>,
) -> Result<(Event, &'a MeteredApi), Refused> {
    said.check()?;
    let at = said.at(arrival.now)?;
    let api = meter.api(&said.call().api)?;
    let key = meter.key(&arrival.service, &said.call().key).await?;
    let (outcome, code) = said.ended().outcome();
    let mut row = UsageRow {
        request_id: public_id(Noun::Request, arrival.now, &mut clock::random()),
        account: key.account,
        project: key.project,
        key: key.key,
        api: api.id,
        at,
        outcome,
        code,
        burnt: None,
        tokens: 0,
        latency_ms: said.latency_ms(),
        end_user: said.end_user(),
    };
    // It counts whether the key was good when the call took place.
    if let Err(why) = key.check(at) {
        (row.outcome, row.code) = (Outcome::Unauthorised, KEY_REFUSED);
        return Err(Refused {
            why: Problem::key(why),
            row: Some(row),
        });
    }
    match said.tokens(&api.api) {
        Ok(tokens) => row.tokens = tokens,
        Err(why) => {
            (row.outcome, row.code) = (Outcome::Rejected, INPUT_TOO_LONG);
            return Err(Refused {
                why,
                row: Some(row),
            });
        }
    }
    let id = said.id();
    Ok((Event { row, id }, api))
}

/// Refuses a key that opens nothing now, and logs the call that it was for.
pub(super) async fn check_key(
    meter: &Meter,
    key: &KeyIdentity,
    call: Call,
    end_user: Option<&str>,
) -> Result<(), Problem> {
    let Err(why) = key.check(call.at) else {
        return Ok(());
    };
    log_refused(meter, call, end_user, (Outcome::Unauthorised, KEY_REFUSED)).await;
    Err(Problem::key(why))
}

/// The tokens of a call that is to be held. Logs the call if they are too many.
pub(super) async fn check_tokens(
    meter: &Meter,
    api: &MeteredApi,
    tokens: Option<u64>,
    call: Call,
    end_user: Option<&str>,
) -> Result<i64, Problem> {
    let within = within(tokens, &api.api);
    if within.is_err() {
        log_refused(meter, call, end_user, (Outcome::Rejected, INPUT_TOO_LONG)).await;
    }
    within
}

async fn log_refused(
    meter: &Meter,
    call: Call,
    end_user: Option<&str>,
    (outcome, code): (Outcome, i64),
) {
    let row = UsageRow {
        request_id: public_id(Noun::Request, call.at, &mut clock::random()),
        account: call.account,
        project: call.project,
        key: call.key,
        api: call.api,
        at: call.at,
        outcome,
        code,
        burnt: None,
        tokens: 0,
        latency_ms: 0,
        end_user: end_user.map(str::to_owned),
    };
    log(meter, row).await;
}

/// A refused call costs nothing, so it is answered even if it cannot be logged.
async fn log(meter: &Meter, row: UsageRow) {
    let id = row.request_id.clone();
    if let Err(error) = meter.metering.log(row).await {
        tracing::error!(request_id = %id, %error, "a call was not logged");
    }
}

pub(super) fn unwritten(error: &RecordError) -> Problem {
    tracing::error!(%error, "a metered call was not recorded");
    match error {
        RecordError::Commit(CommitError::Closed | CommitError::Failed(_)) => Problem::doubtful(),
        RecordError::Commit(CommitError::Full) | RecordError::Store(_) => Problem::not_recorded(),
    }
}
