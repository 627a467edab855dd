//! Chance: where all that happens comes from.

use super::disk::Fault;
use super::{ACCOUNTS, APIS};
use crate::domain::ids::public_id;
use crate::domain::{AccountId, ApiId};
use crate::metering::books::NewId;
use parking_lot::Mutex;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::sync::Arc;

/// Public ids as the process makes them, from a seed: apart from all else, because it
/// makes as many as it likes.
pub(super) fn new_ids(seed: u64) -> NewId {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(1);
    let random = Mutex::new(random);
    Arc::new(move |noun, now| public_id(noun, now, &mut *random.lock()))
}

/// Where the randomness comes from.
pub(super) struct World {
    random: ChaCha8Rng,
}

impl World {
    pub(super) fn of(seed: u64) -> Self {
        let random = ChaCha8Rng::seed_from_u64(seed);
        Self { random }
    }

    /// How much was drawn so far.
    pub(super) fn drawn(&self) -> u128 {
        self.random.get_word_pos()
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        self.random.random_range(0..end)
    }

    pub(super) fn number(&mut self, from: i64, to: i64) -> i64 {
        self.random.random_range(from..to)
    }

    pub(super) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub(super) fn account(&mut self) -> AccountId {
        AccountId(self.number(1, ACCOUNTS + 1))
    }

    pub(super) fn api(&mut self) -> ApiId {
        ApiId(self.number(1, APIS + 1))
    }

    /// Mostly none.
    pub(super) fn some_fault(&mut self) -> Option<Fault> {
        self.one_in(5).then(|| self.fault())
    }

    pub(super) fn fault(&mut self) -> Fault {
        [
            Fault::Fails,
            Fault::Lies,
            Fault::DiesBefore,
            Fault::Tears,
            Fault::DiesAfter,
        ][self.below(5)]
    }
}
