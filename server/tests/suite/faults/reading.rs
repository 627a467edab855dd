//! Disks that cannot be read under the running process: what it does not know by heart
//! it cannot vouch for, so calls are refused, and nothing that was said before is lost.

use super::Broken;
use super::retries::call;
use super::service::{
    Answer, CALLS, Service, at_once, charged, free, restarted, start, the_same, told_the_truth,
};
use super::streams::{Saw, ended, stream};
use crate::support::process::file;
use crate::support::stage::ledger::Deed;
use tempfile::TempDir;

/// Another program writes: what the process kept in memory of pages is old.
fn makes_memory_old(folder: &TempDir) {
    let other = rusqlite::Connection::open(file(folder.path())).unwrap();
    let touch = "BEGIN; UPDATE day_rules SET release = release || ' ';
                 UPDATE day_rules SET release = rtrim(release); COMMIT;";
    other.execute_batch(touch).unwrap();
}

/// One of each that is charged under a name of its own, on a disk that is whole.
async fn used() -> (Broken, Service, Vec<Deed>) {
    let (it, service) = start(CALLS).await;
    let deeds = vec![
        call(&service, "call").await.charged("call"),
        charged("event", &service.record("event").await),
        ended("stream", stream(&service, "stream", false).await),
    ];
    (it, service, deeds)
}

#[tokio::test]
async fn what_a_disk_that_cannot_be_read_refuses_is_charged_once_when_it_is_told_again() {
    let (it, mut service, mut deeds) = used().await;
    let held = service.held("held").await;
    it.breaks("unreadable");
    makes_memory_old(&it.folder);
    for _ in 0..2 {
        let (told, saw, answers) = futures::join!(
            call(&service, "late call"),
            stream(&service, "late stream", false),
            at_once(2, || service.settle(&held, "succeeded")),
        );
        told.assert_doubtful();
        assert!(matches!(saw, Saw::Cut | Saw::Told(50_000, _)), "{saw:?}");
        answers.iter().for_each(Answer::assert_refused);
        service.record("late event").await.assert_refused();
        service.reserve("late held").await.assert_refused();
        // Whether it was made before is not known either.
        call(&service, "call").await.assert_doubtful();
    }
    it.process.wait_until(503).await;
    it.is_mended();
    it.process.wait_until(200).await;
    let settled = the_same(at_once(2, || service.settle(&held, "succeeded")).await);
    let late = service.held("late held").await;
    deeds.extend([
        call(&service, "late call").await.charged("late call"),
        ended("late stream", stream(&service, "late stream", false).await),
        charged("held", &settled),
        charged("late event", &service.record("late event").await),
        charged("late held", &service.settle(&late, "succeeded").await),
    ]);
    assert!(call(&service, "call").await.replayed);
    it.process.kill();
    let process = restarted(&it.folder, &mut service).await;
    deeds.extend(service.spend_the_rest().await);
    process.kill();
    told_the_truth(&it.folder, &deeds);
}

#[tokio::test]
async fn a_process_that_is_killed_on_a_disk_that_cannot_be_read_loses_nothing() {
    let (it, mut service, mut deeds) = used().await;
    it.breaks("unreadable");
    makes_memory_old(&it.folder);
    call(&service, "late").await.assert_doubtful();
    service.record("late").await.assert_refused();
    it.process.kill();
    let process = restarted(&it.folder, &mut service).await;
    deeds.push(call(&service, "late").await.charged("late"));
    deeds.extend(service.spend_the_rest().await);
    process.kill();
    told_the_truth(&it.folder, &deeds);
}

/// Before any call has come: the probe reads by itself.
#[tokio::test]
async fn a_disk_that_cannot_be_read_is_seen_by_the_probe_and_keys_are_not_said_to_be_wrong() {
    let (it, service) = start(CALLS).await;
    it.breaks("unreadable");
    it.process.wait_until(503).await;
    makes_memory_old(&it.folder);
    let refused = call(&service, "call").await;
    refused.assert_doubtful();
    service.record("event").await.assert_refused();
    it.is_mended();
    it.process.wait_until(200).await;
    let mut deeds = vec![call(&service, "call").await.charged("call"), free("event")];
    deeds.extend(service.spend_the_rest().await);
    it.process.kill();
    told_the_truth(&it.folder, &deeds);
}
