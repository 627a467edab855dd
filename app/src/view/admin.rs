//! The admin's desk.

use super::{
    ApiQuota, CallRow, GrantRow, KeyRow, LocalTime, ProjectRow, QuotaRequestRow, RequestOutcome,
    Role,
};

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
    /// Nobody signs in to it, and its keys open nothing.
    pub disabled: bool,
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
    pub projects: Vec<ProjectRow>,
    /// The newest ones.
    pub calls: Vec<CallRow>,
    pub notes: Vec<NoteRow>,
    /// Whether the viewer may disable it, and open it again.
    pub may_close: bool,
    /// Whether the viewer may give it another role.
    pub may_change_role: bool,
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
    /// A date of the filter is none: it was left out.
    pub bad_date: bool,
    pub entries: Vec<AuditEntry>,
    /// Cursor of the next page.
    pub next_before: Option<i64>,
}

/// What of the audit log is asked for, as it stands in the address.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditQuery {
    /// Part of the actor's name.
    pub actor: String,
    /// An action, or its beginning.
    pub action: String,
    /// The id of what was changed.
    pub subject: String,
    /// E-mail or id of the account that it concerns.
    pub account: String,
    /// Days in the viewer's zone, both included.
    pub from: String,
    pub to: String,
    /// Cursor of an earlier page.
    pub before: Option<i64>,
}

impl AuditQuery {
    /// What an address asks for; `one` answers the value of a name.
    pub fn read(one: impl Fn(&str) -> Option<String>) -> Self {
        let text = |name| {
            let value = one(name).unwrap_or_default();
            value.trim().chars().take(200).collect()
        };
        Self {
            actor: text("actor"),
            action: text("action"),
            subject: text("subject"),
            account: text("account"),
            from: text("from"),
            to: text("to"),
            // A cursor that is not a number is none.
            before: one("before").and_then(|before| before.parse().ok()),
        }
    }

    /// Whether it asks for all.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.pairs().is_empty()
    }

    /// Names and values of an address, without the cursor.
    #[must_use]
    pub fn pairs(&self) -> Vec<(&'static str, &str)> {
        [
            ("actor", &self.actor),
            ("action", &self.action),
            ("subject", &self.subject),
            ("account", &self.account),
            ("from", &self.from),
            ("to", &self.to),
        ]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name, value.as_str()))
        .collect()
    }
}

/// What staff wrote about an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteRow {
    pub text: String,
    pub written_by: String,
    pub created_at: LocalTime,
}

/// How the installation does: the calls of the last 24 hours, over all accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverviewView {
    pub calls: i64,
    pub charged: i64,
    /// Ended otherwise than well, or blocked.
    pub failed: i64,
    /// There were more calls than these: older ones of the day are left out.
    pub more: bool,
    pub accounts: i64,
    pub new_accounts: i64,
    pub disabled: i64,
    /// Requests for quota that wait, and since when the oldest does.
    pub waiting: i64,
    pub waiting_since: Option<LocalTime>,
    /// What calls ended with, the most frequent first.
    pub errors: Vec<ErrorCount>,
    /// Accounts near their limit, the latest first.
    pub near: Vec<NearRow>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorCount {
    pub outcome: RequestOutcome,
    pub code: i64,
    pub calls: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NearRow {
    pub account_id: String,
    pub account_email: String,
    /// What it has now.
    pub quota: ApiQuota,
    /// Since when.
    pub at: LocalTime,
}

/// The request that is to be answered now, one at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextRequest {
    pub request: Option<QuotaRequestRow>,
    /// What the account has of every API.
    pub quota: Vec<ApiQuota>,
    /// What it asked for before, the newest first.
    pub earlier: Vec<QuotaRequestRow>,
    /// All that wait, and the place of this one among them, from 1.
    pub waiting: i64,
    pub place: i64,
}
