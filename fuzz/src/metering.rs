//! What `server/src/metering` has that an event is known by.

use crate::domain::idempotency::{Fingerprint, IdempotencyHash};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventId {
    pub hash: IdempotencyHash,
    pub fingerprint: Fingerprint,
}
