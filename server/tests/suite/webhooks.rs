//! Webhooks, from the crossing of a threshold to what a program receives.

use crate::support::{Browser, Mailbox, Message, NOW, Page, Receiver, TestServer};
use allowance::actions::AskedGrant;
use allowance::assembly::{Parts, assemble};
use allowance::config::Config;
use allowance::domain::accounts::{Account, Role};
use allowance::domain::authority::By;
use allowance::domain::store::{Audit, Notices, QuotaRequests, Webhooks};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, Mac};
use serde_json::json;
use sha2::Sha256;
use std::sync::Arc;

pub const ANN: &str = "ann@example.com";
pub const PAGE: &str = "/settings/webhooks";
const SECOND: i64 = 1_000;
const HOUR: i64 = 3_600 * SECOND;
pub const DAY: i64 = 24 * HOUR;

/// A server whose webhooks may lie on this machine, Ann, and her browser.
pub async fn house(configure: impl FnOnce(&mut Config)) -> (TestServer, Account, Browser) {
    let it = TestServer::start_with(|config| {
        config.webhooks.allow_private = true;
        configure(config);
    })
    .await;
    let ann = it.account(ANN, Role::Developer).await;
    let browser = it.browser(ANN).await;
    (it, ann, browser)
}

/// Adds a webhook; its page's path and its secret.
pub async fn add(browser: &mut Browser, url: &str) -> (String, String) {
    let page = browser.post(PAGE, &[("url", url)]).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let id = page.between("href=\"/settings/webhooks/whk_", "\"");
    (format!("{PAGE}/whk_{id}"), secret(&page))
}

pub fn secret(page: &Page) -> String {
    page.between("<code class=\"secret\">", "<").to_owned()
}

/// What a receiver does: the signature of one secret, by the standard's words.
fn expected(secret: &str, message: &Message) -> String {
    let key = BASE64
        .decode(secret.strip_prefix("whsec_").unwrap())
        .unwrap();
    let signed = format!(
        "{}.{}.{}",
        message.header("webhook-id"),
        message.header("webhook-timestamp"),
        message.body
    );
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(signed.as_bytes());
    format!("v1,{}", BASE64.encode(mac.finalize().into_bytes()))
}

/// Uses up so many searches, and waits until all that follows is sent.
pub async fn burn(it: &TestServer, ann: &Account, key: &str, calls: usize) {
    it.burn(ann, key, "searchMemory", calls).await;
    it.clock.advance(1);
    settled(it).await;
}

pub async fn settled(it: &TestServer) {
    it.server.metering.drain().await;
    it.server.hooks.catch_up().await.unwrap();
}

pub async fn test(it: &TestServer, browser: &mut Browser, hook: &str) {
    it.clock.advance(10 * SECOND);
    let page = browser.post(&format!("{hook}/test"), &[]).await;
    assert_eq!(page.at, format!("{hook}?done=message-sent"));
    settled(it).await;
}

#[tokio::test]
async fn each_crossing_is_told_once_and_signed_so_that_it_can_be_believed() {
    let (it, ann, mut browser) = house(|_| {}).await;
    let receiver = Receiver::open().await;
    let key = it.key(&ann, "One").await;
    let (hook, secret) = add(&mut browser, &receiver.url).await;
    burn(&it, &ann, &key, 799).await;
    assert!(receiver.messages().is_empty());
    burn(&it, &ann, &key, 1).await;
    let message = receiver.message();
    assert_eq!(
        message.json(),
        json!({
            "type": "quota.threshold",
            "timestamp": "2026-11-24T10:40:00.001Z",
            "data": {
                "account": ann.public_id, "api": "searchMemory", "percent": 80,
                "charged": 800, "granted": 1_000, "remaining": 200,
            },
        })
    );
    assert_eq!(
        message.header("webhook-signature"),
        expected(&secret, &message)
    );
    assert_eq!(
        message.header("webhook-timestamp"),
        (NOW / 1_000).to_string()
    );
    assert_eq!(message.header("content-type"), "application/json");
    assert!(message.header("webhook-id").starts_with("evt_"));
    burn(&it, &ann, &key, 5).await;
    assert!(receiver.messages().is_empty());

    burn(&it, &ann, &key, 195).await;
    let all = receiver.message();
    assert_eq!(all.json()["data"]["percent"], 100);
    assert_ne!(all.header("webhook-id"), message.header("webhook-id"));
    let page = browser.open(&hook).await;
    page.assert_has("Quota threshold");
    page.assert_has("HTTP 204");
    page.assert_has("Arrived");
    // The secret is shown once.
    page.assert_has_not(&secret);
    browser.open(PAGE).await.assert_has_not(&secret);
}

#[tokio::test]
async fn what_does_not_arrive_is_tried_again_with_longer_pauses() {
    let (it, _, mut browser) = house(|_| {}).await;
    let receiver = Receiver::answering(&[500, 307, 200]).await;
    let (hook, secret) = add(&mut browser, &receiver.url).await;
    test(&it, &mut browser, &hook).await;
    let first = receiver.message();
    let page = browser.open(&hook).await;
    page.assert_has("HTTP 500");
    page.assert_has("Next try");
    page.assert_has("Failing");
    it.clock.advance(4 * SECOND);
    settled(&it).await;
    assert!(receiver.messages().is_empty());
    // Five seconds, and up to a fifth more.
    it.clock.advance(2 * SECOND);
    settled(&it).await;
    let second = receiver.message();
    // A redirect leads nowhere.
    browser.open(&hook).await.assert_has("HTTP 307");
    it.clock.advance(36 * SECOND);
    settled(&it).await;
    let third = receiver.message();
    for message in [&second, &third] {
        assert_eq!(message.body, first.body);
        assert_eq!(message.header("webhook-id"), first.header("webhook-id"));
        assert_ne!(
            message.header("webhook-timestamp"),
            first.header("webhook-timestamp")
        );
        let signature = message.header("webhook-signature");
        assert_eq!(signature, expected(&secret, message));
    }
    let page = browser.open(&hook).await;
    page.assert_has("Arrived");
    page.assert_has_not("Failing");
    it.clock.advance(DAY);
    settled(&it).await;
    assert!(receiver.messages().is_empty());
}

#[tokio::test]
async fn it_is_given_up_after_seven_tries_and_can_be_sent_again_by_hand() {
    let (it, ann, mut browser) = house(|_| {}).await;
    let receiver = Receiver::answering(&[503]).await;
    let (hook, _) = add(&mut browser, &receiver.url).await;
    test(&it, &mut browser, &hook).await;
    for _ in 0..10 {
        it.clock.advance(8 * HOUR);
        settled(&it).await;
    }
    let tries = receiver.messages();
    assert_eq!(tries.len(), 7);
    let page = browser.open(&hook).await;
    page.assert_has("Given up");
    let event = tries[0].header("webhook-id").to_owned();
    let again = format!("{hook}/messages/{event}/again");
    page.assert_has(&format!("action=\"{again}\""));
    receiver.answer(&[200]);
    let page = browser.post(&again, &[]).await;
    assert_eq!(page.at, format!("{hook}?done=message-sent"));
    settled(&it).await;
    assert_eq!(receiver.message().header("webhook-id"), event);
    browser.open(&hook).await.assert_has("Arrived");
    // Not faster than a person needs to look.
    let page = browser.post(&again, &[]).await;
    assert_eq!(page.status, 429);
    let page = browser.post(&format!("{hook}/test"), &[]).await;
    assert_eq!(page.status, 429);
    page.assert_has("Wait 10 seconds");
    settled(&it).await;
    assert!(receiver.messages().is_empty());
    let nothing = format!("{hook}/messages/evt_nothing/again");
    assert_eq!(browser.post(&nothing, &[]).await.status, 404);
    let actions: Vec<_> = it.store.audit_of(ann.id, 10).await.unwrap();
    let actions: Vec<_> = actions.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(
        actions[..3],
        ["webhook.sent_again", "webhook.tested", "webhook.created"]
    );
}

#[tokio::test]
async fn after_a_rotation_both_secrets_sign_for_a_day() {
    let (it, _, mut browser) = house(|_| {}).await;
    let receiver = Receiver::open().await;
    let (hook, old) = add(&mut browser, &receiver.url).await;
    let page = browser.post(&format!("{hook}/rotate"), &[]).await;
    let new = secret(&page);
    assert_ne!(new, old);
    page.assert_has("the old secret signs too");
    test(&it, &mut browser, &hook).await;
    let message = receiver.message();
    assert_eq!(
        message.header("webhook-signature"),
        format!("{} {}", expected(&new, &message), expected(&old, &message))
    );
    it.clock.advance(DAY);
    test(&it, &mut browser, &hook).await;
    let message = receiver.message();
    let signature = message.header("webhook-signature");
    assert_eq!(signature, expected(&new, &message));
    browser
        .open(&hook)
        .await
        .assert_has_not("Old secret signs until");
}

#[tokio::test]
async fn addresses_inside_a_network_are_refused_unless_the_operator_allows_them() {
    let it = TestServer::start().await;
    let ann = it.account(ANN, Role::Developer).await;
    let mut browser = it.browser(ANN).await;
    for url in [
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://10.1.2.3:8443/a",
        "https://localhost/",
        "https://metadata.google.internal/",
        "https://[::ffff:127.0.0.1]/",
    ] {
        let page = browser.post(PAGE, &[("url", url)]).await;
        assert_eq!(page.status, 422, "{url}");
        page.assert_has("lies inside a private network");
        assert_eq!(page.field("create-webhook-url"), url);
    }
    for url in [
        "http://example.com/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://user@example.com/",
        "javascript:alert(1)",
        "example.com",
    ] {
        let page = browser.post(PAGE, &[("url", url)]).await;
        assert_eq!(page.status, 422, "{url}");
        page.assert_has("Enter a whole https address");
    }
    assert!(it.store.webhooks(ann.id).await.unwrap().is_empty());
}

/// What was taken while they were allowed, or a name that leads elsewhere since.
#[tokio::test]
async fn where_a_host_leads_is_looked_at_again_at_each_message() {
    let (it, ann, mut browser) = house(|_| {}).await;
    let receiver = Receiver::open().await;
    let port = receiver.url.split(':').nth(2).unwrap();
    let url = format!("http://localhost:{port}");
    let (hook, _) = add(&mut browser, &url).await;
    test(&it, &mut browser, &hook).await;
    receiver.message();
    // The same database under the default configuration.
    it.server.hooks.close().await;
    let strict = assemble(Parts {
        config: Config::default(),
        store: Arc::new(it.store.clone()),
        clock: it.clock.clone(),
        upstream: it.upstream.address.clone(),
        demo: Vec::new(),
    })
    .await
    .unwrap();
    it.clock.advance(10 * SECOND);
    let id = hook.rsplit('/').next().unwrap();
    strict.actions.test_webhook(&ann, id).await.unwrap();
    strict.hooks.catch_up().await.unwrap();
    assert!(receiver.messages().is_empty());
    let page = browser.open(&hook).await;
    page.assert_has("The host lies inside a private network");
}

#[tokio::test]
async fn a_crash_between_crossing_and_message_loses_nothing_and_doubles_nothing() {
    let (it, ann, mut browser) = house(|_| {}).await;
    let receiver = Receiver::open().await;
    let key = it.key(&ann, "One").await;
    add(&mut browser, &receiver.url).await;
    it.server.hooks.close().await;
    burn(&it, &ann, &key, 800).await;
    assert!(receiver.messages().is_empty());
    let due = it.store.due_deliveries(i64::MAX, 10).await.unwrap();
    assert_eq!(due.len(), 1);
    // The next process finds it.
    let next = assemble(Parts {
        config: Config {
            webhooks: allowance::config::WebhooksConfig {
                allow_private: true,
            },
            ..Config::default()
        },
        store: Arc::new(it.store.clone()),
        clock: it.clock.clone(),
        upstream: it.upstream.address.clone(),
        demo: Vec::new(),
    })
    .await
    .unwrap();
    next.metering.thresholds_changed(ann.id).await;
    next.metering.drain().await;
    next.hooks.catch_up().await.unwrap();
    let message = receiver.message();
    assert_eq!(message.header("webhook-id"), due[0].event_id);
    next.hooks.catch_up().await.unwrap();
    assert!(receiver.messages().is_empty());
}

#[tokio::test]
async fn a_notice_without_its_message_is_not_raised_either() {
    let (it, ann, mut browser) = house(|_| {}).await;
    let receiver = Receiver::open().await;
    let key = it.key(&ann, "One").await;
    add(&mut browser, &receiver.url).await;
    it.execute(
        "CREATE TRIGGER full BEFORE INSERT ON deliveries
         BEGIN SELECT RAISE(ABORT, 'the disk is full'); END",
    )
    .await;
    burn(&it, &ann, &key, 800).await;
    assert!(it.store.notices(ann.id, 10).await.unwrap().is_empty());
    it.execute("DROP TRIGGER full").await;
    // The next call looks again.
    burn(&it, &ann, &key, 1).await;
    assert_eq!(it.store.notices(ann.id, 10).await.unwrap().len(), 1);
    assert_eq!(receiver.message().json()["data"]["charged"], 801);
}

#[tokio::test]
async fn a_crossing_that_was_lost_is_told_when_a_call_is_blocked() {
    let (it, ann, _) = house(|_| {}).await;
    let key = it.key(&ann, "One").await;
    it.execute(
        "CREATE TRIGGER full BEFORE INSERT ON notices
         BEGIN SELECT RAISE(ABORT, 'the disk is full'); END",
    )
    .await;
    burn(&it, &ann, &key, 1_000).await;
    assert!(it.store.notices(ann.id, 10).await.unwrap().is_empty());
    it.execute("DROP TRIGGER full").await;
    assert_eq!(it.search(&key).await["code"], 40_300);
    settled(&it).await;
    assert!(!it.store.notices(ann.id, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_answered_request_is_told_with_its_answer() {
    let (it, ann, mut browser) = house(|_| {}).await;
    let receiver = Receiver::open().await;
    let olive = it.account("olive@example.com", Role::Owner).await;
    add(&mut browser, &receiver.url).await;
    let actions = &it.server.actions;
    actions
        .request_quota(&ann, "addMessage", "10", "More")
        .await
        .unwrap();
    let asked = it.store.quota_requests_of(ann.id).await.unwrap();
    let request = asked[0].public_id.as_str();
    let by = By::from(&olive);
    actions
        .approve_quota_request(&by, request, "7", "Good luck!")
        .await
        .unwrap();
    settled(&it).await;
    let message = receiver.message().json();
    assert_eq!(message["type"], "request.answered");
    assert_eq!(
        message["data"],
        json!({
            "account": ann.public_id, "request": request, "api": "addMessage",
            "approved": true, "asked": 10, "granted": 7, "answer": "Good luck!",
        })
    );
}

#[tokio::test]
async fn a_grant_that_will_lapse_is_told_in_time_by_message_and_by_mail() {
    let mut mailbox = Mailbox::open().await;
    let config = mailbox.config.clone();
    let (it, ann, mut browser) = house(|all| all.mail = Some(config)).await;
    let receiver = Receiver::open().await;
    let olive = it.account("olive@example.com", Role::Owner).await;
    add(&mut browser, &receiver.url).await;
    let fields = [("thresholds", "80"), ("by_mail", "yes")];
    browser.post("/settings/thresholds", &fields).await;
    let asked = AskedGrant {
        api: "searchMemory",
        calls: "50",
        reason: "A launch",
        expires: "2026-12-10",
        ..AskedGrant::default()
    };
    let actions = &it.server.actions;
    let by = By::from(&olive);
    actions.grant(&by, &ann.public_id, asked).await.unwrap();
    it.clock.advance(10 * DAY);
    it.server.metering.turn().await.unwrap();
    settled(&it).await;
    let message = receiver.message().json();
    assert_eq!(message["type"], "grant.lapsing");
    assert_eq!(message["data"]["calls"], 50);
    assert_eq!(message["data"]["expires_at"], "2026-12-11T00:00:00.000Z");
    let letter = mailbox.next().await;
    assert_eq!(letter.subject(), "Search memory: 50 calls will lapse");
    assert!(letter.text().contains("11 Dec 2026"), "{}", letter.text());
    it.server.metering.turn().await.unwrap();
    settled(&it).await;
    assert!(receiver.messages().is_empty() && mailbox.rest().is_empty());
}

#[tokio::test]
async fn a_webhook_that_takes_nothing_for_days_is_switched_off_and_says_so() {
    let (it, _, mut browser) = house(|_| {}).await;
    let receiver = Receiver::answering(&[500]).await;
    let (hook, _) = add(&mut browser, &receiver.url).await;
    for _ in 0..2 {
        test(&it, &mut browser, &hook).await;
        for _ in 0..10 {
            it.clock.advance(8 * HOUR);
            settled(&it).await;
        }
    }
    assert_eq!(receiver.messages().len(), 14);
    let page = browser.open(&hook).await;
    page.assert_has("nothing had arrived for three days");
    page.assert_has_not("Send a test<");
    let page = browser.post(&format!("{hook}/test"), &[]).await;
    assert_eq!(page.status, 422);
    page.assert_has("This webhook is off");
    receiver.answer(&[200]);
    let page = browser.post(&format!("{hook}/enable"), &[]).await;
    assert_eq!(page.at, format!("{hook}?done=webhook-enabled"));
    page.assert_has_not("nothing had arrived");
    // What was given up stays so.
    settled(&it).await;
    assert!(receiver.messages().is_empty());
    receiver.answer(&[410]);
    test(&it, &mut browser, &hook).await;
    receiver.message();
    browser.open(&hook).await.assert_has("HTTP 410");
    browser.open(PAGE).await.assert_has("Switched off");
}

#[tokio::test]
async fn while_it_is_off_nothing_is_sent_and_nothing_is_kept_for_later() {
    let (it, ann, mut browser) = house(|_| {}).await;
    let receiver = Receiver::answering(&[500]).await;
    let key = it.key(&ann, "One").await;
    let (hook, _) = add(&mut browser, &receiver.url).await;
    test(&it, &mut browser, &hook).await;
    receiver.message();
    browser.post(&format!("{hook}/disable"), &[]).await;
    receiver.answer(&[200]);
    burn(&it, &ann, &key, 800).await;
    it.clock.advance(DAY);
    settled(&it).await;
    browser.post(&format!("{hook}/enable"), &[]).await;
    it.clock.advance(DAY);
    settled(&it).await;
    assert!(receiver.messages().is_empty());
    burn(&it, &ann, &key, 200).await;
    assert_eq!(receiver.message().json()["data"]["percent"], 100);
}
