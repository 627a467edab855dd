//! API keys and projects, on disk.

use super::Disk;
use super::state::State;
use crate::domain::audit::Change;
use crate::domain::caps::CapOwner;
use crate::domain::keys::{Key, KeyHash, KeyIdentity, NewKey};
use crate::domain::projects::ProjectDeletion;
use crate::domain::store::{KeyChange, Keys, Stored};
use crate::domain::{AccountId, KeyId, Millis, ProjectId};
use async_trait::async_trait;

/// Its row id is its place, from one on.
#[derive(Debug, Clone)]
pub(in super::super) struct KeptApiKey {
    public_id: String,
    account: AccountId,
    project: ProjectId,
    name: String,
    secret: KeyHash,
    hint: String,
    previous: Option<(KeyHash, Millis)>,
    expires_at: Option<Millis>,
    disabled: bool,
    deleted: bool,
}

/// Its row id is its place, from one on.
#[derive(Debug, Clone)]
pub(in super::super) struct KeptProject {
    account: AccountId,
    deleted: bool,
}

fn place(id: i64) -> usize {
    usize::try_from(id).unwrap() - 1
}

fn id(place: usize) -> i64 {
    i64::try_from(place).unwrap() + 1
}

impl KeptApiKey {
    fn secrets(&self) -> Vec<KeyHash> {
        let previous = self.previous.map(|(hash, _)| hash);
        std::iter::once(self.secret).chain(previous).collect()
    }

    /// False if it is not as the change expects it.
    fn change(&mut self, what: KeyChange) -> bool {
        match what {
            KeyChange::Enable => self.disabled = false,
            KeyChange::Disable(_) => self.disabled = true,
            KeyChange::Edit { was, edit } => {
                if (&self.name, self.expires_at) != (&was.name, was.expires_at) {
                    return false;
                }
                (self.name, self.expires_at) = (edit.name, edit.expires_at);
            }
            KeyChange::Rotate { was, rotation } => {
                if self.hint != was {
                    return false;
                }
                self.previous = Some((self.secret, rotation.previous_until));
                (self.secret, self.hint) = (rotation.hash, rotation.hint);
            }
            KeyChange::StopPrevious(now) => match &mut self.previous {
                Some((_, until)) => *until = now.min(*until),
                None => return false,
            },
            KeyChange::Delete(_) => self.deleted = true,
        }
        true
    }
}

impl State {
    fn identity(&self, place: usize, rotated_at: Option<Millis>) -> KeyIdentity {
        let kept = &self.api_keys[place];
        KeyIdentity {
            key: KeyId(id(place)),
            project: kept.project,
            account: kept.account,
            expires_at: kept.expires_at,
            rotated_at,
            disabled: kept.disabled,
            deleted: kept.deleted,
            account_disabled: self.disabled.contains(&kept.account),
        }
    }

    fn api_key(&self, is_it: impl Fn(&KeptApiKey) -> bool) -> Option<usize> {
        let mut keys = self.api_keys.iter();
        keys.position(is_it)
    }

    fn identify(&self, hash: KeyHash) -> Option<KeyIdentity> {
        let place = self.api_key(|kept| kept.secrets().contains(&hash))?;
        let previous = self.api_keys[place].previous;
        let rotated_at = previous.filter(|(of, _)| *of == hash);
        Some(self.identity(place, rotated_at.map(|(_, until)| until)))
    }

    fn has_project(&self, account: AccountId, project: ProjectId) -> bool {
        let kept = self.projects.get(place(project.0));
        kept.is_some_and(|kept| kept.account == account && !kept.deleted)
    }

    /// Caps of what is deleted stop nothing.
    pub(super) fn has_cap_owner(&self, account: AccountId, owner: CapOwner) -> bool {
        match owner {
            CapOwner::Project(project) => self.has_project(account, project),
            CapOwner::Key(key) => {
                let kept = self.api_keys.get(place(key.0));
                kept.is_some_and(|kept| kept.account == account && !kept.deleted)
            }
        }
    }

    fn create_key(&mut self, new: NewKey) -> bool {
        if !self.has_project(new.account, new.project) {
            return false;
        }
        self.api_keys.push(KeptApiKey {
            public_id: new.public_id,
            account: new.account,
            project: new.project,
            name: new.name,
            secret: new.hash,
            hint: new.hint,
            previous: None,
            expires_at: new.expires_at,
            disabled: false,
            deleted: false,
        });
        let owner = CapOwner::Key(KeyId(id(self.api_keys.len() - 1)));
        let caps = new.caps.into_iter().map(|(api, limit)| (owner, api, limit));
        self.caps.entry(new.account).or_default().extend(caps);
        true
    }

    fn delete_project(&mut self, account: AccountId, project: ProjectId) -> ProjectDeletion {
        let others = self.projects.iter().enumerate().filter(|(place, kept)| {
            kept.account == account && !kept.deleted && id(*place) != project.0
        });
        if others.count() == 0 {
            return ProjectDeletion::LastOne;
        }
        if !self.has_project(account, project) {
            return ProjectDeletion::NotFound;
        }
        self.projects[place(project.0)].deleted = true;
        let mut secrets = Vec::new();
        for kept in &mut self.api_keys {
            if kept.project == project && !kept.deleted {
                kept.deleted = true;
                secrets.extend(kept.secrets());
            }
        }
        ProjectDeletion::Deleted(secrets)
    }
}

/// What the store does to projects and accounts, as far as keys follow it.
impl Disk {
    pub(in super::super) async fn create_project(&self, account: AccountId) -> Stored<bool> {
        self.write(|state| {
            let deleted = false;
            state.projects.push(KeptProject { account, deleted });
            true
        })
        .await
    }

    pub(in super::super) async fn delete_project(
        &self,
        account: AccountId,
        project: ProjectId,
    ) -> Stored<ProjectDeletion> {
        self.write(|state| state.delete_project(account, project))
            .await
    }

    /// The secrets of the account's keys, or nothing if it was so.
    pub(in super::super) async fn set_disabled(
        &self,
        account: AccountId,
        disabled: bool,
    ) -> Stored<Option<Vec<KeyHash>>> {
        self.write(|state| {
            let changed = if disabled {
                state.disabled.insert(account)
            } else {
                state.disabled.remove(&account)
            };
            changed.then(|| {
                let keys = state.api_keys.iter();
                keys.filter(|kept| kept.account == account)
                    .flat_map(KeptApiKey::secrets)
                    .collect()
            })
        })
        .await
    }

    /// A read that a change may overtake: what it found is old when it is told.
    async fn read_late<T>(&self, work: impl FnOnce(&State) -> T) -> Stored<T> {
        let found = self.read(work);
        let late = *self.late.lock();
        for _ in 0..late {
            tokio::task::yield_now().await;
        }
        found
    }
}

#[async_trait]
impl Keys for Disk {
    async fn create_key(&self, new: NewKey, _change: Change) -> Stored<bool> {
        self.write(|state| state.create_key(new)).await
    }

    async fn keys(&self, _account: AccountId) -> Stored<Vec<Key>> {
        Ok(Vec::new())
    }

    async fn all_keys(&self, _account: AccountId) -> Stored<Vec<Key>> {
        Ok(Vec::new())
    }

    async fn key_by_hash(&self, hash: KeyHash) -> Stored<Option<KeyIdentity>> {
        self.read_late(|state| state.identify(hash)).await
    }

    async fn key_by_public_id(&self, public_id: &str) -> Stored<Option<(KeyHash, KeyIdentity)>> {
        self.read_late(|state| {
            let place = state.api_key(|kept| kept.public_id == public_id)?;
            Some((state.api_keys[place].secret, state.identity(place, None)))
        })
        .await
    }

    async fn key_hash(&self, _account: AccountId, _public_id: &str) -> Stored<Option<KeyHash>> {
        Ok(None)
    }

    async fn change_key(
        &self,
        account: AccountId,
        public_id: &str,
        what: KeyChange,
        _change: Change,
    ) -> Stored<Option<Vec<KeyHash>>> {
        self.write(|state| {
            let place = state.api_key(|kept| {
                kept.account == account && kept.public_id == public_id && !kept.deleted
            })?;
            let kept = &mut state.api_keys[place];
            let secrets = kept.secrets();
            kept.change(what).then_some(secrets)
        })
        .await
    }
}
