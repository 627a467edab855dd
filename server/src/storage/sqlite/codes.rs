use super::SqliteStore;
use super::audit::{commit_if_done, record};
use super::grants;
use crate::domain::audit::Change;
use crate::domain::codes::{Code, CodeBatch, CodeHash, NewBatch, NewCode, NoRedemption, Redeemed};
use crate::domain::grants::{NewGrant, Terms};
use crate::domain::store::{Codes, Redemption, Stored};
use crate::domain::{AccountId, ApiId, Millis};
use async_trait::async_trait;
use serde_json::json;
use sqlx::SqliteConnection;
use std::fmt::Write;

const INSERT_BATCH: &str = "
    INSERT INTO code_batches (public_id, label, count, api_id, calls, uses, expires_at, created_by,
                              created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    RETURNING id";

/// `[[public id, hash, hint], …]`
const INSERT_CODES: &str = "
    INSERT INTO codes (batch_id, public_id, code_hash, hint)
    SELECT $1, value ->> 0, unhex(value ->> 1), value ->> 2
    FROM json_each($2)
    ORDER BY key";

/// A batch with what became of its codes; the condition on them is that of their index.
macro_rules! batches {
    ($rest:literal) => {
        concat!(
            "
    SELECT batch.public_id, label, count, api_id, calls, uses, expires_at, revoked_at,
           batch.created_at, accounts.email AS created_by,
           (SELECT coalesce(sum(used), 0) FROM codes
            WHERE batch_id = batch.id AND (used > 0 OR revoked_at IS NOT NULL)) AS redeemed,
           (SELECT count(*) FROM codes
            WHERE batch_id = batch.id AND (used > 0 OR revoked_at IS NOT NULL)
              AND (used >= batch.uses OR codes.revoked_at IS NOT NULL)) AS over
    FROM code_batches batch LEFT JOIN accounts ON accounts.id = batch.created_by
    ",
            $rest
        )
    };
}

const BATCHES: &str = batches!(
    "WHERE batch.id < coalesce((SELECT id FROM code_batches WHERE public_id = $1),
                               9223372036854775807)
    ORDER BY batch.id DESC
    LIMIT $2"
);

const BATCH: &str = batches!("WHERE batch.public_id = $1");

const CODES: &str = "
    SELECT public_id, hint, used, revoked_at
    FROM codes
    WHERE batch_id = (SELECT id FROM code_batches WHERE public_id = $1)
      AND id > coalesce((SELECT id FROM codes WHERE public_id = $2), 0)
    ORDER BY id
    LIMIT $3";

const CODE: &str = "SELECT public_id, hint, used, revoked_at FROM codes WHERE public_id = $1";

const REVOKE: &str = "
    UPDATE codes SET revoked_at = $2
    WHERE public_id = $1 AND revoked_at IS NULL
      AND EXISTS (SELECT 1 FROM code_batches batch
                  WHERE batch.id = batch_id AND batch.revoked_at IS NULL AND used < uses)";

const REVOKE_BATCH: &str = "
    UPDATE code_batches SET revoked_at = $2
    WHERE public_id = $1 AND revoked_at IS NULL
      AND EXISTS (SELECT 1 FROM codes
                  WHERE batch_id = code_batches.id AND codes.revoked_at IS NULL AND used < uses)";

const BY_HASH: &str = "
    SELECT codes.id, codes.public_id, api_id, calls, created_by,
           EXISTS (SELECT 1 FROM redemptions WHERE code_id = codes.id AND account_id = $2) AS again
    FROM codes JOIN code_batches ON code_batches.id = batch_id
    WHERE code_hash = $1";

/// Takes one use, if there is one to take.
const TAKE: &str = "
    UPDATE codes SET used = used + 1
    WHERE id = $1 AND revoked_at IS NULL
      AND EXISTS (SELECT 1 FROM code_batches batch
                  WHERE batch.id = batch_id AND used < uses AND batch.revoked_at IS NULL
                    AND (expires_at IS NULL OR expires_at > $2))";

const REDEEM: &str = "
    INSERT INTO redemptions (code_id, account_id, grant_id, at) VALUES ($1, $2, $3, $4)";

const API_NAME: &str = "SELECT name FROM apis WHERE id = $1";

#[derive(sqlx::FromRow)]
struct BatchRow {
    public_id: String,
    label: Option<String>,
    count: i64,
    api_id: Option<i64>,
    calls: i64,
    uses: i64,
    expires_at: Option<i64>,
    revoked_at: Option<i64>,
    created_at: i64,
    created_by: Option<String>,
    redeemed: i64,
    over: i64,
}

impl From<BatchRow> for CodeBatch {
    fn from(row: BatchRow) -> Self {
        Self {
            public_id: row.public_id,
            label: row.label,
            api: row.api_id.map(ApiId),
            calls: row.calls,
            uses: row.uses,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            created_at: row.created_at,
            created_by: row.created_by,
            count: row.count,
            redeemed: row.redeemed,
            over: row.over,
        }
    }
}

#[derive(sqlx::FromRow)]
struct CodeRow {
    public_id: String,
    hint: String,
    used: i64,
    revoked_at: Option<i64>,
}

impl From<CodeRow> for Code {
    fn from(row: CodeRow) -> Self {
        Self {
            public_id: row.public_id,
            hint: row.hint,
            used: row.used,
            revoked_at: row.revoked_at,
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

/// A hash as a list in JSON carries it.
fn hexadecimal(hash: CodeHash) -> String {
    let text = String::with_capacity(64);
    hash.0.iter().fold(text, |mut text, byte| {
        // Writing into a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
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
    async fn create_codes(&self, new: NewBatch, codes: Vec<NewCode>, change: Change) -> Stored<()> {
        let count = i64::try_from(codes.len()).unwrap_or(i64::MAX);
        let rows: Vec<_> = codes
            .iter()
            .map(|code| json!([code.public_id, hexadecimal(code.hash), code.hint]))
            .collect();
        // Before the turn to write is taken: calls wait for whoever has it.
        let rows = json!(rows).to_string();
        let mut tx = self.write().await?;
        let (id,): (i64,) = sqlx::query_as(INSERT_BATCH)
            .bind(&new.public_id)
            .bind(new.label.as_deref())
            .bind(count)
            .bind(new.api.map(|api| api.0))
            .bind(new.calls)
            .bind(new.uses)
            .bind(new.expires_at)
            .bind(new.created_by.map(|id| id.0))
            .bind(new.created_at)
            .fetch_one(&mut *tx)
            .await?;
        sqlx::query(INSERT_CODES)
            .bind(id)
            .bind(rows)
            .execute(&mut *tx)
            .await?;
        record(&mut tx, &change).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn code_batches(&self, before: Option<&str>, limit: i64) -> Stored<Vec<CodeBatch>> {
        let rows: Vec<BatchRow> = sqlx::query_as(BATCHES)
            .bind(before)
            .bind(limit)
            .fetch_all(&self.readers)
            .await?;
        Ok(rows.into_iter().map(CodeBatch::from).collect())
    }

    async fn code_batch(&self, public_id: &str) -> Stored<Option<CodeBatch>> {
        let row: Option<BatchRow> = sqlx::query_as(BATCH)
            .bind(public_id)
            .fetch_optional(&self.readers)
            .await?;
        Ok(row.map(CodeBatch::from))
    }

    async fn codes_of(&self, batch: &str, after: Option<&str>, limit: i64) -> Stored<Vec<Code>> {
        let rows: Vec<CodeRow> = sqlx::query_as(CODES)
            .bind(batch)
            .bind(after)
            .bind(limit)
            .fetch_all(&self.readers)
            .await?;
        Ok(rows.into_iter().map(Code::from).collect())
    }

    async fn code(&self, public_id: &str) -> Stored<Option<Code>> {
        let row: Option<CodeRow> = sqlx::query_as(CODE)
            .bind(public_id)
            .fetch_optional(&self.readers)
            .await?;
        Ok(row.map(Code::from))
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

    async fn revoke_batch(&self, public_id: &str, at: Millis, change: Change) -> Stored<bool> {
        let mut tx = self.write().await?;
        let revoked = sqlx::query(REVOKE_BATCH)
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
