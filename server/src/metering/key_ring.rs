//! Whose a key is, from memory, and the changes that memory follows: the next look at a
//! key finds them made. The simulator drives exactly this.

use super::key_cache::KeyCache;
use super::till::Till;
use crate::domain::audit::Change;
use crate::domain::keys::{KeyHash, KeyIdentity, NewKey};
use crate::domain::projects::ProjectDeletion;
use crate::domain::store::{KeyChange, Keys};
use crate::domain::{AccountId, StoreError};
use std::sync::Arc;

pub(super) struct KeyRing {
    known: KeyCache,
    store: Arc<dyn Keys>,
    till: Arc<Till>,
}

impl KeyRing {
    pub(super) fn open(store: Arc<dyn Keys>, till: Arc<Till>) -> Self {
        Self {
            known: KeyCache::default(),
            store,
            till,
        }
    }

    pub(super) async fn find(&self, hash: KeyHash) -> Result<Option<KeyIdentity>, StoreError> {
        self.known.find(hash, self.store.as_ref()).await
    }

    /// The same for a key that is named by its public id.
    pub(super) async fn find_id(&self, id: &str) -> Result<Option<KeyIdentity>, StoreError> {
        self.known.find_id(id, self.store.as_ref()).await
    }

    /// Makes a key with its caps. False if its project was deleted meanwhile.
    pub(super) async fn create(&self, new: NewKey, change: Change) -> Result<bool, StoreError> {
        let (account, capped) = (new.account, !new.caps.is_empty());
        let made = self.store.create_key(new, change);
        if capped {
            self.till.changing(account, made).await
        } else {
            made.await
        }
    }

    /// Makes one change to a key. False if the account has no such key any more, or
    /// it is not as the change expects it.
    pub(super) async fn change(
        &self,
        account: AccountId,
        public_id: &str,
        what: KeyChange,
        change: Change,
    ) -> Result<bool, StoreError> {
        let deletes = matches!(what, KeyChange::Delete(_));
        let changed = self.store.change_key(account, public_id, what, change);
        let changed = self.changing_keys(account, changed);
        if deletes {
            // The caps of what is deleted stop nothing.
            self.till.changing(account, changed).await
        } else {
            changed.await
        }
    }

    /// Deletes a project on disk, with its keys. The caps of all these stop nothing.
    pub(super) async fn deleting_project(
        &self,
        account: AccountId,
        deletion: impl Future<Output = Result<ProjectDeletion, StoreError>>,
    ) -> Result<ProjectDeletion, StoreError> {
        let deleted = self.changing(account, deletion, |deletion| match deletion {
            ProjectDeletion::Deleted(secrets) => secrets,
            ProjectDeletion::LastOne | ProjectDeletion::NotFound => &[],
        });
        self.till.changing(account, deleted).await
    }

    /// Makes a change on disk to keys of an account: those whose secrets it answers.
    /// False if it answers nothing, because it was not made.
    pub(super) async fn changing_keys(
        &self,
        account: AccountId,
        change: impl Future<Output = Result<Option<Vec<KeyHash>>, StoreError>>,
    ) -> Result<bool, StoreError> {
        let made = self.changing(account, change, |made| made.as_deref().unwrap_or_default());
        Ok(made.await?.is_some())
    }

    /// Forgets the secrets that a change on disk touched. If it failed, whether it
    /// reached the disk is unknown: then all keys of the account are looked up again.
    async fn changing<T>(
        &self,
        account: AccountId,
        change: impl Future<Output = Result<T, StoreError>>,
        secrets: fn(&T) -> &[KeyHash],
    ) -> Result<T, StoreError> {
        let changed = change.await;
        match &changed {
            Ok(done) => self.known.forget(secrets(done)),
            // Nothing was written.
            Err(StoreError::Conflict(_)) => {}
            Err(_) => self.known.forget_account(account),
        }
        changed
    }
}
