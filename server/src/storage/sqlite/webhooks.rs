use super::SqliteStore;
use super::audit::{commit_if_done, record};
use super::deliveries::give_up;
use crate::domain::audit::Change;
use crate::domain::store::{
    Delivery, DueDelivery, NewWebhook, Stored, Webhook, WebhookChange, Webhooks,
};
use crate::domain::webhooks::{MOST, Off, Secret, Tried};
use crate::domain::{AccountId, Millis, StoreError};
use async_trait::async_trait;
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteQueryResult;

const INSERT: &str = "
    INSERT INTO webhooks (public_id, account_id, url, secret, created_at)
    SELECT $1, $2, $3, $4, $5
    WHERE (SELECT count(*) FROM webhooks WHERE account_id = $2) < $6";

const OF_ACCOUNT: &str = "
    SELECT public_id, url, secret, old_until, created_at, disabled_at, disabled_by, failing_since
    FROM webhooks WHERE account_id = $1 ORDER BY id";

const ID: &str = "SELECT id FROM webhooks WHERE account_id = $1 AND public_id = $2";

const ROTATE: &str = "
    UPDATE webhooks SET old_secret = secret, old_until = $3, secret = $2 WHERE id = $1";

const DISABLE: &str = "
    UPDATE webhooks SET disabled_at = $2, disabled_by = 'account'
    WHERE id = $1 AND disabled_at IS NULL";

/// It begins anew: what failed before says nothing of it.
const ENABLE: &str = "
    UPDATE webhooks SET disabled_at = NULL, disabled_by = NULL, failing_since = NULL
    WHERE id = $1 AND disabled_at IS NOT NULL";

const DELETE_DELIVERIES: &str = "DELETE FROM deliveries WHERE webhook_id = $1";

const DELETE: &str = "DELETE FROM webhooks WHERE id = $1";

const TELL: &str = "
    INSERT INTO deliveries (account_id, webhook_id, event_id, kind, body, created_at, next_at)
    SELECT account_id, id, $2, $3, $4, $5, $5 FROM webhooks
    WHERE id = $1 AND disabled_at IS NULL";

const AGAIN: &str = "
    UPDATE deliveries SET next_at = $3, tries = 0
    WHERE webhook_id = $1 AND event_id = $2 AND next_at IS NULL
      AND EXISTS (SELECT 1 FROM webhooks WHERE id = $1 AND disabled_at IS NULL)";

const MAIL_NOTICES: &str = "SELECT mail_notices FROM accounts WHERE id = $1";

const SET_MAIL_NOTICES: &str = "UPDATE accounts SET mail_notices = $2 WHERE id = $1";

const REMOVE_DELIVERIES: &str = "DELETE FROM deliveries WHERE account_id = $1";

const REMOVE: &str = "DELETE FROM webhooks WHERE account_id = $1";

#[derive(sqlx::FromRow)]
struct WebhookRow {
    public_id: String,
    url: String,
    secret: Vec<u8>,
    old_until: Option<i64>,
    created_at: i64,
    disabled_at: Option<i64>,
    disabled_by: Option<String>,
    failing_since: Option<i64>,
}

impl TryFrom<WebhookRow> for Webhook {
    type Error = StoreError;

    fn try_from(row: WebhookRow) -> Result<Self, StoreError> {
        let by = row.disabled_by.as_deref().map(|name| {
            Off::named(name).ok_or_else(|| StoreError::Broken(format!("{}: off", row.public_id)))
        });
        Ok(Self {
            off: row.disabled_at.zip(by.transpose()?),
            public_id: row.public_id,
            url: row.url,
            secret: Secret(row.secret),
            old_until: row.old_until,
            created_at: row.created_at,
            failing_since: row.failing_since,
        })
    }
}

/// Nothing of the account's webhooks, or on its way to its mailbox, is left.
pub(super) async fn remove_all(tx: &mut SqliteConnection, account: AccountId) -> Stored<()> {
    for statement in [REMOVE_DELIVERIES, REMOVE] {
        sqlx::query(statement)
            .bind(account.0)
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

async fn make(
    tx: &mut SqliteConnection,
    id: i64,
    what: WebhookChange,
    at: Millis,
) -> Stored<SqliteQueryResult> {
    let query = match &what {
        WebhookChange::Rotate { secret, old_until } => {
            sqlx::query(ROTATE).bind(id).bind(&secret.0).bind(old_until)
        }
        WebhookChange::Disable => {
            give_up(tx, id).await?;
            sqlx::query(DISABLE).bind(id).bind(at)
        }
        WebhookChange::Enable => sqlx::query(ENABLE).bind(id),
        WebhookChange::Delete => {
            sqlx::query(DELETE_DELIVERIES)
                .bind(id)
                .execute(&mut *tx)
                .await?;
            sqlx::query(DELETE).bind(id)
        }
        WebhookChange::Tell { event_id, event } => sqlx::query(TELL)
            .bind(id)
            .bind(event_id)
            .bind(event.kind())
            .bind(event.body(at))
            .bind(at),
        WebhookChange::Again { event_id } => sqlx::query(AGAIN).bind(id).bind(event_id).bind(at),
    };
    Ok(query.execute(tx).await?)
}

#[async_trait]
impl Webhooks for SqliteStore {
    async fn create_webhook(&self, new: NewWebhook, change: Change) -> Stored<bool> {
        let mut tx = self.write().await?;
        let made = sqlx::query(INSERT)
            .bind(&new.public_id)
            .bind(new.account.0)
            .bind(&new.url)
            .bind(&new.secret.0)
            .bind(new.created_at)
            .bind(MOST)
            .execute(&mut *tx)
            .await?;
        commit_if_done(tx, &made, &change).await
    }

    async fn webhooks(&self, account: AccountId) -> Stored<Vec<Webhook>> {
        let rows: Vec<WebhookRow> = sqlx::query_as(OF_ACCOUNT)
            .bind(account.0)
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter().map(Webhook::try_from).collect()
    }

    async fn change_webhook(
        &self,
        account: AccountId,
        public_id: &str,
        what: WebhookChange,
        change: Change,
    ) -> Stored<bool> {
        let mut tx = self.write().await?;
        let found: Option<(i64,)> = sqlx::query_as(ID)
            .bind(account.0)
            .bind(public_id)
            .fetch_optional(&mut *tx)
            .await?;
        let Some((id,)) = found else {
            return Ok(false);
        };
        let done = make(&mut tx, id, what, change.at).await?;
        commit_if_done(tx, &done, &change).await
    }

    async fn deliveries(
        &self,
        account: AccountId,
        webhook: &str,
        limit: i64,
    ) -> Stored<Vec<Delivery>> {
        self.deliveries_to(account, webhook, limit).await
    }

    async fn mail_notices(&self, account: AccountId) -> Stored<bool> {
        let row: Option<(bool,)> = sqlx::query_as(MAIL_NOTICES)
            .bind(account.0)
            .fetch_optional(&self.readers)
            .await?;
        Ok(row.is_some_and(|(on,)| on))
    }

    async fn set_mail_notices(&self, account: AccountId, on: bool, change: Change) -> Stored<()> {
        let mut tx = self.write().await?;
        sqlx::query(SET_MAIL_NOTICES)
            .bind(account.0)
            .bind(on)
            .execute(&mut *tx)
            .await?;
        record(&mut tx, &change).await?;
        tx.commit().await
    }

    async fn due_deliveries(&self, now: Millis, limit: i64) -> Stored<Vec<DueDelivery>> {
        self.due(now, limit).await
    }

    async fn next_delivery(&self) -> Stored<Option<Millis>> {
        self.next_due_delivery().await
    }

    async fn tried(&self, delivery: i64, tried: Tried) -> Stored<()> {
        self.keep_try(delivery, tried).await
    }

    async fn forget_deliveries(&self, before: Millis) -> Stored<()> {
        self.forget_old(before).await
    }
}
