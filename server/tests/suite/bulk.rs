//! Grants to a list of accounts: looked at first, given once, exact beside calls.

use crate::support::{Browser, Page, TestServer};
use allowance::domain::accounts::{Account, Role};
use allowance::domain::authority::By;
use allowance::domain::store::{Audit, Grants};
use reqwest::Method;
use std::fmt::Write;

const HEAD: &str = "account,api,calls,reason\n";

/// A form with a file, as a browser sends it; status, address it leads to, text.
async fn upload(browser: &Browser, file: Vec<u8>) -> (u16, String, String) {
    let mut body =
        b"--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n"
            .to_vec();
    body.extend(file);
    body.extend(b"\r\n--xyz--\r\n");
    let response = browser
        .request(Method::POST, "/admin/bulk")
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "multipart/form-data; boundary=xyz")
        .body(body)
        .send()
        .await
        .unwrap();
    let status = response.status().as_u16();
    let to = response.headers().get("location");
    let to = to.map_or("", |to| to.to_str().unwrap()).to_owned();
    (status, to, response.text().await.unwrap())
}

async fn people(it: &TestServer, many: usize) -> Vec<Account> {
    let mut people = Vec::new();
    for n in 0..many {
        people.push(
            it.account(&format!("dev{n}@example.com"), Role::Developer)
                .await,
        );
    }
    people
}

fn figure(page: &Page, name: &str) -> String {
    let card = page.between(&format!("<dt>{name}<"), "</div>");
    let (_, rest) = card.split_once("class=\"figure\">").unwrap();
    rest.split('<').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_list_is_shown_first_and_given_once_however_often_it_is_confirmed() {
    let it = TestServer::start().await;
    let people = people(&it, 3).await;
    it.account("olive@example.com", Role::Owner).await;
    let mut owner = it.browser("olive@example.com").await;
    let file = format!(
        "{HEAD}dev0@example.com,addMessage,100,Thanks\n{},searchMemory,20,\"A, b\"\n{},addMessage,7,<i>c</i>\n",
        people[1].public_id, people[2].reference_code
    );
    let (status, at, _) = upload(&owner, file.clone().into_bytes()).await;
    assert_eq!(status, 303);
    let page = owner.open(&at).await;
    assert_eq!(figure(&page, "Grants"), "3");
    assert_eq!(figure(&page, "Accounts"), "3");
    assert_eq!(figure(&page, "Calls in all"), "127");
    page.assert_has("5,100");
    page.assert_has("&lt;i&gt;c&lt;/i&gt;");
    page.assert_has("Give 3 grants");
    // Nothing is given by looking.
    assert_eq!(it.remaining(&people[0], "addMessage").await, 5_000);
    let confirm = format!("{at}/confirm");
    for _ in 0..2 {
        let done = owner.post(&confirm, &[]).await;
        assert_eq!(done.at, format!("{at}?done=bulk-given"));
        done.assert_has("All of this list was given");
    }
    assert_eq!(it.remaining(&people[0], "addMessage").await, 5_100);
    assert_eq!(it.remaining(&people[1], "searchMemory").await, 1_020);
    assert_eq!(it.remaining(&people[2], "addMessage").await, 5_007);
    assert_eq!(it.store.grants(people[0].id).await.unwrap().len(), 4);
    let entry = &it.store.audit_of(people[0].id, 1).await.unwrap()[0];
    assert_eq!(entry.action, "grant.created");
    assert_eq!(entry.actor, "olive@example.com");
    // The same file again is another list, and its page says so.
    let (_, again, _) = upload(&owner, file.into_bytes()).await;
    assert_ne!(again, at);
    owner
        .open(&again)
        .await
        .assert_has("This very file was given before");
    it.assert_verified().await;
}

#[tokio::test]
async fn a_bad_file_is_refused_with_its_lines_and_gives_nothing() {
    let it = TestServer::start().await;
    let people = people(&it, 1).await;
    it.account("olive@example.com", Role::Owner).await;
    let owner = it.browser("olive@example.com").await;
    for (file, status, sentence) in [
        (String::new(), 422, "has no lines"),
        ("account,api\nx,y\n".into(), 422, "these four columns"),
        (
            format!("{HEAD}dev0@example.com,addMessage,-5,x\nnobody@example.com,addMessage,5,x\n"),
            422,
            "Line 2: “-5” is not a whole number",
        ),
        (
            format!("{HEAD}nobody@example.com,addMessage,5,x\n"),
            422,
            "Line 2: there is no account “nobody@example.com”",
        ),
        (
            format!("{HEAD}dev0@example.com,addMessage,1000000000000000000,x\n"),
            422,
            "Line 2: “1000000000000000000” is not",
        ),
        (
            format!(
                "{HEAD}dev0@example.com,addMessage,5,x\n{},addMessage,5,x\n",
                people[0].public_id
            ),
            422,
            "Line 3 names the same account and API as line 2",
        ),
        ("x".repeat(100 * 1024 * 1024), 413, "larger than 4 MiB"),
    ] {
        let (found, _, text) = upload(&owner, file.into_bytes()).await;
        assert_eq!(found, status, "{sentence}");
        assert!(text.contains(sentence), "{sentence}");
    }
    assert_eq!(it.store.grants(people[0].id).await.unwrap().len(), 3);
}

#[tokio::test]
async fn support_gives_no_lists() {
    let it = TestServer::start().await;
    it.account("sam@example.com", Role::Support).await;
    let mut support = it.browser("sam@example.com").await;
    assert_eq!(support.open("/admin/bulk").await.status, 403);
    let (status, _, _) = upload(&support, HEAD.into()).await;
    assert_eq!(status, 404);
    support.open("/admin").await.assert_has_not("Bulk grants");
}

#[tokio::test]
async fn two_who_confirm_at_once_beside_calls_give_each_line_once() {
    let it = TestServer::start().await;
    let people = people(&it, 12).await;
    let key = it.key(&people[0], "One").await;
    it.burn(&people[0], &key, "searchMemory", 990).await;
    let mut file = HEAD.to_owned();
    for person in &people {
        for api in ["addMessage", "searchMemory", "getMessage"] {
            writeln!(file, "{},{api},15,Many", person.email).unwrap();
        }
    }
    let by = By::command_line();
    let actions = &it.server.actions;
    let list = actions.upload_bulk(&by, file.as_bytes()).await.unwrap();
    let calls = (0..40).map(|_| it.search(&key));
    let confirms = (0..3).map(|_| actions.confirm_bulk(&by, &list));
    let (answers, confirmed) = tokio::join!(
        futures::future::join_all(calls),
        futures::future::join_all(confirms)
    );
    assert!(confirmed.iter().all(Result::is_ok));
    // 10 were left, and 15 came: whoever was blocked came before them.
    let mut passed = answers.iter().filter(|it| it["code"] == 0).count();
    assert!((10..=25).contains(&passed), "{passed}");
    while it.search(&key).await["code"] == 0 {
        passed += 1;
    }
    assert_eq!(passed, 25);
    for person in &people[1..] {
        assert_eq!(it.remaining(person, "searchMemory").await, 1_015);
        assert_eq!(it.store.grants(person.id).await.unwrap().len(), 6);
    }
    it.assert_verified().await;
}

#[tokio::test]
async fn ten_thousand_lines_are_shown_a_page_at_a_time_and_given_exactly() {
    let it = TestServer::start().await;
    it.account("olive@example.com", Role::Owner).await;
    let mut owner = it.browser("olive@example.com").await;
    it.strangers(3_334).await;
    let mut file = HEAD.to_owned();
    let mut lines = 0;
    'all: for n in 0..3_334 {
        for api in ["addMessage", "searchMemory", "getMessage"] {
            writeln!(file, "many{n}@example.com,{api},3,Ten thousand").unwrap();
            lines += 1;
            if lines == 10_000 {
                break 'all;
            }
        }
    }
    let (status, at, _) = upload(&owner, file.into_bytes()).await;
    assert_eq!(status, 303);
    let page = owner.open(&at).await;
    assert_eq!(figure(&page, "Grants"), "10,000");
    assert_eq!(figure(&page, "Calls in all"), "30,000");
    assert_eq!(page.text.matches("class=\"row-name\"").count(), 100);
    let next = page
        .between("href=\"/admin/bulk/", "\">Next lines")
        .rsplit("href=\"")
        .next()
        .unwrap()
        .to_owned();
    assert!(next.contains("line=101"), "{next}");
    let done = owner.post(&format!("{at}/confirm"), &[]).await;
    assert_eq!(done.at, format!("{at}?done=bulk-given"));
    let account =
        allowance::domain::store::Accounts::account_by_email(&it.store, "many0@example.com")
            .await
            .unwrap()
            .unwrap()
            .0;
    assert_eq!(it.remaining(&account, "addMessage").await, 5_003);
    it.assert_verified().await;
}
