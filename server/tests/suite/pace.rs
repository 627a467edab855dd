//! The pace of an account (`product.md` §2.9): where services hold its calls, and the
//! ceiling in the envelope of the gateway.

use crate::meter::Metered;
use crate::support::search_body;
use allowance::config::ErrorCodes;
use allowance::domain::usage::Outcome;
use reqwest::Response;
use serde_json::{Value, json};

async fn reserve(it: &Metered, key: &str) -> Response {
    it.request("reserve", &it.token)
        .header("idempotency-key", key)
        .body(it.event().to_string())
        .send()
        .await
        .unwrap()
}

#[tokio::test]
async fn faster_than_advised_a_reservation_is_made_and_warned_of() {
    let it = Metered::start().await;
    for call in 0..10 {
        let response = reserve(&it, &call.to_string()).await;
        assert_eq!(response.status(), 200);
        assert!(!response.headers().contains_key("x-ratelimit-warning"));
    }
    let response = reserve(&it, "one more").await;
    assert_eq!(response.status(), 200);
    assert_eq!(
        response.headers()["x-ratelimit-warning"],
        "more than the advised 10 calls a second"
    );
    // A retry is no call, and what took place is only told.
    let retry = reserve(&it, "one more").await;
    assert!(!retry.headers().contains_key("x-ratelimit-warning"));
    assert_eq!(it.record(&it.event()).await.0, 200);
}

#[tokio::test]
async fn over_the_ceiling_a_reservation_is_refused_until_its_time() {
    let it = Metered::start_with(|config| config.gateway.max_per_second = Some(2)).await;
    for key in ["a", "b"] {
        assert_eq!(reserve(&it, key).await.status(), 200);
    }
    let refused = reserve(&it, "c").await;
    assert_eq!(refused.status(), 429);
    assert_eq!(refused.headers()["retry-after"], "1");
    let problem: Value = refused.json().await.unwrap();
    assert_eq!(problem["code"], json!("too_fast"));
    // What was made before is answered all the same.
    assert_eq!(reserve(&it, "b").await.status(), 200);
    it.it.clock.advance(1_000);
    assert_eq!(reserve(&it, "c").await.status(), 200);
}

#[tokio::test]
async fn over_the_ceiling_a_call_is_told_in_the_envelope_when_to_come_again() {
    for codes in [ErrorCodes::Seed, ErrorCodes::Y2026] {
        let it = Metered::start_with(|config| {
            config.gateway.max_per_second = Some(2);
            config.gateway.error_codes = codes;
        })
        .await;
        let call = async |retry: &str| {
            let address = format!("{}/api/openmem/v1/search/memory", it.it.address);
            let request = reqwest::Client::new().post(address);
            let request = request.header("authorization", format!("Token {}", it.secret));
            let request = request.header("idempotency-key", retry);
            let response = request.body(search_body().to_string()).send().await;
            response.unwrap()
        };
        for retry in ["a", "b"] {
            let envelope: Value = call(retry).await.json().await.unwrap();
            assert_eq!(envelope["code"], 0);
        }
        let refused = call("c").await;
        assert_eq!(refused.status(), 200);
        assert_eq!(refused.headers()["retry-after"], "1");
        // It is the pace that stops it, and not the quota.
        assert_eq!(refused.headers()["ratelimit"], "\"searchMemory\";r=998");
        let envelope: Value = refused.json().await.unwrap();
        assert_eq!(envelope["code"], 40_300);
        let message = envelope["message"].as_str().unwrap();
        assert!(message.ends_with("Try again in 1 s."), "{message}");
        assert_eq!(it.left().await, 998);
        let latest = it.it.calls(&it.ann).await[0];
        assert_eq!(latest, (Outcome::Blocked, 40_300));
        assert_eq!(it.it.upstream.seen().len(), 2);
        // What was made before is answered all the same.
        let again = call("b").await;
        assert_eq!(again.headers()["idempotency-replayed"], "true");
        it.it.clock.advance(1_000);
        let envelope: Value = call("c").await.json().await.unwrap();
        assert_eq!(envelope["code"], 0);
        it.it.assert_verified().await;
    }
}
