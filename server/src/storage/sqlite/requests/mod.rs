//! The request log, read a page at a time out of a ledger of any length.
//!
//! **One index** (`usage_by_account`) is ordered as the pages are and holds
//! every column that a filter asks about. A page without a filter is one seek
//! and as many steps as it has rows, however deep it lies.
//!
//! **A filter** could make such a walk long: a key that was used once a month
//! lies among a million calls of others. Three more indexes know the calls of each
//! key, those that failed, and of these each code's ([`lanes`]); an index for every
//! filter would be paid for by every call. So the nearest calls are looked at first,
//! along the index that holds least beside what is asked for: [`NEAR`] of them, and
//! more of those that failed.
//!
//! For all else the roll-ups say how many calls of each key, project, API and
//! outcome fell into each quarter of an hour. So a page asks them which quarters
//! hold matches ([`windows`]), takes as many as it needs, and reads only these.
//!
//! At most [`BUDGET`] calls are looked at for a page. Then it says how far it came,
//! and its reader may search on from there. The same limit holds for a quarter of an
//! hour that is itself too long to be looked through.

mod lanes;
pub(super) mod statements;
mod windows;

use super::SqliteStore;
use crate::domain::requests::{
    BurntGrant, CallFilter, CallPage, CallQuery, Direction, LoggedCall, Place, Position, Rest,
};
use crate::domain::store::{RequestLog, Stored};
use crate::domain::usage::{Outcome, QUARTER_MS, quarter};
use crate::domain::{AccountId, ApiId, Millis, StoreError};
use async_trait::async_trait;
use lanes::Lane;
use serde_json::json;
use statements::Filters;
use std::cmp::Reverse;
use std::ops::Range;
use windows::{Window, Windows};

/// Calls that one page looks at to find its own.
pub(super) const BUDGET: i64 = 20_000;
/// Calls that it looks at before it asks the roll-ups where to look; at least a page.
const NEAR: i64 = 1_000;

#[derive(sqlx::FromRow)]
struct CallRow {
    id: i64,
    request_id: String,
    at: i64,
    api_id: i64,
    api_name: String,
    outcome: i64,
    code: i64,
    project_public_id: String,
    project_name: String,
    key_public_id: String,
    key_name: String,
    key_hint: String,
    end_user: Option<String>,
    latency_ms: i64,
    tokens: i64,
    grant_public_id: Option<String>,
    grant_free: bool,
    grant_reason: String,
}

impl TryFrom<CallRow> for LoggedCall {
    type Error = StoreError;

    fn try_from(row: CallRow) -> Result<Self, StoreError> {
        let outcome = Outcome::numbered(row.outcome)
            .ok_or_else(|| StoreError::Broken(format!("no outcome {}", row.outcome)))?;
        Ok(Self {
            row: row.id,
            request_id: row.request_id,
            at: row.at,
            api: ApiId(row.api_id),
            api_name: row.api_name,
            outcome,
            code: row.code,
            project_public_id: row.project_public_id,
            project_name: row.project_name,
            key_public_id: row.key_public_id,
            key_name: row.key_name,
            key_hint: row.key_hint,
            end_user: row.end_user,
            latency_ms: row.latency_ms,
            tokens: row.tokens,
            grant: row.grant_public_id.map(|public_id| BurntGrant {
                public_id,
                free: row.grant_free,
                reason: row.grant_reason,
            }),
        })
    }
}

#[async_trait]
impl RequestLog for SqliteStore {
    async fn calls(&self, query: &CallQuery) -> Stored<CallPage> {
        self.calls_within(query, BUDGET).await
    }

    async fn call(&self, account: AccountId, request_id: &str) -> Stored<Option<LoggedCall>> {
        let row: Option<CallRow> = sqlx::query_as(statements::ONE)
            .bind(account.0)
            .bind(request_id)
            .fetch_optional(&self.readers)
            .await?;
        row.map(LoggedCall::try_from).transpose()
    }
}

impl SqliteStore {
    /// A page for which so many calls are looked at, at most.
    pub(super) async fn calls_within(&self, query: &CallQuery, budget: i64) -> Stored<CallPage> {
        let Some(span) = self.span(query).await? else {
            return Ok(CallPage {
                calls: Vec::new(),
                rest: Rest::Nothing,
            });
        };
        let search = Search {
            store: self,
            direction: query.direction,
            filters: Filters::of(&query.filter),
            // One more than the page tells whether there is more.
            need: query.limit + 1,
            found: Vec::new(),
            span,
            position: query.position,
        };
        let (mut calls, stopped) = search.run(&query.filter, budget).await?;
        let rest = match stopped {
            _ if calls.len() > query.limit => Rest::More,
            Some(place) => Rest::Unread(place),
            None => Rest::Nothing,
        };
        calls.truncate(query.limit);
        Ok(CallPage { calls, rest })
    }

    /// The part of the filter's time in which the account has calls at all.
    async fn span(&self, query: &CallQuery) -> Stored<Option<Range<Millis>>> {
        let (oldest, newest): (Option<i64>, Option<i64>) = sqlx::query_as(statements::ENDS)
            .bind(query.filter.account.0)
            .fetch_one(&self.readers)
            .await?;
        let (Some(oldest), Some(newest)) = (oldest, newest) else {
            return Ok(None);
        };
        let from = query.filter.from.map_or(oldest, |from| from.max(oldest));
        let to = query.filter.to.map_or(newest + 1, |to| to.min(newest + 1));
        Ok((from < to).then_some(from..to))
    }
}

/// Where a search from a position enters a stretch. The index is entered there: a
/// bound that is only checked would let the walk begin far off.
fn entry(direction: Direction, from: Position, stretch: &Range<Millis>) -> Position {
    match direction {
        Direction::Older => from.min(Position::before(stretch.end)),
        Direction::Newer => from.max(Position::before(stretch.start)),
    }
}

/// A page on its way.
struct Search<'a> {
    store: &'a SqliteStore,
    direction: Direction,
    filters: Filters,
    need: usize,
    found: Vec<LoggedCall>,
    span: Range<Millis>,
    position: Option<Position>,
}

impl Search<'_> {
    /// The calls, and where the search stopped if that was before its end.
    async fn run(
        mut self,
        filter: &CallFilter,
        mut budget: i64,
    ) -> Stored<(Vec<LoggedCall>, Option<Place>)> {
        let mut from = self.position.unwrap_or(match self.direction {
            Direction::Older => Position::before(self.span.end),
            Direction::Newer => Position::before(self.span.start),
        });
        let span = self.span.clone();
        let page = i64::try_from(self.need).unwrap_or(i64::MAX);
        if !filter.is_narrow() {
            self.read(from, &span, page).await?;
            return Ok((self.found, None));
        }
        let near = NEAR.max(page);
        for lanes in lanes::rounds(self.store, filter).await? {
            let steps = match lanes.as_slice() {
                // Few at most accounts. Where they are many, the roll-ups know better.
                [Lane::Failed] | [Lane::Code(_), ..] => budget / 2,
                _ => near.min(budget / 4),
            };
            let steps = steps.max(1);
            let Some((end, id)) = self.look(&lanes, from, steps).await? else {
                return Ok((self.found, None));
            };
            budget -= steps;
            if budget <= 0 {
                return Ok((self.found, Some(Place::Call(id))));
            }
            from = end;
        }
        let account = self.filters.account;
        let mut windows =
            Windows::new(self.store, account, self.direction, &self.span, from).await?;
        while let Some(group) = self.group(&mut windows, budget).await? {
            let stretch = group.stretch(&self.span);
            if let [only] = group.0.as_slice() {
                self.read(from, &stretch, budget).await?;
                if self.found.len() < self.need && only.calls >= budget {
                    // Too long to be looked through at once.
                    let stopped = self.stopped(Lane::All, from, &stretch, budget).await?;
                    if let Some((_, id)) = stopped {
                        return Ok((self.found, Some(Place::Call(id))));
                    }
                }
            } else {
                self.read_all(from, &group).await?;
            }
            budget -= group.calls();
            if self.found.len() >= self.need {
                break;
            }
            if budget <= 0 {
                let (edge, end) = match self.direction {
                    Direction::Older => (stretch.start, self.span.start),
                    Direction::Newer => (stretch.end, self.span.end),
                };
                let stopped = (edge != end).then_some(Place::Instant(edge));
                return Ok((self.found, stopped));
            }
        }
        let stopped = windows
            .gave_up()
            .map(|quarter| Place::Instant(quarter * QUARTER_MS));
        Ok((self.found, stopped))
    }

    /// The next windows that hold what the page still needs, within the budget.
    async fn group(&self, windows: &mut Windows, budget: i64) -> Stored<Option<Group>> {
        let need = i64::try_from(self.need - self.found.len()).unwrap_or(i64::MAX);
        let mut group = Vec::new();
        let (mut matching, mut calls) = (0, 0);
        while matching < need && (group.is_empty() || calls < budget) {
            let Some(window) = windows
                .next(self.store, &self.filters, need - matching)
                .await?
            else {
                break;
            };
            if !group.is_empty() && calls + window.calls > budget {
                windows.put_back(window);
                break;
            }
            matching += window.matching;
            calls += window.calls;
            group.push(window);
        }
        Ok((!group.is_empty()).then_some(Group(group)))
    }

    /// Looks along the lanes from a position, over so many calls at most. Gives the
    /// call at which it stopped, if that was before the page was full or the log
    /// ended. Up to there, every match is found.
    async fn look(
        &mut self,
        lanes: &[Lane],
        from: Position,
        steps: i64,
    ) -> Stored<Option<(Position, String)>> {
        let share = i64::try_from(lanes.len()).map_or(1, |lanes| steps / lanes.max(1));
        let share = share.max(1);
        let mut found = Vec::new();
        let mut ends = Vec::new();
        for lane in lanes {
            let calls = self.walk(*lane, from, &self.span, share).await?;
            // What lies beyond a full page of one lane is on no page yet.
            if self.found.len() + calls.len() < self.need {
                ends.extend(self.stopped(*lane, from, &self.span, share).await?);
            }
            found.extend(calls);
        }
        let nearest = match self.direction {
            Direction::Older => ends.into_iter().max(),
            Direction::Newer => ends.into_iter().min(),
        };
        if let Some((end, _)) = &nearest {
            found.retain(|call: &LoggedCall| match self.direction {
                Direction::Older => call.position() >= *end,
                Direction::Newer => call.position() <= *end,
            });
        }
        match self.direction {
            Direction::Older => found.sort_by_key(|call| Reverse(call.position())),
            Direction::Newer => found.sort_by_key(LoggedCall::position),
        }
        found.truncate(self.need - self.found.len());
        self.found.extend(found);
        Ok(nearest.filter(|_| self.found.len() < self.need))
    }

    /// Reads on from a position in order, over so many calls at most.
    async fn read(&mut self, from: Position, stretch: &Range<Millis>, steps: i64) -> Stored<()> {
        let calls = self.walk(Lane::All, from, stretch, steps).await?;
        self.found.extend(calls);
        Ok(())
    }

    /// What matches among so many calls of a lane, up to a page of it.
    async fn walk(
        &self,
        lane: Lane,
        from: Position,
        stretch: &Range<Millis>,
        steps: i64,
    ) -> Stored<Vec<LoggedCall>> {
        let from = entry(self.direction, from, stretch);
        let mut query = self
            .filters
            .bind(sqlx::query_as(lane.walk(self.direction).calls))
            .bind(from.at)
            .bind(from.row)
            .bind(stretch.start)
            .bind(stretch.end)
            .bind(steps)
            .bind(self.missing());
        if let Some(value) = lane.value() {
            query = query.bind(value);
        }
        let rows: Vec<CallRow> = query.fetch_all(&self.store.readers).await?;
        rows.into_iter().map(LoggedCall::try_from).collect()
    }

    /// Reads several windows that lie apart.
    async fn read_all(&mut self, from: Position, group: &Group) -> Stored<()> {
        let statement = match self.direction {
            Direction::Older => statements::OLDER_APART,
            Direction::Newer => statements::NEWER_APART,
        };
        let ranges: Vec<[i64; 2]> = group
            .0
            .iter()
            .map(|window| clipped(window.quarter, &self.span))
            .map(|range| [range.start, range.end])
            .collect();
        let rows: Vec<CallRow> = self
            .filters
            .bind(sqlx::query_as(statement))
            .bind(from.at)
            .bind(from.row)
            .bind(json!(ranges).to_string())
            .bind(self.missing())
            .fetch_all(&self.store.readers)
            .await?;
        for row in rows {
            self.found.push(row.try_into()?);
        }
        Ok(())
    }

    /// The last call of a lane that a search over so many calls came to; nothing if there
    /// were fewer.
    async fn stopped(
        &self,
        lane: Lane,
        from: Position,
        stretch: &Range<Millis>,
        steps: i64,
    ) -> Stored<Option<(Position, String)>> {
        let from = entry(self.direction, from, stretch);
        let mut query = sqlx::query_as(lane.walk(self.direction).end)
            .bind(self.filters.account)
            .bind(from.at)
            .bind(from.row)
            .bind(stretch.start)
            .bind(stretch.end)
            .bind(steps - 1);
        if let Some(value) = lane.value() {
            query = query.bind(value);
        }
        let row: Option<(i64, i64, String)> = query.fetch_optional(&self.store.readers).await?;
        Ok(row.map(|(at, row, request_id)| (Position { at, row }, request_id)))
    }

    fn missing(&self) -> i64 {
        i64::try_from(self.need - self.found.len()).unwrap_or(i64::MAX)
    }
}

/// Windows that are read together, in the search's order. Never empty.
struct Group(Vec<Window>);

impl Group {
    fn calls(&self) -> i64 {
        self.0.iter().map(|window| window.calls).sum()
    }

    /// From the first window to the last.
    fn stretch(&self, span: &Range<Millis>) -> Range<Millis> {
        let quarters = self.0.iter().map(|window| window.quarter);
        let first = quarters.clone().min().map(|first| clipped(first, span));
        let last = quarters.max().map(|last| clipped(last, span));
        first.map_or(0, |first| first.start)..last.map_or(0, |last| last.end)
    }
}

/// The part of a quarter of an hour that lies in the span.
fn clipped(quarter: i64, span: &Range<Millis>) -> Range<Millis> {
    let start = quarter * QUARTER_MS;
    start.max(span.start)..(start + QUARTER_MS).min(span.end)
}

/// The quarters that a span touches.
fn quarters(span: &Range<Millis>) -> Range<i64> {
    quarter(span.start)..quarter(span.end - 1) + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_enters_a_stretch_that_is_far_off_at_its_edge_and_one_around_it_where_it_is() {
        let stretch = 1_000..2_000;
        let at = |at| Position { at, row: 7 };
        for (direction, from, entered) in [
            (Direction::Older, at(9_000), Position::before(2_000)),
            (Direction::Older, at(1_500), at(1_500)),
            (Direction::Newer, at(10), Position::before(1_000)),
            (Direction::Newer, at(1_500), at(1_500)),
        ] {
            assert_eq!(entry(direction, from, &stretch), entered, "{direction:?}");
        }
    }
}
