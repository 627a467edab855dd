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
