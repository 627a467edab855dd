use super::SqliteStore;
use super::audit::commit_if_done;
use super::deliveries::announce;
use super::settings::percents;
use crate::domain::audit::Change;
use crate::domain::ids::event_id;
use crate::domain::store::{Level, Notice, Notices, Stored};
use crate::domain::webhooks::Event;
use crate::domain::{AccountId, ApiId, Millis};
use async_trait::async_trait;
use sqlx::SqliteConnection;

const THRESHOLDS: &str = "SELECT thresholds FROM accounts WHERE id = $1";

/// `DO NOTHING`: a crossing that is open has its notice already.
const RAISE: &str = "
    INSERT INTO notices (account_id, api_id, percent, charged, granted, at)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT DO NOTHING
    RETURNING id";

const NAMES: &str = "
    SELECT accounts.public_id, apis.name FROM accounts, apis
    WHERE accounts.id = $1 AND apis.id = $2";

/// Thresholds that the account no longer has are lifted too.
const LIFT: &str = "
    UPDATE notices SET lifted_at = $4
    WHERE account_id = $1 AND api_id = $2 AND lifted_at IS NULL
      AND percent NOT IN (SELECT value FROM json_each($3))";

const OF_ACCOUNT: &str = "
    SELECT api_id, percent, charged, granted, at,
           lifted_at IS NOT NULL AS lifted, dismissed_at IS NOT NULL AS dismissed
    FROM notices WHERE account_id = $1
    ORDER BY id DESC
    LIMIT $2";

const OPEN: &str = "
    SELECT api_id, max(percent) AS percent, charged, granted, at, 0 AS lifted, 0 AS dismissed
    FROM notices
    WHERE account_id = $1 AND lifted_at IS NULL AND dismissed_at IS NULL
    GROUP BY api_id
    ORDER BY api_id";

const DISMISS: &str = "
    UPDATE notices SET dismissed_at = $3
    WHERE account_id = $1 AND api_id = $2 AND dismissed_at IS NULL";

#[derive(sqlx::FromRow)]
struct NoticeRow {
    api_id: i64,
    percent: i64,
    charged: i64,
    granted: i64,
    at: i64,
    lifted: bool,
    dismissed: bool,
}

impl From<NoticeRow> for Notice {
    fn from(row: NoticeRow) -> Self {
        Self {
            api: ApiId(row.api_id),
            percent: row.percent,
            charged: row.charged,
            granted: row.granted,
            at: row.at,
            lifted: row.lifted,
            dismissed: row.dismissed,
        }
    }
}

/// Tells the account's webhooks and mailbox of a crossing, in its transaction.
async fn tell(tx: &mut SqliteConnection, level: Level, percent: i64, notice: i64) -> Stored<()> {
    let (account, api): (String, String) = sqlx::query_as(NAMES)
        .bind(level.account.0)
        .bind(level.api.0)
        .fetch_one(&mut *tx)
        .await?;
    let event = Event::Threshold {
        account,
        api,
        percent,
        charged: level.charged,
        granted: level.granted,
        remaining: (level.granted - level.charged).max(0),
    };
    let id = event_id(event.kind(), &notice.to_string());
    announce(tx, level.account, &id, &event, level.at).await
}

#[async_trait]
impl Notices for SqliteStore {
    async fn settle_notices(&self, level: Level) -> Stored<()> {
        let mut tx = self.write().await?;
        let row: Option<(String,)> = sqlx::query_as(THRESHOLDS)
            .bind(level.account.0)
            .fetch_optional(&mut *tx)
            .await?;
        let Some((text,)) = row else {
            return Ok(());
        };
        let reached: Vec<i64> = percents(&text)?
            .into_iter()
            .filter(|percent| level.reaches(*percent))
            .collect();
        for percent in &reached {
            let raised: Option<(i64,)> = sqlx::query_as(RAISE)
                .bind(level.account.0)
                .bind(level.api.0)
                .bind(percent)
                .bind(level.charged)
                .bind(level.granted)
                .bind(level.at)
                .fetch_optional(&mut *tx)
                .await?;
            if let Some((notice,)) = raised {
                tell(&mut tx, level, *percent, notice).await?;
            }
        }
        sqlx::query(LIFT)
            .bind(level.account.0)
            .bind(level.api.0)
            .bind(serde_json::json!(reached).to_string())
            .bind(level.at)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    async fn notices(&self, account: AccountId, limit: i64) -> Stored<Vec<Notice>> {
        let rows: Vec<NoticeRow> = sqlx::query_as(OF_ACCOUNT)
            .bind(account.0)
            .bind(limit)
            .fetch_all(&self.readers)
            .await?;
        Ok(rows.into_iter().map(Notice::from).collect())
    }

    async fn open_notices(&self, account: AccountId) -> Stored<Vec<Notice>> {
        let rows: Vec<NoticeRow> = sqlx::query_as(OPEN)
            .bind(account.0)
            .fetch_all(&self.readers)
            .await?;
        Ok(rows.into_iter().map(Notice::from).collect())
    }

    async fn dismiss_notices(
        &self,
        account: AccountId,
        api: ApiId,
        at: Millis,
        change: Change,
    ) -> Stored<bool> {
        let mut tx = self.write().await?;
        let dismissed = sqlx::query(DISMISS)
            .bind(account.0)
            .bind(api.0)
            .bind(at)
            .execute(&mut *tx)
            .await?;
        commit_if_done(tx, &dismissed, &change).await
    }
}
