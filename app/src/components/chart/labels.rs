//! What stands at the bars: once for all charts of a page, because their buckets
//! are the same.

use super::{escaped, percent};
use crate::{
    i18n::{Texts, date, day},
    view::{AppliedFilter, Bucket, Unit},
};
use chrono::Timelike;
use std::fmt::Write;

/// The labels of the buckets of a report.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Labels {
    /// The whole of it: `24 Nov 2026`, `14:00`, or `24 Nov, 14:00`.
    pub full: Vec<String>,
    /// What stands below the bars, where something does.
    axis: Vec<Option<Mark>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Mark {
    text: String,
    /// Gives way on a phone.
    wide_only: bool,
}

impl Labels {
    #[must_use]
    pub fn of(texts: Texts, filter: &AppliedFilter, buckets: &[Bucket]) -> Self {
        match filter.unit {
            Unit::Day => Self {
                full: buckets
                    .iter()
                    .map(|bucket| date(texts, bucket.date))
                    .collect(),
                axis: days(texts, buckets),
            },
            Unit::Hour if filter.from == filter.to => Self {
                full: buckets.iter().map(Bucket::clock).collect(),
                axis: hours(texts, buckets, 3),
            },
            Unit::Hour => Self {
                full: buckets
                    .iter()
                    .map(|bucket| {
                        let args = [
                            ("date", day(texts, bucket.date).into()),
                            ("time", bucket.clock().into()),
                        ];
                        texts.with("date-moment", args)
                    })
                    .collect(),
                axis: hours(texts, buckets, 6),
            },
        }
    }
}

/// Every how many days a label stands: at most about seven of them.
const fn label_step(days: usize) -> usize {
    match days {
        0..=8 => 1,
        9..=15 => 2,
        16..=35 => 5,
        36..=70 => 10,
        71..=100 => 15,
        more => more.div_ceil(7),
    }
}

/// Counted back from the last day, which always has one. Every other one gives
/// way on a phone.
fn days(texts: Texts, buckets: &[Bucket]) -> Vec<Option<Mark>> {
    let step = label_step(buckets.len());
    buckets
        .iter()
        .enumerate()
        .map(|(place, bucket)| {
            let back = buckets.len() - 1 - place;
            back.is_multiple_of(step).then(|| Mark {
                text: day(texts, bucket.date),
                wide_only: back / step % 2 == 1,
            })
        })
        .collect()
}

/// At every so many hours of the clock. Midnight after the first one says the date.
fn hours(texts: Texts, buckets: &[Bucket], step: u32) -> Vec<Option<Mark>> {
    let mut last = None;
    buckets
        .iter()
        .enumerate()
        .map(|(place, bucket)| {
            let hour = bucket.start.hour();
            // An hour that comes twice is marked once.
            let here = (bucket.date, hour);
            let marked = hour % step == 0 && last != Some(here);
            last = Some(here);
            marked.then(|| Mark {
                text: if hour == 0 && place > 0 {
                    day(texts, bucket.date)
                } else {
                    format!("{hour:02}:{:02}", bucket.start.minute())
                },
                wide_only: hour / step % 2 == 1,
            })
        })
        .collect()
}

/// The labels below the bars, as the inside of an `<svg>`.
pub(super) fn x_labels(labels: &Labels) -> String {
    let count = labels.axis.len();
    let mut svg = String::new();
    for (place, mark) in labels.axis.iter().enumerate() {
        let Some(Mark { text, wide_only }) = mark else {
            continue;
        };
        // The last one ends with the plot, or it would stand out of its card.
        let (x, anchor) = if count > 1 && place == count - 1 {
            ("100%".to_owned(), "end")
        } else {
            (percent(place, count, true), "middle")
        };
        let class = if *wide_only {
            r#" class="wide-only""#
        } else {
            ""
        };
        // Writing into a string cannot fail.
        let _ = write!(
            svg,
            r#"<text x="{x}" y="14" text-anchor="{anchor}"{class}>{}</text>"#,
            escaped(text)
        );
    }
    svg
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::Totals;
    use chrono::{DateTime, NaiveDate};

    #[test]
    fn a_chart_has_about_seven_labels_at_most() {
        for days in 1_usize..=400 {
            assert!(days.div_ceil(label_step(days)) <= 8, "{days} days");
        }
    }

    fn bucket(start: &str, twice: bool) -> Bucket {
        let start = DateTime::parse_from_rfc3339(start).unwrap();
        Bucket {
            start,
            date: start.date_naive(),
            twice,
            totals: Totals::default(),
            parts: vec![],
            previous: None,
        }
    }

    #[test]
    fn hours_are_marked_by_the_clock_and_midnight_by_its_date() {
        let buckets = [
            bucket("2026-10-25T00:00:00+02:00", false),
            bucket("2026-10-25T02:00:00+02:00", true),
            bucket("2026-10-25T02:00:00+01:00", true),
            bucket("2026-10-25T03:00:00+01:00", false),
            bucket("2026-10-26T00:00:00+01:00", false),
        ];
        let marks = |step| -> Vec<_> {
            hours(Texts::default(), &buckets, step)
                .into_iter()
                .map(|mark| mark.map_or_else(String::new, |mark| mark.text))
                .collect()
        };
        assert_eq!(marks(3), ["00:00", "", "", "03:00", "26 Oct"]);
        assert_eq!(marks(2), ["00:00", "02:00", "", "", "26 Oct"]);
        assert_eq!(buckets[1].clock(), "02:00 (UTC+02:00)");
        assert_eq!(buckets[2].clock(), "02:00 (UTC+01:00)");
        assert_eq!(buckets[3].clock(), "03:00");
    }

    #[test]
    fn machines_read_days_as_dates_and_hours_with_their_offset() {
        let date = NaiveDate::from_ymd_opt(2026, 10, 25).unwrap();
        let bucket = bucket("2026-10-25T02:00:00+02:00", true);
        assert_eq!(bucket.label(Unit::Day), date.to_string());
        assert_eq!(bucket.label(Unit::Hour), "2026-10-25T02:00+02:00");
    }
}
