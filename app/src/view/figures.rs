//! The figures of the usage page: cards, and charts with their buckets.

use super::{ApiQuota, LocalTime, Unit};
use chrono::{NaiveDate, Timelike};

/// Calls of a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Calls charged (they succeeded).
    pub charged: i64,
    /// Calls that failed and cost nothing.
    pub failed: i64,
}

impl Totals {
    /// All of them.
    #[must_use]
    pub const fn requests(self) -> i64 {
        self.charged.saturating_add(self.failed)
    }

    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            charged: self.charged.saturating_add(other.charged),
            failed: self.failed.saturating_add(other.failed),
        }
    }
}

/// What a part of a bar stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupName {
    /// Calls that succeeded, of whatever project or key.
    Charged,
    /// Calls that failed for whatever reason.
    Failed,
    /// Refused: the quota was used up.
    Blocked,
    /// Refused: the body broke a rule.
    Rejected,
    /// Refused: the key is disabled, expired or deleted.
    Unauthorised,
    /// The upstream was down, slow, or answered nonsense.
    UpstreamFailed,
    /// Our own fault.
    Fault,
    /// Charged calls of one project.
    Project {
        id: String,
        name: String,
        deleted: bool,
    },
    /// Charged calls of one key; `hint` is the masked key.
    Key {
        id: String,
        name: String,
        hint: String,
        deleted: bool,
    },
    /// Charged calls of one API.
    Api { api: String, title: String },
    /// Charged calls of so many more projects or keys.
    Others { count: i64 },
}

/// Most projects or keys that have a colour of their own; the rest are one group.
pub const MOST_GROUPS: usize = 7;

/// The colour of a group, the same in every chart of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Charged,
    Failed,
    Blocked,
    Rejected,
    Unauthorised,
    UpstreamFailed,
    Fault,
    /// A place in the palette, from 0 to [`MOST_GROUPS`] - 1.
    Place(usize),
    Others,
}

impl Tone {
    /// The class that sets the colour (`style/chart.css`).
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Charged => "tone-charged",
            Self::Failed => "tone-failed",
            Self::Blocked => "tone-blocked",
            Self::Rejected => "tone-rejected",
            Self::Unauthorised => "tone-unauthorised",
            Self::UpstreamFailed => "tone-upstream",
            Self::Fault => "tone-fault",
            Self::Place(0) => "tone-1",
            Self::Place(1) => "tone-2",
            Self::Place(2) => "tone-3",
            Self::Place(3) => "tone-4",
            Self::Place(4) => "tone-5",
            Self::Place(5) => "tone-6",
            Self::Place(_) => "tone-7",
            Self::Others => "tone-others",
        }
    }
}

/// One part of every bar of a chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub name: GroupName,
    pub tone: Tone,
    /// Sum of its part of every bucket.
    pub calls: i64,
}

/// One bar: an hour or a day under the filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// First instant, in the account's zone.
    pub start: LocalTime,
    /// The local date: a zone may leave out midnight, or a whole date.
    pub date: NaiveDate,
    /// The clock was turned, and this hour comes twice on its date.
    pub twice: bool,
    pub totals: Totals,
    /// Calls of each group of the series, in its order. They sum to the totals.
    pub parts: Vec<i64>,
    /// The same of the period before, if it is compared with.
    pub previous: Option<Totals>,
}

impl Bucket {
    /// For machines: `2026-11-24`, or `2026-11-24T14:00+01:00`.
    #[must_use]
    pub fn label(&self, unit: Unit) -> String {
        match unit {
            Unit::Day => self.date.to_string(),
            Unit::Hour => self.start.format("%Y-%m-%dT%H:%M%:z").to_string(),
        }
    }

    /// `14:00`, and `02:00 (UTC+02:00)` for an hour that comes twice.
    #[must_use]
    pub fn clock(&self) -> String {
        let (hour, minute) = (self.start.hour(), self.start.minute());
        if self.twice {
            format!("{hour:02}:{minute:02} (UTC{})", self.start.format("%:z"))
        } else {
            format!("{hour:02}:{minute:02}")
        }
    }
}

/// The drawn part of a chart: bars and grid lines in a box that stretches with
/// the page. Labels and tooltips are the page's, made from the same buckets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plot {
    /// An `<svg>` element with `preserveAspectRatio="none"`; safe to inline. Its
    /// bars carry the class `bar` and that of their [`Tone`], its lines
    /// `plot-grid`, and the period before `plot-previous`.
    pub svg: String,
    /// Value at the top edge of the box; the bottom edge is zero. Even, at least 2.
    pub top: i64,
}

/// The buckets of one chart. Every other figure is a sum of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// From the bottom of the bars to their top. Groups without calls are left
    /// out, but for `Charged`.
    pub groups: Vec<Group>,
    /// Every bucket of the range, also without calls, oldest first.
    pub buckets: Vec<Bucket>,
    pub totals: Totals,
    pub previous: Option<Totals>,
    pub plot: Plot,
}

/// The figures of an API did not come. `incident` finds the log line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoFigures {
    pub incident: String,
    /// It took too long, and may work in a moment.
    pub slow: bool,
}

/// What a chart is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    Api {
        api: String,
        title: String,
    },
    /// All APIs, but for those (by title) whose figures did not come.
    AllApis {
        missing: Vec<String>,
    },
}

impl Subject {
    /// Names the chart in addresses of the page: `addMessage`, or `all`.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Api { api, .. } => api,
            Self::AllApis { .. } => "all",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageChart {
    pub subject: Subject,
    pub series: Result<Series, NoFigures>,
}

/// What becomes of what remains, at the pace of the last seven days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forecast {
    UsedUp,
    /// Nothing was charged in these days.
    Idle,
    RunsOut(NaiveDate),
    /// Calls are left on that day, and it looks no further.
    LastsPast(NaiveDate),
}

/// A forecast and what it is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outlook {
    pub forecast: Forecast,
    /// Calls charged in the last seven days, under no filter.
    pub charged: i64,
}

/// The figures of one API's card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiFigures {
    pub totals: Totals,
    /// The same of the period before, if it is compared with.
    pub previous: Option<Totals>,
    /// Independent of every filter.
    pub outlook: Outlook,
}

/// One API: its quota now, and its use under the filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiUsage {
    /// From memory: it is there even if the figures are not.
    pub quota: ApiQuota,
    pub figures: Result<ApiFigures, NoFigures>,
}
