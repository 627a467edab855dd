//! `/usage/live`: tells an open page that its numbers changed, so that it reads
//! itself again. The stream carries no data of its own (server-sent events).

use super::Web;
use super::visitor::{self, Visitor};
use crate::domain::AccountId;
use crate::metering::{Watch, WatchError};
use axum::Extension;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::{HeaderName, RETRY_AFTER};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use serde::Deserialize;
use std::convert::Infallible;
use std::time::Duration;
use tower_sessions::Session;

/// A page is told at most once in this time; what changes meanwhile is told at its end.
const PACE: Duration = Duration::from_secs(1);
/// How often it is asked whether the visitor is still signed in, without a change.
const RECHECK: Duration = Duration::from_secs(45);
/// A comment this often keeps proxies from closing a quiet stream.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// A browser whose stream broke comes back after this time.
const COME_BACK: Duration = Duration::from_secs(3);
/// All that is ever told.
const CHANGED: &str = "changed";
/// A page beyond the limit of open streams may ask again after so many seconds.
const RETRY_SECONDS: &str = "30";

struct Stream {
    web: Web,
    session: Session,
    account: AccountId,
    watch: Watch,
    phase: Phase,
    /// The number of the last change that the page knows of, if it says so.
    as_of: Option<u64>,
}

/// What an open page says of itself.
#[derive(Deserialize)]
pub(super) struct Opened {
    as_of: Option<u64>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    New,
    /// Has said that it is open. The page may have been out of date by then.
    Open,
    Waiting,
    /// Has just told of a change.
    Resting,
}

pub(super) async fn stream(
    State(web): State<Web>,
    Visitor(account): Visitor,
    Extension(session): Extension<Session>,
    Query(opened): Query<Opened>,
) -> Response {
    let watch = match web.changes.watch(account.id) {
        Ok(watch) => watch,
        Err(WatchError::TooMany) => {
            return (
                StatusCode::TOO_MANY_REQUESTS,
                [(RETRY_AFTER, RETRY_SECONDS)],
            )
                .into_response();
        }
        Err(WatchError::Stopping) => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
    };
    let stopped = watch.stopped();
    let stream = Stream {
        web,
        session,
        account: account.id,
        watch,
        phase: Phase::New,
        as_of: opened.as_of,
    };
    let events = futures::stream::unfold(stream, |mut stream| async move {
        let event = stream.next().await?;
        Some((Ok::<_, Infallible>(event), stream))
    });
    let unbuffered = [(HeaderName::from_static("x-accel-buffering"), "no")];
    let events = Sse::new(events.take_until(Box::pin(stopped)))
        .keep_alive(KeepAlive::new().interval(HEARTBEAT));
    (unbuffered, events).into_response()
}

impl Stream {
    /// The next event, or nothing when the visitor is no longer signed in.
    async fn next(&mut self) -> Option<Event> {
        match self.phase {
            Phase::New => {
                self.phase = Phase::Open;
                // Says at once that the stream is open.
                return Some(Event::default().retry(COME_BACK));
            }
            Phase::Open => {
                self.phase = Phase::Waiting;
                let number = self.web.changes.number();
                if self.as_of.is_some_and(|as_of| as_of != number) {
                    self.phase = Phase::Resting;
                    return Some(Event::default().data(CHANGED));
                }
            }
            Phase::Waiting => {}
            Phase::Resting => tokio::time::sleep(PACE).await,
        }
        loop {
            let changed = tokio::time::timeout(RECHECK, self.watch.changed()).await;
            if !self.is_signed_in().await {
                return None;
            }
            if changed.is_ok() {
                self.phase = Phase::Resting;
                return Some(Event::default().data(CHANGED));
            }
        }
    }

    /// Asks the store: the session may have been ended, or the account disabled,
    /// since the stream was opened.
    async fn is_signed_in(&self) -> bool {
        if self.session.load().await.is_err() {
            return false;
        }
        matches!(
            visitor::visitor(&self.web, Some(self.session.clone())).await,
            Ok(Some(account)) if account.id == self.account
        )
    }
}
