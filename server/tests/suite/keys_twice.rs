//! Forms that are sent twice make one thing.

use crate::support::{Browser, Page, TestServer};
use allowance::domain::accounts::{Account, Role};
use allowance::domain::store::{Keys, Projects, QuotaRequests};
use futures::future::join_all;
use reqwest::Method;

/// How long the answer to a form is kept.
const KEPT: i64 = 120_000;

async fn stage() -> (TestServer, Account, Browser) {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let browser = it.browser("ann@example.com").await;
    (it, ann, browser)
}

fn token(page: &Page) -> String {
    page.between("name=\"once\" value=\"", "\"").to_owned()
}

fn secret_in(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("class=\"secret\">")?;
    Some(rest[..44].to_owned())
}

/// Posts a form many times at the same instant: statuses and texts.
async fn at_once(browser: &Browser, path: &str, fields: &[(&str, &str)]) -> Vec<(u16, String)> {
    let sent = (0..8).map(|_| async {
        let response = browser
            .request(Method::POST, path)
            .header("sec-fetch-site", "same-origin")
            .form(fields)
            .send()
            .await
            .unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    });
    join_all(sent).await
}

#[tokio::test]
async fn a_form_sent_many_times_at_once_makes_one_key_and_shows_it_each_time() {
    let (it, ann, mut browser) = stage().await;
    let page = browser.open("/keys").await;
    let project = it.store.projects(ann.id).await.unwrap().remove(0).public_id;
    let (once, project) = (token(&page), project.as_str());
    let fields = [
        ("once", once.as_str()),
        ("name", "Twice"),
        ("project", project),
    ];
    let answers = at_once(&browser, "/keys", &fields).await;
    let first = secret_in(&answers[0].1).unwrap();
    for (status, text) in &answers {
        assert_eq!(*status, 200);
        assert_eq!(secret_in(text), Some(first.clone()));
    }
    assert_eq!(it.store.keys(ann.id).await.unwrap().len(), 1);
    assert_eq!(it.search(&first).await["code"], 0);

    // With something else in it, it is not the same form, and makes nothing.
    let other = [
        ("once", once.as_str()),
        ("name", "Other"),
        ("project", project),
    ];
    let page = browser.post("/keys", &other).await;
    assert_eq!(page.status, 409);
    page.assert_has("made a key");
    page.assert_has("value=\"Other\"");
    page.assert_has_not(&first);
    // The page has a new token: sending it again is meant.
    let again = token(&page);
    assert_ne!(again, once);
    let meant = [
        ("once", again.as_str()),
        ("name", "Other"),
        ("project", project),
    ];
    assert_eq!(browser.post("/keys", &meant).await.status, 200);
    assert_eq!(it.store.keys(ann.id).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_secret_is_not_shown_again_after_two_minutes() {
    let (it, ann, mut browser) = stage().await;
    let project = it.store.projects(ann.id).await.unwrap().remove(0).public_id;
    let once = token(&browser.open("/keys").await);
    let fields = [
        ("once", once.as_str()),
        ("name", "Slow"),
        ("project", project.as_str()),
    ];
    let secret = secret_in(&browser.post("/keys", &fields).await.text).unwrap();
    it.clock.advance(KEPT);
    browser.post("/keys", &fields).await.assert_has(&secret);
    it.clock.advance(1);
    let page = browser.post("/keys", &fields).await;
    assert_eq!(page.status, 409);
    page.assert_has("can’t be shown again");
    page.assert_has_not(&secret);
    assert_eq!(it.store.keys(ann.id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_store_knows_a_form_that_memory_has_forgotten() {
    let (it, ann, _) = stage().await;
    let actions = it.server.actions.of_form("create-project token");
    actions.create_project(&ann, "First", "").await.unwrap();
    let twice = actions.create_project(&ann, "Second", "").await;
    assert!(
        matches!(twice, Err(allowance::domain::DomainError::AlreadySent)),
        "{twice:?}"
    );
    // A token is its account's own.
    let bob = it.account("bob@example.com", Role::Developer).await;
    actions.create_project(&bob, "Bob's", "").await.unwrap();
    assert_eq!(it.store.projects(ann.id).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_key_is_rotated_once_by_one_form() {
    let (it, ann, mut browser) = stage().await;
    let old = it.key(&ann, "Laptop").await;
    let path = format!(
        "/keys/{}",
        it.store.keys(ann.id).await.unwrap()[0].public_id
    );
    let once = token(&browser.open(&path).await);
    let fields = [
        ("once", once.as_str()),
        ("grace", "1h"),
        ("was-hint", &old[40..]),
    ];
    let answers = at_once(&browser, &format!("{path}/rotate"), &fields).await;
    let first = secret_in(&answers[0].1).unwrap();
    for (status, text) in answers {
        assert_eq!((status, secret_in(&text)), (200, Some(first.clone())));
    }
    // Rotated twice, the first secret would have stopped.
    assert_eq!(it.search(&old).await["code"], 0);
    assert_eq!(it.search(&first).await["code"], 0);
    // A window that still shows the old secret does not rotate by mistake.
    let stale = [("grace", "none"), ("was-hint", &old[40..])];
    let page = browser.post(&format!("{path}/rotate"), &stale).await;
    assert_eq!(page.status, 409);
    page.assert_has(&format!("mpg-…{}", &first[40..]));
    assert_eq!(it.search(&first).await["code"], 0);
}

#[tokio::test]
async fn a_project_and_a_request_are_made_once_by_one_form() {
    let (it, ann, mut browser) = stage().await;
    let once = token(&browser.open("/projects").await);
    let fields = [("once", once.as_str()), ("name", "Night shift")];
    for (status, _) in at_once(&browser, "/projects", &fields).await {
        assert_eq!(status, 303);
    }
    assert_eq!(it.store.projects(ann.id).await.unwrap().len(), 2);

    let once = token(&browser.open("/request-more").await);
    let fields = [
        ("once", once.as_str()),
        ("api", "searchMemory"),
        ("calls", "500"),
        ("reason", "A launch"),
    ];
    for (status, _) in at_once(&browser, "/request-more", &fields).await {
        assert_eq!(status, 303);
    }
    assert_eq!(it.store.quota_requests_of(ann.id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_form_that_failed_may_be_sent_again_with_its_token() {
    let (it, ann, mut browser) = stage().await;
    let once = token(&browser.open("/projects").await);
    let bad = [("once", once.as_str()), ("name", " ")];
    assert_eq!(browser.post("/projects", &bad).await.status, 422);
    let good = [("once", once.as_str()), ("name", "Night shift")];
    let page = browser.post("/projects", &good).await;
    assert_eq!(page.at, "/projects?done=project-created");
    assert_eq!(it.store.projects(ann.id).await.unwrap().len(), 2);
}
