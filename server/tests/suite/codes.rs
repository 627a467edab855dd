//! Redemption codes over HTTP.

use crate::support::{Browser, TestServer};
use allowance::domain::accounts::Role;
use allowance::domain::authority::By;
use allowance::domain::store::Audit;

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
    let by = By::command_line();
    it.server.actions.create_code(&by, asked).await.unwrap()
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
    assert_eq!(page.field("redeem-code"), "K7QF2-9MTXA-04RWD-HB3ZC");

    let expired = new_code(&it, "addMessage", "1", "2026-11-24").await;
    let revoked = new_code(&it, "addMessage", "1", "").await;
    let id = it.server.actions.codes(1).await.unwrap()[0]
        .public_id
        .clone();
    let by = By::command_line();
    it.server.actions.revoke_code(&by, &id).await.unwrap();
    assert!(it.server.actions.revoke_code(&by, &id).await.is_err());
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
