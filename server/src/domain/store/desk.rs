//! What the admin's desk asks of the store beyond single accounts.

use super::{AccountId, ApiId, Change, KeyHash, Millis, Stored};
use crate::domain::accounts::Role;
use crate::domain::usage::Outcome;
use async_trait::async_trait;

/// Calls of all accounts that ended alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallCount {
    pub outcome: Outcome,
    /// Code of the envelope; 0 is success.
    pub code: i64,
    pub calls: i64,
    pub charged: i64,
}

/// An API of an account that has used most of it, as its own thresholds say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NearLimit {
    pub account: AccountId,
    /// Public id.
    pub account_public_id: String,
    pub account_email: String,
    pub api: ApiId,
    /// The highest threshold that is reached.
    pub percent: i64,
    pub at: Millis,
}

/// How the installation does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overview {
    /// Of the newest calls, those since the instant that was asked for.
    pub calls: Vec<CallCount>,
    /// There were more since then than are looked at.
    pub more: bool,
    /// Accounts that are not deleted, those opened since, and those disabled.
    pub accounts: i64,
    pub new_accounts: i64,
    pub disabled: i64,
    /// The latest crossings that still hold.
    pub near: Vec<NearLimit>,
}

impl Overview {
    /// It looks back so far.
    pub const SPAN: Millis = 24 * 60 * 60 * 1_000;

    #[must_use]
    pub fn calls(&self) -> i64 {
        self.calls.iter().map(|count| count.calls).sum()
    }

    #[must_use]
    pub fn charged(&self) -> i64 {
        self.calls.iter().map(|count| count.charged).sum()
    }

    #[must_use]
    pub fn failed(&self) -> i64 {
        self.errors().map(|count| count.calls).sum()
    }

    /// Calls that did not succeed, the most frequent kind first.
    pub fn errors(&self) -> impl Iterator<Item = &CallCount> {
        let failed = |count: &&CallCount| count.outcome != Outcome::Succeeded;
        self.calls.iter().filter(failed)
    }
}

/// What staff wrote about an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub public_id: String,
    pub text: String,
    pub written_by: String,
    pub created_at: Millis,
}

#[derive(Debug, Clone)]
pub struct NewNote {
    pub account: AccountId,
    pub note: Note,
}

/// Which entries of the audit log are meant. Empty texts ask for all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditFilter {
    /// Part of the actor's label.
    pub actor: String,
    /// An action, or its beginning: `grant`, `grant.created`.
    pub action: String,
    /// The whole id of what was changed.
    pub subject: String,
    /// E-mail or public id of the account that it concerns.
    pub account: String,
    pub from: Option<Millis>,
    /// The first instant after.
    pub to: Option<Millis>,
}

#[async_trait]
pub trait Desk: Send + Sync + 'static {
    /// How the installation does, with the calls since then. What it costs has an
    /// upper bound: of the calls, only the newest are looked at.
    async fn overview(&self, since: Millis) -> Stored<Overview>;
    async fn add_note(&self, new: NewNote, change: Change) -> Stored<()>;
    /// Newest first.
    async fn notes(&self, account: AccountId) -> Stored<Vec<Note>>;
    /// Disables an account and ends its sessions. Answers the hashes of its keys,
    /// or nothing: it is disabled, deleted, or the last owner who may enter.
    async fn disable_account(
        &self,
        account: AccountId,
        at: Millis,
        change: Change,
    ) -> Stored<Option<Vec<KeyHash>>>;
    /// Opens a disabled account again; likewise.
    async fn enable_account(
        &self,
        account: AccountId,
        change: Change,
    ) -> Stored<Option<Vec<KeyHash>>>;
    /// Gives an account another role and ends its sessions. False if it has that role,
    /// is deleted, or is the last owner who may enter.
    async fn change_role(&self, account: AccountId, role: Role, change: Change) -> Stored<bool>;
}
