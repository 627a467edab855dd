//! Keys and projects as the console lists them.

use super::LocalTime;

/// Whether a key opens the gateway now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    Active,
    Disabled,
    Expired,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRow {
    /// Public id, `key_…`.
    pub id: String,
    pub name: String,
    /// Masked: `mpg-…EBIf`.
    pub hint: String,
    pub project_id: String,
    pub project_name: String,
    pub state: KeyState,
    pub created_at: LocalTime,
    pub last_used_at: Option<LocalTime>,
    pub expires_at: Option<LocalTime>,
    /// Calls charged through this key since it was made.
    pub charged: i64,
    /// The secret before the last rotation, as long as it works.
    pub old_secret: Option<OldSecret>,
    /// Caps of its own, in the order of the catalogue.
    pub caps: Vec<CapRow>,
}

/// A secret that was rotated away and still works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OldSecret {
    /// Masked: `mpg-…EBIf`.
    pub hint: String,
    pub until: LocalTime,
}

/// When a cap starts anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CapPeriod {
    Total,
    Day,
    Week,
    Month,
}

impl CapPeriod {
    pub const ALL: [Self; 4] = [Self::Day, Self::Week, Self::Month, Self::Total];

    /// The name in forms.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Total => "total",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }
}

/// A cap of a key or project on one API, and how much of it is used now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapRow {
    /// Catalogue name: `searchMemory`.
    pub api: String,
    pub api_title: String,
    pub calls: i64,
    pub period: CapPeriod,
    /// Calls charged in the period that runs.
    pub charged: i64,
    /// Never for a cap in total.
    pub renews_at: Option<LocalTime>,
}

/// One API on the page of a key or project: its cap, if it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapSetting {
    pub api: super::ApiChoice,
    pub cap: Option<CapRow>,
}

/// The filter of the keys page as the URL has it, unchecked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeysQuery {
    /// Part of a name, or of a masked key.
    pub search: String,
    /// Public id of a project; empty means all.
    pub project: String,
    /// `active`, `disabled` or `expired`; empty means all.
    pub state: String,
}

impl KeysQuery {
    /// Whether it leaves anything out.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.search.is_empty() && self.project.is_empty() && self.state.is_empty()
    }
}

/// The keys page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeysView {
    /// Those that the filter leaves, newest first.
    pub keys: Vec<KeyRow>,
    /// How many keys the account has.
    pub all: usize,
    pub query: KeysQuery,
    /// Where a new key may go, oldest first.
    pub projects: Vec<super::ProjectChoice>,
    /// What a new key may be capped on.
    pub apis: Vec<super::ApiChoice>,
}

/// The page of one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyView {
    pub key: KeyRow,
    /// The last day on which it works, as a date field has it: `2026-11-24`, or nothing.
    pub last_day: String,
    pub caps: Vec<CapSetting>,
    /// Caps of its project, which hold for it too.
    pub project_caps: Vec<CapRow>,
}

/// The page of one project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectView {
    pub project: ProjectRow,
    pub keys: Vec<KeyRow>,
    pub caps: Vec<CapSetting>,
    /// An account keeps one project: this one cannot be deleted.
    pub is_only: bool,
}

/// A key right after it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedKey {
    /// Public id, `key_…`.
    pub id: String,
    pub name: String,
    pub project_name: String,
    /// The whole key. It is stored as a hash only: this is its one appearance.
    pub secret: String,
    /// A command to try it with.
    pub curl: String,
    /// It replaces the secret of a key that was there.
    pub rotated: bool,
    /// Until when the secret before it works.
    pub previous_until: Option<LocalTime>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectRow {
    /// Public id, `prj_…`.
    pub id: String,
    pub name: String,
    pub description: String,
    pub created_at: LocalTime,
    /// Keys that open the gateway now.
    pub active_keys: i64,
    /// Calls charged under this project since it was made.
    pub charged: i64,
    /// Caps of its own, in the order of the catalogue.
    pub caps: Vec<CapRow>,
}
