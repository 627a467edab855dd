//! Grants that come again: every day, week or month of the account's zone
//! (`product.md` §2.6). Each period is a grant of its own, that lapses at the
//! period's end; what rolls over is another, beside the next period's.

use super::super::Millis;
use super::super::caps::Period;
use chrono_tz::Tz;

const HOUR: Millis = 60 * 60 * 1_000;

/// How a grant comes again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recurs {
    /// A day, a week or a month.
    pub period: Period,
    /// Calls that are left and roll over into the next period, at most.
    pub roll_over: i64,
}

impl Recurs {
    /// Where the first period ends: with the window in which it starts.
    #[must_use]
    pub fn first_end(self, start: Millis, zone: Tz) -> Millis {
        self.end_from(start, start + 1, zone)
    }

    /// Where a period ends that starts where another ended: with its window. If
    /// the account moved to another zone, that window may end soon after; then
    /// the period ends with the next one, so that moving about gains no calls.
    #[must_use]
    pub fn next_end(self, start: Millis, zone: Tz) -> Millis {
        // Shorter than any window is, whatever a zone's clock does, by two hours;
        // for long ones by as much as zones lie apart.
        let least = match self.period {
            Period::Total => return Millis::MAX,
            Period::Day => 22 * HOUR,
            Period::Week => (7 * 24 - 26) * HOUR,
            Period::Month => (28 * 24 - 26) * HOUR,
        };
        self.end_from(start, start + least, zone)
    }

    /// The first end of a window at `least` or later.
    fn end_from(self, start: Millis, least: Millis, zone: Tz) -> Millis {
        let mut end = self.period.window(start, zone).end;
        while end < least {
            // A window that does not move on would be a bug of the zones' rules.
            end = self.period.window(end, zone).end.max(end + 1);
        }
        end
    }
}

/// A grant that comes again, as it stands at the end of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recurrence {
    pub recurs: Recurs,
    /// Calls of each period.
    pub calls: i64,
    /// Where the current period ends.
    pub next_at: Millis,
    /// From when on it does not come again.
    pub ends_at: Option<Millis>,
    /// The account's zone.
    pub zone: Tz,
}

/// A period that begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewPeriod {
    pub start: Millis,
    pub end: Millis,
    /// Calls that rolled over into it.
    pub carried: i64,
}

impl Recurrence {
    /// The period, if what ends at `end` comes again after it.
    #[must_use]
    pub fn again_after(&self, end: Millis) -> Option<Period> {
        self.ends_at
            .is_none_or(|last| end < last)
            .then_some(self.recurs.period)
    }

    /// The periods that began up to `now`, when `rest` calls were left at the end
    /// of the last known one. More than one, if nobody looked for a while: then
    /// nobody burnt anything of those before the last either.
    #[must_use]
    pub fn periods(&self, rest: i64, now: Millis) -> Vec<NewPeriod> {
        let mut periods = Vec::new();
        let (mut start, mut rest) = (self.next_at, rest);
        while start <= now && self.ends_at.is_none_or(|end| start < end) {
            let end = self.recurs.next_end(start, self.zone);
            let period = NewPeriod {
                start,
                end: self.ends_at.map_or(end, |last| end.min(last)),
                carried: rest.clamp(0, self.recurs.roll_over),
            };
            rest = self.calls + period.carried;
            start = period.end;
            periods.push(period);
        }
        periods
    }
}

/// What becomes of the calls left of one grant at the end of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Carried {
    pub lapsed: i64,
    pub rolled_over: i64,
}

/// Shares out what rolls over among the grants of a period, in their order.
#[must_use]
pub fn share_out(rests: &[i64], carried: i64) -> Vec<Carried> {
    let mut open = carried;
    rests
        .iter()
        .map(|rest| {
            let rolled_over = open.min(*rest);
            open -= rolled_over;
            Carried {
                lapsed: rest - rolled_over,
                rolled_over,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::zones::{local, zone};
    use super::*;
    use chrono_tz::TZ_VARIANTS;

    /// Sunday, 25 October 2026, 10:00 UTC.
    const AT: Millis = 1_792_922_400_000;

    fn daily(zone_name: &str, roll_over: i64) -> Recurrence {
        let recurs = Recurs {
            period: Period::Day,
            roll_over,
        };
        let zone = zone(zone_name);
        Recurrence {
            recurs,
            calls: 100,
            next_at: recurs.first_end(AT, zone),
            ends_at: None,
            zone,
        }
    }

    fn shown(at: Millis, zone: Tz) -> String {
        local(at, zone).format("%F %R %z").to_string()
    }

    #[test]
    fn periods_are_whole_windows_also_where_the_clock_changes() {
        let berlin = zone("Europe/Berlin");
        let day = Recurs {
            period: Period::Day,
            roll_over: 0,
        };
        // The day on which the clock goes back has 25 hours.
        let start = day.first_end(AT - 24 * HOUR, berlin);
        assert_eq!(shown(start, berlin), "2026-10-25 00:00 +0200");
        let end = day.next_end(start, berlin);
        assert_eq!(shown(end, berlin), "2026-10-26 00:00 +0100");
        let month = Recurs {
            period: Period::Month,
            roll_over: 0,
        };
        let first = month.first_end(AT, berlin);
        assert_eq!(shown(first, berlin), "2026-11-01 00:00 +0100");
        let second = month.next_end(first, berlin);
        assert_eq!(shown(second, berlin), "2026-12-01 00:00 +0100");
    }

    #[test]
    fn in_every_zone_the_next_period_is_the_next_window() {
        for zone in TZ_VARIANTS {
            for period in [Period::Day, Period::Week, Period::Month] {
                let recurs = Recurs {
                    period,
                    roll_over: 0,
                };
                let mut start = recurs.first_end(AT, zone);
                for _ in 0..40 {
                    let end = recurs.next_end(start, zone);
                    assert_eq!(end, period.window(start, zone).end, "{zone} {start}");
                    start = end;
                }
            }
        }
    }

    #[test]
    fn moving_between_zones_gains_no_calls() {
        let zones = ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kolkata"].map(zone);
        for (period, days) in [(Period::Day, 1), (Period::Week, 7), (Period::Month, 28)] {
            let recurs = Recurs {
                period,
                roll_over: 0,
            };
            let mut at = recurs.first_end(AT, zones[0]);
            for turn in 0..30 {
                let end = recurs.next_end(at, zones[turn % 3]);
                let hours = (end - at) / HOUR;
                assert!(hours >= days * 24 - 26, "{hours} hours");
                assert!(period != Period::Day || hours >= 22, "{hours} hours");
                at = end;
            }
        }
    }

    #[test]
    fn what_is_left_rolls_over_up_to_the_cap_also_over_missed_periods() {
        let it = daily("UTC", 150);
        let carried = |rest, days: Millis| {
            it.periods(rest, it.next_at + days * 24 * HOUR)
                .iter()
                .map(|period| period.carried)
                .collect::<Vec<_>>()
        };
        assert_eq!(carried(30, 0), [30]);
        assert_eq!(carried(500, 0), [150]);
        assert_eq!(carried(30, 3), [30, 130, 150, 150]);
        assert_eq!(it.periods(30, it.next_at - 1), []);
    }

    #[test]
    fn the_last_period_ends_where_the_grant_does() {
        let mut it = daily("UTC", 0);
        it.ends_at = Some(it.next_at + 30 * HOUR);
        let periods = it.periods(0, it.next_at + 1_000 * HOUR);
        assert_eq!(periods.len(), 2);
        assert_eq!(periods[1].end, it.next_at + 30 * HOUR);
        let again = |place: usize| it.again_after(periods[place].end);
        assert_eq!((again(0), again(1)), (Some(Period::Day), None));
    }

    #[test]
    fn what_rolls_over_is_shared_out_whole() {
        let shares = share_out(&[10, 20], 15);
        let pairs: Vec<_> = shares
            .iter()
            .map(|share| (share.lapsed, share.rolled_over))
            .collect();
        assert_eq!(pairs, [(0, 10), (15, 5)]);
    }
}
