//! Caps of keys and projects over HTTP, and what the gateway says of them.

use super::keys::{TO_MIDNIGHT, shown_secret, stage};
use crate::support::{TestServer, search_body};

#[tokio::test]
async fn a_cap_stops_a_key_and_says_which_and_until_when() {
    let mut it = stage().await;
    let secret = it.secret.clone();
    assert_eq!(it.code(&secret).await, 0);
    let cap = [("api", "searchMemory"), ("calls", "3"), ("period", "day")];
    let page = it.post("/cap", &cap).await;
    assert!(page.at.ends_with("?done=cap-set"), "{}", page.at);
    page.assert_has("1 of 3 today");
    let post = |it: &TestServer, key: &str| {
        let key = key.to_owned();
        let address = it.address.clone();
        async move {
            reqwest::Client::new()
                .post(format!("{address}/api/openmem/v1/search/memory"))
                .header("authorization", format!("Token {key}"))
                .json(&search_body())
                .send()
                .await
                .unwrap()
        }
    };
    let response = post(&it.it, &secret).await;
    assert_eq!(
        response.headers()["ratelimit"],
        "\"searchMemory\";r=1;t=48000"
    );
    assert_eq!(
        response.headers()["ratelimit-policy"],
        "\"searchMemory\";q=3"
    );
    assert_eq!(it.code(&secret).await, 0);

    let blocked = post(&it.it, &secret).await;
    assert_eq!(
        blocked.headers()["ratelimit"],
        "\"searchMemory\";r=0;t=48000"
    );
    assert_eq!(blocked.headers()["retry-after"], "48000");
    let blocked: serde_json::Value = blocked.json().await.unwrap();
    assert_eq!(blocked["code"], 40_300);
    let message = blocked["message"].as_str().unwrap();
    for part in [
        "the cap of this API key, 3 searchMemory calls a day",
        "starts anew at 2026-11-25T00:00:00Z",
        &it.page,
    ] {
        assert!(message.contains(part), "{message}");
    }
    // Another key of the account, and another API, go on; a new day begins anew.
    let other = it.it.key(&it.ann, "Other").await;
    assert_eq!(it.code(&other).await, 0);
    it.it.clock.advance(TO_MIDNIGHT);
    assert_eq!(it.code(&secret).await, 0);
    assert_eq!(it.it.remaining(&it.ann, "searchMemory").await, 995);
    it.it.assert_verified().await;

    // No number, no cap.
    let none = [("api", "searchMemory"), ("calls", " "), ("period", "day")];
    it.post("/cap", &none).await.assert_has_not("today");
    assert_eq!(it.audited().await[..2], ["key.capped", "key.created"]);
}

#[tokio::test]
async fn a_project_s_cap_holds_for_all_its_keys() {
    let mut it = stage().await;
    let (secret, project) = (it.secret.clone(), it.project().await);
    let other = it.it.key(&it.ann, "Other").await;
    let path = format!("/projects/{project}/cap");
    let cap = [("api", "searchMemory"), ("calls", "2"), ("period", "total")];
    let page = it.browser.post(&path, &cap).await;
    page.assert_has("0 of 2 in all");
    assert_eq!((it.code(&secret).await, it.code(&other).await), (0, 0));
    let blocked = it.it.search(&other).await;
    assert_eq!(blocked["code"], 40_300);
    let message = blocked["message"].as_str().unwrap();
    assert!(message.contains("this API key's project"), "{message}");
    assert!(
        message.contains(&format!("/projects/{project}")),
        "{message}"
    );
    it.browser
        .open(&it.page.clone())
        .await
        .assert_has("2 of 2 in all");
}

#[tokio::test]
async fn a_cap_that_makes_no_sense_is_answered_in_words_and_keeps_what_was_typed() {
    let mut it = stage().await;
    for (calls, text) in [
        ("many", "whole number"),
        ("-1", "from 0 to"),
        ("99999999999", "from 0 to"),
    ] {
        let cap = [
            ("api", "searchMemory"),
            ("calls", calls),
            ("period", "week"),
        ];
        let page = it.post("/cap", &cap).await;
        assert_eq!(page.status, 422, "{calls}");
        page.assert_has(text);
        page.assert_has(&format!("value=\"{calls}\""));
    }
    // Another window was faster.
    let cap = |calls| {
        [
            ("api", "searchMemory"),
            ("calls", calls),
            ("period", "week"),
            ("was-cap", ""),
        ]
    };
    assert_eq!(it.post("/cap", &cap("5")).await.status, 200);
    let page = it.post("/cap", &cap("6")).await;
    assert_eq!(page.status, 409);
    page.assert_has("set to 5 each week");
    page.assert_has("name=\"was-cap\" value=\"5/week\"");
}

#[tokio::test]
async fn a_key_can_be_born_with_a_cap() {
    let mut it = stage().await;
    let project = it.project().await;
    let mut fields = vec![
        ("name", "Intern"),
        ("project", project.as_str()),
        ("expires", ""),
        ("cap_calls", "1"),
        ("cap_api", "searchMemory"),
        ("cap_period", "month"),
    ];
    let page = it.browser.post("/keys", &fields).await;
    let secret = shown_secret(&page);
    page.assert_has("0 of 1 this month");
    assert_eq!(
        (it.code(&secret).await, it.code(&secret).await),
        (0, 40_300)
    );
    fields[3].1 = "one";
    let page = it.browser.post("/keys", &fields).await;
    assert_eq!(page.status, 422);
    page.assert_has("value=\"one\"");
}
