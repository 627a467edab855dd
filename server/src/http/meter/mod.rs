//! The metering API, for services that call us instead of passing through us
//! (`product.md` §4, `docs/METERING.md`). A service shows its own token, and
//! names the developer's key whose calls it tells of.

mod batch;
mod event;
mod problem;
mod record;
mod reservations;

use crate::clock::Clock;
use crate::domain::Millis;
use crate::domain::idempotency::LONGEST_KEY;
use crate::domain::keys::{KeyIdentity, is_key_shaped};
use crate::domain::service_tokens::{Scope, ServiceIdentity};
use crate::http::body::{self, NoRoom, Room, Unread};
use crate::http::limits::service_token;
use crate::http::routes::{Routes, any, post};
use crate::metering::{MeteredApi, Metering, Reservations, Verdict};
use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue, Method, Request};
use axum::response::Response;
use bytes::Bytes;
use problem::Problem;
pub(super) use record::answer as record;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};

/// Where the metering API lies.
pub const BASE_PATH: &str = "/v1/meter";
/// Where calls that took place elsewhere are told of.
const RECORD_PATH: &str = "/v1/meter/record";
/// Events under way at once, over all requests.
const MOST_UNDER_WAY: usize = 16_384;
/// A body up to this size is no matter: connections bound how many there are.
const SMALL: usize = 16 * 1024;
/// Room for those that are not, of all requests together: thirty-two of the longest.
const ROOM: usize = 64 * 1024 * 1024;
/// Longest public id of a key.
const LONGEST_KEY_ID: usize = 64;

/// How the metering API behaves.
#[derive(Debug, Clone)]
pub struct MeterSettings {
    /// How long a service may take to send its body.
    pub body_timeout: Duration,
    /// Longest time for which a call may be held, in milliseconds.
    pub reservation_ms: Millis,
    /// Where a developer asks for more.
    pub request_more_url: String,
    /// Where the console is, without a trailing slash.
    pub console_url: String,
}

/// All that a request needs.
pub struct Meter {
    metering: Arc<Metering>,
    reservations: Arc<Reservations>,
    clock: Arc<dyn Clock>,
    settings: MeterSettings,
    under_way: Semaphore,
    room: Room,
}

impl Meter {
    #[must_use]
    pub fn new(
        metering: Arc<Metering>,
        reservations: Arc<Reservations>,
        clock: Arc<dyn Clock>,
        settings: MeterSettings,
    ) -> Arc<Self> {
        Arc::new(Self {
            metering,
            reservations,
            clock,
            settings,
            under_way: Semaphore::new(MOST_UNDER_WAY),
            room: Room::new(ROOM, SMALL),
        })
    }
}

/// Whether a request tells of calls, so that it need not pass the router.
pub(super) fn is_record<B>(request: &Request<B>) -> bool {
    request.uri().path() == RECORD_PATH && request.method() == Method::POST
}

/// Every path below [`BASE_PATH`].
pub(super) fn router(meter: Arc<Meter>) -> Routes {
    let not_post = async || Problem::not_post();
    Routes::new()
        .route(RECORD_PATH, post(record::handle).fallback(not_post))
        .route(
            &format!("{BASE_PATH}/reserve"),
            post(reservations::reserve).fallback(not_post),
        )
        .route(
            &format!("{BASE_PATH}/settle"),
            post(reservations::settle).fallback(not_post),
        )
        .route(
            &format!("{BASE_PATH}/{{*path}}"),
            any(async || Problem::not_found()),
        )
        .with_state(meter)
}

/// A request that may come in.
struct Arrival {
    service: ServiceIdentity,
    now: Millis,
}

impl Meter {
    /// Whose request it is, and whether that service may make it.
    async fn arrive(&self, headers: &HeaderMap, scope: Scope) -> Result<Arrival, Problem> {
        let token = service_token(headers)?;
        let service = match self.metering.service(token).await {
            Ok(found) => found.ok_or_else(Problem::token_unknown)?,
            Err(error) => {
                tracing::error!(%error, "a service token could not be looked up");
                return Err(Problem::not_recorded());
            }
        };
        let now = self.clock.now();
        service.check(scope, now).map_err(Problem::token)?;
        Ok(Arrival { service, now })
    }

    /// The whole body, if it comes in time.
    async fn read(&self, body: Body, most: usize) -> Result<Bytes, Problem> {
        let read = body::whole(body, most, &self.room, NoRoom::Refuse);
        match tokio::time::timeout(self.settings.body_timeout, read).await {
            Err(_) => Err(Problem::body_slow()),
            Ok(Ok(bytes)) => Ok(bytes),
            Ok(Err(Unread::TooLarge)) => Err(Problem::body_too_large(most)),
            Ok(Err(Unread::NoRoom)) => Err(Problem::busy()),
            Ok(Err(Unread::Broken(_))) => Err(Problem::body_broken()),
        }
    }

    /// Room for so many events, or none at all: nothing waits here.
    fn place(&self, events: usize) -> Result<SemaphorePermit<'_>, Problem> {
        let events = u32::try_from(events).unwrap_or(u32::MAX);
        self.under_way
            .try_acquire_many(events)
            .map_err(|_| Problem::busy())
    }

    fn api(&self, name: &str) -> Result<&MeteredApi, Problem> {
        self.metering.api_named(name).ok_or_else(|| {
            let apis = self.metering.apis().iter();
            Problem::unknown_api(apis.map(|known| known.api.name.as_str()))
        })
    }

    /// The key that a service names: by its public id, or by the key itself. A
    /// key that is not the service's business is not there.
    async fn key(&self, service: &ServiceIdentity, named: &str) -> Result<KeyIdentity, Problem> {
        let found = if is_key_shaped(named) {
            self.metering.identify(named).await
        } else if named.starts_with("key_") && named.len() <= LONGEST_KEY_ID {
            self.metering.identify_id(named).await
        } else {
            return Err(Problem::unknown_key());
        };
        match found {
            Ok(key) => key
                .filter(|key| service.covers(key.account))
                .ok_or_else(Problem::unknown_key),
            Err(error) => {
                tracing::error!(%error, "a key could not be looked up");
                Err(Problem::not_recorded())
            }
        }
    }

    /// A verdict that is no record, as an error.
    fn refused(&self, api: &MeteredApi, verdict: &Verdict, now: Millis) -> Problem {
        let name = &api.api.name;
        match verdict {
            Verdict::Exhausted { quota, any_left } => {
                Problem::exhausted(name, *quota, *any_left, &self.settings.request_more_url)
            }
            Verdict::Capped(cap) => Problem::capped(name, cap, &self.settings.console_url, now),
            Verdict::TooFast { wait } => Problem::too_fast(*wait),
            Verdict::Reused => Problem::id_reused(),
            Verdict::Unrecorded => Problem::doubtful(),
            Verdict::Recorded { .. } | Verdict::Duplicate { .. } => Problem::not_recorded(),
        }
    }
}

/// The key that the service gave its request, so that a retry is known as one.
fn idempotency_key(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    super::idempotency_key(headers).map_err(|()| {
        Problem::invalid(format!(
            "Idempotency-Key must have from 1 to {LONGEST_KEY} plain characters."
        ))
    })
}

fn json_response(body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
