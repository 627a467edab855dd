//! A service that tells of calls, to a process whose disk may fail.

use super::Broken;
use crate::support::process::{Process, assert_verified};
use crate::support::stage::ledger::{Deed, Fate, assert_told_the_truth};
use crate::support::stage::{self, Stage};
use futures::future::join_all;
use serde_json::{Value, json};
use std::future::Future;
use tempfile::TempDir;

/// Calls that there are.
pub const CALLS: u32 = 20;
const MINUTE_MS: u64 = 60_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub said: Value,
    retry_after: bool,
}

impl Answer {
    /// The service is told that nothing was done, in a way that it understands.
    #[track_caller]
    pub fn assert_refused(&self) {
        assert_eq!(self.status, 503, "{self:?}");
        assert_eq!(self.said["code"], "not_recorded", "{self:?}");
        assert!(self.retry_after, "{self:?}");
    }

    #[track_caller]
    pub fn text(&self, field: &str) -> String {
        assert_eq!(self.status, 200, "{self:?}");
        self.said[field].as_str().unwrap().to_owned()
    }
}

/// A service, and the process that it tells of calls.
pub struct Service {
    pub client: reqwest::Client,
    pub stage: Stage,
    pub address: String,
}

impl Service {
    pub async fn post(&self, path: &str, key: Option<&str>, body: Value) -> Answer {
        let address = &self.address;
        let request = self
            .client
            .post(format!("{address}/v1/meter/{path}"))
            .bearer_auth(&self.stage.token)
            .json(&body);
        let request = match key {
            Some(key) => request.header("idempotency-key", key),
            None => request,
        };
        let response = request.send().await.unwrap();
        Answer {
            status: response.status().as_u16(),
            retry_after: response.headers().contains_key("retry-after"),
            said: response.json().await.unwrap(),
        }
    }

    pub async fn reserve_for(&self, name: &str, milliseconds: u64) -> Answer {
        let asked = json!({
            "key": self.stage.key, "api": "few", "end_user": name, "expires_in_ms": milliseconds,
        });
        self.post("reserve", Some(name), asked).await
    }

    pub async fn reserve(&self, name: &str) -> Answer {
        self.reserve_for(name, MINUTE_MS).await
    }

    /// A call that is held, for sure.
    pub async fn held(&self, name: &str) -> String {
        self.reserve(name).await.text("reservation")
    }

    pub async fn settle(&self, reservation: &str, outcome: &str) -> Answer {
        let end = json!({ "reservation": reservation, "outcome": outcome });
        self.post("settle", None, end).await
    }

    pub fn event(&self, name: &str) -> Value {
        json!({ "id": name, "key": self.stage.key, "api": "few", "end_user": name })
    }

    pub async fn record(&self, name: &str) -> Answer {
        self.post("record", None, self.event(name)).await
    }

    /// Records calls until none is left. Answers what was charged.
    pub async fn spend_the_rest(&self) -> Vec<Deed> {
        let mut spent = Vec::new();
        loop {
            let name = format!("rest-{}", spent.len());
            let answer = self.record(&name).await;
            if answer.status != 200 {
                assert_eq!(answer.said["code"], "quota_exhausted", "{answer:?}");
                spent.push(free(&name));
                return spent;
            }
            spent.push(charged(&name, &answer));
        }
    }
}

#[track_caller]
pub fn charged(name: &str, answer: &Answer) -> Deed {
    Deed {
        kind: "metered call",
        name: name.to_owned(),
        fate: Fate::Charged(answer.text("request_id")),
        logged: None,
    }
}

pub fn free(name: &str) -> Deed {
    Deed {
        kind: "metered call",
        name: name.to_owned(),
        fate: Fate::Free,
        logged: None,
    }
}

/// All of it at once, several times.
pub async fn at_once<T>(times: usize, of: impl Fn() -> T) -> Vec<Answer>
where
    T: Future<Output = Answer>,
{
    join_all((0..times).map(|_| of())).await
}

/// One answer, whoever asked.
#[track_caller]
pub fn the_same(answers: Vec<Answer>) -> Answer {
    assert!(answers.iter().all(|it| *it == answers[0]), "{answers:?}");
    answers[0].clone()
}

pub async fn start(calls: u32) -> (Broken, Service) {
    start_as(&["serve"], calls).await
}

/// The same of another command that serves.
pub async fn start_as(arguments: &[&str], calls: u32) -> (Broken, Service) {
    let folder = TempDir::new().unwrap();
    let stage = stage::set(folder.path(), &[("few", calls)]).await;
    let it = Broken::serve(folder, arguments).await;
    let service = Service {
        client: it.client.clone(),
        stage,
        address: it.process.address.clone(),
    };
    (it, service)
}

/// The same folder under a process whose disk is whole.
pub async fn restarted(folder: &TempDir, service: &mut Service) -> Process {
    let process = stage::serve(folder.path()).await;
    service.address.clone_from(&process.address);
    process
}

/// The ledger says what was said, and no call was lost: all that there were are charged.
#[track_caller]
pub fn told_the_truth(folder: &TempDir, deeds: &[Deed]) {
    assert_verified(folder.path());
    assert_told_the_truth(folder.path(), deeds);
    let charged = |deed: &&Deed| matches!(deed.fate, Fate::Charged(_));
    let charged = deeds.iter().filter(charged).count();
    assert_eq!(charged, usize::try_from(CALLS).unwrap(), "{deeds:?}");
}
