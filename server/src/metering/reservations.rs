//! Calls that services hold: in memory with their hold, on disk as rows. A
//! restart holds them again; the time limit and the settlement race for the entry
//! in memory, and the row follows whoever has it.

use super::once::{Once, Turn};
use super::record::{blocked_row, refused};
use super::writer::{Fate, Line};
use super::{CommitError, Hold, Metering, RecordError, ReserveError, Verdict};
use crate::clock;
use crate::domain::idempotency::{
    Fingerprint, IdempotencyHash, KeptAnswer, Known, LeftOut, NO_ACCOUNT, Purpose, Remembered,
    Terms, Why,
};
use crate::domain::ids::{Noun, public_id};
use crate::domain::quota::Call;
use crate::domain::reservations::{HeldCall, KEPT, MOST, MOST_OF_ACCOUNT};
use crate::domain::usage::{Outcome, UsageRow};
use crate::domain::{AccountId, Millis, StoreError};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// Reservations that may wait to be written.
const QUEUE: usize = 4_096;
/// How often it is looked for those that nobody settled.
const TICK: Duration = Duration::from_secs(1);
/// How often is forgotten what is over.
const SWEEP: Millis = 60 * 60 * 1_000;
/// How long a settlement waits for one of the same reservation.
const PATIENCE: Duration = Duration::from_secs(10);
/// Code of the envelope, for the row of a call that no grant could pay for.
const USED_UP: i64 = 40_300;

/// A reservation that is asked for.
#[derive(Debug)]
pub struct AskedReservation {
    pub call: Call,
    pub tokens: i64,
    pub end_user: Option<String>,
    pub expires_at: Millis,
    /// What it is known by if it comes again.
    pub key: Option<(IdempotencyHash, Fingerprint)>,
}

/// A reservation that was made, now or under the same key before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reserved {
    pub reservation: String,
    pub expires_at: Millis,
}

/// Why there is no reservation.
#[derive(Debug, thiserror::Error)]
pub enum Unreserved {
    #[error("refused")]
    Refused(Verdict),
    /// So many are held for the account, or at all.
    #[error("{0} reservations are held")]
    TooMany(usize),
    #[error(transparent)]
    Failed(#[from] RecordError),
}

/// How a held call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settlement {
    pub outcome: Outcome,
    /// Code of the envelope.
    pub code: i64,
    /// As counted in the end; as announced, if nothing is said.
    pub tokens: Option<i64>,
    pub latency_ms: i64,
}

/// What a settlement did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Settled {
    Charged,
    /// The call failed: it gave its hold back, and is logged.
    Released,
    /// It succeeded, but its reservation had lapsed and nothing was left: logged
    /// as blocked, and not charged.
    Overage,
}

/// The answer to a settlement, and to each retry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettledCall {
    pub account: AccountId,
    pub status: Settled,
    #[serde(skip)]
    pub request_id: String,
}

/// Why nothing was settled.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Unsettled {
    #[error("there is no such reservation")]
    Unknown,
    #[error("it was settled otherwise")]
    Otherwise,
    #[error(transparent)]
    Failed(#[from] RecordError),
}

struct Held {
    call: HeldCall,
    /// Nothing, if what it held is gone: the time limit took it, or its grant lapsed
    /// over a restart.
    hold: Option<Hold>,
    /// It is in the book no more, only on disk.
    lapsed: bool,
}

/// Those that are neither settled nor lapsed.
#[derive(Default)]
struct Book {
    held: HashMap<String, Held>,
    by_expiry: BTreeSet<(Millis, String)>,
    of_account: HashMap<AccountId, usize>,
}

impl Book {
    fn insert(&mut self, call: HeldCall, hold: Option<Hold>) {
        *self.of_account.entry(call.account).or_default() += 1;
        let id = call.public_id.clone();
        self.by_expiry.insert((call.expires_at, id.clone()));
        let lapsed = false;
        self.held.insert(id, Held { call, hold, lapsed });
    }

    fn take(&mut self, id: &str) -> Option<Held> {
        let taken = self.held.remove(id)?;
        self.by_expiry
            .remove(&(taken.call.expires_at, id.to_owned()));
        if let Some(count) = self.of_account.get_mut(&taken.call.account) {
            *count -= 1;
            if *count == 0 {
                self.of_account.remove(&taken.call.account);
            }
        }
        Some(taken)
    }

    fn due(&self, now: Millis) -> Vec<String> {
        self.by_expiry
            .iter()
            .take_while(|(at, _)| *at <= now)
            .map(|(_, id)| id.clone())
            .collect()
    }
}

struct Making {
    call: HeldCall,
    hold: Hold,
    first: Option<Remembered>,
    made: oneshot::Sender<Result<Option<Known>, StoreError>>,
}

/// The service. One for each process, beside its [`Metering`].
pub struct Reservations {
    metering: Arc<Metering>,
    book: Arc<Mutex<Book>>,
    making: mpsc::Sender<Making>,
    settling: Once<Result<SettledCall, Unsettled>>,
}

impl Reservations {
    /// Holds again what was held before a restart, and starts the tasks that
    /// write and that watch the time.
    pub async fn start(metering: Arc<Metering>) -> Result<Arc<Self>, StoreError> {
        let (making, queue) = mpsc::channel(QUEUE);
        let book = Arc::<Mutex<Book>>::default();
        for call in metering.store.held_calls().await? {
            let hold = metering.hold_again(&call).await?;
            if hold.is_none() {
                tracing::warn!(reservation = %call.public_id, "what it held is gone");
            }
            book.lock().insert(call, hold);
        }
        tokio::spawn(write(queue, Arc::clone(&metering), Arc::clone(&book)));
        let this = Arc::new(Self {
            metering,
            book,
            making,
            settling: Once::default(),
        });
        tokio::spawn(watch(Arc::downgrade(&this)));
        Ok(this)
    }

    /// Holds a call, on disk when this answers.
    pub async fn reserve(&self, asked: AskedReservation) -> Result<Reserved, Unreserved> {
        let account = asked.call.account;
        if let Some(known) = self.known(account, asked.key).await? {
            return known;
        }
        self.has_room(account)?;
        let hold = match self.metering.reserve(asked.call).await {
            Ok(hold) => hold,
            Err(ReserveError::Store(error)) => return Err(RecordError::from(error).into()),
            Err(error) => {
                // Its twin may have taken the last call.
                if let Some(known) = self.known(account, asked.key).await? {
                    return known;
                }
                let verdict = refused(error);
                let row = blocked_row(self.row(&asked), &verdict);
                let logged = self.metering.log(row).await;
                logged.map_err(RecordError::from)?;
                return Err(Unreserved::Refused(verdict));
            }
        };
        let reserved = Reserved {
            reservation: public_id(
                Noun::Reservation,
                self.metering.clock.now(),
                &mut clock::random(),
            ),
            expires_at: asked.expires_at,
        };
        let first = asked.key.map(|(hash, fingerprint)| Remembered {
            account,
            hash,
            fingerprint,
            days: self.metering.days(),
            answer: Some(KeptAnswer {
                status: 200,
                body: serde_json::to_string(&reserved).ok(),
            }),
        });
        let call = HeldCall {
            public_id: reserved.reservation.clone(),
            account,
            project: asked.call.project,
            key: asked.call.key,
            api: asked.call.api,
            grant: hold.reservation().grant,
            tokens: asked.tokens,
            end_user: asked.end_user,
            made_at: asked.call.at,
            expires_at: asked.expires_at,
        };
        let (made, answer) = oneshot::channel();
        let making = Making {
            call,
            hold,
            first,
            made,
        };
        // A full queue is told at once: the service asks again.
        let queued = self.making.try_send(making);
        queued.map_err(|_| RecordError::from(CommitError::Full))?;
        match answer.await {
            Ok(Ok(None)) => Ok(reserved),
            Ok(Ok(Some(known))) => again(&known, asked.key),
            Ok(Err(error)) => Err(RecordError::from(error).into()),
            Err(_) => Err(RecordError::from(CommitError::Closed).into()),
        }
    }

    fn has_room(&self, account: AccountId) -> Result<(), Unreserved> {
        let book = self.book.lock();
        if book.held.len() >= MOST {
            return Err(Unreserved::TooMany(MOST));
        }
        match book.of_account.get(&account) {
            Some(held) if *held >= MOST_OF_ACCOUNT => Err(Unreserved::TooMany(MOST_OF_ACCOUNT)),
            _ => Ok(()),
        }
    }

    async fn known(
        &self,
        account: AccountId,
        key: Option<(IdempotencyHash, Fingerprint)>,
    ) -> Result<Option<Result<Reserved, Unreserved>>, Unreserved> {
        let Some((hash, _)) = key else {
            return Ok(None);
        };
        let metering = &self.metering;
        let known = metering.store.remembered(account, hash, metering.days());
        let known = known.await.map_err(RecordError::from)?;
        Ok(known.map(|known| again(&known, key)))
    }

    fn row(&self, asked: &AskedReservation) -> UsageRow {
        UsageRow {
            request_id: self.metering.new_request_id(),
            account: asked.call.account,
            project: asked.call.project,
            key: asked.call.key,
            api: asked.call.api,
            at: asked.call.at,
            outcome: Outcome::Succeeded,
            code: 0,
            burnt: None,
            tokens: asked.tokens,
            latency_ms: 0,
            end_user: asked.end_user.clone(),
        }
    }

    /// Settles a reservation of an account that `covers` says is the caller's
    /// business. A retry gets the same answer; what took place is never dropped.
    pub async fn settle(
        self: &Arc<Self>,
        id: &str,
        covers: impl Fn(AccountId) -> bool,
        how: Settlement,
    ) -> Result<SettledCall, Unsettled> {
        let hash = IdempotencyHash::of(Purpose::Settle, &[id]);
        let fingerprint = Fingerprint::of(&[
            &how.outcome.number().to_be_bytes(),
            &how.tokens.unwrap_or(-1).to_be_bytes(),
            &how.latency_ms.to_be_bytes(),
        ]);
        let turn = self.settling.turn(NO_ACCOUNT, hash, fingerprint, PATIENCE);
        let settled = match turn.await {
            Turn::Reused => Err(Unsettled::Otherwise),
            Turn::StillRunning => Err(RecordError::from(CommitError::Full).into()),
            Turn::Done(done) => done,
            Turn::First(ticket) => {
                let found = self.find(id, hash).await?;
                let entry = match found {
                    Found::Settled(known) => {
                        let settled = own(settled_before(&known)?, covers)?;
                        return if known.fingerprint == fingerprint {
                            Ok(settled)
                        } else {
                            Err(Unsettled::Otherwise)
                        };
                    }
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
                    let settled = this.finish(entry, how, hash, fingerprint).await;
                    ticket.finish(settled.clone());
                    settled
                });
                work.await
                    .unwrap_or_else(|_| Err(RecordError::from(CommitError::Closed).into()))
            }
        };
        settled.and_then(|settled| own(settled, covers))
    }

    async fn find(&self, id: &str, hash: IdempotencyHash) -> Result<Found, Unsettled> {
        if let Some(entry) = self.book.lock().take(id) {
            return Ok(Found::Held(entry));
        }
        let metering = &self.metering;
        let known = metering.store.remembered(NO_ACCOUNT, hash, metering.days());
        if let Some(known) = known.await.map_err(RecordError::from)? {
            return Ok(Found::Settled(known));
        }
        let on_disk = metering.store.reservation(id).await;
        let call = on_disk
            .map_err(RecordError::from)?
            .ok_or(Unsettled::Unknown)?;
        Ok(Found::Held(Held {
            call,
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
        fingerprint: Fingerprint,
    ) -> Result<SettledCall, Unsettled> {
        let mut row = UsageRow {
            request_id: self.metering.new_request_id(),
            account: entry.call.account,
            project: entry.call.project,
            key: entry.call.key,
            api: entry.call.api,
            at: entry.call.made_at,
            outcome: how.outcome,
            code: how.code,
            burnt: None,
            tokens: how.tokens.unwrap_or(entry.call.tokens),
            latency_ms: how.latency_ms,
            end_user: entry.call.end_user.clone(),
        };
        let (status, hold) = if how.outcome == Outcome::Succeeded {
            let hold = match entry.hold.take() {
                Some(hold) => Some(hold),
                None => self.late_hold(&entry.call).await?,
            };
            if let Some(hold) = hold {
                row.burnt = Some(hold.reservation().grant);
                (Settled::Charged, Some(hold))
            } else {
                (row.outcome, row.code) = (Outcome::Blocked, USED_UP);
                (Settled::Overage, None)
            }
        } else {
            (Settled::Released, None)
        };
        let settled = SettledCall {
            account: row.account,
            status,
            request_id: row.request_id.clone(),
        };
        let terms = Terms {
            first: Some(Remembered {
                account: NO_ACCOUNT,
                hash,
                fingerprint,
                days: self.metering.days(),
                answer: Some(KeptAnswer {
                    status: 200,
                    body: serde_json::to_string(&settled).ok(),
                }),
            }),
            settles: Some(entry.call.public_id.clone()),
        };
        let line = Line {
            row,
            hold,
            terms: Some(terms),
        };
        match self.metering.till.writer.append(line).await {
            Ok(Fate::Written) => Ok(settled),
            Ok(Fate::LeftOut(Why::Known(known))) => settled_before(&known).and_then(|settled| {
                let same = known.fingerprint == fingerprint;
                same.then_some(settled).ok_or(Unsettled::Otherwise)
            }),
            Ok(Fate::LeftOut(Why::Gone)) => Err(Unsettled::Unknown),
            Err(error) => {
                // Perhaps it is on disk: then the next try finds it settled.
                self.put_back(entry);
                Err(RecordError::from(error).into())
            }
        }
    }

    /// A call for a success that comes late: its reservation lapsed. Nothing, if
    /// nothing is left to pay for it.
    async fn late_hold(&self, call: &HeldCall) -> Result<Option<Hold>, Unsettled> {
        match self.metering.reserve(call.call()).await {
            Ok(hold) => Ok(Some(hold)),
            Err(ReserveError::Store(error)) => Err(RecordError::from(error).into()),
            Err(_) => Ok(None),
        }
    }

    fn put_back(&self, Held { call, hold, lapsed }: Held) {
        if !lapsed {
            let hold = hold.or_else(|| self.metering.hold_again_now(&call));
            self.book.lock().insert(call, hold);
        }
    }

    /// Has every reservation lapse whose time is over. Answers how many did.
    pub async fn lapse(&self) -> usize {
        let now = self.metering.clock.now();
        let due = self.book.lock().due(now);
        if due.is_empty() {
            return 0;
        }
        let ids: Vec<&str> = due.iter().map(String::as_str).collect();
        if let Err(error) = self.metering.store.lapse_reservations(&ids, now).await {
            tracing::error!(%error, "reservations that are over were not marked");
            return 0;
        }
        // A settlement may have come first. The holds of the others go with them:
        // their calls are free again.
        let mut book = self.book.lock();
        let lapsed: Vec<Held> = due.iter().filter_map(|id| book.take(id)).collect();
        drop(book);
        lapsed.len()
    }

    async fn sweep(&self) {
        let metering = &self.metering;
        let before = metering.clock.now() - KEPT;
        let first = metering.days().first;
        let swept = async {
            metering.store.forget_lapsed_before(before).await?;
            // A little at a time: calls wait for the same connection.
            while metering.store.forget_keys_before(first).await? > 0 {
                tokio::task::yield_now().await;
            }
            Ok::<_, StoreError>(())
        };
        if let Err(error) = swept.await {
            tracing::warn!(%error, "what is over was not forgotten");
        }
    }
}

enum Found {
    Held(Held),
    Settled(Known),
}

fn own(settled: SettledCall, covers: impl Fn(AccountId) -> bool) -> Result<SettledCall, Unsettled> {
    if covers(settled.account) {
        Ok(settled)
    } else {
        Err(Unsettled::Unknown)
    }
}

fn settled_before(known: &Known) -> Result<SettledCall, Unsettled> {
    let body = known
        .answer
        .as_ref()
        .and_then(|answer| answer.body.as_deref());
    let settled: Option<SettledCall> = body.and_then(|body| serde_json::from_str(body).ok());
    settled
        .map(|settled| SettledCall {
            request_id: known.request_id.clone(),
            ..settled
        })
        .ok_or_else(|| RecordError::Store("a settlement cannot be read".into()).into())
}

fn again(
    known: &Known,
    key: Option<(IdempotencyHash, Fingerprint)>,
) -> Result<Reserved, Unreserved> {
    if key.is_none_or(|(_, fingerprint)| fingerprint != known.fingerprint) {
        return Err(Unreserved::Refused(Verdict::Reused));
    }
    let body = known
        .answer
        .as_ref()
        .and_then(|answer| answer.body.as_deref());
    body.and_then(|body| serde_json::from_str(body).ok())
        .ok_or_else(|| RecordError::Store("a reservation cannot be read".into()).into())
}

/// Writes what waits in one transaction, as the ledger writer does.
async fn write(mut queue: mpsc::Receiver<Making>, metering: Arc<Metering>, book: Arc<Mutex<Book>>) {
    let mut waiting = Vec::new();
    while queue.recv_many(&mut waiting, QUEUE).await > 0 {
        let mut rows = Vec::with_capacity(waiting.len());
        let mut holds = Vec::with_capacity(waiting.len());
        for making in waiting.drain(..) {
            rows.push((making.call, making.first));
            holds.push((making.hold, making.made));
        }
        match metering.store.create_reservations(&rows).await {
            Ok(left_out) => {
                let mut known: HashMap<usize, Why> = left_out
                    .into_iter()
                    .map(|LeftOut { row, why }| (row, why))
                    .collect();
                for (place, ((call, _), (hold, made))) in rows.into_iter().zip(holds).enumerate() {
                    let known = match known.remove(&place) {
                        Some(Why::Known(known)) => Some(known),
                        Some(Why::Gone) => None,
                        None => {
                            book.lock().insert(call, Some(hold));
                            None
                        }
                    };
                    // A service that hung up leaves its reservation to the time limit.
                    let _ = made.send(Ok(known));
                }
            }
            Err(error) => {
                tracing::error!(%error, "reservations were not written");
                for (hold, made) in holds {
                    drop(hold);
                    let _ = made.send(Err(StoreError::Transient(error.to_string())));
                }
            }
        }
    }
}

async fn watch(reservations: Weak<Reservations>) {
    let mut ticks = tokio::time::interval(TICK);
    let mut swept_at = Millis::MIN;
    loop {
        ticks.tick().await;
        let Some(this) = reservations.upgrade() else {
            return;
        };
        this.lapse().await;
        let now = this.metering.clock.now();
        if now.saturating_sub(swept_at) >= SWEEP {
            swept_at = now;
            this.sweep().await;
        }
    }
}
