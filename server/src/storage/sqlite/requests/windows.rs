//! Which quarters of an hour hold calls that match a filter, by the roll-ups:
//! those by day tell which days are worth looking at, those by quarter hour
//! where in the day.

use super::statements::{self, Filters};
use super::{SqliteStore, quarters};
use crate::domain::requests::{Direction, Position};
use crate::domain::store::Stored;
use crate::domain::usage::quarter;
use crate::domain::{Millis, zones};
use chrono::NaiveDate;
use chrono_tz::Tz;
use serde_json::json;
use std::collections::VecDeque;
use std::ops::Range;

/// Days that are asked for at once.
const DAYS: i64 = 64;
/// Roll-ups that are looked for in one step, and in one search: about.
const STEP: i64 = 6_000;
const MOST: i64 = 30_000;
/// Quarter hours of a day.
const DAY: i64 = 96;

/// A quarter of an hour that holds matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    pub quarter: i64,
    /// All calls of the account in it.
    pub calls: i64,
    /// Those that match; more than there are, if the filter has a code.
    pub matching: i64,
}

/// The windows of a search, in its order.
pub(super) struct Windows {
    direction: Direction,
    /// What was not looked at yet.
    left: Range<i64>,
    /// Days in `left` that hold matches, as far as they were asked for: with how
    /// many matches and roll-ups.
    days: VecDeque<(i64, i64, i64)>,
    /// Days that were not asked for yet.
    days_left: Range<i64>,
    ready: VecDeque<Window>,
    looked_at: i64,
    /// The zone that days are cut in.
    zone: Tz,
}

impl Windows {
    pub(super) async fn new(
        store: &SqliteStore,
        account: i64,
        direction: Direction,
        span: &Range<Millis>,
        from: Position,
    ) -> Stored<Self> {
        let zone: Option<(String,)> = sqlx::query_as(statements::ZONE)
            .bind(account)
            .fetch_optional(&store.readers)
            .await?;
        let zone = zones::zone(zone.as_ref().map_or("", |(zone,)| zone));
        let all = quarters(span);
        let left = match direction {
            // Before the first call of an instant lies the instant before it.
            Direction::Older if from.row == 0 => all.start..all.end.min(quarter(from.at - 1) + 1),
            Direction::Older => all.start..all.end.min(quarter(from.at) + 1),
            Direction::Newer => all.start.max(quarter(from.at))..all.end,
        };
        // A day more on both sides holds the local date of every zone.
        let days_left = left.start.div_euclid(DAY) - 1..left.end.div_euclid(DAY) + 2;
        Ok(Self {
            direction,
            left,
            days: VecDeque::new(),
            days_left,
            ready: VecDeque::new(),
            looked_at: 0,
            zone,
        })
    }

    pub(super) fn put_back(&mut self, window: Window) {
        self.ready.push_front(window);
    }

    /// The next window; `need` is how many matches the search still wants.
    pub(super) async fn next(
        &mut self,
        store: &SqliteStore,
        filters: &Filters,
        need: i64,
    ) -> Stored<Option<Window>> {
        while self.ready.is_empty() && !self.left.is_empty() && self.looked_at < MOST {
            self.step(store, filters, need).await?;
        }
        Ok(self.ready.pop_front())
    }

    /// The quarter hour at which the search gave up, if it did.
    pub(super) fn gave_up(&self) -> Option<i64> {
        let more = !self.days.is_empty() || !self.days_left.is_empty();
        (more && !self.left.is_empty()).then_some(match self.direction {
            Direction::Older => self.left.end,
            Direction::Newer => self.left.start,
        })
    }

    async fn step(&mut self, store: &SqliteStore, filters: &Filters, need: i64) -> Stored<()> {
        if self.days.is_empty() {
            self.ask_for_days(store, filters).await?;
        }
        let (mut matching, mut rollups) = (0, 0);
        let mut parts: Vec<[i64; 3]> = Vec::new();
        while matching < need && rollups < STEP {
            let Some((day, calls, of_day)) = self.days.pop_front() else {
                break;
            };
            let quarters = self.quarters_of(day);
            let quarters = quarters.start.max(self.left.start)..quarters.end.min(self.left.end);
            if quarters.is_empty() {
                continue;
            }
            match self.direction {
                Direction::Older => self.left.end = quarters.start,
                Direction::Newer => self.left.start = quarters.end,
            }
            matching += calls;
            rollups += of_day * DAY;
            parts.push([day, quarters.start, quarters.end]);
        }
        if parts.is_empty() {
            if self.days.is_empty() && self.days_left.is_empty() {
                self.left = self.left.end..self.left.end;
            }
            return Ok(());
        }
        self.looked_at += rollups;
        let statement = match self.direction {
            Direction::Older => statements::OLDER_WINDOWS,
            Direction::Newer => statements::NEWER_WINDOWS,
        };
        let rows: Vec<(i64, i64, i64)> = filters
            .bind(sqlx::query_as(statement))
            .bind(json!(parts).to_string())
            .fetch_all(&store.readers)
            .await?;
        self.ready
            .extend(rows.into_iter().map(|(quarter, calls, matching)| Window {
                quarter,
                calls,
                matching,
            }));
        Ok(())
    }

    /// The quarter hours of a local date, given as days since 1970-01-01.
    fn quarters_of(&self, day: i64) -> Range<i64> {
        let start = |day: i64| {
            let date = i32::try_from(day)
                .ok()
                .and_then(NaiveDate::from_epoch_days)
                .unwrap_or_default();
            quarter(zones::start_of_day(date, self.zone))
        };
        start(day)..start(day + 1)
    }

    async fn ask_for_days(&mut self, store: &SqliteStore, filters: &Filters) -> Stored<()> {
        let statement = match self.direction {
            Direction::Older => statements::OLDER_DAYS,
            Direction::Newer => statements::NEWER_DAYS,
        };
        let days: Vec<(i64, i64, i64)> = filters
            .bind(sqlx::query_as(statement))
            .bind(self.days_left.start)
            .bind(self.days_left.end)
            .bind(DAYS)
            .fetch_all(&store.readers)
            .await?;
        let cut_off = i64::try_from(days.len()).is_ok_and(|days| days == DAYS);
        let last = days.last().map(|(day, ..)| *day).filter(|_| cut_off);
        self.days_left = match (self.direction, last) {
            (Direction::Older, Some(last)) => self.days_left.start..last,
            (Direction::Newer, Some(last)) => last + 1..self.days_left.end,
            (_, None) => self.days_left.end..self.days_left.end,
        };
        self.days.extend(days);
        Ok(())
    }
}
