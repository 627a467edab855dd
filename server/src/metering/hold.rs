//! A held call that cannot leak.

use crate::domain::quota::{Engine, Pace, Reservation};
use parking_lot::Mutex;
use std::sync::Arc;

/// One call held for a request in flight. Dropping it (an error, a panic, a
/// task that is cancelled) gives the call back; only a committed ledger row
/// burns it.
#[must_use = "a hold that is dropped gives the call back"]
pub struct Hold {
    engine: Arc<Mutex<Engine>>,
    reservation: Reservation,
    pace: Pace,
    settled: bool,
}

impl Hold {
    pub(super) fn new(engine: Arc<Mutex<Engine>>, reservation: Reservation, pace: Pace) -> Self {
        Self {
            engine,
            reservation,
            pace,
            settled: false,
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
        self.engine.lock().burnt(self.reservation);
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        if !self.settled {
            self.engine.lock().release(self.reservation);
        }
    }
}
