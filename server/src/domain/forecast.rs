//! How long a quota lasts at the present pace (`product.md` §5, "Usage").
//!
//! The pace is the mean of the account's charged calls over its last seven
//! days: six whole ones and as much of today as has passed. A week evens out
//! working days and weekends, and is short enough to follow a launch.

use super::Millis;

/// Days that the pace is a mean over; today is the last of them.
pub const PACE_DAYS: u64 = 7;

/// How far ahead a week's pace is trusted: a quarter of a year.
pub const HORIZON: Millis = 90 * 24 * 60 * 60 * 1_000;

/// Calls charged in a stretch of time that ends now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    pub charged: i64,
    /// Length of the stretch.
    pub over: Millis,
}

/// What becomes of what remains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forecast {
    /// Nothing remains.
    UsedUp,
    /// Nothing was charged lately, so there is no pace.
    Idle,
    /// The last call is charged about then.
    RunsOut(Millis),
    /// Calls are left then, and what comes after is not foretold.
    Lasts(Millis),
}

/// The forecast at `now`.
#[must_use]
pub fn forecast(remaining: i64, pace: Pace, now: Millis) -> Forecast {
    if remaining <= 0 {
        return Forecast::UsedUp;
    }
    if pace.charged <= 0 || pace.over <= 0 {
        return Forecast::Idle;
    }
    let left = i128::from(remaining) * i128::from(pace.over) / i128::from(pace.charged);
    match Millis::try_from(left) {
        Ok(left) if left <= HORIZON => Forecast::RunsOut(now + left),
        _ => Forecast::Lasts(now + HORIZON),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Millis = 24 * 60 * 60 * 1_000;
    const NOW: Millis = 1_795_516_800_000;

    const fn pace(charged: i64, over: Millis) -> Pace {
        Pace { charged, over }
    }

    #[test]
    fn what_remains_lasts_as_long_as_the_pace_says() {
        // 10 a day, 100 left.
        let found = forecast(100, pace(70, 7 * DAY), NOW);
        assert_eq!(found, Forecast::RunsOut(NOW + 10 * DAY));
    }

    #[test]
    fn today_counts_as_the_part_that_has_passed() {
        // Six days and a half: 65 calls are still 10 a day.
        let found = forecast(100, pace(65, 6 * DAY + DAY / 2), NOW);
        assert_eq!(found, Forecast::RunsOut(NOW + 10 * DAY));
    }

    #[test]
    fn nothing_left_is_used_up_whatever_the_pace() {
        for charged in [0, 70] {
            assert_eq!(forecast(0, pace(charged, 7 * DAY), NOW), Forecast::UsedUp);
        }
    }

    #[test]
    fn without_calls_lately_there_is_no_pace() {
        assert_eq!(forecast(5, pace(0, 7 * DAY), NOW), Forecast::Idle);
        assert_eq!(forecast(5, pace(9, 0), NOW), Forecast::Idle);
    }

    #[test]
    fn what_lasts_longer_than_a_quarter_is_not_foretold_to_the_day() {
        let lasts = Forecast::Lasts(NOW + HORIZON);
        assert_eq!(forecast(901, pace(70, 7 * DAY), NOW), lasts);
        assert_eq!(forecast(i64::MAX, pace(1, 7 * DAY), NOW), lasts);
        assert_eq!(
            forecast(900, pace(70, 7 * DAY), NOW),
            Forecast::RunsOut(NOW + HORIZON)
        );
    }
}
