//! Which index a filtered page looks along first.

use super::SqliteStore;
use super::statements::{self, Walk};
use crate::domain::requests::{CallFilter, Direction};
use crate::domain::store::Stored;
use crate::domain::usage::Outcome;
use serde_json::json;

/// Keys or codes that are looked at one by one. With more of them, their calls are
/// seldom far between.
const MOST_VALUES: usize = 8;

/// An index to look along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lane {
    /// All calls of the account.
    All,
    /// Its calls that failed, which mostly are few.
    Failed,
    /// Those of them that failed with one code.
    Code(i64),
    /// Those of one key.
    Key(i64),
}

impl Lane {
    pub(super) const fn walk(self, direction: Direction) -> Walk {
        match (self, direction) {
            (Self::All, Direction::Older) => statements::OLDER,
            (Self::All, Direction::Newer) => statements::NEWER,
            (Self::Failed, Direction::Older) => statements::OLDER_FAILED,
            (Self::Failed, Direction::Newer) => statements::NEWER_FAILED,
            (Self::Code(_), Direction::Older) => statements::OLDER_OF_CODE,
            (Self::Code(_), Direction::Newer) => statements::NEWER_OF_CODE,
            (Self::Key(_), Direction::Older) => statements::OLDER_OF_KEY,
            (Self::Key(_), Direction::Newer) => statements::NEWER_OF_KEY,
        }
    }

    /// What its statements take after all else: a parameter that the others lack.
    pub(super) const fn value(self) -> Option<i64> {
        match self {
            Self::Key(value) | Self::Code(value) => Some(value),
            Self::All | Self::Failed => None,
        }
    }
}

/// Where to look, in rounds; the lanes of each together hold every match of a filter.
pub(super) async fn rounds(store: &SqliteStore, filter: &CallFilter) -> Stored<Vec<Vec<Lane>>> {
    let keys: Vec<i64> = match (filter.keys.as_slice(), filter.projects.as_slice()) {
        ([], []) => Vec::new(),
        ([], projects) => {
            let projects: Vec<i64> = projects.iter().map(|project| project.0).collect();
            sqlx::query_scalar(statements::KEYS_OF_PROJECTS)
                .bind(filter.account.0)
                .bind(json!(projects).to_string())
                .bind(i64::try_from(MOST_VALUES + 1).unwrap_or(i64::MAX))
                .fetch_all(&store.readers)
                .await?
        }
        (keys, _) => keys.iter().map(|key| key.0).collect(),
    };
    let keys = once(keys);
    let mut rounds = match keys.as_slice() {
        [key] => vec![vec![Lane::Key(*key)]],
        // Several lanes cost several pages: what is frequent is found in one.
        [_, ..] if keys.len() <= MOST_VALUES => {
            vec![vec![Lane::All], keys.into_iter().map(Lane::Key).collect()]
        }
        _ => Vec::new(),
    };
    if !filter.outcomes.is_empty() && !filter.outcomes.contains(&Outcome::Succeeded) {
        let codes = once(filter.codes.clone());
        rounds.push(match codes.len() {
            1..=MOST_VALUES => codes.into_iter().map(Lane::Code).collect(),
            _ => vec![Lane::Failed],
        });
    }
    if rounds.is_empty() {
        rounds.push(vec![Lane::All]);
    }
    Ok(rounds)
}

/// What is named twice has its calls but once.
fn once(mut values: Vec<i64>) -> Vec<i64> {
    values.sort_unstable();
    values.dedup();
    values
}
