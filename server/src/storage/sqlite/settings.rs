use super::SqliteStore;
use super::audit::{commit_if_done, record};
use super::key_changes;
use crate::domain::audit::Change;
use crate::domain::keys::KeyHash;
use crate::domain::store::{SessionSummary, Settings, Stored, Tombstone};
use crate::domain::{AccountId, Millis, StoreError};
use async_trait::async_trait;
use sqlx::SqliteConnection;

const SET_NAME: &str = "UPDATE accounts SET name = $2 WHERE id = $1";

const SET_PASSWORD: &str = "UPDATE accounts SET password_hash = $2 WHERE id = $1";

const THRESHOLDS: &str = "SELECT thresholds FROM accounts WHERE id = $1";

const SET_THRESHOLDS: &str = "UPDATE accounts SET thresholds = $2 WHERE id = $1";

const SESSIONS_OF: &str = "
    SELECT id_hash, coalesce(device, ''), coalesce(created_at, 0), coalesce(seen_at, 0)
    FROM sessions WHERE account_id = $1 AND expires_at > $2
    ORDER BY seen_at DESC, created_at DESC";

const END_ONE: &str = "DELETE FROM sessions WHERE account_id = $1 AND id_hash = $2";

const END_OTHERS: &str = "DELETE FROM sessions WHERE account_id = $1 AND id_hash <> $2";

const END_ALL: &str = "DELETE FROM sessions WHERE account_id = $1";

pub(super) const DROP_RESETS: &str =
    "DELETE FROM links WHERE account_id = $1 AND kind = 'reset' AND used_at IS NULL";

/// Letters that were sent to a mailbox of the account.
const DROP_LINKS: &str = "
    DELETE FROM links
    WHERE account_id = $1 OR email = (SELECT email FROM accounts WHERE id = $1)";

const FORGET_INVITATIONS: &str = "
    UPDATE audit SET after = json_remove(after, '$.email')
    WHERE action LIKE 'invitation.%'
      AND json_extract(after, '$.email') = (SELECT email FROM accounts WHERE id = $1)";

/// Of an owner, one must be left who may enter.
const BURY: &str = "
    UPDATE accounts
    SET name = $2, email = $3, disabled_at = $4, closed_at = $4,
        password_hash = '', reference_code = 'deleted-' || id
    WHERE id = $1 AND closed_at IS NULL
      AND (role <> 'owner' OR EXISTS (
          SELECT 1 FROM accounts others
          WHERE others.role = 'owner' AND others.disabled_at IS NULL AND others.id <> $1))";

/// The log keeps what was done, and forgets who it was.
const FORGET_ACTOR: &str = "UPDATE audit SET actor = $2 WHERE actor_id = $1";

const FORGET_VALUES: &str = "
    UPDATE audit
    SET before = json_remove(before, '$.name', '$.email'),
        after = json_remove(after, '$.name', '$.email')
    WHERE account_id = $1 AND action LIKE 'account.%'";

const FORGET_NOTES: &str = "DELETE FROM notes WHERE account_id = $1";

const WITHDRAW_REQUESTS: &str = "
    UPDATE quota_requests SET state = 'withdrawn', answered_at = $2
    WHERE account_id = $1 AND state = 'open'";

const KEY_HASHES: &str = "
    SELECT secret_hash FROM api_keys WHERE account_id = $1
    UNION ALL
    SELECT previous_hash FROM api_keys WHERE account_id = $1 AND previous_hash IS NOT NULL";

/// Percents as the column holds them.
pub(super) fn percents(text: &str) -> Stored<Vec<i64>> {
    serde_json::from_str(text).map_err(|error| StoreError::Broken(format!("thresholds: {error}")))
}

/// A new password ends all sessions, and all links that would set another.
pub(super) async fn replace_password(
    tx: &mut SqliteConnection,
    id: AccountId,
    hash: &str,
) -> Stored<()> {
    sqlx::query(SET_PASSWORD)
        .bind(id.0)
        .bind(hash)
        .execute(&mut *tx)
        .await?;
    sqlx::query(END_ALL).bind(id.0).execute(&mut *tx).await?;
    sqlx::query(DROP_RESETS).bind(id.0).execute(tx).await?;
    Ok(())
}

#[async_trait]
impl Settings for SqliteStore {
    async fn set_account_name(&self, id: AccountId, name: &str, change: Change) -> Stored<()> {
        let mut tx = self.write().await?;
        sqlx::query(SET_NAME)
            .bind(id.0)
            .bind(name)
            .execute(&mut *tx)
            .await?;
        record(&mut tx, &change).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn set_password(&self, id: AccountId, hash: &str, change: Change) -> Stored<()> {
        let mut tx = self.write().await?;
        replace_password(&mut tx, id, hash).await?;
        record(&mut tx, &change).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn thresholds(&self, id: AccountId) -> Stored<Vec<i64>> {
        let row: Option<(String,)> = sqlx::query_as(THRESHOLDS)
            .bind(id.0)
            .fetch_optional(&self.readers)
            .await?;
        row.map_or_else(|| Ok(Vec::new()), |(text,)| percents(&text))
    }

    async fn set_thresholds(&self, id: AccountId, percents: &[i64], change: Change) -> Stored<()> {
        let mut tx = self.write().await?;
        sqlx::query(SET_THRESHOLDS)
            .bind(id.0)
            .bind(serde_json::json!(percents).to_string())
            .execute(&mut *tx)
            .await?;
        record(&mut tx, &change).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn sessions_of(&self, id: AccountId, now: Millis) -> Stored<Vec<SessionSummary>> {
        let rows: Vec<(Vec<u8>, String, i64, i64)> = sqlx::query_as(SESSIONS_OF)
            .bind(id.0)
            .bind(now)
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter()
            .map(|(hash, device, signed_in_at, seen_at)| {
                Ok(SessionSummary {
                    id_hash: hash.try_into().map_err(|_| {
                        StoreError::Broken("the hash of a session is not 32 bytes long".into())
                    })?,
                    device,
                    signed_in_at,
                    seen_at,
                })
            })
            .collect()
    }

    async fn end_session(&self, id: AccountId, id_hash: [u8; 32], change: Change) -> Stored<bool> {
        let mut tx = self.write().await?;
        let ended = sqlx::query(END_ONE)
            .bind(id.0)
            .bind(id_hash.as_slice())
            .execute(&mut *tx)
            .await?;
        commit_if_done(tx, &ended, &change).await
    }

    async fn end_sessions_but(
        &self,
        id: AccountId,
        id_hash: [u8; 32],
        change: Change,
    ) -> Stored<()> {
        let mut tx = self.write().await?;
        sqlx::query(END_OTHERS)
            .bind(id.0)
            .bind(id_hash.as_slice())
            .execute(&mut *tx)
            .await?;
        record(&mut tx, &change).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn delete_account(
        &self,
        id: AccountId,
        tombstone: Tombstone,
        change: Change,
    ) -> Stored<Option<Vec<KeyHash>>> {
        let mut tx = self.write().await?;
        for forget in [DROP_LINKS, FORGET_INVITATIONS] {
            sqlx::query(forget).bind(id.0).execute(&mut *tx).await?;
        }
        super::second_factors::remove(&mut tx, id).await?;
        super::webhooks::remove_all(&mut tx, id).await?;
        super::openid::remove(&mut tx, id).await?;
        let buried = sqlx::query(BURY)
            .bind(id.0)
            .bind(&tombstone.name)
            .bind(&tombstone.email)
            .bind(tombstone.at)
            .execute(&mut *tx)
            .await?;
        if buried.rows_affected() == 0 {
            return Ok(None);
        }
        sqlx::query(END_ALL).bind(id.0).execute(&mut *tx).await?;
        sqlx::query(WITHDRAW_REQUESTS)
            .bind(id.0)
            .bind(tombstone.at)
            .execute(&mut *tx)
            .await?;
        sqlx::query(FORGET_NOTES)
            .bind(id.0)
            .execute(&mut *tx)
            .await?;
        record(&mut tx, &change).await?;
        sqlx::query(FORGET_ACTOR)
            .bind(id.0)
            .bind(&tombstone.email)
            .execute(&mut *tx)
            .await?;
        sqlx::query(FORGET_VALUES)
            .bind(id.0)
            .execute(&mut *tx)
            .await?;
        let hashes: Vec<(Vec<u8>,)> = sqlx::query_as(KEY_HASHES)
            .bind(id.0)
            .fetch_all(&mut *tx)
            .await?;
        tx.commit().await?;
        hashes
            .into_iter()
            .map(|(hash,)| key_changes::hash(hash))
            .collect::<Stored<_>>()
            .map(Some)
    }
}
