use super::SqliteStore;
use super::audit::{commit_if_done, record};
use crate::domain::audit::Change;
use crate::domain::second_factor::{RecoveryHash, SecondFactor, Secret};
use crate::domain::store::{SecondFactors, Stored};
use crate::domain::{AccountId, Millis};
use async_trait::async_trait;
use sqlx::SqliteConnection;

const OF: &str = "
    SELECT secret, confirmed_at, last_step,
           (SELECT count(*) FROM recovery_codes
            WHERE recovery_codes.account_id = $1 AND used_at IS NULL)
    FROM second_factors WHERE account_id = $1";

const BEGIN: &str = "
    INSERT INTO second_factors (account_id, secret, created_at) VALUES ($1, $2, $3)
    ON CONFLICT (account_id) DO UPDATE
    SET secret = excluded.secret, created_at = excluded.created_at
    WHERE confirmed_at IS NULL";

const CONFIRM: &str = "
    UPDATE second_factors SET confirmed_at = $2, last_step = $3
    WHERE account_id = $1 AND confirmed_at IS NULL";

const USE_STEP: &str = "
    UPDATE second_factors SET last_step = $2
    WHERE account_id = $1 AND confirmed_at IS NOT NULL AND last_step < $2";

const USE_RECOVERY: &str = "
    UPDATE recovery_codes SET used_at = $3
    WHERE account_id = $1 AND code_hash = $2 AND used_at IS NULL";

const ADD_RECOVERY: &str = "INSERT INTO recovery_codes (account_id, code_hash) VALUES ($1, $2)";

const DROP_RECOVERY: &str = "DELETE FROM recovery_codes WHERE account_id = $1";

const REMOVE: &str = "DELETE FROM second_factors WHERE account_id = $1";

async fn replace(
    tx: &mut SqliteConnection,
    account: AccountId,
    recovery: &[RecoveryHash],
) -> Stored<()> {
    sqlx::query(DROP_RECOVERY)
        .bind(account.0)
        .execute(&mut *tx)
        .await?;
    for RecoveryHash(hash) in recovery {
        sqlx::query(ADD_RECOVERY)
            .bind(account.0)
            .bind(hash.as_slice())
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

/// Nothing of the second step is left.
pub(super) async fn remove(tx: &mut SqliteConnection, account: AccountId) -> Stored<()> {
    for statement in [DROP_RECOVERY, REMOVE] {
        sqlx::query(statement)
            .bind(account.0)
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

#[async_trait]
impl SecondFactors for SqliteStore {
    async fn second_factor(&self, account: AccountId) -> Stored<Option<SecondFactor>> {
        let row: Option<(Vec<u8>, Option<i64>, i64, i64)> = sqlx::query_as(OF)
            .bind(account.0)
            .fetch_optional(&self.readers)
            .await?;
        Ok(row.map(
            |(secret, confirmed_at, last_step, recovery_left)| SecondFactor {
                secret: Secret(secret),
                confirmed_at,
                last_step,
                recovery_left,
            },
        ))
    }

    async fn begin_second_factor(
        &self,
        account: AccountId,
        secret: &Secret,
        at: Millis,
    ) -> Stored<bool> {
        let mut tx = self.write().await?;
        let begun = sqlx::query(BEGIN)
            .bind(account.0)
            .bind(&secret.0)
            .bind(at)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(begun.rows_affected() == 1)
    }

    async fn confirm_second_factor(
        &self,
        account: AccountId,
        step: i64,
        recovery: &[RecoveryHash],
        change: Change,
    ) -> Stored<bool> {
        let mut tx = self.write().await?;
        let confirmed = sqlx::query(CONFIRM)
            .bind(account.0)
            .bind(change.at)
            .bind(step)
            .execute(&mut *tx)
            .await?;
        if confirmed.rows_affected() == 0 {
            return Ok(false);
        }
        replace(&mut tx, account, recovery).await?;
        commit_if_done(tx, &confirmed, &change).await
    }

    async fn use_step(&self, account: AccountId, step: i64) -> Stored<bool> {
        let mut tx = self.write().await?;
        let used = sqlx::query(USE_STEP)
            .bind(account.0)
            .bind(step)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(used.rows_affected() == 1)
    }

    async fn use_recovery_code(
        &self,
        account: AccountId,
        code: RecoveryHash,
        change: Change,
    ) -> Stored<bool> {
        let mut tx = self.write().await?;
        let used = sqlx::query(USE_RECOVERY)
            .bind(account.0)
            .bind(code.0.as_slice())
            .bind(change.at)
            .execute(&mut *tx)
            .await?;
        commit_if_done(tx, &used, &change).await
    }

    async fn replace_recovery_codes(
        &self,
        account: AccountId,
        recovery: &[RecoveryHash],
        change: Change,
    ) -> Stored<()> {
        let mut tx = self.write().await?;
        replace(&mut tx, account, recovery).await?;
        record(&mut tx, &change).await?;
        tx.commit().await
    }

    async fn remove_second_factor(&self, account: AccountId, change: Change) -> Stored<()> {
        let mut tx = self.write().await?;
        remove(&mut tx, account).await?;
        record(&mut tx, &change).await?;
        tx.commit().await
    }
}
