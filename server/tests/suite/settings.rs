//! Quick start, limits and settings over HTTP, without a screen.

use crate::support::{Behaviour, Browser, Page, TestServer};
use allowance::domain::accounts::{Account, Role};
use allowance::domain::store::{Accounts, Audit, Keys, Notices};

async fn newest_key(it: &TestServer, account: &Account) -> String {
    it.store.keys(account.id).await.unwrap()[0]
        .public_id
        .clone()
}

/// A row of one of the two tables of the limits page.
fn limits_row<'a>(page: &'a Page, table: &str, api: &str) -> &'a str {
    let table = page.between(&format!("data-table=\"{table}\""), "</table>");
    let (_, row) = table
        .split_once(&format!("data-api=\"{api}\""))
        .unwrap_or_else(|| panic!("no {api} in {table}"));
    row.split("</tr>").next().unwrap()
}

#[tokio::test]
async fn the_limits_page_shows_the_catalogue_with_the_accounts_own_numbers() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "One").await;
    it.burn(&ann, &key, "searchMemory", 3).await;
    let mut browser = it.browser("ann@example.com").await;
    let page = browser.open("/limits").await;
    let search = limits_row(&page, "quota", "searchMemory");
    for figure in [">1,000<", ">3<", ">997<"] {
        assert!(search.contains(figure), "{figure}: {search}");
    }
    let search = limits_row(&page, "call", "searchMemory");
    assert!(search.contains("4,000 tokens") && search.contains("10 memories"));
    assert!(limits_row(&page, "call", "addMessage").contains("No limit"));
    assert!(limits_row(&page, "call", "getMessage").contains("50 messages"));
    page.assert_has("10 requests a second");
}

#[tokio::test]
async fn a_test_call_is_charged_like_any_other() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    it.key(&ann, "Mine").await;
    let id = newest_key(&it, &ann).await;
    let mut browser = it.browser("ann@example.com").await;
    let page = browser
        .post("/quick-start", &[("key", &id), ("lang", "python")])
        .await;
    assert_eq!(page.status, 200);
    page.assert_has("It worked");
    page.assert_has("/requests/req_");
    // The tab that was open stays open.
    page.assert_has("requests.post(");
    assert_eq!(it.remaining(&ann, "searchMemory").await, 999);
    it.assert_verified().await;
}

#[tokio::test]
async fn a_test_call_that_fails_says_why_and_costs_nothing() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "Mine").await;
    let id = newest_key(&it, &ann).await;
    let mut browser = it.browser("ann@example.com").await;

    it.upstream.behave(Behaviour::Answers(500, "broken".into()));
    let page = browser.post("/quick-start", &[("key", &id)]).await;
    page.assert_has("It failed");
    page.assert_has("50000");
    assert_eq!(it.remaining(&ann, "searchMemory").await, 1_000);

    it.burn(&ann, &key, "searchMemory", 1_000).await;
    let page = browser.post("/quick-start", &[("key", &id)]).await;
    page.assert_has("40300");
    page.assert_has("all 1,000 searchMemory calls");

    browser.post(&format!("/keys/{id}/disable"), &[]).await;
    let page = browser.post("/quick-start", &[("key", &id)]).await;
    page.assert_has("40132");
    it.assert_verified().await;
}

#[tokio::test]
async fn a_test_call_needs_a_key_of_ones_own() {
    let it = TestServer::start().await;
    it.account("ann@example.com", Role::Developer).await;
    let bob = it.account("bob@example.com", Role::Developer).await;
    it.key(&bob, "Bobs").await;
    let id = newest_key(&it, &bob).await;
    let mut browser = it.browser("ann@example.com").await;
    let page = browser.open(&format!("/quick-start?key={id}")).await;
    page.assert_has_not("Bobs");
    let page = browser.post("/quick-start", &[("key", &id)]).await;
    assert_eq!(page.status, 422);
    assert_eq!(it.remaining(&bob, "searchMemory").await, 1_000);
}

/// The value of a field that the page shows.
fn field<'a>(page: &'a Page, id: &str) -> &'a str {
    let tag = page.between(&format!("id=\"{id}\""), ">");
    tag.split("value=\"")
        .nth(1)
        .map_or("", |rest| rest.split('"').next().unwrap())
}

const TYPED: [(&str, &str); 4] = [
    ("form", "create-key"),
    ("name", "Typed <b>long</b>"),
    ("expires", "2031-05-06"),
    ("new_password", "never kept"),
];

fn sign_in<'a>(email: &'a str, next: &'a str) -> [(&'a str, &'a str); 3] {
    [
        ("email", email),
        ("password", crate::support::PASSWORD),
        ("next", next),
    ]
}

/// Where a sign-in page leads.
fn next_of(page: &Page) -> String {
    page.between("name=\"next\" value=\"", "\"")
        .replace("&amp;", "&")
}

#[tokio::test]
async fn a_form_sent_after_its_session_ended_is_shown_again_after_the_sign_in() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let mut browser = it.browser("ann@example.com").await;
    browser.set_cookie("allowance_session", "AAAAAAAAAAAAAAAAAAAAAA");

    let page = browser.post("/keys", &TYPED).await;
    assert!(page.at.starts_with("/sign-in?next="), "{}", page.at);
    page.assert_has("what you typed is kept");
    page.assert_has_not("Typed");
    let next = next_of(&page);
    let page = browser
        .post("/sign-in", &sign_in("ann@example.com", &next))
        .await;
    assert_eq!(page.at, "/keys?unsent=1");
    page.assert_has("Nothing was sent yet");
    assert_eq!(
        field(&page, "create-key-name"),
        "Typed &lt;b&gt;long&lt;/b&gt;"
    );
    assert_eq!(field(&page, "create-key-expires"), "2031-05-06");
    page.assert_has_not("never kept");
    assert!(it.store.keys(ann.id).await.unwrap().is_empty());

    // A reload shows it once more; after something was sent it is gone.
    browser
        .open("/keys?unsent=1")
        .await
        .assert_has("Nothing was sent yet");
    browser.open("/keys").await.assert_has_not("Typed");
    browser.post("/projects", &[("name", "Other")]).await;
    browser
        .open("/keys?unsent=1")
        .await
        .assert_has_not("Nothing was sent yet");
}

#[tokio::test]
async fn nobody_else_sees_what_was_typed_into_a_form_that_was_not_sent() {
    let it = TestServer::start().await;
    it.account("ann@example.com", Role::Developer).await;
    it.account("bob@example.com", Role::Developer).await;
    let mut browser = it.browser("ann@example.com").await;
    browser.set_cookie("allowance_session", "AAAAAAAAAAAAAAAAAAAAAA");
    let next = next_of(&browser.post("/keys", &TYPED).await);
    let page = browser
        .post("/sign-in", &sign_in("bob@example.com", &next))
        .await;
    assert_eq!(page.at, "/keys?unsent=1");
    page.assert_has_not("Typed");
    page.assert_has_not("Nothing was sent yet");
    // Not even back with the one who typed it.
    browser.post("/sign-out", &[]).await;
    let page = browser
        .post("/sign-in", &sign_in("ann@example.com", &next))
        .await;
    page.assert_has_not("Typed");
}

#[tokio::test]
async fn an_unsent_form_waits_half_an_hour_and_is_not_long() {
    let it = TestServer::start().await;
    it.account("ann@example.com", Role::Developer).await;
    let mut browser = it.browser("ann@example.com").await;
    browser.set_cookie("allowance_session", "AAAAAAAAAAAAAAAAAAAAAA");
    let long = "x".repeat(17 * 1024);
    let page = browser
        .post("/keys", &[("form", "create-key"), ("name", &long)])
        .await;
    page.assert_has("nothing was sent. Sign in to go on");
    assert_eq!(next_of(&page), "/keys");

    let next = next_of(&browser.post("/keys", &TYPED).await);
    it.clock.advance(31 * 60 * 1_000);
    let page = browser
        .post("/sign-in", &sign_in("ann@example.com", &next))
        .await;
    page.assert_has_not("Typed");
}

#[tokio::test]
async fn a_stranger_learns_nothing_from_a_form_and_leaves_nothing_behind() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    it.key(&ann, "One").await;
    let id = newest_key(&it, &ann).await;
    let mut browser = Browser::new(&it.address);
    let mut answers = Vec::new();
    for path in [
        format!("/keys/{id}/disable"),
        "/keys/key_nobody/disable".into(),
    ] {
        let page = browser.post(&path, &TYPED).await;
        // Each leads to the page that it named itself.
        let unnamed = |text: &str| text.replace(&id, "…").replace("key_nobody", "…");
        answers.push((page.status, unnamed(&page.at), unnamed(&next_of(&page))));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0].2, "/keys/…");
    assert_eq!(browser.cookie("allowance_session"), None);
}

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
        .post("/sign-in", &sign_in("ann@example.com", ""))
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
    assert_eq!(field(&page, "thresholds-thresholds"), "10, 50");
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
        assert_eq!(field(&page, "thresholds-thresholds"), bad);
    }
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
        .post("/sign-in", &sign_in("ann@example.com", ""))
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

fn redeem<'a>(code: &'a str, api: &'a str) -> [(&'a str, &'a str); 2] {
    [("code", code), ("api", api)]
}

async fn new_code(it: &TestServer, api: &str, uses: &str, expires: &str) -> String {
    let asked = allowance::actions::CreateCode {
        api,
        calls: "250",
        uses,
        expires,
    };
    let by = allowance::domain::audit::Actor::CommandLine;
    it.server.actions.create_code(by, asked).await.unwrap()
}

#[tokio::test]
async fn a_code_gives_its_calls_to_the_next_call_once_for_each_account() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "One").await;
    it.burn(&ann, &key, "searchMemory", 1_000).await;
    assert_eq!(it.search(&key).await["code"], 40_300);
    let mut browser = it.browser("ann@example.com").await;
    let code = new_code(&it, "searchMemory", "5", "").await;
    let typed = code.to_lowercase().replace('-', " ");
    let page = browser
        .post("/request-more/redeem", &redeem(&typed, "addMessage"))
        .await;
    assert_eq!(page.at, "/request-more?done=code-redeemed");
    assert_eq!(it.search(&key).await["code"], 0);
    assert_eq!(it.remaining(&ann, "searchMemory").await, 249);
    let page = browser
        .post("/request-more/redeem", &redeem(&code, "addMessage"))
        .await;
    assert_eq!(page.status, 422);
    page.assert_has("You have redeemed this code already");
    let entry = &it.store.audit_of(ann.id, 1).await.unwrap()[0];
    assert_eq!(entry.action, "code.redeemed");
    assert!(entry.after.as_ref().unwrap().contains("searchMemory"));
    assert!(!format!("{entry:?}").contains(&code));
    it.assert_verified().await;

    let open = new_code(&it, "", "1", "").await;
    browser
        .post("/request-more/redeem", &redeem(&open, "getMessage"))
        .await;
    assert_eq!(it.remaining(&ann, "getMessage").await, 5_250);
}

#[tokio::test]
async fn of_racing_redeemers_exactly_as_many_win_as_a_code_has_uses() {
    let it = TestServer::start().await;
    let code = new_code(&it, "addMessage", "3", "").await;
    let mut accounts = Vec::new();
    for n in 0..8 {
        accounts.push(
            it.account(&format!("racer{n}@example.com"), Role::Developer)
                .await,
        );
    }
    let racing = accounts
        .iter()
        .map(|account| it.server.actions.redeem_code(account, &code, "addMessage"));
    let won = futures::future::join_all(racing)
        .await
        .into_iter()
        .flatten()
        .count();
    assert_eq!(won, 3);
    // One account from many windows gets it once.
    let code = new_code(&it, "addMessage", "9", "").await;
    let racing = (0..6).map(|_| {
        it.server
            .actions
            .redeem_code(&accounts[0], &code, "addMessage")
    });
    let won = futures::future::join_all(racing)
        .await
        .into_iter()
        .flatten()
        .count();
    assert_eq!(won, 1);
    it.assert_verified().await;
}

#[tokio::test]
async fn a_code_that_is_wrong_over_or_taken_back_gives_nothing_and_says_so() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let mut browser = it.browser("ann@example.com").await;
    let post = async |browser: &mut Browser, code: &str| {
        browser
            .post("/request-more/redeem", &redeem(code, "addMessage"))
            .await
    };
    let page = post(&mut browser, "K7QF2-9MTXA-04RWD-HB3ZC").await;
    assert_eq!(page.status, 422);
    page.assert_has("There is no such code");
    assert_eq!(field(&page, "redeem-code"), "K7QF2-9MTXA-04RWD-HB3ZC");

    let expired = new_code(&it, "addMessage", "1", "2026-11-24").await;
    let revoked = new_code(&it, "addMessage", "1", "").await;
    let id = it.server.actions.codes(1).await.unwrap()[0]
        .public_id
        .clone();
    let by = allowance::domain::audit::Actor::CommandLine;
    it.server
        .actions
        .revoke_code(by.clone(), &id)
        .await
        .unwrap();
    assert!(it.server.actions.revoke_code(by, &id).await.is_err());
    it.clock.advance(24 * 60 * 60 * 1_000);
    for code in [expired, revoked] {
        post(&mut browser, &code)
            .await
            .assert_has("expired, or is used up");
    }
    assert_eq!(it.remaining(&ann, "addMessage").await, 5_000);

    for _ in 0..10 {
        post(&mut browser, "nonsense").await;
    }
    let good = new_code(&it, "addMessage", "1", "").await;
    post(&mut browser, &good)
        .await
        .assert_has("That was too often");
    it.clock.advance(61 * 60 * 1_000);
    let page = post(&mut browser, &good).await;
    assert_eq!(page.at, "/request-more?done=code-redeemed");
}
