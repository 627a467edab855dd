//! What is on its way to webhooks and mailboxes.

use super::SqliteStore;
use crate::domain::language::Language;
use crate::domain::store::{Delivery, DueDelivery, Place, Stored};
use crate::domain::webhooks::{Answer, Event, Fault, Off, Secret, Tried};
use crate::domain::{AccountId, Millis, StoreError};
use sqlx::SqliteConnection;

const TO_WEBHOOKS: &str = "
    INSERT INTO deliveries (account_id, webhook_id, event_id, kind, body, created_at, next_at)
    SELECT account_id, id, $2, $3, $4, $5, $5 FROM webhooks
    WHERE account_id = $1 AND disabled_at IS NULL";

const TO_MAILBOX: &str = "
    INSERT INTO deliveries (account_id, event_id, kind, body, created_at, next_at)
    SELECT id, $2, $3, $4, $5, $5 FROM accounts
    WHERE id = $1 AND closed_at IS NULL AND (mail_notices = 1 OR $6)";

/// The first of each lane: what the others of its group show is of the same row.
const DUE: &str = "
    SELECT deliveries.id, coalesce(webhook_id, -accounts.id) AS lane, event_id, body,
           deliveries.created_at, tries, min(next_at) AS due_at,
           webhooks.public_id, url, secret,
           CASE WHEN old_until > $1 THEN old_secret END AS old_secret, failing_since,
           email, language, time_zone
    FROM deliveries
    JOIN accounts ON accounts.id = deliveries.account_id
    LEFT JOIN webhooks ON webhooks.id = webhook_id
    WHERE next_at <= $1 AND webhooks.disabled_at IS NULL
    GROUP BY lane
    ORDER BY due_at, deliveries.id
    LIMIT $2";

const NEXT: &str = "SELECT min(next_at) FROM deliveries WHERE next_at IS NOT NULL";

/// Of what was given up while the message was under way, there is no next try.
const TRIED: &str = "
    UPDATE deliveries
    SET tries = tries + 1, last_at = $2, last_status = $3, last_fault = $4,
        next_at = CASE WHEN next_at IS NOT NULL THEN $5 END,
        delivered_at = CASE WHEN $6 THEN $2 ELSE delivered_at END
    WHERE id = $1
    RETURNING webhook_id";

const WORKS: &str = "UPDATE webhooks SET failing_since = NULL WHERE id = $1";

const FAILS: &str = "
    UPDATE webhooks SET failing_since = coalesce(failing_since, $2) WHERE id = $1";

const SWITCH_OFF: &str = "
    UPDATE webhooks SET disabled_at = $2, disabled_by = $3 WHERE id = $1 AND disabled_at IS NULL";

const GIVE_UP: &str =
    "UPDATE deliveries SET next_at = NULL WHERE webhook_id = $1 AND next_at IS NOT NULL";

const OF_WEBHOOK: &str = "
    SELECT event_id, kind, deliveries.created_at, tries, next_at, last_at, last_status, last_fault,
           delivered_at
    FROM deliveries
    JOIN webhooks ON webhooks.id = webhook_id
    WHERE webhooks.account_id = $1 AND webhooks.public_id = $2
    ORDER BY deliveries.id DESC
    LIMIT $3";

const FORGET: &str = "DELETE FROM deliveries WHERE created_at < $1 AND next_at IS NULL";

/// Writes that an account is to be told of an event, inside the transaction of what
/// it tells of.
pub(super) async fn announce(
    tx: &mut SqliteConnection,
    account: AccountId,
    event_id: &str,
    event: &Event,
    at: Millis,
) -> Stored<()> {
    let body = event.body(at);
    // Whoever asked waits for the answer; the rest is told by mail to who wants it.
    let always = matches!(event, Event::Answered { .. });
    for (statement, asks) in [(TO_WEBHOOKS, None), (TO_MAILBOX, Some(always))] {
        let query = sqlx::query(statement)
            .bind(account.0)
            .bind(event_id)
            .bind(event.kind())
            .bind(&body)
            .bind(at);
        match asks {
            Some(always) => query.bind(always).execute(&mut *tx).await?,
            None => query.execute(&mut *tx).await?,
        };
    }
    Ok(())
}

/// Nothing waits for a webhook any more.
pub(super) async fn give_up(tx: &mut SqliteConnection, webhook: i64) -> Stored<()> {
    sqlx::query(GIVE_UP).bind(webhook).execute(tx).await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct DueRow {
    id: i64,
    lane: i64,
    event_id: String,
    body: String,
    created_at: i64,
    tries: i64,
    public_id: Option<String>,
    url: Option<String>,
    secret: Option<Vec<u8>>,
    old_secret: Option<Vec<u8>>,
    failing_since: Option<i64>,
    email: String,
    language: Option<String>,
    time_zone: String,
}

impl From<DueRow> for DueDelivery {
    fn from(row: DueRow) -> Self {
        let secrets = row.secret.into_iter().chain(row.old_secret);
        let place = match (row.public_id, row.url) {
            (Some(public_id), Some(url)) => Place::Webhook {
                public_id,
                url,
                secrets: secrets.map(Secret).collect(),
                failing_since: row.failing_since,
            },
            _ => Place::Mailbox {
                email: row.email,
                language: row.language.as_deref().and_then(Language::tagged),
                time_zone: row.time_zone,
            },
        };
        Self {
            id: row.id,
            lane: row.lane,
            event_id: row.event_id,
            body: row.body,
            created_at: row.created_at,
            tries: row.tries,
            place,
        }
    }
}

#[derive(sqlx::FromRow)]
struct DeliveryRow {
    event_id: String,
    kind: String,
    created_at: i64,
    tries: i64,
    next_at: Option<i64>,
    last_at: Option<i64>,
    last_status: Option<i64>,
    last_fault: Option<String>,
    delivered_at: Option<i64>,
}

impl TryFrom<DeliveryRow> for Delivery {
    type Error = StoreError;

    fn try_from(row: DeliveryRow) -> Result<Self, StoreError> {
        let status = row
            .last_status
            .and_then(|status| u16::try_from(status).ok());
        let fault = row.last_fault.as_deref().and_then(Fault::named);
        let answer = status.map(Answer::Status).or(fault.map(Answer::Fault));
        if row.last_at.is_some() && answer.is_none() {
            return Err(StoreError::Broken(format!("answer to {}", row.event_id)));
        }
        Ok(Self {
            event_id: row.event_id,
            kind: row.kind,
            created_at: row.created_at,
            tries: row.tries,
            next_at: row.next_at,
            last: row.last_at.zip(answer),
            delivered_at: row.delivered_at,
        })
    }
}

impl SqliteStore {
    pub(super) async fn due(&self, now: Millis, limit: i64) -> Stored<Vec<DueDelivery>> {
        let rows: Vec<DueRow> = sqlx::query_as(DUE)
            .bind(now)
            .bind(limit)
            .fetch_all(&self.readers)
            .await?;
        Ok(rows.into_iter().map(DueDelivery::from).collect())
    }

    pub(super) async fn next_due_delivery(&self) -> Stored<Option<Millis>> {
        let (next,): (Option<i64>,) = sqlx::query_as(NEXT).fetch_one(&self.readers).await?;
        Ok(next)
    }

    pub(super) async fn keep_try(&self, delivery: i64, tried: Tried) -> Stored<()> {
        let (status, fault) = match tried.answer {
            Answer::Status(status) => (Some(i64::from(status)), None),
            Answer::Fault(fault) => (None, Some(fault.name())),
        };
        let mut tx = self.write().await?;
        let row: Option<(Option<i64>,)> = sqlx::query_as(TRIED)
            .bind(delivery)
            .bind(tried.at)
            .bind(status)
            .bind(fault)
            .bind(tried.next_at)
            .bind(tried.answer.is_good())
            .fetch_optional(&mut *tx)
            .await?;
        if let Some((Some(webhook),)) = row {
            let outcome = if tried.answer.is_good() {
                sqlx::query(WORKS).bind(webhook)
            } else {
                sqlx::query(FAILS).bind(webhook).bind(tried.at)
            };
            outcome.execute(&mut *tx).await?;
            if let Some(off) = tried.off {
                switch_off(&mut tx, webhook, tried.at, off).await?;
            }
        }
        tx.commit().await
    }

    pub(super) async fn deliveries_to(
        &self,
        account: AccountId,
        webhook: &str,
        limit: i64,
    ) -> Stored<Vec<Delivery>> {
        let rows: Vec<DeliveryRow> = sqlx::query_as(OF_WEBHOOK)
            .bind(account.0)
            .bind(webhook)
            .bind(limit)
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter().map(Delivery::try_from).collect()
    }

    pub(super) async fn forget_old(&self, before: Millis) -> Stored<()> {
        let mut tx = self.write().await?;
        sqlx::query(FORGET).bind(before).execute(&mut *tx).await?;
        tx.commit().await
    }
}

async fn switch_off(tx: &mut SqliteConnection, webhook: i64, at: Millis, off: Off) -> Stored<()> {
    sqlx::query(SWITCH_OFF)
        .bind(webhook)
        .bind(at)
        .bind(off.name())
        .execute(&mut *tx)
        .await?;
    give_up(tx, webhook).await
}
