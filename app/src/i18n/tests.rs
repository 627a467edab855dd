//! Tests of the texts as a whole: none is missing in any language, none is left
//! over, and each language keeps its own spelling.

use super::{Arg, LOCALES, Language, Texts, date, date_range, day, grouped, moment};
use crate::view::Message;
use chrono::{DateTime, NaiveDate};
use fluent_templates::{Loader, fluent_bundle::FluentResource};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

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
    "problem-unknown-key",
    "problem-unknown-code",
    "problem-code-over",
    "problem-code-redeemed",
    "problem-wait-seconds",
    "problem-wait-minutes",
    "problem-no-password",
    "problem-openid-stray",
    "problem-openid-denied",
    "problem-openid-down",
    "problem-openid-refused",
    "problem-openid-untrue",
    "problem-openid-email",
    "problem-openid-another",
    "problem-openid-closed",
    "problem-openid-uninvited",
    "problem-wrong-password",
    "problem-not-the-same",
    "problem-not-the-email",
    "problem-last-owner",
    "problem-not-percents",
    "problem-too-many-numbers",
    "problem-name-taken",
    "problem-request-open",
    "problem-already-answered",
    "problem-too-many",
    "problem-above-ceiling",
    "problem-owners-only",
    "bulk-problem-empty",
    "bulk-problem-too-large",
    "bulk-problem-too-many-lines",
    "bulk-problem-not-text",
    "bulk-problem-columns",
    "bulk-problem-fields",
    "bulk-problem-account",
    "bulk-problem-api",
    "bulk-problem-calls",
    "bulk-problem-reason",
    "bulk-problem-twice",
    "problem-already-so",
    "problem-yourself",
    "problem-busy",
    "problem-grant-over",
    "problem-nothing-left",
    "problem-ends-before-start",
    "problem-changed",
    "problem-changed-cap",
    "problem-changed-to-nothing",
    "problem-rotated",
    "problem-project-deleted",
    "problem-project-gone",
    "problem-key-gone",
    "problem-last-project",
    "problem-not-the-name",
    "problem-unknown-choice",
    "problem-sent",
    "problem-sent-key",
    "problem-sent-rotation",
    "problem-sent-codes",
    "problem-codes-gone",
    "problem-account-disabled",
    "problem-email-taken",
    "problem-wrong-code",
    "problem-factor-there",
    "problem-same-email",
    "problem-invited-just-now",
    "problem-sign-up-closed",
    "problem-link-over",
    "problem-account-there",
    "problem-not-a-hook-url",
    "problem-private-address",
    "problem-hook-there",
    "problem-hook-off",
    "problem-hook-gone",
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

/// Every text of a language as it is written, by its id.
fn texts_of(language: Language) -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("locales")
        .join(language.tag());
    let mut texts = BTreeMap::new();
    for file in files(&folder, ".ftl") {
        let mut last: Option<String> = None;
        for line in file.lines() {
            let starts = line.starts_with(|c: char| c.is_ascii_lowercase());
            if let (true, Some((id, text))) = (starts, line.split_once(" =")) {
                let twice = texts.insert(id.to_owned(), text.trim().to_owned());
                assert!(twice.is_none(), "`{id}` is there twice");
                last = Some(id.to_owned());
            } else if line.starts_with([' ', '}']) {
                let text = last.as_ref().and_then(|id| texts.get_mut(id)).unwrap();
                text.push('\n');
                text.push_str(line);
            }
        }
    }
    texts
}

fn ids_in_files() -> BTreeSet<String> {
    texts_of(Language::English).into_keys().collect()
}

/// Names of the arguments that a text takes.
fn args_of(text: &str) -> BTreeSet<String> {
    text.split('$')
        .skip(1)
        .filter_map(|rest| rest.split([' ', '}']).next())
        .map(str::to_owned)
        .collect()
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

#[test]
fn every_language_has_every_text_with_the_same_arguments() {
    let ours = texts_of(Language::English);
    for language in Language::ALL {
        let theirs = texts_of(language);
        let ids: BTreeSet<_> = ours.keys().chain(theirs.keys()).collect();
        let different: Vec<_> = ids
            .into_iter()
            .filter(|id| {
                ours.get(*id).map(|text| args_of(text)) != theirs.get(*id).map(|text| args_of(text))
            })
            .collect();
        assert!(different.is_empty(), "{}: {different:?}", language.tag());
    }
}

#[test]
fn every_file_of_texts_parses() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales");
    let files = files(&folder, ".ftl");
    assert!(files.len() >= Language::ALL.len());
    for file in files {
        if let Err((_, problems)) = FluentResource::try_new(file.clone()) {
            panic!("{problems:?} in\n{file}");
        }
    }
}

#[test]
fn every_text_can_be_looked_up_in_every_language() {
    let loaded: BTreeSet<_> = LOCALES.locales().map(ToString::to_string).collect();
    for language in Language::ALL {
        assert!(loaded.contains(language.tag()), "no {}", language.tag());
        for (id, written) in texts_of(language) {
            let args = args_of(&written)
                .into_iter()
                .map(|name| (&*name.leak(), Arg::Count(2)));
            let text = Texts { language }.lookup(&id, args);
            assert_ne!(text, id, "`{id}` cannot be looked up");
            assert!(!text.contains("{$"), "`{id}` lacks an argument: {text}");
        }
    }
}

const fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}')
}

/// Punctuation a full square wide.
const fn is_full(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ff65}')
}

/// What is wrong with two characters that stand side by side in a Chinese text.
fn misspelt(left: char, right: char) -> Option<&'static str> {
    let beside_han =
        |other: fn(char) -> bool| is_han(left) && other(right) || other(left) && is_han(right);
    if beside_han(|c| ",.!?:;()\"'".contains(c)) {
        Some("punctuation of half width")
    } else if beside_han(|c| c.is_ascii_alphanumeric() || "{}$%".contains(c)) {
        Some("no space between Chinese and other words")
    } else if is_full(left) && right == ' ' || left == ' ' && is_full(right) {
        Some("a space beside punctuation of full width")
    } else if left == ' ' && right == ' ' {
        Some("two spaces")
    } else {
        None
    }
}

#[test]
fn chinese_keeps_its_spacing_and_its_punctuation() {
    let mut wrong = Vec::new();
    for (id, text) in texts_of(Language::Chinese) {
        // Between the parts of a date stands no space.
        if id.starts_with("date-") || id.starts_with("month-") {
            continue;
        }
        for line in text.lines().map(str::trim) {
            let after = line.chars().skip(1);
            let found = line.chars().zip(after).find_map(|(l, r)| misspelt(l, r));
            wrong.extend(found.map(|what| format!("{id}: {what}: {line}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(misspelt('剩', '5').is_some() && misspelt('次', ',').is_some());
    assert!(misspelt('，', ' ').is_some() && misspelt('次', '。').is_none());
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

#[test]
fn chinese_dates_go_from_the_year_to_the_minute() {
    let texts = Texts {
        language: Language::Chinese,
    };
    let at = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
    assert_eq!(date(texts, at(2026, 11, 4)), "2026年11月4日");
    assert_eq!(day(texts, at(2026, 11, 24)), "11月24日");
    assert_eq!(
        date_range(texts, at(2026, 10, 26), at(2026, 11, 24)),
        "2026年10月26日至11月24日"
    );
    assert_eq!(
        date_range(texts, at(2025, 12, 31), at(2026, 1, 2)),
        "2025年12月31日至2026年1月2日"
    );
    let instant = DateTime::parse_from_rfc3339("2026-11-24T14:05:59+08:00").unwrap();
    assert_eq!(moment(texts, instant), "2026年11月24日 14:05");
}
