//! The pace of an account, as a bucket that fills at the rate and holds a second's
//! worth of calls.

use super::Model;
use crate::domain::quota::{Pace, Pacing};
use crate::domain::{AccountId, Millis};

const SECOND: i64 = 1_000_000;

#[derive(Debug, Clone, Copy)]
struct Bucket {
    /// Microseconds of calling.
    full: i64,
    at: Millis,
}

impl Bucket {
    const FULL: Self = Self {
        full: SECOND,
        at: 0,
    };

    fn take(&mut self, a_second: i64, now: Millis) -> Result<(), Millis> {
        let since = (now - self.at) * 1_000;
        self.at = now;
        self.full = (self.full + since).clamp(0, SECOND);
        let short = SECOND / a_second - self.full;
        if short > 0 {
            return Err(short.unsigned_abs().div_ceil(1_000).try_into().unwrap());
        }
        self.full -= SECOND / a_second;
        Ok(())
    }
}

/// Of an account, since the process began.
#[derive(Debug, Clone, Copy)]
pub(super) struct Buckets {
    advised: Bucket,
    ceiling: Bucket,
}

impl Model {
    /// Counts a call. What a refused one must wait, if it is over the ceiling.
    pub(super) fn count(
        &mut self,
        account: AccountId,
        pacing: Pacing,
        now: Millis,
    ) -> Result<Pace, Millis> {
        let buckets = self.paces.entry(account).or_insert(Buckets {
            advised: Bucket::FULL,
            ceiling: Bucket::FULL,
        });
        if let Some(ceiling) = pacing.ceiling {
            buckets.ceiling.take(ceiling, now)?;
        }
        let advised = buckets.advised.take(pacing.advised, now);
        Ok(advised.map_or(Pace::Above, |()| Pace::Within))
    }
}
