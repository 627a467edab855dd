//! Grants to a list of accounts.

use super::{AccountId, Change, Millis, Stored};
use crate::domain::bulk::{Bulk, BulkLine, NewLine};
use async_trait::async_trait;

#[derive(Debug, Clone)]
pub struct NewBulk {
    pub public_id: String,
    pub content_hash: [u8; 32],
    pub created_by: Option<AccountId>,
    pub created_at: Millis,
    pub lines: Vec<NewLine>,
}

/// Who gives the next lines, and with what ids.
#[derive(Debug, Clone)]
pub struct GiveLines {
    pub public_id: String,
    /// One for each grant: so many lines are given at most.
    pub grant_ids: Vec<String>,
    pub given_by: Option<AccountId>,
    /// Subject, account and values of each line's entry are filled in.
    pub change: Change,
}

#[async_trait]
pub trait BulkGrants: Send + Sync + 'static {
    /// The accounts that these texts name, by e-mail, reference code or public
    /// id, in their order.
    async fn accounts_named(&self, names: &[String]) -> Stored<Vec<Option<AccountId>>>;
    /// Keeps a list that is not given yet. Those of the days before, that nobody
    /// confirmed, go.
    async fn create_bulk(&self, new: NewBulk, change: Change) -> Stored<()>;
    async fn bulk(&self, public_id: &str) -> Stored<Option<Bulk>>;
    /// Lines behind the one of that number, in their order.
    async fn bulk_lines(&self, public_id: &str, after: i64, limit: i64) -> Stored<Vec<BulkLine>>;
    /// Gives the next lines that are not given, in one step: none is given twice.
    /// Answers their accounts; nobody, when all are given.
    async fn give_lines(&self, give: GiveLines) -> Stored<Vec<AccountId>>;
}
