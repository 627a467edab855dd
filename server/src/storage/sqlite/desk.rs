use super::audit::{commit_if_done, record};
use super::{SqliteStore, key_changes};
use crate::domain::accounts::Role;
use crate::domain::audit::Change;
use crate::domain::keys::KeyHash;
use crate::domain::store::{CallCount, Desk, NearLimit, NewNote, Note, Overview, Stored};
use crate::domain::usage::Outcome;
use crate::domain::{AccountId, ApiId, Millis, StoreError};
use async_trait::async_trait;
use sqlx::SqliteConnection;

/// Calls that the overview looks at: the newest, by row.
const MOST_CALLS: i64 = 100_000;
/// Crossings that the overview shows.
const MOST_NEAR: i64 = 10;

const CALLS: &str = "
    SELECT outcome, code, count(*) AS calls, sum(charge) AS charged
    FROM (SELECT outcome, code, charge, at FROM usage ORDER BY id DESC LIMIT $2)
    WHERE at >= $1
    GROUP BY outcome, code
    ORDER BY calls DESC";

const ACCOUNTS: &str = "
    SELECT count(*), coalesce(sum(created_at >= $1), 0),
           coalesce(sum(disabled_at IS NOT NULL), 0)
    FROM accounts WHERE closed_at IS NULL";

const NEAR: &str = "
    SELECT accounts.id, accounts.public_id, accounts.email, notices.api_id,
           max(notices.percent) AS percent, max(notices.at) AS at
    FROM notices JOIN accounts ON accounts.id = notices.account_id
    WHERE notices.lifted_at IS NULL AND accounts.disabled_at IS NULL
    GROUP BY notices.account_id, notices.api_id
    ORDER BY max(notices.id) DESC
    LIMIT $1";

const ADD_NOTE: &str = "
    INSERT INTO notes (public_id, account_id, text, written_by, created_at)
    VALUES ($1, $2, $3, $4, $5)";

const NOTES: &str = "
    SELECT public_id, text, written_by, created_at
    FROM notes WHERE account_id = $1 ORDER BY id DESC";

/// Of the owners, one must be left who may enter.
const DISABLE: &str = "
    UPDATE accounts SET disabled_at = $2
    WHERE id = $1 AND disabled_at IS NULL
      AND (role <> 'owner' OR EXISTS (
          SELECT 1 FROM accounts others
          WHERE others.role = 'owner' AND others.disabled_at IS NULL AND others.id <> $1))";

const ENABLE: &str = "
    UPDATE accounts SET disabled_at = NULL
    WHERE id = $1 AND disabled_at IS NOT NULL AND closed_at IS NULL";

/// Of the owners, one must be left who may enter.
const CHANGE_ROLE: &str = "
    UPDATE accounts SET role = $2
    WHERE id = $1 AND role <> $2 AND closed_at IS NULL
      AND (role <> 'owner' OR EXISTS (
          SELECT 1 FROM accounts others
          WHERE others.role = 'owner' AND others.disabled_at IS NULL AND others.id <> $1))";

const END_SESSIONS: &str = "DELETE FROM sessions WHERE account_id = $1";

const KEY_HASHES: &str = "
    SELECT secret_hash FROM api_keys WHERE account_id = $1
    UNION ALL
    SELECT previous_hash FROM api_keys WHERE account_id = $1 AND previous_hash IS NOT NULL";

#[derive(sqlx::FromRow)]
struct CountRow {
    outcome: i64,
    code: i64,
    calls: i64,
    charged: i64,
}

#[derive(sqlx::FromRow)]
struct NearRow {
    id: i64,
    public_id: String,
    email: String,
    api_id: i64,
    percent: i64,
    at: i64,
}

#[derive(sqlx::FromRow)]
struct NoteRow {
    public_id: String,
    text: String,
    written_by: String,
    created_at: i64,
}

async fn key_hashes(connection: &mut SqliteConnection, account: AccountId) -> Stored<Vec<KeyHash>> {
    let hashes: Vec<(Vec<u8>,)> = sqlx::query_as(KEY_HASHES)
        .bind(account.0)
        .fetch_all(connection)
        .await?;
    hashes
        .into_iter()
        .map(|(hash,)| key_changes::hash(hash))
        .collect()
}

#[async_trait]
impl Desk for SqliteStore {
    async fn overview(&self, since: Millis) -> Stored<Overview> {
        let calls: Vec<CountRow> = sqlx::query_as(CALLS)
            .bind(since)
            .bind(MOST_CALLS)
            .fetch_all(&self.readers)
            .await?;
        let calls = calls
            .into_iter()
            .map(|row| {
                let outcome = Outcome::numbered(row.outcome)
                    .ok_or_else(|| StoreError::Broken(format!("outcome {}", row.outcome)))?;
                Ok(CallCount {
                    outcome,
                    code: row.code,
                    calls: row.calls,
                    charged: row.charged,
                })
            })
            .collect::<Stored<Vec<_>>>()?;
        let (accounts, new_accounts, disabled) = sqlx::query_as(ACCOUNTS)
            .bind(since)
            .fetch_one(&self.readers)
            .await?;
        let near: Vec<NearRow> = sqlx::query_as(NEAR)
            .bind(MOST_NEAR)
            .fetch_all(&self.readers)
            .await?;
        Ok(Overview {
            more: calls.iter().map(|count| count.calls).sum::<i64>() >= MOST_CALLS,
            calls,
            accounts,
            new_accounts,
            disabled,
            near: near
                .into_iter()
                .map(|row| NearLimit {
                    account: AccountId(row.id),
                    account_public_id: row.public_id,
                    account_email: row.email,
                    api: ApiId(row.api_id),
                    percent: row.percent,
                    at: row.at,
                })
                .collect(),
        })
    }

    async fn add_note(&self, new: NewNote, change: Change) -> Stored<()> {
        let mut tx = self.write().await?;
        sqlx::query(ADD_NOTE)
            .bind(&new.note.public_id)
            .bind(new.account.0)
            .bind(&new.note.text)
            .bind(&new.note.written_by)
            .bind(new.note.created_at)
            .execute(&mut *tx)
            .await?;
        record(&mut tx, &change).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn notes(&self, account: AccountId) -> Stored<Vec<Note>> {
        let rows: Vec<NoteRow> = sqlx::query_as(NOTES)
            .bind(account.0)
            .fetch_all(&self.readers)
            .await?;
        Ok(rows
            .into_iter()
            .map(|row| Note {
                public_id: row.public_id,
                text: row.text,
                written_by: row.written_by,
                created_at: row.created_at,
            })
            .collect())
    }

    async fn disable_account(
        &self,
        account: AccountId,
        at: Millis,
        change: Change,
    ) -> Stored<Option<Vec<KeyHash>>> {
        let mut tx = self.write().await?;
        let disabled = sqlx::query(DISABLE)
            .bind(account.0)
            .bind(at)
            .execute(&mut *tx)
            .await?;
        if disabled.rows_affected() == 0 {
            return Ok(None);
        }
        sqlx::query(END_SESSIONS)
            .bind(account.0)
            .execute(&mut *tx)
            .await?;
        let hashes = key_hashes(&mut tx, account).await?;
        record(&mut tx, &change).await?;
        tx.commit().await?;
        Ok(Some(hashes))
    }

    async fn enable_account(
        &self,
        account: AccountId,
        change: Change,
    ) -> Stored<Option<Vec<KeyHash>>> {
        let mut tx = self.write().await?;
        let enabled = sqlx::query(ENABLE)
            .bind(account.0)
            .execute(&mut *tx)
            .await?;
        if enabled.rows_affected() == 0 {
            return Ok(None);
        }
        let hashes = key_hashes(&mut tx, account).await?;
        record(&mut tx, &change).await?;
        tx.commit().await?;
        Ok(Some(hashes))
    }

    async fn change_role(&self, account: AccountId, role: Role, change: Change) -> Stored<bool> {
        let mut tx = self.write().await?;
        let changed = sqlx::query(CHANGE_ROLE)
            .bind(account.0)
            .bind(role.name())
            .execute(&mut *tx)
            .await?;
        if changed.rows_affected() > 0 {
            sqlx::query(END_SESSIONS)
                .bind(account.0)
                .execute(&mut *tx)
                .await?;
        }
        commit_if_done(tx, &changed, &change).await
    }
}
