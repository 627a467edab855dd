//! The one place that asks the machine for the time or for chance. Everything
//! else is handed a [`Clock`] or a random source (see `clippy.toml`).

use crate::domain::Millis;
use parking_lot::Mutex;

/// Where the time comes from.
pub trait Clock: Send + Sync + 'static {
    /// Milliseconds since 1970-01-01 UTC.
    fn now(&self) -> Millis;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks")]
    fn now(&self) -> Millis {
        chrono::Utc::now().timestamp_millis()
    }
}

/// A clock that runs as the machine's does, but from another instant on: the
/// demo's, so that two runs show the same days.
#[derive(Debug, Clone, Copy)]
pub struct ShiftedClock {
    ahead: Millis,
}

impl ShiftedClock {
    /// Reads `start` now.
    #[must_use]
    pub fn from(start: Millis) -> Self {
        Self {
            ahead: start - SystemClock.now(),
        }
    }
}

impl Clock for ShiftedClock {
    fn now(&self) -> Millis {
        SystemClock.now() + self.ahead
    }
}

/// A clock that stands still until it is moved: for tests.
#[derive(Debug)]
pub struct ManualClock(Mutex<Millis>);

impl ManualClock {
    #[must_use]
    pub fn at(now: Millis) -> Self {
        Self(Mutex::new(now))
    }

    /// Moves on by `by` milliseconds; backwards if negative.
    pub fn advance(&self, by: Millis) {
        *self.0.lock() += by;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Millis {
        *self.0.lock()
    }
}

/// A cryptographic random source of this process.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place that asks")]
pub fn random() -> impl rand::CryptoRng {
    rand::rng()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shifted_clock_runs_on_from_its_start() {
        let start = 1_000_000_000_000;
        let clock = ShiftedClock::from(start);
        let (first, second) = (clock.now(), clock.now());
        assert!(first >= start && second >= first && second < start + 3_600_000);
    }
}
