//! What people settle about their own account.

use super::{Actions, actor};
use crate::domain::accounts::{self, Account};
use crate::domain::audit::{Actor, Change};
use crate::domain::error::{DomainError, Problem};
use crate::domain::store::Tombstone;
use crate::domain::thresholds;
use crate::domain::throttle::Gate;
use chrono_tz::Tz;
use serde_json::{Value, json};

/// Longest name of an account, in characters.
const NAME_LENGTH: usize = 80;

/// A change of password, as it was typed.
pub struct ChangePassword<'a> {
    pub current: &'a str,
    pub new: &'a str,
    /// The new one once more.
    pub again: &'a str,
}

impl Actions {
    pub async fn rename_account(&self, by: &Account, name: &str) -> Result<(), DomainError> {
        let name = accounts::name("name", name, NAME_LENGTH)?;
        if name == by.name {
            return Ok(());
        }
        let change = self.own(
            by,
            "account.renamed",
            Some(json!({ "name": by.name })),
            json!({ "name": name }),
        );
        self.store.set_account_name(by.id, &name, change).await?;
        Ok(())
    }

    /// Changes the password and ends every session of the account, this one
    /// too: whoever asked has to be given a new one.
    pub async fn change_password(
        &self,
        by: &Account,
        asked: ChangePassword<'_>,
    ) -> Result<(), DomainError> {
        self.check_password(by, "current_password", asked.current)
            .await?;
        accounts::password(asked.new).map_err(|error| error.on_field("new_password"))?;
        if asked.new != asked.again {
            return Err(DomainError::invalid("again_password", Problem::NotTheSame));
        }
        let hash = self.passwords.hash(asked.new).await?;
        // No values: not even of a hash.
        let change = self.own(by, "account.password_changed", None, json!({}));
        self.store.set_password(by.id, &hash, change).await?;
        self.tell_of_password(by.clone());
        Ok(())
    }

    /// Cuts the account's days in another zone, all of its history too.
    pub async fn change_time_zone(&self, by: &Account, zone: &str) -> Result<(), DomainError> {
        zone.parse::<Tz>()
            .map_err(|_| DomainError::invalid("time_zone", Problem::UnknownTimeZone))?;
        if zone == by.time_zone {
            return Ok(());
        }
        let change = self.own(
            by,
            "account.time_zone_changed",
            Some(json!({ "time_zone": by.time_zone })),
            json!({ "time_zone": zone }),
        );
        self.metering
            .set_time_zone(by.id, zone.to_owned(), change)
            .await?;
        Ok(())
    }

    /// Changes the percents at which the account is told that a quota runs out, and
    /// whether it is told by e-mail too.
    pub async fn change_notices(
        &self,
        by: &Account,
        typed: &str,
        by_mail: Option<bool>,
    ) -> Result<(), DomainError> {
        let percents = thresholds::read(typed)
            .map_err(|problem| DomainError::invalid("thresholds", problem))?;
        if let Some(on) = by_mail
            && self.store.mail_notices(by.id).await? != on
        {
            let change = self.own(
                by,
                "account.mail_notices_changed",
                Some(json!({ "mail_notices": !on })),
                json!({ "mail_notices": on }),
            );
            self.store.set_mail_notices(by.id, on, change).await?;
        }
        let before = self.store.thresholds(by.id).await?;
        if before == percents {
            return Ok(());
        }
        let change = self.own(
            by,
            "account.thresholds_changed",
            Some(json!({ "thresholds": before })),
            json!({ "thresholds": percents }),
        );
        self.store.set_thresholds(by.id, &percents, change).await?;
        self.metering.thresholds_changed(by.id).await;
        Ok(())
    }

    /// Dismisses what the console says of an API's quota. An API that says
    /// nothing is no mistake: another tab was faster.
    pub async fn dismiss_notices(&self, by: &Account, api_name: &str) -> Result<(), DomainError> {
        let api = self.api(api_name)?;
        let change = self.own(by, "notice.dismissed", None, json!({ "api": api_name }));
        self.store
            .dismiss_notices(by.id, api, self.now(), change)
            .await?;
        Ok(())
    }

    /// Takes note of a grant that lapses soon, or, without one, of the pace. One
    /// that says nothing is no mistake: another tab was faster.
    pub async fn dismiss_alert(&self, by: &Account, grant: &str) -> Result<(), DomainError> {
        let grant = (!grant.is_empty()).then_some(grant);
        let change = self.own(by, "alert.dismissed", None, json!({ "grant": grant }));
        self.store
            .dismiss_alert(by.id, grant, self.now(), change)
            .await?;
        Ok(())
    }

    /// Ends a session of the account.
    pub async fn end_session(&self, by: &Account, id_hash: [u8; 32]) -> Result<(), DomainError> {
        let change = self.own(by, "session.ended", None, json!({}));
        if self.store.end_session(by.id, id_hash, change).await? {
            Ok(())
        } else {
            Err(DomainError::NotFound("session"))
        }
    }

    /// Ends all sessions of the account but the one that asks.
    pub async fn end_other_sessions(&self, by: &Account, own: [u8; 32]) -> Result<(), DomainError> {
        let change = self.own(by, "session.others_ended", None, json!({}));
        self.store.end_sessions_but(by.id, own, change).await?;
        Ok(())
    }

    /// Deletes the account: its keys and sessions stop at once, name and e-mail
    /// go, what was called stays in the totals.
    pub async fn delete_account(
        &self,
        by: &Account,
        email: &str,
        password: &str,
    ) -> Result<(), DomainError> {
        if email.trim().to_lowercase() != by.email {
            return Err(DomainError::invalid("email", Problem::NotTheEmail));
        }
        self.check_password(by, "password", password).await?;
        let tombstone = Tombstone {
            name: "–".into(),
            email: format!("deleted-{}", by.public_id),
            at: self.now(),
        };
        let change = Change {
            actor: Actor::Account {
                id: by.id,
                email: tombstone.email.clone(),
            },
            ..self.own(by, "account.deleted", None, json!({}))
        };
        if self
            .metering
            .delete_account(by.id, tombstone, change)
            .await?
        {
            Ok(())
        } else {
            Err(DomainError::invalid("", Problem::LastOwner))
        }
    }

    pub(super) async fn check_password(
        &self,
        by: &Account,
        field: &'static str,
        typed: &str,
    ) -> Result<(), DomainError> {
        let wrong = DomainError::invalid(field, Problem::WrongPassword);
        if typed.chars().count() > accounts::PASSWORD_LENGTH.1 {
            return Err(wrong);
        }
        self.try_at(Gate::Password, &by.public_id)?;
        let stored = self.store.account_by_email(&by.email).await?;
        let hash = stored.map(|(_, hash)| hash);
        if hash.as_ref().is_some_and(String::is_empty) {
            return Err(DomainError::invalid(field, Problem::NoPassword));
        }
        if self.passwords.verify(typed, hash).await? {
            self.forgive(Gate::Password, &by.public_id);
            Ok(())
        } else {
            Err(wrong)
        }
    }

    fn own(
        &self,
        by: &Account,
        action: &'static str,
        before: Option<Value>,
        after: Value,
    ) -> Change {
        Change {
            before,
            ..self.change(actor(by), action, &by.public_id, by.id, after)
        }
    }
}
