//! The gateway: what clients of the API call (`wire.md`). A call is identified,
//! checked against the API's limits, reserved, forwarded, and settled by what
//! came back.

mod answer;
mod call;
mod connections;
mod credentials;
mod envelope;
mod events;
mod forward;
mod refusal;
mod reply;
mod retry;
mod stream;
mod unstoppable;
mod upstream;

pub use stream::StreamLimits;
pub use upstream::{NoAddress, Upstream, UpstreamHealth, UpstreamSettings};

use crate::clock::{self, Clock};
use crate::config::{ErrorCodes, ErrorStyle};
use crate::domain::ids::{Noun, public_id};
use crate::domain::keys::KeyIdentity;
use crate::domain::limits::CountTokens;
use crate::http::body::{self, NoRoom, Room};
use crate::http::routes::Entry;
use crate::metering::{MeteredApi, Metering, Once};
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, Method};
use axum::response::Response;
use bytes::Bytes;
use refusal::Refusal;
use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use upstream::Target;

/// Where the gateway's calls lie; what clients take for their base URL.
pub const BASE_PATH: &str = "/api/openmem/v1";

/// Longest answer that the console is given.
const MOST_SHOWN: usize = 16 * 1024 * 1024;

/// How the gateway behaves; see `allowance.toml`, `[gateway]`.
#[derive(Debug, Clone)]
pub struct GatewaySettings {
    pub errors: ErrorStyle,
    pub error_codes: ErrorCodes,
    /// A larger body is refused before it is read.
    pub max_body_bytes: usize,
    /// How long a client may take to send its body.
    pub body_timeout: Duration,
    /// How far a stream of server-sent events may go.
    pub streams: StreamLimits,
    /// Calls in flight at once, over all accounts.
    pub max_in_flight: usize,
    /// Where a developer asks for more.
    pub request_more_url: String,
    /// Where the console is, without a trailing slash.
    pub console_url: String,
}

/// All that a call needs.
pub struct Gateway {
    pub metering: Arc<Metering>,
    pub upstream: Arc<Upstream>,
    pub tokens: Arc<dyn CountTokens + Send + Sync>,
    pub clock: Arc<dyn Clock>,
    pub settings: GatewaySettings,
    /// A permit for each call in flight; closing time takes them all.
    pub in_flight: Arc<Semaphore>,
    /// Calls with an `Idempotency-Key` that are under way.
    retries: Once<()>,
    routes: Vec<Arc<Route>>,
    room: Arc<Room>,
}

/// An API of the catalogue as the gateway serves it.
struct Route {
    metered: MeteredApi,
    target: Target,
}

impl Gateway {
    /// A gateway to every API of the catalogue.
    ///
    /// # Errors
    /// The upstream's address is none.
    pub fn new(
        metering: Arc<Metering>,
        upstream: Arc<Upstream>,
        tokens: Arc<dyn CountTokens + Send + Sync>,
        clock: Arc<dyn Clock>,
        settings: GatewaySettings,
    ) -> Result<Arc<Self>, NoAddress> {
        let in_flight = Arc::new(Semaphore::new(settings.max_in_flight));
        let routes = metering
            .apis()
            .iter()
            .map(|metered| {
                Ok(Arc::new(Route {
                    target: upstream.target(&metered.api)?,
                    metered: metered.clone(),
                }))
            })
            .collect::<Result<_, NoAddress>>()?;
        Ok(Arc::new(Self {
            metering,
            room: upstream.room(),
            upstream,
            tokens,
            clock,
            settings,
            in_flight,
            retries: Once::default(),
            routes,
        }))
    }

    /// The API at the path of a request.
    fn route_at(&self, path: &str) -> Option<&Arc<Route>> {
        let below = path.strip_prefix(BASE_PATH).unwrap_or(path);
        let at = |path: &str| self.routes.iter().find(|it| it.metered.api.path == path);
        at(below).or_else(|| at(&collapsed(below)))
    }

    /// Waits until no call is in flight, `patience` at the most.
    pub async fn drain(&self, patience: Duration) {
        let all = u32::try_from(self.settings.max_in_flight).unwrap_or(u32::MAX);
        if tokio::time::timeout(patience, self.in_flight.acquire_many(all))
            .await
            .is_err()
        {
            tracing::warn!("calls were still in flight at the end of the grace period");
        }
    }
}

/// Whether a path is the gateway's: [`BASE_PATH`], and every path below it.
pub(super) fn is_call(path: &str) -> bool {
    path.strip_prefix(BASE_PATH)
        .is_some_and(|below| below.is_empty() || below.starts_with('/'))
}

/// The same, for the list of what the server serves.
pub(super) fn entries() -> [Entry; 2] {
    ["", "/{*path}"].map(|below| Entry {
        path: format!("{BASE_PATH}{below}"),
        method: "ANY",
    })
}

/// Answers a call.
pub(super) async fn answer(gateway: &Arc<Gateway>, request: Request<Body>) -> Response {
    let arrival = arrival(gateway);
    call::answer(gateway, request, arrival).await
}

fn arrival(gateway: &Gateway) -> call::Arrival {
    let now = gateway.clock.now();
    let request_id = public_id(Noun::Request, now, &mut clock::random());
    call::Arrival {
        // An id is plain letters.
        id_header: HeaderValue::from_str(&request_id)
            .unwrap_or_else(|_| HeaderValue::from_static("")),
        request_id,
        now,
        started: Instant::now(),
    }
}

/// What a call that the console sent came back with.
pub struct Answered {
    pub request_id: String,
    pub latency: Duration,
    /// The envelope.
    pub body: Bytes,
}

/// Sends a call for the owner of a key. It goes the way of every call, and is
/// charged like one; only its key is known by id instead of by secret.
pub async fn call_for(
    gateway: &Arc<Gateway>,
    key: KeyIdentity,
    api: &MeteredApi,
    body: String,
) -> Answered {
    let arrival = arrival(gateway);
    let (request_id, started) = (arrival.request_id.clone(), arrival.started);
    let response = match gateway.route_at(&api.api.path) {
        Some(route) => {
            call::answer_for(
                gateway,
                key,
                Arc::clone(route),
                Body::from(body),
                arrival,
                Ok(None),
            )
            .await
        }
        None => Response::default(),
    };
    let latency = started.elapsed();
    // A stream that fails, or has no end in sight, shows as nothing.
    let body = body::whole(
        response.into_body(),
        MOST_SHOWN,
        &gateway.room,
        NoRoom::Refuse,
    )
    .await
    .unwrap_or_default();
    Answered {
        request_id,
        latency,
        body,
    }
}

/// A path with doubled slashes made one: clients with a trailing slash in their
/// base URL send them.
fn collapsed(path: &str) -> Cow<'_, str> {
    if !path.contains("//") && !path.ends_with('/') {
        return path.into();
    }
    let mut clean = String::with_capacity(path.len());
    for part in path.split('/').filter(|part| !part.is_empty()) {
        clean.push('/');
        clean.push_str(part);
    }
    clean.into()
}

fn is_post(method: &Method) -> Result<(), Refusal> {
    if method == Method::POST {
        Ok(())
    } else {
        Err(Refusal::NotPost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_doubled_slash_is_one() {
        for path in ["/add/message", "//add/message", "/add//message/"] {
            assert_eq!(collapsed(path), "/add/message");
        }
        assert_eq!(collapsed(""), "");
        assert_eq!(collapsed("//"), "");
    }
}
