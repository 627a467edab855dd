//! The path of one call.

use super::answer::{self, Remaining};
use super::refusal::{CapRefusal, Refusal};
use super::retry::{First, NotFirst};
use super::unstoppable::Unstoppable;
use super::{BASE_PATH, Gateway, Route, collapsed, credentials, is_post};
use crate::domain::Millis;
use crate::domain::caps::{CapOwner, CapUse};
use crate::domain::keys::KeyIdentity;
use crate::domain::limits::{self, Accepted};
use crate::domain::quota::{self, Pace};
use crate::domain::usage::{Outcome, UsageRow};
use crate::http::body::{self, NoRoom, Unread};
use crate::http::{idempotency_key, warn_of_pace};
use crate::metering::{CommitError, Hold, ReserveError};
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use bytes::Bytes;
use futures::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::OwnedSemaphorePermit;

/// When a call came, and the id it goes by.
pub(super) struct Arrival {
    pub request_id: String,
    /// The id as a header.
    pub id_header: HeaderValue,
    pub now: Millis,
    pub started: Instant,
}

/// A call whose key and API are known: from here on it is logged, whatever becomes of it.
pub(super) struct Call {
    pub(super) gateway: Arc<Gateway>,
    pub(super) arrival: Arrival,
    pub(super) route: Arc<Route>,
    /// Its place among the calls under way, until it is settled.
    in_flight: Option<OwnedSemaphorePermit>,
    /// The right to make it, if it has an `Idempotency-Key`.
    pub(super) once: Option<First>,
    pub(super) key: KeyIdentity,
}

/// The key that the client gave its call, or that it gave one that is none.
pub(super) type RetryKey = Result<Option<String>, ()>;

pub(super) async fn answer(
    gateway: &Arc<Gateway>,
    request: Request<Body>,
    arrival: Arrival,
) -> Response {
    let settings = &gateway.settings;
    let found = is_post(request.method()).and_then(|()| find_route(gateway, request.uri().path()));
    let route = match found {
        Ok(route) => Arc::clone(route),
        Err(why) => return answer::refusal(&arrival.id_header, settings, None, &why, None),
    };
    let (head, body) = request.into_parts();
    let key = match identify(gateway, &head.headers).await {
        Ok(key) => key,
        // Nobody's call: there is no account to log it under.
        Err(why) => {
            let (id, api) = (&arrival.request_id, &route.metered.api);
            tracing::info!(request_id = %id, api = %api.name, code = why.code(settings.error_codes), "refused");
            return answer::refusal(&arrival.id_header, settings, Some(api), &why, None);
        }
    };
    let retry = idempotency_key(&head.headers).map(|key| key.map(str::to_owned));
    answer_for(gateway, key, route, body, arrival, retry).await
}

/// The same for a key that is known already.
pub(super) async fn answer_for(
    gateway: &Arc<Gateway>,
    key: KeyIdentity,
    route: Arc<Route>,
    body: Body,
    arrival: Arrival,
    retry: RetryKey,
) -> Response {
    let call = Call {
        gateway: Arc::clone(gateway),
        arrival,
        route,
        in_flight: None,
        once: None,
        key,
    };
    call.run(body, retry).await
}

fn find_route<'a>(gateway: &'a Gateway, path: &str) -> Result<&'a Arc<Route>, Refusal> {
    gateway.route_at(path).ok_or_else(|| {
        let below = collapsed(path.strip_prefix(BASE_PATH).unwrap_or(path));
        let known = gateway.routes.iter();
        Refusal::UnknownPath {
            // Echoed in a message: a path can be as long as a client likes.
            path: below.chars().take(100).collect(),
            known: known.map(|it| it.metered.api.path.clone()).collect(),
        }
    })
}

async fn identify(gateway: &Gateway, headers: &HeaderMap) -> Result<KeyIdentity, Refusal> {
    let secret = credentials::key(headers)?;
    match gateway.metering.identify(secret).await {
        Ok(key) => key.ok_or(Refusal::KeyUnknown),
        Err(error) => {
            tracing::error!(%error, "a key could not be looked up");
            // A retry may be of a call that was charged.
            Err(match idempotency_key(headers) {
                Ok(Some(_)) => Refusal::Doubtful,
                Ok(None) | Err(()) => Refusal::System,
            })
        }
    }
}

impl Call {
    async fn run(mut self, body: Body, retry: RetryKey) -> Response {
        if let Err(why) = self.key.check(self.arrival.now) {
            return self.refuse(Refusal::Key(why), None).await;
        }
        let body = match self.read(body).await {
            Ok(body) => body,
            Err(why) => return self.refuse(why, None).await,
        };
        let accepted = match self.accept(&body) {
            Ok(accepted) => accepted,
            Err(why) => return self.refuse(why, None).await,
        };
        match retry {
            Ok(None) => {}
            Ok(Some(key)) => match self.first(&key, &body).await {
                Ok(first) => self.once = Some(first),
                Err(NotFirst::Known(known)) => return self.again(known, Some(accepted)).await,
                Err(NotFirst::Refused(why)) => return self.refuse(why, Some(accepted)).await,
            },
            Err(()) => return self.refuse(Refusal::BadRetryKey, Some(accepted)).await,
        }
        // Not before: who sends slowly, or waits for the first of its kind, would keep
        // others from a place.
        let Ok(permit) = Arc::clone(&self.gateway.in_flight).try_acquire_owned() else {
            return self.refuse(Refusal::Busy, Some(accepted)).await;
        };
        self.in_flight = Some(permit);
        let hold = match self.reserve().await {
            Ok(hold) => hold,
            Err(why) => return self.refuse(why, Some(accepted)).await,
        };
        // From here the upstream's outcome decides, whether or not the client
        // still listens: the work goes on when this handler is dropped.
        let id = self.arrival.id_header.clone();
        let (gateway, route) = (Arc::clone(&self.gateway), Arc::clone(&self.route));
        let pace = hold.pace();
        let work = AssertUnwindSafe(self.forward(body, accepted, hold));
        let mut response = Unstoppable::new(work.catch_unwind())
            .await
            .unwrap_or_else(|_| {
                tracing::error!(request_id = ?id, "a call broke off");
                let api = Some(route.metered.api.as_ref());
                answer::refusal(&id, &gateway.settings, api, &Refusal::Doubtful, None)
            });
        if pace == Pace::Above {
            warn_of_pace(response.headers_mut());
        }
        response
    }

    async fn read(&self, body: Body) -> Result<Bytes, Refusal> {
        let most = self.gateway.settings.max_body_bytes;
        let read = body::whole(body, most, &self.gateway.room, NoRoom::Refuse);
        match tokio::time::timeout(self.gateway.settings.body_timeout, read).await {
            Err(_) => Err(Refusal::BodySlow),
            Ok(Ok(bytes)) => Ok(bytes),
            Ok(Err(Unread::NoRoom)) => Err(Refusal::Busy),
            Ok(Err(Unread::TooLarge)) => Err(Refusal::BodyTooLarge { most }),
            Ok(Err(Unread::Broken(_))) => Err(Refusal::BodyBroken),
        }
    }

    fn accept(&self, body: &Bytes) -> Result<Accepted, Refusal> {
        let json = limits::read(body).map_err(Refusal::Unreadable)?;
        limits::check(&self.route.metered.api, &json, self.gateway.tokens.as_ref())
            .map_err(Refusal::Limit)
    }

    async fn reserve(&self) -> Result<Hold, Refusal> {
        let more = &self.gateway.settings.request_more_url;
        let api = &self.route.metered.api.name;
        // The form opens on the API that ran out.
        let more_of_it = || format!("{more}?api={api}");
        match self.gateway.metering.reserve_paced(self.call()).await {
            Ok(hold) => Ok(hold),
            Err(ReserveError::Exhausted { quota, .. }) if quota.remaining() > 0 => {
                Err(Refusal::AllHeld {
                    api: api.clone(),
                    left: quota.remaining(),
                    more: more_of_it(),
                })
            }
            Err(ReserveError::Exhausted {
                quota,
                any_left: true,
            }) => Err(Refusal::Exhausted {
                api: api.clone(),
                granted: quota.granted,
                more: more_of_it(),
            }),
            Err(ReserveError::Exhausted { .. }) => {
                Err(Refusal::AllExhausted { more: more.clone() })
            }
            Err(ReserveError::Capped(cap)) => Err(Refusal::Capped(self.capped(&cap))),
            Err(ReserveError::TooFast { wait }) => Err(Refusal::TooFast {
                retry_after: u32::try_from((wait + 999) / 1_000).unwrap_or(1),
            }),
            Err(ReserveError::Store(error)) => {
                tracing::error!(request_id = %self.arrival.request_id, %error, "balances");
                Err(Refusal::System)
            }
        }
    }

    /// Logs the call with its reason, and answers it.
    pub(super) async fn refuse(&self, why: Refusal, accepted: Option<Accepted>) -> Response {
        self.log(self.row(why.outcome(), self.code(&why), accepted))
            .await;
        let remaining = self.remaining().await;
        self.refused(&why, remaining)
    }

    /// The code of a refusal, in the numbers that are set.
    pub(super) fn code(&self, why: &Refusal) -> i64 {
        why.code(self.gateway.settings.error_codes)
    }

    pub(super) fn unrecorded(&self, error: &CommitError) -> Response {
        tracing::error!(request_id = %self.arrival.request_id, %error, "a charge was not written");
        let why = match error {
            CommitError::Full => Refusal::System,
            CommitError::Closed | CommitError::Failed(_) => Refusal::Doubtful,
        };
        self.refused(&why, None)
    }

    fn refused(&self, why: &Refusal, remaining: Option<Remaining<'_>>) -> Response {
        answer::refusal(
            &self.arrival.id_header,
            &self.gateway.settings,
            Some(&self.route.metered.api),
            why,
            remaining,
        )
    }

    /// A failed call costs nothing, so it is answered even if it cannot be logged.
    pub(super) async fn log(&self, row: UsageRow) {
        if let Err(error) = self.gateway.metering.log(row).await {
            tracing::error!(request_id = %self.arrival.request_id, %error, "a call was not logged");
        }
    }

    pub(super) async fn remaining(&self) -> Option<Remaining<'_>> {
        let allowance = self.gateway.metering.allowance(self.call()).await.ok()?;
        let binding = allowance
            .cap
            .as_ref()
            .filter(|cap| cap.remaining() < allowance.quota.remaining());
        let renews_in = binding.and_then(|cap| self.seconds_until(cap.window.renews_at()?));
        Some(Remaining {
            api: &self.route.metered.api.name,
            allowance,
            held: 0,
            renews_in,
        })
    }

    /// The call as the quota engine sees it.
    fn call(&self) -> quota::Call {
        quota::Call {
            account: self.key.account,
            project: self.key.project,
            key: self.key.key,
            api: self.route.metered.id,
            at: self.arrival.now,
        }
    }

    fn capped(&self, used: &CapUse) -> CapRefusal {
        let renews_at = used.window.renews_at();
        let console = &self.gateway.settings.console_url;
        let id = &used.cap.owner_public_id;
        CapRefusal {
            api: self.route.metered.api.name.clone(),
            owner: used.cap.owner,
            limit: used.cap.limit,
            renews_at,
            renews_in: renews_at.and_then(|at| self.seconds_until(at)),
            page: match used.cap.owner {
                CapOwner::Key(_) => format!("{console}/keys/{id}"),
                CapOwner::Project(_) => format!("{console}/projects/{id}"),
            },
        }
    }

    /// Whole seconds from now, rounded up.
    fn seconds_until(&self, at: Millis) -> Option<u32> {
        u32::try_from((at - self.gateway.clock.now() + 999) / 1_000).ok()
    }

    pub(super) fn row(&self, outcome: Outcome, code: i64, accepted: Option<Accepted>) -> UsageRow {
        UsageRow {
            request_id: self.arrival.request_id.clone(),
            account: self.key.account,
            project: self.key.project,
            key: self.key.key,
            api: self.route.metered.id,
            at: self.arrival.now,
            outcome,
            code,
            burnt: None,
            tokens: accepted.as_ref().map_or(0, |accepted| accepted.tokens),
            latency_ms: i64::try_from(self.arrival.started.elapsed().as_millis())
                .unwrap_or(i64::MAX),
            end_user: accepted.and_then(|accepted| accepted.end_user),
        }
    }
}
