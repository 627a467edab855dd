//! The request log: every call of the account, and one call in full.

use super::{KeyChoice, LocalTime, Period, ProjectChoice};
use chrono::NaiveDate;

/// The filter as the URL has it, unchecked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RequestsQuery {
    /// Public ids; none means all.
    pub projects: Vec<String>,
    pub keys: Vec<String>,
    /// Names of the catalogue.
    pub apis: Vec<String>,
    /// Names of [`RequestOutcome`]s.
    pub outcomes: Vec<String>,
    /// Codes of the envelope.
    pub codes: Vec<String>,
    /// Name of a [`Period`]; `from` and `to` win over it. Without any of them
    /// the whole log is shown.
    pub period: Option<String>,
    /// First and last day, both included: `2026-11-01`.
    pub from: Option<String>,
    pub to: Option<String>,
    /// Shows what is older than this: a request id, or milliseconds since 1970.
    pub before: Option<String>,
    /// Shows what is newer than this; `before` wins over it.
    pub after: Option<String>,
    /// A request id that was searched for and is not there.
    pub sought: Option<String>,
}

impl RequestsQuery {
    /// The filter and the place of an address; `asked` answers the values of a
    /// name, none of them empty. Of several where one is meant, the first counts.
    pub fn read(asked: impl Fn(&str) -> Vec<String>) -> Self {
        let one = |name| asked(name).into_iter().next();
        Self {
            projects: asked("project"),
            keys: asked("key"),
            apis: asked("api"),
            outcomes: asked("outcome"),
            codes: asked("code"),
            period: one("period"),
            from: one("from"),
            to: one("to"),
            before: one("before"),
            after: one("after"),
            sought: one("sought"),
        }
    }
}

/// How a call ended, in the words of the filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestOutcome {
    Succeeded,
    /// The quota was used up.
    Blocked,
    /// The body broke a rule.
    Rejected,
    /// The key is known, but disabled, expired or deleted.
    Unauthorised,
    /// The service behind the gateway failed.
    UpstreamFailed,
    /// The gateway's own fault.
    Failed,
}

impl RequestOutcome {
    /// In the order in which they are offered.
    pub const ALL: [Self; 6] = [
        Self::Succeeded,
        Self::Blocked,
        Self::Rejected,
        Self::Unauthorised,
        Self::UpstreamFailed,
        Self::Failed,
    ];

    /// The name in the URL and in exports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Blocked => "blocked",
            Self::Rejected => "rejected",
            Self::Unauthorised => "unauthorised",
            Self::UpstreamFailed => "upstream-failed",
            Self::Failed => "failed",
        }
    }

    /// The outcome of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.name() == name)
    }
}

/// A range of days, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayRange {
    pub period: Period,
    pub from: NaiveDate,
    pub to: NaiveDate,
}

/// The filter that the rows were found with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestsFilter {
    pub projects: Vec<String>,
    pub keys: Vec<String>,
    pub apis: Vec<String>,
    pub outcomes: Vec<RequestOutcome>,
    pub codes: Vec<i64>,
    /// Nothing means the whole log.
    pub range: Option<DayRange>,
    /// Today in `time_zone`.
    pub today: NaiveDate,
    pub time_zone: String,
}

impl RequestsFilter {
    /// Whether any call could be left out.
    #[must_use]
    pub const fn is_set(&self) -> bool {
        !(self.projects.is_empty()
            && self.keys.is_empty()
            && self.apis.is_empty()
            && self.outcomes.is_empty()
            && self.codes.is_empty()
            && self.range.is_none())
    }
}

/// A filter value that makes no sense. It was not applied, and the page says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestsProblem {
    NotADate {
        value: String,
    },
    Reversed {
        from: NaiveDate,
        to: NaiveDate,
    },
    /// Longer than `most` days.
    TooLong {
        most: i64,
    },
    UnknownPeriod {
        value: String,
    },
    UnknownProject,
    UnknownKey,
    UnknownApi {
        value: String,
    },
    UnknownOutcome {
        value: String,
    },
    NotACode {
        value: String,
    },
    /// The page that the address names cannot be found: the newest is shown.
    UnknownPlace,
    /// No request of this account has the id that was searched for.
    UnknownRequest {
        id: String,
    },
}

/// One call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallRow {
    /// `req_…`, the `X-Request-Id` that the client saw.
    pub id: String,
    /// When it arrived.
    pub at: LocalTime,
    /// Catalogue name.
    pub api: String,
    pub api_title: String,
    pub outcome: RequestOutcome,
    /// Code of the envelope; 0 is success.
    pub code: i64,
    pub project_id: String,
    pub project_name: String,
    pub key_id: String,
    pub key_name: String,
    /// Masked: `mpg-…EBIf`.
    pub key_hint: String,
    /// `user_id` of the body.
    pub end_user: Option<String>,
    pub latency_ms: i64,
    /// Tokens of the metered input.
    pub tokens: i64,
    pub charged: bool,
}

/// An API to filter by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiName {
    pub api: String,
    pub title: String,
}

/// Where a link to another page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PagePlace {
    /// The value for `before` or `after`.
    pub value: String,
    /// The search stopped there before this page was full, and goes on from there.
    pub further: bool,
}

/// A page of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestsView {
    pub filter: RequestsFilter,
    pub problems: Vec<RequestsProblem>,
    pub project_choices: Vec<ProjectChoice>,
    pub key_choices: Vec<KeyChoice>,
    pub api_choices: Vec<ApiName>,
    /// Newest first.
    pub rows: Vec<CallRow>,
    /// The page is the newest one.
    pub newest: bool,
    pub newer: Option<PagePlace>,
    pub older: Option<PagePlace>,
    /// The account has called at all.
    pub any: bool,
}

/// Part of the log, for a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestBatch {
    /// Newest first. May be empty while there is a next batch.
    pub rows: Vec<CallRow>,
    pub next: Option<RequestsQuery>,
}

/// The grant that a call burnt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BurntGrant {
    /// Public id, `grt_…`.
    pub id: String,
    /// The catalogue's free quota, or given by a person.
    pub free: bool,
    pub reason: String,
}

/// One call in full. Its content is kept nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestDetail {
    pub call: CallRow,
    /// When it was answered.
    pub answered_at: LocalTime,
    pub grant: Option<BurntGrant>,
    pub time_zone: String,
}
