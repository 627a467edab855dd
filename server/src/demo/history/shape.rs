//! How busy each hour of the history is.

use chrono::{Datelike, Days as DateDays, NaiveDate, NaiveTime};
use rand::Rng;
use rand::distr::Distribution;
use rand::distr::weighted::WeightedIndex;
use rand_chacha::ChaCha8Rng;

pub(super) const HOUR_MS: i64 = 60 * 60 * 1_000;
pub(super) const DAY_MS: i64 = 24 * HOUR_MS;

/// How busy each hour of a day is. The last two are silent: the history ends in
/// the evening.
const HOURS: [f64; 24] = [
    1.0, 0.6, 0.4, 0.3, 0.3, 0.5, 1.2, 2.5, 4.5, 6.5, 7.5, 7.0, 5.5, 6.5, 7.5, 7.8, 7.0, 5.5, 4.0,
    3.2, 2.6, 1.8, 0.0, 0.0,
];
/// How busy each day of a week is, from Monday.
const WEEKDAYS: [f64; 7] = [1.0, 1.12, 1.15, 1.08, 0.92, 0.38, 0.3];
/// The hours of the outage's day in which nothing worked.
const OUTAGE_HOURS: (i64, i64) = (9, 15);

/// The days of the history.
pub(super) struct Days {
    /// Midnight of the first day.
    pub(super) start_ms: i64,
    /// Hours since the start, by how busy they are.
    hours: WeightedIndex<f64>,
    outage: i64,
}

impl Days {
    /// The `count` days before `today`; nothing if there are none.
    pub(super) fn new(today: NaiveDate, count: u32, random: &mut ChaCha8Rng) -> Option<Self> {
        let first = today.checked_sub_days(DateDays::new(u64::from(count)))?;
        let start_ms = first.and_time(NaiveTime::MIN).and_utc().timestamp_millis();
        let outage = outage_day(first, count);
        let weights: Vec<f64> = first
            .iter_days()
            .zip(0..count)
            .flat_map(|(date, day)| {
                let busy = busyness(date, day, count, day == outage, random);
                HOURS.into_iter().enumerate().map(move |(hour, weight)| {
                    let down = day == outage && is_down(hour);
                    if down { 0.0 } else { busy * weight }
                })
            })
            .collect();
        let hours = WeightedIndex::new(weights).ok()?;
        Some(Self {
            start_ms,
            hours,
            outage: i64::from(outage),
        })
    }

    /// Start of some hour, in milliseconds since the start.
    pub(super) fn slot(&self, random: &mut ChaCha8Rng) -> i64 {
        i64::try_from(self.hours.sample(random)).unwrap_or(0) * HOUR_MS
    }

    /// From when to when the outage lasted.
    pub(super) const fn outage_ms(&self) -> (i64, i64) {
        let midnight = self.start_ms + self.outage * DAY_MS;
        (
            midnight + OUTAGE_HOURS.0 * HOUR_MS,
            midnight + OUTAGE_HOURS.1 * HOUR_MS,
        )
    }
}

fn is_down(hour: usize) -> bool {
    i64::try_from(hour).is_ok_and(|hour| (OUTAGE_HOURS.0..OUTAGE_HOURS.1).contains(&hour))
}

/// A working day about two thirds into the history.
fn outage_day(first: NaiveDate, count: u32) -> u32 {
    let around = count * 2 / 3;
    let is_working_day = |day: &u32| {
        first
            .checked_add_days(DateDays::new(u64::from(*day)))
            .is_some_and(|date| date.weekday().num_days_from_monday() < 5)
    };
    (around..count)
        .find(is_working_day)
        .unwrap_or(around.min(count.saturating_sub(1)))
}

/// How busy a day is: growth, the launch, the week, and chance.
fn busyness(date: NaiveDate, day: u32, count: u32, outage: bool, random: &mut ChaCha8Rng) -> f64 {
    let weekday = date.weekday().num_days_from_monday();
    let progress = f64::from(day) / f64::from(count.max(1));
    // Before the launch, a quarter in, only the team itself calls.
    let stage = if progress < 0.25 {
        0.18 + progress
    } else {
        0.55 + progress
    };
    let since_launch = (progress - 0.25) * 90.0;
    let launch = if since_launch >= 0.0 {
        1.1 * (-since_launch / 4.0).exp()
    } else {
        0.0
    };
    let week = WEEKDAYS.get(weekday as usize).copied().unwrap_or(1.0);
    let chance = random.random_range(0.78..1.24);
    // Early weekends are off; one of the later ones is a holiday.
    let early = progress < 0.25 && weekday >= 5;
    let holiday = (0.80..0.83).contains(&progress) && weekday >= 5;
    // A history of a few days may be nothing but a weekend.
    let may_rest = count > 7 && !outage;
    if (early || holiday) && may_rest {
        0.0
    } else {
        (stage + launch) * week * chance
    }
}
