//! What a filter offers, and what of it is chosen.

use crate::domain::keys::Key;
use crate::domain::projects::Project;
use allowance_app::view::{KeyChoice, ProjectChoice};

/// Longest list of projects or keys in one filter: more is no filter of a person.
const MOST_CHOSEN: usize = 500;

/// The things that a filter names, or nothing if it names one that is not the
/// account's: whose it is, or whether it exists, is not told.
pub(super) fn chosen<'a, T>(
    asked: &[String],
    all: &'a [T],
    id: impl Fn(&T) -> &String,
) -> Option<Vec<&'a T>> {
    if asked.len() > MOST_CHOSEN {
        return None;
    }
    asked
        .iter()
        .filter(|asked| !asked.is_empty())
        .map(|asked| all.iter().find(|thing| id(thing) == asked))
        .collect()
}

pub(super) fn project_choice(project: &Project) -> ProjectChoice {
    ProjectChoice {
        id: project.public_id.clone(),
        name: project.name.clone(),
    }
}

pub(super) fn key_choice(key: &Key) -> KeyChoice {
    KeyChoice {
        id: key.public_id.clone(),
        name: key.name.clone(),
        hint: super::keys::masked(&key.hint),
        project_id: key.project_public_id.clone(),
        project_name: key.project_name.clone(),
    }
}
