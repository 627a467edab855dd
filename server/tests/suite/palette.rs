//! The command palette's places.

use crate::support::TestServer;
use allowance::domain::accounts::Role;
use reqwest::Method;
use serde_json::Value;

#[tokio::test]
async fn the_palette_offers_the_accounts_own_projects_and_keys() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let ben = it.account("ben@example.com", Role::Developer).await;
    it.key(&ann, "Ann's “<b>key</b>” 🎉").await;
    it.key(&ben, "Ben's key").await;
    let browser = it.browser("ann@example.com").await;
    let answer = browser
        .request(Method::GET, "/palette.json")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let places: Vec<Value> = answer.json().await.unwrap();
    let kinds: Vec<_> = places.iter().map(|place| &place["kind"]).collect();
    assert_eq!(kinds, ["project", "key"]);
    assert_eq!(places[1]["name"], "Ann's “<b>key</b>” 🎉");
    let path = places[1]["path"].as_str().unwrap();
    assert!(path.starts_with("/keys/key_"), "{path}");
    assert_eq!(places[1]["section"], "/keys");
}

#[tokio::test]
async fn a_script_of_a_stranger_is_told_to_sign_in_by_the_status() {
    let it = TestServer::start().await;
    for path in ["/palette.json", "/usage/live"] {
        let answer = reqwest::get(format!("{}{path}", it.address)).await.unwrap();
        assert_eq!(answer.status(), 401, "{path}");
    }
}
