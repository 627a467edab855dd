//! What charts are made of: sums over a range of a roll-up's primary key.

use super::SqliteStore;
use crate::domain::store::{RollUps, Stored};
use crate::domain::usage::{Grouping, Named, SeriesPoint, SeriesQuery, Slot};
use crate::domain::{AccountId, ApiId};
use async_trait::async_trait;
use serde_json::json;
use std::collections::BTreeMap;

pub(super) const BY_DAY: &str = "
    SELECT day,
           CASE $7 WHEN 0 THEN outcome WHEN 1 THEN project_id WHEN 2 THEN key_id ELSE 0 END AS grp,
           sum(calls), sum(charged)
    FROM day_rollups
    WHERE account_id = $1 AND api_id = $2 AND day >= $3 AND day < $4
      AND ($5 IS NULL OR project_id IN (SELECT value FROM json_each($5)))
      AND ($6 IS NULL OR key_id IN (SELECT value FROM json_each($6)))
    GROUP BY day, grp";

pub(super) const BY_QUARTER: &str = "
    SELECT quarter,
           CASE $7 WHEN 0 THEN outcome WHEN 1 THEN project_id WHEN 2 THEN key_id ELSE 0 END AS grp,
           sum(calls), sum(charged)
    FROM rollups
    WHERE account_id = $1 AND api_id = $2 AND quarter >= $3 AND quarter < $4
      AND ($5 IS NULL OR project_id IN (SELECT value FROM json_each($5)))
      AND ($6 IS NULL OR key_id IN (SELECT value FROM json_each($6)))
    GROUP BY quarter, grp";

pub(super) const CHARGED_SINCE: &str = "
    SELECT coalesce(sum(charged), 0) FROM day_rollups
    WHERE account_id = $1 AND api_id = $2 AND day >= $3";

const PROJECTS: &str = "
    SELECT id, public_id, name, NULL, deleted_at IS NOT NULL FROM projects
    WHERE account_id = $1 AND id IN (SELECT value FROM json_each($2))";

const KEYS: &str = "
    SELECT id, public_id, name, hint, deleted_at IS NOT NULL FROM api_keys
    WHERE account_id = $1 AND id IN (SELECT value FROM json_each($2))";

/// How the statements know a grouping.
const fn number(grouping: Grouping) -> i64 {
    match grouping {
        Grouping::Outcome => 0,
        Grouping::Project => 1,
        Grouping::Key => 2,
        Grouping::None => 3,
    }
}

#[async_trait]
impl RollUps for SqliteStore {
    async fn series(&self, query: &SeriesQuery) -> Stored<Vec<SeriesPoint>> {
        let (Some(first), Some(end)) = (query.edges.first(), query.edges.last()) else {
            return Ok(Vec::new());
        };
        let statement = match query.slot {
            Slot::Day => BY_DAY,
            Slot::Quarter => BY_QUARTER,
        };
        let rows: Vec<(i64, i64, i64, i64)> = sqlx::query_as(statement)
            .bind(query.account.0)
            .bind(query.api.0)
            .bind(first)
            .bind(end)
            .bind(filter(query.projects.iter().map(|id| id.0)))
            .bind(filter(query.keys.iter().map(|id| id.0)))
            .bind(number(query.grouping))
            .fetch_all(&self.readers)
            .await?;
        let mut sums = BTreeMap::<(usize, i64), (i64, i64)>::new();
        for (slot, group, calls, charged) in rows {
            if let Some(bucket) = query.bucket(slot) {
                let sum = sums.entry((bucket, group)).or_default();
                sum.0 += calls;
                sum.1 += charged;
            }
        }
        Ok(sums
            .into_iter()
            .map(|((bucket, group), (calls, charged))| SeriesPoint {
                bucket,
                group,
                calls,
                charged,
            })
            .collect())
    }

    async fn charged_since(&self, account: AccountId, api: ApiId, day: i64) -> Stored<i64> {
        let (charged,): (i64,) = sqlx::query_as(CHARGED_SINCE)
            .bind(account.0)
            .bind(api.0)
            .bind(day)
            .fetch_one(&self.readers)
            .await?;
        Ok(charged)
    }

    async fn names(&self, account: AccountId, of: Grouping, ids: &[i64]) -> Stored<Vec<Named>> {
        let statement = match of {
            Grouping::Project => PROJECTS,
            Grouping::Key => KEYS,
            Grouping::Outcome | Grouping::None => return Ok(Vec::new()),
        };
        let rows: Vec<(i64, String, String, Option<String>, bool)> = sqlx::query_as(statement)
            .bind(account.0)
            .bind(json!(ids).to_string())
            .fetch_all(&self.readers)
            .await?;
        Ok(rows
            .into_iter()
            .map(|(id, public_id, name, hint, deleted)| Named {
                id,
                public_id,
                name,
                hint,
                deleted,
            })
            .collect())
    }
}

/// A JSON array, or nothing where everything is asked for.
fn filter(ids: impl Iterator<Item = i64>) -> Option<String> {
    let ids: Vec<i64> = ids.collect();
    (!ids.is_empty()).then(|| json!(ids).to_string())
}
