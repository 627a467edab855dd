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
