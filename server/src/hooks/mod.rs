//! Messages to webhooks and mailboxes. They lie in the store from the transaction on
//! of what they tell of; here they are sent, again and again with longer pauses, until
//! they arrive or are given up. The only place that calls where a stranger wants it.

mod connector;
mod letters;
mod sender;

use crate::clock::{self, Clock};
use crate::domain::store::{DueDelivery, Place, Store};
use crate::domain::webhooks::{Answer, Secret, Tried};
use crate::domain::{Millis, StoreError};
use crate::mail::Post;
use crate::metering::Metering;
use parking_lot::Mutex;
use sender::{Message, Sender};
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::JoinSet;

/// Messages under way at once. Of one webhook there is one.
const AT_ONCE: usize = 32;
/// The machine's clock may be set, and sleep does not know: it is looked at again.
const LONGEST: Duration = Duration::from_secs(30);
/// What is due at once has just been looked at.
const SHORTEST: Duration = Duration::from_millis(100);
/// After a failure of the store.
const AFTER_FAILURE: Duration = Duration::from_secs(5);

/// Sends what is due.
pub struct Hooks {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    metering: Arc<Metering>,
    post: Arc<Post>,
    sender: Sender,
    /// Rung when there is something new to send.
    news: Arc<Notify>,
    /// One at a time looks what is due.
    looking: tokio::sync::Mutex<()>,
    under_way: Mutex<UnderWay>,
    is_closed: AtomicBool,
}

#[derive(Default)]
struct UnderWay {
    /// Of which a message is being sent.
    lanes: HashSet<i64>,
    tasks: JoinSet<()>,
}

impl Hooks {
    /// `private`: whether messages may go to addresses that are not of the open internet.
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        metering: Arc<Metering>,
        post: Arc<Post>,
        private: bool,
    ) -> Arc<Self> {
        Arc::new(Self {
            store,
            clock,
            news: metering.news(),
            metering,
            post,
            sender: Sender::new(private),
            looking: tokio::sync::Mutex::default(),
            under_way: Mutex::default(),
            is_closed: AtomicBool::new(false),
        })
    }

    /// From here on, what is due is sent at its time.
    pub fn keep_sending(self: &Arc<Self>) {
        tokio::spawn(run(Arc::downgrade(self), Arc::clone(&self.news)));
    }

    /// Begins nothing new, and waits for what is under way. What has no answer by then
    /// is sent again by the next server.
    pub async fn close(&self) {
        self.is_closed.store(true, Ordering::Relaxed);
        self.settle().await;
    }

    /// Sends all that is due now, and waits for the answers.
    pub async fn catch_up(self: &Arc<Self>) -> Result<(), StoreError> {
        loop {
            let next = self.turn().await?;
            self.settle().await;
            if next.is_none_or(|at| at > self.clock.now()) {
                return Ok(());
            }
        }
    }

    async fn settle(&self) {
        loop {
            let mut tasks = std::mem::take(&mut self.under_way.lock().tasks);
            if tasks.is_empty() {
                return;
            }
            while tasks.join_next().await.is_some() {}
        }
    }

    /// Begins to send what is due. Answers when something was due at first, or will be.
    async fn turn(self: &Arc<Self>) -> Result<Option<Millis>, StoreError> {
        let _turn = self.looking.lock().await;
        if self.is_closed.load(Ordering::Relaxed) {
            return Ok(None);
        }
        // Read before the store is: what is found there of other lanes is not under way.
        let busy = {
            let mut under_way = self.under_way.lock();
            while under_way.tasks.try_join_next().is_some() {}
            under_way.lanes.clone()
        };
        let next = self.store.next_delivery().await?;
        let now = self.clock.now();
        if busy.len() >= AT_ONCE || next.is_none_or(|at| at > now) {
            return Ok(next);
        }
        // Those of busy lanes are found too, and left.
        let limit = i64::try_from(AT_ONCE + busy.len()).unwrap_or(i64::MAX);
        let due = self.store.due_deliveries(now, limit).await?;
        let mut under_way = self.under_way.lock();
        for delivery in due {
            if busy.contains(&delivery.lane) || under_way.lanes.len() >= AT_ONCE {
                continue;
            }
            under_way.lanes.insert(delivery.lane);
            under_way.tasks.spawn(Arc::clone(self).deliver(delivery));
        }
        Ok(next)
    }

    async fn deliver(self: Arc<Self>, due: DueDelivery) {
        let _lane = Lane {
            hooks: Arc::clone(&self),
            of: due.lane,
        };
        let tried = match &due.place {
            Place::Webhook {
                public_id,
                url,
                secrets,
                failing_since,
            } => {
                let answer = self.to_webhook(&due, url, secrets).await;
                if !answer.is_good() {
                    tracing::info!(webhook = %public_id, event = %due.event_id, ?answer, "a message did not arrive");
                }
                self.tried(&due, answer, *failing_since)
            }
            Place::Mailbox {
                email,
                language,
                time_zone,
            } => self.to_mailbox(&due, email, *language, time_zone).await,
        };
        // Until that is kept it is due still, and would be sent again and again.
        while let Err(error) = self.store.tried(due.id, tried).await {
            tracing::error!(%error, "what came of a message was not kept");
            if self.is_closed.load(Ordering::Relaxed) {
                break;
            }
            tokio::time::sleep(AFTER_FAILURE).await;
        }
    }

    async fn to_webhook(&self, due: &DueDelivery, url: &str, secrets: &[Secret]) -> Answer {
        let timestamp = self.clock.now().div_euclid(1_000);
        self.sender
            .send(Message {
                url,
                id: &due.event_id,
                timestamp,
                signature: signature(secrets, &due.event_id, timestamp, &due.body),
                body: due.body.clone(),
            })
            .await
    }

    fn tried(&self, due: &DueDelivery, answer: Answer, failing: Option<Millis>) -> Tried {
        let now = self.clock.now();
        Tried::of(answer, now, due.tries, failing, &mut clock::random())
    }

    fn pause(&self, next: Option<Millis>) -> Duration {
        let wait = next.map_or(i64::MAX, |at| at.saturating_sub(self.clock.now()));
        Duration::from_millis(u64::try_from(wait).unwrap_or(0)).clamp(SHORTEST, LONGEST)
    }
}

/// A lane in which a message is under way. However that ends, the next one may go.
struct Lane {
    hooks: Arc<Hooks>,
    of: i64,
}

impl Drop for Lane {
    fn drop(&mut self) {
        self.hooks.under_way.lock().lanes.remove(&self.of);
        self.hooks.news.notify_one();
    }
}

/// Of each secret that is good, with spaces between.
fn signature(secrets: &[Secret], id: &str, timestamp: i64, body: &str) -> String {
    let signatures: Vec<_> = secrets
        .iter()
        .map(|secret| secret.sign(id, timestamp, body))
        .collect();
    signatures.join(" ")
}

async fn run(hooks: Weak<Hooks>, news: Arc<Notify>) {
    loop {
        let pause = {
            let Some(hooks) = hooks.upgrade() else {
                return;
            };
            match hooks.turn().await {
                // What is due and not begun waits for its lane, which rings.
                Ok(next) => hooks.pause(next.filter(|at| *at > hooks.clock.now())),
                Err(error) => {
                    tracing::error!(%error, "messages that are due could not be read");
                    AFTER_FAILURE
                }
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = news.notified() => {}
        }
    }
}
