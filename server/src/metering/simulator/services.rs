//! Calls that services hold: made, lapsed at their time, forgotten.

use super::disk::Fault;
use super::faults::Told;
use super::model::{Booked, Holding, Verdict as Decided};
use super::{HOUR, PACING, Simulation};
use crate::domain::idempotency::{Known, Purpose};
use crate::domain::quota::Call;
use crate::metering::{AskedReservation, Reserved, Unreserved, Verdict};
use std::sync::Arc;

type Answer = Result<Reserved, Unreserved>;

fn failed(answer: Answer) -> Result<Answer, ()> {
    match answer {
        Err(Unreserved::Failed(_)) => Err(()),
        other => Ok(other),
    }
}

impl Simulation {
    async fn asked(&mut self, with_key: bool) -> Option<AskedReservation> {
        let call = self.call().await?;
        Some(AskedReservation {
            call,
            tokens: 1,
            end_user: None,
            expires_at: self.now() + self.world.number(1, 4 * HOUR),
            key: with_key.then(|| self.some_key(Purpose::Reserve)),
        })
    }

    fn booked(&mut self, id: String, asked: &AskedReservation, holding: Holding) {
        self.model.booked.push(Booked {
            id,
            call: asked.call,
            given: holding.given,
            expires_at: asked.expires_at,
            held: Some(holding),
            in_book: true,
            on_disk: true,
            lapsed_at: None,
            settled: None,
        });
        if let Some((hash, fingerprint)) = asked.key {
            let now = self.now();
            self.model
                .used((asked.call.account, hash), fingerprint, now);
        }
    }

    async fn known_reservation(&mut self, asked: &AskedReservation) -> Option<Known> {
        let (hash, _) = asked.key?;
        self.known(asked.call.account, hash).await
    }

    pub(super) async fn reserve_for_service(&mut self) {
        let with_key = !self.world.one_in(3);
        let Some(asked) = self.asked(with_key).await else {
            return;
        };
        let known = self.known_reservation(&asked).await;
        let decided = self.decided_unless(known.as_ref(), asked.call);
        let fault = self.world.some_fault();
        let (service, copy) = (Arc::clone(&self.life.reservations), asked.clone());
        let told = self
            .under(fault, async move { failed(service.reserve(copy).await) })
            .await;
        match (&told, decided) {
            (Told::Done(answer), decided) => {
                assert_answer(answer, &asked, known.as_ref(), decided.as_ref());
                if let (Ok(made), Some((Decided::Held, Some(holding)))) = (answer, decided) {
                    self.tally.reservations += 1;
                    self.booked(made.reservation.clone(), &asked, holding);
                }
            }
            (_, Some((Decided::Held, Some(holding)))) => {
                let made = self.made_in_secret();
                assert_eq!(made.is_some(), fault.unwrap().writes());
                if let Some(id) = made {
                    self.booked(id, &asked, holding);
                } else {
                    self.model.settle(holding, false);
                }
            }
            // Its row in the log could not be written.
            (_, decided) => assert!(decided.is_some() && fault.is_some()),
        }
        self.crash_if_died(told).await;
    }

    fn decided_unless(
        &mut self,
        known: Option<&Known>,
        call: Call,
    ) -> Option<(Decided, Option<Holding>)> {
        if known.is_some() {
            return None;
        }
        Some(self.decided_at_pace(call))
    }

    fn decided_at_pace(&mut self, call: Call) -> (Decided, Option<Holding>) {
        let (verdict, holding, _) = self.model.reserve_paced(call, PACING, self.now());
        (verdict, holding)
    }

    /// The id of a reservation that is on disk, and of which nobody was told.
    fn made_in_secret(&self) -> Option<String> {
        let told: Vec<&str> = self.model.booked.iter().map(|it| it.id.as_str()).collect();
        let state = self.disk.state.lock();
        state.another_reservation(&told).map(|call| call.public_id)
    }

    /// The commit fails, and whether it is there cannot be asked: what may be held is
    /// held until its time is over.
    pub(super) async fn reserve_blindly(&mut self) {
        let Some(asked) = self.asked(false).await else {
            return;
        };
        // What is read from here on is not the account.
        self.compare_one(asked.call.account, false).await;
        let decided = self.decided_at_pace(asked.call);
        let fault = [Fault::Fails, Fault::Lies][self.world.below(2)];
        *self.disk.unreadable.lock() = true;
        let (service, copy) = (Arc::clone(&self.life.reservations), asked.clone());
        let told = self
            .under(
                Some(fault),
                async move { failed(service.reserve(copy).await) },
            )
            .await;
        *self.disk.unreadable.lock() = false;
        assert!(matches!(told, Told::Failed));
        if let (_, Some(holding)) = decided {
            let made = self.made_in_secret();
            assert_eq!(made.is_some(), fault.writes());
            self.booked(made.clone().unwrap_or_default(), &asked, holding);
            self.model.booked.last_mut().unwrap().on_disk = made.is_some();
        } else {
            // It was to be logged, and the ledger writer was who could not ask.
            self.compare_one(asked.call.account, true).await;
        }
    }

    pub(super) async fn lapse(&mut self) {
        let now = self.now();
        let due = self.model.due(now, None);
        let fault = self.world.some_fault();
        let service = Arc::clone(&self.life.reservations);
        let told = self
            .under(fault, async move { Ok::<_, ()>(service.lapse().await) })
            .await;
        let written = fault.is_none_or(Fault::writes);
        if written {
            self.model.lapse_on_disk(&due, now);
        }
        if let Told::Done(lapsed) = told {
            let wanted = if fault.is_none() { due.len() } else { 0 };
            assert_eq!(lapsed, wanted);
            self.tally.lapsed += lapsed;
            if fault.is_none() {
                self.model.lapse_in_memory(&due);
            }
        }
        self.crash_if_died(told).await;
    }

    /// What is long over is forgotten.
    pub(super) async fn life_sweep(&mut self) {
        self.life.reservations.sweep().await;
        let now = self.now();
        self.model.sweep(now);
        for place in 0..self.model.booked.len() {
            let booked = &self.model.booked[place];
            let there = self.disk.state.lock().has_reservation(&booked.id);
            assert_eq!(there, booked.on_disk, "{booked:?}");
        }
    }

    /// The same reservation several times at once, with a key, in a slow commit.
    pub(super) async fn racing_services(&mut self) {
        let Some(asked) = self.asked(true).await else {
            return;
        };
        let known = self.known_reservation(&asked).await;
        let decided = self.decided_unless(known.as_ref(), asked.call);
        *self.disk.slow.lock() = u32::try_from(self.world.below(4)).unwrap();
        let racing: Vec<_> = (0..3)
            .map(|_| {
                let (service, copy) = (Arc::clone(&self.life.reservations), asked.clone());
                tokio::spawn(async move { service.reserve(copy).await })
            })
            .collect();
        let mut answers = Vec::new();
        for task in racing {
            answers.push(task.await.unwrap());
        }
        *self.disk.slow.lock() = 0;
        self.saw(&answers);
        for answer in &answers {
            assert_answer(answer, &asked, known.as_ref(), decided.as_ref());
        }
        if let Some((Decided::Held, Some(holding))) = decided {
            let made = |answer: &Answer| answer.as_ref().unwrap().reservation.clone();
            let first = made(&answers[0]);
            assert!(answers.iter().all(|answer| made(answer) == first));
            self.booked(first, &asked, holding);
        }
    }
}

fn assert_answer(
    answer: &Answer,
    asked: &AskedReservation,
    known: Option<&Known>,
    decided: Option<&(Decided, Option<Holding>)>,
) {
    let as_it_must = match (answer, known, decided) {
        (Ok(made), Some(known), None) => {
            let body = known.answer.as_ref().unwrap().body.as_deref().unwrap();
            let first: Reserved = serde_json::from_str(body).unwrap();
            *made == first && asked.key.unwrap().1 == known.fingerprint
        }
        (Err(Unreserved::Refused(Verdict::Reused)), Some(known), None) => {
            asked.key.unwrap().1 != known.fingerprint
        }
        (Ok(made), None, Some((Decided::Held, _))) => made.expires_at == asked.expires_at,
        (Err(Unreserved::Refused(Verdict::Exhausted { .. })), None, Some((wanted, _))) => {
            *wanted == Decided::Exhausted
        }
        (Err(Unreserved::Refused(Verdict::TooFast { wait })), None, Some((wanted, _))) => {
            *wanted == Decided::TooFast(*wait)
        }
        (Err(Unreserved::Refused(Verdict::Capped(_))), None, Some((wanted, _))) => {
            *wanted == Decided::Capped
        }
        _ => false,
    };
    assert!(
        as_it_must,
        "{answer:?}, but {known:?}, {decided:?}: {asked:?}"
    );
}
