//! What the ledger must say of each thing that was done.

use crate::support::process::file;
use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};

/// Longest that a reservation may outlive its time limit.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// Charged once, as this call.
    Charged(String),
    /// Not charged: it failed, was refused or released.
    Free,
    /// Its answer never came: charged once, or not.
    Unknown,
}

/// One thing that was done, under a name that its rows carry as their end user.
#[derive(Debug)]
pub struct Deed {
    pub kind: &'static str,
    pub name: String,
    pub fate: Fate,
    /// Calls that were answered and not charged: they are in the log.
    pub logged: Option<String>,
}

/// Holds every deed to the ledger.
pub fn assert_told_the_truth(folder: &Path, deeds: &[Deed]) {
    let connection = rusqlite::Connection::open(file(folder)).unwrap();
    // What was refused before its end user was known is nobody's, and free.
    let mut statement = connection
        .prepare(
            "SELECT coalesce(end_user, ''), request_id, charge FROM usage
             WHERE end_user IS NOT NULL OR charge > 0",
        )
        .unwrap();
    let mut found: HashMap<String, Vec<(String, i64)>> = HashMap::new();
    let rows = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap();
    for row in rows {
        let (name, id, charge): (String, String, i64) = row.unwrap();
        found.entry(name).or_default().push((id, charge));
    }
    let mut wrong = Vec::new();
    for deed in deeds {
        let rows = found.remove(&deed.name).unwrap_or_default();
        let charged: Vec<&str> = rows
            .iter()
            .filter(|(_, charge)| *charge == 1)
            .map(|(id, _)| id.as_str())
            .collect();
        let as_told = match &deed.fate {
            Fate::Charged(id) => charged == [id.as_str()],
            Fate::Free => charged.is_empty(),
            Fate::Unknown => charged.len() <= 1,
        };
        let logged = deed.logged.as_ref();
        if !as_told || logged.is_some_and(|id| !rows.iter().any(|(row, _)| row == id)) {
            wrong.push(format!("{deed:?}: {rows:?}"));
        }
    }
    assert!(found.is_empty(), "nobody did this: {found:?}");
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        deeds.len(),
        wrong.join("\n")
    );
}

/// Waits until no reservation is held any more.
pub async fn all_lapsed(folder: &Path) {
    let connection = rusqlite::Connection::open(file(folder)).unwrap();
    let started = Instant::now();
    loop {
        let held: i64 = connection
            .query_row(
                "SELECT count(*) FROM reservations WHERE lapsed_at IS NULL",
                [],
                |row| row.get(0),
            )
            .unwrap();
        if held == 0 {
            return;
        }
        assert!(
            started.elapsed() < PATIENCE,
            "{held} reservations are stuck"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
