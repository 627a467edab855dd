use super::SqliteStore;
use super::audit::{commit_if_done, record};
use super::grants;
use crate::domain::audit::Change;
use crate::domain::codes::{Code, CodeHash, NewCode, NoRedemption, Redeemed};
use crate::domain::grants::{NewGrant, Terms};
use crate::domain::store::{Codes, Redemption, Stored};
use crate::domain::{AccountId, ApiId, Millis};
use async_trait::async_trait;
use serde_json::json;
use sqlx::SqliteConnection;

const INSERT: &str = "
    INSERT INTO codes (public_id, code_hash, hint, api_id, calls, uses, expires_at, created_by,
                       created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

const NEWEST: &str = "
    SELECT public_id, hint, api_id, calls, uses, used, expires_at, revoked_at, created_at
    FROM codes ORDER BY id DESC LIMIT $1";

const REVOKE: &str = "
    UPDATE codes SET revoked_at = $2
    WHERE public_id = $1 AND revoked_at IS NULL AND used < uses";

const BY_HASH: &str = "
    SELECT id, public_id, api_id, calls, created_by,
           EXISTS (SELECT 1 FROM redemptions WHERE code_id = codes.id AND account_id = $2) AS again
    FROM codes WHERE code_hash = $1";

/// Takes one use, if there is one to take.
const TAKE: &str = "
    UPDATE codes SET used = used + 1
    WHERE id = $1 AND used < uses AND revoked_at IS NULL
      AND (expires_at IS NULL OR expires_at > $2)";

const REDEEM: &str = "
    INSERT INTO redemptions (code_id, account_id, grant_id, at) VALUES ($1, $2, $3, $4)";

const API_NAME: &str = "SELECT name FROM apis WHERE id = $1";

#[derive(sqlx::FromRow)]
struct CodeRow {
    public_id: String,
    hint: String,
    api_id: Option<i64>,
    calls: i64,
    uses: i64,
    used: i64,
    expires_at: Option<i64>,
    revoked_at: Option<i64>,
    created_at: i64,
}

impl From<CodeRow> for Code {
    fn from(row: CodeRow) -> Self {
        Self {
            public_id: row.public_id,
            hint: row.hint,
            api: row.api_id.map(ApiId),
            calls: row.calls,
            uses: row.uses,
            used: row.used,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            created_at: row.created_at,
        }
    }
}

#[derive(sqlx::FromRow)]
struct Found {
    id: i64,
    public_id: String,
    api_id: Option<i64>,
    calls: i64,
    created_by: Option<i64>,
    again: bool,
}

/// The grant of a redemption, with its entry in the log.
async fn give(
    connection: &mut SqliteConnection,
    found: &Found,
    asked: &Redemption,
    mut change: Change,
) -> Stored<Redeemed> {
    let api = found.api_id.map_or(asked.api, ApiId);
    let new = NewGrant {
        public_id: asked.grant_public_id.clone(),
        account: asked.account,
        api,
        calls: found.calls,
        terms: Terms::default(),
        reason: format!("Code {}", found.public_id),
        given_by: found.created_by.map(AccountId),
        created_at: asked.at,
    };
    let grant = grants::insert(connection, &new).await?;
    sqlx::query(REDEEM)
        .bind(found.id)
        .bind(asked.account.0)
        .bind(grant.0)
        .bind(asked.at)
        .execute(&mut *connection)
        .await?;
    let (name,): (String,) = sqlx::query_as(API_NAME)
        .bind(api.0)
        .fetch_one(&mut *connection)
        .await?;
    change.subject.clone_from(&found.public_id);
    change.after = Some(json!({
        "api": name, "calls": found.calls, "grant": asked.grant_public_id,
    }));
    record(connection, &change).await?;
    Ok(Redeemed {
        grant,
        api,
        calls: found.calls,
    })
}

#[async_trait]
impl Codes for SqliteStore {
    async fn create_code(&self, new: NewCode, change: Change) -> Stored<()> {
        let mut tx = self.write().await?;
        sqlx::query(INSERT)
            .bind(&new.public_id)
            .bind(new.hash.0.as_slice())
            .bind(&new.hint)
            .bind(new.api.map(|api| api.0))
            .bind(new.calls)
            .bind(new.uses)
            .bind(new.expires_at)
            .bind(new.created_by.map(|id| id.0))
            .bind(new.created_at)
            .execute(&mut *tx)
            .await?;
        record(&mut tx, &change).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn codes(&self, limit: i64) -> Stored<Vec<Code>> {
        let rows: Vec<CodeRow> = sqlx::query_as(NEWEST)
            .bind(limit)
            .fetch_all(&self.readers)
            .await?;
        Ok(rows.into_iter().map(Code::from).collect())
    }

    async fn revoke_code(&self, public_id: &str, at: Millis, change: Change) -> Stored<bool> {
        let mut tx = self.write().await?;
        let revoked = sqlx::query(REVOKE)
            .bind(public_id)
            .bind(at)
            .execute(&mut *tx)
            .await?;
        commit_if_done(tx, &revoked, &change).await
    }

    async fn redeem_code(
        &self,
        hash: CodeHash,
        asked: Redemption,
        change: Change,
    ) -> Stored<Result<Redeemed, NoRedemption>> {
        let mut tx = self.write().await?;
        let found: Option<Found> = sqlx::query_as(BY_HASH)
            .bind(hash.0.as_slice())
            .bind(asked.account.0)
            .fetch_optional(&mut *tx)
            .await?;
        let Some(found) = found else {
            return Ok(Err(NoRedemption::Unknown));
        };
        if found.again {
            return Ok(Err(NoRedemption::Again));
        }
        let taken = sqlx::query(TAKE)
            .bind(found.id)
            .bind(asked.at)
            .execute(&mut *tx)
            .await?;
        if taken.rows_affected() == 0 {
            return Ok(Err(NoRedemption::Over));
        }
        let redeemed = give(&mut tx, &found, &asked, change).await?;
        tx.commit().await?;
        Ok(Ok(redeemed))
    }
}
