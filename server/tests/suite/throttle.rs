//! Tries in vain, over HTTP: who waits, how long, and who does not.

use crate::support::{Browser, PASSWORD, TestServer};
use allowance::domain::accounts::Role;
use allowance::domain::links::SignUp;
use reqwest::Method;

/// What a form is told that was sent by a client of a proxy: status, seconds to
/// wait, and the page.
async fn send(
    it: &TestServer,
    path: &str,
    from: &str,
    fields: &[(&str, &str)],
) -> (u16, Option<i64>, String) {
    let response = Browser::new(&it.address)
        .request(Method::POST, path)
        .header("sec-fetch-site", "same-origin")
        .header("x-forwarded-for", from)
        .form(fields)
        .send()
        .await
        .unwrap();
    let wait = response.headers().get("retry-after");
    let wait = wait.map(|wait| wait.to_str().unwrap().parse().unwrap());
    (
        response.status().as_u16(),
        wait,
        response.text().await.unwrap(),
    )
}

async fn sign_in(
    it: &TestServer,
    from: &str,
    email: &str,
    password: &str,
) -> (u16, Option<i64>, String) {
    send(
        it,
        "/sign-in",
        from,
        &[("email", email), ("password", password)],
    )
    .await
}

const HERE: &str = "192.0.2.1";
const ELSEWHERE: &str = "198.51.100.7";
const ANN: &str = "ann@example.com";

#[tokio::test]
async fn whoever_mistypes_often_waits_longer_each_time_and_is_told_how_long() {
    let it = TestServer::start().await;
    it.account(ANN, Role::Developer).await;
    for _ in 0..6 {
        assert_eq!(sign_in(&it, HERE, ANN, "wrong").await.0, 422);
    }
    for wait in [2, 4, 8] {
        let (status, told, page) = sign_in(&it, HERE, ANN, PASSWORD).await;
        assert_eq!((status, told), (429, Some(wait)));
        assert!(page.contains(&format!("Wait {wait} seconds")), "{page}");
        assert!(page.contains(ANN) && !page.contains(PASSWORD));
        it.clock.advance(wait * 1_000);
        assert_eq!(sign_in(&it, HERE, ANN, "wrong").await.0, 422);
    }
    // Elsewhere the owner enters at once, and after the wait here too.
    assert_eq!(sign_in(&it, ELSEWHERE, ANN, PASSWORD).await.0, 303);
    it.clock.advance(16_000);
    assert_eq!(sign_in(&it, HERE, ANN, PASSWORD).await.0, 303);
    for _ in 0..5 {
        assert_eq!(sign_in(&it, HERE, ANN, "wrong").await.0, 422);
    }
}

#[tokio::test]
async fn a_mailbox_without_account_waits_as_one_with_an_account_does() {
    let it = TestServer::start().await;
    it.account(ANN, Role::Developer).await;
    for n in 0..8 {
        let known = sign_in(&it, HERE, ANN, "wrong").await;
        let unknown = sign_in(&it, ELSEWHERE, "nobody@example.com", "wrong").await;
        assert_eq!((known.0, known.1), (unknown.0, unknown.1), "{n}");
    }
}

#[tokio::test]
async fn one_address_that_guesses_at_many_accounts_is_slowed_down_alone() {
    let it = TestServer::start().await;
    it.account(ANN, Role::Developer).await;
    let mut refused = 0;
    for n in 0..45 {
        let email = format!("user{n}@example.com");
        refused += i32::from(sign_in(&it, HERE, &email, "wrong").await.0 == 429);
    }
    assert_eq!(refused, 4);
    assert_eq!(sign_in(&it, HERE, ANN, PASSWORD).await.0, 429);
    assert_eq!(sign_in(&it, ELSEWHERE, ANN, PASSWORD).await.0, 303);
    it.clock.advance(5_000);
    assert_eq!(sign_in(&it, HERE, ANN, PASSWORD).await.0, 303);
}

#[tokio::test]
async fn an_address_is_only_believed_from_a_proxy_that_is_trusted() {
    let it = TestServer::start_with(|config| config.trusted_proxies = Vec::new()).await;
    it.account(ANN, Role::Developer).await;
    for n in 0..6 {
        sign_in(&it, &format!("192.0.2.{n}"), ANN, "wrong").await;
    }
    // However they call themselves, they are one.
    assert_eq!(sign_in(&it, ELSEWHERE, ANN, "wrong").await.0, 429);
}

#[tokio::test]
async fn letters_are_asked_for_a_few_times_by_mailbox_and_by_address() {
    let it = TestServer::start_with(|config| config.sign_up = SignUp::Open).await;
    it.account(ANN, Role::Developer).await;
    for path in ["/sign-up", "/reset"] {
        for email in [ANN, "nobody@example.com"] {
            let ask = async || send(&it, path, HERE, &[("email", email)]).await;
            for _ in 0..4 {
                assert_eq!(ask().await.0, 303, "{path} {email}");
            }
            let (status, wait, page) = ask().await;
            assert_eq!((status, wait), (429, Some(60)), "{path} {email}");
            assert!(page.contains("Wait 60 seconds"));
            assert!(page.contains(email));
        }
        for n in 0..13 {
            let email = format!("user{n}@example.com");
            send(&it, path, HERE, &[("email", &email)]).await;
        }
        let fields = [("email", "other@example.com")];
        assert_eq!(send(&it, path, HERE, &fields).await.0, 429, "{path}");
        assert_eq!(send(&it, path, ELSEWHERE, &fields).await.0, 303, "{path}");
    }
}

#[tokio::test]
async fn a_stolen_session_does_not_guess_the_password() {
    let it = TestServer::start().await;
    it.account(ANN, Role::Developer).await;
    let mut thief = it.browser(ANN).await;
    let fields = [
        ("current_password", "a guess at it"),
        ("new_password", "a new long password"),
        ("again_password", "a new long password"),
    ];
    for _ in 0..11 {
        assert_eq!(thief.post("/settings/password", &fields).await.status, 422);
    }
    let page = thief.post("/settings/password", &fields).await;
    assert_eq!(page.status, 429);
    page.assert_has("Wait 10 seconds");
    let fields = [("email", ANN), ("password", PASSWORD)];
    assert_eq!(thief.post("/settings/delete", &fields).await.status, 429);
    // The owner signs in as ever.
    it.browser(ANN).await;
}
