//! A held call that cannot leak.

use crate::domain::quota::{Engine, Reservation};
use parking_lot::Mutex;
use std::sync::Arc;

/// One call held for a request in flight. Dropping it (an error, a panic, a
/// task that is cancelled) gives the call back; only a committed ledger row
/// burns it.
#[must_use = "a hold that is dropped gives the call back"]
pub struct Hold {
    engine: Arc<Mutex<Engine>>,
    reservation: Reservation,
    settled: bool,
}

impl Hold {
    pub(super) fn new(engine: Arc<Mutex<Engine>>, reservation: Reservation) -> Self {
        Self {
            engine,
            reservation,
            settled: false,
        }
    }

    #[must_use]
    pub const fn reservation(&self) -> Reservation {
        self.reservation
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
