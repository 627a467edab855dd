//! Calls with an `Idempotency-Key` (`product.md` §2.5): one that comes again gets
//! the first answer and is charged once. Of those that come at once, the first is
//! forwarded, and the others wait for it. A call that failed is not remembered.

use super::answer;
use super::call::Call;
use super::refusal::Refusal;
use crate::domain::idempotency::{
    Fingerprint, IdempotencyHash, KeptAnswer, Known, MOST_KEPT, Purpose, Remembered,
};
use crate::domain::limits::Accepted;
use crate::domain::usage::UsageRow;
use crate::metering::{CommitError, Hold, Ticket, Turn};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use bytes::Bytes;
use std::time::Duration;

const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// How long a call waits for the one that came first.
const PATIENCE: Duration = Duration::from_secs(30);

/// The call is the first under its key, until this is dropped.
pub(super) struct First {
    remembered: Remembered,
    _ticket: Ticket<()>,
}

/// Why a call is not to be made.
pub(super) enum NotFirst {
    /// It was made before.
    Known(Known),
    Refused(Refusal),
}

impl From<Refusal> for NotFirst {
    fn from(why: Refusal) -> Self {
        Self::Refused(why)
    }
}

impl Call {
    /// Whether this call is to be made. Nothing, for one without a key.
    ///
    /// # Errors
    /// It was made before, or cannot be made.
    pub(super) async fn first(&self, key: &str, body: &Bytes) -> Result<First, NotFirst> {
        let metering = &self.gateway.metering;
        let account = self.key.account;
        let hash = IdempotencyHash::of(Purpose::Call, &[key]);
        let path = self.route.metered.api.path.as_bytes();
        let fingerprint = Fingerprint::of(&[b"POST", path, body]);
        let turn = self
            .gateway
            .retries
            .turn(account, hash, fingerprint, PATIENCE);
        let ticket = match turn.await {
            Turn::First(ticket) => ticket,
            Turn::Reused => return Err(Refusal::KeyReused.into()),
            Turn::Done(()) | Turn::StillRunning => return Err(Refusal::StillRunning.into()),
        };
        match metering.remembered(account, hash).await {
            Ok(None) => Ok(First {
                remembered: metering.to_remember(account, hash, fingerprint),
                _ticket: ticket,
            }),
            Ok(Some(known)) if known.fingerprint != fingerprint => Err(Refusal::KeyReused.into()),
            Ok(Some(known)) => Err(NotFirst::Known(known)),
            Err(error) => {
                tracing::error!(%error, "a key of a retry could not be looked up");
                // A call before it may have been charged.
                Err(Refusal::Doubtful.into())
            }
        }
    }

    /// Charges the call, and remembers its answer if it has a key. What is known of
    /// another call that was made under the key meanwhile, if there is one.
    pub(super) async fn charge(
        &self,
        hold: Hold,
        row: UsageRow,
        status: StatusCode,
        body: Option<&Bytes>,
    ) -> Result<Option<Known>, CommitError> {
        let metering = &self.gateway.metering;
        let Some(first) = &self.once else {
            return metering.charge(hold, row).await.map(|()| None);
        };
        let kept = body
            .filter(|body| body.len() <= MOST_KEPT)
            .and_then(|body| std::str::from_utf8(body).ok());
        let remembered = Remembered {
            answer: Some(KeptAnswer {
                status: status.as_u16(),
                body: kept.map(str::to_owned),
            }),
            ..first.remembered.clone()
        };
        metering.charge_first(hold, row, remembered).await
    }

    /// The answer of the call that was made before.
    pub(super) async fn again(&self, known: Known, accepted: Option<Accepted>) -> Response {
        let Known {
            request_id, answer, ..
        } = known;
        let Some((status, body)) = answer.and_then(|answer| Some((answer.status, answer.body?)))
        else {
            let why = Refusal::NotKept { request_id };
            return self.refuse(why, accepted).await;
        };
        let id =
            HeaderValue::from_str(&request_id).unwrap_or_else(|_| self.arrival.id_header.clone());
        let status = StatusCode::from_u16(status).unwrap_or_default();
        let mut response = answer::passed(&id, status, body.into(), self.remaining().await);
        response
            .headers_mut()
            .insert(REPLAYED, HeaderValue::from_static("true"));
        response
    }
}
