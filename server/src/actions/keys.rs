use super::{Actions, actor};
use crate::clock;
use crate::domain::Millis;
use crate::domain::accounts::{self, Account};
use crate::domain::error::{DomainError, Problem};
use crate::domain::ids::{Noun, api_key};
use crate::domain::keys::{self, KeyHash, KeyIdentity, NewKey};
use crate::domain::zones;
use chrono::NaiveDate;
use serde_json::json;

/// What is asked for when a key is made, as it was typed.
#[derive(Debug)]
pub struct CreateKey<'a> {
    pub name: &'a str,
    /// Public id of one of the account's projects.
    pub project: &'a str,
    /// Last day on which the key works, in the account's zone; empty means for ever.
    pub expires: &'a str,
}

/// A key that was just made, with the one copy of its secret.
pub struct CreatedKey {
    pub name: String,
    pub project_name: String,
    pub secret: String,
}

impl Actions {
    /// Makes a key and answers its secret, which is stored nowhere.
    pub async fn create_key(
        &self,
        by: &Account,
        asked: CreateKey<'_>,
    ) -> Result<CreatedKey, DomainError> {
        let secret = api_key(&mut clock::random());
        self.create_key_with(by, asked, secret).await
    }

    /// The same with a given secret: the demo's is always the same.
    pub async fn create_key_with(
        &self,
        by: &Account,
        asked: CreateKey<'_>,
        secret: String,
    ) -> Result<CreatedKey, DomainError> {
        let name = accounts::name("name", asked.name, keys::NAME_LENGTH)?;
        let expires_at = self.expiry(by, asked.expires)?;
        let project = self
            .store
            .projects(by.id)
            .await?
            .into_iter()
            .find(|project| project.public_id == asked.project)
            .ok_or(DomainError::invalid("project", Problem::UnknownProject))?;
        let count = self.store.keys(by.id).await?.len();
        if i64::try_from(count).is_ok_and(|count| count >= keys::MOST) {
            return Err(DomainError::invalid(
                "",
                Problem::TooMany { most: keys::MOST },
            ));
        }
        let new = NewKey {
            public_id: self.new_id(Noun::Key),
            account: by.id,
            project: project.id,
            name: name.clone(),
            hash: KeyHash::of(&secret),
            hint: keys::hint(&secret),
            created_at: self.now(),
            expires_at,
        };
        let after = json!({
            "name": name, "project": project.public_id, "hint": new.hint, "expires_at": expires_at,
        });
        let change = self.change(actor(by), "key.created", &new.public_id, by.id, after);
        self.store.create_key(new, change).await?;
        Ok(CreatedKey {
            name,
            project_name: project.name,
            secret,
        })
    }

    /// One of the account's keys, as the gateway knows it. For calls that the
    /// console sends: a key is named there, its secret is not at hand.
    pub async fn own_key(
        &self,
        by: &Account,
        public_id: &str,
    ) -> Result<(String, KeyIdentity), DomainError> {
        let unknown = || DomainError::invalid("key", Problem::UnknownKey);
        let keys = self.store.keys(by.id).await?;
        let key = keys
            .into_iter()
            .find(|key| key.public_id == public_id)
            .ok_or_else(unknown)?;
        let hash = self
            .store
            .key_hash(by.id, public_id)
            .await?
            .ok_or_else(unknown)?;
        let identity = self
            .metering
            .identify_hash(hash)
            .await?
            .ok_or_else(unknown)?;
        Ok((key.name, identity))
    }

    /// Disables a key of the account, or enables it. The gateway follows at once.
    pub async fn set_key_disabled(
        &self,
        by: &Account,
        public_id: &str,
        disabled: bool,
    ) -> Result<(), DomainError> {
        let keys = self.store.keys(by.id).await?;
        let was_disabled = keys
            .iter()
            .find(|key| key.public_id == public_id)
            .map(|key| key.disabled_at.is_some())
            .ok_or(DomainError::NotFound("key"))?;
        if was_disabled == disabled {
            return Ok(());
        }
        let action = if disabled {
            "key.disabled"
        } else {
            "key.enabled"
        };
        let after = json!({ "disabled": disabled });
        let mut change = self.change(actor(by), action, public_id, by.id, after);
        change.before = Some(json!({ "disabled": was_disabled }));
        let at = disabled.then(|| self.now());
        let hash = self
            .store
            .set_key_disabled(by.id, public_id, at, change)
            .await?
            .ok_or(DomainError::NotFound("key"))?;
        self.metering.key_changed(hash);
        Ok(())
    }

    /// The end of the last day on which a key works.
    fn expiry(&self, account: &Account, typed: &str) -> Result<Option<Millis>, DomainError> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Ok(None);
        }
        let zone = zones::zone(&account.time_zone);
        let day_after = NaiveDate::parse_from_str(typed, "%Y-%m-%d")
            .ok()
            .and_then(|date| date.succ_opt())
            .ok_or(DomainError::invalid("expires", Problem::NotADate))?;
        let end = zones::start_of_day(day_after, zone);
        if end <= self.now() {
            return Err(DomainError::invalid("expires", Problem::DatePast));
        }
        Ok(Some(end))
    }
}
