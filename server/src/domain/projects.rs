//! Projects: how an account sorts its keys.

use super::{AccountId, Millis, ProjectId};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    pub id: ProjectId,
    pub public_id: String,
    pub account: AccountId,
    pub name: String,
    pub description: String,
    pub created_at: Millis,
    /// A deleted project has no keys that work; its history keeps its name.
    pub deleted_at: Option<Millis>,
}

/// What can be edited of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectEdit {
    pub name: String,
    pub description: String,
}

/// What became of a project that was to be deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProjectDeletion {
    /// The secrets of its keys open nothing any more.
    Deleted(Vec<super::keys::KeyHash>),
    /// An account keeps one project at least.
    LastOne,
    NotFound,
}

#[derive(Debug, Clone)]
pub struct NewProject {
    pub public_id: String,
    pub account: AccountId,
    pub name: String,
    pub description: String,
    pub created_at: Millis,
}

/// A project with what its list shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectSummary {
    pub project: Project,
    /// Keys that open the gateway now.
    pub active_keys: i64,
    /// Calls charged through its keys.
    pub charged: i64,
}

/// Longest name and description, in characters.
pub const NAME_LENGTH: usize = 60;
pub const DESCRIPTION_LENGTH: usize = 500;
/// Projects of one account at most.
pub const MOST: i64 = 100;
