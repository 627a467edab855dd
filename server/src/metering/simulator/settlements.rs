//! How calls that services hold end: settled, again and otherwise, late, under
//! faults, and in a race with their time limit.

use super::disk::Fault;
use super::faults::Told;
use super::model::{Booked, Holding};
use super::{DAY, Simulation};
use crate::domain::Millis;
use crate::domain::idempotency::{IdempotencyHash, Known, NO_ACCOUNT, Purpose};
use crate::domain::usage::Outcome;
use crate::metering::{Settled, SettledCall, Settlement, Unsettled};
use std::sync::Arc;

type Answer = Result<SettledCall, Unsettled>;

/// What a settlement must be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Now(Settled),
    /// As it was settled before.
    Before(Settled),
    Otherwise,
    Unknown,
}

fn failed(answer: Answer) -> Result<Answer, ()> {
    match answer {
        Err(Unsettled::Failed(_)) => Err(()),
        other => Ok(other),
    }
}

impl Booked {
    /// Whether it may be settled now. The windows of caps are not known for ever:
    /// one that holds nothing any more is told in time, or not at all.
    fn can_be_settled(&self, now: Millis) -> bool {
        let in_time = self.call.at > now - 3 * DAY;
        !self.id.is_empty() && (in_time || self.held.is_some() || !self.on_disk)
    }
}

impl Simulation {
    fn settlement(&mut self) -> Settlement {
        Settlement {
            outcome: if self.world.one_in(3) {
                Outcome::UpstreamFailed
            } else {
                Outcome::Succeeded
            },
            code: 0,
            tokens: self.world.one_in(4).then_some(7),
            latency_ms: 1,
        }
    }

    /// One that can be settled, or was.
    fn some_booked(&mut self) -> Option<usize> {
        let now = self.now();
        let booked = self.model.booked.iter().enumerate();
        let places: Vec<usize> = booked
            .filter(|(_, booked)| booked.can_be_settled(now))
            .map(|(place, _)| place)
            .collect();
        (!places.is_empty()).then(|| places[self.world.below(places.len())])
    }

    pub(super) async fn settle_for_service(&mut self) {
        let Some(place) = self.some_booked() else {
            return;
        };
        let how = match self.model.booked[place].settled {
            // A retry, mostly.
            Some((before, _)) if !self.world.one_in(4) => before,
            _ => self.settlement(),
        };
        let booked = self.model.booked[place].clone();
        let hash = IdempotencyHash::of(Purpose::Settle, &[&booked.id]);
        let known = self.known(NO_ACCOUNT, hash).await;
        let (wanted, holding) = self.wanted(place, how, known.as_ref());
        let is_write = booked.in_book || matches!(wanted, Wanted::Now(_));
        let racing = is_write && self.world.one_in(4);
        if racing {
            let answers = self.settle_in_race(place, &booked.id, how).await;
            for answer in &answers {
                assert_answer(answer, wanted, known.as_ref());
            }
            self.settled(place, how, wanted, holding);
            return;
        }
        let fault = self.world.some_fault();
        let service = Arc::clone(&self.life.reservations);
        let id = booked.id.clone();
        let told = self
            .under(fault, async move {
                failed(service.settle(&id, |_| true, how).await)
            })
            .await;
        if let Told::Done(answer) = &told {
            assert!(fault.is_none() || !is_write);
            assert_answer(answer, wanted, known.as_ref());
            self.settled(place, how, wanted, holding);
        } else {
            assert!(is_write);
            self.badly_settled(place, how, wanted, holding, fault.unwrap());
        }
        self.crash_if_died(told).await;
    }

    /// What must be answered, and what the call is charged to.
    fn wanted(
        &mut self,
        place: usize,
        how: Settlement,
        known: Option<&Known>,
    ) -> (Wanted, Option<Holding>) {
        let booked = self.model.booked[place].clone();
        let before = || match (known, booked.settled) {
            (Some(_), Some((before, status))) if before == how => Wanted::Before(status),
            (Some(_), _) => Wanted::Otherwise,
            (None, _) => Wanted::Unknown,
        };
        if !booked.in_book && !booked.on_disk {
            return (before(), None);
        }
        let mut holding = booked.held;
        if how.outcome == Outcome::Succeeded && holding.is_none() {
            holding = self.model.reserve(booked.call, self.now()).1;
        }
        if !booked.on_disk {
            return (before(), holding);
        }
        let status = match (how.outcome, holding) {
            (Outcome::Succeeded, Some(_)) => Settled::Charged,
            (Outcome::Succeeded, None) => Settled::Overage,
            _ => Settled::Released,
        };
        (Wanted::Now(status), holding)
    }

    /// It is on disk, and the process knows.
    fn settled(&mut self, place: usize, how: Settlement, wanted: Wanted, holding: Option<Holding>) {
        self.write_settlement(place, how, wanted);
        let booked = &mut self.model.booked[place];
        booked.in_book = false;
        booked.held = None;
        if let Some(holding) = holding {
            let charged = wanted == Wanted::Now(Settled::Charged);
            self.model.settle(holding, charged);
            self.tally.charged += usize::from(charged);
        }
        self.tally.settled += usize::from(matches!(wanted, Wanted::Now(_)));
        self.tally.overage += usize::from(wanted == Wanted::Now(Settled::Overage));
    }

    fn write_settlement(&mut self, place: usize, how: Settlement, wanted: Wanted) {
        let Wanted::Now(status) = wanted else {
            return;
        };
        let now = self.now();
        let booked = &mut self.model.booked[place];
        booked.on_disk = false;
        booked.settled = Some((how, status));
        let hash = IdempotencyHash::of(Purpose::Settle, &[&booked.id]);
        self.model.used((NO_ACCOUNT, hash), how.fingerprint(), now);
    }

    /// Its commit failed. Also if it is on disk, the call goes on being held until
    /// somebody asks again, or its time is over.
    fn badly_settled(
        &mut self,
        place: usize,
        how: Settlement,
        wanted: Wanted,
        holding: Option<Holding>,
        fault: Fault,
    ) {
        if fault.writes() {
            self.write_settlement(place, how, wanted);
            if let (Wanted::Now(Settled::Charged), Some(holding)) = (wanted, holding) {
                self.model.charge(holding);
            }
        }
        let booked = &mut self.model.booked[place];
        if booked.in_book {
            booked.held = holding;
        } else if let Some(holding) = holding {
            self.model.settle(holding, false);
        }
    }

    /// Twice at once, in a slow commit, while its time may be over.
    async fn settle_in_race(&mut self, place: usize, id: &str, how: Settlement) -> Vec<Answer> {
        *self.disk.slow.lock() = u32::try_from(self.world.below(4)).unwrap();
        let racing: Vec<_> = (0..2)
            .map(|_| {
                let service = Arc::clone(&self.life.reservations);
                let id = id.to_owned();
                tokio::spawn(async move { service.settle(&id, |_| true, how).await })
            })
            .collect();
        // Until both have taken what they need.
        for _ in 0..4 {
            tokio::task::yield_now().await;
        }
        let now = self.now();
        let due = self.model.due(now, Some(place));
        let lapsed = self.life.reservations.lapse().await;
        assert_eq!(lapsed, due.len());
        self.model.lapse_on_disk(&due, now);
        self.model.lapse_in_memory(&due);
        let mut answers = Vec::new();
        for task in racing {
            answers.push(task.await.unwrap());
        }
        *self.disk.slow.lock() = 0;
        self.saw(&answers);
        answers
    }
}

fn assert_answer(answer: &Answer, wanted: Wanted, known: Option<&Known>) {
    let as_it_must = match (answer, wanted) {
        (Ok(settled), Wanted::Now(status)) => settled.status == status,
        (Ok(settled), Wanted::Before(status)) => {
            settled.status == status && settled.request_id == known.unwrap().request_id
        }
        (Err(Unsettled::Otherwise), Wanted::Otherwise)
        | (Err(Unsettled::Unknown), Wanted::Unknown) => true,
        _ => false,
    };
    assert!(as_it_must, "{answer:?}, but {wanted:?}, {known:?}");
}
