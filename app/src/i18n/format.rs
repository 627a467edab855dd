//! Numbers and dates as people read them.

use super::{Language, Texts};
use crate::view::LocalTime;
use chrono::{Datelike, NaiveDate, Timelike};

const MONTHS: [&str; 12] = [
    "month-1", "month-2", "month-3", "month-4", "month-5", "month-6", "month-7", "month-8",
    "month-9", "month-10", "month-11", "month-12",
];

/// `12345` as `12,345`. Chinese groups the same way.
#[must_use]
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number < 0 {
        text.push('−');
    }
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn month(texts: Texts, date: NaiveDate) -> String {
    MONTHS
        .get(date.month0() as usize)
        .map(|id| texts.text(id))
        .unwrap_or_default()
}

/// `24 Nov 2026`; `2026年11月24日`.
#[must_use]
pub fn date(texts: Texts, date: NaiveDate) -> String {
    texts.with(
        "date-full",
        [
            ("day", date.day().to_string().into()),
            ("month", month(texts, date).into()),
            ("year", date.year().to_string().into()),
        ],
    )
}

/// `24 Nov`, `11月24日`: where the year is said elsewhere.
#[must_use]
pub fn day(texts: Texts, date: NaiveDate) -> String {
    texts.with(
        "date-day",
        [
            ("day", date.day().to_string().into()),
            ("month", month(texts, date).into()),
        ],
    )
}

/// `26 Oct – 24 Nov 2026`; one day is `24 Nov 2026`. A year that both share is
/// said once, where the language puts it: `2026年10月26日至11月24日`.
#[must_use]
pub fn date_range(texts: Texts, from: NaiveDate, to: NaiveDate) -> String {
    if from == to {
        return date(texts, to);
    }
    let (first, last) = match texts.language {
        _ if from.year() != to.year() => (date(texts, from), date(texts, to)),
        Language::English => (day(texts, from), date(texts, to)),
        Language::Chinese => (date(texts, from), day(texts, to)),
    };
    texts.with("date-range", [("from", first.into()), ("to", last.into())])
}

/// `24 Nov 2026, 14:05`; `2026年11月24日 14:05`.
#[must_use]
pub fn moment(texts: Texts, at: LocalTime) -> String {
    texts.with(
        "date-moment",
        [
            ("date", date(texts, at.date_naive()).into()),
            (
                "time",
                format!("{:02}:{:02}", at.hour(), at.minute()).into(),
            ),
        ],
    )
}

/// `24 Nov 2026, 14:05:09`.
#[must_use]
pub fn moment_to_the_second(texts: Texts, at: LocalTime) -> String {
    texts.with(
        "date-moment",
        [
            ("date", date(texts, at.date_naive()).into()),
            ("time", at.format("%H:%M:%S").to_string().into()),
        ],
    )
}
