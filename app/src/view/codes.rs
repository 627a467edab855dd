//! Redemption codes, as staff see them.

use super::{ApiChoice, LocalTime};
use chrono::NaiveDate;

/// Chosen for codes that leave the API to whoever redeems them; no API's name.
pub const ANY_API: &str = "*";

/// What can still be done with a code, or with the codes of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeState {
    Open,
    UsedUp,
    Expired,
    Revoked,
}

/// Codes that were made together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeBatchRow {
    /// Public id, `cob_…`.
    pub id: String,
    pub label: Option<String>,
    /// Nothing: the redeemer chooses.
    pub api_title: Option<String>,
    /// Calls that each redemption gives.
    pub calls: i64,
    /// Accounts that may redeem each code.
    pub uses: i64,
    pub count: i64,
    /// Redemptions so far, and those that all codes are good for.
    pub redeemed: i64,
    pub redeemable: i64,
    /// In UTC.
    pub last_day: Option<NaiveDate>,
    pub state: CodeState,
    pub created_at: LocalTime,
    /// E-mail; nothing for a command or a program.
    pub created_by: Option<String>,
}

/// A page of the list of batches, and what new codes may be made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeBatchList {
    pub apis: Vec<ApiChoice>,
    pub batches: Vec<CodeBatchRow>,
    /// The newest ones are among them.
    pub first: bool,
    /// Cursor of the next page.
    pub next_before: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeRow {
    /// Public id, `cod_…`.
    pub id: String,
    /// The last four characters.
    pub hint: String,
    /// Accounts that redeemed it.
    pub used: i64,
    pub state: CodeState,
}

/// One batch with some of its codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeBatchView {
    pub batch: CodeBatchRow,
    pub codes: Vec<CodeRow>,
    /// Cursor of this page; nothing for the first.
    pub after: Option<String>,
    /// Cursor of the next page.
    pub next_after: Option<String>,
}

/// Codes that were just made: shown by one answer and never again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeCodes {
    /// Public id of their batch.
    pub batch: String,
    pub label: Option<String>,
    pub codes: Vec<String>,
}
