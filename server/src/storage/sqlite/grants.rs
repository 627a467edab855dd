use super::SqliteStore;
use super::audit::record;
use crate::domain::audit::Change;
use crate::domain::grants::{Grant, GrantBalance, GrantKind, NewGrant};
use crate::domain::store::{Grants, Stored};
use crate::domain::{AccountId, ApiId, GrantId, Millis, StoreError};
use async_trait::async_trait;
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

const BALANCES: &str = "
    SELECT grants.id, api_id, calls, coalesce(burnt, 0) AS burnt, priority, starts_at, expires_at
    FROM grants LEFT JOIN balances ON balances.grant_id = grants.id
    WHERE account_id = $1
    ORDER BY grants.id";

const GRANTS: &str = "
    SELECT grants.id, api_id, calls, coalesce(burnt, 0) AS burnt, priority, starts_at, expires_at,
           grants.public_id, kind, reason, giver.email AS given_by, grants.created_at
    FROM grants
    LEFT JOIN balances ON balances.grant_id = grants.id
    LEFT JOIN accounts giver ON giver.id = given_by
    WHERE account_id = $1
    ORDER BY grants.id DESC";

const INSERT: &str = "
    INSERT INTO grants (public_id, account_id, api_id, kind, calls, reason, given_by, created_at)
    VALUES ($1, $2, $3, 'extra', $4, $5, $6, $7)
    RETURNING id";

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
struct GrantRow {
    #[sqlx(flatten)]
    balance: BalanceRow,
    public_id: String,
    kind: String,
    reason: String,
    given_by: Option<String>,
    created_at: i64,
}

impl TryFrom<GrantRow> for Grant {
    type Error = StoreError;

    fn try_from(row: GrantRow) -> Result<Self, StoreError> {
        Ok(Self {
            kind: match row.kind.as_str() {
                "free" => GrantKind::Free,
                "extra" => GrantKind::Extra,
                other => return Err(StoreError::Broken(format!("grant kind {other}"))),
            },
            public_id: row.public_id,
            balance: row.balance.into(),
            reason: row.reason,
            given_by: row.given_by,
            created_at: row.created_at,
        })
    }
}

/// Gives a grant, inside the transaction of what caused it.
pub(super) async fn insert(connection: &mut SqliteConnection, new: &NewGrant) -> Stored<GrantId> {
    let (id,): (i64,) = sqlx::query_as(INSERT)
        .bind(&new.public_id)
        .bind(new.account.0)
        .bind(new.api.0)
        .bind(new.calls)
        .bind(&new.reason)
        .bind(new.given_by.map(|id| id.0))
        .bind(new.created_at)
        .fetch_one(connection)
        .await?;
    Ok(GrantId(id))
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

    async fn balances(&self, account: AccountId) -> Stored<Vec<GrantBalance>> {
        let rows: Vec<BalanceRow> = sqlx::query_as(BALANCES)
            .bind(account.0)
            .fetch_all(&self.readers)
            .await?;
        Ok(rows.into_iter().map(GrantBalance::from).collect())
    }

    async fn grants(&self, account: AccountId) -> Stored<Vec<Grant>> {
        let rows: Vec<GrantRow> = sqlx::query_as(GRANTS)
            .bind(account.0)
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter().map(Grant::try_from).collect()
    }

    async fn create_grant(&self, new: NewGrant, change: Change) -> Stored<GrantId> {
        let mut tx = self.write().await?;
        let id = insert(&mut tx, &new).await?;
        record(&mut tx, &change).await?;
        tx.commit().await?;
        Ok(id)
    }
}
