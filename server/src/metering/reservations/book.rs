//! The calls that are held, in memory.

use super::super::Hold;
use super::super::till::Till;
use super::Unreserved;
use crate::domain::quota::Pace;
use crate::domain::reservations::{HeldCall, MOST, MOST_OF_ACCOUNT};
use crate::domain::{AccountId, Millis, StoreError};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

pub(super) struct Held {
    pub call: HeldCall,
    /// Nothing, if what it held is gone: the time limit took it, or its grant lapsed
    /// over a restart.
    pub hold: Option<Hold>,
    /// It is in the book no more, only on disk.
    pub lapsed: bool,
}

/// Those that are neither settled nor lapsed.
#[derive(Default)]
pub(super) struct Book {
    held: HashMap<String, Held>,
    by_expiry: BTreeSet<(Millis, String)>,
    of_account: HashMap<AccountId, usize>,
}

impl Book {
    pub(super) fn insert(&mut self, call: HeldCall, hold: Option<Hold>) {
        *self.of_account.entry(call.account).or_default() += 1;
        let id = call.public_id.clone();
        self.by_expiry.insert((call.expires_at, id.clone()));
        let lapsed = false;
        self.held.insert(id, Held { call, hold, lapsed });
    }

    pub(super) fn call(&self, id: &str) -> Option<&HeldCall> {
        Some(&self.held.get(id)?.call)
    }

    pub(super) fn take(&mut self, id: &str) -> Option<Held> {
        let taken = self.held.remove(id)?;
        self.by_expiry
            .remove(&(taken.call.expires_at, id.to_owned()));
        if let Some(count) = self.of_account.get_mut(&taken.call.account) {
            *count -= 1;
            if *count == 0 {
                self.of_account.remove(&taken.call.account);
            }
        }
        Some(taken)
    }

    pub(super) fn due(&self, now: Millis) -> Vec<String> {
        self.by_expiry
            .iter()
            .take_while(|(at, _)| *at <= now)
            .map(|(_, id)| id.clone())
            .collect()
    }

    pub(super) fn has_room(&self, account: AccountId) -> Result<(), Unreserved> {
        if self.held.len() >= MOST {
            return Err(Unreserved::TooMany(MOST));
        }
        match self.of_account.get(&account) {
            Some(held) if *held >= MOST_OF_ACCOUNT => Err(Unreserved::TooMany(MOST_OF_ACCOUNT)),
            _ => Ok(()),
        }
    }
}

impl Till {
    /// Holds a call again that was held before a restart. Nothing, if its grant is
    /// not there any more.
    pub(super) async fn hold_again(&self, held: &HeldCall) -> Result<Option<Hold>, StoreError> {
        self.books.load(held.account).await?;
        let reservation = held.reservation();
        let engine = &self.books.engine;
        let is_held = engine.lock().hold_again(reservation);
        Ok(is_held.then(|| Hold::new(Arc::clone(engine), reservation, Pace::Within)))
    }
}
