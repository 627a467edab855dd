use super::SqliteStore;
use super::audit::record;
use crate::domain::audit::Change;
use crate::domain::keys::{Key, KeyHash, KeyIdentity, NewKey};
use crate::domain::store::{Keys, Stored};
use crate::domain::{AccountId, KeyId, Millis, ProjectId, StoreError};
use async_trait::async_trait;

const INSERT: &str = "
    INSERT INTO api_keys
        (public_id, account_id, project_id, name, secret_hash, hint, created_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

const OF_ACCOUNT: &str = "
    SELECT api_keys.id, api_keys.public_id, api_keys.account_id, project_id,
           projects.public_id AS project_public_id, projects.name AS project_name,
           api_keys.name, hint, api_keys.created_at, last_used_at, expires_at, disabled_at,
           coalesce(charged, 0) AS charged
    FROM api_keys
    JOIN projects ON projects.id = project_id
    LEFT JOIN key_totals ON key_id = api_keys.id
    WHERE api_keys.account_id = $1 AND api_keys.deleted_at IS NULL
    ORDER BY api_keys.id DESC";

const BY_HASH: &str = "
    SELECT api_keys.id, project_id, account_id, expires_at,
           api_keys.disabled_at IS NOT NULL AS disabled,
           accounts.disabled_at IS NOT NULL AS account_disabled
    FROM api_keys JOIN accounts ON accounts.id = account_id
    WHERE secret_hash = $1 AND deleted_at IS NULL";

const HASH_OF: &str = "
    SELECT secret_hash FROM api_keys
    WHERE account_id = $1 AND public_id = $2 AND deleted_at IS NULL";

const SET_DISABLED: &str = "
    UPDATE api_keys SET disabled_at = $3
    WHERE account_id = $1 AND public_id = $2 AND deleted_at IS NULL
    RETURNING secret_hash";

#[derive(sqlx::FromRow)]
struct KeyRow {
    id: i64,
    public_id: String,
    account_id: i64,
    project_id: i64,
    project_public_id: String,
    project_name: String,
    name: String,
    hint: String,
    created_at: i64,
    last_used_at: Option<i64>,
    expires_at: Option<i64>,
    disabled_at: Option<i64>,
    charged: i64,
}

impl From<KeyRow> for Key {
    fn from(row: KeyRow) -> Self {
        Self {
            id: KeyId(row.id),
            public_id: row.public_id,
            account: AccountId(row.account_id),
            project: ProjectId(row.project_id),
            project_public_id: row.project_public_id,
            project_name: row.project_name,
            name: row.name,
            hint: row.hint,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
            expires_at: row.expires_at,
            disabled_at: row.disabled_at,
            charged: row.charged,
        }
    }
}

#[derive(sqlx::FromRow)]
struct IdentityRow {
    id: i64,
    project_id: i64,
    account_id: i64,
    expires_at: Option<i64>,
    disabled: bool,
    account_disabled: bool,
}

#[async_trait]
impl Keys for SqliteStore {
    async fn create_key(&self, new: NewKey, change: Change) -> Stored<()> {
        let mut tx = self.write().await?;
        sqlx::query(INSERT)
            .bind(&new.public_id)
            .bind(new.account.0)
            .bind(new.project.0)
            .bind(&new.name)
            .bind(new.hash.0.as_slice())
            .bind(&new.hint)
            .bind(new.created_at)
            .bind(new.expires_at)
            .execute(&mut *tx)
            .await?;
        record(&mut tx, &change).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn keys(&self, account: AccountId) -> Stored<Vec<Key>> {
        let rows: Vec<KeyRow> = sqlx::query_as(OF_ACCOUNT)
            .bind(account.0)
            .fetch_all(&self.readers)
            .await?;
        Ok(rows.into_iter().map(Key::from).collect())
    }

    async fn key_by_hash(&self, hash: KeyHash) -> Stored<Option<KeyIdentity>> {
        let row: Option<IdentityRow> = sqlx::query_as(BY_HASH)
            .bind(hash.0.as_slice())
            .fetch_optional(&self.readers)
            .await?;
        Ok(row.map(|row| KeyIdentity {
            key: KeyId(row.id),
            project: ProjectId(row.project_id),
            account: AccountId(row.account_id),
            expires_at: row.expires_at,
            disabled: row.disabled,
            account_disabled: row.account_disabled,
        }))
    }

    async fn key_hash(&self, account: AccountId, public_id: &str) -> Stored<Option<KeyHash>> {
        let row: Option<(Vec<u8>,)> = sqlx::query_as(HASH_OF)
            .bind(account.0)
            .bind(public_id)
            .fetch_optional(&self.readers)
            .await?;
        row.map(|(hash,)| key_hash(hash)).transpose()
    }

    async fn set_key_disabled(
        &self,
        account: AccountId,
        public_id: &str,
        disabled_at: Option<Millis>,
        change: Change,
    ) -> Stored<Option<KeyHash>> {
        let mut tx = self.write().await?;
        let row: Option<(Vec<u8>,)> = sqlx::query_as(SET_DISABLED)
            .bind(account.0)
            .bind(public_id)
            .bind(disabled_at)
            .fetch_optional(&mut *tx)
            .await?;
        let Some((hash,)) = row else {
            return Ok(None);
        };
        record(&mut tx, &change).await?;
        tx.commit().await?;
        key_hash(hash).map(Some)
    }
}

fn key_hash(stored: Vec<u8>) -> Stored<KeyHash> {
    stored
        .try_into()
        .map(KeyHash)
        .map_err(|_| StoreError::Broken("the hash of a key is not 32 bytes long".into()))
}
