use super::SqliteStore;
use crate::domain::store::{SessionRow, Sessions, Stored};
use crate::domain::{AccountId, Millis};
use async_trait::async_trait;

const SAVE: &str = "
    INSERT INTO sessions (id_hash, account_id, data, expires_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (id_hash) DO UPDATE
    SET account_id = excluded.account_id, data = excluded.data, expires_at = excluded.expires_at";

const BY_ID: &str = "
    SELECT account_id, data, expires_at FROM sessions WHERE id_hash = $1 AND expires_at > $2";

const DELETE: &str = "DELETE FROM sessions WHERE id_hash = $1";

const COUNT_STRANGERS: &str = "
    SELECT count(*) FROM sessions WHERE account_id IS NULL AND expires_at > $1";

const DELETE_EXPIRED: &str = "DELETE FROM sessions WHERE expires_at <= $1";

#[async_trait]
impl Sessions for SqliteStore {
    async fn save_session(&self, row: SessionRow) -> Stored<()> {
        sqlx::query(SAVE)
            .bind(row.id_hash.as_slice())
            .bind(row.account.map(|id| id.0))
            .bind(row.data)
            .bind(row.expires_at)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn session(&self, id_hash: [u8; 32], now: Millis) -> Stored<Option<SessionRow>> {
        let row: Option<(Option<i64>, String, i64)> = sqlx::query_as(BY_ID)
            .bind(id_hash.as_slice())
            .bind(now)
            .fetch_optional(&self.readers)
            .await?;
        Ok(row.map(|(account, data, expires_at)| SessionRow {
            id_hash,
            account: account.map(AccountId),
            data,
            expires_at,
        }))
    }

    async fn delete_session(&self, id_hash: [u8; 32]) -> Stored<()> {
        sqlx::query(DELETE)
            .bind(id_hash.as_slice())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn count_stranger_sessions(&self, now: Millis) -> Stored<i64> {
        let (count,): (i64,) = sqlx::query_as(COUNT_STRANGERS)
            .bind(now)
            .fetch_one(&self.readers)
            .await?;
        Ok(count)
    }

    async fn delete_expired_sessions(&self, now: Millis) -> Stored<u64> {
        let done = sqlx::query(DELETE_EXPIRED)
            .bind(now)
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected())
    }
}
