//! What an account is told beside its thresholds.

use super::SqliteStore;
use super::audit::commit_if_done;
use super::deliveries::announce;
use crate::domain::audit::Change;
use crate::domain::grants::TOLD_BEFORE;
use crate::domain::ids::event_id;
use crate::domain::store::{Alert, Alerts, Started, Stored};
use crate::domain::webhooks::{Event, instant};
use crate::domain::{AccountId, ApiId, Millis};
use async_trait::async_trait;
use sqlx::SqliteConnection;

const DAY: Millis = 24 * 60 * 60 * 1_000;

/// What a row of `grants` loses at its end: the calls that are left of it; of a period
/// of what comes again, those left of all its grants beyond what rolls over.
macro_rules! losses {
    () => {
        "(CASE WHEN recurrence_id IS NULL
             THEN calls - coalesce((SELECT burnt FROM balances WHERE balances.grant_id = grants.id), 0)
             ELSE (SELECT max(0, sum(period.calls - coalesce(balances.burnt, 0))
                                 - CASE WHEN max(period.expires_at) >= ends_at THEN 0 ELSE roll_over END)
                   FROM recurrences
                   JOIN grants AS period ON period.recurrence_id = recurrences.id
                        AND period.ended_at IS NULL
                   LEFT JOIN balances ON balances.grant_id = period.id
                   WHERE recurrences.id = grants.recurrence_id
                   GROUP BY recurrences.id)
         END)"
    };
}

/// `$2` to `$4` are the times ahead. If earlier ones were missed, the last alone is told.
const TELL: &str = concat!(
    "
    INSERT INTO alerts (account_id, kind, grant_id, ahead, at)
    SELECT account_id, 'lapse', grants.id, ahead, expires_at - ahead
    FROM (SELECT *, CASE WHEN $1 >= expires_at - $4 THEN $4
                         WHEN $1 >= expires_at - $3 THEN $3 ELSE $2 END AS ahead
          FROM grants WHERE tell_at <= $1) AS grants
    WHERE ended_at IS NULL AND expires_at > $1 AND ",
    losses!(),
    " > 0
    ON CONFLICT DO NOTHING
    RETURNING id, account_id"
);

/// Of those that were told just now, whose accounts want messages: at midnight there
/// may be thousands, and most want none.
const TO_SEND: &str = concat!(
    "
    SELECT alerts.id, accounts.id, accounts.public_id, grants.public_id, apis.name, ",
    losses!(),
    ", grants.expires_at
    FROM alerts
    JOIN accounts ON accounts.id = alerts.account_id
    JOIN grants ON grants.id = alerts.grant_id
    JOIN apis ON apis.id = grants.api_id
    WHERE alerts.id IN (SELECT value FROM json_each($1))
      AND (mail_notices = 1
           OR EXISTS (SELECT 1 FROM webhooks
                      WHERE webhooks.account_id = accounts.id AND webhooks.disabled_at IS NULL))"
);

const TELL_NEXT: &str = "
    UPDATE grants SET tell_at = CASE WHEN $1 >= expires_at - $2 THEN NULL ELSE expires_at - $2 END
    WHERE tell_at <= $1";

const STARTED: &str = "
    SELECT DISTINCT account_id FROM grants
    WHERE ended_at IS NULL AND starts_at > created_at AND starts_at > $1 AND starts_at <= $2";

const NEXT_START: &str = "
    SELECT min(starts_at) FROM grants
    WHERE ended_at IS NULL AND starts_at > created_at AND starts_at > $1";

const TELL_PACE: &str = "
    INSERT INTO alerts (account_id, kind, at)
    SELECT $1, 'pace', $2
    WHERE NOT EXISTS (SELECT 1 FROM alerts
                      WHERE account_id = $1 AND kind = 'pace' AND at > $2 - $3)";

/// The newest alert of a grant counts: a later one is told although an earlier
/// one was dismissed.
const LAPSES: &str = concat!(
    "
    SELECT public_id, api_id, lost, expires_at
    FROM (SELECT grants.*, ",
    losses!(),
    " AS lost
          FROM (SELECT grant_id, max(at), dismissed_at FROM alerts
                WHERE account_id = $1 AND kind = 'lapse' GROUP BY grant_id) AS told
          JOIN grants ON grants.id = told.grant_id
          WHERE dismissed_at IS NULL AND ended_at IS NULL AND expires_at > $2)
    WHERE lost > 0
    ORDER BY expires_at"
);

const PACE: &str = "
    SELECT max(at) FROM alerts
    WHERE account_id = $1 AND kind = 'pace' AND at > $2 - $3 AND dismissed_at IS NULL";

const DISMISS: &str = "
    UPDATE alerts SET dismissed_at = $3
    WHERE account_id = $1 AND dismissed_at IS NULL
      AND CASE WHEN $2 IS NULL THEN kind = 'pace'
          ELSE grant_id = (SELECT id FROM grants WHERE public_id = $2 AND account_id = $1) END";

/// Has messages sent of grants that lapse, in the transaction that tells of them.
async fn send(tx: &mut SqliteConnection, alerts: Vec<i64>, now: Millis) -> Stored<()> {
    if alerts.is_empty() {
        return Ok(());
    }
    let lapsing: Vec<(i64, i64, String, String, String, i64, i64)> = sqlx::query_as(TO_SEND)
        .bind(serde_json::json!(alerts).to_string())
        .fetch_all(&mut *tx)
        .await?;
    for (alert, id, account, grant, api, calls, expires_at) in lapsing {
        let event = Event::Lapsing {
            account,
            grant,
            api,
            calls,
            expires_at: instant(expires_at),
        };
        let event_id = event_id(event.kind(), &alert.to_string());
        announce(tx, AccountId(id), &event_id, &event, now).await?;
    }
    Ok(())
}

#[async_trait]
impl Alerts for SqliteStore {
    async fn tell_lapses(&self, now: Millis) -> Stored<Vec<AccountId>> {
        let [week, day, hour] = TOLD_BEFORE;
        let mut tx = self.write().await?;
        let told: Vec<(i64, i64)> = sqlx::query_as(TELL)
            .bind(now)
            .bind(week)
            .bind(day)
            .bind(hour)
            .fetch_all(&mut *tx)
            .await?;
        send(&mut tx, told.iter().map(|(alert, _)| *alert).collect(), now).await?;
        sqlx::query(TELL_NEXT)
            .bind(now)
            .bind(day)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(told.into_iter().map(|(_, id)| AccountId(id)).collect())
    }

    async fn started(&self, since: Millis, now: Millis) -> Stored<Started> {
        let accounts: Vec<(i64,)> = sqlx::query_as(STARTED)
            .bind(since)
            .bind(now)
            .fetch_all(&self.readers)
            .await?;
        let (next,): (Option<i64>,) = sqlx::query_as(NEXT_START)
            .bind(now)
            .fetch_one(&self.readers)
            .await?;
        Ok(Started {
            accounts: accounts.into_iter().map(|(id,)| AccountId(id)).collect(),
            next,
        })
    }

    async fn tell_pace(&self, account: AccountId, at: Millis) -> Stored<()> {
        let mut tx = self.write().await?;
        sqlx::query(TELL_PACE)
            .bind(account.0)
            .bind(at)
            .bind(DAY)
            .execute(&mut *tx)
            .await?;
        tx.commit().await
    }

    async fn open_alerts(&self, account: AccountId, now: Millis) -> Stored<Vec<Alert>> {
        let lapses: Vec<(String, i64, i64, i64)> = sqlx::query_as(LAPSES)
            .bind(account.0)
            .bind(now)
            .fetch_all(&self.readers)
            .await?;
        let (pace,): (Option<i64>,) = sqlx::query_as(PACE)
            .bind(account.0)
            .bind(now)
            .bind(DAY)
            .fetch_one(&self.readers)
            .await?;
        let lapses = lapses
            .into_iter()
            .map(|(grant_public_id, api, calls, expires_at)| Alert::Lapse {
                grant_public_id,
                api: ApiId(api),
                calls,
                expires_at,
            });
        Ok(lapses.chain(pace.map(|at| Alert::Pace { at })).collect())
    }

    async fn dismiss_alert(
        &self,
        account: AccountId,
        grant_public_id: Option<&str>,
        at: Millis,
        change: Change,
    ) -> Stored<bool> {
        let mut tx = self.write().await?;
        let dismissed = sqlx::query(DISMISS)
            .bind(account.0)
            .bind(grant_public_id)
            .bind(at)
            .execute(&mut *tx)
            .await?;
        commit_if_done(tx, &dismissed, &change).await
    }
}
