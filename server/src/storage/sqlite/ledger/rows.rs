//! The rows of a batch, and what is derived from them.

use crate::domain::usage::{QUARTER_MS, UsageRow};
use crate::domain::zones;
use chrono_tz::Tz;
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::BTreeMap;

const INSERT: &str = "
    INSERT INTO usage (request_id, account_id, project_id, key_id, api_id, at, outcome, code,
                       charge, grant_id, tokens, latency_ms, end_user)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";

const FOLD_QUARTER: &str = "
    INSERT INTO rollups (account_id, api_id, quarter, project_id, key_id, outcome,
                         calls, charged, tokens)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
    ON CONFLICT DO UPDATE
    SET calls = calls + excluded.calls,
        charged = charged + excluded.charged,
        tokens = tokens + excluded.tokens";

const FOLD_DAY: &str = "
    INSERT INTO day_rollups (account_id, api_id, day, project_id, key_id, outcome,
                             calls, charged, tokens)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
    ON CONFLICT DO UPDATE
    SET calls = calls + excluded.calls,
        charged = charged + excluded.charged,
        tokens = tokens + excluded.tokens";

const FOLD_BALANCE: &str = "
    INSERT INTO balances (grant_id, burnt) VALUES (?1, ?2)
    ON CONFLICT DO UPDATE SET burnt = burnt + excluded.burnt";

const FOLD_KEY: &str = "
    INSERT INTO key_totals (key_id, calls, charged, last_used_at) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT DO UPDATE
    SET calls = calls + excluded.calls,
        charged = charged + excluded.charged,
        last_used_at = max(last_used_at, excluded.last_used_at)";

const ZONE: &str = "SELECT time_zone FROM accounts WHERE id = ?1";

/// Account, API, quarter hour or day, project, key and outcome, as the roll-ups'
/// primary keys are ordered.
type Slot = [i64; 6];

#[derive(Clone, Copy, Default)]
struct Sums {
    calls: i64,
    charged: i64,
    tokens: i64,
}

impl Sums {
    const fn add(&mut self, other: Self) {
        self.calls += other.calls;
        self.charged += other.charged;
        self.tokens += other.tokens;
    }
}

#[derive(Default)]
struct KeySums {
    sums: Sums,
    last_used_at: i64,
}

pub(super) fn insert<'a>(
    connection: &Connection,
    rows: impl IntoIterator<Item = &'a UsageRow>,
) -> rusqlite::Result<()> {
    let mut insert = connection.prepare_cached(INSERT)?;
    for row in rows {
        insert.execute(params![
            row.request_id,
            row.account.0,
            row.project.0,
            row.key.0,
            row.api.0,
            row.at,
            row.outcome.number(),
            row.code,
            row.charge(),
            row.burnt.map(|grant| grant.0),
            row.tokens,
            row.latency_ms,
            row.end_user,
        ])?;
    }
    Ok(())
}

/// Adds a batch to what is derived; each row of that is touched once, in the
/// order in which it lies.
pub(super) fn fold<'a>(
    connection: &Connection,
    rows: impl IntoIterator<Item = &'a UsageRow>,
) -> rusqlite::Result<()> {
    let mut quarters = BTreeMap::<Slot, Sums>::new();
    let mut balances = BTreeMap::<i64, i64>::new();
    let mut keys = BTreeMap::<i64, KeySums>::new();
    for row in rows {
        let sums = Sums {
            calls: 1,
            charged: row.charge(),
            tokens: row.tokens,
        };
        let slot = [
            row.account.0,
            row.api.0,
            row.quarter(),
            row.project.0,
            row.key.0,
            row.outcome.number(),
        ];
        quarters.entry(slot).or_default().add(sums);
        if let Some(grant) = row.burnt {
            *balances.entry(grant.0).or_default() += 1;
        }
        let key = keys.entry(row.key.0).or_default();
        key.sums.add(sums);
        key.last_used_at = key.last_used_at.max(row.at);
    }
    fold_slots(connection, FOLD_QUARTER, &quarters)?;
    fold_slots(connection, FOLD_DAY, &by_day(connection, &quarters)?)?;
    let mut fold = connection.prepare_cached(FOLD_BALANCE)?;
    for (grant, burnt) in balances {
        fold.execute([grant, burnt])?;
    }
    let mut fold = connection.prepare_cached(FOLD_KEY)?;
    for (key, KeySums { sums, last_used_at }) in keys {
        fold.execute([key, sums.calls, sums.charged, last_used_at])?;
    }
    Ok(())
}

fn fold_slots(
    connection: &Connection,
    statement: &str,
    slots: &BTreeMap<Slot, Sums>,
) -> rusqlite::Result<()> {
    let mut fold = connection.prepare_cached(statement)?;
    for ([account, api, slot, project, key, outcome], sums) in slots {
        fold.execute(params![
            account,
            api,
            slot,
            project,
            key,
            outcome,
            sums.calls,
            sums.charged,
            sums.tokens
        ])?;
    }
    Ok(())
}

/// The same by day. The zones are read in the batch's own transaction: none can
/// change between the two.
fn by_day(
    connection: &Connection,
    quarters: &BTreeMap<Slot, Sums>,
) -> rusqlite::Result<BTreeMap<Slot, Sums>> {
    let mut days = BTreeMap::<Slot, Sums>::new();
    // Slots of one account follow each other, and nearly all are of one quarter.
    let mut zone = (0, Tz::UTC);
    let mut day = (zone.1, i64::MIN, 0);
    for (slot, sums) in quarters {
        let [account, api, quarter, project, key, outcome] = *slot;
        if zone.0 != account {
            zone = (account, zone_of(connection, account)?);
        }
        if (day.0, day.1) != (zone.1, quarter) {
            let date = zones::day_of(quarter * QUARTER_MS, zone.1);
            day = (zone.1, quarter, zones::day_number(date));
        }
        days.entry([account, api, day.2, project, key, outcome])
            .or_default()
            .add(*sums);
    }
    Ok(days)
}

fn zone_of(connection: &Connection, account: i64) -> rusqlite::Result<Tz> {
    let name: Option<String> = connection
        .prepare_cached(ZONE)?
        .query_row([account], |row| row.get(0))
        .optional()?;
    Ok(name.map_or(Tz::UTC, |name| zones::zone(&name)))
}
