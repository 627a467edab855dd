//! Who has a place. When all are taken and one more client comes, the connections that
//! have been idle longest are let go: to be connected costs a stranger nothing, so
//! nobody may keep others out by that alone. Whoever waits for an answer stays.

use super::presence::{Presence, Since};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

/// Of the places, one in so many is made free at once: looking through all connections
/// is then paid for by many new ones.
const SHARE: usize = 16;
/// Whoever has just come, or just got an answer, may be about to ask: such a connection
/// is not idle yet.
const SETTLED: Duration = Duration::from_millis(20);
/// How often it is looked again who is idle while all are busy; for each connection a
/// little later, so that looking stays a small part of the work.
const LOOK: Duration = Duration::from_millis(20);
const LOOK_AT_ONE: Duration = Duration::from_micros(1);
/// How often the log tells that places are short.
const TOLD: Duration = Duration::from_mins(1);

/// The places of all connections. The listener alone has it, so that connections come
/// and go, and requests are answered, without a lock.
pub(super) struct Places {
    most: usize,
    free: Arc<Semaphore>,
    /// Of connections that are there, and of about as many that are gone.
    presences: Vec<Arc<Presence>>,
    begin: Instant,
    /// Connections that were told to go, and made no place yet.
    leaving: usize,
    log: Log,
}

/// A connection's place; free again when it is dropped.
pub(super) struct Place {
    pub presence: Arc<Presence>,
    _permit: OwnedSemaphorePermit,
}

impl Places {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            free: Arc::new(Semaphore::new(most)),
            presences: Vec::new(),
            begin: Instant::now(),
            leaving: 0,
            log: Log::default(),
        }
    }

    /// A place for a connection that was accepted. If none is free, idle connections
    /// make one; if all are busy, it takes as long as the first of them is.
    pub(super) async fn take(&mut self) -> Place {
        loop {
            if let Ok(permit) = Arc::clone(&self.free).try_acquire_owned() {
                return self.seat(permit);
            }
            if self.leaving == 0 {
                self.make_room();
            }
            let all = u32::try_from(self.presences.len()).unwrap_or(u32::MAX);
            let next = Arc::clone(&self.free).acquire_owned();
            match timeout(LOOK + LOOK_AT_ONE * all, next).await {
                Ok(Ok(permit)) => return self.seat(permit),
                // Who was told to go, and stayed, had been asked something meanwhile.
                Ok(Err(_)) | Err(_) => self.leaving = 0,
            }
        }
    }

    fn seat(&mut self, permit: OwnedSemaphorePermit) -> Place {
        self.leaving = self.leaving.saturating_sub(1);
        let taken = self.most - self.free.available_permits();
        if self.presences.len() > 2 * taken + SHARE {
            self.forget_gone();
        }
        let presence = Arc::new(Presence::new(self.begin));
        self.presences.push(Arc::clone(&presence));
        Place {
            presence,
            _permit: permit,
        }
    }

    fn forget_gone(&mut self) {
        self.presences
            .retain(|presence| Arc::strong_count(presence) > 1);
    }

    /// Lets some of the connections go that have been idle longest.
    pub(super) fn make_room(&mut self) {
        self.forget_gone();
        let settled = self.begin.elapsed().checked_sub(SETTLED);
        let idle = settled.map_or_else(Vec::new, |settled| {
            let settled = Since::from(settled);
            let presences = self.presences.iter();
            let idle = presences.filter_map(|it| Some((it.idle_since()?, it)));
            idle.filter(|(since, _)| *since <= settled).collect()
        });
        let few = (self.presences.len() / SHARE).max(1);
        let told = longest(idle, few);
        let told = told.iter().filter(|(since, it)| it.let_go(*since)).count();
        self.leaving += told;
        self.log.tell(self.most, told);
    }

    /// Waits until all connections are closed.
    pub(super) async fn all_free(&self) {
        let all = u32::try_from(self.most).unwrap_or(u32::MAX);
        // It fails if it was closed, and nobody closes it.
        let _ = self.free.acquire_many(all).await;
    }
}

/// Those that are idle longest, in no order: so many, or all if there are no more.
fn longest<T>(mut idle: Vec<(Since, T)>, most: usize) -> Vec<(Since, T)> {
    if most < idle.len() {
        idle.select_nth_unstable_by_key(most, |(since, _)| *since);
        idle.truncate(most);
    }
    idle
}

/// Tells the operator that places are short: at once, and then once a while.
#[derive(Default)]
struct Log {
    last: Option<Instant>,
    closed: usize,
}

impl Log {
    fn tell(&mut self, most: usize, closed: usize) {
        self.closed += closed;
        // They may all be at work, or have only just come.
        if self.closed == 0 {
            return;
        }
        if self.last.is_some_and(|last| last.elapsed() < TOLD) {
            return;
        }
        self.last = Some(Instant::now());
        tracing::warn!(
            places = most,
            closed = std::mem::take(&mut self.closed),
            "connections were short: those that had been idle longest were closed for new ones"
        );
    }
}

#[cfg(test)]
mod tests;
