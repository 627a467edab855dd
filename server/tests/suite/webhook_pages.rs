//! Webhooks on their pages: made once, their owner's alone, gone with the account.

use crate::support::Receiver;
use crate::webhooks::{ANN, DAY, PAGE, add, house, secret, settled, test};
use allowance::domain::accounts::Role;
use allowance::domain::store::{Audit, Webhooks};

#[tokio::test]
async fn a_form_that_is_sent_twice_makes_one_webhook_and_shows_its_secret_again() {
    let (it, ann, mut browser) = house(|_| {}).await;
    let fields = [("url", "https://example.com/a"), ("once", "0123456789")];
    let first = browser.post(PAGE, &fields).await;
    let second = browser.post(PAGE, &fields).await;
    assert_eq!(secret(&first), secret(&second));
    let page = browser.post(PAGE, &fields[..1]).await;
    assert_eq!(page.status, 422);
    page.assert_has("You have a webhook with this address already");
    for n in 1..5 {
        add(&mut browser, &format!("https://example.com/{n}")).await;
    }
    browser
        .open(PAGE)
        .await
        .assert_has("There can be 5 webhooks");
    let page = browser
        .post(PAGE, &[("url", "https://example.com/6")])
        .await;
    assert_eq!(page.status, 422);
    assert_eq!(it.store.webhooks(ann.id).await.unwrap().len(), 5);
    // The audit log holds no more of an address than its host.
    let entries = it.store.audit_of(ann.id, 100).await.unwrap();
    assert!(format!("{entries:?}").contains("\\\"host\\\":\\\"example.com\\\""));
    assert!(!format!("{entries:?}").contains("example.com/"));
}

#[tokio::test]
async fn nobody_else_sees_or_changes_a_webhook() {
    let (it, ann, mut browser) = house(|_| {}).await;
    let receiver = Receiver::open().await;
    let (hook, _) = add(&mut browser, &receiver.url).await;
    test(&it, &mut browser, &hook).await;
    let message = receiver.message();
    let event = message.header("webhook-id");
    let before = it.store.webhooks(ann.id).await.unwrap();
    it.account("bob@example.com", Role::Developer).await;
    it.account("olive@example.com", Role::Owner).await;
    it.clock.advance(DAY);
    for email in ["bob@example.com", "olive@example.com"] {
        let mut other = it.browser(email).await;
        assert_eq!(other.open(&hook).await.status, 404);
        other.open(PAGE).await.assert_has("No webhooks yet");
        for form in ["rotate", "test", "disable", "enable", "delete"] {
            let page = other.post(&format!("{hook}/{form}"), &[]).await;
            assert_eq!(page.status, 404, "{form}");
        }
        let again = format!("{hook}/messages/{event}/again");
        assert_eq!(other.post(&again, &[]).await.status, 404);
    }
    settled(&it).await;
    assert!(receiver.messages().is_empty());
    assert_eq!(it.store.webhooks(ann.id).await.unwrap(), before);
}

#[tokio::test]
async fn a_webhook_goes_with_its_owners_account_and_its_secret_is_in_no_export() {
    let (it, ann, mut browser) = house(|_| {}).await;
    let receiver = Receiver::open().await;
    let (hook, secret) = add(&mut browser, &receiver.url).await;
    test(&it, &mut browser, &hook).await;
    let export = browser.open("/settings/export.json").await;
    export.assert_has(&receiver.url);
    export.assert_has_not(&secret);
    let page = browser.post(&format!("{hook}/delete"), &[]).await;
    assert_eq!(page.at, format!("{PAGE}?done=webhook-deleted"));
    let (hook, _) = add(&mut browser, &receiver.url).await;
    test(&it, &mut browser, &hook).await;
    let fields = [("email", ANN), ("password", crate::support::PASSWORD)];
    browser.post("/settings/delete", &fields).await;
    assert!(it.store.webhooks(ann.id).await.unwrap().is_empty());
    it.assert_verified().await;
}
