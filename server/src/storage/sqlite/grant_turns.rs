//! Grants whose time has come: they end, and come again.

use super::SqliteStore;
use super::grants::{pairs, recurs};
use crate::domain::grants::{
    Begun, Ending, EntryKind, Over, Recurrence, Turn, first_told_at, share_out,
};
use crate::domain::store::{Due, DueGrant, NextDue, Stored};
use crate::domain::{AccountId, GrantId, Millis, StoreError, zones};
use serde_json::{Value, json};
use sqlx::SqliteConnection;

/// Grants, and recurrences, of one turn: calls wait while it is written. At midnight
/// those of all accounts come together.
pub(super) const AT_ONCE: i64 = 200;

const DUE: &str = "
    SELECT * FROM (
        SELECT account_id, id, 0 AS loose, 0 AS ended FROM grants
        WHERE ended_at IS NULL AND expires_at <= $1 AND recurrence_id IS NULL
        ORDER BY expires_at, id LIMIT $2)
    UNION ALL
    SELECT grants.account_id, grants.id, 0, 0
    FROM (SELECT id FROM recurrences WHERE next_at <= $1 ORDER BY next_at, id LIMIT $2) AS due
    JOIN grants ON recurrence_id = due.id AND ended_at IS NULL AND recurrence_id IS NOT NULL
    UNION ALL
    SELECT account_id, id, loose, 1 FROM grants WHERE loose > 0";

const DUE_RECURRENCES: &str = "
    SELECT account_id, id FROM recurrences WHERE next_at <= $1 ORDER BY next_at, id LIMIT $2";

/// `$3` holds accounts.
const DUE_OF_ACCOUNTS: &str = "
    SELECT * FROM (
        SELECT account_id, grants.id, 0, 0
        FROM json_each($3) AS asked CROSS JOIN grants ON account_id = asked.value
        WHERE ended_at IS NULL AND expires_at <= $1 AND recurrence_id IS NULL
        ORDER BY expires_at, grants.id LIMIT $2)
    UNION ALL
    SELECT grants.account_id, grants.id, 0, 0
    FROM (SELECT recurrences.id
          FROM json_each($3) AS asked CROSS JOIN recurrences ON account_id = asked.value
          WHERE next_at <= $1 ORDER BY next_at, recurrences.id LIMIT $2) AS due
    JOIN grants ON recurrence_id = due.id AND ended_at IS NULL AND recurrence_id IS NOT NULL";

const DUE_RECURRENCES_OF_ACCOUNTS: &str = "
    SELECT account_id, recurrences.id
    FROM json_each($3) AS asked CROSS JOIN recurrences ON account_id = asked.value
    WHERE next_at <= $1 ORDER BY next_at, recurrences.id LIMIT $2";

/// `$1` holds pairs of grant and calls in flight.
const OVER: &str = "
    SELECT grants.id, calls, coalesce(burnt, 0) AS burnt,
           (SELECT coalesce(sum(grant_entries.calls), 0) FROM grant_entries
            WHERE grant_id = grants.id AND grant_entries.kind IN ('expired', 'revoked', 'rolled_over'))
               AS taken,
           pair.value ->> 1 AS in_flight, coalesce(expires_at, 0) AS expires_at, recurrence_id,
           ended_by
    FROM json_each($1) AS pair
    CROSS JOIN grants ON grants.id = pair.value ->> 0
    LEFT JOIN balances ON balances.grant_id = grants.id
    WHERE ended_at IS NULL OR loose > 0";

/// `$1` holds row ids.
const RECURRENCES: &str = "
    SELECT recurrences.id, calls, period, roll_over, next_at, ends_at, time_zone
    FROM json_each($1) AS due
    CROSS JOIN recurrences ON recurrences.id = due.value
    JOIN accounts ON accounts.id = recurrences.account_id
    WHERE next_at <= $2";

const NOTE: &str = "
    INSERT INTO grant_entries (grant_id, kind, calls, at)
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each($1)";

const END: &str = "
    UPDATE grants
    SET ended_at = ended.value ->> 1, ended_by = 'expired', loose = ended.value ->> 2, tell_at = NULL
    FROM json_each($1) AS ended
    WHERE grants.id = ended.value ->> 0";

const SETTLE: &str = "
    UPDATE grants SET loose = settled.value ->> 1
    FROM json_each($1) AS settled
    WHERE grants.id = settled.value ->> 0";

const COME_AGAIN: &str = "
    UPDATE recurrences SET next_at = due.value ->> 1
    FROM json_each($1) AS due
    WHERE recurrences.id = due.value ->> 0";

/// Public ids of periods need no chance: there is one for each start.
const BEGIN: &str = "
    INSERT INTO grants (public_id, account_id, api_id, kind, calls, priority, starts_at, expires_at,
                        recurrence_id, rolled_over, tell_at, reason, given_by, created_at)
    SELECT 'grt_' || CASE WHEN $5 THEN 'rest_' ELSE 'period_' END || id || '_' || $2,
           account_id, api_id, 'extra', $4, priority, $2, $3, id, $5, $6, reason, given_by, $2
    FROM recurrences WHERE id = $1
    RETURNING id, calls";

const LAST_END: &str = "
    SELECT coalesce(max(at), 0) FROM grant_entries WHERE kind IN ('expired', 'rolled_over')";

const NEXT: &str = "
    SELECT min(at) FROM (
        SELECT min(expires_at) AS at FROM grants WHERE ended_at IS NULL AND expires_at IS NOT NULL
        UNION ALL SELECT min(next_at) FROM recurrences WHERE next_at IS NOT NULL
        UNION ALL SELECT min(tell_at) FROM grants WHERE tell_at IS NOT NULL)";

const ANY_LOOSE: &str = "SELECT EXISTS (SELECT 1 FROM grants WHERE loose > 0)";

/// Entries that do not add up: what a grant was given is what it has, and what
/// was taken of it is what no call burnt.
pub(super) const ENTRIES_APART: &str = "
    SELECT public_id, calls, given, coalesce(burnt, 0) + taken, count(*) OVER ()
    FROM (SELECT grants.id, public_id, grants.calls, grants.kind, ended_at, loose,
                 coalesce(sum(entries.calls) FILTER (WHERE entries.kind IN ('given', 'changed')), 0)
                     AS given,
                 coalesce(sum(entries.calls)
                          FILTER (WHERE entries.kind IN ('expired', 'revoked', 'rolled_over')), 0)
                     AS taken
          FROM grants LEFT JOIN grant_entries AS entries ON entries.grant_id = grants.id
          GROUP BY grants.id)
    LEFT JOIN balances ON balances.grant_id = id
    WHERE given <> calls
       OR (ended_at IS NULL AND taken <> 0)
       OR (ended_at IS NOT NULL
           AND calls - coalesce(burnt, 0) - taken NOT BETWEEN 0 AND loose)
    LIMIT 20";

#[derive(sqlx::FromRow)]
struct OverRow {
    id: i64,
    calls: i64,
    burnt: i64,
    taken: i64,
    in_flight: i64,
    expires_at: i64,
    recurrence_id: Option<i64>,
    ended_by: Option<String>,
}

impl From<OverRow> for Over {
    fn from(row: OverRow) -> Self {
        Self {
            id: GrantId(row.id),
            calls: row.calls,
            burnt: row.burnt,
            taken: row.taken,
            in_flight: row.in_flight,
            expires_at: row.expires_at,
            recurrence: row.recurrence_id,
            ended: row.ended_by.as_deref().and_then(Ending::named),
        }
    }
}

#[derive(sqlx::FromRow)]
struct RecurrenceRow {
    id: i64,
    calls: i64,
    period: String,
    roll_over: i64,
    next_at: i64,
    ends_at: Option<i64>,
    time_zone: String,
}

impl TryFrom<RecurrenceRow> for (i64, Recurrence) {
    type Error = StoreError;

    fn try_from(row: RecurrenceRow) -> Stored<Self> {
        let recurrence = Recurrence {
            recurs: recurs(&row.period, row.roll_over)?,
            calls: row.calls,
            next_at: row.next_at,
            ends_at: row.ends_at,
            zone: zones::zone(&row.time_zone),
        };
        Ok((row.id, recurrence))
    }
}

impl SqliteStore {
    pub(super) async fn due_grants(&self, now: Millis, of: Option<&[AccountId]>) -> Stored<Due> {
        let (grants, recurrences) = match of {
            None => (DUE, DUE_RECURRENCES),
            Some(_) => (DUE_OF_ACCOUNTS, DUE_RECURRENCES_OF_ACCOUNTS),
        };
        let of = of.map(|accounts| rows(accounts.iter().map(|account| json!(account.0))));
        let mut tx = self.readers.begin().await?;
        let recurrences: Vec<(i64, i64)> = sqlx::query_as(recurrences)
            .bind(now)
            .bind(AT_ONCE)
            .bind(of.as_deref())
            .fetch_all(&mut *tx)
            .await?;
        let grants: Vec<(i64, i64, i64, bool)> = sqlx::query_as(grants)
            .bind(now)
            .bind(AT_ONCE)
            .bind(of)
            .fetch_all(&mut *tx)
            .await?;
        tx.rollback().await?;
        Ok(Due {
            grants: grants
                .into_iter()
                .map(|(account, grant, in_flight, ended)| DueGrant {
                    account: AccountId(account),
                    grant: GrantId(grant),
                    in_flight,
                    ended,
                })
                .collect(),
            recurrences: recurrences
                .into_iter()
                .map(|(account, id)| (AccountId(account), id))
                .collect(),
        })
    }

    pub(super) async fn turn_grants(&self, now: Millis, due: &Due) -> Stored<()> {
        let mut tx = self.write().await?;
        let over: Vec<OverRow> = sqlx::query_as(OVER)
            .bind(pairs(
                due.grants.iter().map(|due| (due.grant, due.in_flight)),
            ))
            .fetch_all(&mut *tx)
            .await?;
        let over: Vec<Over> = over.into_iter().map(Over::from).collect();
        let ids: Value = due.recurrences.iter().map(|(_, id)| *id).collect();
        let recurrences: Vec<RecurrenceRow> = sqlx::query_as(RECURRENCES)
            .bind(ids.to_string())
            .bind(now)
            .fetch_all(&mut *tx)
            .await?;
        let recurrences = recurrences
            .into_iter()
            .map(TryInto::try_into)
            .collect::<Stored<Vec<_>>>()?;
        let turn = Turn::plan(now, &over, &recurrences);
        for (statement, rows) in [
            (NOTE, entries(&turn)),
            (
                END,
                rows(turn.ended.iter().map(|(id, at, n)| json!([id.0, at, n]))),
            ),
            (
                SETTLE,
                rows(turn.settled.iter().map(|(id, n)| json!([id.0, n]))),
            ),
            (
                COME_AGAIN,
                rows(turn.next.iter().map(|(id, at)| json!([id, at]))),
            ),
        ] {
            sqlx::query(statement).bind(rows).execute(&mut *tx).await?;
        }
        for begun in &turn.begun {
            let found = recurrences.iter().find(|(id, _)| *id == begun.recurrence);
            if let Some((_, recurrence)) = found {
                begin(&mut tx, begun, recurrence).await?;
            }
        }
        tx.commit().await?;
        Ok(())
    }

    pub(super) async fn last_end(&self) -> Stored<Millis> {
        let (at,): (i64,) = sqlx::query_as(LAST_END).fetch_one(&self.readers).await?;
        Ok(at)
    }

    pub(super) async fn next_turn(&self) -> Stored<NextDue> {
        let (at,): (Option<i64>,) = sqlx::query_as(NEXT).fetch_one(&self.readers).await?;
        let (in_flight,): (bool,) = sqlx::query_as(ANY_LOOSE).fetch_one(&self.readers).await?;
        Ok(NextDue { at, in_flight })
    }
}

fn rows(rows: impl Iterator<Item = Value>) -> String {
    rows.collect::<Value>().to_string()
}

fn entries(turn: &Turn) -> String {
    rows(
        turn.taken
            .iter()
            .map(|taken| json!([taken.grant.0, taken.kind.name(), taken.calls, taken.at])),
    )
}

/// Begins a period; if it is over already, ends it too.
async fn begin(
    connection: &mut SqliteConnection,
    begun: &Begun,
    recurrence: &Recurrence,
) -> Stored<()> {
    let period = begun.period;
    let told_at = first_told_at(period.start, period.end, recurrence.again_after(period.end))
        .filter(|_| begun.over.is_none());
    let mut given = Vec::with_capacity(2);
    // What lapses of both is told of the first.
    for (calls, rolled_over, told_at) in [
        (recurrence.calls, false, told_at),
        (period.carried, true, None),
    ] {
        if calls == 0 {
            continue;
        }
        let grant: (i64, i64) = sqlx::query_as(BEGIN)
            .bind(begun.recurrence)
            .bind(period.start)
            .bind(period.end)
            .bind(calls)
            .bind(rolled_over)
            .bind(told_at)
            .fetch_one(&mut *connection)
            .await?;
        given.push(grant);
    }
    let Some(carried) = begun.over else {
        return Ok(());
    };
    let rests: Vec<i64> = given.iter().map(|(_, calls)| *calls).collect();
    let shares = share_out(&rests, carried);
    let (expired, rolled) = (EntryKind::Expired.name(), EntryKind::RolledOver.name());
    let taken = given.iter().zip(&shares).flat_map(|((id, _), share)| {
        [(expired, share.lapsed), (rolled, share.rolled_over)]
            .into_iter()
            .filter(|(_, calls)| *calls > 0)
            .map(move |(kind, calls)| json!([id, kind, calls, period.end]))
    });
    let taken = rows(taken);
    let ended = rows(given.iter().map(|(id, _)| json!([id, period.end, 0])));
    for (statement, rows) in [(NOTE, taken), (END, ended)] {
        sqlx::query(statement)
            .bind(rows)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
