//! Grants over HTTP: given on terms, seen, told of, revoked; and the pace.

use crate::support::{TestServer, search_body};
use allowance::clock::Clock;
use allowance::domain::accounts::Role;
use reqwest::StatusCode;

const DAY: i64 = 24 * 3_600_000;

#[tokio::test]
async fn staff_give_on_terms_and_developers_see_and_are_told() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    it.account("sam@example.com", Role::Support).await;
    let mut staff = it.browser("sam@example.com").await;
    let mut browser = it.browser("ann@example.com").await;
    let page = format!("/admin/accounts/{}", ann.public_id);
    let fields = [
        ("api", "searchMemory"),
        ("calls", "50"),
        ("reason", "A launch"),
        ("starts", "2026-11-26"),
        ("expires", "2026-12-10"),
        ("priority", "-5"),
    ];
    let shown = staff.post(&format!("{page}/grants"), &fields).await;
    assert_eq!(shown.at, format!("{page}?done=granted"));
    for text in ["A launch", "Upcoming", "Priority −5", "0 of 50"] {
        shown.assert_has(text);
    }
    assert_eq!(it.remaining(&ann, "searchMemory").await, 1_000);
    it.clock.advance(2 * DAY);
    assert_eq!(it.remaining(&ann, "searchMemory").await, 1_050);

    // The last day is a whole one: the end is 11 December, 0:00.
    it.clock.advance(8 * DAY);
    it.server.metering.turn().await.unwrap();
    let limits = browser.open("/limits").await;
    limits.assert_has("50 granted calls lapse on");
    limits.assert_has("In force");
    limits.assert_has_not("A launch");
    let grants = allowance::domain::store::Grants::grants(&it.store, ann.id).await;
    let id = grants.unwrap()[0].public_id.clone();
    let dismissed = [("alert", id.as_str()), ("next", "/limits")];
    let after = browser.post("/notices/dismiss", &dismissed).await;
    after.assert_has_not("granted calls lapse on");
    it.clock.advance(7 * DAY);
    assert_eq!(it.remaining(&ann, "searchMemory").await, 1_000);
    it.server.metering.turn().await.unwrap();
    let grants = allowance::domain::store::Grants::grants(&it.store, ann.id).await;
    let state = grants.unwrap()[0].state(it.clock.now());
    assert_eq!(state, allowance::domain::grants::GrantState::Lapsed);
    it.assert_verified().await;
}

#[tokio::test]
async fn a_grant_is_revoked_by_staff_only_and_once() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    it.account("sam@example.com", Role::Owner).await;
    let mut staff = it.browser("sam@example.com").await;
    let mut browser = it.browser("ann@example.com").await;
    let page = format!("/admin/accounts/{}", ann.public_id);
    let fields = [
        ("api", "searchMemory"),
        ("calls", "100"),
        ("reason", "Every day"),
        ("recurs", "day"),
        ("roll_over", "20"),
    ];
    let shown = staff.post(&format!("{page}/grants"), &fields).await;
    shown.assert_has("Every day, up to 20 left calls roll over");
    it.clock.advance(DAY);
    assert_eq!(it.remaining(&ann, "searchMemory").await, 1_120);
    let listed = staff.open(&page).await;
    listed.assert_has("Left over from the last period");
    let grants = allowance::domain::store::Grants::grants(&it.store, ann.id).await;
    let id = grants.unwrap()[0].public_id.clone();
    let revoke = format!("{page}/grants/{id}/revoke");
    assert_eq!(browser.post(&revoke, &[]).await.status, 404);
    let shown = staff.post(&revoke, &[]).await;
    assert_eq!(shown.at, format!("{page}?done=grant-revoked"));
    shown.assert_has("Revoked");
    shown.assert_has("grant.revoked");
    assert_eq!(it.remaining(&ann, "searchMemory").await, 1_000);
    let again = staff.post(&revoke, &[]).await;
    assert_eq!(again.status, 422);
    again.assert_has("has ended or was revoked");
    it.clock.advance(3 * DAY);
    assert_eq!(it.remaining(&ann, "searchMemory").await, 1_000);
    it.assert_verified().await;
}

#[tokio::test]
async fn terms_that_make_no_sense_are_refused_and_kept() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    it.account("sam@example.com", Role::Support).await;
    let mut staff = it.browser("sam@example.com").await;
    let page = format!("/admin/accounts/{}/grants", ann.public_id);
    for (field, value) in [
        ("starts", "2026-02-30"),
        ("starts", "2026-11-23"),
        ("expires", "2026-11-23"),
        ("expires", "soon"),
        ("priority", "101"),
        ("priority", "high"),
        ("recurs", "total"),
        ("recurs", "hour"),
    ] {
        let base = [("api", "searchMemory"), ("calls", "5"), ("reason", "x")];
        let fields: Vec<_> = base.into_iter().chain([(field, value)]).collect();
        let shown = staff.post(&page, &fields).await;
        assert_eq!(shown.status, 422, "{field} {value}");
        shown.assert_has("<details open class=\"grant-terms\"");
    }
    let crossed = [
        ("api", "searchMemory"),
        ("calls", "5"),
        ("reason", "x"),
        ("starts", "2026-12-24"),
        ("expires", "2026-12-01"),
    ];
    let shown = staff.post(&page, &crossed).await;
    assert_eq!(shown.status, 422);
    shown.assert_has("The last day lies before the first.");
    assert_eq!(shown.field("grant-starts"), "2026-12-24");
    assert_eq!(it.remaining(&ann, "searchMemory").await, 1_000);
}

#[tokio::test]
async fn above_the_advised_pace_calls_are_served_with_a_warning_and_a_notice() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "One").await;
    let mut browser = it.browser("ann@example.com").await;
    for n in 1..=12 {
        let response = it
            .post("/search/memory", &key, search_body().to_string())
            .await;
        let warned = response.headers().contains_key("x-ratelimit-warning");
        assert_eq!(warned, n > 10, "call {n}");
    }
    it.server.metering.drain().await;
    assert_eq!(it.remaining(&ann, "searchMemory").await, 988);
    let page = browser.open("/usage").await;
    page.assert_has("called more than 10 times a second");
    let fields = [("alert", ""), ("next", "/usage")];
    let page = browser.post("/notices/dismiss", &fields).await;
    page.assert_has_not("called more than 10 times a second");
    it.clock.advance(100);
    let response = it
        .post("/search/memory", &key, search_body().to_string())
        .await;
    assert!(!response.headers().contains_key("x-ratelimit-warning"));
}

#[tokio::test]
async fn a_ceiling_refuses_with_when_to_come_again_and_charges_nothing() {
    use allowance::config::ErrorStyle;
    let it = TestServer::start_with(|config| {
        config.gateway.max_per_second = Some(2);
        config.gateway.errors = ErrorStyle::Http;
    })
    .await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "One").await;
    let call = || it.post("/search/memory", &key, search_body().to_string());
    assert_eq!(call().await.status(), StatusCode::OK);
    assert_eq!(call().await.status(), StatusCode::OK);
    let refused = call().await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.headers()["retry-after"], "1");
    let body: serde_json::Value = refused.json().await.unwrap();
    assert_eq!(body["code"], 40_300);
    assert_eq!(it.remaining(&ann, "searchMemory").await, 998);
    it.clock.advance(1_000);
    assert_eq!(call().await.status(), StatusCode::OK);
}

#[tokio::test]
async fn support_gives_up_to_its_ceiling_and_is_told_of_it() {
    let it = TestServer::start_with(|config| config.support_max_calls = 500).await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let sam = it.account("sam@example.com", Role::Support).await;
    let mut staff = it.browser("sam@example.com").await;
    let mut give = async |to: &str, calls: &str, recurs: &str| {
        let fields = [
            ("api", "searchMemory"),
            ("calls", calls),
            ("reason", "Sorry"),
            ("recurs", recurs),
        ];
        let path = format!("/admin/accounts/{to}/grants");
        staff.post(&path, &fields).await
    };
    let page = give(&ann.public_id, "501", "").await;
    assert_eq!(page.status, 422);
    page.assert_has("You can give 500 calls at most at once");
    assert_eq!(page.field("grant-calls"), "501");
    let page = give(&ann.public_id, "500", "day").await;
    page.assert_has("Only an owner can do this");
    let page = give(&sam.public_id, "1", "").await;
    page.assert_has("You cannot do this to your own account");
    let page = give(&ann.public_id, "500", "").await;
    assert!(page.at.ends_with("done=granted"), "{}", page.at);
    assert_eq!(it.remaining(&ann, "searchMemory").await, 1_500);
    assert_eq!(it.remaining(&sam, "searchMemory").await, 1_000);
}
