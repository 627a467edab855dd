//! What people do to API keys, to projects and to accounts: made, disabled, rotated,
//! deleted; under faults, and while the key is being looked up.

use super::callers::look_up;
use super::disk::{Disk, Fault};
use super::faults::Told;
use super::model::{ApiKey, Caller, HeldOut};
use super::{ACCOUNTS, DAY, HOUR, Simulation, change};
use crate::domain::caps::{CapOwner, Limit, Period};
use crate::domain::keys::{Grace, KeyEdit, KeyHash, NewKey, Rotation, hint};
use crate::domain::projects::ProjectDeletion;
use crate::domain::store::KeyChange;
use crate::domain::{AccountId, Millis, ProjectId, StoreError};
use crate::metering::key_ring::KeyRing;
use std::sync::Arc;
use tokio::task::JoinHandle;

/// One of them.
#[derive(Debug, Clone)]
pub(super) enum Edit {
    Key(NewKey),
    Change {
        account: AccountId,
        id: String,
        what: KeyChange,
    },
    Project(AccountId),
    DeleteProject(AccountId, ProjectId),
    DisableAccount(AccountId),
    EnableAccount(AccountId),
}

impl Edit {
    const fn account(&self) -> AccountId {
        match self {
            Self::Key(NewKey { account, .. })
            | Self::Change { account, .. }
            | Self::Project(account)
            | Self::DeleteProject(account, _)
            | Self::DisableAccount(account)
            | Self::EnableAccount(account) => *account,
        }
    }

    /// The secret that it brings into the world.
    const fn new_secret(&self) -> Option<KeyHash> {
        match self {
            Self::Key(new) => Some(new.hash),
            Self::Change {
                what: KeyChange::Rotate { rotation, .. },
                ..
            } => Some(rotation.hash),
            _ => None,
        }
    }

    /// Makes it. False if there is nothing to be done, or not as it was asked.
    async fn make(self, keys: Arc<KeyRing>, disk: Arc<Disk>) -> Result<bool, StoreError> {
        match self {
            Self::Key(new) => keys.create(new, change()).await,
            Self::Change { account, id, what } => keys.change(account, &id, what, change()).await,
            Self::Project(account) => disk.create_project(account).await,
            Self::DeleteProject(account, project) => {
                let deleted = disk.delete_project(account, project);
                let deletion = keys.deleting_project(account, deleted).await?;
                Ok(matches!(deletion, ProjectDeletion::Deleted(_)))
            }
            Self::DisableAccount(account) => {
                let set = disk.set_disabled(account, true);
                keys.changing_keys(account, set).await
            }
            Self::EnableAccount(account) => {
                let set = disk.set_disabled(account, false);
                keys.changing_keys(account, set).await
            }
        }
    }
}

impl Simulation {
    /// Each account's first projects and keys.
    pub(super) async fn open_accounts(&mut self) {
        for account in (1..=ACCOUNTS).map(AccountId) {
            for _ in 0..2 {
                self.edit(Edit::Project(account), None).await;
                let new = self.new_key(account);
                self.edit(Edit::Key(new), None).await;
            }
        }
    }

    pub(super) async fn edit_key(&mut self) {
        let edit = self.some_edit();
        let fault = self.world.some_fault();
        let told = self.edit(edit, fault).await;
        self.crash_if_died(told).await;
    }

    /// Makes an edit, here and in the model.
    async fn edit(&mut self, edit: Edit, fault: Option<Fault>) -> Told<bool> {
        let (keys, disk) = (Arc::clone(&self.life.keys), Arc::clone(&self.disk));
        let told = self.under(fault, edit.clone().make(keys, disk)).await;
        let mut after = self.model.api_keys.clone();
        let done = after.make(&edit);
        match &told {
            Told::Done(found) => assert!(fault.is_none() && *found == done, "{edit:?}"),
            Told::Failed | Told::Died => assert!(fault.is_some(), "{edit:?}"),
        }
        if done && fault.is_none_or(Fault::writes) {
            self.tally.keys_changed += 1;
            self.model.api_keys = after;
            self.model.follow_caps(&edit);
        }
        told
    }

    /// Its keys are looked up while they are changed. Each look finds what was before
    /// or what is after, and what it leaves in memory is not old.
    pub(super) async fn race_edit(&mut self) {
        let edit = self.some_edit();
        self.forget_keys_of(edit.account()).await;
        let now = self.now();
        let before = self.model.api_keys.clone();
        *self.disk.slow.lock() = u32::try_from(self.world.below(6)).unwrap();
        *self.disk.late.lock() = u32::try_from(self.world.below(6)).unwrap();
        let looks: Vec<_> = self
            .held_out_around(&edit)
            .into_iter()
            .map(|held_out| (held_out.clone(), self.look(held_out, now)))
            .collect();
        let fault = self.world.some_fault();
        let told = self.edit(edit.clone(), fault).await;
        for (held_out, look) in looks {
            let found = look.await.unwrap();
            self.saw(&found);
            let was = before.whose(&held_out, now);
            let is = self.model.api_keys.whose(&held_out, now);
            assert!(
                found == was || found == is,
                "{found:?}, but {was:?}, {is:?}: {edit:?}"
            );
            self.tally.keys_raced += usize::from(was != is);
        }
        *self.disk.slow.lock() = 0;
        *self.disk.late.lock() = 0;
        self.crash_if_died(told).await;
    }

    /// Looks a key up beside all else, sooner or later.
    fn look(&mut self, held_out: HeldOut, now: Millis) -> JoinHandle<Option<Caller>> {
        let (keys, later) = (Arc::clone(&self.life.keys), self.world.below(5));
        tokio::spawn(async move {
            for _ in 0..later {
                tokio::task::yield_now().await;
            }
            look_up(&keys, &held_out, now).await.unwrap()
        })
    }

    /// The change's fate is unknown, and then the disk cannot be asked: whoever holds
    /// out a key of the account is told so, and goes by nothing that is old.
    pub(super) async fn edit_key_blindly(&mut self) {
        let edit = self.some_edit();
        let account = edit.account();
        let fault = [Fault::Fails, Fault::Lies][self.world.below(2)];
        *self.disk.unreadable.lock() = true;
        let told = self.edit(edit, Some(fault)).await;
        assert!(matches!(told, Told::Failed));
        // Whether the balances were to be read again.
        let in_doubt = !std::mem::replace(&mut *self.disk.unreadable.lock(), true);
        let now = self.now();
        let held_out = self.held_out(now);
        let found = look_up(&self.life.keys, &held_out, now).await;
        if let Ok(found) = found {
            self.agree(&held_out, found, now);
        }
        *self.disk.unreadable.lock() = false;
        self.compare_one(account, in_doubt).await;
    }

    /// A change that fails leaves nothing of the account's keys in memory.
    async fn forget_keys_of(&mut self, account: AccountId) {
        let what = KeyChange::Enable;
        let id = String::from("no key");
        let edit = Edit::Change { account, id, what };
        self.edit(edit, Some(Fault::Fails)).await;
    }

    /// Some ways to hold out the keys that an edit touches.
    fn held_out_around(&mut self, edit: &Edit) -> Vec<HeldOut> {
        let keys = self.model.api_keys.keys.iter();
        let touched = keys.filter(|key| match edit {
            Edit::Change { id, .. } => key.id == *id,
            _ => key.account == edit.account() && !key.deleted,
        });
        let known: Vec<HeldOut> = touched.flat_map(ApiKey::held_out).collect();
        let new = edit.new_secret().map(HeldOut::Secret);
        let mut some: Vec<HeldOut> = new.into_iter().collect();
        for _ in 0..4 {
            if !known.is_empty() {
                some.push(known[self.world.below(known.len())].clone());
            }
        }
        some
    }

    fn some_edit(&mut self) -> Edit {
        let account = self.world.account();
        let is_disabled = self.model.api_keys.disabled.contains(&account);
        match self.world.below(24) {
            0..4 => Edit::Key(self.new_key(account)),
            4 => Edit::Project(account),
            5 => Edit::DeleteProject(account, self.some_project(account)),
            6 => Edit::DisableAccount(account),
            7 => Edit::EnableAccount(account),
            _ if is_disabled => Edit::EnableAccount(account),
            _ => self.some_change(),
        }
    }

    fn some_change(&mut self) -> Edit {
        let place = self.some_key_place();
        let key = self.model.api_keys.keys[place].clone();
        let as_it_is = !self.world.one_in(8);
        let now = self.now();
        let what = match self.world.below(16) {
            0 | 1 => KeyChange::Disable(now),
            2..6 => KeyChange::Enable,
            6..9 => KeyChange::Edit {
                was: KeyEdit {
                    name: if as_it_is { key.name } else { "other".into() },
                    expires_at: key.expires_at,
                },
                edit: KeyEdit {
                    name: format!("key {}", self.world.below(9)),
                    expires_at: self.some_end(),
                },
            },
            9..13 => KeyChange::Rotate {
                was: if as_it_is { key.hint } else { "none".into() },
                rotation: self.rotation(),
            },
            13 | 14 => KeyChange::StopPrevious(now),
            _ => KeyChange::Delete(now),
        };
        Edit::Change {
            account: key.account,
            id: key.id,
            what,
        }
    }

    fn rotation(&mut self) -> Rotation {
        let grace = [Grace::None, Grace::Hour, Grace::Day, Grace::Week][self.world.below(4)];
        let secret = self.new_secret();
        Rotation {
            hash: KeyHash::of(&secret),
            hint: hint(&secret),
            previous_until: self.now() + grace.length(),
        }
    }

    fn new_secret(&mut self) -> String {
        self.next_id += 1;
        format!("mpg-{:040}", self.next_id)
    }

    fn new_key(&mut self, account: AccountId) -> NewKey {
        let secret = self.new_secret();
        let capped = self.world.one_in(3);
        let api = self.world.api();
        let limit = capped.then(|| self.limit());
        NewKey {
            public_id: format!("key_{}", self.next_id),
            account,
            project: self.some_project(account),
            name: "new".into(),
            hash: KeyHash::of(&secret),
            hint: hint(&secret),
            created_at: self.now(),
            expires_at: self.some_end(),
            caps: limit.map(|limit| (api, limit)).into_iter().collect(),
        }
    }

    pub(super) fn limit(&mut self) -> Limit {
        Limit {
            calls: self.world.number(0, 12),
            period: Period::ALL[self.world.below(4)],
        }
    }

    /// Mostly none.
    fn some_end(&mut self) -> Option<Millis> {
        let ends = self.world.one_in(4);
        ends.then(|| self.now() + self.world.number(-HOUR, 9 * DAY))
    }

    /// Of the account; seldom one that is deleted.
    fn some_project(&mut self, account: AccountId) -> ProjectId {
        let deleted_too = self.world.one_in(8);
        let projects = self.model.api_keys.projects.iter();
        let some: Vec<_> = projects
            .filter(|project| project.account == account)
            .filter(|project| deleted_too || !project.deleted)
            .collect();
        some[self.world.below(some.len())].number
    }

    /// Seldom one that is deleted.
    pub(super) fn some_key_place(&mut self) -> usize {
        let deleted_too = self.world.one_in(16);
        let keys = self.model.api_keys.keys.iter().enumerate();
        let some: Vec<usize> = keys
            .filter(|(_, key)| deleted_too || !key.deleted)
            .map(|(place, _)| place)
            .collect();
        if some.is_empty() {
            return 0;
        }
        some[self.world.below(some.len())]
    }

    /// Something to cap, and whose it is.
    pub(super) fn some_cap_owner(&mut self) -> (AccountId, CapOwner) {
        if self.world.one_in(3) {
            let account = self.world.account();
            let project = self.some_project(account);
            return (account, CapOwner::Project(project));
        }
        let place = self.some_key_place();
        let key = &self.model.api_keys.keys[place];
        (key.account, CapOwner::Key(key.number))
    }
}
