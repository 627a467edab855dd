//! Streams on disks that fail (`product.md` §3): one whose charge cannot be written has
//! no end that looks like one, and is not charged. When the fault is gone, streams work
//! again.

use super::Broken;
use super::service::{CALLS, Service, free, restarted, start, start_as, told_the_truth};
use crate::support::stage::ledger::{Deed, Fate, assert_told_the_truth};
use crate::support::stage::request_id;
use crate::support::stage::upstream::End;
use crate::support::{Behaviour, Script, StubUpstream};
use futures::future::join_all;
use reqwest::Response;
use serde_json::Value;

/// What a client saw of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Saw {
    /// Its end, of the call with this id.
    End(String),
    /// Some of what the upstream said, and then no end.
    Cut,
    /// No stream: a code of the envelope, and its message.
    Told(i64, String),
}

fn is_stream(response: &Response) -> bool {
    response.headers()["content-type"]
        .as_bytes()
        .starts_with(b"text/event-stream")
}

/// Reads a stream of the stage's upstream.
async fn read(mut response: Response) -> Saw {
    let id = request_id(&response);
    if !is_stream(&response) {
        let envelope: Value = response.json().await.unwrap();
        let message = envelope["message"].as_str().unwrap().to_owned();
        return Saw::Told(envelope["code"].as_i64().unwrap(), message);
    }
    let mut heard = Vec::new();
    let end = loop {
        match response.chunk().await {
            Ok(Some(piece)) => heard.extend_from_slice(&piece),
            Ok(None) => break Saw::End(id),
            Err(_) => break Saw::Cut,
        }
    };
    let all = b"data: a\n\ndata: [DONE]\n\n";
    assert!(all.starts_with(&heard), "{heard:?}");
    assert!(end == Saw::Cut || heard == all, "{heard:?}");
    end
}

/// A call that is answered by a stream; under a key of its own name, if it is to have one.
async fn ask(service: &Service, name: &str, keyed: bool) -> Response {
    let place = (service.address.as_str(), "few");
    let stage = &service.stage;
    let mut request = stage.call(&service.client, place, name, End::Streams);
    if keyed {
        request = request.header("idempotency-key", name);
    }
    request.send().await.unwrap()
}

pub async fn stream(service: &Service, name: &str, keyed: bool) -> Saw {
    read(ask(service, name, keyed).await).await
}

#[track_caller]
pub fn ended(name: &str, saw: Saw) -> Deed {
    let Saw::End(id) = saw else {
        panic!("{name}: {saw:?}");
    };
    Deed {
        fate: Fate::Charged(id),
        ..free(name)
    }
}

async fn outlived(fault: &str) {
    let (it, service) = start(CALLS).await;
    let mut deeds = vec![ended("before", stream(&service, "before", false).await)];
    it.breaks(fault);
    let names = ["a", "b", "c", "d"];
    // What was cut is asked for again before the disk is mended, too.
    for _ in 0..2 {
        let cut = join_all(names.map(|name| stream(&service, name, name < "c"))).await;
        assert_eq!(cut, [const { Saw::Cut }; 4]);
    }
    it.process.wait_until(503).await;
    it.is_mended();
    it.process.wait_until(200).await;
    for name in names {
        deeds.push(ended(name, stream(&service, name, name < "c").await));
    }
    // Whoever asks under a key whose stream ended is told so, and not charged.
    for (name, deed) in names.iter().zip(&deeds[1..3]) {
        let Fate::Charged(id) = &deed.fate else {
            panic!("{deed:?}");
        };
        let told = stream(&service, name, true).await;
        let words = format!("charged once, as {id}");
        assert!(
            matches!(&told, Saw::Told(40_000, message) if message.contains(&words)),
            "{told:?}"
        );
    }
    deeds.extend(service.spend_the_rest().await);
    it.process.kill();
    told_the_truth(&it.folder, &deeds);
}

#[tokio::test]
async fn streams_that_a_full_disk_cannot_charge_are_cut_and_free_and_work_again() {
    outlived("full").await;
}

#[tokio::test]
async fn streams_that_a_read_only_disk_cannot_charge_are_cut_and_free_and_work_again() {
    outlived("read-only").await;
}

#[tokio::test]
async fn streams_that_a_disk_cannot_sync_are_cut_and_free_and_work_again() {
    outlived("fsync").await;
}

#[tokio::test]
async fn a_stream_that_was_cut_by_the_disk_is_free_after_a_kill_and_charged_when_it_comes_again() {
    for fault in ["full", "fsync"] {
        let (it, mut service) = start(CALLS).await;
        let before = ended("before", stream(&service, "before", true).await);
        it.breaks(fault);
        assert_eq!(stream(&service, "again", true).await, Saw::Cut);
        it.process.kill();
        let deeds = [before, free("again")];
        assert_told_the_truth(it.folder.path(), &deeds);
        let [before, _] = deeds;

        let process = restarted(&it.folder, &mut service).await;
        let again = ended("again", stream(&service, "again", true).await);
        let mut deeds = vec![before, again];
        deeds.extend(service.spend_the_rest().await);
        process.kill();
        told_the_truth(&it.folder, &deeds);
    }
}

#[tokio::test]
async fn a_slow_disk_delays_the_ends_of_streams_and_cuts_none() {
    let (it, service) = start(CALLS).await;
    it.breaks("slow");
    let names: Vec<String> = (0..CALLS).map(|n| format!("stream-{n}")).collect();
    let saw = join_all(names.iter().map(|name| stream(&service, name, false))).await;
    it.is_mended();
    let mut deeds: Vec<Deed> = names
        .iter()
        .zip(saw)
        .map(|(name, saw)| ended(name, saw))
        .collect();
    deeds.extend(service.spend_the_rest().await);
    it.process.kill();
    told_the_truth(&it.folder, &deeds);
}

/// A process before an upstream whose streams the test leads.
async fn led() -> (Broken, Service, StubUpstream) {
    let upstream = StubUpstream::start().await;
    let arguments = ["serve", "--upstream", &upstream.address];
    let (it, service) = start_as(&arguments, CALLS).await;
    (it, service, upstream)
}

/// A stream that has begun.
async fn begun(service: &Service, upstream: &StubUpstream, name: &str) -> (Response, Script) {
    let (behaviour, script) = Behaviour::streams();
    upstream.behave(behaviour);
    let mut response = ask(service, name, false).await;
    assert!(is_stream(&response));
    heard(&mut response, &script, "data: begun\n\n").await;
    (response, script)
}

/// The upstream says something, and the client hears it.
async fn heard(response: &mut Response, script: &Script, event: &'static str) {
    script.say(event);
    assert_eq!(response.chunk().await.unwrap().unwrap(), event);
}

#[tokio::test]
async fn a_disk_that_breaks_and_is_mended_under_a_stream_changes_nothing_of_it() {
    let (it, service, upstream) = led().await;
    let (mut response, script) = begun(&service, &upstream, "under").await;
    let id = request_id(&response);
    let (mut other, cut) = begun(&service, &upstream, "cut").await;
    it.breaks("full");
    heard(&mut response, &script, "data: broken\n\n").await;
    heard(&mut other, &cut, "data: broken\n\n").await;
    drop(cut);
    assert!(other.chunk().await.is_err(), "no end that looks like one");
    // Its charge is not lost with the other's: the account was read again meanwhile.
    heard(&mut response, &script, "data: still\n\n").await;
    it.process.wait_until(503).await;
    it.is_mended();
    it.process.wait_until(200).await;
    heard(&mut response, &script, "data: mended\n\n").await;
    drop(script);
    assert_eq!(response.chunk().await.unwrap(), None);
    let mut deeds = vec![ended("under", Saw::End(id)), free("cut")];
    deeds.extend(service.spend_the_rest().await);
    it.process.kill();
    told_the_truth(&it.folder, &deeds);
}

#[tokio::test]
async fn a_stream_that_ends_while_another_holds_the_database_is_cut_and_free() {
    let (it, service, upstream) = led().await;
    let (mut response, script) = begun(&service, &upstream, "cut").await;
    let path = crate::support::process::file(it.folder.path());
    let other = rusqlite::Connection::open(path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    heard(&mut response, &script, "data: held\n\n").await;
    drop(script);
    assert!(
        response.chunk().await.is_err(),
        "no end that looks like one"
    );
    other.execute_batch("ROLLBACK").unwrap();
    it.process.wait_until(200).await;
    let mut deeds = vec![free("cut")];
    deeds.extend(service.spend_the_rest().await);
    it.process.kill();
    told_the_truth(&it.folder, &deeds);
}
