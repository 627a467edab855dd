//! The ledger: a batch of calls is one transaction, on a connection of its own.

mod connection;
mod reservations;
mod rows;
mod terms;

pub(super) use connection::LedgerConnection;
use connection::Work;

use super::SqliteStore;
use crate::domain::StoreError;
use crate::domain::idempotency::{LeftOut, Remembered, Terms};
use crate::domain::reservations::HeldCall;
use crate::domain::store::{Ledger, Stored};
use crate::domain::usage::UsageRow;
use async_trait::async_trait;
use rusqlite::Connection;
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Changes nothing in the end, and reaches the disk all the same: a page that is set
/// to what it holds would not be written.
const TOUCH: &str = "
    UPDATE day_rules SET release = release || ' ';
    UPDATE day_rules SET release = rtrim(release);";

impl SqliteStore {
    /// Finds out whether the disk takes writes again after one failed, without
    /// waiting for a call: whoever sends calls may have gone elsewhere meanwhile.
    pub(super) async fn touch(&self) -> Stored<()> {
        let work = |connection: &Connection| {
            connection.execute_batch(TOUCH)?;
            Ok(Vec::new())
        };
        self.commit(Box::new(work)).await.map(drop)
    }

    async fn commit(&self, work: Work) -> Stored<Vec<LeftOut>> {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        let result = self.ledger.write(work, turn).await;
        match &result {
            Ok(done) if done.is_written => self.faults.write_failed.store(false, Ordering::Relaxed),
            Err(StoreError::Damaged(_)) => self.faults.damaged.store(true, Ordering::Relaxed),
            // A row that was there already says nothing about the disk, whether it was
            // left out or not.
            Ok(_) | Err(StoreError::Conflict(_)) => {}
            Err(_) => self.faults.write_failed.store(true, Ordering::Relaxed),
        }
        result.map(|done| done.left_out)
    }

    /// Writes calls that are held, each with its key.
    pub(super) async fn hold_calls(
        &self,
        held: Vec<(HeldCall, Option<Remembered>)>,
    ) -> Stored<Vec<LeftOut>> {
        let work = move |connection: &Connection| reservations::insert(connection, &held);
        self.commit(Box::new(work)).await
    }
}

#[async_trait]
impl Ledger for SqliteStore {
    async fn append_on_terms(
        &self,
        rows: &[UsageRow],
        terms: &[(usize, Terms)],
    ) -> Stored<Vec<LeftOut>> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let (rows, terms) = (rows.to_vec(), terms.to_vec());
        let work = move |connection: &Connection| {
            let left_out = terms::hold(connection, &rows, &terms)?;
            let gone: HashSet<usize> = left_out.iter().map(|out| out.row).collect();
            let written = || {
                let rows = rows.iter().enumerate();
                rows.filter(|(place, _)| gone.is_empty() || !gone.contains(place))
                    .map(|(_, row)| row)
            };
            rows::insert(connection, written())?;
            rows::fold(connection, written())?;
            Ok(left_out)
        };
        self.commit(Box::new(work)).await
    }
}
