//! Many accounts at once, for tests of what comes at midnight.

use super::SqliteStore;
use crate::domain::{AccountId, ApiId, Millis};

const CROWD: [&str; 3] = [
    "WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < $1)
     INSERT INTO accounts (public_id, email, name, password_hash, role, reference_code, time_zone,
                           created_at)
     SELECT 'acc_m' || i, i || '@crowd.example', 'Crowd', '', 'developer', 'AL-M' || i, 'UTC', $3
     FROM n",
    "INSERT INTO recurrences (account_id, api_id, calls, period, roll_over, priority, next_at,
                              reason, created_at)
     SELECT id, $2, 5, 'day', 2, 0, $4, 'daily', $3 FROM accounts WHERE name = 'Crowd'",
    "INSERT INTO grants (public_id, account_id, api_id, kind, calls, expires_at, recurrence_id,
                         reason, created_at)
     SELECT 'grt_m' || id, account_id, api_id, 'extra', calls, next_at, id, reason, created_at
     FROM recurrences",
];

impl SqliteStore {
    /// Accounts that have five calls of an API every day, and roll two over.
    pub(crate) async fn crowd(
        &self,
        accounts: usize,
        api: ApiId,
        now: Millis,
        midnight: Millis,
    ) -> Vec<AccountId> {
        let mut tx = self.write().await.unwrap();
        for statement in CROWD {
            sqlx::query(statement)
                .bind(i64::try_from(accounts).unwrap())
                .bind(api.0)
                .bind(now)
                .bind(midnight)
                .execute(&mut *tx)
                .await
                .unwrap();
        }
        let ids: Vec<i64> = sqlx::query_scalar("SELECT id FROM accounts WHERE name = 'Crowd'")
            .fetch_all(&mut *tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        ids.into_iter().map(AccountId).collect()
    }
}
