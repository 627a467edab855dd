//! Whether what is derived still equals the ledger, and how it is brought back
//! in line. The ledger itself is never touched (`product.md` §2.7).

use super::grant_turns::ENTRIES_APART;
use super::idempotency::{DONE_TWICE, WITHOUT_CALL};
use super::{SqliteStore, days};
use crate::domain::store::{Stored, Verify};
use crate::domain::usage::{Outcome, QUARTER_MS};
use async_trait::async_trait;
use chrono::DateTime;
use sqlx::SqliteConnection;

/// Of one kind, so many differences are named; the rest are counted. The
/// statements' limits say the same.
const NAMED: usize = 20;

/// Damaged pages, and rows that name others which are not there.
const PAGES: &str = "PRAGMA quick_check(20)";
const ORPHANS: &str = "
    SELECT \"table\", rowid, parent, count(*) OVER () FROM pragma_foreign_key_check LIMIT 20";

/// Roll-ups less the ledger, slot by slot, where the two differ.
const ROLLUPS_APART: &str = "
    SELECT accounts.public_id AS account, apis.name AS api, api_keys.public_id AS key,
           quarter, outcome, apart.calls, charged, tokens, count(*) OVER () AS found
    FROM (
        SELECT account_id, api_id, quarter, key_id, outcome,
               sum(calls) AS calls, sum(charged) AS charged, sum(tokens) AS tokens
        FROM (
            SELECT account_id, api_id, quarter, project_id, key_id, outcome, calls, charged, tokens
            FROM rollups
            UNION ALL
            SELECT account_id, api_id, at / 900000, project_id, key_id, outcome, -1, -charge, -tokens
            FROM usage)
        GROUP BY account_id, api_id, quarter, project_id, key_id, outcome
        HAVING sum(calls) <> 0 OR sum(charged) <> 0 OR sum(tokens) <> 0) AS apart
    LEFT JOIN accounts ON accounts.id = apart.account_id
    LEFT JOIN apis ON apis.id = apart.api_id
    LEFT JOIN api_keys ON api_keys.id = apart.key_id
    LIMIT 20";

const REPAIR_ROLLUPS: &str = "
    INSERT INTO rollups
    SELECT account_id, api_id, quarter, project_id, key_id, outcome,
           sum(calls), sum(charged), sum(tokens)
    FROM (
        SELECT account_id, api_id, at / 900000 AS quarter, project_id, key_id, outcome,
               1 AS calls, charge AS charged, tokens
        FROM usage
        UNION ALL
        SELECT account_id, api_id, quarter, project_id, key_id, outcome, -calls, -charged, -tokens
        FROM rollups)
    WHERE true
    GROUP BY account_id, api_id, quarter, project_id, key_id, outcome
    HAVING sum(calls) <> 0 OR sum(charged) <> 0 OR sum(tokens) <> 0
    ON CONFLICT DO UPDATE
    SET calls = calls + excluded.calls,
        charged = charged + excluded.charged,
        tokens = tokens + excluded.tokens";

const CLEAR_ROLLUPS: &str = "DELETE FROM rollups WHERE calls = 0";

const BALANCES_APART: &str = "
    SELECT grants.public_id, coalesce(burnt, 0), coalesce(charged, 0), count(*) OVER ()
    FROM grants
    LEFT JOIN balances ON balances.grant_id = grants.id
    LEFT JOIN (SELECT grant_id, sum(charge) AS charged FROM usage
               WHERE grant_id IS NOT NULL GROUP BY grant_id) AS ledger
           ON ledger.grant_id = grants.id
    WHERE coalesce(burnt, 0) <> coalesce(charged, 0)
    LIMIT 20";

const REPAIR_BALANCES: &str = "
    INSERT INTO balances
    SELECT grants.id, coalesce(charged, 0)
    FROM grants
    LEFT JOIN (SELECT grant_id, sum(charge) AS charged FROM usage
               WHERE grant_id IS NOT NULL GROUP BY grant_id) AS ledger
           ON ledger.grant_id = grants.id
    WHERE true
    ON CONFLICT DO UPDATE SET burnt = excluded.burnt WHERE burnt <> excluded.burnt";

/// Both sides as text: calls, charged calls, last use.
const KEY_TOTALS_APART: &str = "
    SELECT api_keys.public_id,
           format('%d calls, %d charged, last %d',
                  key_totals.calls, key_totals.charged, key_totals.last_used_at),
           format('%d calls, %d charged, last %d', ledger.calls, ledger.charged, ledger.last),
           count(*) OVER ()
    FROM api_keys
    LEFT JOIN key_totals ON key_totals.key_id = api_keys.id
    LEFT JOIN (SELECT key_id, count(*) AS calls, sum(charge) AS charged, max(at) AS last
               FROM usage GROUP BY key_id) AS ledger
           ON ledger.key_id = api_keys.id
    WHERE coalesce(key_totals.charged, 0) <> coalesce(ledger.charged, 0)
       OR coalesce(key_totals.calls, 0) <> coalesce(ledger.calls, 0)
       OR coalesce(key_totals.last_used_at, 0) <> coalesce(ledger.last, 0)
    LIMIT 20";

const CLEAR_KEY_TOTALS: &str = "DELETE FROM key_totals";

const REPAIR_KEY_TOTALS: &str = "
    INSERT INTO key_totals (key_id, calls, charged, last_used_at)
    SELECT key_id, count(*), sum(charge), max(at) FROM usage GROUP BY key_id";

/// A catalogue that was made smaller leaves free grants below what was burnt: that is no
/// overspending, so a grant is held to the most that it ever was.
const OVERSPENT: &str = "
    SELECT grants.public_id, burnt, grants.calls, count(*) OVER ()
    FROM grants JOIN balances ON balances.grant_id = grants.id
    WHERE burnt > grants.calls
      AND burnt > (SELECT coalesce(max(given), 0)
                   FROM (SELECT sum(entries.calls) OVER (ORDER BY entries.id) AS given
                         FROM grant_entries AS entries
                         WHERE entries.grant_id = grants.id
                           AND entries.kind IN ('given', 'changed')))
    LIMIT 20";

/// Calls that burnt what was another's.
const MISPLACED: &str = "
    SELECT usage.request_id, grants.public_id, count(*) OVER ()
    FROM usage JOIN grants ON grants.id = usage.grant_id
    WHERE grants.account_id <> usage.account_id OR grants.api_id <> usage.api_id
    LIMIT 20";

/// Calls that stand under a project or an account which is not their key's. The
/// roll-ups are asked, which are many times fewer.
const ASTRAY: &str = "
    SELECT api_keys.public_id, sum(day_rollups.calls), count(*) OVER ()
    FROM day_rollups JOIN api_keys ON api_keys.id = day_rollups.key_id
    WHERE day_rollups.project_id <> api_keys.project_id
       OR day_rollups.account_id <> api_keys.account_id
    GROUP BY api_keys.id
    LIMIT 20";

#[derive(sqlx::FromRow)]
struct SlotApart {
    account: Option<String>,
    api: Option<String>,
    key: Option<String>,
    quarter: i64,
    outcome: i64,
    calls: i64,
    charged: i64,
    tokens: i64,
    found: i64,
}

impl SlotApart {
    fn text(&self) -> String {
        let at = DateTime::from_timestamp_millis(self.quarter.saturating_mul(QUARTER_MS))
            .map_or_else(String::new, |at| at.format("%FT%RZ").to_string());
        let outcome = Outcome::numbered(self.outcome).map_or_else(
            || self.outcome.to_string(),
            |outcome| format!("{outcome:?}"),
        );
        let name = |name: &Option<String>| name.clone().unwrap_or_else(|| "?".into());
        format!(
            "roll-up of {at}, account {}, API {}, key {}, {outcome}: \
             calls {:+}, charged {:+}, tokens {:+} against the ledger",
            name(&self.account),
            name(&self.api),
            name(&self.key),
            self.calls,
            self.charged,
            self.tokens
        )
    }
}

/// Differences of one kind, in words.
struct Kind {
    named: Vec<String>,
    found: i64,
}

impl Kind {
    fn new<T>(rows: Vec<T>, found: impl Fn(&T) -> i64, text: impl Fn(&T) -> String) -> Self {
        Self {
            found: rows.first().map_or(0, found),
            named: rows.iter().map(text).collect(),
        }
    }

    fn add_to(self, all: &mut Vec<String>, noun: &str) {
        let more = self.found - i64::try_from(self.named.len()).unwrap_or(i64::MAX);
        all.extend(self.named);
        if more > 0 {
            all.push(format!("and {more} more {noun}"));
        }
    }
}

async fn structure(tx: &mut SqliteConnection) -> Stored<Vec<String>> {
    let mut all: Vec<String> = sqlx::query_scalar(PAGES).fetch_all(&mut *tx).await?;
    all.retain(|line| line != "ok");
    if !all.is_empty() {
        // What lies on damaged pages cannot be followed.
        return Ok(all);
    }
    let rows: Vec<(String, Option<i64>, String, i64)> =
        sqlx::query_as(ORPHANS).fetch_all(&mut *tx).await?;
    Kind::new(
        rows,
        |row| row.3,
        |(table, row, parent, _)| {
            let row = row.map_or_else(String::new, |row| format!(" {row}"));
            format!("{table}{row}: its row of {parent} is not there")
        },
    )
    .add_to(&mut all, "rows without another");
    Ok(all)
}

async fn against_ledger(tx: &mut SqliteConnection) -> Stored<Vec<String>> {
    let mut all = Vec::new();
    let rows: Vec<SlotApart> = sqlx::query_as(ROLLUPS_APART).fetch_all(&mut *tx).await?;
    Kind::new(rows, |row| row.found, SlotApart::text).add_to(&mut all, "roll-ups");

    let days = days::apart(&mut *tx).await?;
    let found = i64::try_from(days.len()).unwrap_or(i64::MAX);
    let named = days
        .iter()
        .take(NAMED)
        .map(|(account, wrong)| {
            format!("account {account}: {wrong} roll-ups by day differ from its quarter hours")
        })
        .collect();
    Kind { named, found }.add_to(&mut all, "accounts with such days");

    for (query, noun, derived, source, plural) in [
        (BALANCES_APART, "grant", "balance", "ledger", "grants"),
        (OVERSPENT, "grant", "burnt", "given", "overspent grants"),
    ] {
        let rows: Vec<(String, i64, i64, i64)> = sqlx::query_as(query).fetch_all(&mut *tx).await?;
        Kind::new(
            rows,
            |row| row.3,
            |(id, a, b, _)| format!("{noun} {id}: {derived} {a}, {source} {b}"),
        )
        .add_to(&mut all, plural);
    }
    let rows: Vec<(String, i64, i64, i64, i64)> =
        sqlx::query_as(ENTRIES_APART).fetch_all(&mut *tx).await?;
    Kind::new(
        rows,
        |row| row.4,
        |(id, calls, given, gone, _)| {
            format!("grant {id}: {calls} calls, entries give {given}, burnt and taken {gone}")
        },
    )
    .add_to(&mut all, "grants with such entries");
    let rows: Vec<(String, String, String, i64)> =
        sqlx::query_as(KEY_TOTALS_APART).fetch_all(&mut *tx).await?;
    Kind::new(
        rows,
        |row| row.3,
        |(id, a, b, _)| format!("key {id}: totals {a}, ledger {b}"),
    )
    .add_to(&mut all, "keys");
    let rows: Vec<(String, String, i64)> = sqlx::query_as(MISPLACED).fetch_all(&mut *tx).await?;
    Kind::new(
        rows,
        |row| row.2,
        |(request, grant, _)| format!("call {request}: it burnt {grant}, a grant of another"),
    )
    .add_to(&mut all, "such calls");
    let rows: Vec<(String, i64, i64)> = sqlx::query_as(ASTRAY).fetch_all(&mut *tx).await?;
    Kind::new(
        rows,
        |row| row.2,
        |(key, calls, _)| {
            format!("key {key}: calls under a project or an account that is not its own: {calls}")
        },
    )
    .add_to(&mut all, "keys with such calls");
    all.extend(keys(tx).await?);
    Ok(all)
}

async fn keys(tx: &mut SqliteConnection) -> Stored<Vec<String>> {
    let mut all = Vec::new();
    let rows: Vec<(String, i64)> = sqlx::query_as(WITHOUT_CALL).fetch_all(&mut *tx).await?;
    Kind::new(
        rows,
        |row| row.1,
        |(request, _)| format!("a key is remembered for call {request}, which is not there"),
    )
    .add_to(&mut all, "such keys");
    let rows: Vec<(String, String, i64)> = sqlx::query_as(DONE_TWICE).fetch_all(&mut *tx).await?;
    Kind::new(
        rows,
        |row| row.2,
        |(first, second, _)| format!("one key was used for two calls: {first} and {second}"),
    )
    .add_to(&mut all, "keys that were used twice");
    Ok(all)
}

#[async_trait]
impl Verify for SqliteStore {
    async fn verify(&self) -> Stored<Vec<String>> {
        // One read transaction: a ledger that grows meanwhile is no difference.
        let mut tx = self.readers.begin().await?;
        let mut found = structure(&mut tx).await?;
        // Sums over damaged pages would say nothing.
        if found.is_empty() {
            found = against_ledger(&mut tx).await?;
        }
        tx.rollback().await?;
        Ok(found)
    }

    async fn repair(&self) -> Stored<()> {
        let mut tx = self.write().await?;
        for statement in [
            REPAIR_ROLLUPS,
            CLEAR_ROLLUPS,
            REPAIR_BALANCES,
            CLEAR_KEY_TOTALS,
            REPAIR_KEY_TOTALS,
        ] {
            sqlx::query(statement).execute(&mut *tx).await?;
        }
        days::cut_all(&mut tx).await?;
        tx.commit().await?;
        Ok(())
    }
}
