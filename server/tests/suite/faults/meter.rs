//! The metering API on disks that fail: what a service is refused it tells again, and
//! it is charged once (`product.md` §4).

use super::service::{
    Answer, CALLS, at_once, charged, free, restarted, start, the_same, told_the_truth,
};
use crate::support::process::{assert_verified, file};
use crate::support::stage::ledger::{Deed, Fate, all_lapsed, assert_told_the_truth};
use allowance::clock::{Clock, SystemClock};
use futures::future::{BoxFuture, join_all};
use serde_json::json;
use std::time::Duration;

async fn outlived(fault: &str) {
    let (it, mut service) = start(CALLS).await;
    let early = service.held("early").await;
    let succeeds = service.held("succeeds").await;
    let fails = service.held("fails").await;
    let waits = service.held("waits").await;
    let before = service.settle(&early, "succeeded").await;
    let recorded = service.record("recorded").await;
    assert_eq!(recorded.text("status"), "recorded");

    it.breaks(fault);
    let batch = || json!([service.event("batch-0"), service.event("batch-1")]);
    // What failed is tried again before the disk is mended, too.
    for _ in 0..2 {
        let (mut refused, alone) = futures::join!(
            at_once(4, || service.settle(&succeeds, "succeeded")),
            join_all([
                Box::pin(service.settle(&fails, "failed")) as BoxFuture<'_, _>,
                Box::pin(service.reserve("late")),
                Box::pin(service.record("event")),
                Box::pin(service.post("record", None, batch())),
            ])
        );
        refused.extend(alone);
        refused.iter().for_each(Answer::assert_refused);
    }
    it.process.wait_until(503).await;
    // What was said before stands, and is said again.
    assert_eq!(service.settle(&early, "succeeded").await, before);
    it.is_mended();
    it.process.wait_until(200).await;

    let settled = at_once(4, || service.settle(&succeeds, "succeeded")).await;
    let settled = the_same(settled);
    assert_eq!(settled.text("status"), "charged");
    let released = service.settle(&fails, "failed").await;
    assert_eq!(released.text("status"), "released");
    let late = the_same(at_once(2, || service.reserve("late")).await).text("reservation");
    let late = service.settle(&late, "succeeded").await;
    let event = service.record("event").await;
    assert_eq!(event.text("status"), "recorded");
    let many = service.post("record", None, batch()).await;
    assert_eq!(many.said["recorded"], 2, "{many:?}");
    let ids = [0, 1].map(|n| many.said["results"][n]["request_id"].as_str().unwrap());
    let mut deeds = vec![
        charged("early", &before),
        charged("recorded", &recorded),
        charged("succeeds", &settled),
        charged("late", &late),
        charged("event", &event),
        free("fails"),
    ];
    deeds.extend([0, 1].map(|n| Deed {
        fate: Fate::Charged(ids[n].to_owned()),
        ..free(&format!("batch-{n}"))
    }));

    it.process.kill();
    let process = restarted(&it.folder, &mut service).await;
    assert_eq!(service.settle(&succeeds, "succeeded").await, settled);
    assert_eq!(service.settle(&fails, "failed").await, released);
    let waited = service.settle(&waits, "succeeded").await;
    assert_eq!(waited.text("status"), "charged");
    deeds.push(charged("waits", &waited));
    deeds.extend(service.spend_the_rest().await);
    process.kill();
    told_the_truth(&it.folder, &deeds);
}

#[tokio::test]
async fn what_a_full_disk_refuses_a_service_is_charged_once_when_it_is_told_again() {
    outlived("full").await;
}

#[tokio::test]
async fn what_a_read_only_disk_refuses_a_service_is_charged_once_when_it_is_told_again() {
    outlived("read-only").await;
}

#[tokio::test]
async fn what_a_disk_that_cannot_sync_refuses_a_service_is_charged_once_when_it_is_told_again() {
    outlived("fsync").await;
}

/// An event that came before needs no room, and its answer says nothing of the disk.
#[tokio::test]
async fn a_full_disk_that_knows_an_event_is_not_taken_for_one_that_is_mended() {
    let (it, service) = start(CALLS).await;
    let before = service.record("before").await;
    it.breaks("full");
    service.record("new").await.assert_refused();
    it.process.wait_until(503).await;
    for _ in 0..3 {
        let again = service.record("before").await;
        assert_eq!(again.text("status"), "duplicate");
        assert_eq!(again.text("request_id"), before.text("request_id"));
        assert_eq!(it.process.readiness().await, 503);
    }
    it.is_mended();
    it.process.wait_until(200).await;
    let new = service.record("new").await;
    let mut deeds = vec![charged("before", &before), charged("new", &new)];
    deeds.extend(service.spend_the_rest().await);
    it.process.kill();
    told_the_truth(&it.folder, &deeds);
}

#[tokio::test]
async fn a_slow_disk_delays_reservations_and_settlements_together_and_fails_none() {
    let (it, service) = start(CALLS).await;
    it.breaks("slow");
    let names: Vec<String> = (0..CALLS).map(|n| format!("held-{n}")).collect();
    // Each twice: a retry comes while the first is still on its way to the disk.
    let held = join_all(names.iter().map(async |name| {
        the_same(at_once(2, || service.reserve(name)).await).text("reservation")
    }));
    let held = held.await;
    let settled = join_all(held.iter().map(async |reservation| {
        the_same(at_once(2, || service.settle(reservation, "succeeded")).await)
    }));
    let settled = settled.await;
    it.is_mended();
    let mut deeds: Vec<Deed> = names
        .iter()
        .zip(&settled)
        .map(|(name, answer)| charged(name, answer))
        .collect();
    deeds.extend(service.spend_the_rest().await);
    it.process.kill();
    told_the_truth(&it.folder, &deeds);
}

#[tokio::test]
async fn what_a_service_is_refused_while_another_holds_the_database_is_charged_by_its_retry() {
    let (it, service) = start(CALLS).await;
    let reservation = service.held("settled").await;
    let other = rusqlite::Connection::open(file(it.folder.path())).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (settled, recorded) = futures::join!(
        service.settle(&reservation, "succeeded"),
        service.record("recorded")
    );
    settled.assert_refused();
    recorded.assert_refused();
    it.process.wait_until(503).await;
    other.execute_batch("ROLLBACK").unwrap();
    it.process.wait_until(200).await;
    let settled = the_same(at_once(2, || service.settle(&reservation, "succeeded")).await);
    let mut deeds = vec![
        charged("settled", &settled),
        charged("recorded", &service.record("recorded").await),
    ];
    deeds.extend(service.spend_the_rest().await);
    it.process.kill();
    told_the_truth(&it.folder, &deeds);
}

#[tokio::test]
async fn a_reservation_that_runs_out_on_a_broken_disk_lapses_when_it_is_mended() {
    // One call, so that it is seen who has it.
    let (it, service) = start(1).await;
    let runs_out = service
        .reserve_for("runs-out", 1_000)
        .await
        .text("reservation");
    let over = SystemClock.now() + 1_000;
    it.breaks("full");
    // Told in time and told late: neither reaches the disk.
    while SystemClock.now() <= over {
        service
            .settle(&runs_out, "succeeded")
            .await
            .assert_refused();
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    service
        .settle(&runs_out, "succeeded")
        .await
        .assert_refused();
    it.is_mended();
    it.process.wait_until(200).await;
    all_lapsed(it.folder.path()).await;
    // Its call is free again, and is held by another.
    let other = loop {
        let answer = service.reserve("other").await;
        if answer.status == 200 {
            break answer.text("reservation");
        }
        assert_eq!(answer.said["code"], "quota_exhausted", "{answer:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    let released = service.settle(&other, "failed").await;
    assert_eq!(released.text("status"), "released");
    // The late success is not dropped, and is charged once.
    let late = the_same(at_once(4, || service.settle(&runs_out, "succeeded")).await);
    assert_eq!(late.text("status"), "charged");
    let mut deeds = vec![free("other"), charged("runs-out", &late)];
    deeds.extend(service.spend_the_rest().await);
    assert_eq!(deeds.len(), 3, "{deeds:?}");
    it.process.kill();
    assert_verified(it.folder.path());
    assert_told_the_truth(it.folder.path(), &deeds);
}
