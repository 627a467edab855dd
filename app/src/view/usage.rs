//! The usage page: what remains, and what was used under a filter.

use super::{ApiUsage, UsageChart};
use chrono::NaiveDate;

/// The filter as the URL has it, unchecked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UsageQuery {
    /// Public ids; none means all.
    pub projects: Vec<String>,
    pub keys: Vec<String>,
    /// Name of a [`Period`]; `from` and `to` win over it.
    pub period: Option<String>,
    /// First and last day, both included: `2026-11-01`.
    pub from: Option<String>,
    pub to: Option<String>,
    /// Name of a [`GroupBy`].
    pub group: Option<String>,
    /// `previous`, or nothing.
    pub compare: Option<String>,
}

/// By what the bars of a chart are stacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GroupBy {
    /// Charged, and each kind of failure.
    #[default]
    Outcome,
    Project,
    Key,
    /// One chart of all APIs instead of one for each.
    Api,
}

impl GroupBy {
    /// In the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Outcome, Self::Project, Self::Key, Self::Api];

    /// The name in the URL.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Outcome => "outcome",
            Self::Project => "project",
            Self::Key => "key",
            Self::Api => "api",
        }
    }

    /// The grouping of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.name() == name)
    }
}

/// The value of `compare` in the URL that asks for the period before.
pub const COMPARE_PREVIOUS: &str = "previous";

/// How long a bar stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Ranges of up to two days.
    Hour,
    Day,
}

impl UsageQuery {
    /// The filter of an address; `asked` answers the values of a name, none of
    /// them empty. Of several where one is meant, the first counts.
    pub fn read(asked: impl Fn(&str) -> Vec<String>) -> Self {
        let one = |name| asked(name).into_iter().next();
        Self {
            projects: asked("project"),
            keys: asked("key"),
            period: one("period"),
            from: one("from"),
            to: one("to"),
            group: one("group"),
            compare: one("compare"),
        }
    }
}

/// A range of days by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    Today,
    Days7,
    Days30,
    Days90,
    ThisMonth,
    /// Two dates of the reader's own.
    Custom,
}

impl Period {
    /// The presets, in the order in which they are offered.
    pub const PRESETS: [Self; 5] = [
        Self::Today,
        Self::Days7,
        Self::Days30,
        Self::Days90,
        Self::ThisMonth,
    ];

    /// The name in the URL.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Today => "today",
            Self::Days7 => "7d",
            Self::Days30 => "30d",
            Self::Days90 => "90d",
            Self::ThisMonth => "month",
            Self::Custom => "custom",
        }
    }

    /// The preset of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::PRESETS.into_iter().find(|p| p.name() == name)
    }
}

/// The filter that the figures were made with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedFilter {
    pub projects: Vec<String>,
    pub keys: Vec<String>,
    pub period: Period,
    /// First and last day, both included, in `time_zone`.
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// Today in `time_zone`.
    pub today: NaiveDate,
    pub time_zone: String,
    pub group: GroupBy,
    pub unit: Unit,
    /// First and last day of the period before, if it is compared with: as many
    /// days as the range has, right before it.
    pub previous: Option<(NaiveDate, NaiveDate)>,
}

/// A filter value that makes no sense. It was not applied, and the page says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FilterProblem {
    /// Not a date, or one that does not exist: the last 30 days are shown.
    NotADate { value: String },
    /// `from` after `to`: the last 30 days are shown.
    Reversed { from: NaiveDate, to: NaiveDate },
    /// Longer than `most` days: the last 30 days are shown.
    TooLong { most: i64 },
    /// No such preset: the last 30 days are shown.
    UnknownPeriod { value: String },
    /// Not a project of this account: all projects are shown.
    UnknownProject,
    /// Not a key of this account: all keys are shown.
    UnknownKey,
    /// No such grouping: calls are grouped by outcome.
    UnknownGroup { value: String },
    /// No such comparison: nothing is compared.
    UnknownCompare { value: String },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectChoice {
    pub id: String,
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyChoice {
    pub id: String,
    pub name: String,
    pub hint: String,
    pub project_id: String,
    pub project_name: String,
}

/// All that the usage page shows. Totals are sums of the same buckets that the
/// charts and tables show, so they cannot disagree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageReport {
    /// Changes up to here are in the figures; later ones make the page out of date.
    pub as_of: u64,
    pub filter: AppliedFilter,
    pub problems: Vec<FilterProblem>,
    pub project_choices: Vec<ProjectChoice>,
    pub key_choices: Vec<KeyChoice>,
    /// A card for each, in the order of the catalogue.
    pub apis: Vec<ApiUsage>,
    /// One for each API, or one of all if they are what is grouped by.
    pub charts: Vec<UsageChart>,
    /// No call was ever logged for this account.
    pub unused: bool,
}
