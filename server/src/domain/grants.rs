//! Grants: what was given, and what became of it. A grant's calls are never
//! edited, except that the free quota follows the catalogue; that it lapsed,
//! was revoked or rolled over is an entry beside it.

mod recurrence;
mod turn;

pub use recurrence::{Carried, NewPeriod, Recurrence, Recurs, share_out};
pub use turn::{Begun, Over, Taken, Turn};

use super::caps::Period;
use super::{AccountId, ApiId, GrantId, Millis};

/// Where a grant comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantKind {
    /// The catalogue's free quota: one for each account and API.
    Free,
    /// Given by a person.
    Extra,
}

/// A grant and what is burnt of it: what the quota engine decides on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GrantBalance {
    pub id: GrantId,
    pub api: ApiId,
    /// Calls given.
    pub calls: i64,
    /// Calls burnt, on disk.
    pub burnt: i64,
    /// Lower burns first.
    pub priority: i64,
    pub starts_at: Option<Millis>,
    pub expires_at: Option<Millis>,
}

impl GrantBalance {
    #[must_use]
    pub fn in_force(&self, now: Millis) -> bool {
        self.starts_at.is_none_or(|start| start <= now)
            && self.expires_at.is_none_or(|end| now < end)
    }

    /// The order in which grants burn: priority, soonest to expire, oldest
    /// (`product.md` §2.6).
    #[must_use]
    pub fn burn_order(&self) -> (i64, Millis, GrantId) {
        (
            self.priority,
            self.expires_at.unwrap_or(Millis::MAX),
            self.id,
        )
    }
}

/// What the quota engine decides on: every grant of an account that has not ended.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccountGrants {
    pub grants: Vec<GrantBalance>,
    /// When the first of those that come again does so: from then on what is
    /// here is not all.
    pub renews_at: Option<Millis>,
}

/// How a grant ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Expired,
    Revoked,
}

impl Ending {
    /// The name in the store, of the ending and of its entries.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }

    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Expired, Self::Revoked]
            .into_iter()
            .find(|ending| ending.name() == name)
    }
}

/// Whether a grant gives calls at an instant, or why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantState {
    InForce,
    /// In force, and every call of it is burnt.
    Burnt,
    Upcoming,
    Lapsed,
    Revoked,
}

/// A grant as people see it listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    pub public_id: String,
    pub kind: GrantKind,
    pub balance: GrantBalance,
    /// It is the current period of one that comes again.
    pub recurs: Option<Recurs>,
    /// What was left of the period before.
    pub rolled_over: bool,
    pub ended: Option<(Millis, Ending)>,
    pub reason: String,
    /// E-mail of the giver; nobody for the system and the command line.
    pub given_by: Option<String>,
    pub created_at: Millis,
}

impl Grant {
    #[must_use]
    pub fn state(&self, now: Millis) -> GrantState {
        match self.ended {
            Some((_, Ending::Revoked)) => return GrantState::Revoked,
            Some((_, Ending::Expired)) => return GrantState::Lapsed,
            None => {}
        }
        if self.balance.in_force(now) {
            if self.balance.burnt >= self.balance.calls {
                GrantState::Burnt
            } else {
                GrantState::InForce
            }
        } else if self.balance.starts_at.is_some_and(|start| now < start) {
            GrantState::Upcoming
        } else {
            GrantState::Lapsed
        }
    }
}

/// What is written of a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    Given,
    /// The catalogue's free quota was changed by so many calls.
    Changed,
    Expired,
    Revoked,
    /// What was left went on into the next period.
    RolledOver,
}

impl EntryKind {
    /// The name in the store.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Changed => "changed",
            Self::Expired => Ending::Expired.name(),
            Self::Revoked => Ending::Revoked.name(),
            Self::RolledOver => "rolled_over",
        }
    }

    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [
            Self::Given,
            Self::Changed,
            Self::Expired,
            Self::Revoked,
            Self::RolledOver,
        ]
        .into_iter()
        .find(|kind| kind.name() == name)
    }
}

/// One entry of the ledger of grants, which is append-only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantEntry {
    pub grant_public_id: String,
    pub api: ApiId,
    pub kind: EntryKind,
    pub calls: i64,
    /// When it was due, whenever it was written; of what was held beyond the grant's end,
    /// when it came home.
    pub at: Millis,
}

/// When a grant is in force, how it ranks, and whether it comes again. The
/// default is: from now on, for good, once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Terms {
    /// Lower burns first.
    pub priority: i64,
    pub starts_at: Option<Millis>,
    /// Of one that comes again: when it does so no more.
    pub expires_at: Option<Millis>,
    pub recurs: Option<Recurs>,
}

/// A grant that a person gives.
#[derive(Debug, Clone)]
pub struct NewGrant {
    pub public_id: String,
    pub account: AccountId,
    pub api: ApiId,
    /// Of one that comes again: calls of each period.
    pub calls: i64,
    pub terms: Terms,
    pub reason: String,
    pub given_by: Option<AccountId>,
    pub created_at: Millis,
}

/// Calls of one grant at most: sums of many stay far inside 64 bits.
pub const MOST_CALLS: i64 = 1_000_000_000;
/// Longest reason, in characters.
pub const REASON_LENGTH: usize = 500;
/// Lowest and highest priority that a person can give.
pub const PRIORITIES: (i64, i64) = (-100, 100);

const HOUR: Millis = 60 * 60 * 1_000;
const DAY: Millis = 24 * HOUR;
/// How long before a grant lapses with calls left its owner is told, the
/// earliest first (`product.md` §2.6). An hour is for what lives no longer than a day.
pub const TOLD_BEFORE: [Millis; 3] = [7 * DAY, DAY, HOUR];

/// When the owner of a grant that is in force from an instant on is first told that
/// it will lapse; never, if it is not for longer than an hour. Of one that comes
/// again each week or month a day ahead is soon enough (an hour, if it began on the
/// last day), and of a daily one a word each day would be none: `comes_again` is the
/// period, unless it is the last.
#[must_use]
pub fn first_told_at(from: Millis, end: Millis, comes_again: Option<Period>) -> Option<Millis> {
    let aheads: &[Millis] = match comes_again {
        None => &TOLD_BEFORE,
        Some(Period::Day) => &[],
        Some(_) => &[DAY, HOUR],
    };
    aheads
        .iter()
        .map(|before| end - before)
        .find(|at| *at > from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_are_told_a_week_and_a_day_before_and_of_what_is_younger_an_hour() {
        let told = |from, end| first_told_at(from, end, None);
        assert_eq!(told(0, 30 * DAY), Some(23 * DAY));
        assert_eq!(told(0, 7 * DAY), Some(6 * DAY));
        assert_eq!(told(5 * DAY, 8 * DAY), Some(7 * DAY));
        assert_eq!(told(0, DAY), Some(23 * HOUR));
        assert_eq!(told(0, HOUR), None);
    }

    #[test]
    fn of_what_comes_again_they_are_told_a_day_before_but_not_each_day() {
        let told = |days, period| first_told_at(0, days * DAY, Some(period));
        assert_eq!(told(30, Period::Month), Some(29 * DAY));
        assert_eq!(told(7, Period::Week), Some(6 * DAY));
        assert_eq!(told(1, Period::Month), Some(23 * HOUR));
        assert_eq!(told(1, Period::Day), None);
    }
}
