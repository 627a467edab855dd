//! How fast an account calls (`product.md` §2.9): the generic cell rate
//! algorithm. One number for each account says until when its calls so far are
//! spread out at the rate; a call that comes while that lies a whole second
//! ahead is too fast. So a second's worth may come at once, and over any longer
//! stretch the rate holds.

use super::super::Millis;

const SECOND: i64 = 1_000_000;

/// Calls a second of one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pacing {
    /// Above it calls are served with a warning.
    pub advised: i64,
    /// Above it calls are refused, if it is set.
    pub ceiling: Option<i64>,
}

impl Default for Pacing {
    fn default() -> Self {
        Self {
            advised: super::super::limits::ADVISED_PER_SECOND,
            ceiling: None,
        }
    }
}

/// Whether a call keeps to the advised pace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pace {
    #[default]
    Within,
    /// It is served, and its client is told.
    Above,
}

/// Until when calls so far reach at the rate, in microseconds of the clock.
#[derive(Debug, Clone, Copy, Default)]
struct Cell(i64);

impl Cell {
    /// Takes a call in, or answers in how many milliseconds one can be.
    fn take(&mut self, per_second: i64, now: Millis) -> Result<(), Millis> {
        let now = now.saturating_mul(1_000);
        // It never lies further ahead, unless the clock was set back.
        self.0 = self.0.clamp(now, now + SECOND);
        let each = SECOND / per_second.clamp(1, SECOND);
        let next = self.0 + each;
        if next > now + SECOND {
            return Err((next - now - SECOND + 999) / 1_000);
        }
        self.0 = next;
        Ok(())
    }
}

/// One account's pace.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Paces {
    advised: Cell,
    ceiling: Cell,
}

impl Paces {
    /// Counts a call. A refused one counts for neither rate.
    ///
    /// # Errors
    /// It is over the ceiling: milliseconds until one is not.
    pub(super) fn count(&mut self, pacing: Pacing, now: Millis) -> Result<Pace, Millis> {
        if let Some(ceiling) = pacing.ceiling {
            self.ceiling.take(ceiling, now)?;
        }
        match self.advised.take(pacing.advised, now) {
            Ok(()) => Ok(Pace::Within),
            Err(_) => Ok(Pace::Above),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = 1_764_000_000_000;

    #[test]
    fn a_seconds_worth_may_come_at_once_and_then_each_in_its_time() {
        let mut paces = Paces::default();
        let mut at = |now| paces.count(Pacing::default(), now).unwrap();
        for _ in 0..10 {
            assert_eq!(at(NOW), Pace::Within);
        }
        assert_eq!(at(NOW), Pace::Above);
        assert_eq!(at(NOW + 99), Pace::Above);
        assert_eq!(at(NOW + 100), Pace::Within);
        assert_eq!(at(NOW + 100), Pace::Above);
    }

    #[test]
    fn the_ceiling_says_when_to_come_again_and_keeps_its_word() {
        let pacing = Pacing {
            advised: 10,
            ceiling: Some(3),
        };
        let mut paces = Paces::default();
        let mut now = NOW;
        let mut served = 0;
        for _ in 0..300 {
            match paces.count(pacing, now) {
                Ok(_) => served += 1,
                Err(wait) => {
                    assert!(wait > 0);
                    assert!(paces.count(pacing, now + wait - 1).is_err());
                    now += wait;
                    assert!(paces.count(pacing, now).is_ok());
                    served += 1;
                }
            }
        }
        let seconds = (now - NOW) / 1_000;
        assert!((served - 3) / 3 - seconds <= 1, "{served} in {seconds} s");
    }

    #[test]
    fn a_clock_that_is_set_back_slows_nobody_down_for_longer_than_a_second() {
        let pacing = Pacing {
            advised: 10,
            ceiling: Some(10),
        };
        let mut paces = Paces::default();
        for _ in 0..10 {
            assert!(paces.count(pacing, NOW).is_ok());
        }
        let earlier = NOW - 3_600_000;
        assert_eq!(paces.count(pacing, earlier), Err(100));
        assert!(paces.count(pacing, earlier + 100).is_ok());
    }
}
