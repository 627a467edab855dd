//! The admin's desk.

use super::{ApiQuota, GrantRow, KeyRow, LocalTime, QuotaRequestRow, Role};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow {
    /// Public id, `acc_…`.
    pub id: String,
    pub name: String,
    pub email: String,
    pub reference_code: String,
    pub role: Role,
    pub created_at: LocalTime,
    pub quota: Vec<ApiQuota>,
    pub open_requests: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountSearch {
    pub search: String,
    pub accounts: Vec<AccountRow>,
    /// First page is 1.
    pub page: u32,
    pub has_next: bool,
    /// Requests that wait for an answer, over all accounts.
    pub open_requests: i64,
}

/// One account as staff see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountDetail {
    pub account: AccountRow,
    pub time_zone: String,
    pub grants: Vec<GrantRow>,
    pub keys: Vec<KeyRow>,
    pub requests: Vec<QuotaRequestRow>,
    pub audit: Vec<AuditEntry>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RequestFilter {
    #[default]
    Open,
    Answered,
}

/// One change: who, what, and the state before and after as short JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Keyset cursor.
    pub id: i64,
    pub at: LocalTime,
    /// E-mail of the actor, or `command line`, or `system`.
    pub actor: String,
    /// For instance `grant.created`.
    pub action: String,
    /// What it was done to: a public id.
    pub subject: String,
    /// Public id and e-mail of the account it concerns.
    pub account: Option<(String, String)>,
    pub before: Option<String>,
    pub after: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditPage {
    pub entries: Vec<AuditEntry>,
    /// Cursor of the next page.
    pub next_before: Option<i64>,
}
