use super::audit::record;
use super::grants::FREE_QUOTA_OF_ONE;
use super::{SqliteStore, days};
use crate::domain::accounts::{Account, DEFAULT_PROJECT, NewAccount, Role};
use crate::domain::audit::Change;
use crate::domain::language::Language;
use crate::domain::store::{Accounts, Stored};
use crate::domain::{AccountId, StoreError, zones};
use async_trait::async_trait;
use sqlx::SqliteConnection;

#[derive(sqlx::FromRow)]
pub(super) struct AccountRow {
    id: i64,
    public_id: String,
    email: String,
    name: String,
    role: String,
    reference_code: String,
    time_zone: String,
    language: Option<String>,
    created_at: i64,
    disabled_at: Option<i64>,
}

impl TryFrom<AccountRow> for Account {
    type Error = StoreError;

    fn try_from(row: AccountRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: AccountId(row.id),
            role: Role::named(&row.role)
                .ok_or_else(|| StoreError::Broken(format!("account {}: role", row.id)))?,
            public_id: row.public_id,
            email: row.email,
            name: row.name,
            reference_code: row.reference_code,
            time_zone: row.time_zone,
            // A tag that this version does not speak is no choice.
            language: row.language.as_deref().and_then(Language::tagged),
            created_at: row.created_at,
            disabled_at: row.disabled_at,
        })
    }
}

#[derive(sqlx::FromRow)]
struct WithPassword {
    #[sqlx(flatten)]
    account: AccountRow,
    password_hash: String,
}

const INSERT_ACCOUNT: &str = "
    INSERT INTO accounts
        (public_id, email, name, password_hash, role, reference_code, time_zone, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    RETURNING id, public_id, email, name, role, reference_code, time_zone, language,
              created_at, disabled_at";

const INSERT_PROJECT: &str = "
    INSERT INTO projects (public_id, account_id, name, created_at) VALUES ($1, $2, $3, $4)";

pub(super) const BY_ID: &str = "
    SELECT id, public_id, email, name, role, reference_code, time_zone, language,
           created_at, disabled_at
    FROM accounts WHERE id = $1";

const BY_PUBLIC_ID: &str = "
    SELECT id, public_id, email, name, role, reference_code, time_zone, language,
           created_at, disabled_at
    FROM accounts WHERE public_id = $1";

const BY_EMAIL: &str = "
    SELECT id, public_id, email, name, role, reference_code, time_zone, language,
           created_at, disabled_at, password_hash
    FROM accounts WHERE email = $1";

const FIND: &str = "
    SELECT id, public_id, email, name, role, reference_code, time_zone, language,
           created_at, disabled_at
    FROM accounts
    WHERE $1 = ''
       OR instr(email, lower($1)) > 0
       OR instr(lower(name), lower($1)) > 0
       OR reference_code = upper($1)
       OR public_id = $1
       OR id IN (SELECT account_id FROM api_keys WHERE public_id = $1 OR hint = substr($1, -4) AND $1 LIKE 'mpg-%')
       OR id = (SELECT account_id FROM usage WHERE request_id = $1)
    ORDER BY id DESC
    LIMIT $2 OFFSET $3";

const SET_TIME_ZONE: &str = "UPDATE accounts SET time_zone = $2 WHERE id = $1";
const SET_LANGUAGE: &str = "UPDATE accounts SET language = $2 WHERE id = $1";

/// The account with its default project and the free quota.
pub(super) async fn open_account(tx: &mut SqliteConnection, new: &NewAccount) -> Stored<Account> {
    let row: AccountRow = sqlx::query_as(INSERT_ACCOUNT)
        .bind(&new.public_id)
        .bind(&new.email)
        .bind(&new.name)
        .bind(&new.password_hash)
        .bind(new.role.name())
        .bind(&new.reference_code)
        .bind(&new.time_zone)
        .bind(new.created_at)
        .fetch_one(&mut *tx)
        .await?;
    let account = Account::try_from(row)?;
    sqlx::query(INSERT_PROJECT)
        .bind(&new.project_public_id)
        .bind(account.id.0)
        .bind(DEFAULT_PROJECT)
        .bind(new.created_at)
        .execute(&mut *tx)
        .await?;
    sqlx::query(FREE_QUOTA_OF_ONE)
        .bind(account.id.0)
        .bind(new.created_at)
        .execute(tx)
        .await?;
    Ok(account)
}

#[async_trait]
impl Accounts for SqliteStore {
    async fn create_account(&self, new: NewAccount, mut change: Change) -> Stored<Account> {
        let mut tx = self.write().await?;
        let account = open_account(&mut tx, &new).await?;
        change.account = Some(account.id);
        record(&mut tx, &change).await?;
        tx.commit().await?;
        Ok(account)
    }

    async fn account(&self, id: AccountId) -> Stored<Option<Account>> {
        let row: Option<AccountRow> = sqlx::query_as(BY_ID)
            .bind(id.0)
            .fetch_optional(&self.readers)
            .await?;
        row.map(Account::try_from).transpose()
    }

    async fn account_by_public_id(&self, id: &str) -> Stored<Option<Account>> {
        let row: Option<AccountRow> = sqlx::query_as(BY_PUBLIC_ID)
            .bind(id)
            .fetch_optional(&self.readers)
            .await?;
        row.map(Account::try_from).transpose()
    }

    async fn account_by_email(&self, email: &str) -> Stored<Option<(Account, String)>> {
        let row: Option<WithPassword> = sqlx::query_as(BY_EMAIL)
            .bind(email)
            .fetch_optional(&self.readers)
            .await?;
        row.map(|row| Ok((Account::try_from(row.account)?, row.password_hash)))
            .transpose()
    }

    async fn set_language(&self, id: AccountId, language: Language, change: Change) -> Stored<()> {
        let mut tx = self.write().await?;
        sqlx::query(SET_LANGUAGE)
            .bind(id.0)
            .bind(language.tag())
            .execute(&mut *tx)
            .await?;
        record(&mut tx, &change).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn find_accounts(&self, search: &str, limit: i64, offset: i64) -> Stored<Vec<Account>> {
        let rows: Vec<AccountRow> = sqlx::query_as(FIND)
            .bind(search)
            .bind(limit)
            .bind(offset)
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter().map(Account::try_from).collect()
    }

    async fn set_time_zone(&self, id: AccountId, zone: &str, change: Change) -> Stored<bool> {
        let mut tx = self.write().await?;
        let set = sqlx::query(SET_TIME_ZONE)
            .bind(id.0)
            .bind(zone)
            .execute(&mut *tx)
            .await?;
        if set.rows_affected() == 0 {
            return Ok(false);
        }
        days::cut(&mut tx, id, zones::zone(zone)).await?;
        record(&mut tx, &change).await?;
        tx.commit().await?;
        Ok(true)
    }
}
