//! `kill -9` under streams of server-sent events: who saw the end of one finds it
//! charged, who was cut is charged at most once, and nothing stays held
//! (`product.md` §3).

use crate::crash_calls::{a_random_moment, seed};
use crate::support::process::{Process, assert_verified};
use crate::support::stage::ledger::{Deed, Fate, assert_told_the_truth};
use crate::support::stage::upstream::End;
use crate::support::stage::{self, Stage, request_id};
use futures::future::join_all;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use reqwest::Response;
use serde_json::Value;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::sync::Semaphore;

const ROUNDS: usize = 10;
const CONNECTIONS: u64 = 12;
/// Calls of the API that is scarce.
const FEW: usize = 10;

/// What a client saw of a stream.
#[derive(Debug, PartialEq, Eq)]
enum Saw {
    /// Its end, of the call with this id.
    End(String),
    /// That it was made before, as the call with this id.
    Before(String),
    /// Nothing, or no end.
    Cut,
}

fn is_stream(response: &Response) -> bool {
    response.headers()["content-type"] == "text/event-stream"
}

/// Reads to the end that the client sees.
async fn read(response: Response) -> Saw {
    let (id, streams) = (request_id(&response), is_stream(&response));
    let Ok(text) = response.text().await else {
        return Saw::Cut;
    };
    if streams {
        assert!(
            text.ends_with("data: [DONE]\n\n"),
            "an end that is none: {text}"
        );
        return Saw::End(id);
    }
    let envelope: Value = serde_json::from_str(&text).unwrap();
    let message = envelope["message"].as_str().unwrap();
    let before = message.split_once("charged once, as ");
    let id = before.and_then(|(_, rest)| Some(rest.split_once(',')?.0));
    assert!(id.is_some(), "{message}");
    Saw::Before(id.unwrap().to_owned())
}

/// A stream that was begun, and its end if it was seen.
struct Begun {
    name: String,
    /// Whether it has an `Idempotency-Key`, and is sent again.
    keyed: bool,
    ended: Option<String>,
}

struct Caller {
    number: u64,
    stage: Arc<Stage>,
    chance: ChaCha8Rng,
    begun: Vec<Begun>,
}

impl Caller {
    async fn ask(&self, client: &reqwest::Client, address: &str, call: &Begun) -> Saw {
        let place = (address, "plenty");
        let mut request = self.stage.call(client, place, &call.name, End::Trickles);
        if call.keyed {
            request = request.header("idempotency-key", &call.name);
        }
        match request.send().await {
            Ok(response) => read(response).await,
            Err(_) => Saw::Cut,
        }
    }

    /// Reads streams until the process is gone. First those again that were cut under
    /// a key.
    async fn stream_until_gone(mut self, address: String, ended: Arc<Semaphore>) -> Self {
        let client = reqwest::Client::new();
        if !self.again(&client, &address).await {
            return self;
        }
        loop {
            let mut call = Begun {
                name: format!("stream-{}-{}", self.number, self.begun.len()),
                keyed: self.chance.random_range(0..3) == 0,
                ended: None,
            };
            let saw = self.ask(&client, &address, &call).await;
            let is_gone = saw == Saw::Cut;
            match saw {
                Saw::End(id) => call.ended = Some(id),
                Saw::Before(_) => panic!("{} is new", call.name),
                Saw::Cut => {}
            }
            self.begun.push(call);
            if is_gone {
                return self;
            }
            ended.add_permits(1);
        }
    }

    /// Sends what was cut again, where it has a key. Whether the process outlived it.
    async fn again(&mut self, client: &reqwest::Client, address: &str) -> bool {
        for place in 0..self.begun.len() {
            let call = &self.begun[place];
            if !call.keyed || call.ended.is_some() {
                continue;
            }
            match self.ask(client, address, call).await {
                Saw::End(id) | Saw::Before(id) => self.begun[place].ended = Some(id),
                Saw::Cut => return false,
            }
        }
        true
    }

    /// Whoever asks under a key whose stream ended is told so.
    async fn assert_known(&self, client: &reqwest::Client, address: &str) {
        for call in self.begun.iter().filter(|call| call.keyed) {
            let id = call.ended.clone().unwrap();
            assert_eq!(self.ask(client, address, call).await, Saw::Before(id));
        }
    }

    fn deeds(self) -> impl Iterator<Item = Deed> {
        self.begun.into_iter().map(|call| Deed {
            kind: "stream",
            name: call.name,
            fate: call.ended.map_or(Fate::Unknown, Fate::Charged),
            logged: None,
        })
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_kill_a_stream_whose_end_was_seen_is_charged_and_one_that_was_cut_at_most_once() {
    let seed = seed(12);
    let folder = TempDir::new().unwrap();
    let stage = Arc::new(stage::set(folder.path(), &[("plenty", 1_000_000)]).await);
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    let mut callers: Vec<Caller> = (0..CONNECTIONS)
        .map(|number| Caller {
            number,
            stage: Arc::clone(&stage),
            chance: ChaCha8Rng::seed_from_u64(seed * 1_000 + number),
            begun: Vec::new(),
        })
        .collect();
    for _ in 0..ROUNDS {
        let process = stage::serve(folder.path()).await;
        let ended = Arc::new(Semaphore::new(0));
        let load: Vec<_> = callers
            .drain(..)
            .map(|caller| {
                let (address, ended) = (process.address.clone(), Arc::clone(&ended));
                tokio::spawn(caller.stream_until_gone(address, ended))
            })
            .collect();
        a_random_moment(&mut chance, &ended, 40).await;
        process.kill();
        let gone = join_all(load).await.into_iter();
        callers = gone.map(Result::unwrap).collect();
    }
    let process = stage::serve(folder.path()).await;
    let client = reqwest::Client::new();
    for caller in &mut callers {
        assert!(caller.again(&client, &process.address).await);
        caller.assert_known(&client, &process.address).await;
    }
    process.kill();

    assert_verified(folder.path());
    let deeds: Vec<Deed> = callers.into_iter().flat_map(Caller::deeds).collect();
    let cut = deeds
        .iter()
        .filter(|deed| deed.fate == Fate::Unknown)
        .count();
    println!("{} streams, {cut} without an end", deeds.len());
    assert_told_the_truth(folder.path(), &deeds);
    assert!(0 < cut && cut < deeds.len(), "this proves nothing");
}

/// One call of the scarce API, that is answered at once: its code and id.
async fn call(
    stage: &Stage,
    client: &reqwest::Client,
    process: &Process,
    name: &str,
) -> (i64, Deed) {
    let place = (process.address.as_str(), "few");
    let request = stage.call(client, place, name, End::Answers);
    let response = request.send().await.unwrap();
    let id = request_id(&response);
    let envelope: Value = response.json().await.unwrap();
    let code = envelope["code"].as_i64().unwrap();
    let (fate, logged) = match code {
        0 => (Fate::Charged(id), None),
        _ => (Fate::Free, Some(id)),
    };
    let deed = Deed {
        kind: "call",
        name: name.to_owned(),
        fate,
        logged,
    };
    (code, deed)
}

#[tokio::test]
async fn a_kill_in_the_midst_of_streams_charges_none_and_leaves_no_call_held() {
    let folder = TempDir::new().unwrap();
    let stage = stage::set(folder.path(), &[("few", u32::try_from(FEW).unwrap())]).await;
    let client = reqwest::Client::new();
    let process = stage::serve(folder.path()).await;
    let mut streams = Vec::new();
    let mut deeds = Vec::new();
    for n in 0..FEW {
        let name = format!("stream-{n}");
        let place = (process.address.as_str(), "few");
        let request = stage.call(&client, place, &name, End::GoesOn);
        let mut response = request.send().await.unwrap();
        assert!(is_stream(&response));
        assert_eq!(response.chunk().await.unwrap().unwrap(), "data: a\n\n");
        streams.push(response);
        deeds.push(Deed {
            kind: "stream",
            name,
            fate: Fate::Free,
            logged: None,
        });
    }
    // They hold all that there is.
    let (code, deed) = call(&stage, &client, &process, "one-more").await;
    assert_eq!(code, 40_300);
    deeds.push(deed);
    process.kill();
    for mut stream in streams {
        assert!(stream.chunk().await.is_err(), "no end that looks like one");
    }

    let process = stage::serve(folder.path()).await;
    for n in 0..=FEW {
        let name = format!("after-{n}");
        let (code, deed) = call(&stage, &client, &process, &name).await;
        assert_eq!(code == 0, n < FEW, "{name}: {code}");
        deeds.push(deed);
    }
    process.kill();
    assert_verified(folder.path());
    assert_told_the_truth(folder.path(), &deeds);
}
