//! Keys that clients chose. They are written by the ledger (`ledger/terms.rs`).

use super::SqliteStore;
use crate::domain::AccountId;
use crate::domain::idempotency::{Days, Fingerprint, IdempotencyHash, KeptAnswer, Known};
use crate::domain::store::{Idempotency, Stored};
use async_trait::async_trait;
use serde_json::json;

const REMEMBERED: &str = "
    SELECT fingerprint, request_id, status, body
    FROM json_each($1) AS days CROSS JOIN idempotency
    WHERE day = days.value AND account_id = $2 AND key_hash = $3
    ORDER BY day DESC
    LIMIT 1";

const LAST_DAY: &str = "SELECT max(day) FROM idempotency";

/// Of days that are over, in the order of the index: a day can hold millions, and
/// calls wait meanwhile.
const FORGET: &str = "
    DELETE FROM idempotency
    WHERE (day, account_id, key_hash) IN (
        SELECT day, account_id, key_hash FROM idempotency WHERE day < $1
        ORDER BY day, account_id, key_hash LIMIT 2000)";

/// Keys that say a call was made which is not in the ledger, or is another account's.
/// Those of reservations name a row that goes when it is settled, or forgotten.
pub(super) const WITHOUT_CALL: &str = "
    SELECT idempotency.request_id, count(*) OVER ()
    FROM idempotency LEFT JOIN usage ON usage.request_id = idempotency.request_id
    WHERE idempotency.request_id NOT LIKE 'rsv\\_%' ESCAPE '\\'
      AND (usage.id IS NULL
           OR (idempotency.account_id <> 0 AND usage.account_id <> idempotency.account_id))
    LIMIT 20";

/// Keys under which two things were done within the time for which they are
/// remembered: today's and yesterday's are, whatever the settings say.
pub(super) const DONE_TWICE: &str = "
    SELECT earlier.request_id, later.request_id, count(*) OVER ()
    FROM idempotency AS later
    CROSS JOIN idempotency AS earlier
            ON earlier.day = later.day - 1
           AND earlier.account_id = later.account_id
           AND earlier.key_hash = later.key_hash
    LIMIT 20";

#[derive(sqlx::FromRow)]
struct KnownRow {
    fingerprint: i64,
    request_id: String,
    status: Option<i64>,
    body: Option<String>,
}

#[async_trait]
impl Idempotency for SqliteStore {
    async fn remembered(
        &self,
        account: AccountId,
        hash: IdempotencyHash,
        days: Days,
    ) -> Stored<Option<Known>> {
        let days: Vec<i64> = (days.first..=days.today).collect();
        let row: Option<KnownRow> = sqlx::query_as(REMEMBERED)
            .bind(json!(days).to_string())
            .bind(account.0)
            .bind(hash.0.as_slice())
            .fetch_optional(&self.readers)
            .await?;
        Ok(row.map(|row| Known {
            fingerprint: Fingerprint(row.fingerprint),
            request_id: row.request_id,
            answer: row.status.map(|status| KeptAnswer {
                status: u16::try_from(status).unwrap_or_default(),
                body: row.body,
            }),
        }))
    }

    async fn last_key_day(&self) -> Stored<Option<i64>> {
        Ok(sqlx::query_scalar(LAST_DAY)
            .fetch_one(&self.readers)
            .await?)
    }

    async fn forget_keys_before(&self, day: i64) -> Stored<u64> {
        let mut tx = self.write().await?;
        let gone = sqlx::query(FORGET).bind(day).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(gone.rows_affected())
    }
}
