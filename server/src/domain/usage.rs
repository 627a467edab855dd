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
    /// The key is known, but disabled, expired or deleted.
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

/// What sums are made of: each unit has roll-ups of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// Numbered by [`super::zones::day_number`], cut in the account's zone.
    Day,
    /// Numbered by [`quarter`].
    Quarter,
}

/// By what calls are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grouping {
    Outcome,
    Project,
    Key,
    /// Not at all.
    None,
}

/// What to sum: calls of one account to one API, cut into buckets of slots.
#[derive(Debug, Clone)]
pub struct SeriesQuery {
    pub account: AccountId,
    pub api: ApiId,
    /// Empty means all.
    pub projects: Vec<ProjectId>,
    pub keys: Vec<KeyId>,
    pub slot: Slot,
    /// First slot of each bucket, and the slot after the last bucket: one more
    /// than buckets. Ascending.
    pub edges: Vec<i64>,
    pub grouping: Grouping,
}

impl SeriesQuery {
    /// The bucket that holds a slot, if one does.
    #[must_use]
    pub fn bucket(&self, slot: i64) -> Option<usize> {
        let after = self.edges.partition_point(|edge| *edge <= slot);
        (after < self.edges.len()).then(|| after.checked_sub(1))?
    }
}

/// Calls of one group in one bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeriesPoint {
    /// Index of the bucket: between `edges[bucket]` and `edges[bucket + 1]`.
    pub bucket: usize,
    /// Number of the outcome, or row id of the project or key; 0 without grouping.
    pub group: i64,
    pub calls: i64,
    pub charged: i64,
}

/// A project or key of an account's history, whether it still exists or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Row id.
    pub id: i64,
    pub public_id: String,
    pub name: String,
    /// Last characters of a key.
    pub hint: Option<String>,
    pub deleted: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_lies_in_the_bucket_that_began_last() {
        let query = SeriesQuery {
            account: AccountId(1),
            api: ApiId(1),
            projects: vec![],
            keys: vec![],
            slot: Slot::Day,
            // The second bucket is empty: a date that a zone left out.
            edges: vec![10, 12, 12, 15],
            grouping: Grouping::None,
        };
        let found: Vec<_> = (9..=15).map(|slot| query.bucket(slot)).collect();
        let expected = [None, Some(0), Some(0), Some(2), Some(2), Some(2), None];
        assert_eq!(found, expected);
    }
}
