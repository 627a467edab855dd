//! A password that was forgotten: a link to its account's mailbox sets another.

use super::links::{AskedLink, link_over};
use super::{Actions, actor};
use crate::domain::accounts::{self, Account};
use crate::domain::error::{DomainError, Problem};
use crate::domain::language::Language;
use crate::domain::links::{LinkHash, LinkKind};
use crate::domain::throttle::Gate;
use crate::mail::Occasion;
use serde_json::json;

impl Actions {
    /// Somebody has forgotten their password. Answer and time are the same whether
    /// there is an account or not.
    pub fn ask_for_reset(&self, email: &str, language: Language) -> Result<(), DomainError> {
        let email = accounts::email(email)?;
        self.try_at(Gate::Reset, &email)?;
        self.beside(move |actions| async move {
            match actions.store.account_by_email(&email).await? {
                Some((account, _)) => {
                    let reset = |link| Occasion::Reset { link };
                    actions.send_reset(&account, language, reset).await
                }
                None => Ok(()),
            }
        });
        Ok(())
    }

    /// Sets the new password of a link's account, and ends all its sessions.
    pub async fn reset_password(
        &self,
        token: &str,
        new: &str,
        again: &str,
    ) -> Result<(), DomainError> {
        let link = self.opened(token, |kind| kind == LinkKind::Reset).await?;
        accounts::password(new).map_err(|error| error.on_field("new_password"))?;
        if new != again {
            return Err(DomainError::invalid("again_password", Problem::NotTheSame));
        }
        let account = match link.account {
            Some(id) => self.signed_in(id).await?,
            None => None,
        };
        let account = account.ok_or_else(link_over)?;
        let hash = self.passwords.hash(new).await?;
        let change = self.change(
            actor(&account),
            "account.password_reset",
            &account.public_id,
            account.id,
            json!({}),
        );
        let done = self
            .store
            .reset_password(LinkHash::of(token), account.id, &hash, change)
            .await?;
        if !done {
            return Err(link_over());
        }
        // Strangers who tried in vain keep the owner out no longer.
        self.throttle.lock().forget(Gate::SignIn, &account.email);
        self.tell_of_password(account);
        Ok(())
    }

    /// Tells an account's mailbox that its password is another.
    pub(super) fn tell_of_password(&self, account: Account) {
        self.beside(move |actions| async move {
            let language = account.language.unwrap_or(Language::English);
            let reset = actions.site_address("/reset");
            let letter = Occasion::PasswordChanged { reset };
            actions.write(&account.email, language, letter).await;
            Ok(())
        });
    }

    pub(super) async fn send_reset(
        &self,
        account: &Account,
        asked_in: Language,
        letter: impl FnOnce(String) -> Occasion,
    ) -> Result<(), DomainError> {
        if account.disabled_at.is_some() {
            return Ok(());
        }
        let language = account.language.unwrap_or(asked_in);
        let asked = AskedLink {
            kind: LinkKind::Reset,
            email: &account.email,
            account: Some(account),
            language,
            by: None,
        };
        if let Some(link) = self.make_link(asked, None).await? {
            self.write(&account.email, language, letter(link)).await;
        }
        Ok(())
    }
}
