//! The ledger of consumption: one row for each call.

use super::quota::Call;
use super::{AccountId, ApiId, GrantId, KeyId, Millis, ProjectId};

/// How a call ended, coarsely: what charts and filters are made of. The
/// numbers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    Succeeded = 0,
    /// The quota was used up.
    Blocked = 1,
    /// The body broke a rule: wrong shape, too long, too much asked for.
    Rejected = 2,
    /// The key is known, but disabled or expired.
    Unauthorised = 3,
    /// The upstream was down, slow, refused, or answered nonsense.
    UpstreamFailed = 4,
    /// Our own fault.
    Failed = 5,
}

impl Outcome {
    pub const ALL: [Self; 6] = [
        Self::Succeeded,
        Self::Blocked,
        Self::Rejected,
        Self::Unauthorised,
        Self::UpstreamFailed,
        Self::Failed,
    ];

    /// The outcome of that number.
    #[must_use]
    pub fn numbered(number: i64) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|outcome| outcome.number() == number)
    }

    /// The number in the store.
    #[must_use]
    pub const fn number(self) -> i64 {
        self as i64
    }
}

/// One call, complete: never changed once written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageRow {
    /// `req_…`, the `X-Request-Id` that the client saw.
    pub request_id: String,
    pub account: AccountId,
    pub project: ProjectId,
    pub key: KeyId,
    pub api: ApiId,
    /// When the call arrived.
    pub at: Millis,
    pub outcome: Outcome,
    /// Code of the envelope; 0 is success.
    pub code: i64,
    /// The grant that the call burnt. A call is charged if and only if there is one.
    pub burnt: Option<GrantId>,
    /// Tokens of the metered input.
    pub tokens: i64,
    pub latency_ms: i64,
    pub end_user: Option<String>,
}

impl UsageRow {
    #[must_use]
    pub const fn charge(&self) -> i64 {
        self.burnt.is_some() as i64
    }

    /// The call as the quota engine sees it.
    #[must_use]
    pub const fn call(&self) -> Call {
        Call {
            account: self.account,
            project: self.project,
            key: self.key,
            api: self.api,
            at: self.at,
        }
    }

    /// The quarter of an hour that the call is rolled up in.
    #[must_use]
    pub const fn quarter(&self) -> i64 {
        quarter(self.at)
    }
}

/// Length of a roll-up's slot: divides every offset of the tz database.
pub const QUARTER_MS: Millis = 15 * 60 * 1_000;

/// The slot that holds an instant.
#[must_use]
pub const fn quarter(at: Millis) -> i64 {
    at.div_euclid(QUARTER_MS)
}

/// What to sum: calls of one account in `[from, to)` slots, cut into days.
#[derive(Debug, Clone)]
pub struct SeriesQuery {
    pub account: AccountId,
    pub apis: Vec<ApiId>,
    /// Empty means all.
    pub projects: Vec<ProjectId>,
    pub keys: Vec<KeyId>,
    /// First slot of each day, and the slot after the last day: one more than days.
    pub edges: Vec<i64>,
}

/// Calls of one API on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeriesPoint {
    pub api: ApiId,
    /// Index of the day: between `edges[day]` and `edges[day + 1]`.
    pub day: usize,
    pub calls: i64,
    pub charged: i64,
}
