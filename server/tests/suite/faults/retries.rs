//! Calls with an `Idempotency-Key` on disks that fail (`product.md` §2.5): refused with
//! a code, told honestly that they may have been charged, and charged once when they
//! come again.

use super::service::{CALLS, Service, free, restarted, start, told_the_truth};
use crate::support::process::file;
use crate::support::stage::ledger::{Deed, Fate};
use crate::support::stage::request_id;
use crate::support::stage::upstream::End;
use futures::future::join_all;
use serde_json::Value;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    id: String,
    pub code: i64,
    message: String,
    /// With its number: no two answers of the upstream are the same.
    data: Value,
    pub replayed: bool,
    retry_after: bool,
}

impl Told {
    /// It may have been charged, and its retry under its key is free.
    #[track_caller]
    pub fn assert_doubtful(&self) {
        assert_eq!(self.code, 50_000, "{self:?}");
        assert!(self.retry_after, "{self:?}");
        for words in [
            "If it was charged, the request log shows it",
            "with the same Idempotency-Key it is charged once",
        ] {
            assert!(self.message.contains(words), "{self:?}");
        }
    }

    #[track_caller]
    pub fn charged(&self, name: &str) -> Deed {
        assert_eq!(self.code, 0, "{self:?}");
        Deed {
            fate: Fate::Charged(self.id.clone()),
            ..free(name)
        }
    }
}

/// A call under a key that is its name.
pub async fn call(service: &Service, name: &str) -> Told {
    let place = (service.address.as_str(), "few");
    let stage = &service.stage;
    let request = stage.call(&service.client, place, name, End::Answers);
    let response = request
        .header("idempotency-key", name)
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    let has = |header: &str| response.headers().contains_key(header);
    let (replayed, retry_after) = (has("idempotency-replayed"), has("retry-after"));
    let id = request_id(&response);
    let envelope: Value = response.json().await.unwrap();
    Told {
        id,
        code: envelope["code"].as_i64().unwrap(),
        message: envelope["message"].as_str().unwrap().to_owned(),
        data: envelope["data"].clone(),
        replayed,
        retry_after,
    }
}

async fn four_at_once(service: &Service, name: &str) -> Vec<Told> {
    join_all((0..4).map(|_| call(service, name))).await
}

/// All of one call: made once, and given again to the others.
#[track_caller]
fn once(told: &[Told]) -> &Told {
    let first: Vec<&Told> = told.iter().filter(|it| !it.replayed).collect();
    assert_eq!(first.len(), 1, "{told:?}");
    for it in told {
        let same = (&it.id, it.code, &it.data) == (&first[0].id, 0, &first[0].data);
        assert!(same, "{told:?}");
    }
    first[0]
}

/// Its call is the one that was made before.
#[track_caller]
fn assert_again(again: &Told, first: &Told) {
    assert!(again.replayed, "{again:?}");
    assert_eq!((&again.id, &again.data), (&first.id, &first.data));
}

async fn outlived(fault: &str) {
    let (it, mut service) = start(CALLS).await;
    let before = call(&service, "before").await;
    it.breaks(fault);
    for _ in 0..2 {
        let refused = four_at_once(&service, "late").await;
        refused.iter().for_each(Told::assert_doubtful);
    }
    // What was said before stands, and is said again.
    assert_again(&call(&service, "before").await, &before);
    it.process.wait_until(503).await;
    it.is_mended();
    it.process.wait_until(200).await;
    let late = four_at_once(&service, "late").await;
    let late = once(&late);
    it.process.kill();

    let process = restarted(&it.folder, &mut service).await;
    assert_again(&call(&service, "before").await, &before);
    assert_again(&call(&service, "late").await, late);
    let mut deeds = vec![before.charged("before"), late.charged("late")];
    deeds.extend(service.spend_the_rest().await);
    process.kill();
    told_the_truth(&it.folder, &deeds);
}

#[tokio::test]
async fn a_call_with_a_key_that_a_full_disk_refuses_is_charged_once_when_it_comes_again() {
    outlived("full").await;
}

#[tokio::test]
async fn a_call_with_a_key_that_a_read_only_disk_refuses_is_charged_once_when_it_comes_again() {
    outlived("read-only").await;
}

#[tokio::test]
async fn a_call_with_a_key_that_a_disk_cannot_sync_is_charged_once_when_it_comes_again() {
    outlived("fsync").await;
}

#[tokio::test]
async fn a_call_with_a_key_that_was_refused_before_a_kill_is_charged_once_after_it() {
    for fault in ["full", "fsync"] {
        let (it, mut service) = start(CALLS).await;
        let before = call(&service, "before").await;
        it.breaks(fault);
        call(&service, "late").await.assert_doubtful();
        it.process.kill();

        let process = restarted(&it.folder, &mut service).await;
        let late = four_at_once(&service, "late").await;
        let late = once(&late);
        let mut deeds = vec![before.charged("before"), late.charged("late")];
        deeds.extend(service.spend_the_rest().await);
        process.kill();
        told_the_truth(&it.folder, &deeds);
    }
}

#[tokio::test]
async fn calls_under_one_key_wait_for_a_slow_disk_and_are_one() {
    let (it, service) = start(CALLS).await;
    it.breaks("slow");
    let told = four_at_once(&service, "one").await;
    it.is_mended();
    let mut deeds = vec![once(&told).charged("one")];
    deeds.extend(service.spend_the_rest().await);
    it.process.kill();
    told_the_truth(&it.folder, &deeds);
}

#[tokio::test]
async fn a_call_with_a_key_that_is_refused_while_another_holds_the_database_is_charged_once() {
    let (it, service) = start(CALLS).await;
    let before = call(&service, "before").await;
    let other = rusqlite::Connection::open(file(it.folder.path())).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    call(&service, "late").await.assert_doubtful();
    assert_again(&call(&service, "before").await, &before);
    other.execute_batch("ROLLBACK").unwrap();
    it.process.wait_until(200).await;
    let late = four_at_once(&service, "late").await;
    let mut deeds = vec![before.charged("before"), once(&late).charged("late")];
    deeds.extend(service.spend_the_rest().await);
    it.process.kill();
    told_the_truth(&it.folder, &deeds);
}
