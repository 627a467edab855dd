//! From sums to the bars of a chart. Every figure of a chart is a sum of its
//! buckets, and every bucket a sum of its parts.

use super::range::Cut;
use crate::chart;
use crate::domain::usage::{Outcome, SeriesPoint};
use crate::domain::zones;
use allowance_app::view::{
    Bucket, Group, GroupName, MOST_GROUPS, Plot, Series, Tone, Totals, Unit,
};
use chrono_tz::Tz;
use std::collections::BTreeMap;

/// Where the charged and the failed calls of a point go: places among the groups.
type Place<'a> = dyn Fn(&SeriesPoint) -> (usize, usize) + 'a;

/// The groups of a report, and which one a call belongs to. The same for all of
/// its charts, so that a colour means one thing.
pub(super) struct Groups {
    groups: Vec<(GroupName, Tone)>,
    /// Places by number of the point's group, where they are not the outcome's.
    places: Option<BTreeMap<i64, usize>>,
}

/// The kinds of failure, in the order in which they stand on charged calls.
const FAILURES: [(Outcome, GroupName, Tone); 5] = [
    (Outcome::Rejected, GroupName::Rejected, Tone::Rejected),
    (
        Outcome::UpstreamFailed,
        GroupName::UpstreamFailed,
        Tone::UpstreamFailed,
    ),
    (Outcome::Blocked, GroupName::Blocked, Tone::Blocked),
    (
        Outcome::Unauthorised,
        GroupName::Unauthorised,
        Tone::Unauthorised,
    ),
    (Outcome::Failed, GroupName::Fault, Tone::Fault),
];

impl Groups {
    /// Charged, and each kind of failure.
    pub(super) fn by_outcome() -> Self {
        let failures = FAILURES.map(|(_, name, tone)| (name, tone));
        Self {
            groups: [(GroupName::Charged, Tone::Charged)]
                .into_iter()
                .chain(failures)
                .collect(),
            places: None,
        }
    }

    /// Charged calls by name, those of `others` together, and failed calls on
    /// top. `named` are numbers of points with what they are called.
    pub(super) fn by_name(named: Vec<(i64, GroupName)>, others: i64) -> Self {
        let places = named
            .iter()
            .enumerate()
            .map(|(place, (number, _))| (*number, place))
            .collect();
        let mut groups: Vec<_> = named
            .into_iter()
            .enumerate()
            .map(|(place, (_, name))| (name, Tone::Place(place)))
            .collect();
        groups.push((GroupName::Others { count: others }, Tone::Others));
        groups.push((GroupName::Failed, Tone::Failed));
        Self {
            groups,
            places: Some(places),
        }
    }

    fn place(&self, point: &SeriesPoint) -> (usize, usize) {
        let last = self.groups.len() - 1;
        if let Some(places) = &self.places {
            // "Others" stands before the failed ones.
            return (*places.get(&point.group).unwrap_or(&(last - 1)), last);
        }
        let outcome = Outcome::numbered(point.group);
        let failure = FAILURES
            .iter()
            .position(|(kind, ..)| Some(*kind) == outcome);
        (0, failure.map_or(last, |place| place + 1))
    }
}

/// The numbers that get a group of their own: the largest, in the order of their
/// numbers, so that a colour stays with its owner while sizes change places. And
/// how many others have charged calls.
pub(super) fn largest(charged: &BTreeMap<i64, i64>) -> (Vec<i64>, i64) {
    let mut by_size: Vec<_> = charged.iter().filter(|(_, calls)| **calls > 0).collect();
    by_size.sort_by_key(|(number, calls)| (-**calls, **number));
    let others = by_size.len().saturating_sub(MOST_GROUPS);
    by_size.truncate(MOST_GROUPS);
    let mut numbers: Vec<i64> = by_size.into_iter().map(|(number, _)| *number).collect();
    numbers.sort_unstable();
    (numbers, i64::try_from(others).unwrap_or(i64::MAX))
}

/// Charged calls of the range itself by number of their group.
pub(super) fn charged_by_group<'a>(
    cut: &Cut,
    points: impl Iterator<Item = &'a SeriesPoint>,
) -> BTreeMap<i64, i64> {
    let before = cut.beside.len();
    let mut sums = BTreeMap::new();
    for point in points.filter(|point| point.bucket >= before) {
        *sums.entry(point.group).or_default() += point.charged;
    }
    sums
}

/// The series of the points, which may be those of several APIs.
pub(super) fn series<'a>(
    cut: &Cut,
    zone: Tz,
    compare: bool,
    groups: &Groups,
    points: impl Iterator<Item = &'a SeriesPoint>,
) -> Series {
    let place = |point: &SeriesPoint| groups.place(point);
    let buckets = buckets(cut, zone, compare, groups.groups.len(), &place, points);
    let sum =
        |totals: &mut dyn Iterator<Item = Totals>| totals.fold(Totals::default(), Totals::plus);
    let mut series = Series {
        groups: groups
            .groups
            .iter()
            .enumerate()
            .map(|(place, (name, tone))| Group {
                name: name.clone(),
                tone: *tone,
                calls: buckets.iter().map(|bucket| bucket.parts[place]).sum(),
            })
            .collect(),
        totals: sum(&mut buckets.iter().map(|bucket| bucket.totals)),
        previous: compare.then(|| sum(&mut buckets.iter().filter_map(|bucket| bucket.previous))),
        buckets,
        plot: Plot {
            svg: String::new(),
            top: 2,
        },
    };
    leave_out_the_empty(&mut series);
    series.plot = plot(&series);
    series
}

fn buckets<'a>(
    cut: &Cut,
    zone: Tz,
    compare: bool,
    groups: usize,
    place: &Place,
    points: impl Iterator<Item = &'a SeriesPoint>,
) -> Vec<Bucket> {
    let mut buckets: Vec<Bucket> = cut
        .buckets
        .iter()
        .map(|bucket| Bucket {
            start: zones::local(bucket.start, zone),
            date: bucket.date,
            twice: bucket.twice,
            totals: Totals::default(),
            parts: vec![0; groups],
            previous: compare.then(Totals::default),
        })
        .collect();
    let before = cut.beside.len();
    for point in points {
        let calls = Totals {
            charged: point.charged,
            failed: point.calls - point.charged,
        };
        if let Some(beside) = cut.beside.get(point.bucket) {
            if let Some(previous) = &mut buckets[*beside].previous {
                *previous = previous.plus(calls);
            }
        } else if let Some(bucket) = buckets.get_mut(point.bucket - before) {
            let (charged, failed) = place(point);
            bucket.totals = bucket.totals.plus(calls);
            bucket.parts[charged] += calls.charged;
            bucket.parts[failed] += calls.failed;
        }
    }
    buckets
}

fn leave_out_the_empty(series: &mut Series) {
    let keep: Vec<bool> = series
        .groups
        .iter()
        .map(|group| group.calls != 0 || group.name == GroupName::Charged)
        .collect();
    let mut kept = keep.iter();
    series.groups.retain(|_| kept.next() == Some(&true));
    for bucket in &mut series.buckets {
        let mut kept = keep.iter();
        bucket.parts.retain(|_| kept.next() == Some(&true));
    }
}

fn plot(series: &Series) -> Plot {
    let classes: Vec<_> = series
        .groups
        .iter()
        .map(|group| group.tone.class())
        .collect();
    let bars: Vec<&[i64]> = series
        .buckets
        .iter()
        .map(|bucket| bucket.parts.as_slice())
        .collect();
    let previous: Vec<i64> = series
        .buckets
        .iter()
        .filter_map(|bucket| bucket.previous)
        .map(Totals::requests)
        .collect();
    let chart::Plot { svg, top } = chart::plot(&bars, &classes, &previous);
    Plot { svg, top }
}

/// The unit of a cut as pages know it.
pub(super) const fn unit(cut: &Cut) -> Unit {
    match cut.slot {
        crate::domain::usage::Slot::Day => Unit::Day,
        crate::domain::usage::Slot::Quarter => Unit::Hour,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::range::Range;
    use allowance_app::view::Period;
    use chrono::NaiveDate;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    fn cut(days: u64, compare: bool) -> Cut {
        let from = NaiveDate::from_ymd_opt(2026, 11, 1).unwrap();
        let range = Range {
            period: Period::Custom,
            from,
            to: from + chrono::Days::new(days - 1),
        };
        range.cut(Tz::UTC, compare)
    }

    fn named(number: i64) -> (i64, GroupName) {
        let name = GroupName::Project {
            id: number.to_string(),
            name: number.to_string(),
            deleted: false,
        };
        (number, name)
    }

    #[test]
    fn the_largest_have_groups_of_their_own_in_an_order_that_stays() {
        let calls: BTreeMap<i64, i64> = (1..=12).map(|number| (number, number % 6)).collect();
        let (numbers, others) = largest(&calls);
        // 5, 11 have five calls, 4, 10 four, 3, 9 three, 2 and 8 two; 6 and 12 none.
        assert_eq!(numbers, [2, 3, 4, 5, 9, 10, 11]);
        assert_eq!(others, 3);
    }

    #[test]
    fn parts_sum_to_totals_whatever_the_points() {
        let mut random = ChaCha8Rng::seed_from_u64(3);
        for round in 0..60 {
            let compare = round % 2 == 0;
            let cut = cut(1 + round % 5, compare);
            let buckets = cut.beside.len() + cut.buckets.len();
            let points: Vec<SeriesPoint> = (0..random.random_range(0..200))
                .map(|_| {
                    let charged = random.random_range(0..50);
                    SeriesPoint {
                        bucket: random.random_range(0..buckets),
                        group: random.random_range(0..12),
                        calls: charged + random.random_range(0..9),
                        charged,
                    }
                })
                .collect();
            let all = |from: usize, to: usize| {
                points
                    .iter()
                    .filter(|point| (from..to).contains(&point.bucket))
                    .fold((0, 0), |(charged, failed), point| {
                        (
                            charged + point.charged,
                            failed + point.calls - point.charged,
                        )
                    })
            };
            let few = Groups::by_name((0..4).map(named).collect(), 8);
            for groups in [Groups::by_outcome(), few] {
                let series = series(&cut, Tz::UTC, compare, &groups, points.iter());
                let now = (series.totals.charged, series.totals.failed);
                assert_eq!(now, all(cut.beside.len(), buckets));
                let then = series
                    .previous
                    .map(|totals| (totals.charged, totals.failed));
                assert_eq!(then, compare.then(|| all(0, cut.beside.len())));
                let legend: i64 = series.groups.iter().map(|group| group.calls).sum();
                assert_eq!(legend, series.totals.requests());
                for bucket in &series.buckets {
                    assert_eq!(bucket.parts.iter().sum::<i64>(), bucket.totals.requests());
                    assert_eq!(bucket.parts.len(), series.groups.len());
                }
            }
        }
    }

    #[test]
    fn every_bucket_is_there_and_groups_without_calls_are_not() {
        let cut = cut(30, false);
        let none = series(&cut, Tz::UTC, false, &Groups::by_outcome(), [].iter());
        assert_eq!(none.buckets.len(), 30);
        let names: Vec<_> = none.groups.iter().map(|group| &group.name).collect();
        assert_eq!(names, [&GroupName::Charged]);
        let groups = Groups::by_name(vec![named(1)], 0);
        let none = series(&cut, Tz::UTC, false, &groups, [].iter());
        assert!(none.groups.is_empty());
    }
}
