use super::SqliteStore;
use crate::domain::store::{SessionRow, Sessions, Stored};
use crate::domain::{AccountId, Millis};
use async_trait::async_trait;

const CREATE: &str = "
    INSERT INTO sessions (id_hash, account_id, data, expires_at, created_at, seen_at, device)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";

const SAVE: &str = "
    UPDATE sessions
    SET account_id = $2, data = $3, expires_at = $4, created_at = $5, seen_at = $6, device = $7
    WHERE id_hash = $1";

const BY_ID: &str = "
    SELECT account_id, data, expires_at, created_at, seen_at, device
    FROM sessions WHERE id_hash = $1 AND expires_at > $2";

const DELETE: &str = "DELETE FROM sessions WHERE id_hash = $1";

const COUNT_STRANGERS: &str = "
    SELECT count(*) FROM sessions WHERE account_id IS NULL AND expires_at > $1";

const DELETE_EXPIRED: &str = "DELETE FROM sessions WHERE expires_at <= $1";

#[derive(sqlx::FromRow)]
struct Row {
    account_id: Option<i64>,
    data: String,
    expires_at: i64,
    created_at: Option<i64>,
    seen_at: Option<i64>,
    device: Option<String>,
}

impl SqliteStore {
    async fn write_session(&self, statement: &'static str, row: SessionRow) -> Stored<()> {
        sqlx::query(statement)
            .bind(row.id_hash.as_slice())
            .bind(row.account.map(|id| id.0))
            .bind(row.data)
            .bind(row.expires_at)
            .bind(row.created_at)
            .bind(row.seen_at)
            .bind(row.device)
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}

#[async_trait]
impl Sessions for SqliteStore {
    async fn create_session(&self, row: SessionRow) -> Stored<()> {
        self.write_session(CREATE, row).await
    }

    async fn save_session(&self, row: SessionRow) -> Stored<()> {
        self.write_session(SAVE, row).await
    }

    async fn session(&self, id_hash: [u8; 32], now: Millis) -> Stored<Option<SessionRow>> {
        let row: Option<Row> = sqlx::query_as(BY_ID)
            .bind(id_hash.as_slice())
            .bind(now)
            .fetch_optional(&self.readers)
            .await?;
        Ok(row.map(|row| SessionRow {
            id_hash,
            account: row.account_id.map(AccountId),
            data: row.data,
            expires_at: row.expires_at,
            created_at: row.created_at,
            seen_at: row.seen_at,
            device: row.device,
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
