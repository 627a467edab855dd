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
}

impl Held {
    const fn left(&self) -> i64 {
        self.grant.calls - self.grant.burnt - self.reserved
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
            balances.entry(grant.api).or_default().add(*grant);
        }
        balances
    }

    /// Takes a grant in, unless it is there: a load may have read it already.
    pub(super) fn add(&mut self, grant: GrantBalance) {
        if self.held(grant.id).is_some() {
            return;
        }
        let place = self
            .grants
            .partition_point(|held| held.grant.burn_order() < grant.burn_order());
        self.grants.insert(place, Held { grant, reserved: 0 });
    }

    pub(super) fn replace(&mut self, grant: GrantBalance) {
        match self.held(grant.id) {
            Some(held) => held.grant = grant,
            None => self.add(grant),
        }
    }

    pub(super) fn hold(&mut self, now: Millis) -> Option<GrantId> {
        let held = self
            .grants
            .iter_mut()
            .find(|held| held.grant.in_force(now) && held.left() > 0)?;
        held.reserved += 1;
        Some(held.grant.id)
    }

    pub(super) fn hold_again(&mut self, grant: GrantId) -> bool {
        match self.held(grant) {
            Some(held) if held.left() > 0 => {
                held.reserved += 1;
                true
            }
            _ => false,
        }
    }

    pub(super) fn has_left(&self, now: Millis) -> bool {
        self.grants
            .iter()
            .any(|held| held.grant.in_force(now) && held.left() > 0)
    }

    pub(super) fn burn(&mut self, grant: GrantId) {
        if let Some(held) = self.held(grant) {
            debug_assert!(held.reserved > 0, "burnt without a reservation");
            held.reserved -= 1;
            held.grant.burnt += 1;
        }
    }

    pub(super) fn release(&mut self, grant: GrantId) {
        if let Some(held) = self.held(grant) {
            debug_assert!(held.reserved > 0, "released without a reservation");
            held.reserved -= 1;
        }
    }

    pub(super) fn quota(&self, now: Millis) -> Quota {
        let mut quota = Quota {
            granted: 0,
            charged: 0,
            reserved: 0,
        };
        for held in self.grants.iter().filter(|held| held.grant.in_force(now)) {
            quota.granted += held.grant.calls;
            quota.charged += held.grant.burnt;
            quota.reserved += held.reserved;
        }
        quota
    }

    fn held(&mut self, grant: GrantId) -> Option<&mut Held> {
        self.grants.iter_mut().find(|held| held.grant.id == grant)
    }
}
