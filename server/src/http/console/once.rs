//! Forms that are sent twice: the second answer is the first one again. It is
//! kept in memory for a short while, because new keys and codes are shown by that
//! answer and stored nowhere; later, the store still knows that the form was done.

use super::Web;
use super::form::Typed;
use crate::actions::Actions;
use crate::clock::Clock;
use crate::domain::accounts::Account;
use crate::domain::error::DomainError;
use crate::domain::{AccountId, Millis, StoreError};
use parking_lot::Mutex;
use std::any::Any;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

/// How long an answer is kept.
const KEPT: Duration = Duration::from_mins(2);
/// Answers at most. One that finds no place is not kept, and its form still done once.
const MOST: usize = 1_000;
/// Longest token: ours have 26 characters.
const LONGEST: usize = 64;

struct Kept {
    at: Millis,
    typed: BTreeMap<String, String>,
    /// What the form made: its name says of what type that is.
    made: Box<dyn Any + Send>,
}

/// One form: whoever sends it again waits for the first.
type Slot = Arc<tokio::sync::Mutex<Option<Kept>>>;

/// The forms of the last two minutes, by account and token.
#[derive(Clone)]
pub(super) struct Once {
    slots: Arc<Mutex<HashMap<(AccountId, String), Slot>>>,
    clock: Arc<dyn Clock>,
}

impl Once {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            slots: Arc::default(),
            clock,
        }
    }

    /// The slot of a form; it is cleared away after a while.
    fn slot(&self, of: (AccountId, String)) -> Slot {
        let mut slots = self.slots.lock();
        if let Some(slot) = slots.get(&of) {
            return Arc::clone(slot);
        }
        let slot = Slot::default();
        if slots.len() < MOST {
            slots.insert(of.clone(), Arc::clone(&slot));
            let all = Arc::clone(&self.slots);
            tokio::spawn(async move {
                tokio::time::sleep(KEPT).await;
                all.lock().remove(&of);
            });
        }
        slot
    }

    fn is_fresh(&self, kept: &Kept) -> bool {
        let age = self.clock.now() - kept.at;
        i64::try_from(KEPT.as_millis()).is_ok_and(|most| (0..=most).contains(&age))
    }
}

/// Does what a form asks for, once for each token, and to its end even if the
/// client leaves: it may be back with the same form.
///
/// # Errors
/// [`DomainError::AlreadySent`] if the form was done before and its answer is
/// not kept any more, or it was sent with something else in it.
pub(super) async fn once<Made, Work>(
    web: &Web,
    account: &Account,
    form: &str,
    typed: &Typed,
    work: impl FnOnce(Actions) -> Work + Send + 'static,
) -> Result<Made, DomainError>
where
    Made: Clone + Send + 'static,
    Work: Future<Output = Result<Made, DomainError>> + Send,
{
    once_for(web, account.id, form, typed, work).await
}

/// The same for the account of that row.
pub(super) async fn once_for<Made, Work>(
    web: &Web,
    account: AccountId,
    form: &str,
    typed: &Typed,
    work: impl FnOnce(Actions) -> Work + Send + 'static,
) -> Result<Made, DomainError>
where
    Made: Clone + Send + 'static,
    Work: Future<Output = Result<Made, DomainError>> + Send,
{
    let (token, typed) = typed.once();
    let known = (!token.is_empty() && token.len() <= LONGEST).then(|| format!("{form} {token}"));
    let actions = web.actions.of_form(known.as_deref().unwrap_or_default());
    let slot = known.map(|token| web.once.slot((account, token)));
    let once = web.once.clone();
    let done = tokio::spawn(async move {
        let Some(slot) = slot else {
            return work(actions).await;
        };
        let mut slot = slot.lock().await;
        if let Some(kept) = slot.as_ref() {
            let made = kept.made.downcast_ref::<Made>().cloned();
            return made
                .filter(|_| once.is_fresh(kept) && kept.typed == typed)
                .ok_or(DomainError::AlreadySent);
        }
        let made = work(actions).await?;
        *slot = Some(Kept {
            at: once.clock.now(),
            typed,
            made: Box::new(made.clone()),
        });
        Ok(made)
    });
    done.await
        .unwrap_or_else(|stopped| Err(StoreError::Broken(stopped.to_string()).into()))
}
