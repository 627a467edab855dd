//! Sign-in by a provider of OpenID Connect, over HTTP and with a real provider.

use crate::support::NOW;
use crate::support::{Browser, CLIENT_SECRET, Mailbox, PASSWORD, Page, Provider, TestServer};
use allowance::config::Config;
use allowance::domain::accounts::{Account, Role};
use allowance::domain::authority::By;
use allowance::domain::language::Language;
use allowance::domain::links::SignUp;
use allowance::domain::store::{Accounts, Audit, OpenIds, SecondFactors};
use reqwest::Method;
use serde_json::json;

const ANN: &str = "ann@example.com";
const LEAVE: &str = "/sign-in/openid";
const MINUTE: i64 = 60_000;

async fn house_with(configure: impl FnOnce(&mut Config)) -> (TestServer, Provider) {
    let provider = Provider::start(NOW).await;
    let openid = provider.config();
    let it = TestServer::start_with(|config| {
        config.openid = Some(openid);
        configure(config);
    })
    .await;
    provider.person("ann-1", ANN);
    (it, provider)
}

async fn house() -> (TestServer, Provider) {
    house_with(|_| {}).await
}

/// A browser that signs in by the provider, and where it ends.
async fn sign_in(it: &TestServer) -> (Browser, Page) {
    let mut browser = Browser::new(&it.address);
    let page = browser.open(LEAVE).await;
    (browser, page)
}

/// Goes to the provider and is sent back, but does not arrive yet.
async fn on_the_way_back(browser: &mut Browser) -> String {
    let provider = browser.step(LEAVE).await;
    browser.step(&provider).await
}

#[track_caller]
fn assert_refused(page: &Page, status: u16, text: &str) {
    page.assert_has(text);
    assert_eq!(page.status, status, "{}", page.at);
    page.assert_has("id=\"sign-in-email\"");
}

async fn assert_outside(browser: &mut Browser) {
    let page = browser.open("/usage").await;
    assert!(page.at.starts_with("/sign-in"), "{}", page.at);
}

async fn actions_of(it: &TestServer, account: &Account) -> Vec<String> {
    let entries = it.store.audit_of(account.id, 10).await.unwrap();
    entries.into_iter().map(|entry| entry.action).collect()
}

#[tokio::test]
async fn a_provider_signs_in_to_the_account_of_a_mailbox_that_it_proves() {
    let mut mailbox = Mailbox::open().await;
    let mail = mailbox.config.clone();
    let (it, provider) = house_with(|config| config.mail = Some(mail)).await;
    let ann = it.account(ANN, Role::Developer).await;
    let mut browser = Browser::new(&it.address);
    let page = browser.open("/sign-in?next=/keys%3Fstate%3Dall").await;
    page.assert_has("Continue with Example ID");
    let link = page.between("href=\"/sign-in/openid", "\"").to_owned();
    let away = browser.step(&format!("{LEAVE}{link}")).await;
    let before = browser.cookie("allowance_session").unwrap().to_owned();
    let back = browser.step(&away).await;
    let page = browser.open(&back).await;
    assert_eq!(page.at, "/keys?state=all");
    assert_eq!(page.status, 200);
    assert_ne!(browser.cookie("allowance_session"), Some(&*before));
    let settings = browser.open("/settings").await;
    settings.assert_has(&provider.issuer);
    settings.assert_has("id=\"password-current_password\"");
    assert_eq!(
        actions_of(&it, &ann).await,
        ["account.openid_linked", "account.created"]
    );
    let told = mailbox.next().await;
    assert_eq!(told.to, ANN);
    assert_eq!(told.subject(), "A provider can sign in to your account");
    assert!(told.text().contains(&provider.issuer));

    // From now on the subject is who signs in, whatever becomes of the mailboxes.
    provider.claims(json!({ "sub": "ann-1" }));
    let (mut browser, page) = sign_in(&it).await;
    assert_eq!(page.at, "/usage");
    assert_eq!(it.store.openids_of(ann.id).await.unwrap().len(), 1);

    // Her password still opens the account, and takes the provider from it.
    let page = browser
        .post("/settings/openid/unlink", &[("issuer", &provider.issuer)])
        .await;
    assert_eq!(page.at, "/settings?done=openid-unlinked");
    page.assert_has_not(&provider.issuer);
    assert_eq!(actions_of(&it, &ann).await[0], "account.openid_unlinked");
    let (_, page) = sign_in(&it).await;
    assert_refused(&page, 422, "Example ID has not confirmed your e-mail");
}

#[tokio::test]
async fn whoever_is_new_gets_an_account_without_a_password() {
    let mut mailbox = Mailbox::open().await;
    let mail = mailbox.config.clone();
    let (it, provider) = house_with(|config| {
        config.sign_up = SignUp::Open;
        config.mail = Some(mail);
    })
    .await;
    provider.claims(json!({
        "sub": "ann-1", "email": "Ann@Example.com", "email_verified": "true",
        "name": "Ann <b>", "zoneinfo": "Asia/Kathmandu",
    }));
    let (mut browser, page) = sign_in(&it).await;
    assert_eq!((page.at.as_str(), page.status), ("/quick-start", 200));
    let (ann, hash) = it.store.account_by_email(ANN).await.unwrap().unwrap();
    assert_eq!((ann.name.as_str(), ann.role), ("Ann <b>", Role::Developer));
    assert_eq!(ann.time_zone, "Asia/Kathmandu");
    assert_eq!(hash, "");
    let entry = &it.store.audit_of(ann.id, 10).await.unwrap();
    let created = entry.iter().find(|entry| entry.action == "account.created");
    let after = created.unwrap().after.clone().unwrap();
    assert!(after.contains("\"by\":\"openid\""), "{after}");

    // No password opens it, the empty one neither.
    for password in ["", PASSWORD] {
        let page = Browser::new(&it.address)
            .post("/sign-in", &[("email", ANN), ("password", password)])
            .await;
        assert_eq!(page.status, 422);
    }
    let page = browser.open("/settings").await;
    page.assert_has("Your account has no password");
    page.assert_has("This is your only way in");
    let unlink = [("issuer", provider.issuer.as_str())];
    let page = browser.post("/settings/openid/unlink", &unlink).await;
    assert_eq!(page.status, 422);
    page.assert_has("Your account has no password yet");
    let page = browser
        .post("/settings/delete", &[("email", ANN), ("password", "")])
        .await;
    assert_eq!(page.status, 422);

    browser.post("/reset", &[("email", ANN)]).await;
    let link = mailbox.next().await.link("/reset/new");
    let fields = [
        ("token", link.split_once('=').unwrap().1),
        ("new_password", PASSWORD),
        ("again_password", PASSWORD),
    ];
    browser.post("/reset/new", &fields).await;
    let mut browser = it.browser(ANN).await;
    let page = browser.post("/settings/openid/unlink", &unlink).await;
    assert_eq!(page.at, "/settings?done=openid-unlinked");
}

#[tokio::test]
async fn doors_decide_who_may_open_an_account_by_a_provider() {
    let (it, provider) = house().await;
    let (_, page) = sign_in(&it).await;
    assert_refused(&page, 403, "Ask the people who run this site to invite you");
    assert!(it.store.account_by_email(ANN).await.unwrap().is_none());
    // Whom staff invited may.
    let owner = it.account("olive@example.com", Role::Owner).await;
    let actions = &it.server.actions;
    actions
        .invite(&By::from(&owner), ANN, Language::English)
        .await
        .unwrap();
    assert_eq!(sign_in(&it).await.1.at, "/quick-start");
    provider.person("bob-1", "bob@example.com");
    assert_eq!(sign_in(&it).await.1.status, 403);

    let allowed = |config: &mut Config| {
        config.openid.as_mut().unwrap().allowed_domains = vec!["example.com".into()];
    };
    let (it, provider) = house_with(allowed).await;
    assert_eq!(sign_in(&it).await.1.at, "/quick-start");
    provider.person("eve-1", "eve@not-example.com");
    assert_eq!(sign_in(&it).await.1.status, 403);

    let (it, _) = house_with(|config| {
        allowed(config);
        config.sign_up = SignUp::Closed;
    })
    .await;
    let (mut browser, page) = sign_in(&it).await;
    assert_refused(&page, 403, "sign-up is closed");
    assert_outside(&mut browser).await;
    assert!(it.store.account_by_email(ANN).await.unwrap().is_none());
}

#[tokio::test]
async fn an_e_mail_that_the_provider_does_not_prove_opens_nothing() {
    let (it, provider) = house_with(|config| config.sign_up = SignUp::Open).await;
    let ann = it.account(ANN, Role::Owner).await;
    for person in [
        json!({ "sub": "eve-1", "email": ANN, "email_verified": false }),
        json!({ "sub": "eve-1", "email": ANN }),
        json!({ "sub": "eve-1", "email": ANN, "email_verified": null }),
        json!({ "sub": "eve-1" }),
        json!({ "sub": "eve-1", "email": "nothing", "email_verified": true }),
    ] {
        provider.claims(person);
        let (mut browser, page) = sign_in(&it).await;
        assert_refused(&page, 422, "has not confirmed your e-mail");
        assert_outside(&mut browser).await;
    }
    assert_eq!(it.store.openids_of(ann.id).await.unwrap(), []);
}

#[tokio::test]
async fn an_e_mail_may_be_told_by_the_userinfo_endpoint() {
    let (it, provider) = house().await;
    it.account(ANN, Role::Developer).await;
    provider.tell_later();
    assert_eq!(sign_in(&it).await.1.at, "/usage");
}

#[tokio::test]
async fn a_mailbox_that_went_to_somebody_else_does_not_take_the_account_along() {
    let (it, provider) = house().await;
    it.account(ANN, Role::Developer).await;
    assert_eq!(sign_in(&it).await.1.at, "/usage");
    provider.person("another-1", ANN);
    let (mut browser, page) = sign_in(&it).await;
    assert_refused(&page, 409, "linked to somebody else at Example ID");
    assert_outside(&mut browser).await;
}

#[tokio::test]
async fn a_state_is_good_for_one_return_of_the_browser_that_left() {
    let (it, _) = house().await;
    it.account(ANN, Role::Developer).await;
    let mut browser = Browser::new(&it.address);
    let back = on_the_way_back(&mut browser).await;
    let away = browser.cookie("allowance_session").unwrap().to_owned();

    // Another browser, without a session and with one of its own.
    let mut other = Browser::new(&it.address);
    let page = other.open(&back).await;
    assert_refused(&page, 422, "began in another browser");
    on_the_way_back(&mut other).await;
    assert_refused(&other.open(&back).await, 422, "began in another browser");
    assert_outside(&mut other).await;
    // No state, and one that is not ours.
    for state in ["", "&state=", "&state=guess"] {
        let address = format!("{LEAVE}/callback?code=x{state}");
        assert_eq!(browser.open(&address).await.status, 422);
    }

    let page = browser.open(&back).await;
    assert_eq!(page.at, "/usage", "{}", page.text);
    // The same answer once more: in the session that it made, and in the one before.
    assert_refused(&browser.open(&back).await, 422, "was finished before");
    let mut again = Browser::new(&it.address);
    again.set_cookie("allowance_session", &away);
    assert_refused(&again.open(&back).await, 422, "was finished before");
    assert_outside(&mut again).await;
    browser.open("/usage").await.assert_has("Usage");
}

#[tokio::test]
async fn an_answer_that_failed_is_used_up_as_well() {
    let (it, provider) = house().await;
    it.account(ANN, Role::Developer).await;
    provider.keys(2, 1);
    provider.header(json!({ "alg": "ES256", "kid": "key-1" }));
    let mut browser = Browser::new(&it.address);
    let back = on_the_way_back(&mut browser).await;
    assert_refused(&browser.open(&back).await, 422, "could not be proven");
    provider.keys(1, 1);
    assert_refused(&browser.open(&back).await, 422, "was finished before");
}

#[tokio::test]
async fn an_answer_has_ten_minutes() {
    let (it, _) = house().await;
    it.account(ANN, Role::Developer).await;
    let mut browser = Browser::new(&it.address);
    let back = on_the_way_back(&mut browser).await;
    it.clock.advance(10 * MINUTE);
    assert_refused(&browser.open(&back).await, 422, "took too long");
    assert_outside(&mut browser).await;
}

#[tokio::test]
async fn an_id_token_of_another_sign_in_is_not_believed() {
    let (it, provider) = house().await;
    it.account(ANN, Role::Developer).await;
    let mut first = Browser::new(&it.address);
    let away = first.step(LEAVE).await;
    let nonce = away.split("nonce=").nth(1).unwrap();
    let nonce = nonce.split('&').next().unwrap().to_owned();
    // The provider, or who stands between, hands the token of the first one out again.
    provider.twist(move |claims| claims["nonce"] = json!(nonce));
    let (mut browser, page) = sign_in(&it).await;
    assert_refused(&page, 422, "could not be proven");
    assert_outside(&mut browser).await;
    provider.twist(|claims| {
        claims.as_object_mut().unwrap().remove("nonce");
    });
    assert_eq!(sign_in(&it).await.1.status, 422);
}

#[tokio::test]
async fn an_id_token_is_for_this_site_of_this_provider_and_not_over() {
    let (it, provider) = house().await;
    it.account(ANN, Role::Developer).await;
    let now = NOW / 1_000;
    for (claim, value) in [
        ("aud", json!("another-site")),
        ("aud", json!(["allowance", "another-site"])),
        ("aud", json!([])),
        ("iss", json!("https://another.example")),
        ("exp", json!(now)),
        ("exp", json!(now - 3_600)),
        ("sub", json!("")),
        ("sub", json!("s".repeat(256))),
        ("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA")),
    ] {
        let wrong = value.clone();
        provider.twist(move |claims| claims[claim] = wrong.clone());
        let (mut browser, page) = sign_in(&it).await;
        assert!(
            page.text.contains("could not be proven"),
            "{claim} {value}: {}",
            page.text
        );
        assert_refused(&page, 422, "could not be proven");
        assert_outside(&mut browser).await;
    }
    provider.twist(|_| {});
    assert_eq!(sign_in(&it).await.1.at, "/usage");
}

#[tokio::test]
async fn a_signature_is_of_a_key_of_the_provider() {
    let (it, provider) = house().await;
    it.account(ANN, Role::Developer).await;
    for header in [
        // The published key's name on another's signature.
        json!({ "alg": "ES256", "kid": "key-1" }),
        json!({ "alg": "ES256", "kid": "key-9" }),
        json!({ "alg": "none" }),
        // Whoever knows the client's secret could make it.
        json!({ "alg": "HS256" }),
        json!({ "alg": "RS256", "kid": "key-1" }),
        json!({ "alg": "ES256", "kid": "key-1", "crit": ["exp"] }),
    ] {
        provider.keys(2, 1);
        provider.header(header.clone());
        let (mut browser, page) = sign_in(&it).await;
        assert_eq!(page.status, 422, "{header}");
        assert_outside(&mut browser).await;
    }
    // A provider may take another key: it is asked anew.
    provider.header(json!({ "alg": "ES256", "kid": "key-3" }));
    provider.keys(3, 3);
    it.clock.advance(MINUTE);
    assert_eq!(sign_in(&it).await.1.at, "/usage");
}

#[tokio::test]
async fn a_provider_that_is_down_stops_neither_the_start_nor_passwords() {
    let (it, provider) = house().await;
    it.account(ANN, Role::Developer).await;
    provider.down(true);
    for _ in 0..2 {
        let (_, page) = sign_in(&it).await;
        assert_refused(&page, 503, "Example ID does not answer right now");
    }
    it.browser(ANN).await;
    provider.down(false);
    it.clock.advance(5_000);
    assert_eq!(sign_in(&it).await.1.at, "/usage");

    // Nobody listens at its address at all.
    let it = TestServer::start_with(|config| {
        let mut openid = provider.config();
        openid.issuer = "http://127.0.0.1:1".into();
        config.openid = Some(openid);
    })
    .await;
    let (_, page) = sign_in(&it).await;
    assert_refused(&page, 503, "Example ID does not answer right now");
}

#[tokio::test]
async fn whoever_says_no_at_the_provider_is_told_so_and_nothing_that_it_wrote() {
    let (it, provider) = house().await;
    it.account(ANN, Role::Developer).await;
    provider.deny(true);
    let mut browser = Browser::new(&it.address);
    let page = browser.open("/sign-in/openid?next=/keys").await;
    assert_refused(&page, 403, "You did not let Example ID tell us who you are");
    page.assert_has("name=\"next\" value=\"/keys\"");
    page.assert_has_not("<b>no");
    assert_outside(&mut browser).await;
    provider.deny(false);

    // Another error, another provider's answer, and no code at all.
    for answer in [
        "error=server_error",
        "code=x&iss=https://evil.example",
        "a=b",
    ] {
        let away = browser.step(LEAVE).await;
        let state = away.split("state=").nth(1).unwrap();
        let state = state.split('&').next().unwrap();
        let page = browser
            .open(&format!("{LEAVE}/callback?{answer}&state={state}"))
            .await;
        assert_refused(&page, 422, "did not complete this sign-in");
    }
}

#[tokio::test]
async fn a_code_that_is_none_is_refused_by_the_provider() {
    let (it, _) = house().await;
    it.account(ANN, Role::Developer).await;
    let mut browser = Browser::new(&it.address);
    let mut victim = Browser::new(&it.address);
    // A code that was made for another browser: the proof of possession differs.
    let stolen = on_the_way_back(&mut victim).await;
    let code = stolen.split("code=").nth(1).unwrap();
    let code = code.split('&').next().unwrap();
    let back = on_the_way_back(&mut browser).await;
    let state = back.split("state=").nth(1).unwrap();
    let page = browser
        .open(&format!("{LEAVE}/callback?code={code}&state={state}"))
        .await;
    assert_refused(&page, 422, "did not complete this sign-in");
    assert_outside(&mut browser).await;
}

#[tokio::test]
async fn a_disabled_account_stays_outside() {
    let (it, _) = house().await;
    let ann = it.account(ANN, Role::Developer).await;
    let owner = it.account("olive@example.com", Role::Owner).await;
    let by = allowance::domain::authority::By::from(&owner);
    let actions = &it.server.actions;
    actions
        .disable_account(&by, &ann.public_id, "Left us")
        .await
        .unwrap();
    let (mut browser, page) = sign_in(&it).await;
    assert_refused(&page, 403, "This account is disabled");
    assert_outside(&mut browser).await;
    assert_eq!(it.store.openids_of(ann.id).await.unwrap(), []);

    actions.enable_account(&by, &ann.public_id).await.unwrap();
    assert_eq!(sign_in(&it).await.1.at, "/usage");
    actions
        .disable_account(&by, &ann.public_id, "Left us")
        .await
        .unwrap();
    let (_, page) = sign_in(&it).await;
    assert_refused(&page, 403, "This account is disabled");
}

#[tokio::test]
async fn the_second_step_is_asked_for_after_the_provider_too() {
    let (it, _) = house().await;
    let ann = it.account(ANN, Role::Developer).await;
    let mut inside = it.browser(ANN).await;
    inside
        .post(
            "/settings/second-step/begin",
            &[("factor_password", PASSWORD)],
        )
        .await;
    let factor = it.store.second_factor(ann.id).await.unwrap().unwrap();
    let code = factor.secret.code(it.server.actions.now());
    inside
        .post("/settings/second-step", &[("second_code", &code)])
        .await;
    it.clock.advance(30_000);

    let mut browser = Browser::new(&it.address);
    let page = browser.open("/sign-in/openid?next=/keys").await;
    assert_eq!(page.at, "/sign-in/code?next=/keys");
    assert_outside(&mut browser).await;
    let code = factor.secret.code(it.server.actions.now());
    let fields = [("second_code", code.as_str()), ("next", "/keys")];
    let page = browser.post("/sign-in/code", &fields).await;
    assert_eq!((page.at.as_str(), page.status), ("/keys", 200));
}

#[tokio::test]
async fn nobody_is_led_to_another_site_after_the_sign_in() {
    let (it, _) = house().await;
    it.account(ANN, Role::Developer).await;
    for next in [
        "//evil.example",
        "https://evil.example",
        "/%5Cevil.example",
        "/a%0d%0aSet-Cookie:x=y",
        "javascript:alert(1)",
    ] {
        let mut browser = Browser::new(&it.address);
        let page = browser.open(&format!("{LEAVE}?next={next}")).await;
        assert_eq!(page.at, "/usage", "{next}");
        // Who is inside already does not go to the provider.
        let to = browser.step(&format!("{LEAVE}?next={next}")).await;
        assert_eq!(to, "/usage", "{next}");
    }
}

#[tokio::test]
async fn sign_ins_that_come_to_nothing_wait_longer_and_longer() {
    let (it, _) = house().await;
    it.account(ANN, Role::Developer).await;
    let from = |address: &'static str| {
        let browser = Browser::new(&it.address);
        let request = browser.request(Method::GET, LEAVE);
        async move {
            let request = request.header("x-forwarded-for", address);
            request.send().await.unwrap()
        }
    };
    for _ in 0..41 {
        assert_eq!(from("192.0.2.1").await.status(), 303);
    }
    let waits = from("192.0.2.1").await;
    assert_eq!(waits.status(), 429);
    assert_eq!(waits.headers()["retry-after"], "5");
    assert_eq!(from("192.0.2.2").await.status(), 303);
}

#[tokio::test]
async fn without_a_provider_there_is_no_way_to_one() {
    let it = TestServer::start().await;
    let mut browser = Browser::new(&it.address);
    browser
        .open("/sign-in")
        .await
        .assert_has_not("/sign-in/openid");
    for path in [LEAVE, "/sign-in/openid/callback?code=x&state=y"] {
        assert_eq!(browser.open(path).await.status, 404);
    }
}

#[tokio::test]
async fn what_the_provider_handed_out_is_written_nowhere() {
    let (it, provider) = house_with(|config| config.sign_up = SignUp::Open).await;
    let (mut browser, page) = sign_in(&it).await;
    assert_eq!(page.at, "/quick-start");
    let (ann, _) = it.store.account_by_email(ANN).await.unwrap().unwrap();
    let mut seen = format!("{:?}", it.store.audit_of(ann.id, 100).await.unwrap());
    for path in ["/settings", "/settings/export.json"] {
        seen.push_str(&browser.open(path).await.text);
    }
    assert!(seen.contains(&provider.issuer));
    let mut secrets = provider.secrets();
    assert_eq!(secrets.len(), 3);
    secrets.push(CLIENT_SECRET.into());
    for secret in secrets {
        assert!(!seen.contains(&secret), "{secret}");
    }
}

#[tokio::test]
async fn a_deleted_account_is_forgotten_by_the_provider_s_name_too() {
    let (it, _) = house_with(|config| config.sign_up = SignUp::Open).await;
    let ann = it.account(ANN, Role::Developer).await;
    let (mut browser, _) = sign_in(&it).await;
    let fields = [("email", ANN), ("password", PASSWORD)];
    let page = browser.post("/settings/delete", &fields).await;
    assert!(page.at.contains("account-deleted"), "{}", page.at);
    assert_eq!(it.store.openids_of(ann.id).await.unwrap(), []);
    assert_eq!(sign_in(&it).await.1.at, "/quick-start");
    let (again, _) = it.store.account_by_email(ANN).await.unwrap().unwrap();
    assert_ne!(again.id, ann.id);
}
