//! Quick start, limits and settings over HTTP, without a screen.

use crate::support::{Behaviour, Browser, Page, TestServer};
use allowance::domain::accounts::{Account, Role};
use allowance::domain::store::Keys;

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
