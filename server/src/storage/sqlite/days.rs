//! Roll-ups by day, cut in each account's own zone. They are folded with every
//! batch of the ledger (`ledger/rows.rs`), and cut anew from the quarter hours when the zone, or
//! what is known about zones, changes.

use super::SqliteStore;
use crate::domain::store::Stored;
use crate::domain::usage::QUARTER_MS;
use crate::domain::{AccountId, zones};
use chrono_tz::{IANA_TZDB_VERSION, Tz};
use serde_json::json;
use sqlx::SqliteConnection;

const ALL_ZONES: &str = "SELECT id, time_zone, public_id FROM accounts ORDER BY id";

const CLEAR: &str = "DELETE FROM day_rollups WHERE account_id = $1";

/// First and last quarter hour of an account: two looks at the primary key for
/// each API.
const SPAN: &str = "
    SELECT min(first), max(last) FROM (
        SELECT (SELECT min(quarter) FROM rollups WHERE account_id = $1 AND api_id = apis.id) AS first,
               (SELECT max(quarter) FROM rollups WHERE account_id = $1 AND api_id = apis.id) AS last
        FROM apis)";

pub(super) const CUT: &str = "
    INSERT INTO day_rollups
    SELECT account_id, api_id, days.value ->> 0, project_id, key_id, outcome,
           sum(calls), sum(charged), sum(tokens)
    FROM json_each($2) AS days
    CROSS JOIN apis
    CROSS JOIN rollups
    WHERE account_id = $1 AND api_id = apis.id
      AND quarter >= days.value ->> 1 AND quarter < days.value ->> 2
    GROUP BY api_id, days.value ->> 0, project_id, key_id, outcome";

pub(super) const WRONG: &str = "
    SELECT count(*) FROM (
        SELECT 1 FROM (
            SELECT api_id, day, project_id, key_id, outcome, calls, charged, tokens
            FROM day_rollups WHERE account_id = $1
            UNION ALL
            SELECT api_id, days.value ->> 0, project_id, key_id, outcome, -calls, -charged, -tokens
            FROM json_each($2) AS days
            CROSS JOIN apis
            CROSS JOIN rollups
            WHERE account_id = $1 AND api_id = apis.id
              AND quarter >= days.value ->> 1 AND quarter < days.value ->> 2)
        GROUP BY api_id, day, project_id, key_id, outcome
        HAVING sum(calls) <> 0 OR sum(charged) <> 0 OR sum(tokens) <> 0)";

const RELEASE: &str = "SELECT release FROM day_rules";

const SET_RELEASE: &str = "
    INSERT INTO day_rules (one, release) VALUES (1, $1)
    ON CONFLICT DO UPDATE SET release = excluded.release";

/// Cuts all days of an account in a zone.
pub(super) async fn cut(tx: &mut SqliteConnection, account: AccountId, zone: Tz) -> Stored<()> {
    sqlx::query(CLEAR).bind(account.0).execute(&mut *tx).await?;
    let days = days_of(tx, account, zone).await?;
    sqlx::query(CUT)
        .bind(account.0)
        .bind(days)
        .execute(tx)
        .await?;
    Ok(())
}

/// Every day in which the account may have calls: its number, its first quarter
/// hour and the one after its last.
async fn days_of(tx: &mut SqliteConnection, account: AccountId, zone: Tz) -> Stored<String> {
    let (first, last): (Option<i64>, Option<i64>) =
        sqlx::query_as(SPAN).bind(account.0).fetch_one(tx).await?;
    let (Some(first), Some(last)) = (first, last) else {
        return Ok("[]".into());
    };
    let last = zones::day_of(last * QUARTER_MS, zone);
    let days: Vec<[i64; 3]> = zones::day_of(first * QUARTER_MS, zone)
        .iter_days()
        .take_while(|day| *day <= last)
        .filter_map(|day| {
            let next = zones::first_quarter(day.succ_opt()?, zone);
            Some([
                zones::day_number(day),
                zones::first_quarter(day, zone),
                next,
            ])
        })
        .collect();
    Ok(json!(days).to_string())
}

/// The accounts whose day roll-ups differ from their quarter hours, and in how many.
pub(super) async fn apart(tx: &mut SqliteConnection) -> Stored<Vec<(String, i64)>> {
    let accounts: Vec<(i64, String, String)> =
        sqlx::query_as(ALL_ZONES).fetch_all(&mut *tx).await?;
    let mut found = Vec::new();
    for (account, zone, public_id) in accounts {
        let days = days_of(tx, AccountId(account), zones::zone(&zone)).await?;
        let (wrong,): (i64,) = sqlx::query_as(WRONG)
            .bind(account)
            .bind(days)
            .fetch_one(&mut *tx)
            .await?;
        if wrong > 0 {
            found.push((public_id, wrong));
        }
    }
    Ok(found)
}

/// Cuts the days of all accounts.
pub(super) async fn cut_all(tx: &mut SqliteConnection) -> Stored<()> {
    let accounts: Vec<(i64, String, String)> =
        sqlx::query_as(ALL_ZONES).fetch_all(&mut *tx).await?;
    for (account, zone, _) in accounts {
        cut(tx, AccountId(account), zones::zone(&zone)).await?;
    }
    Ok(())
}

impl SqliteStore {
    /// Whether they were cut with this release of the tz database.
    pub(super) async fn days_are_up_to_date(&self) -> Stored<bool> {
        let known: Option<(String,)> = sqlx::query_as(RELEASE)
            .fetch_optional(&self.readers)
            .await?;
        Ok(known.is_some_and(|(release,)| release == IANA_TZDB_VERSION))
    }

    /// Cuts every account's days anew if they were cut with another release of
    /// the tz database: a country may have changed its clocks since.
    pub(super) async fn bring_days_up_to_date(&self) -> Stored<()> {
        let mut tx = self.write().await?;
        let known: Option<(String,)> = sqlx::query_as(RELEASE).fetch_optional(&mut *tx).await?;
        if known.is_some_and(|(release,)| release == IANA_TZDB_VERSION) {
            return Ok(());
        }
        cut_all(&mut tx).await?;
        sqlx::query(SET_RELEASE)
            .bind(IANA_TZDB_VERSION)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }
}
