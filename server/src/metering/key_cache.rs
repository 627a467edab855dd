//! Known keys in memory: the hot path asks the store once for each key. Keys
//! that are not known are not kept, so guessing fills nothing.

use crate::domain::keys::{KeyHash, KeyIdentity};
use crate::domain::store::Keys;
use crate::domain::{AccountId, StoreError};
use parking_lot::RwLock;
use std::collections::HashMap;

/// Keys in memory at most; one that does not fit is looked up each time.
const MOST: usize = 200_000;

#[derive(Default)]
struct Known {
    keys: HashMap<KeyHash, KeyIdentity>,
    /// The secret of keys that services name by their public id.
    ids: HashMap<Box<str>, KeyHash>,
    /// Moves with every change, so that a read that raced one is not kept.
    epoch: u64,
}

#[derive(Default)]
pub(super) struct KeyCache {
    known: RwLock<Known>,
}

impl KeyCache {
    pub(super) async fn find(
        &self,
        hash: KeyHash,
        store: &dyn Keys,
    ) -> Result<Option<KeyIdentity>, StoreError> {
        let read_at = {
            let known = self.known.read();
            if let Some(identity) = known.keys.get(&hash) {
                return Ok(Some(*identity));
            }
            known.epoch
        };
        let identity = store.key_by_hash(hash).await?;
        if let Some(identity) = identity {
            let mut known = self.known.write();
            if known.epoch == read_at && known.keys.len() < MOST {
                known.keys.insert(hash, identity);
            }
        }
        Ok(identity)
    }

    /// The same for a key that is named by its public id. What is known of it is
    /// found by its secret, so that a change forgets it here too.
    pub(super) async fn find_id(
        &self,
        id: &str,
        store: &dyn Keys,
    ) -> Result<Option<KeyIdentity>, StoreError> {
        let read_at = {
            let known = self.known.read();
            let hash = known.ids.get(id);
            if let Some(identity) = hash.and_then(|hash| known.keys.get(hash))
                // A secret that was rotated away is not the key's any more.
                && identity.rotated_at.is_none()
            {
                return Ok(Some(*identity));
            }
            known.epoch
        };
        let Some((hash, identity)) = store.key_by_public_id(id).await? else {
            return Ok(None);
        };
        let mut known = self.known.write();
        if known.epoch == read_at && known.keys.len() < MOST && known.ids.len() < MOST {
            known.keys.insert(hash, identity);
            known.ids.insert(id.into(), hash);
        }
        Ok(Some(identity))
    }

    pub(super) fn forget(&self, hashes: &[KeyHash]) {
        let mut known = self.known.write();
        known.epoch += 1;
        for hash in hashes {
            known.keys.remove(hash);
        }
    }

    /// Forgets all keys of an account.
    pub(super) fn forget_account(&self, account: AccountId) {
        let mut known = self.known.write();
        known.epoch += 1;
        known.keys.retain(|_, identity| identity.account != account);
    }
}
