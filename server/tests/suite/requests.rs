//! The request log over HTTP.

use crate::support::{Behaviour, Browser, Page, TestServer, add_body, search_body};
use allowance::config::{ErrorCodes, ErrorStyle};
use allowance::domain::accounts::Role;
use allowance::domain::store::Keys;
use allowance_app::codes::{CODES, Era};
use allowance_app::view::RequestOutcome;
use serde_json::{Value, json};

/// Request ids of the rows, in the page's order.
fn ids(page: &Page) -> Vec<String> {
    page.text
        .split("href=\"/requests/req_")
        .skip(1)
        .map(|rest| format!("req_{}", rest.split('"').next().unwrap()))
        .collect()
}

/// Where the link with that text leads.
fn link(page: &Page, text: &str) -> Option<String> {
    let end = page.text.find(&format!(">{text}<"))?;
    let start = page.text[..end].rfind("href=\"")? + "href=\"".len();
    let href = page.text[start..end].split('"').next()?;
    Some(href.replace("&amp;", "&"))
}

async fn with_calls(it: &TestServer) -> Browser {
    let ann = it.account("ann@example.com", Role::Developer).await;
    let one = it.key(&ann, "One").await;
    let two = it.key(&ann, "Two <b>keys</b>").await;
    for n in 0..120 {
        it.clock.advance(1_000);
        match n % 10 {
            0 => drop(it.search(&two).await),
            1 => drop(it.call("/search/memory", &one, &json!({})).await),
            _ => drop(it.call("/add/message", &one, &add_body()).await),
        }
    }
    it.browser("ann@example.com").await
}

#[tokio::test]
async fn pages_lead_through_every_call_and_back() {
    let it = TestServer::start().await;
    let mut browser = with_calls(&it).await;
    let first = browser.open("/requests").await;
    let newest = ids(&first);
    assert_eq!(newest.len(), 50);
    let second = browser.open(&link(&first, "Older").unwrap()).await;
    let third = browser.open(&link(&second, "Older").unwrap()).await;
    let mut all = newest.clone();
    all.extend(ids(&second));
    all.extend(ids(&third));
    assert_eq!(all.len(), 120);
    // Ids begin with their time.
    assert!(all.is_sorted_by(|a, b| a > b), "{all:#?}");
    assert_eq!(link(&third, "Older"), None);

    let back = browser.open(&link(&third, "Newer").unwrap()).await;
    assert_eq!(ids(&back), ids(&second));
    let back = browser.open(&link(&back, "Newer").unwrap()).await;
    assert_eq!(ids(&back), newest);
    assert_eq!(
        link(&third, "Newest"),
        Some("/requests".into()),
        "the way back to the newest"
    );
    assert_eq!(link(&first, "Newest"), None);
}

#[tokio::test]
async fn filters_find_what_they_say_and_a_page_keeps_them() {
    let it = TestServer::start().await;
    let mut browser = with_calls(&it).await;
    let ann = it
        .store
        .keys(allowance::domain::AccountId(1))
        .await
        .unwrap();
    let two = ann.iter().find(|key| key.name.starts_with("Two")).unwrap();
    let count = async |browser: &mut Browser, query: &str| {
        let page = browser.open(&format!("/requests?{query}")).await;
        assert_eq!(page.status, 200, "{query}");
        page.assert_has_not("role=\"alert\"");
        ids(&page).len()
    };
    for (query, rows) in [
        (format!("key={}", two.public_id), 12),
        (format!("key={}&outcome=rejected", two.public_id), 0),
        (format!("project={}", two.project_public_id), 50),
        ("api=searchMemory".into(), 24),
        ("api=searchMemory&api=getMessage".into(), 24),
        ("outcome=rejected".into(), 12),
        (
            "outcome=succeeded&outcome=rejected&api=searchMemory".into(),
            24,
        ),
        ("code=40000".into(), 12),
        ("code=40300".into(), 0),
        ("period=today".into(), 50),
        ("from=2026-11-23&to=2026-11-23".into(), 0),
        (
            "project=&key=&api=&outcome=&code=&period=&from=&to=".into(),
            50,
        ),
    ] {
        assert_eq!(count(&mut browser, &query).await, rows, "{query}");
    }
    let page = browser.open("/requests?api=addMessage&period=7d").await;
    let older = link(&page, "Older").unwrap();
    assert!(
        older.starts_with("/requests?api=addMessage&period=7d&before=req_"),
        "{older}"
    );
    assert_eq!(ids(&browser.open(&older).await).len(), 46);
    page.assert_has("Two &lt;b&gt;keys&lt;/b&gt;");
}

#[tokio::test]
async fn values_that_make_no_sense_are_answered_in_words() {
    let it = TestServer::start().await;
    let mut browser = with_calls(&it).await;
    for query in [
        "from=2026-02-31",
        "from=2026-11-02&to=2026-11-01",
        "from=1990-01-01&to=2026-01-01",
        "period=fortnight",
        "project=prj_nobody",
        "key=%00%FF",
        "api=deleteEverything",
        "outcome=maybe",
        "code=many",
        "before=req_nobody",
        "after=%E2%80%AE",
        "sought=req_gone",
    ] {
        let page = browser.open(&format!("/requests?{query}")).await;
        assert_eq!(page.status, 200, "{query}");
        page.assert_has("role=\"alert\"");
        assert_eq!(ids(&page).len(), 50, "{query}");
    }
    for query in [
        "before=0",
        "before=-5",
        "after=9223372036854775807",
        "code=-9",
    ] {
        let page = browser.open(&format!("/requests?{query}")).await;
        assert_eq!(page.status, 200, "{query}");
    }
}

#[tokio::test]
async fn a_request_id_opens_its_request_and_no_other_accounts() {
    let it = TestServer::start().await;
    let mut browser = with_calls(&it).await;
    let id = ids(&browser.open("/requests").await)[0].clone();
    let page = browser.open(&format!("/requests/find?id=%20{id}%20")).await;
    assert_eq!(
        (page.status, page.at.as_str()),
        (200, format!("/requests/{id}").as_str())
    );
    page.assert_has(&id);
    page.assert_has("1 call of the free quota");
    let page = browser.open("/requests/find?id=req_nobody").await;
    assert_eq!(page.at, "/requests?sought=req_nobody");
    page.assert_has("req_nobody");
    for path in ["/requests/find?id=", "/requests/find"] {
        assert_eq!(browser.open(path).await.at, "/requests");
    }

    it.account("bob@example.com", Role::Developer).await;
    let mut bob = it.browser("bob@example.com").await;
    assert_eq!(bob.open(&format!("/requests/{id}")).await.status, 404);
    let page = bob.open(&format!("/requests/find?id={id}")).await;
    assert!(page.at.starts_with("/requests?sought="), "{}", page.at);
    let page = bob.open(&format!("/requests?before={id}")).await;
    page.assert_has("role=\"alert\"");
    assert_eq!(ids(&page), Vec::<String>::new());
    let mut stranger = Browser::new(&it.address);
    for path in ["/requests", "/requests/find?id=x", "/error-codes"] {
        let page = stranger.open(path).await;
        assert!(page.at.starts_with("/sign-in"), "{path}");
    }
}

#[tokio::test]
async fn a_request_says_what_happened_and_what_to_do_but_not_its_content() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "Key").await;
    let body = json!({ "user_id": "ann", "query": "my darkest secret" });
    it.burn(&ann, &key, "searchMemory", 999).await;
    it.call("/search/memory", &key, &body).await;
    it.call("/search/memory", &key, &body).await;
    let mut browser = it.browser("ann@example.com").await;
    let log = browser.open("/requests?outcome=blocked").await;
    let page = browser.open(&format!("/requests/{}", ids(&log)[0])).await;
    page.assert_has("All calls of this API are used, or a cap");
    page.assert_has("/request-more?api=searchMemory");
    page.assert_has("Not charged");
    page.assert_has("40300");
    for page in [log, page] {
        page.assert_has_not("darkest");
    }
}

/// Codes, statuses and outcomes that the gateway really answers with.
#[tokio::test]
async fn every_code_that_the_gateway_answers_is_explained() {
    for (codes, era) in [
        (ErrorCodes::Seed, Era::Seed),
        (ErrorCodes::Y2026, Era::Y2026),
    ] {
        explained_in(codes, era).await;
    }
}

async fn explained_in(codes: ErrorCodes, era: Era) {
    let it = TestServer::start_with(|config| {
        config.gateway.errors = ErrorStyle::Http;
        config.gateway.error_codes = codes;
    })
    .await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "Key").await;
    let long = json!({ "user_id": "ann", "query": "tea ".repeat(5_000) });
    let explained = |status: u16, envelope: &Value, outcome: RequestOutcome| {
        let number = envelope["code"].as_i64().unwrap();
        let code = CODES
            .iter()
            .find(|code| code.is_of(era) && code.number == number && code.outcome == outcome)
            .unwrap_or_else(|| panic!("{number} {outcome:?} is not explained"));
        assert!(code.statuses.contains(&status), "{status} with {number}");
    };
    for (path, key, body, outcome) in [
        (
            "/search/memory",
            key.as_str(),
            search_body(),
            RequestOutcome::Succeeded,
        ),
        ("/search/memory", &key, json!({}), RequestOutcome::Rejected),
        ("/search/memory", &key, long, RequestOutcome::Rejected),
        ("/nothing", &key, json!({}), RequestOutcome::Rejected),
        (
            "/search/memory",
            "",
            search_body(),
            RequestOutcome::Unauthorised,
        ),
        (
            "/search/memory",
            "mpg-wrong",
            search_body(),
            RequestOutcome::Unauthorised,
        ),
    ] {
        let response = it.post(path, key, body.to_string()).await;
        let status = response.status().as_u16();
        explained(status, &response.json().await.unwrap(), outcome);
    }
    it.upstream.behave(Behaviour::Dies);
    let response = it
        .post("/search/memory", &key, search_body().to_string())
        .await;
    let status = response.status().as_u16();
    explained(
        status,
        &response.json().await.unwrap(),
        RequestOutcome::UpstreamFailed,
    );
    it.upstream.behave(Behaviour::Good);
    let quota = it.remaining(&ann, "searchMemory").await;
    it.burn(&ann, &key, "searchMemory", usize::try_from(quota).unwrap())
        .await;
    let response = it
        .post("/search/memory", &key, search_body().to_string())
        .await;
    let status = response.status().as_u16();
    explained(
        status,
        &response.json().await.unwrap(),
        RequestOutcome::Blocked,
    );
    for (api, quota) in [("addMessage", 5_000), ("getMessage", 5_000)] {
        it.burn(&ann, &key, api, quota).await;
    }
    let response = it
        .post("/search/memory", &key, search_body().to_string())
        .await;
    let status = response.status().as_u16();
    explained(
        status,
        &response.json().await.unwrap(),
        RequestOutcome::Blocked,
    );

    let mut browser = it.browser("ann@example.com").await;
    let page = browser.open("/error-codes").await;
    for code in CODES.iter().filter(|code| code.number >= 0) {
        let cell = format!(">{}<", code.number);
        if code.is_of(era) {
            page.assert_has(&cell);
        } else {
            page.assert_has_not(&cell);
        }
    }
}
