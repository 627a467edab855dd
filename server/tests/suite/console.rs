//! The console over HTTP, without a screen: what the pages and forms must do.

use crate::support::{Browser, Page, TestServer};
use allowance::domain::accounts::Role;
use allowance::domain::store::{Keys, Projects, QuotaRequests};

/// Figures of an API's card: charged and failed calls in the period.
fn figures(page: &Page, api: &str) -> (String, String) {
    let card = page.between(&format!("data-api=\"{api}\""), "</article>");
    let figure = |name: &str| {
        let marker = format!("data-figure=\"{name}\"");
        let (_, rest) = card
            .split_once(&marker)
            .unwrap_or_else(|| panic!("no {name} in {card}"));
        let (_, rest) = rest.split_once('>').unwrap();
        rest.split('<').next().unwrap().to_owned()
    };
    (figure("remaining"), figure("charged"))
}

#[tokio::test]
async fn strangers_are_asked_to_sign_in_and_come_back_to_where_they_wanted() {
    let it = TestServer::start().await;
    it.account("ann@example.com", Role::Developer).await;
    let mut browser = Browser::new(&it.address);
    for path in [
        "/usage",
        "/keys",
        "/projects",
        "/request-more",
        "/admin",
        "/admin/audit",
    ] {
        let page = browser.open(path).await;
        assert!(page.at.starts_with("/sign-in"), "{path} led to {}", page.at);
    }
    let page = browser.open("/usage?period=7d").await;
    assert_eq!(page.at, "/sign-in?next=/usage%3Fperiod%3D7d");
    let fields = [
        ("email", "ann@example.com"),
        ("password", crate::support::PASSWORD),
        ("next", "/usage?period=7d"),
    ];
    assert_eq!(
        browser.post("/sign-in", &fields).await.at,
        "/usage?period=7d"
    );
    let page = browser.post("/sign-out", &[]).await;
    assert_eq!(page.at, "/sign-in?done=signed-out");
    assert!(browser.open("/usage").await.at.starts_with("/sign-in"));
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_email_get_the_same_answer() {
    let it = TestServer::start().await;
    it.account("ann@example.com", Role::Developer).await;
    let mut browser = Browser::new(&it.address);
    for email in ["ann@example.com", "nobody@example.com"] {
        let page = browser
            .post(
                "/sign-in",
                &[
                    ("email", email),
                    ("password", "wrong password"),
                    ("next", ""),
                ],
            )
            .await;
        assert_eq!(page.status, 422);
        page.assert_has(email);
        page.assert_has_not("wrong password");
    }
}

#[tokio::test]
async fn a_session_is_new_at_sign_in() {
    let it = TestServer::start().await;
    it.account("ann@example.com", Role::Developer).await;
    let mut browser = Browser::new(&it.address);
    browser.set_cookie("allowance_session", "AAAAAAAAAAAAAAAAAAAAAA");
    let fields = [
        ("email", "ann@example.com"),
        ("password", crate::support::PASSWORD),
        ("next", ""),
    ];
    browser.post("/sign-in", &fields).await;
    assert_ne!(
        browser.cookie("allowance_session"),
        Some("AAAAAAAAAAAAAAAAAAAAAA")
    );
}

#[tokio::test]
async fn a_form_of_another_site_changes_nothing() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let browser = it.browser("ann@example.com").await;
    let response = browser
        .request(reqwest::Method::POST, "/projects")
        .header("sec-fetch-site", "cross-site")
        .form(&[("name", "Planted")])
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 403);
    assert_eq!(it.store.projects(ann.id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn pages_say_what_the_browser_must_refuse() {
    let it = TestServer::start().await;
    let response = reqwest::get(format!("{}/sign-in", it.address))
        .await
        .unwrap();
    let policy = response.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(!policy.contains("unsafe-inline"), "{policy}");
    assert_eq!(response.headers()["cache-control"], "no-store");
    let nonce = policy
        .split("'nonce-")
        .nth(1)
        .unwrap()
        .split('\'')
        .next()
        .unwrap()
        .to_owned();
    let text = response.text().await.unwrap();
    for script in text.split("<script").skip(1) {
        let tag = script.split('>').next().unwrap();
        assert!(
            tag.contains(&nonce) || tag.contains("src="),
            "<script{tag}>"
        );
    }
}

#[tokio::test]
async fn the_desk_is_not_there_for_developers() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let mut browser = it.browser("ann@example.com").await;
    for path in [
        "/admin",
        "/admin/requests",
        "/admin/audit",
        "/admin/accounts/acc_1",
    ] {
        assert_eq!(browser.open(path).await.status, 404, "{path}");
    }
    let grant = format!("/admin/accounts/{}/grants", ann.public_id);
    let fields = [("api", "searchMemory"), ("calls", "5"), ("reason", "me")];
    assert_eq!(browser.post(&grant, &fields).await.status, 404);
    assert_eq!(it.remaining(&ann, "searchMemory").await, 1_000);
    assert_eq!(browser.open("/nothing/here").await.status, 404);
}

#[tokio::test]
async fn a_key_is_shown_once_and_works() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let project = it.store.projects(ann.id).await.unwrap()[0]
        .public_id
        .clone();
    let mut browser = it.browser("ann@example.com").await;
    let fields = [
        ("name", "Laptop <b>é🔑"),
        ("project", project.as_str()),
        ("expires", ""),
    ];
    let page = browser.post("/keys", &fields).await;
    assert_eq!(page.status, 200);
    let secret = format!("mpg-{}", &page.between("mpg-", "<")[..40]);
    assert_eq!(it.search(&secret).await["code"], 0);
    let again = browser.open("/keys").await;
    again.assert_has_not(&secret);
    again.assert_has(&secret[40..]);
    again.assert_has("Laptop &lt;b&gt;é🔑");

    let id = it.store.keys(ann.id).await.unwrap()[0].public_id.clone();
    let page = browser.post(&format!("/keys/{id}/disable"), &[]).await;
    assert_eq!(page.at, "/keys?done=key-disabled");
    assert_eq!(it.search(&secret).await["code"], 40_132);
    browser.post(&format!("/keys/{id}/enable"), &[]).await;
    assert_eq!(it.search(&secret).await["code"], 0);
}

#[tokio::test]
async fn a_form_that_cannot_be_done_keeps_what_was_typed() {
    let it = TestServer::start().await;
    it.account("ann@example.com", Role::Developer).await;
    let mut browser = it.browser("ann@example.com").await;
    let page = browser
        .post(
            "/keys",
            &[
                ("name", "My laptop"),
                ("project", "prj_of_bob"),
                ("expires", "2026-02-31"),
            ],
        )
        .await;
    assert_eq!(page.status, 422);
    page.assert_has("My laptop");
    let fields = [("name", "Same name"), ("description", "typed before")];
    browser.post("/projects", &fields).await;
    let page = browser.post("/projects", &fields).await;
    assert_eq!(page.status, 422);
    page.assert_has("typed before");
    let page = browser
        .post(
            "/request-more",
            &[
                ("api", "searchMemory"),
                ("calls", "many"),
                ("reason", "a launch"),
            ],
        )
        .await;
    assert_eq!(page.status, 422);
    page.assert_has("a launch");
}

#[tokio::test]
async fn a_key_of_another_account_is_neither_shown_nor_touched() {
    let it = TestServer::start().await;
    it.account("ann@example.com", Role::Developer).await;
    let bob = it.account("bob@example.com", Role::Developer).await;
    let bobs = it.key(&bob, "Bob's secret plan").await;
    it.search(&bobs).await;
    let key = it.store.keys(bob.id).await.unwrap()[0].clone();
    let mut browser = it.browser("ann@example.com").await;
    assert_eq!(
        browser
            .post(&format!("/keys/{}/disable", key.public_id), &[])
            .await
            .status,
        404
    );
    assert_eq!(it.search(&bobs).await["code"], 0);
    let filters = [
        format!("key={}", key.public_id),
        format!("project={}", key.project_public_id),
    ];
    for filter in filters {
        let page = browser.open(&format!("/usage?{filter}")).await;
        assert_eq!(page.status, 200);
        page.assert_has("role=\"alert\"");
        page.assert_has_not("secret plan");
        assert_eq!(figures(&page, "searchMemory"), ("1,000".into(), "0".into()));
    }
}

#[tokio::test]
async fn filters_add_up_and_a_link_shows_the_same_elsewhere() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let project = it
        .server
        .actions
        .create_project(&ann, "Second", "")
        .await
        .unwrap();
    let one = it.key(&ann, "One").await;
    let two = it.key_in(&ann, "Two", &project.public_id).await;
    for key in [&one, &one, &one, &two, &two] {
        assert_eq!(it.search(key).await["code"], 0);
    }
    it.clock.advance(24 * 60 * 60 * 1_000);
    assert_eq!(it.search(&two).await["code"], 0);

    let first = it.store.projects(ann.id).await.unwrap()[0]
        .public_id
        .clone();
    let two_id = it.store.keys(ann.id).await.unwrap()[0].public_id.clone();
    let mut browser = it.browser("ann@example.com").await;
    for (query, charged) in [
        (String::new(), "6"),
        (format!("?project={first}"), "3"),
        (format!("?project={}", project.public_id), "3"),
        (format!("?key={two_id}"), "3"),
        (format!("?project={first}&key={two_id}"), "0"),
        ("?period=today".into(), "1"),
        ("?from=2026-11-24&to=2026-11-24".into(), "5"),
        ("?from=2026-11-23&to=2026-11-23".into(), "0"),
        ("?project=&key=&period=&from=&to=".into(), "6"),
    ] {
        let page = browser.open(&format!("/usage{query}")).await;
        let expected = ("994".to_owned(), charged.to_owned());
        assert_eq!(figures(&page, "searchMemory"), expected, "{query}");
    }
    let link = format!("/usage?project={first}&period=7d");
    let here = browser.open(&link).await;
    let there = it.browser("ann@example.com").await.open(&link).await;
    assert_eq!(
        figures(&here, "searchMemory"),
        figures(&there, "searchMemory")
    );
}

#[tokio::test]
async fn filter_values_that_make_no_sense_are_answered_in_words() {
    let it = TestServer::start().await;
    it.account("ann@example.com", Role::Developer).await;
    let mut browser = it.browser("ann@example.com").await;
    for query in [
        "from=2026-02-31&to=2026-03-01",
        "from=2026-11-02&to=2026-11-01",
        "from=1990-01-01&to=2026-01-01",
        "period=fortnight",
        "project=prj_nobody",
        "key=%00%FF",
    ] {
        let page = browser.open(&format!("/usage?{query}")).await;
        assert_eq!(page.status, 200, "{query}");
        page.assert_has("role=\"alert\"");
    }
    browser
        .open("/usage")
        .await
        .assert_has_not("role=\"alert\"");
}

#[tokio::test]
async fn more_quota_is_asked_for_granted_and_counts_for_the_next_call() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    it.account("sam@example.com", Role::Owner).await;
    let key = it.key(&ann, "Key").await;
    it.burn(&ann, &key, "searchMemory", 1_000).await;
    assert_eq!(it.search(&key).await["code"], 40_300);

    let mut developer = it.browser("ann@example.com").await;
    let page = developer.open("/request-more").await;
    page.assert_has(&ann.reference_code);
    page.assert_has("<svg");
    let fields = [
        ("api", "searchMemory"),
        ("calls", "1,500"),
        ("reason", "Our launch <i>week</i>"),
    ];
    let page = developer.post("/request-more", &fields).await;
    assert_eq!(page.at, "/request-more?done=request-sent");
    assert_eq!(
        developer.post("/request-more", &fields).await.status,
        422,
        "one open request"
    );

    let mut admin = it.browser("sam@example.com").await;
    let page = admin.open("/admin/requests").await;
    page.assert_has("Our launch &lt;i&gt;week&lt;/i&gt;");
    let request = it.store.quota_requests_of(ann.id).await.unwrap()[0]
        .public_id
        .clone();
    let approve = format!("/admin/requests/{request}/approve");
    let fields = [("calls", "2"), ("answer", "Have two.")];
    let page = admin.post(&approve, &fields).await;
    assert_eq!(page.at, "/admin/requests?done=request-approved");
    assert_eq!(
        admin.post(&approve, &fields).await.status,
        409,
        "answered once"
    );

    assert_eq!(it.search(&key).await["code"], 0);
    assert_eq!(it.search(&key).await["code"], 0);
    assert_eq!(it.search(&key).await["code"], 40_300);
    developer
        .open("/request-more")
        .await
        .assert_has("Have two.");
    let audit = admin.open("/admin/audit").await;
    audit.assert_has("request.sent");
    audit.assert_has("request.approved");
    audit.assert_has("sam@example.com");
    it.assert_verified().await;
}

#[tokio::test]
async fn staff_find_an_account_and_grant_with_a_reason() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    it.account("sam@example.com", Role::Owner).await;
    let key = it.key(&ann, "Key").await;
    it.search(&key).await;
    let mut admin = it.browser("sam@example.com").await;
    for search in [
        "ANN@",
        "ann",
        &ann.reference_code.to_lowercase(),
        &ann.public_id,
    ] {
        let page = admin.open(&format!("/admin?q={search}")).await;
        page.assert_has(&format!("/admin/accounts/{}", ann.public_id));
    }
    admin
        .open("/admin?q=nobody")
        .await
        .assert_has_not("/admin/accounts/acc_");
    let page = format!("/admin/accounts/{}", ann.public_id);
    let grants = format!("{page}/grants");
    let fields = [("api", "searchMemory"), ("calls", "500"), ("reason", "")];
    assert_eq!(
        admin.post(&grants, &fields).await.status,
        422,
        "a reason is needed"
    );
    let fields = [
        ("api", "searchMemory"),
        ("calls", "500"),
        ("reason", "A friend of the house"),
    ];
    let shown = admin.post(&grants, &fields).await;
    assert_eq!(shown.at, format!("{page}?done=granted"));
    shown.assert_has("A friend of the house");
    assert_eq!(it.remaining(&ann, "searchMemory").await, 1_499);
    assert_eq!(admin.open("/admin/accounts/acc_nobody").await.status, 404);
}

#[tokio::test]
async fn a_request_can_be_taken_back_or_rejected_with_a_sentence() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    it.account("sam@example.com", Role::Support).await;
    let mut developer = it.browser("ann@example.com").await;
    let mut admin = it.browser("sam@example.com").await;
    let fields = [("api", "getMessage"), ("calls", "10"), ("reason", "tests")];
    developer.post("/request-more", &fields).await;
    let newest = async || {
        it.store.quota_requests_of(ann.id).await.unwrap()[0]
            .public_id
            .clone()
    };
    let first = newest().await;
    let page = developer
        .post(&format!("/request-more/{first}/withdraw"), &[])
        .await;
    assert_eq!(page.at, "/request-more?done=request-withdrawn");
    let late = admin
        .post(
            &format!("/admin/requests/{first}/reject"),
            &[("answer", "no")],
        )
        .await;
    assert_eq!(late.status, 409);

    developer.post("/request-more", &fields).await;
    let reject = format!("/admin/requests/{}/reject", newest().await);
    assert_eq!(
        admin.post(&reject, &[("answer", " ")]).await.status,
        422,
        "a sentence is needed"
    );
    let page = admin
        .post(&reject, &[("answer", "Please try the batch call.")])
        .await;
    assert_eq!(page.at, "/admin/requests?done=request-rejected");
    developer
        .open("/request-more")
        .await
        .assert_has("Please try the batch call.");
    assert_eq!(it.remaining(&ann, "getMessage").await, 5_000);
}
