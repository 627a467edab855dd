//! The pace of an account (`product.md` §2.9), where services hold its calls.

use crate::meter::Metered;
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
