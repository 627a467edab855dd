//! How held calls end: settled by their service, once, however often it asks.

use super::super::once::Turn;
use super::super::writer::{Fate, Line};
use super::super::{CommitError, Hold, ReserveError};
use super::answers::{kept, settled_before};
use super::book::Held;
use super::{PATIENCE, Reservations, Settled, SettledCall, Settlement, Unsettled};
use crate::domain::AccountId;
use crate::domain::idempotency::{
    IdempotencyHash, Known, NO_ACCOUNT, Purpose, Remembered, Terms, Why,
};
use crate::domain::reservations::HeldCall;
use crate::domain::usage::{Outcome, UsageRow};
use std::sync::Arc;

/// Code of the envelope, for the row of a call that no grant could pay for.
const USED_UP: i64 = 40_300;

enum Found {
    Held(Held),
    Settled(Known),
}

fn all(_: AccountId) -> bool {
    true
}

impl Reservations {
    /// Settles a reservation of an account that `covers` says is the caller's
    /// business. A retry gets the same answer; what took place is never dropped.
    pub async fn settle(
        self: &Arc<Self>,
        id: &str,
        covers: impl Fn(AccountId) -> bool,
        how: Settlement,
    ) -> Result<SettledCall, Unsettled> {
        let hash = IdempotencyHash::of(Purpose::Settle, &[id]);
        let fingerprint = how.fingerprint();
        let turn = self.settling.turn(NO_ACCOUNT, hash, fingerprint, PATIENCE);
        let settled = match turn.await {
            Turn::Reused => Err(Unsettled::Otherwise),
            Turn::StillRunning => Err(CommitError::Full.into()),
            Turn::Done(done) => done,
            Turn::First(ticket) => {
                let entry = match self.find(id, hash).await? {
                    Found::Settled(known) => return settled_before(&known, fingerprint, covers),
                    Found::Held(entry) if covers(entry.call.account) => entry,
                    Found::Held(entry) => {
                        self.put_back(entry);
                        return Err(Unsettled::Unknown);
                    }
                };
                // What was taken out of the book goes its way to the end, even if
                // the service hangs up.
                let this = Arc::clone(self);
                let work = tokio::spawn(async move {
                    let settled = this.finish(entry, how, hash).await;
                    ticket.finish(settled.clone());
                    settled
                });
                work.await
                    .unwrap_or_else(|_| Err(CommitError::Closed.into()))
            }
        };
        settled.and_then(|settled| settled.own(covers))
    }

    async fn find(&self, id: &str, hash: IdempotencyHash) -> Result<Found, Unsettled> {
        if let Some(entry) = self.book.lock().take(id) {
            return Ok(Found::Held(entry));
        }
        if let Some(known) = self.till.remembered(NO_ACCOUNT, hash).await? {
            return Ok(Found::Settled(known));
        }
        let on_disk = self.till.books.store.reservation(id).await?;
        Ok(Found::Held(Held {
            call: on_disk.ok_or(Unsettled::Unknown)?,
            hold: None,
            lapsed: true,
        }))
    }

    /// Writes the row of a held call, with its end.
    async fn finish(
        &self,
        mut entry: Held,
        how: Settlement,
        hash: IdempotencyHash,
    ) -> Result<SettledCall, Unsettled> {
        let mut row = self.row_of(&entry.call, how);
        let mut status = Settled::Released;
        let mut hold = None;
        if how.outcome == Outcome::Succeeded {
            if entry.hold.is_none() {
                match self.late_hold(&entry.call).await {
                    Ok(late) => entry.hold = late,
                    Err(error) => {
                        self.put_back(entry);
                        return Err(error);
                    }
                }
            }
            // Lent: if the row cannot be written, the call stays held for the next try.
            hold = entry.hold.as_mut().map(Hold::lend);
            if let Some(hold) = &hold {
                status = Settled::Charged;
                row.burnt = Some(hold.reservation().grant);
            } else {
                status = Settled::Overage;
                (row.outcome, row.code) = (Outcome::Blocked, USED_UP);
            }
        }
        let settled = SettledCall {
            account: row.account,
            status,
            request_id: row.request_id.clone(),
        };
        let terms = Terms {
            first: Some(Remembered {
                account: NO_ACCOUNT,
                hash,
                fingerprint: how.fingerprint(),
                days: self.till.key_days(),
                answer: Some(kept(&settled)),
            }),
            settles: Some(entry.call.public_id.clone()),
        };
        let line = Line {
            row,
            hold,
            terms: Some(terms),
        };
        match self.till.writer.append(line).await {
            Ok(Fate::Written) => Ok(settled),
            Ok(Fate::LeftOut(Why::Known(known))) => settled_before(&known, how.fingerprint(), all),
            // It is gone: settled by a commit that was said to have failed, or over
            // for so long that it was forgotten.
            Ok(Fate::LeftOut(Why::Gone)) => match self.till.remembered(NO_ACCOUNT, hash).await? {
                Some(known) => settled_before(&known, how.fingerprint(), all),
                None => Err(Unsettled::Unknown),
            },
            Err(error) => {
                // Perhaps it is on disk: then the next try finds it settled.
                self.put_back(entry);
                Err(error.into())
            }
        }
    }

    fn row_of(&self, call: &HeldCall, how: Settlement) -> UsageRow {
        UsageRow {
            request_id: self.new_request_id(),
            account: call.account,
            project: call.project,
            key: call.key,
            api: call.api,
            at: call.made_at,
            outcome: how.outcome,
            code: how.code,
            burnt: None,
            tokens: how.tokens.unwrap_or(call.tokens),
            latency_ms: how.latency_ms,
            end_user: call.end_user.clone(),
        }
    }

    /// A call for a success that comes late: its reservation lapsed. Nothing, if
    /// nothing is left to pay for it.
    async fn late_hold(&self, call: &HeldCall) -> Result<Option<Hold>, Unsettled> {
        match self.till.reserve(call.call()).await {
            Ok(hold) => Ok(Some(hold)),
            Err(ReserveError::Store(error)) => Err(error.into()),
            Err(_) => Ok(None),
        }
    }

    fn put_back(&self, Held { call, hold, lapsed }: Held) {
        if !lapsed {
            self.book.lock().insert(call, hold);
        }
    }
}
