//! Forms that were sent after their session had ended.

use crate::support::{Browser, Page, TestServer, sign_in_fields};
use allowance::domain::accounts::Role;
use allowance::domain::store::Keys;

const TYPED: [(&str, &str); 4] = [
    ("form", "create-key"),
    ("name", "Typed <b>long</b>"),
    ("expires", "2031-05-06"),
    ("new_password", "never kept"),
];

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
        .post("/sign-in", &sign_in_fields("ann@example.com", &next))
        .await;
    assert_eq!(page.at, "/keys?unsent=1");
    page.assert_has("Nothing was sent yet");
    assert_eq!(
        page.field("create-key-name"),
        "Typed &lt;b&gt;long&lt;/b&gt;"
    );
    assert_eq!(page.field("create-key-expires"), "2031-05-06");
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
        .post("/sign-in", &sign_in_fields("bob@example.com", &next))
        .await;
    assert_eq!(page.at, "/keys?unsent=1");
    page.assert_has_not("Typed");
    page.assert_has_not("Nothing was sent yet");
    // Not even back with the one who typed it.
    browser.post("/sign-out", &[]).await;
    let page = browser
        .post("/sign-in", &sign_in_fields("ann@example.com", &next))
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
        .post("/sign-in", &sign_in_fields("ann@example.com", &next))
        .await;
    page.assert_has_not("Typed");
}

#[tokio::test]
async fn a_stranger_learns_nothing_from_a_form_and_leaves_nothing_behind() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    it.key(&ann, "One").await;
    let id = it.newest_key(&ann).await;
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
