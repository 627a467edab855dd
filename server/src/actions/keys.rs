use super::{Actions, AskedCap, actor, sent_twice};
use crate::clock;
use crate::domain::accounts::{self, Account};
use crate::domain::error::{DomainError, Problem};
use crate::domain::ids::{Noun, api_key};
use crate::domain::keys::{self, KeyHash, KeyIdentity, NewKey};
use crate::domain::projects::Project;
use crate::domain::zones;
use crate::domain::{Millis, StoreError};
use serde_json::json;

/// What is asked for when a key is made, as it was typed.
#[derive(Debug, Default)]
pub struct CreateKey<'a> {
    pub name: &'a str,
    /// Public id of one of the account's projects.
    pub project: &'a str,
    /// Last day on which the key works, in the account's zone; empty means for ever.
    pub expires: &'a str,
    /// A cap of its own; without calls there is none.
    pub cap: AskedCap<'a>,
}

/// A secret that was just made, with the key it belongs to.
#[derive(Debug, Clone)]
pub struct CreatedKey {
    /// Public id of the key.
    pub id: String,
    pub name: String,
    pub project_name: String,
    /// The one copy: it is stored nowhere.
    pub secret: String,
    /// Until when the secret before it works, if this is a new secret of an old key.
    pub previous_until: Option<Millis>,
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
        self.first_time(by).await?;
        let name = accounts::name("name", asked.name, keys::NAME_LENGTH)?;
        let project = self.project_for_key(by, asked.project).await?;
        let expires_at = self.end_of(asked.expires, zones::zone(&by.time_zone))?;
        let cap = self.cap_of_new_key(&asked.cap)?;
        let count = self.store.keys(by.id).await?.len();
        if i64::try_from(count).is_ok_and(|count| count >= keys::MOST) {
            let most = keys::MOST;
            return Err(DomainError::invalid("", Problem::TooMany { most }));
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
            caps: cap.into_iter().collect(),
        };
        let mut after = json!({
            "name": name, "project": project.public_id, "hint": new.hint, "expires_at": expires_at,
        });
        if let Some((_, limit)) = cap {
            after["cap"] = super::caps::audited(asked.cap.api, Some(limit));
        }
        let id = new.public_id.clone();
        let change = self.change(actor(by), "key.created", &id, by.id, after);
        if !self
            .metering
            .create_key(new, change)
            .await
            .map_err(sent_twice)?
        {
            return Err(deleted(project.name));
        }
        Ok(CreatedKey {
            id,
            name,
            project_name: project.name,
            secret,
            previous_until: None,
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

    /// The project that a new key is for. One that was deleted is named.
    async fn project_for_key(&self, by: &Account, public_id: &str) -> Result<Project, DomainError> {
        let projects = self.store.all_projects(by.id).await?;
        match projects
            .into_iter()
            .find(|project| project.public_id == public_id)
        {
            Some(project) if project.deleted_at.is_none() => Ok(project),
            Some(project) => Err(deleted(project.name)),
            None => Err(DomainError::invalid("project", Problem::UnknownProject)),
        }
    }

    /// A key of the account by its public id.
    pub(super) async fn key_of(
        &self,
        by: &Account,
        public_id: &str,
    ) -> Result<keys::Key, DomainError> {
        let found: Result<Vec<_>, StoreError> = self.store.keys(by.id).await;
        found?
            .into_iter()
            .find(|key| key.public_id == public_id)
            .ok_or(DomainError::NotFound("key"))
    }
}

fn deleted(name: String) -> DomainError {
    DomainError::invalid("project", Problem::ProjectDeleted { name })
}
