//! The second step of a sign-in: set up with a code of the app, asked for after
//! the password, and taken away with both.

use super::{Actions, actor};
use crate::clock;
use crate::domain::StoreError;
use crate::domain::accounts::Account;
use crate::domain::authority::{By, Deed};
use crate::domain::error::{DomainError, Problem};
use crate::domain::second_factor::{
    RECOVERY_CODES, RecoveryHash, SecondFactor, Secret, read_recovery, recovery_code,
};
use crate::domain::throttle::Gate;
use serde_json::json;

impl Actions {
    /// Whether a sign-in to the account has a second step.
    pub async fn has_second_factor(&self, account: &Account) -> Result<bool, StoreError> {
        Ok(self.second_factor_of(account).await?.is_some())
    }

    /// Makes a secret for the account's app. Until a code of it was typed, nothing
    /// changes.
    pub async fn begin_second_factor(
        &self,
        by: &Account,
        password: &str,
    ) -> Result<(), DomainError> {
        self.check_password(by, "factor_password", password).await?;
        let secret = Secret::new(&mut clock::random());
        let begun = self
            .store
            .begin_second_factor(by.id, &secret, self.now())
            .await?;
        if begun {
            Ok(())
        } else {
            Err(DomainError::invalid("", Problem::FactorThere))
        }
    }

    /// Takes the secret into use with a code of it, and answers recovery codes, which
    /// are stored as hashes only. All other sessions go on: they were proven before.
    pub async fn confirm_second_factor(
        &self,
        by: &Account,
        typed: &str,
    ) -> Result<Vec<String>, DomainError> {
        let factor = self.store.second_factor(by.id).await?;
        let Some(factor) = factor.filter(|factor| factor.confirmed_at.is_none()) else {
            return Err(DomainError::invalid("", Problem::FactorThere));
        };
        self.try_at(Gate::Code, &by.public_id)?;
        let step = factor
            .secret
            .accepts(typed, self.now(), factor.last_step)
            .ok_or(wrong_code())?;
        let (codes, hashes) = recovery_codes();
        let change = self.change(
            actor(by),
            "account.second_factor_added",
            &by.public_id,
            by.id,
            json!({}),
        );
        let confirmed = self
            .store
            .confirm_second_factor(by.id, step, &hashes, change)
            .await?;
        if !confirmed {
            return Err(DomainError::invalid("", Problem::FactorThere));
        }
        self.forgive(Gate::Code, &by.public_id);
        Ok(codes)
    }

    /// The second step: a code of the app, or a recovery code. Neither works twice.
    /// An account without a second step takes any.
    pub async fn check_code(&self, of: &Account, typed: &str) -> Result<(), DomainError> {
        let Some(factor) = self.second_factor_of(of).await? else {
            return Ok(());
        };
        self.try_at(Gate::Code, &of.public_id)?;
        let good = match factor.secret.accepts(typed, self.now(), factor.last_step) {
            Some(step) => self.store.use_step(of.id, step).await?,
            None => self.use_recovery(of, typed).await?,
        };
        if !good {
            return Err(wrong_code());
        }
        self.forgive(Gate::Code, &of.public_id);
        Ok(())
    }

    /// Makes other recovery codes, in the place of all that there were.
    pub async fn replace_recovery_codes(
        &self,
        by: &Account,
        typed: &str,
    ) -> Result<Vec<String>, DomainError> {
        self.check_code(by, typed).await?;
        let (codes, hashes) = recovery_codes();
        let change = self.change(
            actor(by),
            "account.recovery_codes_replaced",
            &by.public_id,
            by.id,
            json!({}),
        );
        self.store
            .replace_recovery_codes(by.id, &hashes, change)
            .await?;
        Ok(codes)
    }

    /// Takes the second step away: with the password and a code.
    pub async fn remove_second_factor(
        &self,
        by: &Account,
        password: &str,
        typed: &str,
    ) -> Result<(), DomainError> {
        self.check_password(by, "factor_password", password).await?;
        self.check_code(by, typed).await?;
        let change = self.change(
            actor(by),
            "account.second_factor_removed",
            &by.public_id,
            by.id,
            json!({}),
        );
        Ok(self.store.remove_second_factor(by.id, change).await?)
    }

    /// An owner takes it away from somebody who lost app and recovery codes.
    pub async fn unlock_account(
        &self,
        by: &By,
        account_public_id: &str,
    ) -> Result<(), DomainError> {
        self.allow(by, Deed::Unlock)?;
        let account = self.account_of(account_public_id).await?;
        if self.second_factor_of(&account).await?.is_none() {
            return Err(DomainError::invalid("", Problem::AlreadySo));
        }
        let change = self.change(
            by.actor.clone(),
            "account.second_factor_removed",
            account_public_id,
            account.id,
            json!({}),
        );
        Ok(self.store.remove_second_factor(account.id, change).await?)
    }

    /// The second step that is in use.
    async fn second_factor_of(&self, of: &Account) -> Result<Option<SecondFactor>, StoreError> {
        let factor = self.store.second_factor(of.id).await?;
        Ok(factor.filter(|factor| factor.confirmed_at.is_some()))
    }

    async fn use_recovery(&self, of: &Account, typed: &str) -> Result<bool, DomainError> {
        let Some(code) = read_recovery(typed) else {
            return Ok(false);
        };
        let change = self.change(
            actor(of),
            "account.recovery_code_used",
            &of.public_id,
            of.id,
            json!({}),
        );
        Ok(self.store.use_recovery_code(of.id, code, change).await?)
    }
}

fn wrong_code() -> DomainError {
    DomainError::invalid("second_code", Problem::WrongCode)
}

/// Codes as people see them, and as they are stored.
fn recovery_codes() -> (Vec<String>, Vec<RecoveryHash>) {
    let mut random = clock::random();
    let codes: Vec<_> = (0..RECOVERY_CODES)
        .map(|_| recovery_code(&mut random))
        .collect();
    let hashes = codes
        .iter()
        .filter_map(|code| read_recovery(code))
        .collect();
    (codes, hashes)
}
