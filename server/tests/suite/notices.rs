//! Notices: once for each crossing of a threshold.

use crate::support::TestServer;
use allowance::domain::accounts::{Account, Role};
use allowance::domain::store::Notices;

async fn notices(it: &TestServer, account: &Account) -> Vec<(i64, bool)> {
    it.server.metering.drain().await;
    let notices = it.store.notices(account.id, 100).await.unwrap();
    notices
        .iter()
        .map(|notice| (notice.percent, notice.lifted))
        .collect()
}

#[tokio::test]
async fn each_crossing_of_a_threshold_is_told_once_also_after_a_grant_lifted_it() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "One").await;
    let mut browser = it.browser("ann@example.com").await;
    it.burn(&ann, &key, "searchMemory", 799).await;
    assert_eq!(notices(&it, &ann).await, []);
    it.search(&key).await;
    assert_eq!(notices(&it, &ann).await, [(80, false)]);
    it.search(&key).await;
    it.search(&key).await;
    assert_eq!(notices(&it, &ann).await, [(80, false)]);
    browser
        .open("/keys")
        .await
        .assert_has("Search memory: 80 % of your quota is used");

    let page = browser
        .post(
            "/notices/dismiss",
            &[("api", "searchMemory"), ("next", "/keys?x=1")],
        )
        .await;
    assert_eq!(page.at, "/keys?x=1");
    page.assert_has_not("of your quota is used");

    // 803 of 1,200 are below 80 percent again: 960 cross it anew.
    let system = allowance::domain::audit::Actor::System;
    it.server
        .actions
        .give(system, &ann, "searchMemory", "200", "more")
        .await
        .unwrap();
    assert_eq!(notices(&it, &ann).await, [(80, true)]);
    for _ in 0..158 {
        it.search(&key).await;
    }
    assert_eq!(notices(&it, &ann).await, [(80, false), (80, true)]);
    browser
        .open("/usage")
        .await
        .assert_has("Search memory: 80 % of your quota is used");
    for _ in 0..240 {
        it.search(&key).await;
    }
    assert_eq!(
        notices(&it, &ann).await,
        [(100, false), (80, false), (80, true)]
    );
    let page = browser.open("/usage").await;
    page.assert_has("your whole quota is used up");
    page.assert_has_not("80 % of your quota is used");
}

#[tokio::test]
async fn thresholds_are_the_accounts_own() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "One").await;
    let mut browser = it.browser("ann@example.com").await;
    let page = browser
        .post("/settings/thresholds", &[("thresholds", "50 %, 10")])
        .await;
    assert_eq!(page.at, "/settings?done=thresholds-changed");
    assert_eq!(page.field("thresholds-thresholds"), "10, 50");
    it.burn(&ann, &key, "searchMemory", 100).await;
    assert_eq!(notices(&it, &ann).await, [(10, false)]);
    browser
        .post("/settings/thresholds", &[("thresholds", "")])
        .await;
    assert_eq!(notices(&it, &ann).await, [(10, true)]);
    for bad in ["half", "0", "101", "1,2,3,4,5,6"] {
        let page = browser
            .post("/settings/thresholds", &[("thresholds", bad)])
            .await;
        assert_eq!(page.status, 422, "{bad}");
        assert_eq!(page.field("thresholds-thresholds"), bad);
    }
}
