//! Who changed what.

use super::{AccountId, Millis};

/// Who makes a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    Account {
        id: AccountId,
        email: String,
    },
    /// A program with an admin's token: `token` and its name.
    Token {
        label: String,
    },
    CommandLine,
    System,
}

impl Actor {
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        match self {
            Self::Account { id, .. } => Some(*id),
            Self::Token { .. } | Self::CommandLine | Self::System => None,
        }
    }

    /// The name that the audit log shows.
    #[must_use]
    pub fn label(&self) -> &str {
        match self {
            Self::Account { email, .. } => email,
            Self::Token { label } => label,
            Self::CommandLine => "command line",
            Self::System => "system",
        }
    }
}

/// One change, written in the same transaction as the change.
#[derive(Debug, Clone)]
pub struct Change {
    pub at: Millis,
    pub actor: Actor,
    /// `grant.created`, `key.disabled`, …
    pub action: &'static str,
    /// Public id of what was changed.
    pub subject: String,
    /// Whom it concerns; filled in by the store where the change opens the account.
    pub account: Option<AccountId>,
    pub before: Option<serde_json::Value>,
    pub after: Option<serde_json::Value>,
    /// One-time token of the form that asked for it: of two changes of one
    /// account with the same token, the store makes one.
    pub form_token: Option<String>,
}

/// One change as the log shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub id: i64,
    pub at: Millis,
    pub actor: String,
    pub action: String,
    pub subject: String,
    /// Public id and e-mail of the account it concerns.
    pub account: Option<(String, String)>,
    pub before: Option<String>,
    pub after: Option<String>,
}
