//! What the rules say, in the plainest way: lists of what was given, what is held
//! and what was charged. It shares the calendar with the engine, and nothing else.

mod api_keys;
mod keys;
mod pace;
mod services;

use super::world::World;
use crate::domain::caps::{CapOwner, Limit};
use crate::domain::grants::{NewGrant, Recurs, Terms};
use crate::domain::quota::{Call, Pace, Pacing};
use crate::domain::{AccountId, ApiId, Millis};
pub(super) use api_keys::{ApiKey, ApiKeys, Caller, HeldOut};
use chrono_tz::Tz;
use keys::Used;
use pace::Buckets;
pub(super) use services::Booked;
use std::collections::HashMap;

#[derive(Debug, Clone)]
pub(super) struct Given {
    pub name: String,
    account: AccountId,
    api: ApiId,
    calls: i64,
    charged: i64,
    held: i64,
    terms: Terms,
    rule: Option<usize>,
    over: bool,
}

impl Given {
    fn rest(&self) -> i64 {
        self.calls - self.charged - self.held
    }

    fn counts(&self, at: Millis) -> bool {
        !self.over
            && self.terms.starts_at.is_none_or(|start| start <= at)
            && self.terms.expires_at.is_none_or(|end| at < end)
    }
}

#[derive(Debug, Clone)]
struct Rule {
    account: AccountId,
    api: ApiId,
    calls: i64,
    recurs: Recurs,
    priority: i64,
    next_at: Option<Millis>,
    ends_at: Option<Millis>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Held,
    Capped,
    Exhausted,
    TooFast(Millis),
}

/// A call that holds a place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Holding {
    pub call: Call,
    pub given: usize,
}

#[derive(Debug, Default)]
pub(super) struct Model {
    pub given: Vec<Given>,
    rules: Vec<Rule>,
    pub zones: HashMap<AccountId, Tz>,
    pub caps: Vec<(AccountId, CapOwner, ApiId, Limit)>,
    pub api_keys: ApiKeys,
    charges: Vec<Call>,
    holds: Vec<Call>,
    paces: HashMap<AccountId, Buckets>,
    used: Vec<Used>,
    pub booked: Vec<Booked>,
    /// Up to here grants were ended; for them time does not run back.
    pub ended_until: Millis,
}

impl Model {
    fn zone(&self, account: AccountId) -> Tz {
        self.zones.get(&account).copied().unwrap_or(Tz::UTC)
    }

    pub(super) fn give(&mut self, new: &NewGrant) {
        let mut terms = new.terms;
        let mut rule = None;
        if let Some(recurs) = terms.recurs {
            let start = terms.starts_at.unwrap_or(new.created_at);
            let end = recurs.first_end(start, self.zone(new.account));
            let end = terms.expires_at.map_or(end, |last| last.min(end));
            rule = Some(self.rules.len());
            self.rules.push(Rule {
                account: new.account,
                api: new.api,
                calls: new.calls,
                recurs,
                priority: terms.priority,
                next_at: Some(end),
                ends_at: terms.expires_at,
            });
            terms.expires_at = Some(end);
        }
        self.given.push(Given {
            name: new.public_id.clone(),
            account: new.account,
            api: new.api,
            calls: new.calls,
            charged: 0,
            held: 0,
            terms,
            rule,
            over: false,
        });
    }

    /// Before anything is asked of an account, what comes again has come.
    pub(super) fn look_at(&mut self, account: AccountId, now: Millis) {
        let at = now.max(self.ended_until);
        let due = self
            .rules
            .iter()
            .any(|rule| rule.account == account && rule.next_at.is_some_and(|next| next <= at));
        if due {
            self.turn(Some(account), now);
        }
    }

    pub(super) fn turn(&mut self, of: Option<AccountId>, now: Millis) {
        let at = now.max(self.ended_until);
        self.ended_until = at;
        for given in &mut self.given {
            if of.is_none_or(|of| of == given.account)
                && given.rule.is_none()
                && given.terms.expires_at.is_some_and(|end| end <= at)
            {
                given.over = true;
            }
        }
        for rule in 0..self.rules.len() {
            if of.is_none_or(|of| of == self.rules[rule].account) {
                while self.come_again(rule, at) {}
            }
        }
    }

    fn come_again(&mut self, place: usize, at: Millis) -> bool {
        let rule = self.rules[place].clone();
        let Some(start) = rule.next_at.filter(|next| *next <= at) else {
            return false;
        };
        let mut rest = 0;
        for given in &mut self.given {
            if given.rule == Some(place) && !given.over {
                // More than all may be held and charged: of a settlement whose commit
                // is there, though it was said to have failed.
                rest += given.rest().max(0);
                given.over = true;
            }
        }
        if rule.ends_at.is_some_and(|end| end <= start) {
            self.rules[place].next_at = None;
            return false;
        }
        let end = rule.recurs.next_end(start, self.zone(rule.account));
        let end = rule.ends_at.map_or(end, |last| last.min(end));
        for calls in [rule.calls, rest.min(rule.recurs.roll_over)] {
            if calls > 0 {
                self.given.push(Given {
                    name: format!("period {place} {start}"),
                    account: rule.account,
                    api: rule.api,
                    calls,
                    charged: 0,
                    held: 0,
                    terms: Terms {
                        priority: rule.priority,
                        starts_at: Some(start),
                        expires_at: Some(end),
                        recurs: None,
                    },
                    rule: Some(place),
                    over: false,
                });
            }
        }
        self.rules[place].next_at = Some(end);
        true
    }

    pub(super) fn revoke(&mut self, account: AccountId, name: &str) -> bool {
        let Some(found) = self
            .given
            .iter()
            .position(|given| given.account == account && given.name == name)
        else {
            return false;
        };
        let rule = self.given[found].rule;
        let mut any = false;
        for (place, given) in self.given.iter_mut().enumerate() {
            if place == found || (rule.is_some() && given.rule == rule) {
                any |= !given.over;
                given.over = true;
            }
        }
        if !any {
            return false;
        }
        if let Some(rule) = rule {
            self.rules[rule].next_at = None;
        }
        true
    }

    pub(super) fn reserve(&mut self, call: Call, now: Millis) -> (Verdict, Option<Holding>) {
        self.look_at(call.account, now);
        let at = now.max(self.ended_until);
        let next = self
            .given
            .iter()
            .enumerate()
            .filter(|(_, given)| given.account == call.account && given.api == call.api)
            .filter(|(_, given)| given.counts(at) && given.rest() > 0)
            .min_by_key(|(place, given)| {
                let end = given.terms.expires_at.unwrap_or(Millis::MAX);
                (given.terms.priority, end, *place)
            })
            .map(|(place, _)| place);
        let Some(place) = next else {
            return (Verdict::Exhausted, None);
        };
        let full = self.caps.iter().any(|(account, owner, api, limit)| {
            *account == call.account
                && *api == call.api
                && call.cap_owners().contains(owner)
                && self.counted(&call, *owner, *limit, true) >= limit.calls
        });
        if full {
            return (Verdict::Capped, None);
        }
        (Verdict::Held, Some(self.hold(call, place)))
    }

    /// The same for a call that keeps a pace.
    pub(super) fn reserve_paced(
        &mut self,
        call: Call,
        pacing: Pacing,
        now: Millis,
    ) -> (Verdict, Option<Holding>, Pace) {
        match self.count(call.account, pacing, now) {
            Err(wait) => (Verdict::TooFast(wait), None, Pace::Within),
            Ok(pace) => {
                let (verdict, holding) = self.reserve(call, now);
                (verdict, holding, pace)
            }
        }
    }

    fn hold(&mut self, call: Call, given: usize) -> Holding {
        self.given[given].held += 1;
        self.holds.push(call);
        Holding { call, given }
    }

    /// Calls that a cap counts in the window of a call.
    pub(super) fn counted(&self, call: &Call, owner: CapOwner, limit: Limit, held: bool) -> i64 {
        let window = limit.period.window(call.at, self.zone(call.account));
        let holds: &[Call] = if held { &self.holds } else { &[] };
        let counted = self.charges.iter().chain(holds).filter(|other| {
            other.account == call.account
                && other.api == call.api
                && other.cap_owners().contains(&owner)
                && (window.start..window.end).contains(&other.at)
        });
        i64::try_from(counted.count()).unwrap()
    }

    pub(super) fn settle(&mut self, holding: Holding, charged: bool) {
        let place = self.holds.iter().position(|call| *call == holding.call);
        self.holds.swap_remove(place.expect("a hold"));
        let given = &mut self.given[holding.given];
        given.held -= 1;
        if charged {
            self.charge(holding);
        }
    }

    /// A call is charged, and yet goes on holding its place.
    pub(super) fn charge(&mut self, holding: Holding) {
        self.given[holding.given].charged += 1;
        self.charges.push(holding.call);
    }

    pub(super) fn remaining(&self, account: AccountId, api: ApiId, now: Millis) -> i64 {
        let at = now.max(self.ended_until);
        self.given
            .iter()
            .filter(|given| given.account == account && given.api == api && given.counts(at))
            .map(|given| given.calls - given.charged)
            .sum()
    }

    /// Calls that are held of what is in force.
    pub(super) fn held(&self, account: AccountId, api: ApiId, now: Millis) -> i64 {
        let at = now.max(self.ended_until);
        self.given
            .iter()
            .filter(|given| given.account == account && given.api == api && given.counts(at))
            .map(|given| given.held)
            .sum()
    }

    /// A grant that could be revoked, or could not any more.
    pub(super) fn some_grant(&self, world: &mut World) -> Option<(AccountId, String)> {
        let named: Vec<_> = self
            .given
            .iter()
            .filter(|given| !given.name.starts_with("free"))
            .collect();
        (!named.is_empty()).then(|| {
            let given = named[world.below(named.len())];
            (given.account, given.name.clone())
        })
    }
}
