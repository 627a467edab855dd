//! Another e-mail for an account: proven by a letter to the new mailbox, told to
//! the old one.

use super::links::{AskedLink, link_over};
use super::{Actions, actor};
use crate::domain::StoreError;
use crate::domain::accounts::{self, Account};
use crate::domain::error::{DomainError, Problem};
use crate::domain::language::Language;
use crate::domain::links::{LinkHash, LinkKind};
use crate::domain::throttle::Gate;
use crate::mail::Occasion;
use serde_json::json;

impl Actions {
    /// Sends a link to the new mailbox. Until it is used, nothing changes. Whether
    /// the mailbox has an account already is nobody's business: then no letter goes.
    pub async fn ask_for_email(
        &self,
        by: &Account,
        new: &str,
        password: &str,
        asked_in: Language,
    ) -> Result<(), DomainError> {
        let new = accounts::email(new).map_err(|error| error.on_field("new_email"))?;
        if new == by.email {
            return Err(DomainError::invalid("new_email", Problem::SameEmail));
        }
        self.check_password(by, "email_password", password).await?;
        self.try_at(Gate::SignUp, &new)?;
        let by = by.clone();
        self.beside(move |actions| async move {
            if actions.store.account_by_email(&new).await?.is_some() {
                return Ok(());
            }
            let language = by.language.unwrap_or(asked_in);
            let asked = AskedLink {
                kind: LinkKind::Email,
                email: &new,
                account: Some(&by),
                language,
                by: None,
            };
            if let Some(link) = actions.make_link(asked, None).await? {
                let letter = Occasion::NewEmail { link };
                actions.write(&new, language, letter).await;
            }
            Ok(())
        });
        Ok(())
    }

    /// Makes the mailbox of a link that of its account. Links that were sent to the
    /// old one to set a password work no more.
    pub async fn change_email(&self, token: &str) -> Result<(), DomainError> {
        let link = self.opened(token, |kind| kind == LinkKind::Email).await?;
        let account = match link.account {
            Some(id) => self.signed_in(id).await?,
            None => None,
        };
        let account = account.ok_or_else(link_over)?;
        let mut change = self.change(
            actor(&account),
            "account.email_changed",
            &account.public_id,
            account.id,
            json!({ "email": link.email }),
        );
        change.before = Some(json!({ "email": account.email }));
        let changed = self
            .store
            .change_email(LinkHash::of(token), account.id, change)
            .await;
        match changed {
            Err(StoreError::Conflict(what)) if what.contains("accounts.email") => {
                return Err(DomainError::invalid("", Problem::AccountThere));
            }
            other => {
                if !other? {
                    return Err(link_over());
                }
            }
        }
        self.beside(move |actions| async move {
            let language = account.language.unwrap_or(link.language);
            let letter = Occasion::EmailChanged;
            actions.write(&account.email, language, letter).await;
            Ok(())
        });
        Ok(())
    }
}
