//! Sign-in by a provider of OpenID Connect: whom a provider introduces enters their
//! account. Without one they get one, if the doors are open to them. An account that
//! is there is theirs only if the provider says that its mailbox is.

use super::{Actions, actor};
use crate::clock;
use crate::domain::accounts::{self, Account, NewAccount, Role};
use crate::domain::audit::{Actor, Change};
use crate::domain::error::{DomainError, Problem};
use crate::domain::ids::{Noun, reference_code};
use crate::domain::language::Language;
use crate::domain::links::SignUp;
use crate::domain::openid::{Introduced, is_of, may_join, name};
use crate::domain::throttle::Gate;
use crate::domain::{Millis, StoreError};
use crate::mail::Occasion;
use chrono_tz::Tz;
use serde_json::json;

/// Longest name of an account, in characters.
const NAME_LENGTH: usize = 80;

/// Why somebody whom a provider introduced does not enter.
#[derive(Debug, thiserror::Error)]
pub enum EntryError {
    #[error("the account is disabled")]
    Disabled,
    /// The provider names no mailbox, or does not say that it is theirs.
    #[error("no mailbox that the provider vouches for")]
    NoEmail,
    /// The account of the mailbox knows this provider by another subject: the mailbox
    /// may have gone to somebody else.
    #[error("the account belongs to another identity of the provider")]
    Another,
    /// There is no account, and none is opened for them.
    #[error("no account, and no way to one")]
    NoWayIn(SignUp),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Actions {
    /// Counts a sign-in that goes on at a provider.
    ///
    /// # Errors
    /// How long to wait, where too many from this address came to nothing.
    pub fn leave_for_provider(&self) -> Result<(), Millis> {
        self.begin(Gate::Provider, "")
    }

    /// The account of whom a provider introduced; one that was not there before is new.
    pub async fn enter_by_openid(
        &self,
        who: &Introduced,
        language: Language,
    ) -> Result<(Account, bool), EntryError> {
        let found = match self.store.account_by_openid(&who.identity).await? {
            Some(account) => (account, false),
            None => self.meet(who, language).await?,
        };
        if found.0.disabled_at.is_some() {
            return Err(EntryError::Disabled);
        }
        self.forgive(Gate::Provider, "");
        Ok(found)
    }

    /// Somebody who comes by this provider for the first time.
    async fn meet(
        &self,
        who: &Introduced,
        language: Language,
    ) -> Result<(Account, bool), EntryError> {
        let email = who.email.as_deref().ok_or(EntryError::NoEmail)?;
        let email = accounts::email(email).map_err(|_| EntryError::NoEmail)?;
        if let Some((account, _)) = self.store.account_by_email(&email).await? {
            return self
                .link(account, who, language)
                .await
                .map(|account| (account, false));
        }
        let allowed = is_of(&email, &self.doors.openid_domains);
        let invited = self.store.is_invited(&email, self.now()).await?;
        if !may_join(self.doors.sign_up, allowed, invited) {
            return Err(EntryError::NoWayIn(self.doors.sign_up));
        }
        let account = self.open_for(who, &email).await?;
        if let Err(error) = self.choose_language(&account, language).await {
            tracing::warn!(%error, "the language of a new account was not kept");
        }
        Ok((account, true))
    }

    /// Nothing of a disabled account changes.
    async fn link(
        &self,
        account: Account,
        who: &Introduced,
        asked_in: Language,
    ) -> Result<Account, EntryError> {
        if account.disabled_at.is_some() {
            return Err(EntryError::Disabled);
        }
        let change = self.change(
            actor(&account),
            "account.openid_linked",
            &account.public_id,
            account.id,
            json!({ "issuer": who.identity.issuer }),
        );
        if self
            .store
            .link_openid(account.id, &who.identity, change)
            .await?
        {
            self.tell_of_provider(&account, who, asked_in);
            return Ok(account);
        }
        // Another window may have been faster.
        let owner = self.store.account_by_openid(&who.identity).await?;
        owner
            .filter(|owner| owner.id == account.id)
            .ok_or(EntryError::Another)
    }

    /// Tells an account's mailbox that somebody else vouches for its owner now.
    fn tell_of_provider(&self, account: &Account, who: &Introduced, asked_in: Language) {
        let language = account.language.unwrap_or(asked_in);
        let (email, issuer) = (account.email.clone(), who.identity.issuer.clone());
        self.beside(move |actions| async move {
            let link = actions.site_address("/settings");
            let letter = Occasion::ProviderLinked { issuer, link };
            actions.write(&email, language, letter).await;
            Ok(())
        });
    }

    /// An account without a password: its owner can set one by a link to the mailbox.
    async fn open_for(&self, who: &Introduced, email: &str) -> Result<Account, StoreError> {
        let zone = who.time_zone.as_deref().unwrap_or_default();
        let zone = zone.parse::<Tz>().unwrap_or(Tz::UTC);
        let new = NewAccount {
            public_id: self.new_id(Noun::Account),
            email: email.to_owned(),
            name: name(who.name.as_deref(), email, NAME_LENGTH),
            password_hash: String::new(),
            role: Role::Developer,
            reference_code: reference_code(&mut clock::random()),
            time_zone: zone.name().to_owned(),
            created_at: self.now(),
            project_public_id: self.new_id(Noun::Project),
        };
        let change = Change {
            at: self.now(),
            actor: Actor::System,
            action: "account.created",
            subject: new.public_id.clone(),
            account: None,
            before: None,
            after: Some(json!({
                "email": email, "name": new.name, "role": Role::Developer,
                "by": "openid", "issuer": who.identity.issuer,
            })),
            form_token: None,
        };
        self.store.join_by_openid(new, &who.identity, change).await
    }

    /// Takes a provider's identity from an account. One that is not there any more is
    /// no mistake: another tab was faster.
    pub async fn unlink_openid(&self, by: &Account, issuer: &str) -> Result<(), DomainError> {
        if !self.store.has_password(by.id).await? {
            return Err(DomainError::invalid("", Problem::NoPassword));
        }
        let change = self.change(
            actor(by),
            "account.openid_unlinked",
            &by.public_id,
            by.id,
            json!({ "issuer": issuer }),
        );
        self.store.unlink_openid(by.id, issuer, change).await?;
        Ok(())
    }
}
