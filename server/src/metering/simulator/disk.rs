//! A disk in memory, and everything that can go wrong with it.

use crate::domain::audit::Change;
use crate::domain::caps::{AccountCaps, Cap, CapOwner, CountedCap, Limit};
use crate::domain::grants::{
    AccountGrants, Begun, Ending, EntryKind, Grant, GrantBalance, GrantEntry, NewGrant, Over,
    Recurrence, Turn, share_out,
};
use crate::domain::idempotency::{LeftOut, Terms};
use crate::domain::store::{
    Books, CapChange, Caps, Due, DueGrant, Grants, Ledger, NextDue, Stored,
};
use crate::domain::usage::UsageRow;
use crate::domain::{AccountId, ApiId, GrantId, Millis, StoreError};
use async_trait::async_trait;
use chrono_tz::Tz;
use parking_lot::Mutex;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// What happens to the next write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// It fails, and nothing is written.
    Fails,
    /// It is written, and yet reported as failed.
    Lies,
    /// The machine dies before it is written.
    DiesBefore,
    /// The machine dies while it is written: what is on disk of it is torn, and
    /// thrown away when the disk is opened again.
    Tears,
    /// The machine dies when it is written, and nobody was told.
    DiesAfter,
}

#[derive(Debug, Clone)]
pub(super) struct OnDisk {
    pub balance: GrantBalance,
    pub account: AccountId,
    pub public_id: String,
    recurrence: Option<i64>,
    pub ended: Option<Ending>,
    pub loose: i64,
    pub taken: i64,
}

#[derive(Debug, Clone)]
struct Again {
    account: AccountId,
    api: ApiId,
    priority: i64,
    next_at: Option<Millis>,
    rule: Recurrence,
}

/// What is on disk.
#[derive(Debug, Clone, Default)]
pub(super) struct State {
    pub grants: BTreeMap<i64, OnDisk>,
    again: Vec<Again>,
    pub usage: Vec<UsageRow>,
    ids: HashSet<String>,
    caps: HashMap<AccountId, Vec<(CapOwner, ApiId, Limit)>>,
    zones: HashMap<AccountId, Tz>,
    pub ended_until: Millis,
}

impl State {
    pub(super) fn has(&self, request_id: &str) -> bool {
        self.ids.contains(request_id)
    }

    pub(super) fn zone(&self, account: AccountId) -> Tz {
        self.zones.get(&account).copied().unwrap_or(Tz::UTC)
    }

    pub(super) fn caps_of(&self, account: AccountId) -> Vec<(CapOwner, ApiId, Limit)> {
        self.caps.get(&account).cloned().unwrap_or_default()
    }

    fn append(&mut self, rows: &[UsageRow]) {
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

    fn give(&mut self, new: &NewGrant) -> GrantId {
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

    fn end_due(&mut self, now: Millis, due: &Due) {
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

    fn revocable(&self, account: AccountId, public_id: &str) -> Vec<GrantId> {
        let alive = || {
            self.grants
                .iter()
                .filter(|(_, grant)| grant.account == account && grant.ended.is_none())
        };
        let Some((asked, found)) = alive().find(|(_, grant)| grant.public_id == public_id) else {
            return Vec::new();
        };
        alive()
            .filter(|(id, grant)| {
                *id == asked || (grant.recurrence.is_some() && grant.recurrence == found.recurrence)
            })
            .map(|(id, _)| GrantId(*id))
            .collect()
    }

    fn revoke(&mut self, in_flight: &[(GrantId, i64)]) {
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

    /// What the ledger must always be: nothing burnt twice or beyond what was given.
    pub(super) fn check(&self) {
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

/// The disk: committed state, and what goes wrong next.
#[derive(Debug, Default)]
pub(super) struct Disk {
    pub state: Mutex<State>,
    /// For the next write.
    pub fault: Mutex<Option<Fault>>,
    /// The next read fails.
    pub unreadable: Mutex<bool>,
    /// So often a write lets others go first.
    pub slow: Mutex<u32>,
    pub died: Mutex<bool>,
}

impl Disk {
    /// One transaction: all of it, or nothing.
    async fn write<T>(&self, work: impl FnOnce(&mut State) -> T) -> Stored<T> {
        let slow = *self.slow.lock();
        for _ in 0..slow {
            tokio::task::yield_now().await;
        }
        let fault = self.fault.lock().take();
        let failed = || StoreError::Transient("the disk fails".into());
        match fault {
            None => Ok(work(&mut self.state.lock())),
            Some(Fault::Fails) => Err(failed()),
            Some(Fault::Lies) => {
                work(&mut self.state.lock());
                Err(failed())
            }
            Some(Fault::DiesBefore | Fault::Tears) => self.die().await,
            Some(Fault::DiesAfter) => {
                work(&mut self.state.lock());
                self.die().await
            }
        }
    }

    async fn die<T>(&self) -> T {
        *self.died.lock() = true;
        std::future::pending().await
    }

    fn read<T>(&self, work: impl FnOnce(&State) -> T) -> Stored<T> {
        if std::mem::take(&mut *self.unreadable.lock()) {
            return Err(StoreError::Transient("the disk cannot be read".into()));
        }
        Ok(work(&self.state.lock()))
    }

    pub(super) fn move_account(&self, account: AccountId, zone: Tz) {
        self.state.lock().zones.insert(account, zone);
    }
}

#[async_trait]
impl Ledger for Disk {
    async fn append_on_terms(
        &self,
        rows: &[UsageRow],
        _terms: &[(usize, Terms)],
    ) -> Stored<Vec<LeftOut>> {
        self.write(|state| state.append(rows)).await?;
        Ok(Vec::new())
    }
}

#[async_trait]
impl Caps for Disk {
    async fn caps(&self, account: AccountId, _now: Millis) -> Stored<AccountCaps> {
        self.read(|state| {
            let zone = state.zone(account);
            let caps = state
                .caps_of(account)
                .into_iter()
                .map(|(owner, api, limit)| {
                    let mut charged = BTreeMap::<Millis, i64>::new();
                    for row in &state.usage {
                        let call = row.call();
                        if call.account == account
                            && call.api == api
                            && row.burnt.is_some()
                            && call.cap_owners().contains(&owner)
                        {
                            let start = limit.period.window(row.at, zone).start;
                            *charged.entry(start).or_default() += 1;
                        }
                    }
                    CountedCap {
                        cap: Cap {
                            owner,
                            owner_public_id: String::new(),
                            api,
                            limit,
                        },
                        charged: charged.into_iter().collect(),
                    }
                })
                .collect();
            AccountCaps {
                zone,
                caps,
                known_from: Millis::MIN / 4,
            }
        })
    }

    async fn set_cap(&self, set: CapChange, _change: Change) -> Stored<bool> {
        self.write(|state| {
            let caps = state.caps.entry(set.account).or_default();
            caps.retain(|(owner, api, _)| (*owner, *api) != (set.owner, set.api));
            caps.extend(set.limit.map(|limit| (set.owner, set.api, limit)));
            true
        })
        .await
    }
}

#[async_trait]
impl Grants for Disk {
    async fn sync_catalogue(
        &self,
        _apis: &[(String, i64)],
        _now: Millis,
        _change: Change,
    ) -> Stored<Vec<ApiId>> {
        Ok(Vec::new())
    }

    async fn balances(&self, account: AccountId) -> Stored<AccountGrants> {
        self.read(|state| AccountGrants {
            grants: state
                .grants
                .values()
                .filter(|grant| grant.account == account && grant.ended.is_none())
                .map(|grant| grant.balance)
                .collect(),
            renews_at: state
                .again
                .iter()
                .filter(|again| again.account == account)
                .filter_map(|again| again.next_at)
                .min(),
        })
    }

    async fn grants(&self, _account: AccountId) -> Stored<Vec<Grant>> {
        Ok(Vec::new())
    }

    async fn grant_entries(&self, _account: AccountId) -> Stored<Vec<GrantEntry>> {
        Ok(Vec::new())
    }

    async fn create_grant(&self, new: NewGrant, _change: Change) -> Stored<GrantId> {
        self.write(|state| state.give(&new)).await
    }

    async fn revocable(&self, account: AccountId, public_id: &str) -> Stored<Vec<GrantId>> {
        self.read(|state| state.revocable(account, public_id))
    }

    async fn revoke_grant(
        &self,
        account: AccountId,
        public_id: &str,
        in_flight: &[(GrantId, i64)],
        _change: Change,
    ) -> Stored<bool> {
        self.write(|state| {
            let known = state.revocable(account, public_id);
            let asked: Vec<_> = in_flight.iter().map(|(grant, _)| *grant).collect();
            if known.is_empty() || known != asked {
                return false;
            }
            state.revoke(in_flight);
            true
        })
        .await
    }

    async fn ended_until(&self) -> Stored<Millis> {
        Ok(self.state.lock().ended_until)
    }

    async fn due(&self, now: Millis, of: Option<AccountId>) -> Stored<Due> {
        self.read(|state| {
            let of_account = |account| of.is_none_or(|of| of == account);
            let is_due = |grant: &OnDisk| {
                of_account(grant.account)
                    && grant.ended.is_none()
                    && grant.balance.expires_at.is_some_and(|at| at <= now)
            };
            Due {
                grants: state
                    .grants
                    .values()
                    .filter(|grant| is_due(grant) || (grant.loose > 0 && of.is_none()))
                    .map(|grant| DueGrant {
                        account: grant.account,
                        grant: grant.balance.id,
                        in_flight: grant.loose,
                        ended: grant.ended.is_some(),
                    })
                    .collect(),
                recurrences: state
                    .again
                    .iter()
                    .enumerate()
                    .filter(|(_, again)| of_account(again.account))
                    .filter(|(_, again)| again.next_at.is_some_and(|at| at <= now))
                    .map(|(id, again)| (again.account, i64::try_from(id).unwrap()))
                    .collect(),
            }
        })
    }

    async fn end_due(&self, now: Millis, due: &Due) -> Stored<()> {
        self.write(|state| state.end_due(now, due)).await
    }

    async fn next_due(&self) -> Stored<NextDue> {
        Ok(NextDue::default())
    }
}

/// The disk as the ledger writer sees it.
pub(super) fn books(disk: &Arc<Disk>) -> Arc<dyn Books> {
    Arc::clone(disk) as _
}
