//! Quick start and limits over HTTP.

use crate::support::{Behaviour, Page, TestServer};
use allowance::domain::accounts::Role;

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
    let id = it.newest_key(&ann).await;
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
    let id = it.newest_key(&ann).await;
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
    let id = it.newest_key(&bob).await;
    let mut browser = it.browser("ann@example.com").await;
    let page = browser.open(&format!("/quick-start?key={id}")).await;
    page.assert_has_not("Bobs");
    let page = browser.post("/quick-start", &[("key", &id)]).await;
    assert_eq!(page.status, 422);
    assert_eq!(it.remaining(&bob, "searchMemory").await, 1_000);
}
