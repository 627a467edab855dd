//! What is told by e-mail.

use crate::support::Mailbox;
use crate::webhooks::{ANN, burn, house, settled};
use allowance::domain::accounts::Role;
use allowance::domain::authority::By;
use allowance::domain::store::QuotaRequests;

#[tokio::test]
async fn thresholds_are_told_by_mail_to_who_asks_for_it() {
    let mut mailbox = Mailbox::open().await;
    let config = mailbox.config.clone();
    let (it, ann, mut browser) = house(|all| all.mail = Some(config)).await;
    let key = it.key(&ann, "One").await;
    let fields = [("thresholds", "50, 80, 100"), ("by_mail", "yes")];
    let page = browser.post("/settings/thresholds", &fields[..1]).await;
    assert_eq!(page.at, "/settings?done=thresholds-changed");
    burn(&it, &ann, &key, 500).await;
    assert!(mailbox.rest().is_empty());
    let page = browser.post("/settings/thresholds", &fields).await;
    page.assert_has("<option value=\"yes\" selected");
    burn(&it, &ann, &key, 300).await;
    let letter = mailbox.next().await;
    assert_eq!(letter.to, ANN);
    assert_eq!(
        letter.subject(),
        "Search memory: 80 % of your calls are used"
    );
    let text = letter.text();
    assert!(text.contains("800 of your 1,000 calls"), "{text}");
    assert!(text.contains(&format!("{}/usage", it.address)), "{text}");
    burn(&it, &ann, &key, 200).await;
    let letter = mailbox.next().await;
    assert_eq!(letter.subject(), "Search memory: your calls are used up");
    assert!(mailbox.rest().is_empty());
}

#[tokio::test]
async fn the_answer_to_a_request_comes_by_mail_in_the_readers_language() {
    let mut mailbox = Mailbox::open().await;
    let config = mailbox.config.clone();
    let (it, ann, mut browser) = house(|all| all.mail = Some(config)).await;
    let olive = it.account("olive@example.com", Role::Owner).await;
    let by = By::from(&olive);
    let actions = &it.server.actions;
    let ask = async || {
        actions
            .request_quota(&ann, "addMessage", "10", "More")
            .await
            .unwrap();
        let asked = it.store.quota_requests_of(ann.id).await.unwrap();
        asked[0].public_id.clone()
    };
    let request = ask().await;
    actions
        .reject_quota_request(&by, &request, "Write to us first.")
        .await
        .unwrap();
    settled(&it).await;
    let letter = mailbox.next().await;
    assert_eq!(letter.to, ANN);
    assert_eq!(letter.subject(), "Add message: your request was answered");
    assert!(letter.text().contains("Write to us first."));

    let fields = [("language", "zh-CN"), ("next", "/usage")];
    browser.post("/language", &fields).await;
    let request = ask().await;
    actions
        .approve_quota_request(&by, &request, "7", "")
        .await
        .unwrap();
    settled(&it).await;
    let letter = mailbox.next().await;
    assert_eq!(letter.subject(), "添加消息：额度申请已批准");
    assert!(letter.text().contains("7 次 添加消息 额度"));
    assert!(mailbox.rest().is_empty());
}
