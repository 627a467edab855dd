//! The ledger: a batch of calls is one transaction, on a connection of its own.

mod connection;
mod reservations;
mod rows;
mod terms;

pub(super) use connection::LedgerConnection;

use super::SqliteStore;
use crate::domain::idempotency::{LeftOut, Remembered, Terms};
use crate::domain::reservations::HeldCall;
use crate::domain::store::{Ledger, Stored};
use crate::domain::usage::UsageRow;
use async_trait::async_trait;
use rusqlite::Connection;
use std::collections::HashSet;
use std::sync::Arc;

impl SqliteStore {
    /// Writes calls that are held, each with its key.
    pub(super) async fn hold_calls(
        &self,
        held: Vec<(HeldCall, Option<Remembered>)>,
    ) -> Stored<Vec<LeftOut>> {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        let work = move |connection: &Connection| reservations::insert(connection, &held);
        self.ledger.write(Box::new(work), turn).await
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
        let turn = Arc::clone(&self.turn).lock_owned().await;
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
        self.ledger.write(Box::new(work), turn).await
    }
}
