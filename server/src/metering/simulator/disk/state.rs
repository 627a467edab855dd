//! What is on disk, and what a transaction does to it.

use super::api_keys::{KeptApiKey, KeptProject};
use super::keys::{KeptKey, KeptReservation};
use crate::domain::caps::{CapOwner, Limit};
use crate::domain::grants::{
    Begun, Ending, EntryKind, GrantBalance, NewGrant, Over, Recurrence, Turn, share_out,
};
use crate::domain::store::Due;
use crate::domain::usage::UsageRow;
use crate::domain::{AccountId, ApiId, GrantId, Millis};
use chrono_tz::Tz;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::{self, Write};

#[derive(Debug, Clone)]
pub(in super::super) struct OnDisk {
    pub balance: GrantBalance,
    pub account: AccountId,
    pub public_id: String,
    pub(super) recurrence: Option<i64>,
    pub ended: Option<Ending>,
    pub loose: i64,
    pub taken: i64,
}

#[derive(Debug, Clone)]
pub(super) struct Again {
    pub account: AccountId,
    api: ApiId,
    priority: i64,
    pub next_at: Option<Millis>,
    rule: Recurrence,
}

/// What is on disk.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct State {
    pub grants: BTreeMap<i64, OnDisk>,
    pub(super) again: Vec<Again>,
    pub usage: Vec<UsageRow>,
    ids: HashSet<String>,
    pub(super) caps: BTreeMap<AccountId, Vec<(CapOwner, ApiId, Limit)>>,
    pub(super) zones: BTreeMap<AccountId, Tz>,
    pub(super) keys: Vec<KeptKey>,
    pub(super) api_keys: Vec<KeptApiKey>,
    pub(super) projects: Vec<KeptProject>,
    /// Accounts whose keys open nothing.
    pub(super) disabled: BTreeSet<AccountId>,
    pub(super) reservations: Vec<KeptReservation>,
    pub ended_until: Millis,
}

impl State {
    pub(in super::super) fn has(&self, request_id: &str) -> bool {
        self.ids.contains(request_id)
    }

    pub(super) fn zone(&self, account: AccountId) -> Tz {
        self.zones.get(&account).copied().unwrap_or(Tz::UTC)
    }

    pub(super) fn caps_of(&self, account: AccountId) -> Vec<(CapOwner, ApiId, Limit)> {
        let caps = self.caps.get(&account).into_iter().flatten();
        caps.filter(|(owner, _, _)| self.has_cap_owner(account, *owner))
            .copied()
            .collect()
    }

    pub(super) fn append<'a>(&mut self, rows: impl IntoIterator<Item = &'a UsageRow>) {
        for row in rows {
            assert!(self.ids.insert(row.request_id.clone()), "written twice");
            if let Some(grant) = row.burnt {
                let grant = self.grants.get_mut(&grant.0).expect("a grant on disk");
                grant.balance.burnt += 1;
            }
            self.usage.push(row.clone());
        }
    }

    fn add(&mut self, grant: OnDisk) -> GrantId {
        let id = i64::try_from(self.grants.len()).unwrap() + 1;
        let balance = GrantBalance {
            id: GrantId(id),
            ..grant.balance
        };
        self.grants.insert(id, OnDisk { balance, ..grant });
        GrantId(id)
    }

    pub(super) fn give(&mut self, new: &NewGrant) -> GrantId {
        let mut expires_at = new.terms.expires_at;
        let mut recurrence = None;
        if let Some(recurs) = new.terms.recurs {
            let zone = self.zone(new.account);
            let start = new.terms.starts_at.unwrap_or(new.created_at);
            let end = recurs.first_end(start, zone);
            let end = expires_at.map_or(end, |last| end.min(last));
            recurrence = Some(i64::try_from(self.again.len()).unwrap());
            self.again.push(Again {
                account: new.account,
                api: new.api,
                priority: new.terms.priority,
                next_at: Some(end),
                rule: Recurrence {
                    recurs,
                    calls: new.calls,
                    next_at: end,
                    ends_at: expires_at,
                    zone,
                },
            });
            expires_at = Some(end);
        }
        self.add(OnDisk {
            balance: GrantBalance {
                id: GrantId(0),
                api: new.api,
                calls: new.calls,
                burnt: 0,
                priority: new.terms.priority,
                starts_at: new.terms.starts_at,
                expires_at,
            },
            account: new.account,
            public_id: new.public_id.clone(),
            recurrence,
            ended: None,
            loose: 0,
            taken: 0,
        })
    }

    pub(super) fn end_due(&mut self, now: Millis, due: &Due) {
        let over: Vec<Over> = due
            .grants
            .iter()
            .map(|due| (due, &self.grants[&due.grant.0]))
            .filter(|(_, grant)| grant.ended.is_none() || grant.loose > 0)
            .map(|(due, grant)| Over {
                id: due.grant,
                calls: grant.balance.calls,
                burnt: grant.balance.burnt,
                taken: grant.taken,
                in_flight: due.in_flight,
                expires_at: grant.balance.expires_at.unwrap_or(0),
                recurrence: grant.recurrence,
                ended: grant.ended,
            })
            .collect();
        let again: Vec<(i64, Recurrence)> = due
            .recurrences
            .iter()
            .filter_map(|(account, id)| {
                let again = &self.again[usize::try_from(*id).unwrap()];
                let next_at = again.next_at.filter(|at| *at <= now)?;
                let zone = self.zone(*account);
                let rule = Recurrence {
                    next_at,
                    zone,
                    ..again.rule
                };
                Some((*id, rule))
            })
            .collect();
        let turn = Turn::plan(now, &over, &again);
        for taken in &turn.taken {
            self.grants.get_mut(&taken.grant.0).unwrap().taken += taken.calls;
            if taken.kind != EntryKind::Revoked {
                self.ended_until = self.ended_until.max(taken.at);
            }
        }
        for (id, _, loose) in &turn.ended {
            let grant = self.grants.get_mut(&id.0).unwrap();
            grant.ended = Some(Ending::Expired);
            grant.loose = *loose;
        }
        for (id, loose) in &turn.settled {
            self.grants.get_mut(&id.0).unwrap().loose = *loose;
        }
        for (id, next_at) in &turn.next {
            self.again[usize::try_from(*id).unwrap()].next_at = *next_at;
        }
        for begun in &turn.begun {
            self.begin(begun);
        }
    }

    fn begin(&mut self, begun: &Begun) {
        let again = self.again[usize::try_from(begun.recurrence).unwrap()].clone();
        let calls = [again.rule.calls, begun.period.carried];
        let rests: Vec<i64> = calls.into_iter().filter(|calls| *calls > 0).collect();
        let shares = share_out(&rests, begun.over.unwrap_or(0));
        for (calls, share) in rests.iter().zip(shares) {
            let over = begun.over.is_some();
            if over {
                self.ended_until = self.ended_until.max(begun.period.end);
            }
            self.add(OnDisk {
                balance: GrantBalance {
                    id: GrantId(0),
                    api: again.api,
                    calls: *calls,
                    burnt: 0,
                    priority: again.priority,
                    starts_at: Some(begun.period.start),
                    expires_at: Some(begun.period.end),
                },
                account: again.account,
                public_id: format!("period {} {}", begun.recurrence, begun.period.start),
                recurrence: Some(begun.recurrence),
                ended: over.then_some(Ending::Expired),
                loose: 0,
                taken: if over {
                    share.lapsed + share.rolled_over
                } else {
                    0
                },
            });
        }
    }

    pub(super) fn revocable(&self, account: AccountId, public_id: &str) -> Vec<GrantId> {
        let alive = || {
            self.grants
                .iter()
                .filter(|(_, grant)| grant.account == account && grant.ended.is_none())
        };
        let is_it = |grant: &OnDisk| grant.account == account && grant.public_id == public_id;
        let Some((asked, found)) = self.grants.iter().find(|(_, grant)| is_it(grant)) else {
            return Vec::new();
        };
        alive()
            .filter(|(id, grant)| {
                *id == asked || (grant.recurrence.is_some() && grant.recurrence == found.recurrence)
            })
            .map(|(id, _)| GrantId(*id))
            .collect()
    }

    pub(super) fn revoke(&mut self, in_flight: &[(GrantId, i64)]) {
        for (id, held) in in_flight {
            let grant = self.grants.get_mut(&id.0).unwrap();
            grant.ended = Some(Ending::Revoked);
            grant.taken += grant.balance.calls - grant.balance.burnt - held;
            grant.loose = *held;
            if let Some(again) = grant.recurrence {
                self.again[usize::try_from(again).unwrap()].next_at = None;
            }
        }
    }

    /// Tells all that is there, but for so many rows of the ledger that were told.
    pub(in super::super) fn tell(&self, told: usize, to: &mut impl Write) -> fmt::Result {
        let Self {
            grants,
            again,
            usage,
            ids: _,
            caps,
            zones,
            keys,
            api_keys,
            projects,
            disabled,
            reservations,
            ended_until,
        } = self;
        write!(to, "{grants:?} {again:?} {:?}", &usage[told..])?;
        write!(to, "{caps:?} {zones:?} {keys:?} {api_keys:?} {projects:?}")?;
        writeln!(to, "{disabled:?} {reservations:?} {ended_until}")
    }

    /// What the ledger must always be: nothing burnt twice or beyond what was given.
    pub(in super::super) fn check(&self) {
        for grant in self.grants.values() {
            let balance = grant.balance;
            let rest = balance.calls - balance.burnt - grant.taken;
            let allowed = match grant.ended {
                None => grant.taken == 0 && rest >= 0,
                Some(_) => (0..=grant.loose).contains(&rest),
            };
            assert!(allowed, "a grant does not add up: {grant:?}");
        }
    }
}
