//! Days in a time zone. A day starts at the first instant whose local date it
//! is: after a leap of the clock that is not always midnight, and days of 23,
//! 24.5 or 25 hours are days.

use super::Millis;
use super::usage::{QUARTER_MS, quarter};
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, Offset, TimeZone, Timelike};
use chrono_tz::Tz;

/// The zone of that IANA name; UTC if this build's tz database has it no more.
#[must_use]
pub fn zone(name: &str) -> Tz {
    name.parse().unwrap_or(Tz::UTC)
}

/// An instant in a zone. Instants outside chrono's range do not come from a clock.
#[must_use]
pub fn local(at: Millis, zone: Tz) -> DateTime<FixedOffset> {
    let utc = DateTime::from_timestamp_millis(at).unwrap_or(DateTime::UNIX_EPOCH);
    let here = utc.with_timezone(&zone);
    here.with_timezone(&here.offset().fix())
}

/// The date in a zone.
#[must_use]
pub fn date(at: Millis, zone: Tz) -> NaiveDate {
    local(at, zone).date_naive()
}

/// The first instant of a date in a zone.
#[must_use]
pub fn start_of_day(date: NaiveDate, zone: Tz) -> Millis {
    let midnight = date.and_time(NaiveTime::MIN);
    match zone.from_local_datetime(&midnight).earliest() {
        Some(start) => start.timestamp_millis(),
        // A leap of the clock swallowed midnight: the day starts where the leap
        // ends. Leaps are whole quarters of an hour.
        None => (1..=96)
            .map(|quarters| midnight + chrono::Duration::minutes(15 * quarters))
            .find_map(|time| zone.from_local_datetime(&time).earliest())
            .map_or_else(
                || midnight.and_utc().timestamp_millis(),
                |start| start.timestamp_millis(),
            ),
    }
}

/// The day that holds an instant. Where the clock goes back over midnight, what
/// comes again belongs to the new day: each day is one piece.
#[must_use]
pub fn day_of(at: Millis, zone: Tz) -> NaiveDate {
    let date = date(at, zone);
    match date.succ_opt() {
        Some(next) if start_of_day(next, zone) <= at => next,
        _ => date,
    }
}

/// Days from 1970-01-01 to a date: by this number roll-ups know a day.
#[must_use]
pub fn day_number(date: NaiveDate) -> i64 {
    (date - NaiveDate::default()).num_days()
}

/// The first quarter of an hour of a date.
#[must_use]
pub fn first_quarter(date: NaiveDate, zone: Tz) -> i64 {
    // Days begin on quarters; those of zones that long ago did not, begin on the next.
    quarter(start_of_day(date, zone) + QUARTER_MS - 1)
}

/// Starts of the hours of the days from `from` to `to`, both included, and the
/// end of the last. An hour ends where its number or the zone's offset changes:
/// one that comes twice is two, and half an hour that is left over is one.
#[must_use]
pub fn hours(from: NaiveDate, to: NaiveDate, zone: Tz) -> Vec<Millis> {
    let first = first_quarter(from, zone);
    let end = first_quarter(to.succ_opt().unwrap_or(to), zone);
    let mut edges = Vec::new();
    let mut hour = None;
    for start in (first..end).map(|quarter| quarter * QUARTER_MS) {
        let here = local(start, zone);
        let this = Some((here.date_naive(), here.hour(), here.offset().fix()));
        if this != hour {
            edges.push(start);
            hour = this;
        }
    }
    edges.push(end * QUARTER_MS);
    edges
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

    fn hours_of(date: NaiveDate, name: &str) -> f64 {
        let zone = zone(name);
        let next = date.succ_opt().unwrap();
        #[allow(clippy::cast_precision_loss)]
        let ms = (start_of_day(next, zone) - start_of_day(date, zone)) as f64;
        ms / 3_600_000.0
    }

    #[test]
    fn days_at_a_change_of_the_clock_are_as_long_as_they_are() {
        assert!((hours_of(day(2026, 3, 29), "Europe/Berlin") - 23.0).abs() < 1e-9);
        assert!((hours_of(day(2026, 10, 25), "Europe/Berlin") - 25.0).abs() < 1e-9);
        // Lord Howe shifts by half an hour.
        assert!((hours_of(day(2026, 10, 4), "Australia/Lord_Howe") - 23.5).abs() < 1e-9);
        assert!((hours_of(day(2026, 11, 24), "Asia/Kathmandu") - 24.0).abs() < 1e-9);
    }

    #[test]
    fn a_day_without_midnight_starts_where_the_leap_ends() {
        // Beirut went from 2026-03-28 24:00 straight to 01:00.
        let zone = zone("Asia/Beirut");
        let start = start_of_day(day(2026, 3, 29), zone);
        assert_eq!(local(start, zone).to_rfc3339(), "2026-03-29T01:00:00+03:00");
        assert_eq!(date(start - 1, zone), day(2026, 3, 28));
    }

    #[test]
    fn every_instant_lies_in_the_day_of_its_date() {
        for name in ["Asia/Kathmandu", "America/St_Johns", "Pacific/Apia", "UTC"] {
            let zone = zone(name);
            for at in (0..400).map(|n| 1_764_000_000_000 + n * 7_777_777) {
                let today = date(at, zone);
                assert!(start_of_day(today, zone) <= at);
                assert!(at < start_of_day(today.succ_opt().unwrap(), zone));
            }
        }
    }

    /// Instants of the years in which calls can lie, in every zone there is.
    fn anywhere_and_any_time(each: usize, mut test: impl FnMut(Tz, Millis)) {
        let mut random = ChaCha8Rng::seed_from_u64(7);
        for zone in TZ_VARIANTS {
            for _ in 0..each {
                test(
                    zone,
                    random.random_range(946_684_800_000..2_524_608_000_000),
                );
            }
        }
    }

    #[test]
    fn an_instant_lies_in_one_day_in_every_zone() {
        anywhere_and_any_time(40, |zone, at| {
            let day = day_of(at, zone);
            let next = day.succ_opt().unwrap();
            assert!(start_of_day(day, zone) <= at, "{zone} {at}");
            assert!(at < start_of_day(next, zone), "{zone} {at}");
            // Quarters of an hour never lie in two days.
            assert_eq!(day_of(quarter(at) * QUARTER_MS, zone), day, "{zone} {at}");
            assert!(first_quarter(day, zone) <= quarter(at), "{zone} {at}");
            assert!(quarter(at) < first_quarter(next, zone), "{zone} {at}");
        });
    }

    #[test]
    fn hours_tile_their_days_in_every_zone() {
        anywhere_and_any_time(4, |zone, at| {
            let from = day_of(at, zone);
            let to = from.succ_opt().unwrap();
            let edges = hours(from, to, zone);
            assert_eq!(edges[0], start_of_day(from, zone), "{zone} {at}");
            let end = start_of_day(to.succ_opt().unwrap(), zone);
            assert_eq!(edges.last(), Some(&end), "{zone} {at}");
            for hour in edges.windows(2) {
                let length = hour[1] - hour[0];
                assert!(length > 0 && length <= 3_600_000, "{zone} {at}");
                assert_eq!(length % QUARTER_MS, 0, "{zone} {at}");
                // One number and one offset from the first quarter to the last.
                let (first, last) = (local(hour[0], zone), local(hour[1] - 1, zone));
                assert_eq!(first.hour(), last.hour(), "{zone} {at}");
                assert_eq!(first.offset(), last.offset(), "{zone} {at}");
            }
        });
    }

    #[test]
    fn a_day_has_as_many_hours_as_its_clock_strikes() {
        let count = |date, name: &str| hours(date, date, zone(name)).len() - 1;
        assert_eq!(count(day(2026, 11, 24), "Asia/Kathmandu"), 24);
        assert_eq!(count(day(2026, 11, 24), "Australia/Adelaide"), 24);
        assert_eq!(count(day(2026, 3, 29), "Europe/Berlin"), 23);
        assert_eq!(count(day(2026, 10, 25), "Europe/Berlin"), 25);
        // Half an hour comes again, or is left out of an hour that stays.
        assert_eq!(count(day(2026, 4, 5), "Australia/Lord_Howe"), 25);
        assert_eq!(count(day(2026, 10, 4), "Australia/Lord_Howe"), 24);
    }
}
