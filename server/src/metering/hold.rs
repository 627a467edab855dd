//! A held call that cannot leak.

use crate::domain::quota::{Engine, Pace, Reservation};
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// One call held for a request in flight. Dropping it (an error, a panic, a
/// task that is cancelled) gives the call back; only a committed ledger row
/// burns it.
#[must_use = "a hold that is dropped gives the call back"]
pub struct Hold {
    engine: Arc<Mutex<Engine>>,
    reservation: Reservation,
    pace: Pace,
    settled: bool,
    /// Whether the hold that was lent of this one was burnt.
    lent: Option<Arc<AtomicBool>>,
}

impl Hold {
    pub(super) fn new(engine: Arc<Mutex<Engine>>, reservation: Reservation, pace: Pace) -> Self {
        Self {
            engine,
            reservation,
            pace,
            settled: false,
            lent: None,
        }
    }

    /// The same hold, to be burnt by another; unless that happens, this one goes on
    /// holding the call.
    pub(super) fn lend(&mut self) -> Self {
        let burnt = Arc::<AtomicBool>::default();
        self.lent = Some(Arc::clone(&burnt));
        Self {
            engine: Arc::clone(&self.engine),
            reservation: self.reservation,
            pace: self.pace,
            settled: true,
            lent: Some(burnt),
        }
    }

    #[must_use]
    pub const fn reservation(&self) -> Reservation {
        self.reservation
    }

    /// Whether the call keeps to the advised pace.
    #[must_use]
    pub const fn pace(&self) -> Pace {
        self.pace
    }

    /// The row is on disk: the call is burnt.
    pub(super) fn burn(mut self) {
        self.settled = true;
        if let Some(burnt) = &self.lent {
            burnt.store(true, Ordering::Release);
        }
        self.engine.lock().burnt(self.reservation);
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let burnt = |burnt: &Arc<AtomicBool>| burnt.load(Ordering::Acquire);
        if !self.settled && !self.lent.as_ref().is_some_and(burnt) {
            self.engine.lock().release(self.reservation);
        }
    }
}
