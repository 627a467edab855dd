use super::audit::record;
use super::{SqliteStore, grants};
use crate::domain::audit::Change;
use crate::domain::bulk::{Bulk, BulkLine};
use crate::domain::grants::{NewGrant, Terms};
use crate::domain::store::{BulkGrants, GiveLines, NewBulk, Stored};
use crate::domain::{AccountId, ApiId, Millis};
use async_trait::async_trait;
use serde_json::json;

/// A list that nobody confirms is kept so long.
const KEPT: Millis = 24 * 60 * 60 * 1_000;

const NAMED: &str = "
    SELECT (SELECT id FROM accounts
            WHERE closed_at IS NULL
              AND (email = lower(named.value) OR public_id = named.value
                   OR reference_code = upper(named.value)))
    FROM json_each($1) AS named
    ORDER BY named.key";

const FORGET: &str = "DELETE FROM bulk_grants WHERE confirmed_at IS NULL AND created_at < $1";

const INSERT: &str = "
    INSERT INTO bulk_grants (public_id, content_hash, created_by, created_at)
    VALUES ($1, $2, $3, $4)
    RETURNING id";

/// `[[line, account, api, calls, reason], …]`
const INSERT_LINES: &str = "
    INSERT INTO bulk_lines (bulk_id, line, account_id, api_id, calls, reason)
    SELECT $1, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4
    FROM json_each($2)";

const BULK: &str = "
    SELECT public_id, created_at, confirmed_at,
           (SELECT count(*) FROM bulk_lines WHERE bulk_id = bulk.id) AS lines,
           (SELECT count(*) FROM bulk_lines
            WHERE bulk_id = bulk.id AND grant_id IS NOT NULL) AS given,
           (SELECT count(DISTINCT account_id) FROM bulk_lines
            WHERE bulk_id = bulk.id) AS accounts,
           (SELECT coalesce(sum(calls), 0) FROM bulk_lines WHERE bulk_id = bulk.id) AS calls,
           (SELECT max(confirmed_at) FROM bulk_grants same
            WHERE same.content_hash = bulk.content_hash AND same.id <> bulk.id) AS same_at
    FROM bulk_grants bulk WHERE public_id = $1";

const LINES: &str = "
    SELECT line, account_id, accounts.public_id, accounts.email, api_id, calls, bulk_lines.reason,
           grant_id IS NOT NULL AS given
    FROM bulk_lines
    JOIN bulk_grants ON bulk_grants.id = bulk_id
    JOIN accounts ON accounts.id = account_id
    WHERE bulk_grants.public_id = $1 AND line > $2
    ORDER BY line
    LIMIT $3";

const OPEN: &str = "
    SELECT bulk_id, line, account_id, api_id, apis.name AS api, calls, reason
    FROM bulk_lines JOIN apis ON apis.id = api_id
    WHERE bulk_id = (SELECT id FROM bulk_grants WHERE public_id = $1) AND grant_id IS NULL
    ORDER BY line
    LIMIT $2";

const GIVEN: &str = "UPDATE bulk_lines SET grant_id = $3 WHERE bulk_id = $1 AND line = $2";

const CONFIRMED: &str = "
    UPDATE bulk_grants SET confirmed_at = $2 WHERE public_id = $1 AND confirmed_at IS NULL";

#[derive(sqlx::FromRow)]
struct BulkRow {
    public_id: String,
    created_at: i64,
    confirmed_at: Option<i64>,
    lines: i64,
    given: i64,
    accounts: i64,
    calls: i64,
    same_at: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct LineRow {
    line: i64,
    account_id: i64,
    public_id: String,
    email: String,
    api_id: i64,
    calls: i64,
    reason: String,
    given: bool,
}

#[derive(sqlx::FromRow)]
struct OpenRow {
    bulk_id: i64,
    line: i64,
    account_id: i64,
    api_id: i64,
    api: String,
    calls: i64,
    reason: String,
}

#[async_trait]
impl BulkGrants for SqliteStore {
    async fn accounts_named(&self, names: &[String]) -> Stored<Vec<Option<AccountId>>> {
        let rows: Vec<(Option<i64>,)> = sqlx::query_as(NAMED)
            .bind(json!(names).to_string())
            .fetch_all(&self.readers)
            .await?;
        Ok(rows.into_iter().map(|(id,)| id.map(AccountId)).collect())
    }

    async fn create_bulk(&self, new: NewBulk, change: Change) -> Stored<()> {
        let lines: Vec<_> = new
            .lines
            .iter()
            .map(|line| {
                json!([
                    line.line,
                    line.account.0,
                    line.api.0,
                    line.calls,
                    line.reason
                ])
            })
            .collect();
        let mut tx = self.write().await?;
        sqlx::query(FORGET)
            .bind(new.created_at - KEPT)
            .execute(&mut *tx)
            .await?;
        let (id,): (i64,) = sqlx::query_as(INSERT)
            .bind(&new.public_id)
            .bind(new.content_hash.as_slice())
            .bind(new.created_by.map(|id| id.0))
            .bind(new.created_at)
            .fetch_one(&mut *tx)
            .await?;
        sqlx::query(INSERT_LINES)
            .bind(id)
            .bind(json!(lines).to_string())
            .execute(&mut *tx)
            .await?;
        record(&mut tx, &change).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn bulk(&self, public_id: &str) -> Stored<Option<Bulk>> {
        let row: Option<BulkRow> = sqlx::query_as(BULK)
            .bind(public_id)
            .fetch_optional(&self.readers)
            .await?;
        Ok(row.map(|row| Bulk {
            public_id: row.public_id,
            created_at: row.created_at,
            confirmed_at: row.confirmed_at,
            lines: row.lines,
            given: row.given,
            accounts: row.accounts,
            calls: row.calls,
            same_at: row.same_at,
        }))
    }

    async fn bulk_lines(&self, public_id: &str, after: i64, limit: i64) -> Stored<Vec<BulkLine>> {
        let rows: Vec<LineRow> = sqlx::query_as(LINES)
            .bind(public_id)
            .bind(after)
            .bind(limit)
            .fetch_all(&self.readers)
            .await?;
        Ok(rows
            .into_iter()
            .map(|row| BulkLine {
                line: row.line,
                account: AccountId(row.account_id),
                account_public_id: row.public_id,
                account_email: row.email,
                api: ApiId(row.api_id),
                calls: row.calls,
                reason: row.reason,
                given: row.given,
            })
            .collect())
    }

    async fn give_lines(&self, give: GiveLines) -> Stored<Vec<AccountId>> {
        let mut tx = self.write().await?;
        let open: Vec<OpenRow> = sqlx::query_as(OPEN)
            .bind(&give.public_id)
            .bind(i64::try_from(give.grant_ids.len()).unwrap_or(i64::MAX))
            .fetch_all(&mut *tx)
            .await?;
        let mut accounts = Vec::with_capacity(open.len());
        for (line, grant_id) in open.into_iter().zip(give.grant_ids) {
            let new = NewGrant {
                public_id: grant_id,
                account: AccountId(line.account_id),
                api: ApiId(line.api_id),
                calls: line.calls,
                terms: Terms::default(),
                reason: line.reason,
                given_by: give.given_by,
                created_at: give.change.at,
            };
            let id = grants::insert(&mut tx, &new).await?;
            sqlx::query(GIVEN)
                .bind(line.bulk_id)
                .bind(line.line)
                .bind(id.0)
                .execute(&mut *tx)
                .await?;
            let change = Change {
                subject: new.public_id,
                account: Some(new.account),
                after: Some(json!({
                    "api": line.api, "calls": new.calls, "reason": new.reason,
                    "list": give.public_id, "line": line.line,
                })),
                ..give.change.clone()
            };
            record(&mut tx, &change).await?;
            accounts.push(new.account);
        }
        sqlx::query(CONFIRMED)
            .bind(&give.public_id)
            .bind(give.change.at)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(accounts)
    }
}
