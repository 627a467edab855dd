use super::SqliteStore;
use super::accounts::{AccountRow, BY_ID, open_account};
use super::audit::{commit_if_done, record};
use super::links::use_all_of;
use crate::domain::accounts::{Account, NewAccount};
use crate::domain::audit::Change;
use crate::domain::openid::{Identity, Linked};
use crate::domain::store::{OpenIds, Stored};
use crate::domain::{AccountId, Millis};
use async_trait::async_trait;
use sqlx::SqliteConnection;

const OWNER: &str = "
    SELECT account_id FROM openid_identities WHERE issuer = $1 AND subject = $2";

const OF: &str = "
    SELECT issuer, linked_at FROM openid_identities
    WHERE account_id = $1 ORDER BY linked_at, issuer";

const HAS_PASSWORD: &str = "SELECT password_hash <> '' FROM accounts WHERE id = $1";

const IS_INVITED: &str = "
    SELECT EXISTS (
        SELECT 1 FROM links
        WHERE kind = 'invitation' AND email = $1 AND used_at IS NULL AND expires_at > $2)";

const ADD: &str = "
    INSERT INTO openid_identities (issuer, subject, account_id, linked_at)
    VALUES ($1, $2, $3, $4)";

const LINK: &str = "
    INSERT INTO openid_identities (issuer, subject, account_id, linked_at)
    VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";

const UNLINK: &str = "
    DELETE FROM openid_identities
    WHERE account_id = $1 AND issuer = $2
      AND EXISTS (SELECT 1 FROM accounts WHERE id = $1 AND password_hash <> '')";

const REMOVE: &str = "DELETE FROM openid_identities WHERE account_id = $1";

/// No provider knows the account any more.
pub(super) async fn remove(tx: &mut SqliteConnection, account: AccountId) -> Stored<()> {
    sqlx::query(REMOVE).bind(account.0).execute(tx).await?;
    Ok(())
}

#[async_trait]
impl OpenIds for SqliteStore {
    async fn account_by_openid(&self, identity: &Identity) -> Stored<Option<Account>> {
        let owner: Option<(i64,)> = sqlx::query_as(OWNER)
            .bind(&identity.issuer)
            .bind(&identity.subject)
            .fetch_optional(&self.readers)
            .await?;
        let Some((id,)) = owner else {
            return Ok(None);
        };
        let row: Option<AccountRow> = sqlx::query_as(BY_ID)
            .bind(id)
            .fetch_optional(&self.readers)
            .await?;
        row.map(Account::try_from).transpose()
    }

    async fn openids_of(&self, account: AccountId) -> Stored<Vec<Linked>> {
        let rows: Vec<(String, i64)> = sqlx::query_as(OF)
            .bind(account.0)
            .fetch_all(&self.readers)
            .await?;
        let linked = |(issuer, linked_at)| Linked { issuer, linked_at };
        Ok(rows.into_iter().map(linked).collect())
    }

    async fn has_password(&self, account: AccountId) -> Stored<bool> {
        let row: Option<(bool,)> = sqlx::query_as(HAS_PASSWORD)
            .bind(account.0)
            .fetch_optional(&self.readers)
            .await?;
        Ok(row.is_some_and(|(has,)| has))
    }

    async fn is_invited(&self, email: &str, now: Millis) -> Stored<bool> {
        let (is,): (bool,) = sqlx::query_as(IS_INVITED)
            .bind(email)
            .bind(now)
            .fetch_one(&self.readers)
            .await?;
        Ok(is)
    }

    async fn link_openid(
        &self,
        account: AccountId,
        identity: &Identity,
        change: Change,
    ) -> Stored<bool> {
        let mut tx = self.write().await?;
        let linked = sqlx::query(LINK)
            .bind(&identity.issuer)
            .bind(&identity.subject)
            .bind(account.0)
            .bind(change.at)
            .execute(&mut *tx)
            .await?;
        commit_if_done(tx, &linked, &change).await
    }

    async fn join_by_openid(
        &self,
        new: NewAccount,
        identity: &Identity,
        mut change: Change,
    ) -> Stored<Account> {
        let mut tx = self.write().await?;
        let account = open_account(&mut tx, &new).await?;
        sqlx::query(ADD)
            .bind(&identity.issuer)
            .bind(&identity.subject)
            .bind(account.id.0)
            .bind(change.at)
            .execute(&mut *tx)
            .await?;
        use_all_of(&mut tx, &new.email, account.id, new.created_at).await?;
        change.account = Some(account.id);
        record(&mut tx, &change).await?;
        tx.commit().await?;
        Ok(account)
    }

    async fn unlink_openid(
        &self,
        account: AccountId,
        issuer: &str,
        change: Change,
    ) -> Stored<bool> {
        let mut tx = self.write().await?;
        let gone = sqlx::query(UNLINK)
            .bind(account.0)
            .bind(issuer)
            .execute(&mut *tx)
            .await?;
        commit_if_done(tx, &gone, &change).await
    }
}
