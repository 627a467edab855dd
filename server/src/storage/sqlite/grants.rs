use super::SqliteStore;
use super::audit::record;
use crate::domain::audit::Change;
use crate::domain::caps::Period;
use crate::domain::grants::{
    AccountGrants, Ending, EntryKind, Grant, GrantBalance, GrantEntry, GrantKind, NewGrant, Recurs,
    first_told_at,
};
use crate::domain::store::{Due, Grants, NextDue, Stored};
use crate::domain::{AccountId, ApiId, GrantId, Millis, StoreError, zones};
use async_trait::async_trait;
use serde_json::{Value, json};
use sqlx::SqliteConnection;

const UPSERT_API: &str = "
    INSERT INTO apis (name, free_calls) VALUES ($1, $2)
    ON CONFLICT (name) DO UPDATE SET free_calls = excluded.free_calls
    RETURNING id";

/// The free quota of an account that was just opened. Public ids of free grants
/// need no chance: there is one for each account and API.
pub(super) const FREE_QUOTA_OF_ONE: &str = "
    INSERT INTO grants (public_id, account_id, api_id, kind, calls, created_at)
    SELECT 'grt_free_' || $1 || '_' || id, $1, id, 'free', free_calls, $2
    FROM apis";

/// The free quota of an API that is new in the catalogue, for all accounts.
const MISSING_FREE_QUOTA: &str = "
    INSERT INTO grants (public_id, account_id, api_id, kind, calls, created_at)
    SELECT 'grt_free_' || accounts.id || '_' || apis.id, accounts.id, apis.id, 'free', free_calls, $1
    FROM accounts CROSS JOIN apis
    WHERE NOT EXISTS (
        SELECT 1 FROM grants
        WHERE account_id = accounts.id AND api_id = apis.id AND kind = 'free')";

const CHANGED_FREE_QUOTA: &str = "
    UPDATE grants SET calls = apis.free_calls
    FROM apis
    WHERE apis.id = grants.api_id AND kind = 'free' AND calls <> apis.free_calls";

const NOTE_CHANGED_FREE_QUOTA: &str = "
    INSERT INTO grant_entries (grant_id, kind, calls, at)
    SELECT grants.id, 'changed', apis.free_calls - calls, $1
    FROM grants JOIN apis ON apis.id = grants.api_id
    WHERE kind = 'free' AND calls <> apis.free_calls";

const BALANCES: &str = "
    SELECT grants.id, api_id, calls, coalesce(burnt, 0) AS burnt, priority, starts_at, expires_at,
           (SELECT min(next_at) FROM recurrences
            WHERE recurrences.account_id = $1 AND next_at IS NOT NULL) AS renews_at
    FROM grants LEFT JOIN balances ON balances.grant_id = grants.id
    WHERE account_id = $1 AND ended_at IS NULL
    ORDER BY grants.id";

/// Of what comes again the current period, or the one in which it was revoked.
const GRANTS: &str = "
    SELECT grants.id, grants.api_id, grants.calls, coalesce(burnt, 0) AS burnt, grants.priority,
           grants.starts_at, grants.expires_at, grants.public_id, kind, period, roll_over,
           rolled_over, ended_at, ended_by, grants.reason, giver.email AS given_by,
           coalesce(recurrences.created_at, grants.created_at) AS created_at
    FROM grants
    LEFT JOIN balances ON balances.grant_id = grants.id
    LEFT JOIN recurrences ON recurrences.id = recurrence_id
    LEFT JOIN accounts giver ON giver.id = grants.given_by
    WHERE grants.account_id = $1
      AND (recurrence_id IS NULL OR ended_at IS NULL OR ended_by = 'revoked')
    ORDER BY grants.id DESC";

const ENTRIES: &str = "
    SELECT public_id, api_id, grant_entries.kind, grant_entries.calls, at
    FROM grants JOIN grant_entries ON grant_id = grants.id
    WHERE account_id = $1
    ORDER BY grant_entries.id";

const INSERT: &str = "
    INSERT INTO grants (public_id, account_id, api_id, kind, calls, priority, starts_at,
                        expires_at, recurrence_id, tell_at, reason, given_by, created_at)
    VALUES ($1, $2, $3, 'extra', $4, $5, $6, $7, $8, $9, $10, $11, $12)
    RETURNING id";

const INSERT_RECURRENCE: &str = "
    INSERT INTO recurrences (account_id, api_id, calls, period, roll_over, priority, next_at,
                             ends_at, reason, given_by, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    RETURNING id";

const ZONE: &str = "SELECT time_zone FROM accounts WHERE id = $1";

/// The grant, and those that end with it: what comes again ends as a whole, and any of
/// its periods names it, over or not.
const REVOCABLE: &str = "
    SELECT others.id
    FROM grants asked
    JOIN grants others ON others.id = asked.id
        OR (others.recurrence_id = asked.recurrence_id AND others.account_id = asked.account_id)
    WHERE asked.account_id = $1 AND asked.public_id = $2 AND asked.kind = 'extra'
      AND others.ended_at IS NULL
    ORDER BY others.id";

/// `$1` holds pairs of grant and calls in flight.
const NOTE_REVOKED: &str = "
    INSERT INTO grant_entries (grant_id, kind, calls, at)
    SELECT grants.id, 'revoked', calls - coalesce(burnt, 0) - (pair.value ->> 1), $2
    FROM json_each($1) AS pair
    CROSS JOIN grants ON grants.id = pair.value ->> 0
    LEFT JOIN balances ON balances.grant_id = grants.id
    WHERE ended_at IS NULL AND calls > coalesce(burnt, 0) + (pair.value ->> 1)";

const REVOKE: &str = "
    UPDATE grants SET ended_at = $2, ended_by = 'revoked', loose = pair.value ->> 1, tell_at = NULL
    FROM json_each($1) AS pair
    WHERE grants.id = pair.value ->> 0 AND ended_at IS NULL";

const RECUR_NO_MORE: &str = "
    UPDATE recurrences SET next_at = NULL
    WHERE id IN (SELECT recurrence_id FROM grants
                 WHERE id IN (SELECT value ->> 0 FROM json_each($1)))";

#[derive(sqlx::FromRow)]
struct BalanceRow {
    id: i64,
    api_id: i64,
    calls: i64,
    burnt: i64,
    priority: i64,
    starts_at: Option<i64>,
    expires_at: Option<i64>,
}

impl From<BalanceRow> for GrantBalance {
    fn from(row: BalanceRow) -> Self {
        Self {
            id: GrantId(row.id),
            api: ApiId(row.api_id),
            calls: row.calls,
            burnt: row.burnt,
            priority: row.priority,
            starts_at: row.starts_at,
            expires_at: row.expires_at,
        }
    }
}

#[derive(sqlx::FromRow)]
struct AliveRow {
    #[sqlx(flatten)]
    balance: BalanceRow,
    renews_at: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct GrantRow {
    #[sqlx(flatten)]
    balance: BalanceRow,
    public_id: String,
    kind: String,
    period: Option<String>,
    roll_over: Option<i64>,
    rolled_over: bool,
    ended_at: Option<i64>,
    ended_by: Option<String>,
    reason: String,
    given_by: Option<String>,
    created_at: i64,
}

impl TryFrom<GrantRow> for Grant {
    type Error = StoreError;

    fn try_from(row: GrantRow) -> Result<Self, StoreError> {
        let recurs = match (row.period, row.roll_over) {
            (Some(period), Some(roll_over)) => Some(recurs(&period, roll_over)?),
            _ => None,
        };
        let ended = match (row.ended_at, row.ended_by.as_deref().map(Ending::named)) {
            (Some(at), Some(Some(how))) => Some((at, how)),
            (None, None) => None,
            other => return Err(StoreError::Broken(format!("a grant's end {other:?}"))),
        };
        Ok(Self {
            kind: match row.kind.as_str() {
                "free" => GrantKind::Free,
                "extra" => GrantKind::Extra,
                other => return Err(StoreError::Broken(format!("grant kind {other}"))),
            },
            public_id: row.public_id,
            balance: row.balance.into(),
            recurs,
            rolled_over: row.rolled_over,
            ended,
            reason: row.reason,
            given_by: row.given_by,
            created_at: row.created_at,
        })
    }
}

pub(super) fn recurs(period: &str, roll_over: i64) -> Stored<Recurs> {
    let period = Period::named(period)
        .ok_or_else(|| StoreError::Broken(format!("a grant has the period {period:?}")))?;
    Ok(Recurs { period, roll_over })
}

/// Gives a grant, inside the transaction of what caused it. Of one that comes
/// again, this is the first period.
pub(super) async fn insert(connection: &mut SqliteConnection, new: &NewGrant) -> Stored<GrantId> {
    let mut terms = new.terms;
    let mut recurrence = None;
    if let Some(recurs) = new.terms.recurs {
        let (zone,): (String,) = sqlx::query_as(ZONE)
            .bind(new.account.0)
            .fetch_one(&mut *connection)
            .await?;
        let start = terms.starts_at.unwrap_or(new.created_at);
        let end = recurs.first_end(start, zones::zone(&zone));
        let end = terms.expires_at.map_or(end, |last| end.min(last));
        let (id,): (i64,) = sqlx::query_as(INSERT_RECURRENCE)
            .bind(new.account.0)
            .bind(new.api.0)
            .bind(new.calls)
            .bind(recurs.period.name())
            .bind(recurs.roll_over)
            .bind(terms.priority)
            .bind(end)
            .bind(terms.expires_at)
            .bind(&new.reason)
            .bind(new.given_by.map(|id| id.0))
            .bind(new.created_at)
            .fetch_one(&mut *connection)
            .await?;
        terms.expires_at = Some(end);
        recurrence = Some(id);
    }
    let from = terms.starts_at.unwrap_or(new.created_at);
    let again = terms
        .recurs
        .filter(|_| terms.expires_at != new.terms.expires_at);
    let told_at = terms
        .expires_at
        .and_then(|end| first_told_at(from, end, again.map(|recurs| recurs.period)));
    let (id,): (i64,) = sqlx::query_as(INSERT)
        .bind(&new.public_id)
        .bind(new.account.0)
        .bind(new.api.0)
        .bind(new.calls)
        .bind(terms.priority)
        .bind(terms.starts_at)
        .bind(terms.expires_at)
        .bind(recurrence)
        .bind(told_at)
        .bind(&new.reason)
        .bind(new.given_by.map(|id| id.0))
        .bind(new.created_at)
        .fetch_one(connection)
        .await?;
    Ok(GrantId(id))
}

/// Pairs of grant and calls in flight, as statements take them.
pub(super) fn pairs(in_flight: impl Iterator<Item = (GrantId, i64)>) -> String {
    in_flight
        .map(|(grant, calls)| json!([grant.0, calls]))
        .collect::<Value>()
        .to_string()
}

#[async_trait]
impl Grants for SqliteStore {
    async fn sync_catalogue(
        &self,
        apis: &[(String, i64)],
        now: Millis,
        change: Change,
    ) -> Stored<Vec<ApiId>> {
        let mut tx = self.write().await?;
        let mut ids = Vec::with_capacity(apis.len());
        for (name, free_calls) in apis {
            let (id,): (i64,) = sqlx::query_as(UPSERT_API)
                .bind(name)
                .bind(free_calls)
                .fetch_one(&mut *tx)
                .await?;
            ids.push(ApiId(id));
        }
        sqlx::query(NOTE_CHANGED_FREE_QUOTA)
            .bind(now)
            .execute(&mut *tx)
            .await?;
        let changed = sqlx::query(CHANGED_FREE_QUOTA)
            .execute(&mut *tx)
            .await?
            .rows_affected();
        let added = sqlx::query(MISSING_FREE_QUOTA)
            .bind(now)
            .execute(&mut *tx)
            .await?
            .rows_affected();
        if changed + added > 0 {
            record(&mut tx, &change).await?;
        }
        tx.commit().await?;
        Ok(ids)
    }

    async fn balances(&self, account: AccountId) -> Stored<AccountGrants> {
        let rows: Vec<AliveRow> = sqlx::query_as(BALANCES)
            .bind(account.0)
            .fetch_all(&self.readers)
            .await?;
        Ok(AccountGrants {
            renews_at: rows.first().and_then(|row| row.renews_at),
            grants: rows.into_iter().map(|row| row.balance.into()).collect(),
        })
    }

    async fn grants(&self, account: AccountId) -> Stored<Vec<Grant>> {
        let rows: Vec<GrantRow> = sqlx::query_as(GRANTS)
            .bind(account.0)
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter().map(Grant::try_from).collect()
    }

    async fn grant_entries(&self, account: AccountId) -> Stored<Vec<GrantEntry>> {
        let rows: Vec<(String, i64, String, i64, i64)> = sqlx::query_as(ENTRIES)
            .bind(account.0)
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter()
            .map(|(grant_public_id, api, kind, calls, at)| {
                Ok(GrantEntry {
                    grant_public_id,
                    api: ApiId(api),
                    kind: EntryKind::named(&kind)
                        .ok_or_else(|| StoreError::Broken(format!("an entry of kind {kind}")))?,
                    calls,
                    at,
                })
            })
            .collect()
    }

    async fn create_grant(&self, new: NewGrant, change: Change) -> Stored<GrantId> {
        let mut tx = self.write().await?;
        let id = insert(&mut tx, &new).await?;
        record(&mut tx, &change).await?;
        tx.commit().await?;
        Ok(id)
    }

    async fn revocable(&self, account: AccountId, public_id: &str) -> Stored<Vec<GrantId>> {
        let rows: Vec<(i64,)> = sqlx::query_as(REVOCABLE)
            .bind(account.0)
            .bind(public_id)
            .fetch_all(&self.readers)
            .await?;
        Ok(rows.into_iter().map(|(id,)| GrantId(id)).collect())
    }

    async fn revoke_grant(
        &self,
        account: AccountId,
        public_id: &str,
        in_flight: &[(GrantId, i64)],
        change: Change,
    ) -> Stored<bool> {
        let mut tx = self.write().await?;
        let revocable: Vec<(i64,)> = sqlx::query_as(REVOCABLE)
            .bind(account.0)
            .bind(public_id)
            .fetch_all(&mut *tx)
            .await?;
        let held = |(id,)| in_flight.iter().find(|(grant, _)| grant.0 == id).copied();
        let Some(ending) = revocable.into_iter().map(held).collect::<Option<Vec<_>>>() else {
            return Ok(false);
        };
        if ending.is_empty() {
            return Ok(false);
        }
        let pairs = pairs(ending.into_iter());
        for (statement, dated) in [(NOTE_REVOKED, true), (REVOKE, true), (RECUR_NO_MORE, false)] {
            let mut query = sqlx::query(statement).bind(&pairs);
            if dated {
                query = query.bind(change.at);
            }
            query.execute(&mut *tx).await?;
        }
        record(&mut tx, &change).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn ended_until(&self) -> Stored<Millis> {
        self.last_end().await
    }

    async fn due(&self, now: Millis, of: Option<&[AccountId]>) -> Stored<Due> {
        self.due_grants(now, of).await
    }

    async fn end_due(&self, now: Millis, due: &Due) -> Stored<()> {
        self.turn_grants(now, due).await
    }

    async fn next_due(&self) -> Stored<NextDue> {
        self.next_turn().await
    }
}
