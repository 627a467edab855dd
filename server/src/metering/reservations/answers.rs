//! What is asked about held calls, and what is answered: now, and to each retry.

use super::super::{CommitError, RecordError, Verdict};
use crate::domain::idempotency::{Fingerprint, IdempotencyHash, KeptAnswer, Known};
use crate::domain::quota::{Call, Pace};
use crate::domain::usage::Outcome;
use crate::domain::{AccountId, Millis, StoreError};
use serde::{Deserialize, Serialize};

/// A reservation that is asked for.
#[derive(Debug, Clone)]
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
    /// A retry that comes later is at no pace.
    #[serde(skip)]
    pub pace: Pace,
}

/// Why there is no reservation.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Unreserved {
    #[error("refused")]
    Refused(Verdict),
    /// So many are held for the account, or at all.
    #[error("{0} reservations are held")]
    TooMany(usize),
    #[error(transparent)]
    Failed(#[from] RecordError),
}

impl From<StoreError> for Unreserved {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<CommitError> for Unreserved {
    fn from(error: CommitError) -> Self {
        Self::Failed(error.into())
    }
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

impl Settlement {
    pub(in crate::metering) fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&[
            &self.outcome.number().to_be_bytes(),
            &self.tokens.unwrap_or(-1).to_be_bytes(),
            &self.latency_ms.to_be_bytes(),
        ])
    }
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

impl SettledCall {
    /// For an account that is the caller's business.
    pub(super) fn own(self, covers: impl Fn(AccountId) -> bool) -> Result<Self, Unsettled> {
        if covers(self.account) {
            Ok(self)
        } else {
            Err(Unsettled::Unknown)
        }
    }
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

impl From<StoreError> for Unsettled {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<CommitError> for Unsettled {
    fn from(error: CommitError) -> Self {
        Self::Failed(error.into())
    }
}

/// An answer as it is kept for retries.
pub(super) fn kept(answer: &impl Serialize) -> KeptAnswer {
    KeptAnswer {
        status: 200,
        body: serde_json::to_string(answer).ok(),
    }
}

fn kept_before<'a, T: Deserialize<'a>>(known: &'a Known, what: &str) -> Result<T, RecordError> {
    let answer = known.answer.as_ref();
    answer
        .and_then(|answer| serde_json::from_str(answer.body.as_deref()?).ok())
        .ok_or_else(|| RecordError::Store(format!("a {what} cannot be read")))
}

/// The reservation that was made under a key before.
pub(super) fn reserved_before(
    known: &Known,
    fingerprint: Fingerprint,
) -> Result<Reserved, Unreserved> {
    if fingerprint != known.fingerprint {
        return Err(Unreserved::Refused(Verdict::Reused));
    }
    Ok(kept_before(known, "reservation")?)
}

/// The settlement that was made before, of a call that is the caller's business.
pub(super) fn settled_before(
    known: &Known,
    fingerprint: Fingerprint,
    covers: impl Fn(AccountId) -> bool,
) -> Result<SettledCall, Unsettled> {
    let settled: SettledCall = kept_before(known, "settlement")?;
    let settled = settled.own(covers)?;
    if fingerprint != known.fingerprint {
        return Err(Unsettled::Otherwise);
    }
    Ok(SettledCall {
        request_id: known.request_id.clone(),
        ..settled
    })
}
