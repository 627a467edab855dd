use super::Actions;
use crate::clock;
use crate::domain::accounts::{self, Account, NewAccount, Role};
use crate::domain::audit::{Actor, Change};
use crate::domain::authority::{By, Deed};
use crate::domain::error::{DomainError, Problem};
use crate::domain::ids::{Noun, reference_code};
use crate::domain::throttle::Gate;
use crate::domain::{AccountId, Millis, StoreError};
use chrono_tz::Tz;
use serde_json::json;

/// What is asked for when an account is opened.
#[derive(Debug)]
pub struct OpenAccount<'a> {
    pub email: &'a str,
    pub name: &'a str,
    pub password: &'a str,
    pub role: Role,
    pub time_zone: &'a str,
}

/// Why a sign-in was refused.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Unknown e-mail or wrong password: the same answer, after the same time.
    #[error("e-mail or password is wrong")]
    Wrong,
    /// Right password, but the account may not enter.
    #[error("the account is disabled")]
    Disabled,
    /// How long to wait, in milliseconds: said before the password was looked at.
    #[error("tried too often: wait {0} ms")]
    TooOften(Millis),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Actions {
    /// An owner opens an account for somebody.
    pub async fn open_account_for(
        &self,
        by: &By,
        asked: OpenAccount<'_>,
    ) -> Result<Account, DomainError> {
        self.allow(by, Deed::Open)?;
        self.open_account(by.actor.clone(), asked).await
    }

    /// Opens an account with its default project and free quota; whoever calls this
    /// has checked that the actor may.
    pub async fn open_account(
        &self,
        actor: Actor,
        asked: OpenAccount<'_>,
    ) -> Result<Account, DomainError> {
        let email = accounts::email(asked.email)?;
        let name = accounts::name("name", asked.name, 80)?;
        accounts::password(asked.password)?;
        asked
            .time_zone
            .parse::<Tz>()
            .map_err(|_| DomainError::invalid("time_zone", Problem::UnknownTimeZone))?;
        let public_id = self.new_id(Noun::Account);
        let new = NewAccount {
            public_id: public_id.clone(),
            email: email.clone(),
            name: name.clone(),
            password_hash: self.passwords.hash(asked.password).await?,
            role: asked.role,
            reference_code: reference_code(&mut clock::random()),
            time_zone: asked.time_zone.to_owned(),
            created_at: self.now(),
            project_public_id: self.new_id(Noun::Project),
        };
        let change = Change {
            at: self.now(),
            actor,
            action: "account.created",
            subject: public_id,
            account: None,
            before: None,
            after: Some(json!({ "email": email, "name": name, "role": asked.role })),
            form_token: None,
        };
        match self.store.create_account(new, change).await {
            Err(StoreError::Conflict(what)) if what.contains("accounts.email") => {
                Err(DomainError::invalid("email", Problem::NameTaken))
            }
            other => Ok(other?),
        }
    }

    /// The account that this e-mail and password open.
    pub async fn sign_in(&self, email: &str, password: &str) -> Result<Account, SignInError> {
        // Longer ones are wrong without being hashed.
        let most = accounts::PASSWORD_LENGTH.1;
        if password.chars().count() > most || email.len() > 254 {
            return Err(SignInError::Wrong);
        }
        let email = email.trim().to_lowercase();
        self.begin(Gate::SignIn, &email)
            .map_err(SignInError::TooOften)?;
        let found = self.store.account_by_email(&email).await?;
        let (account, hash) = found.unzip();
        if !self.passwords.verify(password, hash).await? {
            return Err(SignInError::Wrong);
        }
        let account = account.ok_or(SignInError::Wrong)?;
        self.forgive(Gate::SignIn, &email);
        if account.disabled_at.is_some() {
            return Err(SignInError::Disabled);
        }
        Ok(account)
    }

    /// The account of a session, as long as it may enter.
    pub async fn signed_in(&self, id: AccountId) -> Result<Option<Account>, StoreError> {
        let account = self.store.account(id).await?;
        Ok(account.filter(|account| account.disabled_at.is_none()))
    }
}
