//! The second step of a sign-in, over HTTP.

use crate::support::{Browser, PASSWORD, Page, TestServer, sign_in_fields};
use allowance::domain::accounts::{Account, Role};
use allowance::domain::authority::By;
use allowance::domain::second_factor::Secret;
use allowance::domain::store::{Audit, SecondFactors};

const ANN: &str = "ann@example.com";
const STEP: i64 = 30_000;

async fn secret(it: &TestServer, of: &Account) -> Secret {
    let factor = it.store.second_factor(of.id).await.unwrap();
    factor.unwrap().secret
}

async fn code(it: &TestServer, of: &Account) -> String {
    secret(it, of).await.code(it.server.actions.now())
}

fn recovery(page: &Page) -> Vec<String> {
    let list = page.between("class=\"recovery-codes\">", "</ul>");
    list.split("<code>")
        .skip(1)
        .map(|rest| rest.split('<').next().unwrap().to_owned())
        .collect()
}

/// An account with a second step, its recovery codes, and a browser inside.
async fn guarded(it: &TestServer) -> (Account, Vec<String>, Browser) {
    let ann = it.account(ANN, Role::Developer).await;
    let mut inside = it.browser(ANN).await;
    let page = inside
        .post(
            "/settings/second-step/begin",
            &[("factor_password", PASSWORD)],
        )
        .await;
    assert_eq!(page.at, "/settings/second-step");
    page.assert_has("<svg");
    let code = code(it, &ann).await;
    let page = inside
        .post("/settings/second-step", &[("second_code", &code)])
        .await;
    assert_eq!(page.status, 200, "{}", page.text);
    let codes = recovery(&page);
    assert_eq!(codes.len(), 10);
    // The next code is another one.
    it.clock.advance(STEP);
    (ann, codes, inside)
}

/// A browser that has given the password.
async fn half_way(it: &TestServer, next: &str) -> Browser {
    let mut browser = Browser::new(&it.address);
    let page = browser.post("/sign-in", &sign_in_fields(ANN, next)).await;
    assert!(page.at.starts_with("/sign-in/code"), "{}", page.at);
    page.assert_has("One more step");
    browser
}

async fn enter(browser: &mut Browser, code: &str, next: &str) -> Page {
    browser
        .post("/sign-in/code", &[("second_code", code), ("next", next)])
        .await
}

#[tokio::test]
async fn the_password_alone_opens_nothing_and_a_code_leads_to_where_one_wanted() {
    let it = TestServer::start().await;
    let (ann, _, _) = guarded(&it).await;
    let mut browser = half_way(&it, "/keys?state=all").await;
    for path in ["/usage", "/settings", "/keys", "/settings/export.json"] {
        assert!(
            browser.open(path).await.at.starts_with("/sign-in"),
            "{path}"
        );
    }
    let before = browser.cookie("allowance_session").unwrap().to_owned();
    let page = enter(&mut browser, "000000", "/keys?state=all").await;
    assert_eq!(page.status, 422);
    page.assert_has_not("value=\"000000\"");
    page.assert_has("This code is not right");
    let code = code(&it, &ann).await;
    let spaced = format!("{} {}", &code[..3], &code[3..]);
    let page = enter(&mut browser, &spaced, "/keys?state=all").await;
    assert_eq!(page.at, "/keys?state=all");
    assert_ne!(browser.cookie("allowance_session"), Some(&*before));
    // The session of before the code is nobody's.
    browser.set_cookie("allowance_session", &before);
    assert!(browser.open("/usage").await.at.starts_with("/sign-in"));
}

#[tokio::test]
async fn a_code_works_once_and_of_many_who_send_it_at_once_one_enters() {
    let it = TestServer::start().await;
    let (ann, _, _) = guarded(&it).await;
    let code = code(&it, &ann).await;
    let mut browsers = Vec::new();
    for _ in 0..4 {
        browsers.push(half_way(&it, "").await);
    }
    let racing = browsers
        .iter_mut()
        .map(|browser| enter(browser, &code, "/usage"));
    let entered = futures::future::join_all(racing).await;
    let entered = entered.iter().filter(|page| page.at == "/usage").count();
    assert_eq!(entered, 1);
    // Nor does the one before it, which somebody may have read over a shoulder.
    let earlier = secret(&it, &ann).await.code(it.server.actions.now() - STEP);
    let page = enter(&mut half_way(&it, "").await, &earlier, "/usage").await;
    assert_eq!(page.status, 422);
}

#[tokio::test]
async fn a_recovery_code_works_once_however_it_is_typed_and_leaves_no_trace() {
    let it = TestServer::start().await;
    let (ann, codes, mut inside) = guarded(&it).await;
    let typed = codes[0].to_uppercase().replace('-', " ");
    let page = enter(&mut half_way(&it, "").await, &typed, "/usage").await;
    assert_eq!(page.at, "/usage");
    let page = enter(&mut half_way(&it, "").await, &codes[0], "/usage").await;
    assert_eq!(page.status, 422);
    inside
        .open("/settings")
        .await
        .assert_has("9 recovery codes left");
    let entries = it.store.audit_of(ann.id, 10).await.unwrap();
    assert_eq!(entries[0].action, "account.recovery_code_used");
    assert!(!format!("{entries:?}").contains(&codes[0]));

    let now = code(&it, &ann).await;
    let page = inside
        .post("/settings/second-step/recovery", &[("second_code", &now)])
        .await;
    let fresh = recovery(&page);
    assert_eq!(fresh.len(), 10);
    let page = enter(&mut half_way(&it, "").await, &codes[1], "/usage").await;
    assert_eq!(page.status, 422);
    let page = enter(&mut half_way(&it, "").await, &fresh[1], "/usage").await;
    assert_eq!(page.at, "/usage");
}

#[tokio::test]
async fn codes_are_not_guessed_and_half_a_sign_in_ends_after_ten_minutes() {
    let it = TestServer::start().await;
    let (ann, _, _) = guarded(&it).await;
    let mut browser = half_way(&it, "").await;
    for _ in 0..6 {
        assert_eq!(enter(&mut browser, "000000", "").await.status, 422);
    }
    let page = enter(&mut browser, &code(&it, &ann).await, "").await;
    assert_eq!(page.status, 429);
    page.assert_has("Wait 15 seconds");
    it.clock.advance(10 * 60 * 1_000);
    let now = code(&it, &ann).await;
    let page = enter(&mut browser, &now, "/keys").await;
    assert!(page.at.starts_with("/sign-in?next=/keys"), "{}", page.at);
    let page = enter(&mut Browser::new(&it.address), &now, "/keys").await;
    assert!(page.at.starts_with("/sign-in?"), "{}", page.at);
}

#[tokio::test]
async fn it_is_set_up_with_the_password_and_a_code_and_taken_away_with_both() {
    let it = TestServer::start().await;
    let ann = it.account(ANN, Role::Developer).await;
    let mut inside = it.browser(ANN).await;
    let begin = "/settings/second-step/begin";
    let page = inside.post(begin, &[("factor_password", "a guess")]).await;
    assert_eq!(page.status, 422);
    inside.post(begin, &[("factor_password", PASSWORD)]).await;
    // Begun is not done: the password alone still enters.
    it.browser(ANN).await;
    let page = inside
        .post("/settings/second-step", &[("second_code", "000000")])
        .await;
    assert_eq!(page.status, 422);
    page.assert_has("<svg");
    let shown = secret(&it, &ann).await.base32();
    let grouped = format!("{} {}", &shown[..4], &shown[4..8]);
    page.assert_has(&grouped);
    let first = code(&it, &ann).await;
    inside
        .post("/settings/second-step", &[("second_code", &first)])
        .await
        .assert_has("Keep these recovery codes");
    let page = inside.open("/settings/second-step").await;
    page.assert_has_not(&grouped);
    page.assert_has_not("class=\"recovery-codes\"");
    // Nobody replaces it without taking it away.
    let page = inside.post(begin, &[("factor_password", PASSWORD)]).await;
    assert_eq!(page.status, 422);

    it.clock.advance(STEP);
    let remove = "/settings/second-step/remove";
    let now = code(&it, &ann).await;
    for (password, code) in [("a guess", now.as_str()), (PASSWORD, "000000")] {
        let fields = [("factor_password", password), ("second_code", code)];
        assert_eq!(inside.post(remove, &fields).await.status, 422);
    }
    let fields = [("factor_password", PASSWORD), ("second_code", now.as_str())];
    let page = inside.post(remove, &fields).await;
    assert_eq!(page.at, "/settings?done=second-step-removed");
    it.browser(ANN).await;
    let entry = &it.store.audit_of(ann.id, 1).await.unwrap()[0];
    assert_eq!(entry.action, "account.second_factor_removed");
}

#[tokio::test]
async fn an_owner_lets_in_who_lost_app_and_recovery_codes() {
    let it = TestServer::start().await;
    let (ann, _, _) = guarded(&it).await;
    let sam = it.account("sam@example.com", Role::Support).await;
    let olive = it.account("olive@example.com", Role::Owner).await;
    let actions = &it.server.actions;
    assert!(
        actions
            .unlock_account(&By::from(&sam), &ann.public_id)
            .await
            .is_err()
    );
    half_way(&it, "/usage").await;
    let olive = By::from(&olive);
    actions
        .unlock_account(&olive, &ann.public_id)
        .await
        .unwrap();
    it.browser(ANN)
        .await
        .open("/usage")
        .await
        .assert_has("Usage");
    let entry = &it.store.audit_of(ann.id, 1).await.unwrap()[0];
    assert_eq!(entry.action, "account.second_factor_removed");
    assert_eq!(entry.actor, "olive@example.com");
    assert!(
        actions
            .unlock_account(&olive, &ann.public_id)
            .await
            .is_err()
    );
}
