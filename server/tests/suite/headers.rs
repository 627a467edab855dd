//! What browsers are told to refuse, and the cookies that they keep.

use crate::support::{PASSWORD, TestServer};
use allowance::domain::accounts::Role;
use reqwest::{Client, Response, redirect::Policy};

async fn sign_in(it: &TestServer) -> Response {
    it.account("ann@example.com", Role::Developer).await;
    let client = Client::builder().redirect(Policy::none()).build().unwrap();
    client
        .post(format!("{}/sign-in", it.address))
        .header("sec-fetch-site", "same-origin")
        .form(&[("email", "ann@example.com"), ("password", PASSWORD)])
        .send()
        .await
        .unwrap()
}

fn cookies(response: &Response) -> Vec<String> {
    let all = response.headers().get_all("set-cookie").iter();
    all.map(|cookie| cookie.to_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn every_answer_of_the_console_says_what_to_refuse() {
    let it = TestServer::start().await;
    // A page, one that is not there, a redirect, a script's, a file that is not there.
    for path in [
        "/sign-in",
        "/nothing",
        "/usage",
        "/palette.json",
        "/pkg/no.js",
    ] {
        let client = Client::builder().redirect(Policy::none()).build().unwrap();
        let response = client
            .get(format!("{}{path}", it.address))
            .send()
            .await
            .unwrap();
        let headers = response.headers();
        let policy = headers["content-security-policy"].to_str().unwrap();
        for rule in [
            "default-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.contains(rule), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe-inline"), "{path}: {policy}");
        assert!(!policy.contains("'unsafe-eval'"), "{path}: {policy}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(headers[name], value, "{path}");
        }
        assert!(!headers.contains_key("strict-transport-security"));
    }
}

#[tokio::test]
async fn a_nonce_is_good_for_one_answer() {
    let it = TestServer::start().await;
    let mut seen = Vec::new();
    for _ in 0..2 {
        let response = reqwest::get(format!("{}/sign-in", it.address))
            .await
            .unwrap();
        let policy = response.headers()["content-security-policy"].clone();
        assert!(!seen.contains(&policy));
        seen.push(policy);
        let text = response.text().await.unwrap();
        assert!(!text.contains(" style="), "the policy forbids it");
        assert!(!text.contains(" onclick="), "the policy forbids it");
    }
}

#[tokio::test]
async fn over_https_cookies_are_bound_to_the_host_and_https_is_remembered() {
    let it = TestServer::start_with(|config| {
        config.public_url = Some("https://quota.example".into());
        config.hsts_days = 365;
    })
    .await;
    let response = sign_in(&it).await;
    assert_eq!(response.status(), 303);
    assert_eq!(
        response.headers()["strict-transport-security"],
        "max-age=31536000"
    );
    let cookies = cookies(&response);
    assert!(!cookies.is_empty());
    for cookie in &cookies {
        assert!(cookie.starts_with("__Host-"), "{cookie}");
        for part in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
    }
    // A session under the plain name, as another host of the domain could plant it.
    let session = cookies
        .iter()
        .find_map(|cookie| cookie.strip_prefix("__Host-allowance_session="))
        .and_then(|rest| rest.split(';').next())
        .unwrap();
    for (name, status) in [
        ("__Host-allowance_session", 200),
        ("allowance_session", 303),
    ] {
        let client = Client::builder().redirect(Policy::none()).build().unwrap();
        let page = client
            .get(format!("{}/projects", it.address))
            .header("cookie", format!("{name}={session}"))
            .send()
            .await
            .unwrap();
        assert_eq!(page.status(), status, "{name}");
    }
}

#[tokio::test]
async fn over_http_cookies_have_plain_names_and_nothing_is_said_of_https() {
    let it = TestServer::start_with(|config| config.hsts_days = 365).await;
    let response = sign_in(&it).await;
    assert!(!response.headers().contains_key("strict-transport-security"));
    for cookie in cookies(&response) {
        assert!(cookie.starts_with("allowance_"), "{cookie}");
        assert!(!cookie.contains("Secure"), "{cookie}");
    }
}

#[tokio::test]
async fn a_form_of_another_origin_is_refused_by_either_sign() {
    let it = TestServer::start().await;
    it.account("ann@example.com", Role::Developer).await;
    let client = Client::builder().redirect(Policy::none()).build().unwrap();
    for (header, value, status) in [
        ("sec-fetch-site", "cross-site", 403),
        ("sec-fetch-site", "same-site", 403),
        ("origin", "https://evil.example", 403),
        ("origin", "null", 403),
        ("origin", &*it.address, 303),
        ("sec-fetch-site", "same-origin", 303),
    ] {
        let response = client
            .post(format!("{}/sign-in", it.address))
            .header(header, value)
            .form(&[("email", "ann@example.com"), ("password", PASSWORD)])
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), status, "{header}: {value}");
    }
}
