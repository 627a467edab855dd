use super::SqliteStore;
use crate::domain::idempotency::{LeftOut, Remembered};
use crate::domain::reservations::HeldCall;
use crate::domain::store::{Reservations, Stored};
use crate::domain::{AccountId, ApiId, GrantId, KeyId, Millis, ProjectId};
use async_trait::async_trait;
use serde_json::json;

const HELD: &str = "
    SELECT public_id, account_id, project_id, key_id, api_id, grant_id, tokens, end_user, made_at,
           expires_at
    FROM reservations WHERE lapsed_at IS NULL
    ORDER BY public_id";

const LAPSE: &str = "
    UPDATE reservations SET lapsed_at = $2
    WHERE public_id IN (SELECT value FROM json_each($1)) AND lapsed_at IS NULL";

const BY_ID: &str = "
    SELECT public_id, account_id, project_id, key_id, api_id, grant_id, tokens, end_user, made_at,
           expires_at
    FROM reservations WHERE public_id = $1";

const FORGET: &str = "DELETE FROM reservations WHERE lapsed_at < $1";

#[derive(sqlx::FromRow)]
struct HeldRow {
    public_id: String,
    account_id: i64,
    project_id: i64,
    key_id: i64,
    api_id: i64,
    grant_id: i64,
    tokens: i64,
    end_user: Option<String>,
    made_at: i64,
    expires_at: i64,
}

impl From<HeldRow> for HeldCall {
    fn from(row: HeldRow) -> Self {
        Self {
            public_id: row.public_id,
            account: AccountId(row.account_id),
            project: ProjectId(row.project_id),
            key: KeyId(row.key_id),
            api: ApiId(row.api_id),
            grant: GrantId(row.grant_id),
            tokens: row.tokens,
            end_user: row.end_user,
            made_at: row.made_at,
            expires_at: row.expires_at,
        }
    }
}

#[async_trait]
impl Reservations for SqliteStore {
    async fn create_reservations(
        &self,
        held: &[(HeldCall, Option<Remembered>)],
    ) -> Stored<Vec<LeftOut>> {
        self.hold_calls(held.to_vec()).await
    }

    async fn held_calls(&self) -> Stored<Vec<HeldCall>> {
        let rows: Vec<HeldRow> = sqlx::query_as(HELD).fetch_all(&self.readers).await?;
        Ok(rows.into_iter().map(HeldCall::from).collect())
    }

    async fn lapse_reservations(&self, ids: &[&str], at: Millis) -> Stored<()> {
        let mut tx = self.write().await?;
        sqlx::query(LAPSE)
            .bind(json!(ids).to_string())
            .bind(at)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    async fn reservation(&self, id: &str) -> Stored<Option<HeldCall>> {
        let row: Option<HeldRow> = sqlx::query_as(BY_ID)
            .bind(id)
            .fetch_optional(&self.readers)
            .await?;
        Ok(row.map(HeldCall::from))
    }

    async fn forget_lapsed_before(&self, at: Millis) -> Stored<u64> {
        let mut tx = self.write().await?;
        let gone = sqlx::query(FORGET).bind(at).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(gone.rows_affected())
    }
}
