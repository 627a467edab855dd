//! Caps: a second gate below the account's quota (`product.md` §2.6a). A key or
//! a project may carry one cap for each API: so many calls in all, or in each
//! day, week or month of the account's time zone.

use super::zones::{date, start_of_day};
use super::{ApiId, KeyId, Millis, ProjectId};
use chrono::{Datelike, Days, Months};
use chrono_tz::Tz;

/// Calls of one cap at most.
pub const MOST_CALLS: i64 = super::grants::MOST_CALLS;

/// How long a cap counts before it starts anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Period {
    /// It never starts anew.
    Total,
    /// From midnight.
    Day,
    /// From Monday.
    Week,
    /// From the first of the month.
    Month,
}

impl Period {
    pub const ALL: [Self; 4] = [Self::Total, Self::Day, Self::Week, Self::Month];

    /// The name in forms and in the store.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Total => "total",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|period| period.name() == name)
    }

    /// The window that holds an instant.
    #[must_use]
    pub fn window(self, at: Millis, zone: Tz) -> Window {
        let today = date(at, zone);
        let (first, next) = match self {
            Self::Total => return Window::ALWAYS,
            Self::Day => (Some(today), today.succ_opt()),
            Self::Week => {
                let since_monday = u64::from(today.weekday().num_days_from_monday());
                let monday = today.checked_sub_days(Days::new(since_monday));
                let next = monday.and_then(|day| day.checked_add_days(Days::new(7)));
                (monday, next)
            }
            Self::Month => {
                let first = today.with_day(1);
                let next = first.and_then(|day| day.checked_add_months(Months::new(1)));
                (first, next)
            }
        };
        Window {
            start: first.map_or(Millis::MIN, |day| start_of_day(day, zone)),
            end: next.map_or(Millis::MAX, |day| start_of_day(day, zone)),
        }
    }
}

/// `[start, end)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub start: Millis,
    pub end: Millis,
}

impl Window {
    /// The window of a cap that never starts anew.
    pub const ALWAYS: Self = Self {
        start: Millis::MIN,
        end: Millis::MAX,
    };

    /// When the cap starts anew, if it does.
    #[must_use]
    pub fn renews_at(self) -> Option<Millis> {
        (self.end != Millis::MAX).then_some(self.end)
    }
}

/// What carries a cap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CapOwner {
    Key(KeyId),
    Project(ProjectId),
}

/// A number of calls for each window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    pub calls: i64,
    pub period: Period,
}

/// A cap of a key or a project on one API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cap {
    pub owner: CapOwner,
    /// Public id of the key or project.
    pub owner_public_id: String,
    pub api: ApiId,
    pub limit: Limit,
}

/// A cap as it is read from disk: charged calls by the start of their window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedCap {
    pub cap: Cap,
    pub charged: Vec<(Millis, i64)>,
}

/// All caps of an account, with the zone that cuts their windows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountCaps {
    pub zone: Tz,
    pub caps: Vec<CountedCap>,
    /// Calls before this instant were not counted, except for caps in total.
    pub known_from: Millis,
}

impl AccountCaps {
    /// An account without any.
    #[must_use]
    pub const fn none() -> Self {
        Self {
            zone: Tz::UTC,
            caps: Vec::new(),
            known_from: Millis::MIN,
        }
    }
}

/// A cap and how much of it is used in the window of an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapUse {
    pub cap: Cap,
    pub window: Window,
    /// Calls charged in the window.
    pub charged: i64,
}

impl CapUse {
    /// Never below zero: a cap may be set lower than what is used.
    #[must_use]
    pub fn remaining(&self) -> i64 {
        (self.cap.limit.calls - self.charged).max(0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::zones::{local, zone};
    use super::*;

    fn starts(period: Period, at: Millis, name: &str) -> (String, String) {
        let zone = zone(name);
        let window = period.window(at, zone);
        let shown = |at| local(at, zone).format("%a %F %R %z").to_string();
        (shown(window.start), shown(window.end))
    }

    #[test]
    fn windows_start_at_local_midnight_monday_and_first_of_the_month() {
        // Tuesday, 24 November 2026, 20:30 UTC is Wednesday in Kathmandu.
        let at = 1_795_552_200_000;
        let (start, end) = starts(Period::Day, at, "Asia/Kathmandu");
        assert_eq!(start, "Wed 2026-11-25 00:00 +0545");
        assert_eq!(end, "Thu 2026-11-26 00:00 +0545");
        let (start, end) = starts(Period::Week, at, "Asia/Kathmandu");
        assert_eq!(start, "Mon 2026-11-23 00:00 +0545");
        assert_eq!(end, "Mon 2026-11-30 00:00 +0545");
        let (start, end) = starts(Period::Month, at, "America/St_Johns");
        assert_eq!(start, "Sun 2026-11-01 00:00 -0230");
        assert_eq!(end, "Tue 2026-12-01 00:00 -0330");
        assert_eq!(Period::Total.window(at, Tz::UTC), Window::ALWAYS);
        assert_eq!(Window::ALWAYS.renews_at(), None);
    }

    #[test]
    fn every_instant_lies_in_its_window_and_windows_leave_no_gap() {
        for name in ["Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia"] {
            let zone = zone(name);
            for period in [Period::Day, Period::Week, Period::Month] {
                for at in (0..500).map(|n| 1_764_000_000_000 + n * 77_777_777) {
                    let window = period.window(at, zone);
                    assert!((window.start..window.end).contains(&at));
                    assert_eq!(period.window(window.start, zone), window);
                    assert_eq!(period.window(window.end - 1, zone), window);
                    assert_eq!(period.window(window.end, zone).start, window.end);
                }
            }
        }
    }
}
