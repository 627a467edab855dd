//! What can be done to a key that is there. The gateway follows at once.

use super::{Actions, CreatedKey, actor, sent_twice};
use crate::clock;
use crate::domain::accounts::{self, Account};
use crate::domain::error::{DomainError, Problem};
use crate::domain::ids::api_key;
use crate::domain::keys::{self, Grace, Key, KeyEdit, KeyHash, Rotation};
use crate::domain::store::KeyChange;
use crate::domain::{Millis, zones};
use serde_json::{Value, json};

/// A key's name and expiry as they were typed, and as they were when the form
/// was shown; nothing where the form does not say.
#[derive(Debug, Default)]
pub struct EditKey<'a> {
    pub name: &'a str,
    /// Last day on which the key works, in the account's zone; empty means for ever.
    pub expires: &'a str,
    pub was_name: Option<&'a str>,
    pub was_expires: Option<&'a str>,
}

impl Actions {
    /// Disables a key of the account, or enables it.
    pub async fn set_key_disabled(
        &self,
        by: &Account,
        public_id: &str,
        disabled: bool,
    ) -> Result<(), DomainError> {
        let was_disabled = self.key_of(by, public_id).await?.disabled_at.is_some();
        if was_disabled == disabled {
            return Ok(());
        }
        let (action, what) = if disabled {
            ("key.disabled", KeyChange::Disable(self.now()))
        } else {
            ("key.enabled", KeyChange::Enable)
        };
        let before = json!({ "disabled": was_disabled });
        let after = json!({ "disabled": disabled });
        self.change_key(by, public_id, what, action, before, after)
            .await
    }

    /// Renames a key and changes its expiry.
    pub async fn edit_key(
        &self,
        by: &Account,
        public_id: &str,
        asked: EditKey<'_>,
    ) -> Result<(), DomainError> {
        let key = self.key_of(by, public_id).await?;
        let zone = zones::zone(&by.time_zone);
        let shown = keys::last_day(key.expires_at, zone);
        let (name, expires) = (asked.name.trim(), asked.expires.trim());
        let changed: Vec<_> = [
            ("name", asked.was_name, name, &key.name),
            ("expires", asked.was_expires, expires, &shown),
        ]
        .into_iter()
        .filter(|(_, was, typed, now)| was.is_some_and(|was| was != *now) && typed != now)
        .map(|(field, _, _, now)| (field, now.clone()))
        .collect();
        if !changed.is_empty() {
            return Err(DomainError::ChangedMeanwhile(changed));
        }
        let edit = KeyEdit {
            name: accounts::name("name", name, keys::NAME_LENGTH)?,
            // A day that was not touched stays, even if it is over.
            expires_at: if expires == shown {
                key.expires_at
            } else {
                self.end_of(expires, zone)?
            },
        };
        let was = KeyEdit {
            name: key.name,
            expires_at: key.expires_at,
        };
        if edit == was {
            return Ok(());
        }
        let (before, after) = (audited(&was), audited(&edit));
        let what = KeyChange::Edit { was, edit };
        let edited = self
            .change_key(by, public_id, what, "key.edited", before, after)
            .await;
        match edited {
            // It is there, but not as it was read a moment ago.
            Err(DomainError::NotFound(_)) => {
                let now = self.key_of(by, public_id).await?.name;
                Err(DomainError::ChangedMeanwhile(vec![("name", now)]))
            }
            other => other,
        }
    }

    /// Gives a key a new secret. The old one goes on working for a grace period;
    /// one that was rotated away before stops at once. `was` is the end of the
    /// secret that the form showed.
    pub async fn rotate_key(
        &self,
        by: &Account,
        public_id: &str,
        grace: &str,
        was: Option<&str>,
    ) -> Result<CreatedKey, DomainError> {
        self.first_time(by).await?;
        let grace =
            Grace::named(grace).ok_or(DomainError::invalid("grace", Problem::UnknownChoice))?;
        let key = self.key_of(by, public_id).await?;
        if was.is_some_and(|was| was != key.hint) {
            return Err(rotated_meanwhile(&key));
        }
        let secret = api_key(&mut clock::random());
        let previous_until = self.now() + grace.length();
        let rotation = Rotation {
            hash: KeyHash::of(&secret),
            hint: keys::hint(&secret),
            previous_until,
        };
        let before = json!({ "hint": key.hint });
        let after = json!({ "hint": rotation.hint, "old_until": previous_until });
        let what = KeyChange::Rotate {
            was: key.hint.clone(),
            rotation,
        };
        match self
            .change_key(by, public_id, what, "key.rotated", before, after)
            .await
        {
            Err(DomainError::NotFound(_)) => {
                Err(rotated_meanwhile(&self.key_of(by, public_id).await?))
            }
            other => other,
        }?;
        Ok(CreatedKey {
            id: key.public_id,
            name: key.name,
            project_name: key.project_name,
            secret,
            previous_until: (grace != Grace::None).then_some(previous_until),
        })
    }

    /// Ends the grace period of an old secret now.
    pub async fn stop_old_secret(&self, by: &Account, public_id: &str) -> Result<(), DomainError> {
        let key = self.key_of(by, public_id).await?;
        let now = self.now();
        let Some(previous) = key.previous.filter(|previous| previous.until > now) else {
            return Ok(());
        };
        let before = json!({ "old_hint": previous.hint, "old_until": previous.until });
        let after = json!({ "old_until": now });
        let what = KeyChange::StopPrevious(now);
        self.change_key(by, public_id, what, "key.old_stopped", before, after)
            .await
    }

    /// Deletes a key for good. Its history stays in the account's totals.
    pub async fn delete_key(&self, by: &Account, public_id: &str) -> Result<(), DomainError> {
        let key = self.key_of(by, public_id).await?;
        let before = json!({
            "name": key.name, "project": key.project_public_id, "hint": key.hint,
        });
        let after = json!({ "deleted": true });
        let what = KeyChange::Delete(self.now());
        self.change_key(by, public_id, what, "key.deleted", before, after)
            .await
    }

    async fn change_key(
        &self,
        by: &Account,
        public_id: &str,
        what: KeyChange,
        action: &'static str,
        before: Value,
        after: Value,
    ) -> Result<(), DomainError> {
        let mut change = self.change(actor(by), action, public_id, by.id, after);
        change.before = Some(before);
        let changed = self
            .metering
            .change_key(by.id, public_id.to_owned(), what, change)
            .await
            .map_err(sent_twice)?;
        if changed {
            Ok(())
        } else {
            Err(DomainError::NotFound("key"))
        }
    }
}

fn rotated_meanwhile(key: &Key) -> DomainError {
    DomainError::ChangedMeanwhile(vec![("", format!("mpg-…{}", key.hint))])
}

fn audited(edit: &KeyEdit) -> Value {
    let expires_at: Option<Millis> = edit.expires_at;
    json!({ "name": edit.name, "expires_at": expires_at })
}
