//! Known service tokens in memory. A token can be revoked by another process (the
//! command line), so what is known of one is read again every few seconds while
//! it is used; calls that come meanwhile go by what was known.

use crate::domain::service_tokens::{ServiceIdentity, TokenHash};
use crate::domain::store::Store;
use crate::domain::{Millis, StoreError};
use parking_lot::RwLock;
use std::collections::HashMap;
use std::sync::Arc;

/// Tokens in memory at most; one that does not fit is looked up each time.
const MOST: usize = 10_000;
/// For so long, what was read counts.
const FRESH: Millis = 5_000;
/// Last use is kept to so much.
const LAST_USE: Millis = 5 * 60 * 1_000;

#[derive(Clone, Copy)]
struct Known {
    identity: ServiceIdentity,
    read_at: Millis,
}

impl Known {
    /// A clock that was set back makes nothing fresh for longer.
    const fn is_fresh(&self, now: Millis) -> bool {
        (now - self.read_at).abs() < FRESH
    }
}

/// Whether a token is to be read again.
enum Claim {
    /// Somebody did just now.
    Fresh(ServiceIdentity),
    /// By the caller; if that fails, this goes on.
    Mine(Option<Known>),
}

#[derive(Default)]
pub(super) struct TokenCache {
    known: RwLock<HashMap<TokenHash, Known>>,
}

impl TokenCache {
    pub(super) async fn find(
        &self,
        hash: TokenHash,
        store: &Arc<dyn Store>,
        now: Millis,
    ) -> Result<Option<ServiceIdentity>, StoreError> {
        let known = self.known.read().get(&hash).copied();
        let before = match known {
            Some(known) if known.is_fresh(now) => return Ok(Some(known.identity)),
            Some(_) => match self.claim(hash, now) {
                Claim::Fresh(identity) => return Ok(Some(identity)),
                Claim::Mine(before) => before,
            },
            None => None,
        };
        let read = match (store.service_token_by_hash(hash).await, before) {
            (Ok(read), _) => read,
            // Whether it was revoked is asked again by the next call.
            (Err(error), Some(before)) => {
                tracing::warn!(%error, "a service token could not be read again");
                self.known.write().insert(hash, before);
                return Ok(Some(before.identity));
            }
            (Err(error), None) => return Err(error),
        };
        let is_new = self.keep(hash, read, now);
        // Of many that read it at once, one keeps its last use.
        if let Some(identity) = read
            && (is_new || before.is_some())
        {
            touch(identity, store, now);
        }
        Ok(read)
    }

    /// One caller reads a token again; the others go by what is known.
    fn claim(&self, hash: TokenHash, now: Millis) -> Claim {
        let mut known = self.known.write();
        match known.get_mut(&hash) {
            Some(known) if known.is_fresh(now) => Claim::Fresh(known.identity),
            Some(known) => {
                let before = *known;
                known.read_at = now;
                Claim::Mine(Some(before))
            }
            None => Claim::Mine(None),
        }
    }

    /// Keeps what was read, and tells whether nothing was known before.
    fn keep(&self, hash: TokenHash, read: Option<ServiceIdentity>, now: Millis) -> bool {
        let mut known = self.known.write();
        match read {
            Some(identity) if known.len() < MOST || known.contains_key(&hash) => {
                let read_at = now;
                known.insert(hash, Known { identity, read_at }).is_none()
            }
            _ => known.remove(&hash).is_none(),
        }
    }
}

/// Beside the path of the call.
fn touch(identity: ServiceIdentity, store: &Arc<dyn Store>, now: Millis) {
    let lately = |at: Millis| (now - at).abs() < LAST_USE;
    if identity.revoked || identity.last_used_at.is_some_and(lately) {
        return;
    }
    let store = Arc::clone(store);
    tokio::spawn(async move {
        if let Err(error) = store.touch_service_token(identity.id, now).await {
            tracing::warn!(%error, "a service token's last use was not kept");
        }
    });
}
