//! What comes again under an id or a key: events that services record, and calls
//! through the gateway with an `Idempotency-Key`.

use super::Simulation;
use super::faults::Told;
use super::model::{Holding, Verdict as Decided};
use crate::domain::AccountId;
use crate::domain::idempotency::{
    Fingerprint, IdempotencyHash, KeptAnswer, Known, Purpose, Remembered,
};
use crate::domain::usage::{Outcome, UsageRow};
use crate::metering::{Event, EventId, Verdict};
use std::sync::Arc;

impl Simulation {
    /// One of few, so that it comes again.
    pub(super) fn some_key(&mut self, purpose: Purpose) -> (IdempotencyHash, Fingerprint) {
        let name = self.world.below(4).to_string();
        let said = i64::from(self.world.one_in(8));
        (IdempotencyHash::of(purpose, &[&name]), Fingerprint(said))
    }

    async fn event(&mut self) -> Option<Event> {
        let call = self.call().await?;
        let mut row = self.row(call);
        if self.world.one_in(6) {
            row.outcome = Outcome::UpstreamFailed;
        }
        let id = (!self.world.one_in(4)).then(|| self.event_id());
        Some(Event { row, id })
    }

    fn event_id(&mut self) -> EventId {
        let (hash, fingerprint) = self.some_key(Purpose::Event);
        EventId { hash, fingerprint }
    }

    async fn known_event(&mut self, event: &Event) -> Option<Known> {
        let id = event.id?;
        self.known(event.row.account, id.hash).await
    }

    /// What the model says of an event that is not known.
    fn decided(&mut self, row: &UsageRow) -> (Decided, Option<Holding>) {
        if row.outcome == Outcome::Succeeded {
            self.model.reserve(row.call(), self.now())
        } else {
            (Decided::Held, None)
        }
    }

    /// It was written, or was not.
    fn event_landed(&mut self, event: &Event, holding: Option<Holding>, written: bool) {
        if let Some(holding) = holding {
            self.model.settle(holding, written);
            self.tally.charged += usize::from(written);
        }
        if let Some(id) = event.id.filter(|_| written) {
            let now = self.now();
            self.model
                .used((event.row.account, id.hash), id.fingerprint, now);
        }
    }

    pub(super) async fn record(&mut self) {
        let Some(event) = self.event().await else {
            return;
        };
        let copy = Event {
            row: event.row.clone(),
            id: event.id,
        };
        let known = self.known_event(&event).await;
        let (decided, holding) = self.decided(&event.row);
        let fault = self.world.some_fault();
        let till = Arc::clone(&self.life.till);
        let told = self
            .under(fault, async move { till.record(copy).await })
            .await;
        let passes = known.is_none() && decided == Decided::Held;
        let written = if let Told::Done(verdict) = &told {
            assert_verdict(verdict, &event, known.as_ref(), &decided);
            if known.is_none() {
                self.acknowledged.push(event.row.request_id.clone());
            }
            passes
        } else {
            let there = self.disk.state.lock().has(&event.row.request_id);
            assert_eq!(there, known.is_none() && fault.unwrap().writes());
            there && passes
        };
        self.event_landed(&event, holding, written);
        self.crash_if_died(told).await;
    }

    /// Several in one transaction, some of them alike.
    pub(super) async fn record_batch(&mut self) {
        let mut events = Vec::new();
        for _ in 0..=self.world.below(6) {
            events.extend(self.event().await);
        }
        let mut known = Vec::new();
        for event in &events {
            known.push(self.known_event(event).await);
        }
        let fault = self.world.some_fault();
        let (till, copies) = (Arc::clone(&self.life.till), copies(&events));
        // The first round is decided before anything is written: in the process and
        // here at the same state of things.
        let slot = |event: &Event| event.id.map(|id| (event.row.account, id.hash));
        let first_of = |place: usize| {
            let alike =
                |other: &Event| slot(other).is_some() && slot(other) == slot(&events[place]);
            events.iter().position(alike).unwrap_or(place)
        };
        let mut asked: Vec<usize> = (0..events.len())
            .filter(|place| first_of(*place) == *place)
            .collect();
        let told = {
            let rounds = async move { till.record_all(copies).await };
            // Nothing of it has run yet.
            self.under(fault, rounds).await
        };
        let verdicts = match &told {
            Told::Done(verdicts) => Some(verdicts.clone()),
            _ => None,
        };
        loop {
            let mut held = Vec::new();
            let mut blocked = Vec::new();
            for place in asked {
                match self.decided(&events[place].row) {
                    (Decided::Held, holding) => held.push((place, holding)),
                    (decided, _) => blocked.push((place, decided)),
                }
            }
            let gave_back = held.iter().any(|(place, _)| known[*place].is_some());
            for (place, holding) in held {
                let (event, known) = (&events[place], known[place].as_ref());
                let id = &event.row.request_id;
                let there = self.disk.state.lock().has(id);
                if let Some(verdicts) = &verdicts {
                    assert_verdict(&verdicts[place], event, known, &Decided::Held);
                    assert_eq!(there, known.is_none());
                    if there {
                        self.acknowledged.push(id.clone());
                    }
                } else {
                    assert_eq!(there, known.is_none() && fault.unwrap().writes());
                }
                self.event_landed(event, holding, there);
            }
            let last = blocked.is_empty() || !gave_back;
            if let Some(verdicts) = verdicts.as_ref().filter(|_| last) {
                for (place, decided) in &blocked {
                    let (event, known) = (&events[*place], known[*place].as_ref());
                    assert_verdict(&verdicts[*place], event, known, decided);
                }
            }
            if last || verdicts.is_none() {
                break;
            }
            asked = blocked.into_iter().map(|(place, _)| place).collect();
        }
        for (place, verdict) in verdicts.iter().flatten().enumerate() {
            let first = first_of(place);
            if first != place {
                let wanted = match &verdicts.as_ref().unwrap()[first] {
                    _ if events[first].id != events[place].id => Verdict::Reused,
                    Verdict::Recorded { request_id } => Verdict::Duplicate {
                        request_id: request_id.clone(),
                    },
                    other => other.clone(),
                };
                assert_eq!(*verdict, wanted, "a twin");
            }
        }
        self.crash_if_died(told).await;
    }

    /// The same event several times at once, in a slow commit: one is recorded, and
    /// none is told that nothing is left.
    pub(super) async fn racing_events(&mut self) {
        let Some(mut event) = self.event().await else {
            return;
        };
        event.id = Some(self.event_id());
        let known = self.known_event(&event).await;
        let (decided, holding) = self.decided(&event.row);
        *self.disk.slow.lock() = u32::try_from(self.world.below(4)).unwrap();
        let mut racing = Vec::new();
        for _ in 0..3 {
            let row = UsageRow {
                request_id: self.row(event.row.call()).request_id,
                ..event.row.clone()
            };
            let (till, id) = (Arc::clone(&self.life.till), event.id);
            racing.push(tokio::spawn(async move {
                let request_id = row.request_id.clone();
                (till.record(Event { row, id }).await.unwrap(), request_id)
            }));
        }
        let mut recorded = Vec::new();
        let mut others = Vec::new();
        for task in racing {
            let (verdict, request_id) = task.await.unwrap();
            self.saw(&(&verdict, &request_id));
            match verdict {
                Verdict::Recorded { .. } => recorded.push(request_id),
                other => others.push(other),
            }
        }
        *self.disk.slow.lock() = 0;
        let passes = known.is_none() && decided == Decided::Held;
        assert_eq!(recorded.len(), usize::from(passes), "{event:?}");
        for other in &others {
            if let Some(first) = recorded.first() {
                let request_id = first.clone();
                assert_eq!(*other, Verdict::Duplicate { request_id });
            } else {
                assert_verdict(other, &event, known.as_ref(), &decided);
            }
        }
        self.acknowledged.extend(recorded);
        self.event_landed(&event, holding, passes);
    }

    /// A call through the gateway under a key, at the point where it is charged.
    pub(super) async fn keyed_call(&mut self) {
        let Some(call) = self.call().await else {
            return;
        };
        let (hash, fingerprint) = self.some_key(Purpose::Call);
        let known = self.known(call.account, hash).await;
        let (decided, holding) = self.model.reserve(call, self.now());
        let answer = self.life.till.reserve(call).await;
        assert_eq!(answer.is_ok(), decided == Decided::Held);
        let (Ok(hold), Some(holding)) = (answer, holding) else {
            return;
        };
        let row = self.row(call);
        let id = row.request_id.clone();
        let first = self.remembered(call.account, hash, fingerprint, &id);
        let fault = self.world.some_fault();
        let till = Arc::clone(&self.life.till);
        let told = self
            .under(
                fault,
                async move { till.charge_first(hold, row, first).await },
            )
            .await;
        let written = if let Told::Done(found) = &told {
            assert_eq!(*found, known);
            if known.is_none() {
                self.acknowledged.push(id.clone());
            }
            known.is_none()
        } else {
            known.is_none() && fault.unwrap().writes()
        };
        assert_eq!(self.disk.state.lock().has(&id), written);
        self.model.settle(holding, written);
        if written {
            self.tally.charged += 1;
            let now = self.now();
            self.model.used((call.account, hash), fingerprint, now);
        }
        self.crash_if_died(told).await;
    }

    fn remembered(
        &self,
        account: AccountId,
        hash: IdempotencyHash,
        fingerprint: Fingerprint,
        answer: &str,
    ) -> Remembered {
        Remembered {
            account,
            hash,
            fingerprint,
            days: self.life.till.key_days(),
            answer: Some(KeptAnswer {
                status: 200,
                body: Some(format!("the answer of {answer}")),
            }),
        }
    }
}

fn copies(events: &[Event]) -> Vec<Event> {
    let copy = |event: &Event| Event {
        row: event.row.clone(),
        id: event.id,
    };
    events.iter().map(copy).collect()
}

fn assert_verdict(verdict: &Verdict, event: &Event, known: Option<&Known>, decided: &Decided) {
    let as_it_must = match (verdict, known, decided) {
        (Verdict::Duplicate { request_id }, Some(known), _) => {
            *request_id == known.request_id
                && event.id.map(|id| id.fingerprint) == Some(known.fingerprint)
        }
        (Verdict::Reused, Some(known), _) => {
            event.id.map(|id| id.fingerprint) != Some(known.fingerprint)
        }
        (Verdict::Recorded { request_id }, None, Decided::Held) => {
            *request_id == event.row.request_id
        }
        (Verdict::Exhausted { .. }, None, Decided::Exhausted)
        | (Verdict::Capped(_), None, Decided::Capped) => true,
        _ => false,
    };
    assert!(
        as_it_must,
        "{verdict:?}, but {known:?}, {decided:?}: {event:?}"
    );
}
