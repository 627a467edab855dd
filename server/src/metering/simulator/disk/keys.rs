//! Keys of retries and reservations, on disk.

use super::Disk;
use super::state::State;
use crate::domain::idempotency::{Days, IdempotencyHash, Known, LeftOut, Remembered, Terms, Why};
use crate::domain::reservations::HeldCall;
use crate::domain::store::{Idempotency, Reservations, Stored};
use crate::domain::usage::UsageRow;
use crate::domain::{AccountId, Millis};
use async_trait::async_trait;

#[derive(Debug, Clone)]
pub(in super::super) struct KeptKey {
    day: i64,
    account: AccountId,
    hash: IdempotencyHash,
    known: Known,
}

#[derive(Debug, Clone)]
pub(in super::super) struct KeptReservation {
    call: HeldCall,
    lapsed_at: Option<Millis>,
}

impl State {
    /// A reservation that none of these is.
    pub(in super::super) fn another_reservation(&self, ids: &[&str]) -> Option<HeldCall> {
        let other = |kept: &&KeptReservation| !ids.contains(&kept.call.public_id.as_str());
        let found = self.reservations.iter().find(other);
        found.map(|kept| kept.call.clone())
    }

    pub(in super::super) fn has_reservation(&self, id: &str) -> bool {
        self.reservations
            .iter()
            .any(|kept| kept.call.public_id == id)
    }

    pub(super) fn hold_terms(
        &mut self,
        rows: &[UsageRow],
        terms: &[(usize, Terms)],
    ) -> Vec<LeftOut> {
        let mut left_out = Vec::new();
        for (row, terms) in terms {
            if let Some(id) = &terms.settles {
                if !self.has_reservation(id) {
                    let (row, why) = (*row, Why::Gone);
                    left_out.push(LeftOut { row, why });
                    continue;
                }
                self.reservations.retain(|kept| kept.call.public_id != *id);
            }
            let request = &rows[*row].request_id;
            let known = |first: &Remembered| self.remember(request, first);
            if let Some(known) = terms.first.as_ref().and_then(known) {
                let (row, why) = (*row, Why::Known(known));
                left_out.push(LeftOut { row, why });
            }
        }
        left_out
    }

    fn remember(&mut self, id: &str, first: &Remembered) -> Option<Known> {
        let known = self.known(first.account, first.hash, first.days);
        if known.is_none() {
            self.keys.push(KeptKey {
                day: first.days.today,
                account: first.account,
                hash: first.hash,
                known: Known {
                    fingerprint: first.fingerprint,
                    request_id: id.to_owned(),
                    answer: first.answer.clone(),
                },
            });
        }
        known
    }

    fn known(&self, account: AccountId, hash: IdempotencyHash, days: Days) -> Option<Known> {
        let days = days.first..=days.today;
        self.keys
            .iter()
            .filter(|kept| (kept.account, kept.hash) == (account, hash))
            .filter(|kept| days.contains(&kept.day))
            .max_by_key(|kept| kept.day)
            .map(|kept| kept.known.clone())
    }
}

#[async_trait]
impl Idempotency for Disk {
    async fn remembered(
        &self,
        account: AccountId,
        hash: IdempotencyHash,
        days: Days,
    ) -> Stored<Option<Known>> {
        self.read(|state| state.known(account, hash, days))
    }

    async fn last_key_day(&self) -> Stored<Option<i64>> {
        self.read(|state| state.keys.iter().map(|kept| kept.day).max())
    }

    async fn forget_keys_before(&self, day: i64) -> Stored<u64> {
        self.write(|state| {
            let before = state.keys.len();
            state.keys.retain(|kept| kept.day >= day);
            u64::try_from(before - state.keys.len()).unwrap()
        })
        .await
    }
}

#[async_trait]
impl Reservations for Disk {
    async fn create_reservations(
        &self,
        held: &[(HeldCall, Option<Remembered>)],
    ) -> Stored<Vec<LeftOut>> {
        self.write(|state| {
            let mut left_out = Vec::new();
            for (row, (call, first)) in held.iter().enumerate() {
                let known = |first: &Remembered| state.remember(&call.public_id, first);
                if let Some(known) = first.as_ref().and_then(known) {
                    let why = Why::Known(known);
                    left_out.push(LeftOut { row, why });
                } else {
                    state.reservations.push(KeptReservation {
                        call: call.clone(),
                        lapsed_at: None,
                    });
                }
            }
            left_out
        })
        .await
    }

    async fn held_calls(&self) -> Stored<Vec<HeldCall>> {
        self.read(|state| {
            let held = |kept: &&KeptReservation| kept.lapsed_at.is_none();
            let held = state.reservations.iter().filter(held);
            held.map(|kept| kept.call.clone()).collect()
        })
    }

    async fn lapse_reservations(&self, ids: &[&str], at: Millis) -> Stored<()> {
        self.write(|state| {
            for kept in &mut state.reservations {
                if ids.contains(&kept.call.public_id.as_str()) {
                    kept.lapsed_at.get_or_insert(at);
                }
            }
        })
        .await
    }

    async fn reservation(&self, id: &str) -> Stored<Option<HeldCall>> {
        self.read(|state| {
            let kept = &state.reservations;
            let found = kept.iter().find(|kept| kept.call.public_id == id);
            found.map(|kept| kept.call.clone())
        })
    }

    async fn forget_lapsed_before(&self, at: Millis) -> Stored<u64> {
        self.write(|state| {
            let before = state.reservations.len();
            let stays = |kept: &KeptReservation| kept.lapsed_at.is_none_or(|lapsed| lapsed >= at);
            state.reservations.retain(stays);
            u64::try_from(before - state.reservations.len()).unwrap()
        })
        .await
    }
}
