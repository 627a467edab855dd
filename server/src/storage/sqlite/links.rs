use super::SqliteStore;
use super::accounts::open_account;
use super::audit::{commit_if_done, record};
use super::settings::{DROP_RESETS, replace_password};
use crate::domain::accounts::{Account, NewAccount};
use crate::domain::audit::Change;
use crate::domain::language::Language;
use crate::domain::links::{Link, LinkHash, LinkKind, MOST_SIGN_UPS, NewLink, PAUSE};
use crate::domain::store::{Links, Stored};
use crate::domain::{AccountId, Millis, StoreError};
use async_trait::async_trait;
use sqlx::SqliteConnection;

/// One that is open and too young is left as it is.
const CREATE: &str = "
    INSERT INTO links (public_id, kind, email, account_id, token_hash, language, created_by,
                       created_at, expires_at)
    SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9
    WHERE $2 <> 'sign_up'
       OR (SELECT count(*) FROM links WHERE kind = 'sign_up' AND used_at IS NULL) < $11
    ON CONFLICT (kind, email) WHERE used_at IS NULL AND kind <> 'email' DO UPDATE
    SET public_id = excluded.public_id, account_id = excluded.account_id,
        token_hash = excluded.token_hash, language = excluded.language,
        created_by = excluded.created_by, created_at = excluded.created_at,
        expires_at = excluded.expires_at
    WHERE links.created_at <= excluded.created_at - $10
       OR links.created_at > excluded.created_at";

const BY_HASH: &str = "
    SELECT public_id, kind, email, account_id, language, created_at, expires_at, used_at
    FROM links WHERE token_hash = $1";

const BY_PUBLIC_ID: &str = "
    SELECT public_id, kind, email, account_id, language, created_at, expires_at, used_at
    FROM links WHERE public_id = $1";

const OPEN: &str = "
    SELECT public_id, kind, email, account_id, language, created_at, expires_at, used_at
    FROM links WHERE used_at IS NULL AND expires_at > $1
    ORDER BY id DESC LIMIT $2";

const RENEW: &str = "
    UPDATE links SET token_hash = $2, created_at = $3, expires_at = $4
    WHERE public_id = $1 AND used_at IS NULL AND expires_at > $3";

const WITHDRAW: &str = "DELETE FROM links WHERE public_id = $1 AND used_at IS NULL";

/// Of two who use a link at once, one does.
const USE: &str = "
    UPDATE links SET used_at = $2
    WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2
    RETURNING email, account_id";

const JOINED: &str = "
    UPDATE links SET used_at = coalesce(used_at, $3), account_id = $2
    WHERE email = $1 AND kind IN ('sign_up', 'invitation')
      AND (used_at IS NULL OR token_hash = $4)";

const SET_EMAIL: &str = "UPDATE accounts SET email = $2 WHERE id = $1";

/// An account asks for one new mailbox at a time.
const DROP_EMAIL: &str =
    "DELETE FROM links WHERE account_id = $1 AND kind = 'email' AND used_at IS NULL";

const FORGET: &str = "DELETE FROM links WHERE expires_at < $1";

/// Whoever has an account needs no link any more that opens one.
const USE_ALL: &str = "
    UPDATE links SET used_at = $3, account_id = $2
    WHERE email = $1 AND kind IN ('sign_up', 'invitation') AND used_at IS NULL";

#[derive(sqlx::FromRow)]
struct Row {
    public_id: String,
    kind: String,
    email: String,
    account_id: Option<i64>,
    language: String,
    created_at: i64,
    expires_at: i64,
    used_at: Option<i64>,
}

impl TryFrom<Row> for Link {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            kind: LinkKind::named(&row.kind)
                .ok_or_else(|| StoreError::Broken(format!("link {}: kind", row.public_id)))?,
            public_id: row.public_id,
            email: row.email,
            account: row.account_id.map(AccountId),
            language: Language::tagged(&row.language).unwrap_or(Language::English),
            created_at: row.created_at,
            expires_at: row.expires_at,
            used_at: row.used_at,
        })
    }
}

/// Uses a good link up: its mailbox and account, or nothing.
pub(super) async fn use_up(
    tx: &mut SqliteConnection,
    hash: LinkHash,
    now: Millis,
) -> Stored<Option<(String, Option<i64>)>> {
    Ok(sqlx::query_as(USE)
        .bind(hash.0.as_slice())
        .bind(now)
        .fetch_optional(tx)
        .await?)
}

/// Uses all links of a mailbox up that open an account.
pub(super) async fn use_all_of(
    tx: &mut SqliteConnection,
    email: &str,
    account: AccountId,
    now: Millis,
) -> Stored<()> {
    sqlx::query(USE_ALL)
        .bind(email)
        .bind(account.0)
        .bind(now)
        .execute(tx)
        .await?;
    Ok(())
}

#[async_trait]
impl Links for SqliteStore {
    async fn create_link(&self, new: NewLink, change: Option<Change>) -> Stored<bool> {
        let mut tx = self.write().await?;
        if new.kind == LinkKind::Email {
            sqlx::query(DROP_EMAIL)
                .bind(new.account.map(|id| id.0))
                .execute(&mut *tx)
                .await?;
        }
        let kept = sqlx::query(CREATE)
            .bind(&new.public_id)
            .bind(new.kind.name())
            .bind(&new.email)
            .bind(new.account.map(|id| id.0))
            .bind(new.hash.0.as_slice())
            .bind(new.language.tag())
            .bind(new.created_by.map(|id| id.0))
            .bind(new.created_at)
            .bind(new.expires_at)
            .bind(PAUSE)
            .bind(MOST_SIGN_UPS)
            .execute(&mut *tx)
            .await?;
        if kept.rows_affected() == 0 {
            return Ok(false);
        }
        if let Some(change) = change {
            record(&mut tx, &change).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    async fn link(&self, hash: LinkHash) -> Stored<Option<Link>> {
        let row: Option<Row> = sqlx::query_as(BY_HASH)
            .bind(hash.0.as_slice())
            .fetch_optional(&self.readers)
            .await?;
        row.map(Link::try_from).transpose()
    }

    async fn link_by_public_id(&self, public_id: &str) -> Stored<Option<Link>> {
        let row: Option<Row> = sqlx::query_as(BY_PUBLIC_ID)
            .bind(public_id)
            .fetch_optional(&self.readers)
            .await?;
        row.map(Link::try_from).transpose()
    }

    async fn open_links(&self, now: Millis, limit: i64) -> Stored<Vec<Link>> {
        let rows: Vec<Row> = sqlx::query_as(OPEN)
            .bind(now)
            .bind(limit)
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter().map(Link::try_from).collect()
    }

    async fn renew_link(
        &self,
        public_id: &str,
        hash: LinkHash,
        at: Millis,
        expires_at: Millis,
        change: Change,
    ) -> Stored<bool> {
        let mut tx = self.write().await?;
        let renewed = sqlx::query(RENEW)
            .bind(public_id)
            .bind(hash.0.as_slice())
            .bind(at)
            .bind(expires_at)
            .execute(&mut *tx)
            .await?;
        commit_if_done(tx, &renewed, &change).await
    }

    async fn withdraw_link(&self, public_id: &str, change: Change) -> Stored<bool> {
        let mut tx = self.write().await?;
        let gone = sqlx::query(WITHDRAW)
            .bind(public_id)
            .execute(&mut *tx)
            .await?;
        commit_if_done(tx, &gone, &change).await
    }

    async fn join(
        &self,
        hash: LinkHash,
        new: NewAccount,
        mut change: Change,
    ) -> Stored<Option<Account>> {
        let mut tx = self.write().await?;
        let used = use_up(&mut tx, hash, new.created_at).await?;
        if used.is_none_or(|(email, _)| email != new.email) {
            return Ok(None);
        }
        let account = open_account(&mut tx, &new).await?;
        sqlx::query(JOINED)
            .bind(&new.email)
            .bind(account.id.0)
            .bind(new.created_at)
            .bind(hash.0.as_slice())
            .execute(&mut *tx)
            .await?;
        change.account = Some(account.id);
        record(&mut tx, &change).await?;
        tx.commit().await?;
        Ok(Some(account))
    }

    async fn reset_password(
        &self,
        hash: LinkHash,
        account: AccountId,
        password_hash: &str,
        change: Change,
    ) -> Stored<bool> {
        let mut tx = self.write().await?;
        let used = use_up(&mut tx, hash, change.at).await?;
        if used.and_then(|(_, of)| of) != Some(account.0) {
            return Ok(false);
        }
        replace_password(&mut tx, account, password_hash).await?;
        record(&mut tx, &change).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn change_email(
        &self,
        hash: LinkHash,
        account: AccountId,
        change: Change,
    ) -> Stored<bool> {
        let mut tx = self.write().await?;
        let Some((email, Some(of))) = use_up(&mut tx, hash, change.at).await? else {
            return Ok(false);
        };
        if of != account.0 {
            return Ok(false);
        }
        sqlx::query(SET_EMAIL)
            .bind(of)
            .bind(&email)
            .execute(&mut *tx)
            .await?;
        sqlx::query(DROP_RESETS).bind(of).execute(&mut *tx).await?;
        record(&mut tx, &change).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn delete_links(&self, ended_before: Millis) -> Stored<u64> {
        let mut tx = self.write().await?;
        let gone = sqlx::query(FORGET)
            .bind(ended_before)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(gone.rows_affected())
    }
}
