//! In which language a page comes, and how long a choice holds.

use crate::support::{Browser, PASSWORD, TestServer};
use allowance::domain::accounts::Role;
use allowance::domain::language::Language;
use allowance::domain::store::{Accounts, Audit};
use reqwest::Method;
use reqwest::header::{ACCEPT_LANGUAGE, CONTENT_LANGUAGE, VARY};

#[tokio::test]
async fn a_new_visitor_is_met_in_the_language_of_the_browser() {
    let it = TestServer::start().await;
    let browser = Browser::new(&it.address);
    for (accept, tag, title) in [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN", "登录"),
        ("en-GB,zh;q=0.5", "en", "Sign in"),
        ("fr", "en", "Sign in"),
    ] {
        let response = browser
            .request(Method::GET, "/sign-in")
            .header(ACCEPT_LANGUAGE, accept)
            .send()
            .await
            .unwrap();
        let headers = response.headers().clone();
        assert_eq!(headers[CONTENT_LANGUAGE], tag, "{accept}");
        let varies = headers.get_all(VARY).iter().any(|value| {
            let value = value.to_str().unwrap().to_ascii_lowercase();
            value.contains("accept-language") && value.contains("cookie")
        });
        assert!(varies, "{headers:?}");
        let text = response.text().await.unwrap();
        assert!(text.contains(&format!("<html lang=\"{tag}\"")), "{accept}");
        assert!(text.contains(&format!("<h1>{title}")), "{accept}");
        assert!(text.contains(&format!("<title>{title} · Allowance</title>")));
    }
}

#[tokio::test]
async fn a_stranger_s_choice_is_kept_and_keeps_the_page() {
    let it = TestServer::start().await;
    let mut browser = Browser::new(&it.address);
    let next = "/sign-in?next=/usage%3Fperiod%3D7d";
    let page = browser
        .post("/language", &[("language", "zh-CN"), ("next", next)])
        .await;
    assert_eq!(page.at, next);
    page.assert_has("<h1>登录");
    // A language that nobody speaks here changes nothing, and leads nowhere else.
    let page = browser
        .post(
            "/language",
            &[("language", "tlh"), ("next", "https://evil.example/")],
        )
        .await;
    assert!(page.at.starts_with("/sign-in"), "{}", page.at);
    page.assert_has("<h1>登录");
}

#[tokio::test]
async fn the_account_s_language_holds_in_every_browser_and_is_audited_once() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let mut browser = it.browser("ann@example.com").await;
    for _ in 0..2 {
        let fields = [("language", "zh-CN"), ("next", "/usage?period=7d")];
        let page = browser.post("/language", &fields).await;
        assert_eq!(page.at, "/usage?period=7d");
        page.assert_has("<h1>用量");
        page.assert_has("检索记忆");
        page.assert_has_not("Search memory");
    }
    let kept = it.store.account(ann.id).await.unwrap().unwrap();
    assert_eq!(kept.language, Some(Language::Chinese));
    let log = it.store.audit_of(ann.id, 10).await.unwrap();
    let changes: Vec<_> = log
        .iter()
        .filter(|entry| entry.action == "account.language_changed")
        .collect();
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].before.as_deref(), Some(r#"{"language":null}"#));
    assert_eq!(changes[0].after.as_deref(), Some(r#"{"language":"zh-CN"}"#));

    // Another browser, which itself asks for English.
    let mut other = Browser::new(&it.address);
    other.set_cookie("language", "en");
    let fields = [
        ("email", "ann@example.com"),
        ("password", PASSWORD),
        ("next", "/keys"),
    ];
    other
        .post("/sign-in", &fields)
        .await
        .assert_has("<h1>API 密钥");
}

#[tokio::test]
async fn what_a_form_says_back_is_in_the_reader_s_language() {
    let it = TestServer::start().await;
    it.account("ann@example.com", Role::Developer).await;
    let mut browser = it.browser("ann@example.com").await;
    browser.set_cookie("language", "zh-CN");
    let page = browser
        .post("/projects", &[("name", ""), ("description", "")])
        .await;
    assert_eq!(page.status, 422);
    page.assert_has("此项为必填。");
    let page = browser.open("/nothing-here").await;
    assert_eq!(page.status, 404);
    page.assert_has("页面不存在");
}
