//! Recording calls that took place elsewhere: check and charge in one step
//! (`product.md` §4). An event that comes again is known by its id.

use super::till::Till;
use super::writer::{Fate, Line};
use super::{CommitError, Metering, ReserveError};
use crate::domain::caps::CapUse;
use crate::domain::idempotency::{Fingerprint, IdempotencyHash, Remembered, Terms, Why};
use crate::domain::quota::Quota;
use crate::domain::usage::{Outcome, UsageRow};
use crate::domain::{AccountId, Millis, StoreError};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::time::Duration;

/// Codes of the envelope, for rows of the request log.
const API_USED_UP: i64 = 40_300;
const ALL_USED_UP: i64 = 40_301;

/// Milliseconds that an event waits for its twin: more than a commit takes.
const PATIENCE: u32 = 5_000;

/// What an event is known by if it comes again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventId {
    pub hash: IdempotencyHash,
    /// Of what the event says.
    pub fingerprint: Fingerprint,
}

/// A call that took place, or was refused by a rule and is only to be logged.
#[derive(Debug)]
pub struct Event {
    /// Charged if it succeeded.
    pub row: UsageRow,
    /// Without one, an event that comes again is another.
    pub id: Option<EventId>,
}

/// What became of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Recorded {
        request_id: String,
    },
    /// It was recorded before, as this call.
    Duplicate {
        request_id: String,
    },
    /// Another event has its id.
    Reused,
    /// Nothing is left of the API; `any_left` tells whether another has calls.
    Exhausted {
        quota: Quota,
        any_left: bool,
    },
    Capped(CapUse),
    /// Of a batch that broke off, it is not known to be recorded.
    Unrecorded,
    /// Over the ceiling of calls a second. No event is: it took place.
    TooFast {
        wait: Millis,
    },
}

/// Nothing was recorded.
#[derive(Debug, Clone, thiserror::Error)]
pub enum RecordError {
    #[error(transparent)]
    Commit(#[from] CommitError),
    #[error("{0}")]
    Store(String),
}

impl From<StoreError> for RecordError {
    fn from(error: StoreError) -> Self {
        Self::Store(error.to_string())
    }
}

type Slot = (AccountId, IdempotencyHash);

/// Events of which nobody knows yet whether they are recorded. One that finds no
/// calls left must know whether its twin is about to take the last one.
#[derive(Default)]
pub(super) struct UnderWay(Mutex<HashMap<Slot, usize>>);

impl UnderWay {
    fn enter(&self, slot: Slot) -> OnTheWay<'_> {
        *self.0.lock().entry(slot).or_default() += 1;
        OnTheWay { all: self, slot }
    }

    fn has(&self, slot: &Slot) -> bool {
        self.0.lock().contains_key(slot)
    }
}

/// Leaves when it is dropped.
struct OnTheWay<'a> {
    all: &'a UnderWay,
    slot: Slot,
}

impl Drop for OnTheWay<'_> {
    fn drop(&mut self) {
        let mut all = self.all.0.lock();
        if let Entry::Occupied(mut alike) = all.entry(self.slot) {
            *alike.get_mut() -= 1;
            if *alike.get() == 0 {
                alike.remove();
            }
        }
    }
}

/// Events by their place in the batch.
type Placed = Vec<(usize, Event)>;

/// Of events with the same id, the first is asked for; the others (place, place
/// of the first) are its twins.
fn apart(events: Vec<Event>) -> (Placed, Vec<(usize, usize)>) {
    let mut seen = HashMap::with_capacity(events.len());
    let mut asked = Vec::with_capacity(events.len());
    let mut twins = Vec::new();
    for (place, event) in events.into_iter().enumerate() {
        let first = event.id.map_or(place, |id| {
            *seen.entry((event.row.account, id.hash)).or_insert(place)
        });
        if first == place {
            asked.push((place, event));
        } else {
            twins.push((place, first));
        }
    }
    (asked, twins)
}

/// What became of the events of a batch that were asked for together.
struct Round {
    /// Place, fate, and the id of the call.
    fates: Vec<(usize, Fate, String)>,
    /// Those that found no call left.
    blocked: Vec<(usize, UsageRow, Verdict)>,
    /// Whether a call that was held came free.
    gave_back: bool,
}

/// An event on its way into the ledger, or out.
enum Step<'a> {
    /// It holds its call, or needs none.
    Line(Line, Option<OnTheWay<'a>>),
    Blocked(UsageRow, Verdict),
}

impl Metering {
    /// Records one event; when this answers, it is on disk.
    pub async fn record(&self, event: Event) -> Result<Verdict, RecordError> {
        self.till.record(event).await
    }

    /// Records events in one transaction. Answers a verdict for each, in their order.
    pub async fn record_all(&self, events: Vec<Event>) -> Result<Vec<Verdict>, RecordError> {
        self.till.record_all(events).await
    }
}

impl Till {
    pub(super) async fn record(&self, event: Event) -> Result<Verdict, RecordError> {
        let id = event.id;
        match self.step(event).await? {
            Step::Line(line, _on_the_way) => {
                let request_id = line.row.request_id.clone();
                let fate = self.writer.append(line).await?;
                Ok(verdict(fate, request_id, id))
            }
            Step::Blocked(row, verdict) => {
                if let Some(known) = self.known(&row, id).await? {
                    return Ok(known);
                }
                self.log(blocked_row(row, &verdict)).await?;
                Ok(verdict)
            }
        }
    }

    pub(super) async fn record_all(&self, events: Vec<Event>) -> Result<Vec<Verdict>, RecordError> {
        let ids: Vec<_> = events.iter().map(|event| event.id).collect();
        let mut verdicts: Vec<Option<Verdict>> = vec![None; events.len()];
        let (asked, twins) = apart(events);
        if let Err(error) = self.record_apart(asked, &ids, &mut verdicts).await {
            if verdicts.iter().all(Option::is_none) {
                return Err(error);
            }
            // What is on disk is charged, and must be said to be.
            tracing::error!(%error, "a batch was recorded in part");
        }
        for (place, first) in twins {
            let same = ids[place] == ids[first];
            verdicts[place] = verdicts[first].clone().map(|verdict| match verdict {
                _ if !same => Verdict::Reused,
                Verdict::Recorded { request_id } => Verdict::Duplicate { request_id },
                other => other,
            });
        }
        let verdicts = verdicts.into_iter();
        Ok(verdicts
            .map(|verdict| verdict.unwrap_or(Verdict::Unrecorded))
            .collect())
    }

    /// Records events of which no two have the same id, and puts down the verdict of
    /// each at its place as soon as it is certain.
    async fn record_apart(
        &self,
        mut asked: Placed,
        ids: &[Option<EventId>],
        verdicts: &mut [Option<Verdict>],
    ) -> Result<(), RecordError> {
        // Mostly one round. Events that come again give back the calls that they
        // held, and those that found none left ask once more.
        let blocked = loop {
            let round = self.round(asked).await?;
            for (place, fate, request_id) in round.fates {
                verdicts[place] = Some(verdict(fate, request_id, ids[place]));
            }
            if round.blocked.is_empty() || !round.gave_back {
                break round.blocked;
            }
            asked = round
                .blocked
                .into_iter()
                .map(|(place, row, _)| {
                    let id = ids[place];
                    (place, Event { row, id })
                })
                .collect();
        };
        let mut decided = Vec::with_capacity(blocked.len());
        let mut logged = Vec::new();
        for (place, row, verdict) in blocked {
            let known = self.known(&row, ids[place]).await?;
            if known.is_none() {
                logged.push(Line::of(blocked_row(row, &verdict)));
            }
            decided.push((place, known.unwrap_or(verdict)));
        }
        if !logged.is_empty() {
            self.writer.append_all(logged).await?;
        }
        for (place, verdict) in decided {
            verdicts[place] = Some(verdict);
        }
        Ok(())
    }

    /// Writes those that find a call left.
    async fn round(&self, asked: Placed) -> Result<Round, RecordError> {
        let mut lines = Vec::with_capacity(asked.len());
        let mut places = Vec::with_capacity(asked.len());
        let mut on_the_way = Vec::new();
        let mut blocked = Vec::new();
        for (place, event) in asked {
            match self.step(event).await? {
                Step::Line(line, guard) => {
                    places.push((place, line.row.request_id.clone()));
                    lines.push(line);
                    on_the_way.extend(guard);
                }
                Step::Blocked(row, verdict) => blocked.push((place, row, verdict)),
            }
        }
        let fates = if lines.is_empty() {
            Vec::new()
        } else {
            self.writer.append_all(lines).await?
        };
        // From here on nobody waits for this batch: batches cannot wait in a circle.
        drop(on_the_way);
        Ok(Round {
            gave_back: fates.iter().any(|fate| *fate != Fate::Written),
            fates: places
                .into_iter()
                .zip(fates)
                .map(|((place, request_id), fate)| (place, fate, request_id))
                .collect(),
            blocked,
        })
    }

    async fn step(&self, mut event: Event) -> Result<Step<'_>, RecordError> {
        let slot = |id: EventId| (event.row.account, id.hash);
        let on_the_way = event.id.map(|id| self.events.enter(slot(id)));
        let hold = if event.row.outcome == Outcome::Succeeded {
            match self.reserve(event.row.call()).await {
                Ok(hold) => {
                    event.row.burnt = Some(hold.reservation().grant);
                    Some(hold)
                }
                Err(ReserveError::Store(error)) => return Err(error.into()),
                Err(error) => return Ok(Step::Blocked(event.row, refused(error))),
            }
        } else {
            None
        };
        let terms = event.id.map(|id| Terms {
            first: Some(Remembered {
                account: event.row.account,
                hash: id.hash,
                fingerprint: id.fingerprint,
                days: self.key_days(),
                answer: None,
            }),
            settles: None,
        });
        let line = Line {
            row: event.row,
            hold,
            terms,
        };
        Ok(Step::Line(line, on_the_way))
    }

    /// Whether an event that finds no calls left was recorded before. Its twin may
    /// be on the way, with the last call in its hands: then it is waited for.
    async fn known(
        &self,
        row: &UsageRow,
        id: Option<EventId>,
    ) -> Result<Option<Verdict>, RecordError> {
        let Some(id) = id else { return Ok(None) };
        let slot = (row.account, id.hash);
        for _ in 0..PATIENCE {
            if !self.events.has(&slot) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let known = self.remembered(row.account, id.hash).await?;
        Ok(known.map(|known| again(Why::Known(known), Some(id))))
    }
}

impl Line {
    pub(super) const fn of(row: UsageRow) -> Self {
        Self {
            row,
            hold: None,
            terms: None,
        }
    }
}

/// A refusal as a verdict. A store that failed is none: whoever asks has seen to it.
pub(super) fn refused(error: ReserveError) -> Verdict {
    match error {
        ReserveError::Exhausted { quota, any_left } => Verdict::Exhausted { quota, any_left },
        ReserveError::Capped(cap) => Verdict::Capped(cap),
        ReserveError::TooFast { wait } => Verdict::TooFast { wait },
        ReserveError::Store(_) => Verdict::Reused,
    }
}

pub(super) fn blocked_row(row: UsageRow, verdict: &Verdict) -> UsageRow {
    let all = matches!(
        verdict,
        Verdict::Exhausted {
            any_left: false,
            quota,
        } if quota.remaining() == 0
    );
    UsageRow {
        outcome: Outcome::Blocked,
        code: if all { ALL_USED_UP } else { API_USED_UP },
        ..row
    }
}

fn verdict(fate: Fate, request_id: String, id: Option<EventId>) -> Verdict {
    match fate {
        Fate::Written => Verdict::Recorded { request_id },
        Fate::LeftOut(why) => again(why, id),
    }
}

fn again(why: Why, id: Option<EventId>) -> Verdict {
    match why {
        Why::Known(known) if id.is_some_and(|id| id.fingerprint == known.fingerprint) => {
            Verdict::Duplicate {
                request_id: known.request_id,
            }
        }
        Why::Known(_) | Why::Gone => Verdict::Reused,
    }
}
