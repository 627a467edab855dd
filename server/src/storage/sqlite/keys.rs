use super::audit::record;
use super::{SqliteStore, key_changes};
use crate::domain::audit::Change;
use crate::domain::keys::{Key, KeyHash, KeyIdentity, NewKey, PreviousSecret};
use crate::domain::store::{KeyChange, Keys, Stored};
use crate::domain::{AccountId, KeyId, ProjectId};
use async_trait::async_trait;

const INSERT: &str = "
    INSERT INTO api_keys
        (public_id, account_id, project_id, name, secret_hash, hint, created_at, expires_at)
    SELECT $1, $2, id, $4, $5, $6, $7, $8
    FROM projects WHERE id = $3 AND account_id = $2 AND deleted_at IS NULL";

const CAP_OF_NEW: &str = "
    INSERT INTO caps (account_id, key_id, api_id, calls, period)
    SELECT account_id, id, $2, $3, $4 FROM api_keys WHERE public_id = $1";

const OF_ACCOUNT: &str = "
    SELECT api_keys.id, api_keys.public_id, api_keys.account_id, project_id,
           projects.public_id AS project_public_id, projects.name AS project_name,
           api_keys.name, hint, api_keys.created_at, last_used_at, expires_at, disabled_at,
           api_keys.deleted_at, previous_hint, previous_until, coalesce(charged, 0) AS charged
    FROM api_keys
    JOIN projects ON projects.id = project_id
    LEFT JOIN key_totals ON key_id = api_keys.id
    WHERE api_keys.account_id = $1 AND ($2 OR api_keys.deleted_at IS NULL)
    ORDER BY api_keys.id DESC";

/// Two look-ups of one index each.
pub(super) const BY_HASH: &str = "
    SELECT api_keys.id, project_id, account_id, expires_at,
           CASE WHEN secret_hash = $1 THEN NULL ELSE previous_until END AS rotated_at,
           api_keys.disabled_at IS NOT NULL AS disabled,
           api_keys.deleted_at IS NOT NULL AS deleted,
           accounts.disabled_at IS NOT NULL AS account_disabled
    FROM api_keys JOIN accounts ON accounts.id = account_id
    WHERE secret_hash = $1 OR previous_hash = $1";

const BY_PUBLIC_ID: &str = "
    SELECT api_keys.id, project_id, account_id, expires_at, NULL AS rotated_at,
           api_keys.disabled_at IS NOT NULL AS disabled,
           api_keys.deleted_at IS NOT NULL AS deleted,
           accounts.disabled_at IS NOT NULL AS account_disabled, secret_hash
    FROM api_keys JOIN accounts ON accounts.id = account_id
    WHERE api_keys.public_id = $1";

const HASH_OF: &str = "
    SELECT secret_hash FROM api_keys
    WHERE account_id = $1 AND public_id = $2 AND deleted_at IS NULL";

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
    deleted_at: Option<i64>,
    previous_hint: Option<String>,
    previous_until: Option<i64>,
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
            deleted_at: row.deleted_at,
            previous: row
                .previous_hint
                .zip(row.previous_until)
                .map(|(hint, until)| PreviousSecret { hint, until }),
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
    rotated_at: Option<i64>,
    disabled: bool,
    deleted: bool,
    account_disabled: bool,
}

impl From<IdentityRow> for KeyIdentity {
    fn from(row: IdentityRow) -> Self {
        Self {
            key: KeyId(row.id),
            project: ProjectId(row.project_id),
            account: AccountId(row.account_id),
            expires_at: row.expires_at,
            rotated_at: row.rotated_at,
            disabled: row.disabled,
            deleted: row.deleted,
            account_disabled: row.account_disabled,
        }
    }
}

#[derive(sqlx::FromRow)]
struct NamedRow {
    #[sqlx(flatten)]
    identity: IdentityRow,
    secret_hash: Vec<u8>,
}

#[async_trait]
impl Keys for SqliteStore {
    async fn create_key(&self, new: NewKey, change: Change) -> Stored<bool> {
        let mut tx = self.write().await?;
        let made = sqlx::query(INSERT)
            .bind(&new.public_id)
            .bind(new.account.0)
            .bind(new.project.0)
            .bind(&new.name)
            .bind(new.hash.0.as_slice())
            .bind(&new.hint)
            .bind(new.created_at)
            .bind(new.expires_at)
            .execute(&mut *tx)
            .await?
            .rows_affected();
        if made == 0 {
            return Ok(false);
        }
        for (api, limit) in &new.caps {
            sqlx::query(CAP_OF_NEW)
                .bind(&new.public_id)
                .bind(api.0)
                .bind(limit.calls)
                .bind(limit.period.name())
                .execute(&mut *tx)
                .await?;
        }
        record(&mut tx, &change).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn keys(&self, account: AccountId) -> Stored<Vec<Key>> {
        self.keys_of(account, false).await
    }

    async fn all_keys(&self, account: AccountId) -> Stored<Vec<Key>> {
        self.keys_of(account, true).await
    }

    async fn key_by_hash(&self, hash: KeyHash) -> Stored<Option<KeyIdentity>> {
        let row: Option<IdentityRow> = sqlx::query_as(BY_HASH)
            .bind(hash.0.as_slice())
            .fetch_optional(&self.readers)
            .await?;
        Ok(row.map(KeyIdentity::from))
    }

    async fn key_by_public_id(&self, public_id: &str) -> Stored<Option<(KeyHash, KeyIdentity)>> {
        let row: Option<NamedRow> = sqlx::query_as(BY_PUBLIC_ID)
            .bind(public_id)
            .fetch_optional(&self.readers)
            .await?;
        row.map(|row| Ok((key_changes::hash(row.secret_hash)?, row.identity.into())))
            .transpose()
    }

    async fn key_hash(&self, account: AccountId, public_id: &str) -> Stored<Option<KeyHash>> {
        let row: Option<(Vec<u8>,)> = sqlx::query_as(HASH_OF)
            .bind(account.0)
            .bind(public_id)
            .fetch_optional(&self.readers)
            .await?;
        row.map(|(hash,)| key_changes::hash(hash)).transpose()
    }

    async fn change_key(
        &self,
        account: AccountId,
        public_id: &str,
        what: KeyChange,
        change: Change,
    ) -> Stored<Option<Vec<KeyHash>>> {
        let mut tx = self.write().await?;
        let hashes = key_changes::make(&mut tx, account, public_id, what).await?;
        if hashes.is_some() {
            record(&mut tx, &change).await?;
            tx.commit().await?;
        }
        Ok(hashes)
    }
}

impl SqliteStore {
    async fn keys_of(&self, account: AccountId, deleted_too: bool) -> Stored<Vec<Key>> {
        let rows: Vec<KeyRow> = sqlx::query_as(OF_ACCOUNT)
            .bind(account.0)
            .bind(deleted_too)
            .fetch_all(&self.readers)
            .await?;
        Ok(rows.into_iter().map(Key::from).collect())
    }
}
