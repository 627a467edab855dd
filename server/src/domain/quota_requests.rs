//! Requests for more quota: a developer asks, an admin answers once.

use super::{AccountId, ApiId, Millis};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestState {
    Open,
    Approved,
    Rejected,
    Withdrawn,
}

impl RequestState {
    /// The name in the store.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
        }
    }

    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Open, Self::Approved, Self::Rejected, Self::Withdrawn]
            .into_iter()
            .find(|state| state.name() == name)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotaRequest {
    /// Row id: the order of the queue.
    pub id: i64,
    pub public_id: String,
    pub account: AccountId,
    pub account_public_id: String,
    pub account_name: String,
    pub account_email: String,
    pub api: ApiId,
    pub calls: i64,
    pub reason: String,
    pub state: RequestState,
    pub granted: Option<i64>,
    pub answer: Option<String>,
    pub created_at: Millis,
    pub answered_at: Option<Millis>,
}

#[derive(Debug, Clone)]
pub struct NewQuotaRequest {
    pub public_id: String,
    pub account: AccountId,
    pub api: ApiId,
    pub calls: i64,
    pub reason: String,
    pub created_at: Millis,
}

/// Longest reason and answer, in characters.
pub const REASON_LENGTH: usize = 1_000;
/// Calls that a developer can ask for at once.
pub const MOST_CALLS: i64 = 1_000_000;
