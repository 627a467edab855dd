//! Who calls: keys are held out, looked up through memory, and let in or turned away.

use super::Simulation;
use super::model::{ApiKey, Caller, HeldOut};
use crate::domain::keys::KeyHash;
use crate::domain::{Millis, StoreError};
use crate::metering::key_ring::KeyRing;
use std::sync::Arc;

/// Whose a key is, as the gateway and services learn it.
pub(super) async fn look_up(
    keys: &KeyRing,
    held_out: &HeldOut,
    at: Millis,
) -> Result<Option<Caller>, StoreError> {
    let found = match held_out {
        HeldOut::Secret(hash) => keys.find(*hash).await,
        HeldOut::Id(id) => keys.find_id(id).await,
    };
    let caller = found?.map(|identity| Caller {
        account: identity.account,
        project: identity.project,
        key: identity.key,
        may_call: identity.check(at),
    });
    Ok(caller)
}

impl Simulation {
    /// Somebody holds out a key. Who it is, if it may call.
    pub(super) async fn caller(&mut self, at: Millis) -> Option<Caller> {
        let held_out = self.held_out(at);
        let found = look_up(&self.life.keys, &held_out, at).await.unwrap();
        self.agree(&held_out, found, at);
        self.saw(&(held_out, found));
        match found {
            None => self.tally.keys_unknown += 1,
            Some(caller) if caller.may_call.is_err() => self.tally.keys_refused += 1,
            Some(_) => {}
        }
        found.filter(|caller| caller.may_call.is_ok())
    }

    /// What was found must be what the model says.
    pub(super) fn agree(&self, held_out: &HeldOut, found: Option<Caller>, at: Millis) {
        let expected = self.model.api_keys.whose(held_out, at);
        assert_eq!(found, expected, "{held_out:?} at {at}");
    }

    /// Mostly a key that may call; else any that is there, one that is nobody's any more,
    /// or one that never was.
    pub(super) fn held_out(&mut self, at: Millis) -> HeldOut {
        let lost = &self.model.api_keys.lost;
        match self.world.below(40) {
            0 if !lost.is_empty() => HeldOut::Secret(lost[self.world.below(lost.len())]),
            1 => HeldOut::Secret(KeyHash::of("guessed")),
            2..8 => self.some_held_out(),
            _ => {
                let tries: Vec<_> = (0..5).map(|_| self.some_held_out()).collect();
                let may_call = |held_out: &&HeldOut| {
                    let caller = self.model.api_keys.whose(held_out, at);
                    caller.is_some_and(|caller| caller.may_call.is_ok())
                };
                tries.iter().find(may_call).unwrap_or(&tries[0]).clone()
            }
        }
    }

    fn some_held_out(&mut self) -> HeldOut {
        let place = self.some_key_place();
        let ways = self.model.api_keys.keys[place].held_out();
        ways[self.world.below(ways.len())].clone()
    }

    /// Every key that is there, the last that were deleted, and the last secrets that are
    /// nobody's any more.
    pub(super) async fn compare_keys(&mut self) {
        let now = self.now();
        let keys = &self.model.api_keys;
        let there = keys.keys.iter().filter(|key| !key.deleted);
        let deleted = keys.keys.iter().rev().filter(|key| key.deleted).take(2);
        let lost = keys.lost.iter().rev().take(4).copied();
        let all: Vec<HeldOut> = there
            .chain(deleted)
            .flat_map(ApiKey::held_out)
            .chain(lost.map(HeldOut::Secret))
            .collect();
        let ring = Arc::clone(&self.life.keys);
        for held_out in all {
            let found = look_up(&ring, &held_out, now).await.unwrap();
            self.agree(&held_out, found, now);
        }
    }
}
