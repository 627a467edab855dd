//! Watches what is used of each quota, and has a notice raised once for each
//! crossing of a threshold (`product.md` §2.10). The hot path compares two
//! numbers; only a change of level costs a write, beside the path of the call.

use crate::domain::quota::Engine;
use crate::domain::store::{Level, Store};
use crate::domain::{AccountId, ApiId, Millis};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::{Notify, mpsc, oneshot};

const DAY: Millis = 24 * 60 * 60 * 1_000;

/// What is known of an account: its thresholds, and how many of them each API
/// had reached when it was last looked at.
struct Watched {
    thresholds: Vec<i64>,
    reached: HashMap<ApiId, usize>,
}

#[derive(Default)]
struct Known {
    accounts: HashMap<AccountId, Watched>,
    /// When accounts were last told that they call too fast.
    told_of_pace: HashMap<AccountId, Millis>,
    /// Moves when an account is forgotten, so that thresholds read before are
    /// not kept.
    epoch: u64,
}

enum Event {
    Changed(Level),
    /// The account calls faster than advised.
    TooFast(AccountId, Millis),
    /// Answered when everything before it is on disk.
    Drain(oneshot::Sender<()>),
}

pub(super) struct Levels {
    engine: Arc<Mutex<Engine>>,
    known: Arc<Mutex<Known>>,
    /// The catalogue's.
    apis: Vec<ApiId>,
    /// Unbounded, but its events are few: changes of level, and the first calls
    /// of accounts that were not seen since the start.
    events: mpsc::UnboundedSender<Event>,
}

impl Levels {
    pub(super) fn start(
        store: Arc<dyn Store>,
        engine: Arc<Mutex<Engine>>,
        apis: Vec<ApiId>,
        news: Arc<Notify>,
    ) -> Self {
        let (events, queue) = mpsc::unbounded_channel();
        let known = Arc::<Mutex<Known>>::default();
        tokio::spawn(run(queue, store, Arc::clone(&known), news));
        Self {
            engine,
            known,
            apis,
            events,
        }
    }

    /// One that tells nobody.
    #[cfg(test)]
    pub(super) fn deaf(engine: Arc<Mutex<Engine>>) -> Self {
        Self {
            engine,
            known: Arc::default(),
            apis: Vec::new(),
            events: mpsc::unbounded_channel().0,
        }
    }

    /// Looks at what an account has used of an API. To be called after each change.
    pub(super) fn look(&self, account: AccountId, api: ApiId, at: Millis) {
        // Held over the reading of the level: levels are told in their order.
        let mut known = self.known.lock();
        let Some(quota) = self.engine.lock().quota(account, api, at) else {
            return;
        };
        let level = Level {
            account,
            api,
            granted: quota.granted,
            charged: quota.charged,
            at,
        };
        if let Some(watched) = known.accounts.get_mut(&account) {
            let reached = reached(&watched.thresholds, &level);
            if watched.reached.insert(api, reached) == Some(reached) {
                return;
            }
        }
        // Fails only when the process ends.
        let _ = self.events.send(Event::Changed(level));
    }

    /// Looks at every API of the catalogue that the account is known for.
    pub(super) fn look_at_all(&self, account: AccountId, at: Millis) {
        for api in &self.apis {
            self.look(account, *api, at);
        }
    }

    /// An account calls faster than advised: it is told once a day at most.
    pub(super) fn too_fast(&self, account: AccountId, at: Millis) {
        let mut known = self.known.lock();
        let told = known.told_of_pace.entry(account).or_insert(Millis::MIN);
        // Also if the clock was set back since.
        if (at.saturating_sub(DAY)..=at).contains(told) {
            return;
        }
        *told = at;
        let _ = self.events.send(Event::TooFast(account, at));
    }

    /// Forgets the thresholds of an account: they were changed.
    pub(super) fn forget(&self, account: AccountId) {
        let mut known = self.known.lock();
        known.epoch += 1;
        known.accounts.remove(&account);
    }

    pub(super) async fn drain(&self) {
        let (done, drained) = oneshot::channel();
        if self.events.send(Event::Drain(done)).is_ok() {
            // A task that is gone has nothing left to write.
            let _ = drained.await;
        }
    }
}

fn reached(thresholds: &[i64], level: &Level) -> usize {
    thresholds
        .iter()
        .filter(|percent| level.reaches(**percent))
        .count()
}

async fn run(
    mut queue: mpsc::UnboundedReceiver<Event>,
    store: Arc<dyn Store>,
    known: Arc<Mutex<Known>>,
    news: Arc<Notify>,
) {
    while let Some(event) = queue.recv().await {
        match event {
            Event::Changed(level) => {
                settle(level, store.as_ref(), &known).await;
                // There may be something to send.
                news.notify_one();
            }
            Event::TooFast(account, at) => {
                if let Err(error) = store.tell_pace(account, at).await {
                    tracing::error!(%error, "a notice was not written");
                    known.lock().told_of_pace.remove(&account);
                }
            }
            Event::Drain(done) => {
                let _ = done.send(());
            }
        }
    }
}

async fn settle(level: Level, store: &dyn Store, known: &Mutex<Known>) {
    let (is_known, epoch) = {
        let known = known.lock();
        (known.accounts.contains_key(&level.account), known.epoch)
    };
    if let Err(error) = store.settle_notices(level).await {
        tracing::error!(%error, "a notice was not written");
        // The next call looks again.
        known.lock().accounts.remove(&level.account);
        return;
    }
    if is_known {
        return;
    }
    match store.thresholds(level.account).await {
        Ok(thresholds) => {
            let mut known = known.lock();
            if known.epoch == epoch {
                // No level yet: events that are under way may know more than this one.
                known.accounts.entry(level.account).or_insert(Watched {
                    thresholds,
                    reached: HashMap::new(),
                });
            }
        }
        Err(error) => tracing::error!(%error, "thresholds could not be read"),
    }
}
