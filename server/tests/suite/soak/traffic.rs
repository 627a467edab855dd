//! Who sends what: calls through the gateway, events, reservations, and what staff
//! and developers change meanwhile.

use super::stage::{COOKIE, Cast};
use crate::support::stage::ledger::{Deed, Fate};
use crate::support::stage::request_id;
use crate::support::stage::upstream::End;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::{Semaphore, watch};

/// Milliseconds after which a reservation lapses: the least that is allowed.
const HELD_MS: u64 = 1_000;

/// What all that send have in common.
pub struct Common {
    pub cast: Cast,
    /// Where the process is now.
    pub address: watch::Receiver<String>,
    pub is_over: AtomicBool,
    /// A permit for each thing that was answered.
    pub answered: Semaphore,
    /// Between two of one sender.
    pub pause: Duration,
    pub next: AtomicUsize,
}

/// One that sends, one thing after the other.
pub struct Sender {
    common: Arc<Common>,
    client: reqwest::Client,
    chance: ChaCha8Rng,
    deeds: Vec<Deed>,
    /// Events that were recorded before: they are sent again now and then.
    events: Vec<(Value, String)>,
}

impl Sender {
    pub fn new(common: Arc<Common>, seed: u64) -> Self {
        Self {
            common,
            client: reqwest::Client::new(),
            chance: ChaCha8Rng::seed_from_u64(seed),
            deeds: Vec::new(),
            events: Vec::new(),
        }
    }

    /// Sends until all is over.
    pub async fn run(mut self) -> Vec<Deed> {
        while !self.common.is_over.load(Ordering::Relaxed) {
            match self.below(8) {
                0 | 1 => self.call().await,
                2 => self.keyed_call().await,
                3 => self.stream().await,
                4 => self.event().await,
                5 => self.batch().await,
                _ => self.held_call().await,
            }
            self.common.answered.add_permits(1);
            tokio::time::sleep(self.common.pause).await;
        }
        self.deeds
    }

    /// Has staff give and revoke calls, and the developer set caps, until all is over.
    pub async fn change(mut self) {
        let page = format!("/admin/accounts/{}", self.common.cast.stage.account);
        let cap = format!("/keys/{}/cap", self.common.cast.stage.key);
        while !self.common.is_over.load(Ordering::Relaxed) {
            let (staff, developer) = (
                self.common.cast.staff.clone(),
                self.common.cast.developer.clone(),
            );
            let calls = self.chance.random_range(1..8).to_string();
            match self.below(4) {
                0 => {
                    let recurs = ["", "day"][self.below(2)];
                    let fields = [
                        ("api", "scarce"),
                        ("calls", &calls),
                        ("reason", "soak"),
                        ("recurs", recurs),
                    ];
                    self.post_form(&staff, &format!("{page}/grants"), &fields)
                        .await;
                }
                1 => {
                    let listed = self.read_page(&staff, &page).await;
                    let revoke = |part: &str| {
                        let id = &part[..part.find("/revoke")?];
                        (id.len() < 40).then(|| format!("{page}/grants/{id}/revoke"))
                    };
                    let action = listed
                        .as_deref()
                        .and_then(|text| text.split("/grants/").find_map(revoke));
                    if let Some(path) = action {
                        self.post_form(&staff, &path, &[]).await;
                    }
                }
                2 => {
                    let fields = [
                        ("api", "plenty"),
                        ("calls", calls.as_str()),
                        ("period", "day"),
                    ];
                    self.post_form(&developer, &cap, &fields).await;
                }
                _ => {
                    let fields = [("api", "plenty"), ("calls", ""), ("period", "day")];
                    self.post_form(&developer, &cap, &fields).await;
                }
            }
            tokio::time::sleep(self.common.pause * 4).await;
        }
    }

    async fn post_form(&self, cookie: &str, path: &str, fields: &[(&str, &str)]) {
        let answer = self.sent(|client, address| {
            let request = client.post(format!("{address}{path}"));
            request
                .header("cookie", format!("{COOKIE}={cookie}"))
                .header("sec-fetch-site", "same-origin")
                .form(fields)
        });
        if let Some(answer) = answer.await {
            assert!(
                answer.status().as_u16() != 500,
                "{path}: {}",
                answer.status()
            );
        }
    }

    async fn read_page(&self, cookie: &str, path: &str) -> Option<String> {
        let answer = self.sent(|client, address| {
            let request = client.get(format!("{address}{path}"));
            request.header("cookie", format!("{COOKIE}={cookie}"))
        });
        answer.await?.text().await.ok()
    }

    fn below(&mut self, end: usize) -> usize {
        self.chance.random_range(0..end)
    }

    fn name(&self) -> String {
        format!("soak-{}", self.common.next.fetch_add(1, Ordering::Relaxed))
    }

    fn did(&mut self, kind: &'static str, name: String, fate: Fate, logged: Option<String>) {
        self.deeds.push(Deed {
            kind,
            name,
            fate,
            logged,
        });
    }

    fn api(&mut self) -> &'static str {
        ["plenty", "plenty", "scarce"][self.below(3)]
    }

    /// Sends a request once; nothing, if no answer came. Then the process was
    /// killed, or is about to be: what comes next waits for another.
    async fn sent(
        &self,
        request: impl Fn(&reqwest::Client, &str) -> RequestBuilder,
    ) -> Option<Response> {
        let mut address = self.common.address.clone();
        let now = address.borrow_and_update().clone();
        let sent = request(&self.client, &now).send().await;
        if sent.is_err() {
            self.wait_for_another(&mut address).await;
        }
        sent.ok()
    }

    async fn wait_for_another(&self, address: &mut watch::Receiver<String>) {
        // It may have come already, or be the same one that hung up.
        let _ = tokio::time::timeout(Duration::from_secs(1), address.changed()).await;
    }

    /// Sends JSON to the metering API until it is answered.
    async fn metered(&self, path: &str, key: Option<&str>, body: &Value) -> (u16, Value) {
        loop {
            let answer = self.sent(|client, address| {
                let request = client
                    .post(format!("{address}/v1/meter/{path}"))
                    .bearer_auth(&self.common.cast.stage.token)
                    .json(body);
                match key {
                    Some(key) => request.header("idempotency-key", key),
                    None => request,
                }
            });
            let Some(answer) = answer.await else { continue };
            let status = answer.status().as_u16();
            // 503: nothing was done, try again.
            if let Some(said) = answer.json::<Value>().await.ok().filter(|_| status != 503) {
                return (status, said);
            }
        }
    }

    async fn asked(&self, api: &str, name: &str, end: End, key: Option<&str>) -> Option<Response> {
        self.sent(|client, address| {
            let request = self
                .common
                .cast
                .stage
                .call(client, (address, api), name, end);
            match key {
                Some(key) => request.header("idempotency-key", key),
                None => request,
            }
        })
        .await
    }

    /// A call that is sent once, whatever comes of it.
    async fn call(&mut self) {
        let (api, name) = (self.api(), self.name());
        let end = [End::Answers, End::Answers, End::Fails, End::Refuses][self.below(4)];
        let answered = match self.asked(api, &name, end, None).await {
            Some(response) => envelope(response).await,
            None => None,
        };
        let (fate, logged) = match answered {
            _ if end != End::Answers => (Fate::Free, answered.map(|(_, id)| id)),
            Some((0, id)) => (Fate::Charged(id), None),
            Some((_, id)) => (Fate::Free, Some(id)),
            None => (Fate::Unknown, None),
        };
        self.did("call", name, fate, logged);
    }

    /// A call under a key: sent until it is answered, and then again now and then.
    async fn keyed_call(&mut self) {
        let (api, name) = (self.api(), self.name());
        let mut answers = Vec::new();
        for _ in 0..=self.below(3) {
            let answer = loop {
                let response = self.asked(api, &name, End::Answers, Some(&name)).await;
                if let Some(response) = response
                    && let Some(answer) = envelope(response).await
                {
                    break answer;
                }
            };
            answers.push(answer);
        }
        // What was refused is tried again; after a success there is one answer.
        let first = answers.iter().find(|(code, _)| *code == 0).cloned();
        let fate = match first {
            Some(first) => {
                let mut later = answers.iter().skip_while(|answer| **answer != first);
                assert!(later.all(|answer| *answer == first), "{name}: {answers:?}");
                Fate::Charged(first.1)
            }
            None => Fate::Free,
        };
        self.did("call with a key", name, fate, None);
    }

    async fn stream(&mut self) {
        let (api, name) = (self.api(), self.name());
        let end = [End::Streams, End::Streams, End::Cuts][self.below(3)];
        let mut fate = Fate::Unknown;
        let mut logged = None;
        if let Some(response) = self.asked(api, &name, end, None).await {
            let id = request_id(&response);
            let streams = response.headers()["content-type"]
                .to_str()
                .unwrap()
                .contains("event-stream");
            match response.text().await {
                Ok(text) if streams && text.contains("[DONE]") => fate = Fate::Charged(id),
                // A refusal.
                Ok(_) if !streams => (fate, logged) = (Fate::Free, Some(id)),
                _ => {}
            }
        }
        if end == End::Cuts {
            assert!(!matches!(fate, Fate::Charged(_)), "{name} was cut");
            fate = Fate::Free;
        }
        self.did("stream", name, fate, logged);
    }

    fn new_event(&mut self) -> (Value, String) {
        let name = self.name();
        let outcome = ["succeeded", "succeeded", "failed"][self.below(3)];
        let event = json!({
            "id": name, "key": self.common.cast.stage.key, "api": self.api(), "tokens": 1,
            "outcome": outcome, "end_user": name,
        });
        (event, name)
    }

    /// Takes in what was answered of a new event.
    fn recorded(&mut self, (event, name): (Value, String), said: &Value) {
        let id = said["request_id"].as_str();
        let fate = match id {
            Some(id) if event["outcome"] == "succeeded" => Fate::Charged(id.into()),
            _ => Fate::Free,
        };
        if let Some(id) = id {
            self.events.push((event, id.to_owned()));
        }
        self.did("event", name, fate, id.map(str::to_owned));
    }

    async fn event(&mut self) {
        let event = self.new_event();
        let (_, said) = self.metered("record", None, &event.0).await;
        self.recorded(event, &said);
    }

    /// New events, and some that were recorded before.
    async fn batch(&mut self) {
        let new: Vec<_> = (0..=self.below(6)).map(|_| self.new_event()).collect();
        let mut again = Vec::new();
        for _ in 0..self.below(3) {
            if !self.events.is_empty() {
                let place = self.below(self.events.len());
                again.push(self.events[place].clone());
            }
        }
        let all: Vec<&Value> = new.iter().chain(&again).map(|(event, _)| event).collect();
        let (status, said) = self.metered("record", None, &json!(all)).await;
        assert_eq!(status, 200, "{said}");
        let results = said["results"].as_array().unwrap();
        for ((event, first), result) in again.iter().zip(&results[new.len()..]) {
            assert_eq!(result["status"], "duplicate", "{event}");
            assert_eq!(result["request_id"], **first, "{event}");
        }
        for (event, result) in new.into_iter().zip(results) {
            self.recorded(event, result);
        }
    }

    /// A call that is held, and then settled, or left to its time limit.
    async fn held_call(&mut self) {
        let (api, name) = (self.api(), self.name());
        let asked = json!({
            "key": self.common.cast.stage.key, "api": api, "end_user": name, "expires_in_ms": HELD_MS,
        });
        let (status, said) = self.metered("reserve", Some(&name), &asked).await;
        let Some(reservation) = said["reservation"].as_str() else {
            assert_eq!(status, 429, "{said}");
            self.did("held call", name, Fate::Free, None);
            return;
        };
        if self.below(3) == 0 {
            let again = self.metered("reserve", Some(&name), &asked).await;
            assert_eq!(again, (200, said.clone()), "{name}");
        }
        if self.below(4) == 0 {
            self.did("held call", name, Fate::Free, None);
            return;
        }
        if self.below(8) == 0 {
            // It lapses first.
            tokio::time::sleep(Duration::from_millis(HELD_MS + 500)).await;
        }
        let outcome = ["succeeded", "succeeded", "failed"][self.below(3)];
        let end = json!({ "reservation": reservation, "outcome": outcome });
        let settled = self.metered("settle", None, &end).await;
        assert_eq!(settled.0, 200, "{name}: {}", settled.1);
        if self.below(3) == 0 {
            assert_eq!(self.metered("settle", None, &end).await, settled, "{name}");
        }
        let id = settled.1["request_id"].as_str().unwrap().to_owned();
        let fate = match settled.1["status"].as_str().unwrap() {
            "charged" => Fate::Charged(id.clone()),
            _ => Fate::Free,
        };
        self.did("held call", name, fate, Some(id));
    }
}

/// Code and request id; nothing, if the answer broke off.
async fn envelope(response: Response) -> Option<(i64, String)> {
    let id = request_id(&response);
    let envelope: Value = response.json().await.ok()?;
    Some((envelope["code"].as_i64().unwrap(), id))
}
