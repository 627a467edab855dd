//! The disk as the quota engine and the ledger writer see it.

use super::Disk;
use super::state::OnDisk;
use crate::domain::audit::Change;
use crate::domain::caps::{AccountCaps, Cap, CountedCap};
use crate::domain::grants::{AccountGrants, Grant, GrantEntry, NewGrant};
use crate::domain::idempotency::{LeftOut, Terms};
use crate::domain::store::{CapChange, Caps, Due, DueGrant, Grants, Ledger, NextDue, Stored};
use crate::domain::usage::UsageRow;
use crate::domain::{AccountId, ApiId, GrantId, Millis};
use async_trait::async_trait;
use std::collections::BTreeMap;

#[async_trait]
impl Ledger for Disk {
    async fn append_on_terms(
        &self,
        rows: &[UsageRow],
        terms: &[(usize, Terms)],
    ) -> Stored<Vec<LeftOut>> {
        self.write(|state| {
            let left_out = state.hold_terms(rows, terms);
            let gone = |place: usize| left_out.iter().any(|out| out.row == place);
            let written = rows.iter().enumerate().filter(|(place, _)| !gone(*place));
            state.append(written.map(|(_, row)| row));
            left_out
        })
        .await
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
            if !state.has_cap_owner(set.account, set.owner) {
                return false;
            }
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

    async fn due(&self, now: Millis, of: Option<&[AccountId]>) -> Stored<Due> {
        self.read(|state| {
            let of_account = |account| of.is_none_or(|of| of.contains(&account));
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
