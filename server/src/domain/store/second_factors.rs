//! The second step of a sign-in.

use super::{AccountId, Change, Millis, Stored};
use crate::domain::second_factor::{RecoveryHash, SecondFactor, Secret};
use async_trait::async_trait;

#[async_trait]
pub trait SecondFactors: Send + Sync + 'static {
    async fn second_factor(&self, account: AccountId) -> Stored<Option<SecondFactor>>;
    /// Keeps a secret that no code was typed of yet, in the place of one like it;
    /// false if the account has one that is in use.
    async fn begin_second_factor(
        &self,
        account: AccountId,
        secret: &Secret,
        at: Millis,
    ) -> Stored<bool>;
    /// Takes the secret into use, with its recovery codes. False if there is none
    /// that waits for it.
    async fn confirm_second_factor(
        &self,
        account: AccountId,
        step: i64,
        recovery: &[RecoveryHash],
        change: Change,
    ) -> Stored<bool>;
    /// Uses the code of a step: of two who do so at once, one may. False if it, or
    /// a later one, was used.
    async fn use_step(&self, account: AccountId, step: i64) -> Stored<bool>;
    /// Uses a recovery code up; false if it is none that is left.
    async fn use_recovery_code(
        &self,
        account: AccountId,
        code: RecoveryHash,
        change: Change,
    ) -> Stored<bool>;
    /// Takes other recovery codes in the place of all that there were.
    async fn replace_recovery_codes(
        &self,
        account: AccountId,
        recovery: &[RecoveryHash],
        change: Change,
    ) -> Stored<()>;
    /// The password alone is enough again.
    async fn remove_second_factor(&self, account: AccountId, change: Change) -> Stored<()>;
}
