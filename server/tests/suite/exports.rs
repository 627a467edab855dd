//! Files of what the pages show.

use crate::support::{Browser, TestServer, add_body};
use allowance::domain::accounts::{Account, Role};
use allowance::domain::store::Keys;
use reqwest::{Method, Response};
use serde_json::{Value, json};

async fn fetch(browser: &Browser, path: &str) -> Response {
    browser.request(Method::GET, path).send().await.unwrap()
}

async fn json_of(browser: &Browser, path: &str) -> Vec<Value> {
    let response = fetch(browser, path).await;
    assert_eq!(response.status(), 200, "{path}");
    response.json().await.unwrap()
}

/// Records of a CSV file, by the names of its columns.
async fn csv_of(browser: &Browser, path: &str) -> Vec<Vec<(String, String)>> {
    let response = fetch(browser, path).await;
    assert_eq!(response.status(), 200, "{path}");
    let bytes = response.bytes().await.unwrap();
    let mut reader = csv::Reader::from_reader(bytes.as_ref());
    let names = reader.headers().unwrap().clone();
    reader
        .records()
        .map(|record| {
            let record = record.unwrap();
            names
                .iter()
                .zip(record.iter())
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect()
        })
        .collect()
}

/// Both files of a table hold the same, value by value.
async fn both_agree(browser: &Browser, table: &str, query: &str) -> usize {
    let json = json_of(browser, &format!("{table}.json{query}")).await;
    let csv = csv_of(browser, &format!("{table}.csv{query}")).await;
    assert_eq!(json.len(), csv.len(), "{table}");
    for (object, record) in json.iter().zip(csv) {
        for (name, value) in record {
            let expected = match &object[&name] {
                Value::Null => String::new(),
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            assert_eq!(value.trim_start_matches('\''), expected, "{table} {name}");
        }
    }
    json.len()
}

async fn with_calls(it: &TestServer) -> (Account, Browser) {
    let ann = it.account("ann@example.com", Role::Developer).await;
    let one = it.key(&ann, "=One, \"quoted\"").await;
    let two = it.key(&ann, "Two").await;
    for n in 0..70 {
        it.clock.advance(60_000);
        let body = if n % 7 == 0 { json!({}) } else { add_body() };
        it.call("/add/message", if n % 5 == 0 { &two } else { &one }, &body)
            .await;
    }
    let browser = it.browser("ann@example.com").await;
    (ann, browser)
}

#[tokio::test]
async fn a_file_of_requests_holds_what_all_pages_show_in_their_order() {
    let it = TestServer::start().await;
    let (ann, mut browser) = with_calls(&it).await;
    let key = it.store.keys(ann.id).await.unwrap()[0].public_id.clone();
    for (query, rows) in [
        (String::new(), 70),
        ("?outcome=rejected".into(), 10),
        (format!("?key={key}"), 14),
        ("?api=getMessage".into(), 0),
    ] {
        assert_eq!(both_agree(&browser, "/requests/export", &query).await, rows);
        let file = json_of(&browser, &format!("/requests/export.json{query}")).await;
        let page = browser.open(&format!("/requests{query}")).await;
        let shown: Vec<&str> = page
            .text
            .split("href=\"/requests/req_")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap())
            .collect();
        let first: Vec<&str> = file
            .iter()
            .take(50)
            .map(|row| row["request_id"].as_str().unwrap())
            .map(|id| id.strip_prefix("req_").unwrap())
            .collect();
        assert_eq!(first, shown, "{query}");
    }
}

#[tokio::test]
async fn a_file_of_usage_adds_up_to_the_page() {
    let it = TestServer::start().await;
    let (_, mut browser) = with_calls(&it).await;
    for query in [
        "?period=7d",
        "?period=today",
        "?period=90d",
        "?group=key&compare=previous",
    ] {
        both_agree(&browser, "/usage/export", query).await;
        let file = json_of(&browser, &format!("/usage/export.json{query}")).await;
        let sum = |charged: bool| -> i64 {
            let own = |row: &&Value| {
                let group = row["group"].as_str().unwrap();
                // Grouped by key, charged calls stand under the keys.
                let is_charged = group == "charged" || !row["group_id"].is_null();
                row["api"] == "addMessage"
                    && is_charged == charged
                    && !group.starts_with("previous-")
            };
            let calls = file.iter().filter(own);
            calls.map(|row| row["calls"].as_i64().unwrap()).sum()
        };
        let page = browser.open(&format!("/usage{query}")).await;
        let card = page.between("data-api=\"addMessage\"", "</article>");
        for (figure, sum) in [("charged", sum(true)), ("failed", sum(false))] {
            let (_, rest) = card
                .split_once(&format!("data-figure=\"{figure}\">"))
                .unwrap();
            assert_eq!(rest.split('<').next().unwrap(), sum.to_string(), "{query}");
        }
    }
}

#[tokio::test]
async fn every_table_is_a_file_for_those_who_see_its_page_and_nobody_else() {
    let it = TestServer::start().await;
    let (ann, browser) = with_calls(&it).await;
    it.account("sam@example.com", Role::Owner).await;
    let staff = it.browser("sam@example.com").await;
    for table in ["/keys/export", "/projects/export", "/request-more/export"] {
        both_agree(&browser, table, "").await;
        // Another account sees its own.
        let theirs = fetch(&staff, &format!("{table}.json"))
            .await
            .text()
            .await
            .unwrap();
        assert!(!theirs.contains("One"), "{table}");
    }
    let theirs = json_of(&staff, "/requests/export.json").await;
    assert_eq!(theirs, Vec::<Value>::new());
    let grants = format!("/admin/accounts/{}/grants/export", ann.public_id);
    for table in [
        "/admin/export",
        "/admin/requests/export",
        "/admin/audit/export",
        &grants,
    ] {
        both_agree(&staff, table, "").await;
        assert_eq!(fetch(&browser, &format!("{table}.csv")).await.status(), 404);
    }
    assert_eq!(
        fetch(&staff, "/admin/accounts/acc_nobody/grants/export.csv")
            .await
            .status(),
        404
    );
    let stranger = Browser::new(&it.address);
    for path in [
        "/requests/export.csv",
        "/keys/export.json",
        "/admin/audit/export.csv",
    ] {
        assert_eq!(fetch(&stranger, path).await.status(), 303, "{path}");
    }
}

#[tokio::test]
async fn a_file_says_what_it_is_and_is_kept_by_nobody() {
    let it = TestServer::start().await;
    let (_, browser) = with_calls(&it).await;
    let response = fetch(&browser, "/keys/export.csv?bom=1").await;
    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("cache-control"), "no-store");
    assert!(header("content-type").starts_with("text/csv; charset=utf-8"));
    assert_eq!(
        header("content-disposition"),
        "attachment; filename=\"allowance-keys.csv\""
    );
    let bytes = response.bytes().await.unwrap();
    assert!(bytes.starts_with("\u{feff}id,name".as_bytes()));
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    assert!(text.contains("\"'=One, \"\"quoted\"\"\""), "{text}");
}

/// The first rows come while later ones are not read yet: more of them than fit
/// into one batch come in several pieces, and a reader that goes away stops it.
#[tokio::test]
async fn a_long_file_comes_in_pieces() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "Key").await;
    it.burn(&ann, &key, "addMessage", 4_500).await;
    let browser = it.browser("ann@example.com").await;
    let mut response = fetch(&browser, "/requests/export.json").await;
    assert!(response.headers().get("content-length").is_none());
    let mut pieces = 0;
    let mut bytes = Vec::new();
    while let Some(piece) = response.chunk().await.unwrap() {
        pieces += 1;
        bytes.extend(piece);
    }
    assert!(pieces >= 5, "{pieces} pieces");
    let rows: Vec<Value> = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(rows.len(), 4_500);
}

#[tokio::test]
async fn a_file_that_cannot_be_finished_breaks_off() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "Key").await;
    for api in ["addMessage", "getMessage"] {
        it.burn(&ann, &key, api, 5_000).await;
    }
    let browser = it.browser("ann@example.com").await;
    let mut response = fetch(&browser, "/requests/export.csv").await;
    response.chunk().await.unwrap().unwrap();
    // The store closes in the middle of the file.
    it.store.close().await;
    let mut rest = response.chunk().await;
    while let Ok(Some(_)) = rest {
        rest = response.chunk().await;
    }
    assert!(rest.is_err(), "the file passes for a whole one");
}
