use super::{SqliteStore, WriteTransaction};
use crate::domain::AccountId;
use crate::domain::audit::{Change, Entry};
use crate::domain::store::{Audit, AuditFilter, Stored};
use async_trait::async_trait;
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteQueryResult;

const INSERT: &str = "
    INSERT INTO audit (at, actor_id, actor, action, subject, account_id, before, after,
                       form_token)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

const PAGE: &str = "
    SELECT audit.id, at, actor, action, subject, accounts.public_id, accounts.email, before, after
    FROM audit LEFT JOIN accounts ON accounts.id = audit.account_id
    WHERE audit.id < $1
      AND ($3 = '' OR instr(lower(actor), lower($3)) > 0)
      AND ($4 = '' OR action = $4 OR action LIKE $4 || '.%')
      AND ($5 = '' OR subject = $5)
      AND ($6 = '' OR audit.account_id = (
          SELECT id FROM accounts WHERE email = lower($6) OR public_id = $6))
      AND at >= $7 AND at < $8
    ORDER BY audit.id DESC
    LIMIT $2";

const OF_ACCOUNT: &str = "
    SELECT audit.id, at, actor, action, subject, accounts.public_id, accounts.email, before, after
    FROM audit JOIN accounts ON accounts.id = audit.account_id
    WHERE audit.account_id = $1
    ORDER BY audit.id DESC
    LIMIT $2";

const FORM_WAS_DONE: &str = "
    SELECT EXISTS (SELECT 1 FROM audit WHERE account_id = $1 AND form_token = $2)";

/// Writes a change into the log, inside the transaction that makes it.
pub(super) async fn record(connection: &mut SqliteConnection, change: &Change) -> Stored<()> {
    sqlx::query(INSERT)
        .bind(change.at)
        .bind(change.actor.account().map(|id| id.0))
        .bind(change.actor.label())
        .bind(change.action)
        .bind(&change.subject)
        .bind(change.account.map(|id| id.0))
        .bind(change.before.as_ref().map(ToString::to_string))
        .bind(change.after.as_ref().map(ToString::to_string))
        .bind(change.form_token.as_deref())
        .execute(connection)
        .await?;
    Ok(())
}

/// Commits a change with its entry in the log; false, and nothing is kept, if it
/// touched no row.
pub(super) async fn commit_if_done(
    mut tx: WriteTransaction,
    done: &SqliteQueryResult,
    change: &Change,
) -> Stored<bool> {
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    record(&mut tx, change).await?;
    tx.commit().await?;
    Ok(true)
}

#[derive(sqlx::FromRow)]
struct EntryRow {
    id: i64,
    at: i64,
    actor: String,
    action: String,
    subject: String,
    public_id: Option<String>,
    email: Option<String>,
    before: Option<String>,
    after: Option<String>,
}

impl From<EntryRow> for Entry {
    fn from(row: EntryRow) -> Self {
        Self {
            id: row.id,
            at: row.at,
            actor: row.actor,
            action: row.action,
            subject: row.subject,
            account: row.public_id.zip(row.email),
            before: row.before,
            after: row.after,
        }
    }
}

#[async_trait]
impl Audit for SqliteStore {
    async fn audit(
        &self,
        filter: &AuditFilter,
        before: Option<i64>,
        limit: i64,
    ) -> Stored<Vec<Entry>> {
        let rows: Vec<EntryRow> = sqlx::query_as(PAGE)
            .bind(before.unwrap_or(i64::MAX))
            .bind(limit)
            .bind(&filter.actor)
            .bind(&filter.action)
            .bind(&filter.subject)
            .bind(&filter.account)
            .bind(filter.from.unwrap_or(i64::MIN))
            .bind(filter.to.unwrap_or(i64::MAX))
            .fetch_all(&self.readers)
            .await?;
        Ok(rows.into_iter().map(Entry::from).collect())
    }

    async fn form_was_done(&self, account: AccountId, token: &str) -> Stored<bool> {
        let (done,): (bool,) = sqlx::query_as(FORM_WAS_DONE)
            .bind(account.0)
            .bind(token)
            .fetch_one(&self.readers)
            .await?;
        Ok(done)
    }

    async fn audit_of(&self, account: AccountId, limit: i64) -> Stored<Vec<Entry>> {
        let rows: Vec<EntryRow> = sqlx::query_as(OF_ACCOUNT)
            .bind(account.0)
            .bind(limit)
            .fetch_all(&self.readers)
            .await?;
        Ok(rows.into_iter().map(Entry::from).collect())
    }
}
