//! The range of days that a usage filter asks for, and how it is cut into the
//! bars of a chart.

use crate::domain::Millis;
use crate::domain::usage::{Slot, quarter};
use crate::domain::zones;
use allowance_app::view::{FilterProblem, Period, Unit, UsageQuery};
use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, Timelike};
use chrono_tz::Tz;

/// Days of one range at most.
pub(super) const MOST_DAYS: i64 = 366;
/// Days of a range that is shown by the hour, at most.
const MOST_DAYS_OF_HOURS: i64 = 2;

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

    fn length(self) -> i64 {
        (self.to - self.from).num_days() + 1
    }

    /// As many days, right before.
    pub(super) fn previous(self) -> Self {
        let length = u64::try_from(self.length()).unwrap_or(1);
        Self {
            period: Period::Custom,
            from: back(self.from, length),
            to: back(self.from, 1),
        }
    }

    pub(super) fn unit(self) -> Unit {
        if self.length() <= MOST_DAYS_OF_HOURS {
            Unit::Hour
        } else {
            Unit::Day
        }
    }

    /// The range in buckets, with those of the period before in front.
    pub(super) fn cut(self, zone: Tz, compare: bool) -> Cut {
        let first = if compare {
            self.previous().from
        } else {
            self.from
        };
        let (slot, edges, buckets) = match self.unit() {
            Unit::Hour => by_hour(first, self.to, zone),
            Unit::Day => by_day(first, self.to, zone),
        };
        let before = buckets.iter().filter(|cut| cut.date < self.from).count();
        let (previous, buckets) = buckets.split_at(before);
        Cut {
            slot,
            edges,
            beside: beside(previous, buckets),
            buckets: buckets.to_vec(),
        }
    }
}

/// A range in buckets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cut {
    pub slot: Slot,
    /// First slot of each bucket, those of the period before in front, and the
    /// slot after the last.
    pub edges: Vec<i64>,
    /// For each bucket of the period before, the place of the one it stands beside.
    pub beside: Vec<usize>,
    /// The buckets of the range itself.
    pub buckets: Vec<CutBucket>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CutBucket {
    pub start: Millis,
    /// The local date.
    pub date: NaiveDate,
    /// The time on the clock at its start.
    pub clock: NaiveDateTime,
    /// This hour comes twice on its date.
    pub twice: bool,
}

type CutParts = (Slot, Vec<i64>, Vec<CutBucket>);

fn by_day(from: NaiveDate, to: NaiveDate, zone: Tz) -> CutParts {
    let buckets: Vec<_> = from
        .iter_days()
        .take_while(|day| *day <= to)
        .map(|date| {
            let start = zones::start_of_day(date, zone);
            CutBucket {
                start,
                date,
                clock: zones::local(start, zone).naive_local(),
                twice: false,
            }
        })
        .collect();
    let first = zones::day_number(from);
    let edges = (first..=first + zones::day_number(to) - zones::day_number(from) + 1).collect();
    (Slot::Day, edges, buckets)
}

fn by_hour(from: NaiveDate, to: NaiveDate, zone: Tz) -> CutParts {
    let hours = zones::hours(from, to, zone);
    let starts = hours.split_last().map_or(&[][..], |(_, starts)| starts);
    let mut buckets: Vec<_> = starts
        .iter()
        .map(|&start| CutBucket {
            start,
            date: zones::day_of(start, zone),
            clock: zones::local(start, zone).naive_local(),
            twice: false,
        })
        .collect();
    let hour = |cut: &CutBucket| (cut.date, cut.clock.hour());
    let seen: Vec<_> = buckets.iter().map(hour).collect();
    for (place, cut) in buckets.iter_mut().enumerate() {
        let around = [
            place.checked_sub(1),
            place.checked_add(1),
            place.checked_add(2),
            place.checked_sub(2),
        ];
        cut.twice = around
            .into_iter()
            .flatten()
            .any(|other| seen.get(other) == Some(&seen[place]));
    }
    let edges = hours.into_iter().map(quarter).collect();
    (Slot::Quarter, edges, buckets)
}

/// Days stand beside days, and hours beside the same hour of the clock, or the
/// last one before it where a clock was turned: each has one place, so sums stay.
fn beside(previous: &[CutBucket], buckets: &[CutBucket]) -> Vec<usize> {
    let (Some(then), Some(now)) = (previous.first(), buckets.first()) else {
        return Vec::new();
    };
    let shift = now.date - then.date;
    previous
        .iter()
        .map(|cut| {
            let at = (cut.date + shift, cut.clock + shift);
            buckets
                .iter()
                .rposition(|now| (now.date, now.clock) <= at)
                .unwrap_or(0)
        })
        .collect()
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
pub(super) fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::TZ_VARIANTS;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

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

    fn custom(from: NaiveDate, to: NaiveDate) -> Range {
        Range {
            period: Period::Custom,
            from,
            to,
        }
    }

    #[test]
    fn the_period_before_has_as_many_days_and_ends_where_the_range_begins() {
        let range = custom(day(2026, 11, 1), day(2026, 11, 24));
        let before = range.previous();
        assert_eq!(
            (before.from, before.to),
            (day(2026, 10, 8), day(2026, 10, 31))
        );
        let one = custom(day(2026, 3, 1), day(2026, 3, 1)).previous();
        assert_eq!((one.from, one.to), (day(2026, 2, 28), day(2026, 2, 28)));
    }

    #[test]
    fn up_to_two_days_are_cut_into_hours() {
        let from = day(2026, 11, 23);
        let cut = |days| custom(from, from + Days::new(days)).cut(Tz::UTC, false);
        assert_eq!((cut(0).slot, cut(0).buckets.len()), (Slot::Quarter, 24));
        assert_eq!((cut(1).slot, cut(1).buckets.len()), (Slot::Quarter, 48));
        assert_eq!((cut(2).slot, cut(2).buckets.len()), (Slot::Day, 3));
    }

    #[test]
    fn an_hour_that_comes_twice_is_two_buckets_that_can_be_told_apart() {
        let berlin: Tz = "Europe/Berlin".parse().unwrap();
        let cut = custom(day(2026, 10, 25), day(2026, 10, 25)).cut(berlin, true);
        assert_eq!(cut.buckets.len(), 25);
        let twice: Vec<_> = cut.buckets.iter().filter(|cut| cut.twice).collect();
        assert_eq!(twice.len(), 2);
        assert!(twice.iter().all(|cut| cut.clock.hour() == 2));
        assert_eq!(twice[1].start - twice[0].start, 3_600_000);
        // The day before had 24 hours: each stands beside its own.
        assert_eq!(cut.beside.len(), 24);
        for (before, place) in cut.beside.iter().enumerate() {
            let hour = u32::try_from(before).unwrap();
            assert_eq!(cut.buckets[*place].clock.hour(), hour);
        }
    }

    #[test]
    fn buckets_tile_the_range_in_every_zone_and_none_before_is_lost() {
        let mut random = ChaCha8Rng::seed_from_u64(11);
        for zone in TZ_VARIANTS {
            for days in [1, 2, 3, 40] {
                let from = day(2000, 1, 1) + Days::new(random.random_range(0..15_000));
                let range = custom(from, from + Days::new(days - 1));
                let cut = range.cut(zone, true);
                let before = cut.beside.len();
                assert_eq!(
                    cut.edges.len(),
                    before + cut.buckets.len() + 1,
                    "{zone} {from}"
                );
                assert!(cut.edges.is_sorted(), "{zone} {from}");
                assert!(cut.beside.iter().all(|place| *place < cut.buckets.len()));
                // The buckets begin where their slots do.
                for (place, bucket) in cut.buckets.iter().enumerate() {
                    let expected = match cut.slot {
                        Slot::Quarter => quarter(bucket.start),
                        Slot::Day => zones::day_number(bucket.date),
                    };
                    assert_eq!(cut.edges[before + place], expected, "{zone} {from}");
                }
                let (first, end) = match cut.slot {
                    Slot::Quarter => (
                        zones::first_quarter(range.previous().from, zone),
                        zones::first_quarter(range.to + Days::new(1), zone),
                    ),
                    Slot::Day => (
                        zones::day_number(range.previous().from),
                        zones::day_number(range.to) + 1,
                    ),
                };
                assert_eq!((cut.edges[0], *cut.edges.last().unwrap()), (first, end));
            }
        }
    }
}
