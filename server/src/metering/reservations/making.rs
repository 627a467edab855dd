//! Writes reservations: all that wait in one transaction, as the ledger writer does.

use super::super::Hold;
use super::super::till::Till;
use super::QUEUE;
use super::book::Book;
use crate::domain::StoreError;
use crate::domain::idempotency::{Known, LeftOut, Remembered, Why};
use crate::domain::reservations::HeldCall;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// A call that is held in memory, and is to be on disk.
pub(super) struct Making {
    pub call: HeldCall,
    pub hold: Hold,
    pub first: Option<Remembered>,
    /// Answers what is known of its key, if it was used before.
    pub made: oneshot::Sender<Result<Option<Known>, StoreError>>,
}

type Waiting = (Hold, oneshot::Sender<Result<Option<Known>, StoreError>>);

pub(super) async fn run(
    mut queue: mpsc::Receiver<Making>,
    till: Arc<Till>,
    book: Arc<Mutex<Book>>,
) {
    let mut waiting = Vec::new();
    while queue.recv_many(&mut waiting, QUEUE).await > 0 {
        let mut rows = Vec::with_capacity(waiting.len());
        let mut holds = Vec::with_capacity(waiting.len());
        for making in waiting.drain(..) {
            rows.push((making.call, making.first));
            holds.push((making.hold, making.made));
        }
        match till.books.store.create_reservations(&rows).await {
            Ok(left_out) => made(rows, holds, left_out, &book),
            Err(error) => {
                tracing::error!(%error, "reservations were not written");
                for ((call, _), waiting) in rows.into_iter().zip(holds) {
                    failed(call, waiting, &error, &till, &book).await;
                }
            }
        }
    }
}

fn made(
    rows: Vec<(HeldCall, Option<Remembered>)>,
    holds: Vec<Waiting>,
    left_out: Vec<LeftOut>,
    book: &Mutex<Book>,
) {
    let mut left_out: HashMap<usize, Why> = left_out
        .into_iter()
        .map(|LeftOut { row, why }| (row, why))
        .collect();
    for (place, ((call, _), (hold, made))) in rows.into_iter().zip(holds).enumerate() {
        let known = match left_out.remove(&place) {
            Some(Why::Known(known)) => Some(known),
            Some(Why::Gone) => None,
            None => {
                book.lock().insert(call, Some(hold));
                None
            }
        };
        // A service that hung up leaves its reservation to the time limit.
        let _ = made.send(Ok(known));
    }
}

/// Whether a failed commit reached the disk is unknown: the disk is asked. What is
/// there, or may be, is held until it lapses: a retry under its key gets it.
async fn failed(
    call: HeldCall,
    (hold, made): Waiting,
    error: &StoreError,
    till: &Till,
    book: &Mutex<Book>,
) {
    match till.books.store.reservation(&call.public_id).await {
        Ok(None) => drop(hold),
        Ok(Some(_)) | Err(_) => book.lock().insert(call, Some(hold)),
    }
    let _ = made.send(Err(StoreError::Transient(error.to_string())));
}
