//! The range of days that a usage filter asks for.

use allowance_app::view::{FilterProblem, Period, UsageQuery};
use chrono::{Datelike, Days, NaiveDate};

/// Days of one range at most.
pub(super) const MOST_DAYS: i64 = 366;

/// First and last day, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    pub period: Period,
    pub from: NaiveDate,
    pub to: NaiveDate,
}

impl Range {
    /// What the query asks for, or the last 30 days and what is wrong with it.
    pub(super) fn of(query: &UsageQuery, today: NaiveDate) -> (Self, Option<FilterProblem>) {
        match Self::asked(query, today) {
            Ok(range) => (range, None),
            Err(problem) => (Self::preset(Period::Days30, today), Some(problem)),
        }
    }

    /// What the query asks for, or what is wrong with it.
    pub(super) fn asked(query: &UsageQuery, today: NaiveDate) -> Result<Self, FilterProblem> {
        // An empty field is one that was not filled in.
        let given = |field: &Option<String>| field.clone().filter(|text| !text.is_empty());
        let (from, to) = (given(&query.from), given(&query.to));
        if from.is_none() && to.is_none() {
            return match given(&query.period) {
                None => Ok(Self::preset(Period::Days30, today)),
                Some(name) => Period::named(&name)
                    .map(|period| Self::preset(period, today))
                    .ok_or(FilterProblem::UnknownPeriod {
                        value: short(&name),
                    }),
            };
        }
        let from = from.map(|text| date(&text)).transpose()?;
        let to = to.map(|text| date(&text)).transpose()?;
        // One date alone is a range to today, or that one day.
        let (from, to) = match (from, to) {
            (Some(from), Some(to)) => (from, to),
            (Some(from), None) => (from, today.max(from)),
            (None, Some(to)) => (to, to),
            (None, None) => (today, today),
        };
        if from > to {
            return Err(FilterProblem::Reversed { from, to });
        }
        if (to - from).num_days() >= MOST_DAYS {
            return Err(FilterProblem::TooLong { most: MOST_DAYS });
        }
        Ok(Self {
            period: Period::Custom,
            from,
            to,
        })
    }

    pub(super) fn preset(period: Period, today: NaiveDate) -> Self {
        let from = match period {
            Period::Today | Period::Custom => today,
            Period::Days7 => back(today, 6),
            Period::Days30 => back(today, 29),
            Period::Days90 => back(today, 89),
            Period::ThisMonth => today.with_day(1).unwrap_or(today),
        };
        Self {
            period,
            from,
            to: today,
        }
    }

    /// Every day of the range.
    pub(super) fn days(self) -> impl Iterator<Item = NaiveDate> {
        self.from.iter_days().take_while(move |day| *day <= self.to)
    }
}

fn back(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_sub_days(Days::new(days)).unwrap_or(day)
}

/// Years before or after these are typing mistakes, and no calls lie in them.
fn date(text: &str) -> Result<NaiveDate, FilterProblem> {
    NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d")
        .ok()
        .filter(|date| (1970..=2200).contains(&date.year()))
        .ok_or_else(|| FilterProblem::NotADate { value: short(text) })
}

/// Enough of a value to recognise it.
fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(y: i32, m: u32, d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(y, m, d).unwrap()
    }

    fn query(period: &str, from: &str, to: &str) -> UsageQuery {
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        UsageQuery {
            period: given(period),
            from: given(from),
            to: given(to),
            ..UsageQuery::default()
        }
    }

    fn range(period: &str, from: &str, to: &str) -> (NaiveDate, NaiveDate, bool) {
        let (range, problem) = Range::of(&query(period, from, to), day(2026, 11, 24));
        (range.from, range.to, problem.is_none())
    }

    #[test]
    fn presets_end_today_and_count_it() {
        let today = day(2026, 11, 24);
        assert_eq!(range("", "", ""), (day(2026, 10, 26), today, true));
        assert_eq!(range("today", "", ""), (today, today, true));
        assert_eq!(range("7d", "", ""), (day(2026, 11, 18), today, true));
        assert_eq!(range("90d", "", ""), (day(2026, 8, 27), today, true));
        assert_eq!(range("month", "", ""), (day(2026, 11, 1), today, true));
    }

    #[test]
    fn dates_win_over_a_preset_and_one_date_is_enough() {
        assert_eq!(
            range("7d", "2026-11-01", "2026-11-03"),
            (day(2026, 11, 1), day(2026, 11, 3), true)
        );
        assert_eq!(
            range("", "2026-11-20", ""),
            (day(2026, 11, 20), day(2026, 11, 24), true)
        );
        assert_eq!(
            range("", "", "2026-11-20"),
            (day(2026, 11, 20), day(2026, 11, 20), true)
        );
    }

    #[test]
    fn what_makes_no_sense_shows_the_last_thirty_days_and_says_so() {
        for (period, from, to) in [
            ("", "2026-02-31", "2026-03-02"),
            ("", "yesterday", ""),
            ("", "2026-11-02", "2026-11-01"),
            ("", "2020-01-01", "2026-01-01"),
            ("", "0001-01-01", "0001-01-02"),
            ("fortnight", "", ""),
        ] {
            assert_eq!(
                range(period, from, to),
                (day(2026, 10, 26), day(2026, 11, 24), false),
                "{period} {from} {to}"
            );
        }
    }

    #[test]
    fn a_range_may_be_a_leap_year_long() {
        assert!(range("", "2028-01-01", "2028-12-31").2);
        assert!(!range("", "2028-01-01", "2029-01-01").2);
    }
}
