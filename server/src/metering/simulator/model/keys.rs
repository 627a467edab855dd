//! Keys that were used, and what must be known of them.

use super::Model;
use crate::domain::idempotency::{Fingerprint, IdempotencyHash, Known};
use crate::domain::{AccountId, Millis};

const DAY: Millis = 24 * 3_600_000;

#[derive(Debug)]
pub(super) struct Used {
    account: AccountId,
    hash: IdempotencyHash,
    fingerprint: Fingerprint,
    /// As it was answered at first.
    known: Option<Known>,
    at: Millis,
    /// The latest that the clock showed since.
    latest: Millis,
}

impl Model {
    pub(in super::super) fn used(
        &mut self,
        (account, hash): (AccountId, IdempotencyHash),
        fingerprint: Fingerprint,
        now: Millis,
    ) {
        // One that was forgotten may be used anew.
        self.used
            .retain(|used| (used.account, used.hash) != (account, hash));
        self.used.push(Used {
            account,
            hash,
            fingerprint,
            known: None,
            at: now,
            latest: now,
        });
    }

    /// Holds what is known of a key to what was done under it: for a day at least
    /// it is not forgotten, and what is known of it never changes.
    pub(in super::super) fn check_known(
        &mut self,
        (account, hash): (AccountId, IdempotencyHash),
        found: Option<&Known>,
        now: Millis,
    ) {
        let used = self
            .used
            .iter_mut()
            .find(|used| (used.account, used.hash) == (account, hash));
        let Some(used) = used else {
            assert_eq!(found, None, "nobody used it");
            return;
        };
        if let Some(found) = found {
            assert_eq!(found.fingerprint, used.fingerprint);
            assert_eq!(*found, *used.known.get_or_insert_with(|| found.clone()));
            assert!(now - used.at < 5 * DAY, "remembered for ever: {used:?}");
        } else {
            assert!(used.latest - used.at > DAY, "forgotten too soon: {used:?}");
        }
    }

    pub(in super::super) fn clock_moved(&mut self, now: Millis) {
        for used in &mut self.used {
            used.latest = used.latest.max(now);
        }
    }
}
