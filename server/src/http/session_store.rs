//! Console sessions in our own table, so that they can be listed and revoked.

use crate::clock::{self, Clock};
use crate::domain::store::{SessionRow, Store};
use crate::domain::{AccountId, Millis};
use async_trait::async_trait;
use rand::Rng;
use sha2::{Digest, Sha256};
use std::fmt;
use std::sync::Arc;
use time::OffsetDateTime;
use tower_sessions::Session;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result, SessionStore};

/// Field of a session that holds the account's row id.
pub(super) const ACCOUNT: &str = "account";
/// Field with the time of the sign-in.
pub(super) const SIGNED_IN: &str = "signed_in";
/// Field with the time of the last visit, to [`SEEN_EVERY`].
pub(super) const SEEN: &str = "seen";
/// Field with the browser and the system.
pub(super) const DEVICE: &str = "device";
/// A visit is noted at most so often.
pub(super) const SEEN_EVERY: Millis = 5 * 60 * 1_000;

/// A session ends so long after its sign-in, used or not (`product.md` §7).
const LONGEST: Millis = 90 * 24 * 60 * 60 * 1_000;

#[derive(Clone)]
pub(super) struct StoredSessions {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
}

impl StoredSessions {
    pub(super) fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }
}

impl fmt::Debug for StoredSessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoredSessions")
    }
}

/// The table knows a session by this; the cookie cannot be made from it.
fn id_hash(id: Id) -> [u8; 32] {
    Sha256::digest(id.0.to_be_bytes()).into()
}

/// The session of a request, as the table knows it.
pub(super) fn own_hash(session: &Session) -> Option<[u8; 32]> {
    session.id().map(id_hash)
}

/// The hash that a handle of the settings page stands for.
pub(super) fn hash_of(handle: &str) -> Option<[u8; 32]> {
    if handle.len() != 64 || !handle.is_ascii() {
        return None;
    }
    let mut hash = [0; 32];
    for (place, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&handle[place * 2..place * 2 + 2], 16).ok()?;
    }
    Some(hash)
}

fn row(record: &Record) -> Result<SessionRow> {
    let number = |field| record.data.get(field).and_then(serde_json::Value::as_i64);
    // However often it is used, a sign-in has an end.
    let end = number(SIGNED_IN).map_or(Millis::MAX, |at| at.saturating_add(LONGEST));
    let idle_end = record.expiry_date.unix_timestamp().saturating_mul(1_000);
    let device = record.data.get(DEVICE).and_then(serde_json::Value::as_str);
    Ok(SessionRow {
        id_hash: id_hash(record.id),
        account: number(ACCOUNT).map(AccountId),
        data: serde_json::to_string(&record.data)
            .map_err(|error| Error::Encode(error.to_string()))?,
        expires_at: idle_end.min(end),
        created_at: number(SIGNED_IN),
        seen_at: number(SEEN),
        device: device.map(str::to_owned),
    })
}

fn backend(error: impl ToString) -> Error {
    Error::Backend(error.to_string())
}

#[async_trait]
impl SessionStore for StoredSessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        // 128 bits of chance: two sessions do not meet.
        record.id = Id(clock::random().random());
        self.store
            .create_session(row(record)?)
            .await
            .map_err(backend)
    }

    async fn save(&self, record: &Record) -> Result<()> {
        self.store.save_session(row(record)?).await.map_err(backend)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let now = self.clock.now();
        let Some(row) = self
            .store
            .session(id_hash(*id), now)
            .await
            .map_err(backend)?
        else {
            return Ok(None);
        };
        Ok(Some(Record {
            id: *id,
            data: serde_json::from_str(&row.data)
                .map_err(|error| Error::Decode(error.to_string()))?,
            expiry_date: OffsetDateTime::from_unix_timestamp(row.expires_at / 1_000)
                .map_err(|error| Error::Decode(error.to_string()))?,
        }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.store
            .delete_session(id_hash(*id))
            .await
            .map_err(backend)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn a_session_ends_ninety_days_after_its_sign_in_however_often_it_is_used() {
        let signed_in: Millis = 1_795_516_800_000;
        let end_of = |idle_end: Millis| {
            let data = HashMap::from([(SIGNED_IN.to_owned(), signed_in.into())]);
            let record = Record {
                id: Id(1),
                data,
                expiry_date: OffsetDateTime::from_unix_timestamp(idle_end / 1_000).unwrap(),
            };
            row(&record).unwrap().expires_at
        };
        let soon = signed_in + 60_000;
        assert_eq!(end_of(soon), soon);
        assert_eq!(end_of(signed_in + LONGEST + 60_000), signed_in + LONGEST);
    }
}
