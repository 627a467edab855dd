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
}

/// The keys page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeysView {
    pub keys: Vec<KeyRow>,
    /// Where a new key may go, oldest first.
    pub projects: Vec<super::ProjectChoice>,
}

/// A key right after it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedKey {
    pub name: String,
    pub project_name: String,
    /// The whole key. It is stored as a hash only: this is its one appearance.
    pub secret: String,
    /// A command to try it with.
    pub curl: String,
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
}
