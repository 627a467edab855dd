//! The log of requests: the ledger's rows as their account reads them, newest
//! first, a page at a time.

use super::usage::Outcome;
use super::{AccountId, ApiId, KeyId, Millis, ProjectId};

/// Where a page begins: beside a call, which itself is not on it. Calls are
/// ordered by their time, and those of one millisecond by their row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub at: Millis,
    pub row: i64,
}

impl Position {
    /// Newer than all calls before an instant, older than those at it.
    #[must_use]
    pub const fn before(at: Millis) -> Self {
        Self { at, row: 0 }
    }

    /// Newer than all calls at an instant, older than those after it.
    #[must_use]
    pub const fn after(at: Millis) -> Self {
        Self { at, row: i64::MAX }
    }
}

/// Which way a page goes from its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Older,
    Newer,
}

/// Which calls of an account. An empty list means all.
#[derive(Debug, Clone)]
pub struct CallFilter {
    pub account: AccountId,
    pub projects: Vec<ProjectId>,
    pub keys: Vec<KeyId>,
    pub apis: Vec<ApiId>,
    pub outcomes: Vec<Outcome>,
    pub codes: Vec<i64>,
    /// First instant.
    pub from: Option<Millis>,
    /// The instant after the last.
    pub to: Option<Millis>,
}

impl CallFilter {
    /// Every call of an account.
    #[must_use]
    pub const fn all(account: AccountId) -> Self {
        Self {
            account,
            projects: Vec::new(),
            keys: Vec::new(),
            apis: Vec::new(),
            outcomes: Vec::new(),
            codes: Vec::new(),
            from: None,
            to: None,
        }
    }

    /// Whether it leaves calls out that lie between others. A range of time does
    /// not: it ends the log.
    #[must_use]
    pub const fn is_narrow(&self) -> bool {
        !(self.projects.is_empty()
            && self.keys.is_empty()
            && self.apis.is_empty()
            && self.outcomes.is_empty()
            && self.codes.is_empty())
    }
}

/// A page to read.
#[derive(Debug, Clone)]
pub struct CallQuery {
    pub filter: CallFilter,
    /// Nothing begins at the newest call, or for [`Direction::Newer`] at the oldest.
    pub position: Option<Position>,
    pub direction: Direction,
    /// Calls of the page at most.
    pub limit: usize,
}

/// A page, in its direction's order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallPage {
    pub calls: Vec<LoggedCall>,
    pub rest: Rest,
}

/// What lies beyond a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rest {
    /// Nothing that matches.
    Nothing,
    /// More matching calls, beyond the page's last.
    More,
    /// Nobody knows: so many calls were looked at that the search stopped here.
    Unread(Place),
}

/// A position that can be told to others: it holds no row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Beside the call of that request id.
    Call(String),
    /// Between the calls before an instant and those at it.
    Instant(Millis),
}

/// A call as the log shows it, with the names that its parts have now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedCall {
    pub row: i64,
    pub request_id: String,
    pub at: Millis,
    pub api: ApiId,
    pub api_name: String,
    pub outcome: Outcome,
    /// Code of the envelope; 0 is success.
    pub code: i64,
    pub project_public_id: String,
    pub project_name: String,
    pub key_public_id: String,
    pub key_name: String,
    pub key_hint: String,
    pub end_user: Option<String>,
    pub latency_ms: i64,
    pub tokens: i64,
    /// The grant that it burnt. A call is charged if and only if there is one.
    pub grant: Option<BurntGrant>,
}

impl LoggedCall {
    #[must_use]
    pub const fn position(&self) -> Position {
        Position {
            at: self.at,
            row: self.row,
        }
    }
}

/// The grant that a call burnt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BurntGrant {
    pub public_id: String,
    /// The catalogue's free quota, or given by a person.
    pub free: bool,
    pub reason: String,
}
