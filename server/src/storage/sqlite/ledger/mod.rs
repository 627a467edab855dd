//! The ledger: a batch of calls is one transaction, on a connection of its own.

mod connection;
mod rows;

pub(super) use connection::LedgerConnection;

use super::SqliteStore;
use crate::domain::store::{Ledger, Stored};
use crate::domain::usage::UsageRow;
use async_trait::async_trait;
use std::sync::Arc;

#[async_trait]
impl Ledger for SqliteStore {
    async fn append(&self, rows: &[UsageRow]) -> Stored<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let turn = Arc::clone(&self.turn).lock_owned().await;
        self.ledger.write(rows.to_vec(), turn).await
    }
}
