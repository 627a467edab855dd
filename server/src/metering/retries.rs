//! Keys that make retries free (`product.md` §2.5): in which days they are looked
//! for, and calls that are charged under one.

use super::till::Till;
use super::writer::{Fate, Line};
use super::{CommitError, Hold};
use crate::domain::idempotency::{Days, IdempotencyHash, Known, Remembered, Retention, Terms, Why};
use crate::domain::usage::UsageRow;
use crate::domain::{AccountId, Millis, StoreError};
use std::sync::atomic::{AtomicI64, Ordering};

/// A clock that is set back by so many days at most finds every key again. One that
/// once stood far ahead must not have all that came between looked through.
const BACK: i64 = 2;

/// The days in which a key of now may lie. A clock that is set back over midnight
/// moves no key out of sight: their last day never comes earlier again.
#[derive(Debug)]
pub(super) struct KeyDays {
    retention: Retention,
    latest: AtomicI64,
}

impl KeyDays {
    /// `latest`: the last day of which a key is on disk.
    pub(super) fn new(retention: Retention, latest: Option<i64>) -> Self {
        Self {
            retention,
            latest: AtomicI64::new(latest.unwrap_or(i64::MIN)),
        }
    }

    pub(super) fn at(&self, now: Millis) -> Days {
        let days = self.retention.days(now);
        let before = self.latest.fetch_max(days.today, Ordering::Relaxed);
        Days {
            first: days.first,
            today: before.clamp(days.today, days.today + BACK),
        }
    }
}

impl Till {
    pub(super) fn key_days(&self) -> Days {
        self.books.key_days.at(self.books.clock.now())
    }

    /// What was done under a key.
    pub(super) async fn remembered(
        &self,
        account: AccountId,
        hash: IdempotencyHash,
    ) -> Result<Option<Known>, StoreError> {
        let days = self.key_days();
        self.books.store.remembered(account, hash, days).await
    }

    /// Charges a call whose key is to be remembered. What is known of the key, if it
    /// was used before: then nothing was charged.
    pub(super) async fn charge_first(
        &self,
        hold: Hold,
        mut row: UsageRow,
        first: Remembered,
    ) -> Result<Option<Known>, CommitError> {
        row.burnt = Some(hold.reservation().grant);
        let terms = Terms {
            first: Some(first),
            settles: None,
        };
        let line = Line {
            row,
            hold: Some(hold),
            terms: Some(terms),
        };
        match self.writer.append(line).await? {
            Fate::LeftOut(Why::Known(known)) => Ok(Some(known)),
            Fate::Written | Fate::LeftOut(Why::Gone) => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Millis = 24 * 60 * 60 * 1_000;

    #[test]
    fn a_clock_that_is_set_back_over_midnight_finds_the_keys_of_tomorrow() {
        let days = KeyDays::new(Retention::default(), None);
        let at = |now| {
            let Days { first, today } = days.at(now);
            (first, today)
        };
        assert_eq!(at(10 * DAY), (9, 10));
        assert_eq!(at(10 * DAY - 1), (8, 10));
        // Two days and no more: nobody looks through decades.
        assert_eq!(at(5 * DAY), (4, 7));
        assert_eq!(at(12 * DAY), (11, 12));
        // What is on disk counts after a restart.
        let days = KeyDays::new(Retention::default(), Some(10));
        assert_eq!(
            days.at(9 * DAY),
            Days {
                first: 8,
                today: 10
            }
        );
    }
}
