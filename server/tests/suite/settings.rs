//! Settings over HTTP, without a screen.

use crate::support::{Page, TestServer, sign_in_fields};
use allowance::domain::accounts::Role;
use allowance::domain::store::{Accounts, Audit};

#[tokio::test]
async fn a_name_is_changed_and_every_page_follows() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let mut browser = it.browser("ann@example.com").await;
    let page = browser
        .post("/settings/profile", &[("name", "Ann <i>🔑</i> آن")])
        .await;
    assert_eq!(page.at, "/settings?done=account-renamed");
    page.assert_has("Ann &lt;i&gt;🔑&lt;/i&gt; آن");
    let page = browser.post("/settings/profile", &[("name", " ")]).await;
    assert_eq!(page.status, 422);
    let entries = it.store.audit_of(ann.id, 10).await.unwrap();
    assert_eq!(entries[0].action, "account.renamed");
    assert_eq!(entries.len(), 2);
}

const NEW_PASSWORD: &str = "another horse battery";

fn passwords<'a>(current: &'a str, new: &'a str, again: &'a str) -> [(&'a str, &'a str); 3] {
    [
        ("current_password", current),
        ("new_password", new),
        ("again_password", again),
    ]
}

#[tokio::test]
async fn a_new_password_signs_out_everywhere_else_and_leaves_no_trace_in_the_log() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let mut browser = it.browser("ann@example.com").await;
    let mut other = it.browser("ann@example.com").await;
    let old = crate::support::PASSWORD;
    for (current, new, again) in [
        ("not it at all", NEW_PASSWORD, NEW_PASSWORD),
        (old, "short", "short"),
        (old, NEW_PASSWORD, "something else entirely"),
    ] {
        let page = browser
            .post("/settings/password", &passwords(current, new, again))
            .await;
        assert_eq!(page.status, 422, "{current} {new} {again}");
        page.assert_has_not(NEW_PASSWORD);
    }
    let before = browser.cookie("allowance_session").unwrap().to_owned();
    let page = browser
        .post(
            "/settings/password",
            &passwords(old, NEW_PASSWORD, NEW_PASSWORD),
        )
        .await;
    assert_eq!(page.at, "/settings?done=password-changed");
    assert_ne!(browser.cookie("allowance_session"), Some(&*before));
    assert!(other.open("/usage").await.at.starts_with("/sign-in"));
    browser.set_cookie("allowance_session", &before);
    assert!(browser.open("/usage").await.at.starts_with("/sign-in"));

    let page = browser
        .post("/sign-in", &sign_in_fields("ann@example.com", ""))
        .await;
    assert_eq!(page.status, 422);
    let entry = &it.store.audit_of(ann.id, 1).await.unwrap()[0];
    assert_eq!(entry.action, "account.password_changed");
    assert_eq!(entry.after.as_deref(), Some("{}"));
}

#[tokio::test]
async fn a_time_zone_of_the_database_can_be_chosen_and_no_other() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let mut browser = it.browser("ann@example.com").await;
    let page = browser
        .post("/settings/time-zone", &[("time_zone", "Asia/Kathmandu")])
        .await;
    assert_eq!(page.at, "/settings?done=time-zone-changed");
    page.assert_has("Kathmandu · 16:25 (UTC+05:45)");
    let account = it.store.account(ann.id).await.unwrap().unwrap();
    assert_eq!(account.time_zone, "Asia/Kathmandu");
    let page = browser
        .post("/settings/time-zone", &[("time_zone", "Mars/Olympus")])
        .await;
    assert_eq!(page.status, 422);
    page.assert_has("Choose a time zone from the list");
    it.assert_verified().await;
}

/// The handle of the first session that can be ended.
fn other_session(page: &Page) -> String {
    page.between("action=\"/settings/sessions/", "/revoke\"")
        .to_owned()
}

#[tokio::test]
async fn sessions_are_listed_and_ended_one_by_one_or_all_but_ones_own() {
    let it = TestServer::start().await;
    it.account("ann@example.com", Role::Developer).await;
    it.account("bob@example.com", Role::Developer).await;
    let mut other = it.browser("ann@example.com").await;
    let mut third = it.browser("ann@example.com").await;
    it.clock.advance(6 * 60 * 1_000);
    let mut browser = it.browser("ann@example.com").await;
    let mut bob = it.browser("bob@example.com").await;

    let page = browser.open("/settings").await;
    assert_eq!(page.text.matches("class=\"session\"").count(), 3);
    assert_eq!(page.text.matches("This one").count(), 1);
    let handle = other_session(&page);

    // Another account's session is nobody's business.
    bob.post(&format!("/settings/sessions/{handle}/revoke"), &[])
        .await;
    let page = browser.open("/settings").await;
    assert_eq!(page.text.matches("class=\"session\"").count(), 3);

    let page = browser
        .post(&format!("/settings/sessions/{handle}/revoke"), &[])
        .await;
    assert_eq!(page.text.matches("class=\"session\"").count(), 2);
    let page = browser.post("/settings/sessions/revoke-others", &[]).await;
    assert_eq!(page.at, "/settings?done=sessions-revoked");
    assert_eq!(page.text.matches("class=\"session\"").count(), 1);
    for ended in [&mut other, &mut third] {
        assert!(ended.open("/usage").await.at.starts_with("/sign-in"));
    }
    assert_eq!(bob.open("/usage").await.at, "/usage");
    let page = browser
        .post("/settings/sessions/nonsense/revoke", &[])
        .await;
    assert_eq!(page.status, 404);
}

#[tokio::test]
async fn the_export_holds_everything_of_the_account_and_no_secret() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let bob = it.account("bob@example.com", Role::Developer).await;
    let key = it.key(&ann, "Anns").await;
    it.burn(&ann, &key, "addMessage", 2_345).await;
    let theirs = it.key(&bob, "Bobs").await;
    it.burn(&bob, &theirs, "addMessage", 3).await;
    let mut browser = it.browser("ann@example.com").await;
    let page = browser.open("/settings/export.json").await;
    let all: serde_json::Value = serde_json::from_str(&page.text).unwrap();
    assert_eq!(all["account"]["email"], "ann@example.com");
    assert_eq!(all["calls"].as_array().unwrap().len(), 2_345);
    assert_eq!(all["calls"][0]["api"], "addMessage");
    assert_eq!(all["api_keys"][0]["charged"], 2_345);
    assert_eq!(all["grants"].as_array().unwrap().len(), 3);
    for part in ["projects", "quota_requests", "sessions", "notices", "audit"] {
        assert!(all[part].is_array(), "{part}");
    }
    for secret in [&key[..], "argon2", "Bobs", "bob@example.com"] {
        page.assert_has_not(secret);
    }
    let none = it.account("new@example.com", Role::Developer).await;
    let mut browser = it.browser(&none.email).await;
    let page = browser.open("/settings/export.json").await;
    let all: serde_json::Value = serde_json::from_str(&page.text).unwrap();
    assert_eq!(all["calls"], serde_json::json!([]));
}

#[tokio::test]
async fn a_deleted_account_stops_at_once_and_leaves_its_totals_without_its_name() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "One").await;
    assert_eq!(it.search(&key).await["code"], 0);
    let mut browser = it.browser("ann@example.com").await;
    let mut other = it.browser("ann@example.com").await;
    browser
        .post("/settings/profile", &[("name", "Ann Example")])
        .await;
    let password = crate::support::PASSWORD;
    for (email, password) in [
        ("bob@example.com", password),
        ("ann@example.com", "not the password"),
    ] {
        let fields = [("email", email), ("password", password)];
        let page = browser.post("/settings/delete", &fields).await;
        assert_eq!(page.status, 422);
        page.assert_has_not(password);
    }
    let fields = [("email", " ANN@example.com"), ("password", password)];
    let page = browser.post("/settings/delete", &fields).await;
    assert_eq!(page.at, "/sign-in?done=account-deleted");
    assert_eq!(it.search(&key).await["code"], 40_132);
    for browser in [&mut browser, &mut other] {
        assert!(browser.open("/usage").await.at.starts_with("/sign-in"));
    }
    let page = browser
        .post("/sign-in", &sign_in_fields("ann@example.com", ""))
        .await;
    page.assert_has("The e-mail or the password is wrong");

    it.account("root@example.com", Role::Owner).await;
    let mut admin = it.browser("root@example.com").await;
    for path in ["/admin", "/admin/audit"] {
        let page = admin.open(path).await;
        page.assert_has_not("ann@example.com");
        page.assert_has_not("Ann Example");
    }
    it.assert_verified().await;
    // The e-mail is free for a new start.
    it.account("ann@example.com", Role::Developer).await;
}

#[tokio::test]
async fn the_last_owner_cannot_go() {
    let it = TestServer::start().await;
    it.account("root@example.com", Role::Owner).await;
    let mut browser = it.browser("root@example.com").await;
    let fields = [
        ("email", "root@example.com"),
        ("password", crate::support::PASSWORD),
    ];
    let page = browser.post("/settings/delete", &fields).await;
    assert_eq!(page.status, 422);
    page.assert_has("only owner of this site");
    it.account("second@example.com", Role::Owner).await;
    let page = browser.post("/settings/delete", &fields).await;
    assert_eq!(page.at, "/sign-in?done=account-deleted");
}
