//! Whether a connection is at work, or since when it is idle. It is written for each
//! request and read when places are short, so it is one number and has no lock.

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// A request is under way, or the connection closes by itself.
const BUSY: u64 = u64::MAX;
/// An answer is complete, and not all of it is handed over.
const SENDING: u64 = u64::MAX - 1;
/// It is to go.
const LET_GO: u64 = u64::MAX - 2;

/// Since when a connection is idle: microseconds after the listener began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Since(u64);

impl From<Duration> for Since {
    fn from(passed: Duration) -> Self {
        let passed = u64::try_from(passed.as_micros()).unwrap_or(u64::MAX);
        Self(passed.min(LET_GO - 1))
    }
}

/// What one connection does. The connection's own task changes it; the listener only
/// ever lets one go that is idle.
pub(super) struct Presence {
    /// One of the words above, or since when it is idle.
    state: AtomicU64,
    begin: Instant,
    told: Notify,
}

impl Presence {
    /// A connection that has just come.
    pub(super) fn new(begin: Instant) -> Self {
        Self {
            state: AtomicU64::new(Since::from(begin.elapsed()).0),
            begin,
            told: Notify::new(),
        }
    }

    /// A request has come: its connection stays.
    pub(super) fn ask(&self) {
        self.state.store(BUSY, Ordering::Relaxed);
    }

    /// The answer is complete, or nobody waits for it.
    pub(super) fn answered(&self) {
        self.state.store(SENDING, Ordering::Relaxed);
    }

    /// All that was written is handed over.
    pub(super) fn flushed(&self) {
        if self.state.load(Ordering::Relaxed) == SENDING {
            let since = Since::from(self.begin.elapsed());
            self.state.store(since.0, Ordering::Relaxed);
        }
    }

    /// The connection closes by itself, and takes its time so that the client gets
    /// its last answer.
    pub(super) fn closing(&self) {
        self.state.store(BUSY, Ordering::Relaxed);
    }

    pub(super) fn idle_since(&self) -> Option<Since> {
        let state = self.state.load(Ordering::Relaxed);
        (state < LET_GO).then_some(Since(state))
    }

    /// Lets it go if it has been idle since then. It has the last word: a request that
    /// comes first makes it stay.
    pub(super) fn let_go(&self, since: Since) -> bool {
        let told =
            self.state
                .compare_exchange(since.0, LET_GO, Ordering::Relaxed, Ordering::Relaxed);
        if told.is_ok() {
            self.told.notify_one();
        }
        told.is_ok()
    }

    /// Waits until it was told to go.
    pub(super) async fn told(&self) {
        self.told.notified().await;
    }

    /// Whether it was told to go, and no request has come since.
    pub(super) fn was_let_go(&self) -> bool {
        self.state.load(Ordering::Relaxed) == LET_GO
    }
}

/// A request under way, until it is dropped.
pub(super) struct AtWork(Arc<Presence>);

impl AtWork {
    pub(super) fn new(presence: &Arc<Presence>) -> Self {
        presence.ask();
        Self(Arc::clone(presence))
    }

    /// An answer that is work until its end.
    pub(super) fn until_sent(self, body: Body) -> AnswerBody {
        AnswerBody { body, _work: self }
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        self.0.answered();
    }
}

/// The body of an answer.
pub(super) struct AnswerBody {
    body: Body,
    _work: AtWork,
}

impl HttpBody for AnswerBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;

    fn present() -> Arc<Presence> {
        Arc::new(Presence::new(Instant::now()))
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_is_work_until_its_answer_is_handed_over() {
        let presence = present();
        let came = presence.idle_since();
        assert_eq!(came, Some(Since(0)));
        tokio::time::advance(Duration::from_micros(5)).await;
        // What is written between requests changes nothing.
        presence.flushed();
        assert_eq!(presence.idle_since(), came);
        let work = AtWork::new(&presence);
        presence.flushed();
        assert_eq!(presence.idle_since(), None);
        let body = work.until_sent(Body::from("answer"));
        presence.flushed();
        assert_eq!(presence.idle_since(), None);
        drop(body);
        assert_eq!(presence.idle_since(), None);
        presence.flushed();
        assert_eq!(presence.idle_since(), Some(Since(5)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_comes_first_makes_its_connection_stay() {
        let presence = present();
        let since = presence.idle_since().unwrap();
        assert!(presence.let_go(since));
        assert!(presence.was_let_go() && presence.told().now_or_never().is_some());
        drop(AtWork::new(&presence));
        presence.flushed();
        assert!(!presence.was_let_go());
        // Asked again in the meantime: it is no longer idle since then.
        tokio::time::advance(Duration::from_millis(1)).await;
        drop(AtWork::new(&presence));
        presence.flushed();
        assert!(!presence.let_go(since));
        presence.closing();
        assert_eq!(presence.idle_since(), None);
    }
}
