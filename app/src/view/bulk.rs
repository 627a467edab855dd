//! Grants to a list of accounts, before and after they are given.

use super::LocalTime;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkView {
    /// Public id, `blk_…`.
    pub id: String,
    pub lines: i64,
    /// Lines that are given already.
    pub given: i64,
    pub accounts: i64,
    pub calls: i64,
    pub confirmed_at: Option<LocalTime>,
    /// When the same file was given before.
    pub same_at: Option<LocalTime>,
    /// Some of its lines, in their order.
    pub shown: Vec<BulkRow>,
    /// The shown ones are the first.
    pub first: bool,
    /// The line behind which the next ones stand.
    pub next_after: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkRow {
    /// Of the file; its head is 1.
    pub line: i64,
    pub account_id: String,
    pub account_email: String,
    pub api_title: String,
    pub calls: i64,
    pub reason: String,
    /// Calls that are left now.
    pub remaining: i64,
    pub given: bool,
}
