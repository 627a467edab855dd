//! API keys, in plain lists: whose each is, and whether it may call.

use super::super::api_keys::Edit;
use super::Model;
use crate::domain::caps::CapOwner;
use crate::domain::keys::{KeyHash, KeyRefusal, NewKey};
use crate::domain::store::KeyChange;
use crate::domain::{AccountId, KeyId, Millis, ProjectId};

/// How a key is held out: as its secret, or by its public id.
#[derive(Debug, Clone)]
pub(in super::super) enum HeldOut {
    Secret(KeyHash),
    Id(String),
}

/// Whose key it is, and whether it may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Caller {
    pub account: AccountId,
    pub project: ProjectId,
    pub key: KeyId,
    pub may_call: Result<(), KeyRefusal>,
}

#[derive(Debug, Clone)]
pub(in super::super) struct ApiKey {
    pub number: KeyId,
    pub id: String,
    pub account: AccountId,
    project: ProjectId,
    pub name: String,
    secret: KeyHash,
    pub hint: String,
    /// The secret before, and when it stops.
    old: Option<(KeyHash, Millis)>,
    pub expires_at: Option<Millis>,
    disabled: bool,
    pub deleted: bool,
}

impl ApiKey {
    pub(in super::super) fn held_out(&self) -> Vec<HeldOut> {
        let old = self.old.map(|(secret, _)| HeldOut::Secret(secret));
        [HeldOut::Secret(self.secret), HeldOut::Id(self.id.clone())]
            .into_iter()
            .chain(old)
            .collect()
    }

    fn may_call(&self, account_disabled: bool, old: bool, at: Millis) -> Result<(), KeyRefusal> {
        let is_over = |end: Option<Millis>| end.is_some_and(|end| at >= end);
        let stops = self.old.filter(|_| old).map(|(_, stops)| stops);
        match () {
            () if account_disabled => Err(KeyRefusal::AccountDisabled),
            () if self.deleted => Err(KeyRefusal::Deleted),
            () if self.disabled => Err(KeyRefusal::Disabled),
            () if is_over(self.expires_at) => Err(KeyRefusal::Expired),
            () if is_over(stops) => Err(KeyRefusal::Rotated),
            () => Ok(()),
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Project {
    pub number: ProjectId,
    pub account: AccountId,
    pub deleted: bool,
}

#[derive(Debug, Clone, Default)]
pub(in super::super) struct ApiKeys {
    pub keys: Vec<ApiKey>,
    pub projects: Vec<Project>,
    pub disabled: Vec<AccountId>,
    /// Secrets that are nobody's any more, oldest first.
    pub lost: Vec<KeyHash>,
}

impl ApiKeys {
    pub(in super::super) fn whose(&self, held_out: &HeldOut, at: Millis) -> Option<Caller> {
        let mut keys = self.keys.iter();
        let (key, old) = match held_out {
            HeldOut::Id(id) => (keys.find(|key| key.id == *id)?, false),
            HeldOut::Secret(secret) => keys.find_map(|key| {
                let is_old = key.old.is_some_and(|(old, _)| old == *secret);
                (key.secret == *secret || is_old).then_some((key, is_old))
            })?,
        };
        let account_disabled = self.disabled.contains(&key.account);
        Some(Caller {
            account: key.account,
            project: key.project,
            key: key.number,
            may_call: key.may_call(account_disabled, old, at),
        })
    }

    pub(in super::super) fn has(&self, owner: CapOwner) -> bool {
        match owner {
            CapOwner::Key(number) => {
                let mut keys = self.keys.iter();
                keys.any(|key| key.number == number && !key.deleted)
            }
            CapOwner::Project(number) => self.has_project(number),
        }
    }

    fn has_project(&self, number: ProjectId) -> bool {
        let mut projects = self.projects.iter();
        projects.any(|project| project.number == number && !project.deleted)
    }

    /// False if there is nothing to be done, or not as it was asked.
    pub(in super::super) fn make(&mut self, edit: &Edit) -> bool {
        match edit {
            Edit::Key(new) => self.create(new),
            Edit::Change { id, what, .. } => self.change(id, what),
            Edit::Project(account) => {
                let number = i64::try_from(self.projects.len()).unwrap() + 1;
                self.projects.push(Project {
                    number: ProjectId(number),
                    account: *account,
                    deleted: false,
                });
                true
            }
            Edit::DeleteProject(account, number) => self.delete_project(*account, *number),
            Edit::DisableAccount(account) => {
                let was_open = !self.disabled.contains(account);
                self.disabled.extend(was_open.then_some(*account));
                was_open
            }
            Edit::EnableAccount(account) => {
                let was_open = !self.disabled.contains(account);
                self.disabled.retain(|other| other != account);
                !was_open
            }
        }
    }

    fn create(&mut self, new: &NewKey) -> bool {
        let there = self.has_project(new.project);
        if there {
            let number = i64::try_from(self.keys.len()).unwrap() + 1;
            self.keys.push(ApiKey {
                number: KeyId(number),
                id: new.public_id.clone(),
                account: new.account,
                project: new.project,
                name: new.name.clone(),
                secret: new.hash,
                hint: new.hint.clone(),
                old: None,
                expires_at: new.expires_at,
                disabled: false,
                deleted: false,
            });
        }
        there
    }

    fn change(&mut self, id: &str, what: &KeyChange) -> bool {
        let mut keys = self.keys.iter_mut();
        let Some(key) = keys.find(|key| key.id == id && !key.deleted) else {
            return false;
        };
        match what {
            KeyChange::Enable => key.disabled = false,
            KeyChange::Disable(_) => key.disabled = true,
            KeyChange::Edit { was, edit } => {
                if key.name != was.name || key.expires_at != was.expires_at {
                    return false;
                }
                key.name.clone_from(&edit.name);
                key.expires_at = edit.expires_at;
            }
            KeyChange::Rotate { was, rotation } => {
                if key.hint != *was {
                    return false;
                }
                let old = key.old.replace((key.secret, rotation.previous_until));
                self.lost.extend(old.map(|(secret, _)| secret));
                key.secret = rotation.hash;
                key.hint.clone_from(&rotation.hint);
            }
            KeyChange::StopPrevious(now) => {
                let Some((_, stops)) = &mut key.old else {
                    return false;
                };
                *stops = (*stops).min(*now);
            }
            KeyChange::Delete(_) => self.delete(|key| key.id == id),
        }
        true
    }

    fn delete(&mut self, which: impl Fn(&ApiKey) -> bool) {
        for key in &mut self.keys {
            if which(key) && !key.deleted {
                key.deleted = true;
            }
        }
    }

    fn delete_project(&mut self, account: AccountId, number: ProjectId) -> bool {
        let left = |project: &&mut Project| project.account == account && !project.deleted;
        let (mut asked, others): (Vec<_>, Vec<_>) = self
            .projects
            .iter_mut()
            .filter(left)
            .partition(|project| project.number == number);
        let (Some(project), false) = (asked.first_mut(), others.is_empty()) else {
            return false;
        };
        project.deleted = true;
        self.delete(|key| key.project == number);
        true
    }
}

impl Model {
    /// The caps that a key is born with, and those that went with their owner.
    pub(in super::super) fn follow_caps(&mut self, edit: &Edit) {
        if let Edit::Key(new) = edit {
            let owner = self.api_keys.keys.last().map(|key| key.number);
            let owner = CapOwner::Key(owner.expect("a key"));
            let caps = new.caps.iter();
            let caps = caps.map(|(api, limit)| (new.account, owner, *api, *limit));
            self.caps.extend(caps);
        }
        let keys = &self.api_keys;
        self.caps.retain(|(_, owner, _, _)| keys.has(*owner));
    }
}
