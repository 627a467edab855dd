//! Grants as they are listed, and what is told about them.

use super::{CapPeriod, LocalTime};

/// Whether a grant gives calls now, or why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantState {
    InForce,
    /// Every call of it is used.
    Burnt,
    Upcoming,
    Lapsed,
    Revoked,
}

/// How a grant comes again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recurs {
    /// A day, a week or a month.
    pub period: CapPeriod,
    /// Calls that roll over at most.
    pub roll_over: i64,
}

/// A grant of calls: a ledger entry that is never edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantRow {
    pub id: String,
    pub api_title: String,
    /// Calls given; of one that comes again, for its current period.
    pub calls: i64,
    /// Of these, calls burnt.
    pub burnt: i64,
    pub state: GrantState,
    /// Lower burns first.
    pub priority: i64,
    pub starts_at: Option<LocalTime>,
    /// Of one that comes again, the end of its current period.
    pub expires_at: Option<LocalTime>,
    pub recurs: Option<Recurs>,
    /// What was left of the period before.
    pub rolled_over: bool,
    /// The free quota of the catalogue, or given by a person.
    pub free: bool,
    pub reason: String,
    /// Who gave it; nobody for the free quota.
    pub given_by: Option<String>,
    pub created_at: LocalTime,
}

impl GrantRow {
    /// Whether there is something that can be taken back.
    #[must_use]
    pub const fn can_be_revoked(&self) -> bool {
        !self.free
            && matches!(
                self.state,
                GrantState::InForce | GrantState::Upcoming | GrantState::Burnt
            )
            && (self.recurs.is_some() || self.burnt < self.calls)
    }
}

/// What every page says beside thresholds, until somebody takes note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AlertRow {
    /// A grant lapses soon.
    Lapse {
        grant: String,
        api_title: String,
        /// What is left of it.
        calls: i64,
        at: LocalTime,
    },
    /// The account called faster than advised.
    Pace { advised_per_second: i64 },
}

/// Handed in by context.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OpenAlerts(pub Vec<AlertRow>);
