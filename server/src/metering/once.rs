//! One at a time under one key: of requests that come at once, the first is done,
//! and the others wait for its answer (`product.md` §2.5).

use crate::domain::AccountId;
use crate::domain::idempotency::{Fingerprint, IdempotencyHash};
use futures::FutureExt;
use futures::future::Shared;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;

type Slot = (AccountId, IdempotencyHash);

/// What came before a request with the same key.
pub enum Turn<T: Clone> {
    /// Nothing: it is to be done, and the others wait for the ticket.
    First(Ticket<T>),
    /// It was done while this one waited.
    Done(T),
    /// Another request has the key.
    Reused,
    /// The first one takes longer than this one waits.
    StillRunning,
}

/// What those that wait for the first one share. It fails if that one breaks off. It
/// wakes them in the order in which they came; a `watch` would do so in any.
type Answer<T> = Shared<oneshot::Receiver<T>>;

struct Running<T: Clone> {
    fingerprint: Fingerprint,
    answer: Answer<T>,
}

/// Requests that are under way. Cheap to clone.
pub struct Once<T: Clone> {
    running: Arc<Mutex<HashMap<Slot, Running<T>>>>,
}

impl<T: Clone> Clone for Once<T> {
    fn clone(&self) -> Self {
        Self {
            running: Arc::clone(&self.running),
        }
    }
}

impl<T: Clone> Default for Once<T> {
    fn default() -> Self {
        Self {
            running: Arc::default(),
        }
    }
}

/// The right to be the one that does it. Dropped without an answer, the next that
/// waits has its turn.
pub struct Ticket<T: Clone> {
    once: Once<T>,
    slot: Slot,
    answer: Option<oneshot::Sender<T>>,
}

impl<T: Clone> Once<T> {
    /// Waits for its turn, `patience` at the most.
    pub async fn turn(
        &self,
        account: AccountId,
        hash: IdempotencyHash,
        fingerprint: Fingerprint,
        patience: Duration,
    ) -> Turn<T> {
        let wait = async {
            loop {
                let first = match self.enter((account, hash), fingerprint) {
                    Ok(turn) => return turn,
                    Err(first) => first,
                };
                // An error: it broke off without an answer.
                if let Ok(answer) = first.await {
                    return Turn::Done(answer);
                }
            }
        };
        tokio::time::timeout(patience, wait)
            .await
            .unwrap_or(Turn::StillRunning)
    }

    fn enter(&self, slot: Slot, fingerprint: Fingerprint) -> Result<Turn<T>, Answer<T>> {
        let mut running = self.running.lock();
        match running.get(&slot) {
            Some(first) if first.fingerprint != fingerprint => Ok(Turn::Reused),
            Some(first) => Err(first.answer.clone()),
            None => {
                let (answer, receiver) = oneshot::channel();
                running.insert(
                    slot,
                    Running {
                        fingerprint,
                        answer: receiver.shared(),
                    },
                );
                Ok(Turn::First(Ticket {
                    once: self.clone(),
                    slot,
                    answer: Some(answer),
                }))
            }
        }
    }
}

impl<T: Clone> Ticket<T> {
    /// Tells those that wait.
    pub fn finish(mut self, answer: T) {
        if let Some(waiting) = self.answer.take() {
            // Fails only if nobody can wait any more.
            let _ = waiting.send(answer);
        }
    }
}

impl<T: Clone> Drop for Ticket<T> {
    fn drop(&mut self) {
        self.once.running.lock().remove(&self.slot);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::idempotency::Purpose;

    const LONG: Duration = Duration::from_hours(1);

    async fn turn(once: &Once<u8>, said: i64) -> Turn<u8> {
        let hash = IdempotencyHash::of(Purpose::Call, &["key"]);
        once.turn(AccountId(1), hash, Fingerprint(said), LONG).await
    }

    #[tokio::test]
    async fn the_second_waits_for_the_first_and_gets_its_answer() {
        let once = Once::default();
        let Turn::First(ticket) = turn(&once, 1).await else {
            panic!("nobody was there")
        };
        assert!(matches!(turn(&once, 2).await, Turn::Reused));
        let mut second = Box::pin(turn(&once, 1));
        assert!(second.as_mut().now_or_never().is_none());
        ticket.finish(7);
        assert!(matches!(second.await, Turn::Done(7)));
        assert!(once.running.lock().is_empty());
    }

    #[tokio::test]
    async fn after_one_that_breaks_off_the_next_has_its_turn() {
        let once = Once::default();
        let first = turn(&once, 1).await;
        let mut second = Box::pin(turn(&once, 1));
        assert!(second.as_mut().now_or_never().is_none());
        drop(first);
        assert!(matches!(second.await, Turn::First(_)));
    }

    #[tokio::test]
    async fn those_that_wait_are_told_in_the_order_in_which_they_came() {
        let once = Once::default();
        let Turn::First(ticket) = turn(&once, 1).await else {
            panic!("nobody was there")
        };
        let told = Arc::<Mutex<Vec<usize>>>::default();
        let waiting: Vec<_> = (0..20)
            .map(|number| {
                let (once, told) = (once.clone(), Arc::clone(&told));
                tokio::spawn(async move {
                    assert!(matches!(turn(&once, 1).await, Turn::Done(7)));
                    told.lock().push(number);
                })
            })
            .collect();
        tokio::task::yield_now().await;
        ticket.finish(7);
        for task in waiting {
            task.await.unwrap();
        }
        assert!(told.lock().iter().copied().eq(0..20));
    }

    #[tokio::test]
    async fn nobody_waits_for_ever() {
        let once = Once::<u8>::default();
        let _first = turn(&once, 1).await;
        let hash = IdempotencyHash::of(Purpose::Call, &["key"]);
        let wait = once.turn(AccountId(1), hash, Fingerprint(1), Duration::ZERO);
        assert!(matches!(wait.await, Turn::StillRunning));
    }
}
