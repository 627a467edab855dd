//! The ledger: a batch of calls is one transaction of five statements, however
//! many calls it holds. Rows travel as JSON arrays, because a statement for
//! each row costs five times as much.

use super::{SqliteStore, days};
use crate::domain::store::{Ledger, Stored};
use crate::domain::usage::UsageRow;
use async_trait::async_trait;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const INSERT_USAGE: &str = "
    INSERT INTO usage (request_id, account_id, project_id, key_id, api_id, at, outcome, code,
                       charge, grant_id, tokens, latency_ms, end_user)
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5,
           value ->> 6, value ->> 7, value ->> 8, value ->> 9, value ->> 10, value ->> 11,
           value ->> 12
    FROM json_each($1)";

const FOLD_ROLLUPS: &str = "
    INSERT INTO rollups (account_id, api_id, quarter, project_id, key_id, outcome,
                         calls, charged, tokens)
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5,
           value ->> 6, value ->> 7, value ->> 8
    FROM json_each($1)
    WHERE true
    ON CONFLICT DO UPDATE
    SET calls = calls + excluded.calls,
        charged = charged + excluded.charged,
        tokens = tokens + excluded.tokens";

const FOLD_BALANCES: &str = "
    INSERT INTO balances (grant_id, burnt)
    SELECT value ->> 0, value ->> 1 FROM json_each($1) WHERE true
    ON CONFLICT DO UPDATE SET burnt = burnt + excluded.burnt";

const FOLD_KEY_TOTALS: &str = "
    INSERT INTO key_totals (key_id, calls, charged, last_used_at)
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each($1) WHERE true
    ON CONFLICT DO UPDATE
    SET calls = calls + excluded.calls,
        charged = charged + excluded.charged,
        last_used_at = max(last_used_at, excluded.last_used_at)";

const WRONG_ROLLUPS: &str = "
    SELECT count(*) FROM (
        SELECT 1 FROM (
            SELECT account_id, api_id, quarter, project_id, key_id, outcome, calls, charged, tokens
            FROM rollups
            UNION ALL
            SELECT account_id, api_id, at / 900000, project_id, key_id, outcome, -1, -charge, -tokens
            FROM usage)
        GROUP BY account_id, api_id, quarter, project_id, key_id, outcome
        HAVING sum(calls) <> 0 OR sum(charged) <> 0 OR sum(tokens) <> 0)";

const WRONG_BALANCES: &str = "
    SELECT grants.public_id, coalesce(burnt, 0), coalesce(charged, 0)
    FROM grants
    LEFT JOIN balances ON balances.grant_id = grants.id
    LEFT JOIN (SELECT grant_id, sum(charge) AS charged FROM usage
               WHERE grant_id IS NOT NULL GROUP BY grant_id) AS ledger
           ON ledger.grant_id = grants.id
    WHERE coalesce(burnt, 0) <> coalesce(charged, 0)";

const WRONG_KEY_TOTALS: &str = "
    SELECT api_keys.public_id, coalesce(key_totals.charged, 0), coalesce(ledger.charged, 0)
    FROM api_keys
    LEFT JOIN key_totals ON key_totals.key_id = api_keys.id
    LEFT JOIN (SELECT key_id, count(*) AS calls, sum(charge) AS charged FROM usage GROUP BY key_id)
           AS ledger ON ledger.key_id = api_keys.id
    WHERE coalesce(key_totals.charged, 0) <> coalesce(ledger.charged, 0)
       OR coalesce(key_totals.calls, 0) <> coalesce(ledger.calls, 0)";

/// A catalogue that was made smaller leaves free grants below what was burnt:
/// that is no overspending, so only grants that people gave are held to it.
const OVERSPENT: &str = "
    SELECT grants.public_id, burnt, grants.calls
    FROM grants JOIN balances ON balances.grant_id = grants.id
    WHERE burnt > grants.calls AND kind <> 'free'";

#[async_trait]
impl Ledger for SqliteStore {
    async fn append(&self, rows: &[UsageRow]) -> Stored<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let batch = Batch::fold(rows);
        let mut tx = self.write().await?;
        let by_day = days::folded(&mut tx, rows).await?;
        for (statement, rows) in [
            (INSERT_USAGE, batch.usage),
            (FOLD_ROLLUPS, batch.rollups),
            (days::FOLD, by_day),
            (FOLD_BALANCES, batch.balances),
            (FOLD_KEY_TOTALS, batch.key_totals),
        ] {
            sqlx::query(statement).bind(rows).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    async fn verify(&self) -> Stored<Vec<String>> {
        // One read transaction: a ledger that grows meanwhile is no difference.
        let mut tx = self.readers.begin().await?;
        let mut found = Vec::new();
        let (wrong,): (i64,) = sqlx::query_as(WRONG_ROLLUPS).fetch_one(&mut *tx).await?;
        if wrong > 0 {
            found.push(format!("{wrong} roll-ups differ from the ledger"));
        }
        let wrong = days::wrong(&mut tx).await?;
        if wrong > 0 {
            found.push(format!(
                "{wrong} roll-ups by day differ from the quarter hours"
            ));
        }
        for (query, noun, derived, source) in [
            (WRONG_BALANCES, "grant", "balance", "ledger"),
            (WRONG_KEY_TOTALS, "key", "total", "ledger"),
            (OVERSPENT, "grant", "burnt", "given"),
        ] {
            let rows: Vec<(String, i64, i64)> = sqlx::query_as(query).fetch_all(&mut *tx).await?;
            found.extend(
                rows.into_iter()
                    .map(|(id, a, b)| format!("{noun} {id}: {derived} {a}, {source} {b}")),
            );
        }
        tx.rollback().await?;
        Ok(found)
    }
}

/// A batch as four of the statements take it: derived rows folded, so that each is
/// touched once.
struct Batch {
    usage: String,
    rollups: String,
    balances: String,
    key_totals: String,
}

impl Batch {
    fn fold(rows: &[UsageRow]) -> Self {
        let mut rollups = BTreeMap::<_, (i64, i64, i64)>::new();
        let mut balances = BTreeMap::<i64, i64>::new();
        let mut keys = BTreeMap::<i64, (i64, i64, i64)>::new();
        for row in rows {
            let slot = (
                row.account.0,
                row.api.0,
                row.quarter(),
                row.project.0,
                row.key.0,
                row.outcome.number(),
            );
            let sums = rollups.entry(slot).or_default();
            sums.0 += 1;
            sums.1 += row.charge();
            sums.2 += row.tokens;
            if let Some(grant) = row.burnt {
                *balances.entry(grant.0).or_default() += 1;
            }
            let key = keys.entry(row.key.0).or_default();
            key.0 += 1;
            key.1 += row.charge();
            key.2 = key.2.max(row.at);
        }
        Self {
            usage: array(rows.iter().map(|row| {
                json!([
                    row.request_id,
                    row.account,
                    row.project,
                    row.key,
                    row.api,
                    row.at,
                    row.outcome.number(),
                    row.code,
                    row.charge(),
                    row.burnt,
                    row.tokens,
                    row.latency_ms,
                    row.end_user,
                ])
            })),
            rollups: array(rollups.into_iter().map(
                |((a, b, c, d, e, f), (n, charged, tokens))| {
                    json!([a, b, c, d, e, f, n, charged, tokens])
                },
            )),
            balances: array(
                balances
                    .into_iter()
                    .map(|(grant, burnt)| json!([grant, burnt])),
            ),
            key_totals: array(
                keys.into_iter()
                    .map(|(key, (calls, charged, at))| json!([key, calls, charged, at])),
            ),
        }
    }
}

fn array(rows: impl Iterator<Item = Value>) -> String {
    Value::Array(rows.collect()).to_string()
}
