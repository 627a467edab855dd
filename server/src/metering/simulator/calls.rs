//! Calls as the gateway makes them: held, then charged or given back.

use super::disk::Fault;
use super::faults::Told;
use super::model::{Holding, Verdict};
use super::{HOUR, PACING, Simulation};
use crate::domain::AccountId;
use crate::domain::quota::Call;
use crate::domain::usage::{Outcome, UsageRow};
use crate::metering::{CommitError, Hold, ReserveError};
use std::sync::Arc;

impl Simulation {
    /// Holds a call, mostly at the pace of its account.
    pub(super) async fn reserve(&mut self) {
        let Some(call) = self.call().await else {
            return;
        };
        let till = Arc::clone(&self.life.till);
        let paced = self.world.one_in(2);
        let (decided, verdict, holding) = if paced {
            let (verdict, holding, pace) = self.model.reserve_paced(call, PACING, self.now());
            let decided = till.reserve_paced(call).await;
            if let Ok(hold) = &decided {
                assert_eq!(hold.pace(), pace, "{call:?}");
            }
            (decided, verdict, holding)
        } else {
            let (verdict, holding) = self.model.reserve(call, self.now());
            (till.reserve(call).await, verdict, holding)
        };
        self.saw(&decided.as_ref().map(Hold::reservation));
        let found = match &decided {
            Ok(_) => Verdict::Held,
            Err(ReserveError::Capped(_)) => Verdict::Capped,
            Err(ReserveError::Exhausted { .. }) => Verdict::Exhausted,
            Err(ReserveError::TooFast { wait }) => Verdict::TooFast(*wait),
            Err(ReserveError::Store(error)) => panic!("{error}"),
        };
        assert_eq!(found, verdict, "{call:?}");
        match (decided, holding) {
            (Ok(hold), Some(holding)) => {
                self.life.held.push((hold, holding));
                self.tally.held += 1;
            }
            _ if matches!(found, Verdict::TooFast(_)) => self.tally.too_fast += 1,
            _ => self.tally.refused += 1,
        }
    }

    /// A call with a key, if the key may make it.
    pub(super) async fn call(&mut self) -> Option<Call> {
        let at = self.now() - self.world.number(0, HOUR);
        let caller = self.caller(at).await?;
        Some(Call {
            account: caller.account,
            project: caller.project,
            key: caller.key,
            api: self.world.api(),
            at,
        })
    }

    pub(super) fn row(&mut self, call: Call) -> UsageRow {
        self.next_id += 1;
        UsageRow {
            request_id: format!("req_{}", self.next_id),
            account: call.account,
            project: call.project,
            key: call.key,
            api: call.api,
            at: call.at,
            outcome: Outcome::Succeeded,
            code: 0,
            burnt: None,
            tokens: 1,
            latency_ms: 1,
            end_user: None,
        }
    }

    pub(super) fn some_held(&mut self) -> Option<(Hold, Holding)> {
        let held = self.life.held.len();
        (held > 0).then(|| {
            let place = self.world.below(held);
            self.life.held.swap_remove(place)
        })
    }

    pub(super) async fn settle(&mut self) {
        let Some((hold, holding)) = self.some_held() else {
            return;
        };
        if self.world.one_in(3) {
            drop(hold);
            self.model.settle(holding, false);
        } else {
            let row = self.row(holding.call);
            let id = row.request_id.clone();
            self.life.till.charge(hold, row).await.unwrap();
            self.charged(holding, id);
        }
    }

    pub(super) fn charged(&mut self, holding: Holding, id: String) {
        self.model.settle(holding, true);
        self.acknowledged.push(id);
        self.tally.charged += 1;
    }

    /// Several at once, in a slow commit, while others go on.
    pub(super) async fn settle_many(&mut self) {
        *self.disk.slow.lock() = u32::try_from(self.world.below(4)).unwrap();
        let mut waiting = Vec::new();
        for _ in 0..self.world.below(5) {
            let Some((hold, holding)) = self.some_held() else {
                break;
            };
            let row = self.row(holding.call);
            let id = row.request_id.clone();
            let till = Arc::clone(&self.life.till);
            let charge = tokio::spawn(async move { till.charge(hold, row).await });
            waiting.push((charge, holding, id));
        }
        tokio::task::yield_now().await;
        for _ in 0..self.world.below(3) {
            self.reserve().await;
        }
        for (charge, holding, id) in waiting {
            charge.await.unwrap().unwrap();
            self.charged(holding, id);
        }
        *self.disk.slow.lock() = 0;
    }

    pub(super) async fn settle_all(&mut self) {
        while !self.life.held.is_empty() {
            self.settle().await;
        }
    }

    pub(super) async fn charge_badly(&mut self) {
        let fault = self.world.fault();
        self.charge_under(fault).await;
    }

    /// The commit's fate is unknown, and then the disk cannot be asked.
    pub(super) async fn blind(&mut self) {
        *self.disk.unreadable.lock() = true;
        let accounts = self.charge_under(Fault::Lies).await;
        *self.disk.unreadable.lock() = false;
        // The disk is asked before the next call of the account in doubt, and what
        // is due of it is written by the way.
        if let Some(first) = accounts.iter().min() {
            self.compare_one(*first, true).await;
        }
    }

    /// Charges some calls in one batch that goes wrong. Answers whose they were.
    pub(super) async fn charge_under(&mut self, fault: Fault) -> Vec<AccountId> {
        let mut charges = Vec::new();
        let mut waiting = Vec::new();
        for _ in 0..=self.world.below(3) {
            let Some((hold, holding)) = self.some_held() else {
                break;
            };
            let row = self.row(holding.call);
            waiting.push((holding, row.request_id.clone()));
            let till = Arc::clone(&self.life.till);
            charges.push(async move { till.charge(hold, row).await });
        }
        if charges.is_empty() {
            return Vec::new();
        }
        let told = self
            .under(Some(fault), async move {
                let all = futures::future::join_all(charges).await;
                all.into_iter().collect::<Result<(), CommitError>>()
            })
            .await;
        assert!(!matches!(told, Told::Done(())));
        let mut accounts = Vec::new();
        for (holding, id) in waiting {
            let there = self.disk.state.lock().has(&id);
            assert_eq!(there, fault.writes());
            self.model.settle(holding, there);
            accounts.push(holding.call.account);
        }
        self.crash_if_died(told).await;
        accounts
    }
}
