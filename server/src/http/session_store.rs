//! Console sessions in our own table, so that they can be listed and revoked.

use crate::clock::{self, Clock};
use crate::domain::AccountId;
use crate::domain::store::{SessionRow, Store};
use async_trait::async_trait;
use rand::Rng;
use sha2::{Digest, Sha256};
use std::fmt;
use std::sync::Arc;
use time::OffsetDateTime;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result, SessionStore};

/// Field of a session that holds the account's row id.
pub(super) const ACCOUNT: &str = "account";

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

fn backend(error: impl ToString) -> Error {
    Error::Backend(error.to_string())
}

#[async_trait]
impl SessionStore for StoredSessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        // 128 bits of chance: two sessions do not meet.
        record.id = Id(clock::random().random());
        self.save(record).await
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let account = record.data.get(ACCOUNT).and_then(serde_json::Value::as_i64);
        let row = SessionRow {
            id_hash: id_hash(record.id),
            account: account.map(AccountId),
            data: serde_json::to_string(&record.data)
                .map_err(|error| Error::Encode(error.to_string()))?,
            expires_at: record.expiry_date.unix_timestamp().saturating_mul(1_000),
        };
        self.store.save_session(row).await.map_err(backend)
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
