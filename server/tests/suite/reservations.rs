//! Calls that a service holds and settles (`product.md` §4) over HTTP.

use crate::meter::{Metered, read, token};
use crate::support::NOW;
use allowance::actions::AskedGrant;
use allowance::assembly::{Parts, Server, assemble};
use allowance::clock::Clock;
use allowance::config::Config;
use allowance::domain::accounts::Role;
use allowance::domain::store::{Idempotency, RequestLog, Reservations, Store};
use allowance::domain::usage::Outcome;
use allowance::metering::{Settled, Settlement};
use futures::future::join_all;
use serde_json::{Value, json};
use std::sync::Arc;

const DAY: i64 = 24 * 3_600_000;

const SUCCESS: Settlement = Settlement {
    outcome: Outcome::Succeeded,
    code: 0,
    tokens: None,
    latency_ms: 5,
};

impl Metered {
    async fn reserve(&self) -> String {
        let (status, said) = self.post("reserve", &self.event()).await;
        assert_eq!(status, 200, "{said}");
        said["reservation"].as_str().unwrap().to_owned()
    }

    async fn settle(&self, reservation: &str, outcome: &str) -> (u16, Value) {
        let body = json!({ "reservation": reservation, "outcome": outcome, "latency_ms": 5 });
        self.post("settle", &body).await
    }

    /// Calls that are held.
    async fn held(&self) -> i64 {
        let quota = self.it.server.metering.quota(self.ann.id).await.unwrap();
        quota[1].reserved
    }

    /// The same database under another server, as after a restart.
    async fn restarted(&self) -> Server {
        let store: Arc<dyn Store> = Arc::new(self.it.store.clone());
        let clock: Arc<dyn Clock> = self.it.clock.clone();
        let parts = Parts {
            config: Config::default(),
            store,
            clock,
            upstream: self.it.upstream.address.clone(),
            demo: Vec::new(),
        };
        assemble(parts).await.unwrap()
    }
}

#[tokio::test]
async fn a_reservation_holds_a_call_until_it_is_settled() {
    let it = Metered::start().await;
    let asked = json!({
        "key": it.key, "api": "searchMemory", "tokens": 9, "end_user": "zoë",
        "expires_in_ms": 60_000,
    });
    let (status, said) = it.post("reserve", &asked).await;
    assert_eq!(
        (status, &said["expires_at"]),
        (200, &json!("2026-11-24T10:41:00.000Z")),
        "{said}"
    );
    assert_eq!((it.held().await, it.left().await), (1, 1_000));
    let reservation = said["reservation"].as_str().unwrap();
    let (status, first) = it.settle(reservation, "succeeded").await;
    assert_eq!((status, &first["status"]), (200, &json!("charged")));
    assert_eq!((it.held().await, it.left().await), (0, 999));
    let id = first["request_id"].as_str().unwrap();
    let row = it.it.store.call(it.ann.id, id).await.unwrap().unwrap();
    assert_eq!(
        (row.tokens, row.latency_ms, row.end_user.as_deref(), row.at),
        (9, 5, Some("zoë"), NOW)
    );
    // A retry gets the same answer; another outcome does not.
    assert_eq!(it.settle(reservation, "succeeded").await, (200, first));
    let (status, problem) = it.settle(reservation, "failed").await;
    assert_eq!(
        (status, &problem["code"]),
        (409, &json!("settled_otherwise"))
    );

    let failed = it.reserve().await;
    assert_eq!(it.settle(&failed, "failed").await.1["status"], "released");
    assert_eq!(it.settle(&failed, "failed").await.1["status"], "released");
    assert_eq!((it.held().await, it.left().await), (0, 999));
    it.it.assert_verified().await;
}

#[tokio::test]
async fn a_reservation_that_nobody_settles_lapses_and_a_late_success_is_not_dropped() {
    let it = Metered::start().await;
    it.leave(2).await;
    let late = [it.reserve().await, it.reserve().await];
    let (status, problem) = it.post("reserve", &it.event()).await;
    assert_eq!((status, &problem["code"]), (429, &json!("quota_exhausted")));
    it.it.clock.advance(600_000);
    it.it.server.reservations.lapse().await;
    assert_eq!((it.held().await, it.left().await), (0, 2));
    // Charged anew, and then the other finds nothing left.
    let (_, said) = it.settle(&late[0], "succeeded").await;
    assert_eq!(said["status"], "charged");
    assert_eq!(it.settle(&late[0], "succeeded").await.1, said);
    it.leave(0).await;
    let (_, said) = it.settle(&late[1], "succeeded").await;
    assert_eq!(said["status"], "overage");
    assert_eq!(it.settle(&late[1], "succeeded").await.1, said);
    let id = said["request_id"].as_str().unwrap();
    let row = it.it.store.call(it.ann.id, id).await.unwrap().unwrap();
    assert_eq!((row.outcome, row.code), (Outcome::Blocked, 40_300));
    it.it.assert_verified().await;
}

#[tokio::test]
async fn calls_that_are_only_held_are_not_said_to_be_used() {
    let it = Metered::start().await;
    it.leave(2).await;
    let held = [it.reserve().await, it.reserve().await];
    let (status, problem) = it.post("reserve", &it.event()).await;
    assert_eq!((status, &problem["code"]), (429, &json!("quota_exhausted")));
    let words = "last 2 searchMemory calls of this account are held";
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains(words), "{detail}");
    let envelope = it.it.search(&it.secret).await;
    assert_eq!(envelope["code"], 40_300);
    let message = envelope["message"].as_str().unwrap();
    assert!(message.contains(words), "{message}");
    for reservation in held {
        it.settle(&reservation, "failed").await;
    }
    assert_eq!(it.it.search(&it.secret).await["code"], 0);
    it.it.assert_verified().await;
}

#[tokio::test]
async fn too_many_tokens_are_refused_before_a_call_and_when_it_is_settled() {
    let it = Metered::start().await;
    let long = json!({ "key": it.key, "api": "searchMemory", "tokens": 4_001 });
    let (status, problem) = it.post("reserve", &long).await;
    assert_eq!((status, &problem["code"]), (422, &json!("input_too_long")));
    // As every call whose key is known, it is in the log.
    assert_eq!(it.it.calls(&it.ann).await, [(Outcome::Rejected, 40_302)]);

    let reservation = it.reserve().await;
    let long = json!({ "reservation": reservation, "tokens": 4_001 });
    let (status, problem) = it.post("settle", &long).await;
    assert_eq!((status, &problem["code"]), (422, &json!("input_too_long")));
    assert_eq!((it.held().await, it.left().await), (1, 1_000));
    let (_, said) = it.settle(&reservation, "succeeded").await;
    assert_eq!(said["status"], "charged");
    it.it.assert_verified().await;
}

#[tokio::test]
async fn what_an_ended_grant_held_before_a_restart_is_charged_to_it_after() {
    let it = Metered::start().await;
    it.leave(0).await;
    let root = it.it.account("root@example.com", Role::Owner).await;
    let trial = AskedGrant {
        api: "searchMemory",
        calls: "1",
        reason: "trial",
        expires: "2026-11-25",
        ..Default::default()
    };
    let by = (&root).into();
    let actions = &it.it.server.actions;
    actions.grant(&by, &it.ann.public_id, trial).await.unwrap();
    // Two minutes before the grant's end, and two after.
    it.it.clock.advance(DAY + DAY / 2 + 78 * 60_000);
    let reservation = it.reserve().await;
    it.it.clock.advance(4 * 60_000);
    let after = it.restarted().await;
    after.metering.turn().await.unwrap();
    let settled = after.reservations.settle(&reservation, |_| true, SUCCESS);
    assert_eq!(settled.await.unwrap().status, Settled::Charged);
    it.it.assert_verified().await;
}

#[tokio::test]
async fn a_restart_neither_frees_nor_leaks_what_is_held() {
    let it = Metered::start().await;
    it.leave(3).await;
    let kept = [it.reserve().await, it.reserve().await];
    let after = it.restarted().await;
    let quota = after.metering.quota(it.ann.id).await.unwrap();
    assert_eq!((quota[1].reserved, quota[1].remaining()), (2, 3));
    let settled = after.reservations.settle(&kept[0], |_| true, SUCCESS).await;
    assert_eq!(settled.unwrap().status, Settled::Charged);
    it.it.clock.advance(600_000);
    after.reservations.lapse().await;
    let quota = after.metering.quota(it.ann.id).await.unwrap();
    assert_eq!((quota[1].reserved, quota[1].remaining()), (0, 2));
    let settled = after.reservations.settle(&kept[1], |_| true, SUCCESS).await;
    assert_eq!(settled.unwrap().status, Settled::Charged);
    // One that was settled before another restart is known as such.
    let again = it.restarted().await;
    let settled = again.reservations.settle(&kept[0], |_| true, SUCCESS).await;
    assert_eq!(settled.unwrap().status, Settled::Charged);
    let quota = again.metering.quota(it.ann.id).await.unwrap();
    assert_eq!((quota[1].reserved, quota[1].remaining()), (0, 1));
    it.it.assert_verified().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn retries_of_a_reservation_hold_one_call() {
    let it = Metered::start().await;
    // One is left: no retry may be told that nothing is.
    it.leave(1).await;
    let send = async |body: Value| {
        let request = it
            .request("reserve", &it.token)
            .header("idempotency-key", "r-1");
        read(request.body(body.to_string()).send().await.unwrap()).await
    };
    let (_, first) = send(it.event()).await;
    let racing = join_all((0..20).map(|_| send(it.event()))).await;
    for (status, said) in racing {
        assert_eq!((status, &said), (200, &first));
    }
    assert_eq!(it.held().await, 1);
    let other = json!({ "key": it.key, "api": "searchMemory", "tokens": 1 });
    let (status, problem) = send(other).await;
    assert_eq!((status, &problem["code"]), (409, &json!("id_reused")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn racing_reservations_settlements_and_time_limits_charge_each_call_once() {
    let it = Metered::start().await;
    it.leave(50).await;
    let event = it.event();
    let reserved = join_all((0..200).map(|_| it.post("reserve", &event))).await;
    let held: Vec<String> = reserved
        .iter()
        .filter(|(status, _)| *status == 200)
        .map(|(_, said)| said["reservation"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(held.len(), 50);
    it.it.clock.advance(600_000);
    let lapsing = async {
        for _ in 0..20 {
            it.it.server.reservations.lapse().await;
            tokio::task::yield_now().await;
        }
    };
    let settling = join_all(
        held.iter()
            .chain(&held)
            .map(|id| it.settle(id, "succeeded")),
    );
    let ((), settled) = futures::join!(lapsing, settling);
    assert!(
        settled
            .iter()
            .all(|(status, said)| *status == 200 && said["status"] == "charged")
    );
    for (first, second) in settled[..50].iter().zip(&settled[50..]) {
        assert_eq!(first, second);
    }
    assert_eq!((it.held().await, it.left().await), (0, 0));
    it.it.assert_verified().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn racing_first_reservations_under_one_key_get_one_answer() {
    let it = Metered::start().await;
    it.leave(1).await;
    let send = async || {
        let request = it
            .request("reserve", &it.token)
            .header("idempotency-key", "r-1");
        let response = request.body(it.event().to_string()).send().await;
        read(response.unwrap()).await
    };
    let racing = join_all((0..20).map(|_| send())).await;
    for answer in &racing {
        assert_eq!((answer.0, answer), (200, &racing[0]));
    }
    assert_eq!(it.held().await, 1);
    let calls = it.it.calls(&it.ann).await;
    assert!(
        calls
            .iter()
            .all(|(outcome, _)| *outcome != Outcome::Blocked)
    );
}

#[tokio::test]
async fn what_is_over_is_forgotten_and_nothing_else() {
    let it = Metered::start().await;
    // More than is forgotten at once.
    for batch in 0..3 {
        let failed = |n: usize| {
            let mut event = it.named(&format!("old-{batch}-{n}"));
            event["outcome"] = json!("failed");
            event
        };
        let events: Vec<Value> = (0..800).map(failed).collect();
        assert_eq!(it.record(&json!(events)).await.0, 200);
    }
    let old = it.reserve().await;
    it.it.clock.advance(600_000);
    it.it.server.reservations.lapse().await;
    it.it.clock.advance(2 * DAY);
    it.record(&it.named("young")).await;
    let young = it.reserve().await;
    it.it.clock.advance(600_000);
    it.it.server.reservations.lapse().await;
    it.it.server.reservations.sweep().await;

    let store = &it.it.store;
    let today = it.it.clock.now().div_euclid(DAY);
    assert_eq!(store.forget_keys_before(today).await.unwrap(), 0);
    assert_eq!(store.last_key_day().await.unwrap(), Some(today));
    assert_eq!(store.reservation(&old).await.unwrap(), None);
    assert!(store.reservation(&young).await.unwrap().is_some());
    let (_, said) = it.settle(&old, "succeeded").await;
    assert_eq!(said["code"], "unknown_reservation");
    assert_eq!(it.settle(&young, "succeeded").await.1["status"], "charged");
    assert_eq!(it.record(&it.named("young")).await.1["status"], "duplicate");
    it.it.assert_verified().await;
}

#[tokio::test]
async fn a_reservation_that_makes_no_sense_is_refused_with_a_sentence() {
    let it = Metered::start().await;
    let with = |field: &str, value: Value| {
        let mut event = it.event();
        event[field] = value;
        event
    };
    for (body, status, words) in [
        (json!({}), 422, "key"),
        (json!([it.key, "searchMemory"]), 422, "JSON object"),
        (with("tokens", json!(4_001)), 422, "4,000"),
        (with("expires_in_ms", json!(999)), 422, "1000"),
        (with("expires_in_ms", json!(600_001)), 422, "600000"),
        (with("end_user", json!("a".repeat(101))), 422, "100"),
        (with("api", json!("nothing")), 422, "getMessage"),
        (with("key", json!("key_nobody")), 422, "no such API key"),
        (with("wait", json!(true)), 422, "wait"),
        (with("end_user", json!("a".repeat(20_000))), 413, "16384"),
    ] {
        let (found, problem) = it.post("reserve", &body).await;
        let detail = problem["detail"].as_str().unwrap();
        assert_eq!((found, detail.contains(words)), (status, true), "{problem}");
    }
    for id in [
        "rsv_nothing",
        "nothing",
        &format!("rsv_{}", "a".repeat(100)),
    ] {
        assert_eq!(
            it.settle(id, "succeeded").await.1["code"],
            "unknown_reservation"
        );
    }
    assert_eq!(it.held().await, 0);

    // A token that may only record, and one of another account.
    let record = token(&it.it, "meter:record", "", "").await;
    let request = it.request("reserve", &record).body(it.event().to_string());
    let (status, problem) = read(request.send().await.unwrap()).await;
    assert_eq!((status, &problem["code"]), (403, &json!("scope_missing")));
    it.it.account("ben@example.com", Role::Developer).await;
    let bens = token(&it.it, "meter:write", "ben@example.com", "").await;
    let reservation = it.reserve().await;
    let steal = json!({ "reservation": reservation }).to_string();
    for _ in 0..2 {
        let request = it.request("settle", &bens).body(steal.clone());
        let (status, problem) = read(request.send().await.unwrap()).await;
        assert_eq!(
            (status, &problem["code"]),
            (404, &json!("unknown_reservation"))
        );
        // The second time, it is settled already.
        it.settle(&reservation, "succeeded").await;
    }
    it.it
        .server
        .actions
        .set_key_disabled(&it.ann, &it.key, true)
        .await
        .unwrap();
    let (status, problem) = it.post("reserve", &it.event()).await;
    assert_eq!((status, &problem["code"]), (422, &json!("key_refused")));
    it.it.assert_verified().await;
}
