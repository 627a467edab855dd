//! The usage page: what remains, and what was used under a filter.

use super::ApiQuota;
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

/// One day of one API under the filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayUsage {
    pub date: NaiveDate,
    /// Calls charged (they succeeded).
    pub charged: i64,
    /// Calls that failed and cost nothing.
    pub failed: i64,
}

/// The drawn part of a chart: bars and grid lines in a box that stretches with
/// the page. Labels and tooltips are the page's, made from the same days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plot {
    /// An `<svg>` element with `preserveAspectRatio="none"`; safe to inline. Its
    /// shapes carry the classes `plot-charged`, `plot-failed` and `plot-grid`.
    pub svg: String,
    /// Value at the top edge of the box; the bottom edge is zero. Even, at least 2.
    pub top: i64,
}

/// One API: its quota now, and its use under the filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiUsage {
    pub quota: ApiQuota,
    /// Sums of `days`.
    pub charged: i64,
    pub failed: i64,
    /// Every day of the range, zero days too, oldest first.
    pub days: Vec<DayUsage>,
    pub plot: Plot,
}

/// All that the usage page shows. Totals are sums of the same days that the
/// charts and tables show, so they cannot disagree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageReport {
    pub filter: AppliedFilter,
    pub problems: Vec<FilterProblem>,
    pub project_choices: Vec<ProjectChoice>,
    pub key_choices: Vec<KeyChoice>,
    pub apis: Vec<ApiUsage>,
}
