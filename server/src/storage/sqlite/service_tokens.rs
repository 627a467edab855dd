use super::SqliteStore;
use super::audit::{commit_if_done, record};
use crate::domain::audit::Change;
use crate::domain::service_tokens::{
    NewServiceToken, Scopes, ServiceIdentity, ServiceToken, TokenHash,
};
use crate::domain::store::{ServiceTokens, Stored};
use crate::domain::{AccountId, Millis, StoreError};
use async_trait::async_trait;

const INSERT: &str = "
    INSERT INTO service_tokens (public_id, name, token_hash, hint, scopes, account_id, expires_at,
                                created_by, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

const NEWEST: &str = "
    SELECT service_tokens.public_id, service_tokens.name, hint, scopes, accounts.email,
           service_tokens.created_at, expires_at, revoked_at, last_used_at
    FROM service_tokens LEFT JOIN accounts ON accounts.id = account_id
    ORDER BY service_tokens.id DESC LIMIT $1";

const REVOKE: &str = "
    UPDATE service_tokens SET revoked_at = $2 WHERE public_id = $1 AND revoked_at IS NULL";

const BY_HASH: &str = "
    SELECT id, scopes, account_id, expires_at, revoked_at IS NOT NULL AS revoked, last_used_at
    FROM service_tokens WHERE token_hash = $1";

const NAME: &str = "SELECT name, public_id FROM service_tokens WHERE id = $1";

const TOUCH: &str = "
    UPDATE service_tokens SET last_used_at = max(coalesce(last_used_at, 0), $2) WHERE id = $1";

#[derive(sqlx::FromRow)]
struct TokenRow {
    public_id: String,
    name: String,
    hint: String,
    scopes: String,
    email: Option<String>,
    created_at: i64,
    expires_at: Option<i64>,
    revoked_at: Option<i64>,
    last_used_at: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct IdentityRow {
    id: i64,
    scopes: String,
    account_id: Option<i64>,
    expires_at: Option<i64>,
    revoked: bool,
    last_used_at: Option<i64>,
}

fn scopes(names: &str) -> Stored<Scopes> {
    Scopes::parse(names).map_err(|name| StoreError::Broken(format!("no scope is called {name:?}")))
}

#[async_trait]
impl ServiceTokens for SqliteStore {
    async fn create_service_token(&self, new: NewServiceToken, change: Change) -> Stored<()> {
        let mut tx = self.write().await?;
        sqlx::query(INSERT)
            .bind(&new.public_id)
            .bind(&new.name)
            .bind(new.hash.0.as_slice())
            .bind(&new.hint)
            .bind(new.scopes.to_string())
            .bind(new.account.map(|id| id.0))
            .bind(new.expires_at)
            .bind(new.created_by.map(|id| id.0))
            .bind(new.created_at)
            .execute(&mut *tx)
            .await?;
        record(&mut tx, &change).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn service_tokens(&self, limit: i64) -> Stored<Vec<ServiceToken>> {
        let rows: Vec<TokenRow> = sqlx::query_as(NEWEST)
            .bind(limit)
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter()
            .map(|row| {
                Ok(ServiceToken {
                    scopes: scopes(&row.scopes)?,
                    public_id: row.public_id,
                    name: row.name,
                    hint: row.hint,
                    account: row.email,
                    created_at: row.created_at,
                    expires_at: row.expires_at,
                    revoked_at: row.revoked_at,
                    last_used_at: row.last_used_at,
                })
            })
            .collect()
    }

    async fn revoke_service_token(
        &self,
        public_id: &str,
        at: Millis,
        change: Change,
    ) -> Stored<bool> {
        let mut tx = self.write().await?;
        let revoked = sqlx::query(REVOKE)
            .bind(public_id)
            .bind(at)
            .execute(&mut *tx)
            .await?;
        commit_if_done(tx, &revoked, &change).await
    }

    async fn service_token_by_hash(&self, hash: TokenHash) -> Stored<Option<ServiceIdentity>> {
        let row: Option<IdentityRow> = sqlx::query_as(BY_HASH)
            .bind(hash.0.as_slice())
            .fetch_optional(&self.readers)
            .await?;
        row.map(|row| {
            Ok(ServiceIdentity {
                id: row.id,
                scopes: scopes(&row.scopes)?,
                account: row.account_id.map(AccountId),
                expires_at: row.expires_at,
                revoked: row.revoked,
                last_used_at: row.last_used_at,
            })
        })
        .transpose()
    }

    async fn service_token_name(&self, id: i64) -> Stored<Option<(String, String)>> {
        Ok(sqlx::query_as(NAME)
            .bind(id)
            .fetch_optional(&self.readers)
            .await?)
    }

    async fn touch_service_token(&self, id: i64, at: Millis) -> Stored<()> {
        let mut tx = self.write().await?;
        sqlx::query(TOUCH)
            .bind(id)
            .bind(at)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }
}
