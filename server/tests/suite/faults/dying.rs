//! A process that dies with its disk: what it refused was not charged, whatever it had
//! written by then, and is charged once when it is told again.

use super::service::{
    CALLS, Service, at_once, charged, free, restarted, start, the_same, told_the_truth,
};
use crate::support::process::file;
use crate::support::stage::ledger::{Deed, Fate, assert_told_the_truth};
use crate::support::stage::request_id;
use crate::support::stage::upstream::End;
use futures::future::join_all;
use serde_json::Value;
use tempfile::TempDir;

/// What reaches the broken disk last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Last {
    Call,
    Event,
    Reservation,
    Settlement,
}

impl Last {
    const ALL: [Self; 4] = [Self::Call, Self::Event, Self::Reservation, Self::Settlement];
}

const NAME: &str = "refused";

/// A call through the gateway: its code and id.
async fn call(service: &Service) -> (i64, String) {
    let place = (service.address.as_str(), "few");
    let request = service
        .stage
        .call(&service.client, place, NAME, End::Answers);
    let response = request.send().await.unwrap();
    let id = request_id(&response);
    let envelope: Value = response.json().await.unwrap();
    (envelope["code"].as_i64().unwrap(), id)
}

async fn died_of(fault: &str, last: Last) {
    let (it, mut service) = start(CALLS).await;
    let kept = service.held("kept").await;
    let before = service.settle(&kept, "succeeded").await;
    let held = match last {
        Last::Settlement => service.held(NAME).await,
        _ => String::new(),
    };
    it.breaks(fault);
    match last {
        Last::Call => assert_eq!(call(&service).await.0, 50_000),
        Last::Event => service.record(NAME).await.assert_refused(),
        Last::Reservation => service.reserve(NAME).await.assert_refused(),
        Last::Settlement => service.settle(&held, "succeeded").await.assert_refused(),
    }
    it.process.kill();
    let deeds = [charged("kept", &before), free(NAME)];
    assert_told_the_truth(it.folder.path(), &deeds);
    assert_eq!(
        held_on_disk(&it.folder),
        i64::from(last == Last::Settlement)
    );

    let process = restarted(&it.folder, &mut service).await;
    assert_eq!(service.settle(&kept, "succeeded").await, before);
    let again = match last {
        Last::Call => {
            let (code, id) = call(&service).await;
            assert_eq!(code, 0);
            Deed {
                fate: Fate::Charged(id),
                ..free(NAME)
            }
        }
        Last::Event => {
            let recorded = service.record(NAME).await;
            assert_eq!(recorded.text("status"), "recorded");
            charged(NAME, &recorded)
        }
        Last::Reservation => {
            let held = the_same(at_once(2, || service.reserve(NAME)).await);
            let held = held.text("reservation");
            charged(NAME, &service.settle(&held, "succeeded").await)
        }
        Last::Settlement => {
            let settled = the_same(at_once(2, || service.settle(&held, "succeeded")).await);
            assert_eq!(settled.text("status"), "charged");
            charged(NAME, &settled)
        }
    };
    let mut deeds = vec![charged("kept", &before), again];
    deeds.extend(service.spend_the_rest().await);
    process.kill();
    told_the_truth(&it.folder, &deeds);
}

fn held_on_disk(folder: &TempDir) -> i64 {
    let connection = rusqlite::Connection::open(file(folder.path())).unwrap();
    let held = connection.query_row("SELECT count(*) FROM reservations", [], |row| row.get(0));
    held.unwrap()
}

#[tokio::test]
async fn what_a_full_disk_refused_is_not_charged_after_a_kill_and_once_when_it_is_told_again() {
    join_all(Last::ALL.map(|last| died_of("full", last))).await;
}

#[tokio::test]
async fn what_a_disk_could_not_sync_is_not_charged_after_a_kill_and_once_when_it_is_told_again() {
    join_all(Last::ALL.map(|last| died_of("fsync", last))).await;
}
