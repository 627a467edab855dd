//! One account's grants of one API.

use super::super::grants::GrantBalance;
use super::super::{ApiId, GrantId, Millis};
use super::Quota;
use std::collections::HashMap;

#[derive(Debug)]
struct Held {
    grant: GrantBalance,
    /// Calls in flight that will burn this grant if they succeed.
    reserved: i64,
    /// It lapsed or was revoked: only calls in flight may still burn it.
    ended: bool,
}

impl Held {
    const fn left(&self) -> i64 {
        self.grant.calls - self.grant.burnt - self.reserved
    }

    fn in_force(&self, now: Millis) -> bool {
        !self.ended && self.grant.in_force(now)
    }
}

/// Grants in the order in which they burn.
#[derive(Debug, Default)]
pub(super) struct Balance {
    grants: Vec<Held>,
}

impl Balance {
    pub(super) fn by_api(grants: &[GrantBalance]) -> HashMap<ApiId, Self> {
        let mut balances: HashMap<ApiId, Self> = HashMap::new();
        for grant in grants {
            balances.entry(grant.api).or_default().take_in(*grant);
        }
        balances
    }

    /// Takes over what the disk says of a grant.
    pub(super) fn take_in(&mut self, grant: GrantBalance) {
        if let Some(held) = self.held(grant.id) {
            held.grant = grant;
            held.ended = false;
            return;
        }
        let place = self
            .grants
            .partition_point(|held| held.grant.burn_order() < grant.burn_order());
        let held = Held {
            grant,
            reserved: 0,
            ended: false,
        };
        self.grants.insert(place, held);
    }

    /// From here on no call burns these grants, except those in flight. Answers
    /// how many of each are.
    pub(super) fn end(&mut self, grants: impl Fn(GrantId) -> bool) -> Vec<(GrantId, i64)> {
        let mut in_flight = Vec::new();
        for held in &mut self.grants {
            if grants(held.grant.id) {
                held.ended = true;
                in_flight.push((held.grant.id, held.reserved));
            }
        }
        self.grants.retain(|held| !held.ended || held.reserved > 0);
        in_flight
    }

    pub(super) fn hold(&mut self, now: Millis) -> Option<GrantId> {
        let held = self
            .grants
            .iter_mut()
            .find(|held| held.left() > 0 && held.in_force(now))?;
        held.reserved += 1;
        Some(held.grant.id)
    }

    pub(super) fn hold_again(&mut self, grant: GrantId) -> bool {
        match self.held(grant) {
            Some(held) if held.left() > 0 && !held.ended => {
                held.reserved += 1;
                true
            }
            _ => false,
        }
    }

    pub(super) fn has_left(&self, now: Millis) -> bool {
        self.grants
            .iter()
            .any(|held| held.left() > 0 && held.in_force(now))
    }

    pub(super) fn burn(&mut self, grant: GrantId) {
        self.land(grant, 1);
    }

    pub(super) fn release(&mut self, grant: GrantId) {
        self.land(grant, 0);
    }

    fn land(&mut self, grant: GrantId, burnt: i64) {
        let Some(place) = self.grants.iter().position(|held| held.grant.id == grant) else {
            return;
        };
        let held = &mut self.grants[place];
        debug_assert!(held.reserved > 0, "landed without a reservation");
        held.reserved -= 1;
        held.grant.burnt += burnt;
        if held.ended && held.reserved == 0 {
            self.grants.remove(place);
        }
    }

    pub(super) fn quota(&self, now: Millis) -> Quota {
        let mut quota = Quota::default();
        for held in self.grants.iter().filter(|held| held.in_force(now)) {
            // A free quota that was made smaller than its use gave what was used: its
            // lack is no debt that other grants pay.
            quota.granted += held.grant.calls.max(held.grant.burnt);
            quota.charged += held.grant.burnt;
            quota.reserved += held.reserved;
        }
        quota
    }

    /// Calls in flight that hold a grant.
    pub(super) fn in_flight(&self, grant: GrantId) -> i64 {
        self.grants
            .iter()
            .find(|held| held.grant.id == grant)
            .map_or(0, |held| held.reserved)
    }

    fn held(&mut self, grant: GrantId) -> Option<&mut Held> {
        self.grants.iter_mut().find(|held| held.grant.id == grant)
    }
}
