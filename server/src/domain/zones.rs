//! Days in a time zone. A day starts at the first instant whose local date it
//! is: after a leap of the clock that is not always midnight, and days of 23,
//! 24.5 or 25 hours are days.

use super::Millis;
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, Offset, TimeZone};
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
