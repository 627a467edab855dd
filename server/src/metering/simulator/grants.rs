//! What people change: grants, caps, time zones; and what time changes.

use super::disk::Fault;
use super::faults::Told;
use super::{BACK, DAY, HOUR, Simulation, ZONES, change};
use crate::domain::StoreError;
use crate::domain::caps::Period;
use crate::domain::grants::{NewGrant, Recurs, Terms};
use crate::domain::store::{CapChange, Caps, Grants};
use crate::domain::zones::zone;
use std::sync::Arc;

impl Simulation {
    pub(super) fn move_clock(&mut self) {
        let now = self.now();
        let to = match self.world.below(16) {
            // Too soon for the pace, or not.
            0..6 => now + self.world.number(0, 1_500),
            6..12 => now + self.world.number(0, 3 * HOUR),
            12 | 13 => now + self.world.number(0, 3 * DAY),
            14 => now + self.world.number(0, 40 * DAY),
            _ => (now - self.world.number(0, DAY)).max(self.latest - BACK),
        };
        self.clock.advance(to - now);
        self.latest = self.latest.max(to);
        self.model.clock_moved(to);
    }

    pub(super) fn new_grant(&mut self) -> NewGrant {
        self.next_id += 1;
        let now = self.now();
        let world = &mut self.world;
        let starts_at = world.one_in(3).then(|| now + world.number(1, 2 * DAY));
        let start = starts_at.unwrap_or(now);
        let expires_at = world.one_in(2).then(|| start + world.number(1, 5 * DAY));
        let recurs = world.one_in(3).then(|| Recurs {
            period: [Period::Day, Period::Week, Period::Month][world.below(3)],
            roll_over: world.number(0, 10).saturating_sub(3).max(0),
        });
        NewGrant {
            public_id: format!("grant {}", self.next_id),
            account: world.account(),
            api: world.api(),
            calls: world.number(1, 8),
            terms: Terms {
                priority: world.number(-1, 2),
                starts_at,
                expires_at,
                recurs,
            },
            reason: String::new(),
            given_by: None,
            created_at: now,
        }
    }

    pub(super) async fn grant(&mut self, fault: Option<Fault>) {
        let new = self.new_grant();
        self.tally.grants += 1;
        let (till, disk) = (Arc::clone(&self.life.till), Arc::clone(&self.disk));
        let asked = new.clone();
        let told = self
            .under(fault, async move {
                let account = asked.account;
                let given = disk.create_grant(asked, change());
                till.changing(account, given).await.map(|_| ())
            })
            .await;
        let there = {
            let state = self.disk.state.lock();
            let mut grants = state.grants.values();
            grants.any(|grant| grant.public_id == new.public_id)
        };
        assert!(there || !matches!(told, Told::Done(())), "a grant was lost");
        if there {
            self.model.give(&new);
        }
        self.crash_if_died(told).await;
    }

    pub(super) async fn revoke(&mut self, fault: Option<Fault>) {
        let Some((account, name)) = self.model.some_grant(&mut self.world) else {
            return;
        };
        let (till, id) = (Arc::clone(&self.life.till), name.clone());
        let told = self
            .under(fault, async move {
                till.revoke(account, id, change()).await.map(|_| ())
            })
            .await;
        if matches!(told, Told::Done(())) || fault.is_some_and(Fault::writes) {
            self.model.revoke(account, &name);
        }
        self.crash_if_died(told).await;
    }

    pub(super) async fn cap(&mut self) {
        let (account, owner) = self.some_cap_owner();
        let api = self.world.api();
        let limit = (!self.world.one_in(3)).then(|| self.limit());
        let set = CapChange {
            account,
            owner,
            api,
            was: None,
            limit,
        };
        let set = self.disk.set_cap(set, change());
        let set = self.life.till.changing(account, set).await.unwrap();
        assert_eq!(set, self.model.api_keys.has(owner), "{owner:?}");
        if !set {
            return;
        }
        let caps = &mut self.model.caps;
        caps.retain(|(_, of, on, _)| (*of, *on) != (owner, api));
        caps.extend(limit.map(|limit| (account, owner, api, limit)));
    }

    pub(super) async fn move_account(&mut self) {
        let account = self.world.account();
        let zone = zone(ZONES[self.world.below(ZONES.len())]);
        // What came due before the move was due in the old zone.
        self.compare().await;
        self.disk.move_account(account, zone);
        self.model.zones.insert(account, zone);
        let moved = async { Ok::<_, StoreError>(()) };
        self.life.till.changing(account, moved).await.unwrap();
    }

    pub(super) async fn turn(&mut self) {
        self.life.till.turn().await.unwrap();
        self.model.turn(None, self.now());
    }

    pub(super) async fn change_badly(&mut self) {
        let fault = self.world.fault();
        match self.world.below(3) {
            0 => self.grant(Some(fault)).await,
            1 => self.revoke(Some(fault)).await,
            _ => self.turn_badly(fault).await,
        }
    }

    pub(super) async fn turn_badly(&mut self, fault: Fault) {
        let till = Arc::clone(&self.life.till);
        let told = self
            .under(Some(fault), async move { till.turn().await })
            .await;
        match told {
            Told::Done(()) => self.model.turn(None, self.now()),
            Told::Failed => self.turn().await,
            Told::Died if fault == Fault::DiesAfter => self.model.turn(None, self.now()),
            Told::Died => {}
        }
        self.crash_if_died(told).await;
    }
}
