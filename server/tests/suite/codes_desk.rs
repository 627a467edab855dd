//! Redemption codes at the desk: made once, shown once, followed and taken back.

use crate::support::{Browser, Page, TestServer};
use allowance::actions::CreateCodes;
use allowance::domain::accounts::Role;
use allowance::domain::authority::By;
use allowance::domain::codes;
use allowance::domain::error::DomainError;
use futures::future::join_all;
use reqwest::Method;

const PAGE: &str = "/admin/codes";
const FILE: &str = "/admin/codes/made.csv";

async fn stage() -> (TestServer, Browser) {
    let it = TestServer::start().await;
    it.account("olive@example.com", Role::Owner).await;
    let owner = it.browser("olive@example.com").await;
    (it, owner)
}

fn form<'a>(once: &'a str, count: &'a str, label: &'a str) -> [(&'a str, &'a str); 7] {
    [
        ("once", once),
        ("count", count),
        ("label", label),
        ("api", "getMessage"),
        ("calls", "100"),
        ("uses", "1"),
        ("expires", "2026-12-31"),
    ]
}

async fn token(browser: &mut Browser) -> String {
    let page = browser.open(PAGE).await;
    page.between("name=\"once\" value=\"", "\"").to_owned()
}

/// The codes that an answer shows.
fn shown(text: &str) -> Vec<String> {
    let Some((_, rest)) = text.split_once("class=\"codes-made\"") else {
        return Vec::new();
    };
    let (_, rest) = rest.split_once('>').unwrap();
    let (codes, _) = rest.split_once("</pre>").unwrap();
    let codes = codes.replace("<!---->", "").replace("<!>", "");
    codes.split_whitespace().map(str::to_owned).collect()
}

/// Status, content type, disposition and text of a form's answer.
async fn send(
    browser: &Browser,
    path: &str,
    fields: &[(&str, &str)],
) -> (u16, [String; 2], String) {
    let request = browser.request(Method::POST, path);
    let request = request.header("sec-fetch-site", "same-origin");
    let response = request.form(fields).send().await.unwrap();
    let status = response.status().as_u16();
    let head = ["content-type", "content-disposition"].map(|name| {
        let value = response.headers().get(name);
        value.map_or("", |value| value.to_str().unwrap()).to_owned()
    });
    (status, head, response.text().await.unwrap())
}

async fn file(browser: &Browser, path: &str) -> String {
    let response = browser.request(Method::GET, path).send().await.unwrap();
    assert_eq!(response.status(), 200, "{path}");
    response.text().await.unwrap()
}

async fn batches(it: &TestServer) -> Vec<codes::CodeBatch> {
    let by = By::command_line();
    let all = it.server.actions.code_batches(&by, None, 1_000).await;
    all.unwrap()
}

#[tokio::test]
async fn codes_are_made_once_and_given_again_by_the_same_form_as_a_page_or_a_file() {
    let (it, mut owner) = stage().await;
    owner.open(PAGE).await.assert_has("No codes yet");
    let once = token(&mut owner).await;
    let fields = form(&once, "3", "Fair, \"2026\"");
    let answers = join_all((0..6).map(|_| send(&owner, PAGE, &fields))).await;
    let made = shown(&answers[0].2);
    assert_eq!(made.len(), 3);
    assert!(made.iter().all(|code| codes::read(code).is_some()));
    for (status, _, text) in &answers {
        assert_eq!((*status, shown(text)), (200, made.clone()));
        assert!(text.contains("3 codes were made"));
    }
    let all = batches(&it).await;
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].created_by.as_deref(), Some("olive@example.com"));

    let (status, [kind, how], text) = send(&owner, FILE, &fields).await;
    assert_eq!(status, 200);
    assert!(kind.starts_with("text/csv"), "{kind}");
    assert_eq!(how, "attachment; filename=\"allowance-codes.csv\"");
    let lines: Vec<_> = text.split("\r\n").collect();
    assert_eq!(lines[0], "code,batch,label,api,calls,uses,last_day");
    let rest = format!(
        "{},\"Fair, \"\"2026\"\"\",getMessage,100,1,2026-12-31",
        all[0].public_id
    );
    let expected: Vec<_> = made.iter().map(|code| format!("{code},{rest}")).collect();
    assert_eq!(lines[1..4], expected);
    assert_eq!((lines.len(), lines[4]), (5, ""));
    assert_eq!(batches(&it).await.len(), 1);

    // Afterwards they are nowhere any more.
    let list = owner.open(PAGE).await;
    let detail = owner.open(&format!("{PAGE}/{}", all[0].public_id)).await;
    for page in [&list, &detail] {
        page.assert_has("Fair, \"2026\"");
        assert!(!made.iter().any(|code| page.text.contains(code)));
    }
    for (fields, why) in [
        (form(&once, "4", "Other"), "with something else in it"),
        (fields, "later"),
    ] {
        for path in [PAGE, FILE] {
            let (status, _, text) = send(&owner, path, &fields).await;
            assert_eq!(status, 409, "{why}");
            assert!(text.contains("made a batch"), "{why}");
            assert!(!made.iter().any(|code| text.contains(code)), "{why}");
        }
        it.clock.advance(3 * 60 * 1_000);
    }
    assert_eq!(batches(&it).await.len(), 1);
}

#[tokio::test]
async fn a_form_that_is_sent_again_after_a_restart_makes_nothing_either() {
    let it = TestServer::start().await;
    let olive = By::from(&it.account("olive@example.com", Role::Owner).await);
    let omar = By::from(&it.account("omar@example.com", Role::Owner).await);
    let actions = it.server.actions.of_form("create-codes 0123456789");
    let asked = CreateCodes {
        count: "2",
        calls: "5",
        uses: "1",
        ..CreateCodes::default()
    };
    actions.create_codes(&olive, asked).await.unwrap();
    let again = actions.create_codes(&olive, asked).await;
    assert!(matches!(again, Err(DomainError::AlreadySent)));
    // Tokens of others are theirs.
    actions.create_codes(&omar, asked).await.unwrap();
    assert_eq!(batches(&it).await.len(), 2);
}

#[tokio::test]
async fn a_form_that_makes_no_codes_says_why_and_keeps_what_was_typed() {
    let (it, mut owner) = stage().await;
    let field = |page: &Page, name: &str| page.field(&format!("create-codes-{name}")).to_owned();
    for path in [PAGE, FILE] {
        let once = token(&mut owner).await;
        let page = owner.post(path, &form(&once, "5001", "Fair")).await;
        assert_eq!(page.status, 422);
        page.assert_has("from 1 to 5,000");
        assert_eq!(field(&page, "count"), "5001");
        assert_eq!(field(&page, "label"), "Fair");
        assert_eq!(field(&page, "expires"), "2026-12-31");
        let long = "x".repeat(101);
        let page = owner.post(path, &form(&once, "5", &long)).await;
        page.assert_has("Use 100 characters at most");
    }
    assert!(batches(&it).await.is_empty());

    it.account("sam@example.com", Role::Support).await;
    let mut support = it.browser("sam@example.com").await;
    let once = token(&mut support).await;
    let page = support.post(PAGE, &form(&once, "101", "")).await;
    assert_eq!(page.status, 422);
    page.assert_has("10,000");
    let page = support.post(PAGE, &form(&once, "100", "")).await;
    assert_eq!((page.status, shown(&page.text).len()), (200, 100));
}

#[tokio::test]
async fn a_batch_shows_its_codes_by_their_endings_and_ends_one_by_one_or_as_a_whole() {
    let (it, mut owner) = stage().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let once = token(&mut owner).await;
    let page = owner.post(PAGE, &form(&once, "150", "Fair")).await;
    let made = shown(&page.text);
    let redeem = async |code: &str| {
        let redeemed = it.server.actions.redeem_code(&ann, code, "getMessage");
        redeemed.await.is_ok()
    };
    assert!(redeem(&made[0]).await);
    let id = batches(&it).await[0].public_id.clone();
    let at = format!("{PAGE}/{id}");
    let page = owner.open(&at).await;
    page.assert_has("1 of 150");
    page.assert_has(&codes::hint(&made[0]));
    assert_eq!(page.text.matches("/revoke\"").count(), 100);
    let next = page.between("?after=", "\"").to_owned();
    let page = owner.open(&format!("{at}?after={next}")).await;
    // The other fifty, and the batch.
    assert_eq!(page.text.matches("/revoke\"").count(), 51);
    page.assert_has("First codes");
    page.assert_has_not("Next codes");

    let last = page.between(&format!("action=\"{at}/codes/"), "/revoke\"");
    let revoke = format!("{at}/codes/{last}/revoke");
    let page = owner.post(&revoke, &[("after", &next)]).await;
    assert_eq!(page.at, format!("{at}?after={next}&done=code-revoked"));
    page.assert_has("The code was revoked");
    let page = owner.post(&revoke, &[("after", &next)]).await;
    assert_eq!(page.status, 422);
    page.assert_has("Nothing is left to revoke");
    assert!(!redeem(&made[100]).await);
    assert!(redeem(&made[101]).await);

    let page = owner.post(&format!("{at}/revoke"), &[]).await;
    assert_eq!(page.at, format!("{at}?done=codes-revoked"));
    page.assert_has("2 of 150");
    page.assert_has_not("Revoke all codes");
    let page = owner.post(&format!("{at}/revoke"), &[]).await;
    assert_eq!(page.status, 422);
    page.assert_has("Nothing is left to revoke");
    assert!(!redeem(&made[1]).await);
    let nowhere = owner.post(&format!("{PAGE}/cob_none/revoke"), &[]).await;
    assert_eq!(nowhere.status, 404);
    nowhere.assert_has("There is no such code or batch");
    assert_eq!(it.remaining(&ann, "getMessage").await, 5_200);

    let text = file(&owner, &format!("{at}/export.csv")).await;
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(
        (lines[0], lines.len()),
        ("id,ends_with,state,used,uses", 151)
    );
    assert!(lines[1].ends_with(&format!(",{},used_up,1,1", codes::hint(&made[0]))));
    assert!(lines[2].ends_with(&format!(",{},revoked,0,1", codes::hint(&made[1]))));
    assert!(!made.iter().any(|code| text.contains(code)));
    let text = file(&owner, &format!("{at}/export.json")).await;
    assert_eq!(text.matches("\"ends_with\"").count(), 150);
    let text = file(&owner, &format!("{PAGE}/export.csv")).await;
    assert!(
        text.contains(",100,1,150,2,150,revoked,2026-12-31,"),
        "{text}"
    );
}

#[tokio::test]
async fn batches_are_listed_a_page_at_a_time_and_exported_whole() {
    let (it, mut owner) = stage().await;
    for n in 0..53 {
        let label = format!("Batch number {n}.");
        let asked = CreateCodes {
            label: &label,
            count: "1",
            calls: "5",
            uses: "1",
            ..CreateCodes::default()
        };
        let by = By::command_line();
        it.server.actions.create_codes(&by, asked).await.unwrap();
    }
    let page = owner.open(PAGE).await;
    assert_eq!(page.text.matches("Batch number").count(), 50);
    page.assert_has("Batch number 52.");
    page.assert_has_not("Newest batches");
    let before = page.between("?before=", "\"").to_owned();
    let page = owner.open(&format!("{PAGE}?before={before}")).await;
    assert_eq!(page.text.matches("Batch number").count(), 3);
    page.assert_has("Batch number 0.");
    page.assert_has("Newest batches");
    page.assert_has_not("Older batches");
    let text = file(&owner, &format!("{PAGE}/export.csv?before={before}")).await;
    assert_eq!(text.matches("Batch number").count(), 53);
}
