//! Tokens of programs that call the metering API or the admin API: made and revoked
//! by whoever runs the site.

use super::Actions;
use crate::clock;
use crate::domain::audit::Change;
use crate::domain::authority::{By, Deed, Reach};
use crate::domain::error::{DomainError, Problem};
use crate::domain::ids::{Noun, service_token};
use crate::domain::keys::hint;
use crate::domain::service_tokens::{
    NAME_LENGTH, NewServiceToken, Scopes, ServiceToken, TokenHash,
};
use chrono_tz::Tz;
use serde_json::json;

/// A token that is asked for, as it was typed.
#[derive(Debug)]
pub struct CreateServiceToken<'a> {
    pub name: &'a str,
    /// Names of scopes, parted by spaces or commas.
    pub scopes: &'a str,
    /// E-mail or public id of the only account whose calls it may touch; empty
    /// for all.
    pub account: &'a str,
    /// Last day on which it works, in UTC; empty means for ever.
    pub expires: &'a str,
}

impl Actions {
    /// Makes a token and answers it: it is stored as a hash only.
    pub async fn create_service_token(
        &self,
        by: &By,
        asked: CreateServiceToken<'_>,
    ) -> Result<String, DomainError> {
        self.allow(by, Deed::Tokens)?;
        let name = asked.name.trim();
        if name.is_empty() {
            return Err(DomainError::invalid("name", Problem::Required));
        }
        if name.chars().count() > NAME_LENGTH {
            let most = i64::try_from(NAME_LENGTH).unwrap_or(i64::MAX);
            return Err(DomainError::invalid("name", Problem::TooLong { most }));
        }
        let scopes = Scopes::parse(asked.scopes)
            .map_err(|_| DomainError::invalid("scope", Problem::UnknownChoice))?;
        if scopes.is_empty() {
            return Err(DomainError::invalid("scope", Problem::Required));
        }
        let account = match asked.account.trim() {
            "" => None,
            typed if typed.contains('@') => {
                let email = typed.to_lowercase();
                let found = self.store.account_by_email(&email).await?;
                Some(found.ok_or(DomainError::NotFound("account"))?.0.id)
            }
            id => {
                let found = self.store.account_by_public_id(id).await?;
                Some(found.ok_or(DomainError::NotFound("account"))?.id)
            }
        };
        // Whoever looks after accounts sees them all.
        if account.is_some() && scopes.reach() != Reach::Own {
            return Err(DomainError::invalid("account", Problem::NotWithScope));
        }
        let expires_at = self.end_of(asked.expires, Tz::UTC)?;
        let token = service_token(&mut clock::random());
        let new = NewServiceToken {
            public_id: self.new_id(Noun::ServiceToken),
            name: name.to_owned(),
            hash: TokenHash::of(&token),
            hint: hint(&token),
            scopes,
            account,
            expires_at,
            created_by: by.account(),
            created_at: self.now(),
        };
        let change = Change {
            at: self.now(),
            actor: by.actor.clone(),
            action: "service_token.created",
            subject: new.public_id.clone(),
            account,
            form_token: None,
            before: None,
            after: Some(json!({
                "name": name, "scopes": scopes.to_string(), "expires_at": expires_at,
                "hint": new.hint,
            })),
        };
        self.store.create_service_token(new, change).await?;
        Ok(token)
    }

    /// The newest tokens.
    pub async fn service_tokens(
        &self,
        by: &By,
        limit: i64,
    ) -> Result<Vec<ServiceToken>, DomainError> {
        self.allow(by, Deed::Tokens)?;
        Ok(self.store.service_tokens(limit).await?)
    }

    /// Takes a token back. Servers that run notice it within seconds.
    pub async fn revoke_service_token(&self, by: &By, id: &str) -> Result<(), DomainError> {
        self.allow(by, Deed::Tokens)?;
        let change = self.revocation(by.actor.clone(), "service_token.revoked", id);
        let now = self.now();
        if self.store.revoke_service_token(id, now, change).await? {
            Ok(())
        } else {
            Err(DomainError::NotFound("token that can be revoked"))
        }
    }
}
