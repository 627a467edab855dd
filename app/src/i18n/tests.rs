//! Tests of the texts as a whole: none is missing, none is left over.

use super::{Arg, Texts, date, date_range, grouped};
use crate::view::Message;
use chrono::NaiveDate;
use std::{collections::BTreeSet, fs, path::Path};

/// Ids that the server sends in [`Message`]s.
const FROM_THE_SERVER: &[&str] = &[
    "problem-sign-in",
    "problem-required",
    "problem-too-long",
    "problem-too-short",
    "problem-not-an-email",
    "problem-unknown-time-zone",
    "problem-not-a-number",
    "problem-out-of-range",
    "problem-not-a-date",
    "problem-date-past",
    "problem-unknown-project",
    "problem-unknown-api",
    "problem-name-taken",
    "problem-request-open",
    "problem-already-answered",
    "problem-too-many",
    "problem-busy",
    "problem-account-disabled",
];

fn files(folder: &Path, ending: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.to_string_lossy().ends_with(ending) && !path.ends_with("i18n/tests.rs") {
            found.push(fs::read_to_string(path).unwrap());
        }
    }
    found
}

fn ids_in_files() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales/en");
    let mut ids = BTreeSet::new();
    for file in files(&folder, ".ftl") {
        for line in file.lines() {
            let starts = line.starts_with(|c: char| c.is_ascii_lowercase());
            if let (true, Some((id, _))) = (starts, line.split_once(" =")) {
                assert!(ids.insert(id.to_owned()), "`{id}` is there twice");
            }
        }
    }
    ids
}

/// Every string literal of the sources.
fn literals() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    files(&folder, ".rs")
        .iter()
        .flat_map(|file| {
            file.split('"')
                .skip(1)
                .step_by(2)
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect()
}

/// First arguments of `text(` and `with(`.
fn ids_asked_for() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut ids = BTreeSet::new();
    for file in files(&folder, ".rs") {
        let squeezed: String = file.split_whitespace().collect();
        for call in [".text(\"", ".with(\""] {
            for rest in squeezed.split(call).skip(1) {
                ids.extend(rest.split('"').next().map(str::to_owned));
            }
        }
    }
    ids
}

#[test]
fn every_text_that_is_asked_for_exists() {
    let there = ids_in_files();
    // Ids that are kept in lists are known by how they begin.
    let listed = literals()
        .into_iter()
        .filter(|text| text.starts_with("done-") || text.starts_with("month-"));
    let missing: Vec<_> = ids_asked_for()
        .into_iter()
        .chain(listed)
        .chain(FROM_THE_SERVER.iter().map(|id| (*id).to_owned()))
        .filter(|id| !there.contains(id))
        .collect();
    assert!(missing.is_empty(), "missing: {missing:?}");
}

#[test]
fn no_text_is_left_over() {
    let used = literals();
    let unused: Vec<_> = ids_in_files()
        .into_iter()
        .filter(|id| !used.contains(id) && !FROM_THE_SERVER.contains(&id.as_str()))
        .collect();
    assert!(unused.is_empty(), "unused: {unused:?}");
}

/// A value for every argument that some text takes.
fn all_args() -> Vec<(&'static str, Arg)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales/en");
    let mut names = BTreeSet::new();
    for file in files(&folder, ".ftl") {
        for rest in file.split("{ $").skip(1) {
            names.extend(rest.split([' ', '}']).next().map(str::to_owned));
        }
    }
    names
        .into_iter()
        .map(|name| (&*name.leak(), Arg::Count(2)))
        .collect()
}

#[test]
fn every_text_can_be_looked_up() {
    for id in ids_in_files() {
        let text = Texts::default().lookup(&id, all_args());
        assert_ne!(text, id, "`{id}` does not parse");
    }
}

#[test]
fn thousands_are_grouped() {
    for (number, text) in [
        (0, "0"),
        (999, "999"),
        (1_000, "1,000"),
        (1_234_567, "1,234,567"),
        (-5_000, "−5,000"),
    ] {
        assert_eq!(grouped(number), text);
    }
}

#[test]
fn numbers_in_texts_are_grouped_and_choose_the_plural() {
    let texts = Texts::default();
    assert_eq!(
        texts.with("request-granted", [("calls", 1.into())]),
        "1 call granted"
    );
    assert_eq!(
        texts.with("request-granted", [("calls", 12_000.into())]),
        "12,000 calls granted"
    );
}

#[test]
fn texts_hold_no_isolation_marks() {
    let text = Texts::default().message(&Message::new("problem-too-long").with("most", "1200"));
    assert!(text.contains("1,200"), "{text}");
    assert!(!text.contains('\u{2068}'), "{text:?}");
}

#[test]
fn a_range_of_days_says_each_year_once() {
    let texts = Texts::default();
    let at = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
    assert_eq!(date(texts, at(2026, 11, 4)), "4 Nov 2026");
    assert_eq!(
        date_range(texts, at(2026, 10, 26), at(2026, 11, 24)),
        "26 Oct – 24 Nov 2026"
    );
    assert_eq!(
        date_range(texts, at(2025, 12, 31), at(2026, 1, 2)),
        "31 Dec 2025 – 2 Jan 2026"
    );
    assert_eq!(
        date_range(texts, at(2026, 1, 2), at(2026, 1, 2)),
        "2 Jan 2026"
    );
}
