//! Keys and projects over HTTP: what people do, and what the
//! gateway says to the next call.

use crate::support::{Browser, Page, TestServer};
use allowance::domain::accounts::{Account, Role};
use allowance::domain::store::{Audit, Keys, Projects};
use allowance::domain::usage::Outcome;

pub(super) const HOUR: i64 = 3_600_000;
/// From `support::NOW`, 10:40 UTC, to midnight.
pub(super) const TO_MIDNIGHT: i64 = 13 * HOUR + 20 * 60_000;

pub(super) struct Stage {
    pub it: TestServer,
    pub ann: Account,
    pub browser: Browser,
    /// Path of the page of Ann's only key.
    pub page: String,
    pub secret: String,
}

pub(super) async fn stage() -> Stage {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let secret = it.key(&ann, "Laptop").await;
    let id = it.store.keys(ann.id).await.unwrap()[0].public_id.clone();
    let browser = it.browser("ann@example.com").await;
    Stage {
        page: format!("/keys/{id}"),
        it,
        ann,
        browser,
        secret,
    }
}

impl Stage {
    pub(super) async fn code(&self, secret: &str) -> i64 {
        self.it.search(secret).await["code"].as_i64().unwrap()
    }

    pub(super) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let path = format!("{}{path}", self.page);
        self.browser.post(&path, fields).await
    }

    /// Public id of the account's first project.
    pub(super) async fn project(&self) -> String {
        let projects = self.it.store.projects(self.ann.id).await.unwrap();
        projects[0].public_id.clone()
    }

    /// Actions of the audit log, newest first.
    pub(super) async fn audited(&self) -> Vec<String> {
        let entries = self.it.store.audit_of(self.ann.id, 50).await.unwrap();
        entries.into_iter().map(|entry| entry.action).collect()
    }
}

/// The whole key that a page shows.
pub(super) fn shown_secret(page: &Page) -> String {
    format!("mpg-{}", &page.between("class=\"secret\">mpg-", "<")[..40])
}

#[tokio::test]
async fn a_rotated_key_has_a_new_secret_and_the_old_one_stops_after_its_grace() {
    let mut it = stage().await;
    let old = it.secret.clone();
    assert_eq!(it.code(&old).await, 0);
    let page = it.post("/rotate", &[("grace", "24h")]).await;
    assert_eq!(page.status, 200);
    page.assert_has("works until 25 Nov 2026, 10:40");
    let new = shown_secret(&page);
    assert_eq!((it.code(&new).await, it.code(&old).await), (0, 0));
    let list = it.browser.open("/keys").await;
    list.assert_has("works until 25 Nov 2026, 10:40");
    list.assert_has_not(&new);

    it.it.clock.advance(24 * HOUR - 1);
    assert_eq!(it.code(&old).await, 0);
    it.it.clock.advance(1);
    let refused = it.it.search(&old).await;
    assert_eq!(refused["code"], 40_132);
    assert!(refused["message"].as_str().unwrap().contains("rotated"));
    assert_eq!(it.code(&new).await, 0);
    it.browser
        .open("/keys")
        .await
        .assert_has_not("works until 25 Nov");
    // It is one key, with one total.
    let keys = it.it.store.keys(it.ann.id).await.unwrap();
    assert_eq!((keys.len(), keys[0].charged), (1, 5));
    it.it.assert_verified().await;
}

#[tokio::test]
async fn an_old_secret_can_be_stopped_at_once_or_have_no_grace() {
    let mut it = stage().await;
    let first = it.secret.clone();
    let second = shown_secret(&it.post("/rotate", &[("grace", "7d")]).await);
    // Rotating again ends what is older.
    let third = shown_secret(&it.post("/rotate", &[("grace", "1h")]).await);
    assert_eq!(it.code(&first).await, 40_132);
    assert_eq!(it.code(&second).await, 0);
    let page = it.post("/stop-old", &[]).await;
    assert_eq!(page.at, "/keys?done=old-secret-stopped");
    assert_eq!(it.code(&second).await, 40_132);
    let fourth = shown_secret(&it.post("/rotate", &[("grace", "none")]).await);
    assert_eq!(it.code(&third).await, 40_132);
    assert_eq!(it.code(&fourth).await, 0);
    let page = it.post("/rotate", &[("grace", "for ever")]).await;
    assert_eq!(page.status, 422);
    assert_eq!(it.code(&fourth).await, 0);
    let audited = it.audited().await;
    assert_eq!(
        audited[..4],
        [
            "key.rotated",
            "key.old_stopped",
            "key.rotated",
            "key.rotated"
        ]
    );
}

#[tokio::test]
async fn a_deleted_key_opens_nothing_is_logged_and_its_history_stays() {
    let mut it = stage().await;
    let secret = it.secret.clone();
    let new = shown_secret(&it.post("/rotate", &[("grace", "7d")]).await);
    assert_eq!((it.code(&secret).await, it.code(&new).await), (0, 0));
    let page = it.post("/delete", &[]).await;
    assert_eq!(page.at, "/keys?done=key-deleted");
    assert_eq!(
        (it.code(&secret).await, it.code(&new).await),
        (40_132, 40_132)
    );
    let told = it.it.search(&secret).await;
    let message = told["message"].as_str().unwrap();
    assert!(message.contains("this key was deleted"), "{message}");
    let refused = (Outcome::Unauthorised, 40_132);
    assert_eq!(it.it.calls(&it.ann).await[..3], [refused; 3]);
    let gone = it.browser.open(&it.page.clone()).await;
    assert_eq!(gone.status, 404);
    assert!(it.it.store.keys(it.ann.id).await.unwrap().is_empty());
    let all = it.it.store.all_keys(it.ann.id).await.unwrap();
    assert_eq!((all.len(), all[0].charged), (1, 2));
    assert!(all[0].deleted_at.is_some());
    assert_eq!(it.it.remaining(&it.ann, "searchMemory").await, 998);
    // A form that was open meanwhile gets a sentence.
    let late = it.post("", &[("name", "Renamed"), ("expires", "")]).await;
    assert_eq!(late.status, 404);
    late.assert_has("This key is not there any more");
}

#[tokio::test]
async fn a_key_is_renamed_and_its_expiry_moved() {
    let mut it = stage().await;
    let page = it
        .post("", &[("name", "Désert 🔑"), ("expires", "2026-11-24")])
        .await;
    assert!(page.at.ends_with("?done=key-edited"), "{}", page.at);
    page.assert_has("Désert 🔑");
    page.assert_has("value=\"2026-11-24\"");
    let secret = it.secret.clone();
    it.it.clock.advance(TO_MIDNIGHT - 1);
    assert_eq!(it.code(&secret).await, 0);
    it.it.clock.advance(1);
    assert_eq!(it.code(&secret).await, 40_132);
    // An expired key is renamed without its day being touched, then extended.
    let same = [("name", "Désert"), ("expires", "2026-11-24")];
    assert_eq!(it.post("", &same).await.status, 200);
    assert_eq!(it.code(&secret).await, 40_132);
    it.post("", &[("name", "Désert"), ("expires", "")]).await;
    assert_eq!(it.code(&secret).await, 0);
    assert_eq!(it.audited().await[..3], ["key.edited"; 3]);
}

#[tokio::test]
async fn an_edit_does_not_overwrite_what_another_window_saved() {
    let mut it = stage().await;
    let fields = [
        ("name", "Mine"),
        ("expires", ""),
        ("was-name", "Laptop"),
        ("was-expires", ""),
    ];
    it.post("", &[("name", "Theirs"), ("expires", "2031-05-06")])
        .await;
    let page = it.post("", &fields).await;
    assert_eq!(page.status, 409);
    page.assert_has("changed to “Theirs”");
    page.assert_has("changed to “2031-05-06”");
    page.assert_has("value=\"Mine\"");
    // The form now knows what it is: saving again is meant.
    page.assert_has("name=\"was-name\" value=\"Theirs\"");
    let again = [
        ("name", "Mine"),
        ("expires", ""),
        ("was-name", "Theirs"),
        ("was-expires", "2031-05-06"),
    ];
    assert_eq!(it.post("", &again).await.status, 200);
    let key = it.it.store.keys(it.ann.id).await.unwrap().remove(0);
    assert_eq!((key.name.as_str(), key.expires_at), ("Mine", None));
}

#[tokio::test]
async fn a_deleted_project_stops_its_keys_and_keeps_its_history() {
    let mut it = stage().await;
    let (secret, project) = (it.secret.clone(), it.project().await);
    assert_eq!(it.code(&secret).await, 0);
    let path = format!("/projects/{project}");
    let only = it.browser.open(&path).await;
    only.assert_has("This is your only project");
    let page = it
        .browser
        .post(&format!("{path}/delete"), &[("confirm", "Default project")])
        .await;
    assert_eq!(page.status, 422);
    page.assert_has("only project");

    it.browser
        .post("/projects", &[("name", "Second"), ("description", "")])
        .await;
    let page = it
        .browser
        .post(&format!("{path}/delete"), &[("confirm", "default project")])
        .await;
    assert_eq!(page.status, 422);
    page.assert_has("exactly as it is shown");
    page.assert_has("value=\"default project\"");
    assert_eq!(it.code(&secret).await, 0);
    let page = it
        .browser
        .post(
            &format!("{path}/delete"),
            &[("confirm", " Default  project ")],
        )
        .await;
    assert_eq!(page.at, "/projects?done=project-deleted");
    page.assert_has_not("Default project");
    assert_eq!(it.code(&secret).await, 40_132);
    assert_eq!(it.browser.open(&path).await.status, 404);
    assert_eq!(it.it.remaining(&it.ann, "searchMemory").await, 998);
    let all = it.it.store.all_projects(it.ann.id).await.unwrap();
    assert_eq!((all.len(), all[0].deleted_at.is_some()), (2, true));
    it.it.assert_verified().await;

    // Forms of another window get a sentence, and nothing typed is lost.
    let fields = [("name", "Late"), ("project", project.as_str())];
    let page = it.browser.post("/keys", &fields).await;
    assert_eq!(page.status, 422);
    page.assert_has("“Default project” was deleted meanwhile");
    page.assert_has("value=\"Late\"");
    let page = it.browser.post(&path, &[("name", "Late")]).await;
    assert_eq!(page.status, 404);
    page.assert_has("This project is not there any more");
}

#[tokio::test]
async fn a_project_is_renamed_described_and_kept_from_two_windows() {
    let mut it = stage().await;
    let path = format!("/projects/{}", it.project().await);
    let page = it
        .browser
        .post(&path, &[("name", "Night"), ("description", "a\r\nb")])
        .await;
    assert!(page.at.ends_with("?done=project-edited"));
    page.assert_has("a\nb");
    let stale = [
        ("name", "Day"),
        ("description", "a\r\nb"),
        ("was-name", "Default project"),
        ("was-description", ""),
    ];
    let page = it.browser.post(&path, &stale).await;
    assert_eq!(page.status, 409);
    page.assert_has("changed to “Night”");
    it.browser.post("/projects", &[("name", "Day")]).await;
    let page = it
        .browser
        .post(&path, &[("name", "Day"), ("description", "")])
        .await;
    assert_eq!(page.status, 422);
    page.assert_has("This name is taken");
}

#[tokio::test]
async fn names_are_shown_as_text_and_cannot_turn_the_page_round() {
    let mut it = stage().await;
    let project = it.project().await;
    for name in ["مفتاح", "<img src=x>", "a\u{202e}b", "👩‍💻 钥匙"] {
        let fields = [("name", name), ("project", project.as_str())];
        let page = it.browser.post("/keys", &fields).await;
        assert_eq!(page.status, 200, "{name}");
        let escaped = name.replace('<', "&lt;").replace('>', "&gt;");
        let list = it.browser.open("/keys").await;
        list.assert_has(&format!("<bdi>{escaped}<"));
    }
    let long = "长".repeat(200);
    for (name, text) in [
        (long.as_str(), "60 characters"),
        ("\u{200b}\u{202e}", "needed"),
    ] {
        let fields = [("name", name), ("project", project.as_str())];
        let page = it.browser.post("/keys", &fields).await;
        assert_eq!(page.status, 422);
        page.assert_has(text);
        page.assert_has(&format!("value=\"{name}\""));
    }
}

#[tokio::test]
async fn keys_are_found_by_project_state_and_name() {
    let mut it = stage().await;
    for name in ["Night worker", "Day worker"] {
        it.it.key(&it.ann, name).await;
    }
    let (page, project) = (it.page.clone(), it.project().await);
    it.browser.post(&format!("{page}/disable"), &[]).await;
    let names = |page: &Page| {
        ["Laptop", "Night worker", "Day worker"]
            .map(|name| page.text.contains(&format!("<bdi>{name}<")))
    };
    for (query, found) in [
        ("?state=disabled".to_owned(), [true, false, false]),
        ("?state=active".to_owned(), [false, true, true]),
        ("?q=night".to_owned(), [false, true, false]),
        (format!("?q=mpg-{}", &it.secret[40..]), [true, false, false]),
        (format!("?project={project}"), [true, true, true]),
        ("?project=prj_of_bob".to_owned(), [false, false, false]),
        ("?state=nonsense".to_owned(), [true, true, true]),
    ] {
        let page = it.browser.open(&format!("/keys{query}")).await;
        assert_eq!((page.status, names(&page)), (200, found), "{query}");
    }
}

#[tokio::test]
async fn what_is_another_account_s_is_not_there() {
    let it = stage().await;
    it.it.account("bob@example.com", Role::Developer).await;
    let mut bob = it.it.browser("bob@example.com").await;
    let project = format!("/projects/{}", it.project().await);
    for page in [&it.page, &project] {
        assert_eq!(bob.open(page).await.status, 404);
    }
    let cap = [("api", "searchMemory"), ("calls", "0"), ("period", "day")];
    for (path, fields) in [
        (it.page.clone(), &[("name", "Bob's")][..]),
        (format!("{}/rotate", it.page), &[("grace", "none")]),
        (format!("{}/disable", it.page), &[]),
        (format!("{}/stop-old", it.page), &[]),
        (format!("{}/cap", it.page), &cap),
        (format!("{}/delete", it.page), &[]),
        (project.clone(), &[("name", "Bob's")]),
        (format!("{project}/cap"), &cap),
        (
            format!("{project}/delete"),
            &[("confirm", "Default project")],
        ),
    ] {
        let page = bob.post(&path, fields).await;
        assert_eq!(page.status, 404, "{path}");
        page.assert_has_not("Laptop");
    }
    assert_eq!(it.code(&it.secret).await, 0);
    assert_eq!(it.audited().await[0], "key.created");
}
