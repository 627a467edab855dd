//! Sign up, invite, join: over HTTP, with letters that come over SMTP.

use crate::support::{Browser, Mailbox, PASSWORD, Page, TestServer};
use allowance::domain::accounts::{Account, Role};
use allowance::domain::links::SignUp;
use allowance::domain::store::{Accounts, Audit, AuditFilter, Keys, Projects};

pub const HOUR: i64 = 60 * 60 * 1_000;

pub async fn open_site() -> (TestServer, Mailbox) {
    let mailbox = Mailbox::open().await;
    let mail = mailbox.config.clone();
    let it = TestServer::start_with(|config| {
        config.sign_up = SignUp::Open;
        config.mail = Some(mail);
    })
    .await;
    (it, mailbox)
}

/// A site without a mail server.
async fn mute_site(sign_up: SignUp) -> TestServer {
    TestServer::start_with(|config| config.sign_up = sign_up).await
}

pub async fn ask(browser: &mut Browser, path: &str, email: &str) -> Page {
    browser.post(path, &[("email", email)]).await
}

pub fn token(link: &str) -> &str {
    link.split_once("token=").unwrap().1
}

async fn join(browser: &mut Browser, link: &str, name: &str, password: &str) -> Page {
    let fields = [
        ("token", token(link)),
        ("name", name),
        ("password", password),
        ("time_zone", "Asia/Shanghai"),
        ("once", "the same form"),
    ];
    browser.post("/join", &fields).await
}

pub async fn account(it: &TestServer, email: &str) -> Option<Account> {
    let found = it.store.account_by_email(email).await.unwrap();
    found.map(|(account, _)| account)
}

#[tokio::test]
async fn whoever_reads_the_mailbox_gets_an_account_with_project_quota_and_a_key_that_works() {
    let (it, mut mailbox) = open_site().await;
    let mut browser = Browser::new(&it.address);
    let page = ask(&mut browser, "/sign-up", " Ann+Test@Example.com ").await;
    assert_eq!(page.at, "/sign-up?sent=1");
    page.assert_has("Look into your mailbox");
    let letter = mailbox.next().await;
    assert_eq!(letter.to, "ann+test@example.com");
    assert_eq!(letter.subject(), "Confirm your e-mail");
    assert_eq!(letter.header("Auto-Submitted"), "auto-generated");
    let link = letter.link("/join");
    assert!(account(&it, "ann+test@example.com").await.is_none());

    // Another browser than the one that asked: that of the mailbox.
    let mut other = Browser::new(&it.address);
    let page = other.open(&link).await;
    assert_eq!(page.status, 200);
    page.assert_has("ann+test@example.com");
    let page = join(&mut other, &link, "Ann <b>آن</b>", PASSWORD).await;
    assert_eq!(page.status, 200, "{}", page.text);
    page.assert_has("Your account is ready");
    page.assert_has("Ann &lt;b&gt;آن&lt;/b&gt;");
    let key = page.between("class=\"secret\">", "<").to_owned();
    assert_eq!(it.search(&key).await["code"], 0);

    let ann = account(&it, "ann+test@example.com").await.unwrap();
    assert_eq!(
        (ann.role, ann.time_zone.as_str()),
        (Role::Developer, "Asia/Shanghai")
    );
    assert_eq!(it.store.projects(ann.id).await.unwrap().len(), 1);
    assert_eq!(it.remaining(&ann, "searchMemory").await, 999);
    assert_eq!(other.open("/usage").await.status, 200);
    other.open("/keys").await.assert_has_not(&key);
    let entries = it.store.audit_of(ann.id, 10).await.unwrap();
    assert_eq!(entries.last().unwrap().action, "account.created");
    assert!(!format!("{entries:?}").contains(token(&link)));
    it.assert_verified().await;
}

#[tokio::test]
async fn letters_speak_the_language_of_whoever_asked() {
    let (it, mut mailbox) = open_site().await;
    let mut browser = Browser::new(&it.address);
    browser.set_cookie("language", "zh-CN");
    ask(&mut browser, "/sign-up", "用户+测试@例子.公司").await;
    let letter = mailbox.next().await;
    assert_eq!(letter.to, "用户+测试@例子.公司");
    assert_eq!(letter.subject(), "确认你的邮箱");
    assert!(letter.text().contains("24 小时内有效"), "{}", letter.text());
    let page = join(&mut browser, &letter.link("/join"), "小明", PASSWORD).await;
    page.assert_has("账号已就绪");
    // From now on its own language decides, whoever asks.
    let mut stranger = Browser::new(&it.address);
    it.clock.advance(2 * HOUR);
    ask(&mut stranger, "/reset", "用户+测试@例子.公司").await;
    let letter = mailbox.next().await;
    assert_eq!(letter.subject(), "设置新密码");
    let text = letter.text();
    assert!(
        text.contains("只能使用一次") && !text.contains("{ $"),
        "{text}"
    );
}

#[tokio::test]
async fn the_answer_is_the_same_whether_there_is_an_account_or_not() {
    let (it, mut mailbox) = open_site().await;
    it.account("ann@example.com", Role::Developer).await;
    let mut browser = Browser::new(&it.address);
    for path in ["/sign-up", "/reset"] {
        it.clock.advance(2 * HOUR);
        let known = ask(&mut browser, path, "ann@example.com").await;
        let unknown = ask(&mut browser, path, "nobody@example.com").await;
        assert_eq!((known.status, &known.at), (unknown.status, &unknown.at));
        // But for the one-time token, the pages are the same.
        let plain = |page: &Page| page.between("<main", "</main>").to_owned();
        assert_eq!(plain(&known), plain(&unknown));
        it.server.post.settle().await;
        let mut letters = mailbox.rest();
        letters.sort_by(|a, b| a.to.cmp(&b.to));
        let told: Vec<_> = letters.iter().map(|it| (&*it.to, it.subject())).collect();
        if path == "/sign-up" {
            assert_eq!(
                told[0],
                ("ann@example.com", "You already have an account".into())
            );
            assert_eq!(
                told[1],
                ("nobody@example.com", "Confirm your e-mail".into())
            );
            assert!(letters[0].link("/reset/new").len() > 40);
        } else {
            assert_eq!(told, [("ann@example.com", "Set a new password".into())]);
        }
    }
}

#[tokio::test]
async fn the_same_sign_up_many_times_at_once_sends_one_letter_and_makes_one_account() {
    let (it, mut mailbox) = open_site().await;
    let asking = (0..4).map(|_| async {
        ask(
            &mut Browser::new(&it.address),
            "/sign-up",
            "ann@example.com",
        )
        .await
    });
    for page in futures::future::join_all(asking).await {
        assert_eq!(page.status, 200);
    }
    it.server.post.settle().await;
    let letters = mailbox.rest();
    assert_eq!(letters.len(), 1);
    let link = letters[0].link("/join");

    // Joining twice at once, as a double click does: one account, one key, and
    // either answer shows it.
    let joining = (0..6)
        .map(|_| async { join(&mut Browser::new(&it.address), &link, "Ann", PASSWORD).await });
    let keys: Vec<_> = futures::future::join_all(joining)
        .await
        .iter()
        .map(|page| page.between("class=\"secret\">", "<").to_owned())
        .collect();
    assert!(keys.iter().all(|key| *key == keys[0]), "{keys:?}");
    let ann = account(&it, "ann@example.com").await.unwrap();
    assert_eq!(it.store.keys(ann.id).await.unwrap().len(), 1);
    assert_eq!(it.search(&keys[0]).await["code"], 0);

    // Somebody else who found the link, with another password, gets nothing.
    let page = join(
        &mut Browser::new(&it.address),
        &link,
        "Eve",
        "another password",
    )
    .await;
    page.assert_has("This link was used already");
    page.assert_has_not("class=\"secret\"");
}

#[tokio::test]
async fn passwords_of_one_and_of_ten_thousand_characters_are_refused_and_the_link_stays_good() {
    let (it, mut mailbox) = open_site().await;
    let mut browser = Browser::new(&it.address);
    ask(&mut browser, "/sign-up", "ann@example.com").await;
    let link = mailbox.next().await.link("/join");
    for (password, said) in [
        ("x".to_owned(), "Use 10 characters or more"),
        ("x".repeat(10_000), "Use 200 characters at most"),
    ] {
        let page = join(&mut browser, &link, "Ann 安", &password).await;
        assert_eq!(page.status, 422);
        page.assert_has(said);
        page.assert_has_not(&format!("value=\"{password}\""));
        assert_eq!(page.field("join-name"), "Ann 安");
    }
    let page = join(&mut browser, &link, " ", PASSWORD).await;
    page.assert_has("This field is needed");
    let page = join(&mut browser, &link, "Ann", PASSWORD).await;
    page.assert_has("Your account is ready");
    for bad in [
        "",
        "ann",
        "a b@c.d",
        "x@y",
        "ann@example.com\r\nBcc: eve@example.com",
    ] {
        let page = ask(&mut browser, "/sign-up", bad).await;
        assert_eq!(page.status, 422, "{bad:?}");
        page.assert_has("Enter an e-mail address");
    }
}

#[tokio::test]
async fn a_link_that_was_used_is_late_or_never_was_says_so_and_leads_on() {
    let (it, mut mailbox) = open_site().await;
    let mut browser = Browser::new(&it.address);
    ask(&mut browser, "/sign-up", "late@example.com").await;
    let late = mailbox.next().await.link("/join");
    it.clock.advance(24 * HOUR);
    let page = browser.open(&late).await;
    assert_eq!(page.status, 410);
    page.assert_has("This link is too old");
    page.assert_has("href=\"/sign-up\"");
    let page = join(&mut browser, &late, "Late", PASSWORD).await;
    assert_eq!(page.status, 410);
    assert!(account(&it, "late@example.com").await.is_none());

    ask(&mut browser, "/sign-up", "late@example.com").await;
    let fresh = mailbox.next().await.link("/join");
    join(&mut browser, &fresh, "Late", PASSWORD).await;
    let page = browser.open(&fresh).await;
    assert_eq!(page.status, 410);
    page.assert_has("This link was used already");
    for nonsense in [
        "/join",
        "/join?token=",
        "/join?token=%00%ff",
        "/reset/new?token=x",
    ] {
        let page = browser.open(nonsense).await;
        assert_eq!(page.status, 410, "{nonsense}");
        page.assert_has("This link opens nothing");
    }
    // The link of one page opens no other.
    let page = browser
        .open(&format!("/reset/new?token={}", token(&fresh)))
        .await;
    assert_eq!(page.status, 410);
}

#[tokio::test]
async fn by_default_strangers_cannot_sign_up_and_staff_invite() {
    let it = TestServer::start().await;
    it.account("root@example.com", Role::Owner).await;
    it.account("dev@example.com", Role::Developer).await;
    let mut stranger = Browser::new(&it.address);
    stranger.open("/sign-up").await.assert_has("by invitation");
    let page = ask(&mut stranger, "/sign-up", "eve@example.com").await;
    page.assert_has("by invitation");
    stranger
        .open("/sign-in")
        .await
        .assert_has_not("href=\"/sign-up\"");

    let mut developer = it.browser("dev@example.com").await;
    assert_eq!(developer.open("/admin/links").await.status, 404);
    let page = ask(&mut developer, "/admin/links", "eve@example.com").await;
    assert_eq!(page.status, 404);

    let mut admin = it.browser("root@example.com").await;
    let page = ask(&mut admin, "/admin/links", "New@example.com").await;
    assert_eq!(page.status, 200);
    page.assert_has("Link for new@example.com");
    let link = page.between("link-address\">", "<").to_owned();
    assert!(link.starts_with(&it.address), "{link}");
    let page = ask(&mut admin, "/admin/links", "dev@example.com").await;
    page.assert_has("There is an account with this e-mail already");
    let page = ask(&mut admin, "/admin/links", "new@example.com").await;
    page.assert_has("invited just now");
    let page = admin.open("/admin/links").await;
    page.assert_has("new@example.com");
    page.assert_has_not(token(&link));
    let page = join(&mut stranger, &link, "New", PASSWORD).await;
    page.assert_has("Your account is ready");
    admin
        .open("/admin/links")
        .await
        .assert_has("No link is waiting");
}

#[tokio::test]
async fn where_sign_up_is_closed_nobody_is_invited_either() {
    let it = mute_site(SignUp::Closed).await;
    it.account("root@example.com", Role::Owner).await;
    Browser::new(&it.address)
        .open("/sign-up")
        .await
        .assert_has("Sign-up is closed");
    let mut admin = it.browser("root@example.com").await;
    let page = ask(&mut admin, "/admin/links", "new@example.com").await;
    assert_eq!(page.status, 422);
    page.assert_has("Sign-up is closed");
}

/// The page of links, after the button of the newest one was pressed.
async fn shown(admin: &mut Browser, what: &str) -> Page {
    let page = admin.open("/admin/links").await;
    let id = page.between("action=\"/admin/links/", "/").to_owned();
    admin.post(&format!("/admin/links/{id}/{what}"), &[]).await
}

#[tokio::test]
async fn without_letters_staff_pass_links_on_and_a_shown_link_ends_the_one_before() {
    let it = mute_site(SignUp::Open).await;
    it.account("root@example.com", Role::Owner).await;
    let mut stranger = Browser::new(&it.address);
    let page = ask(&mut stranger, "/sign-up", "ann@example.com").await;
    page.assert_has("Your request is noted");
    it.server.post.settle().await;
    let mut admin = it.browser("root@example.com").await;
    let first = shown(&mut admin, "show").await;
    let first = first.between("link-address\">", "<").to_owned();
    let second = shown(&mut admin, "show").await;
    let second = second.between("link-address\">", "<").to_owned();
    stranger
        .open(&first[it.address.len()..])
        .await
        .assert_has("opens nothing");
    let page = join(&mut stranger, &second, "Ann", PASSWORD).await;
    page.assert_has("Your account is ready");

    it.clock.advance(HOUR);
    ask(&mut stranger, "/sign-up", "bob@example.com").await;
    it.server.post.settle().await;
    let page = shown(&mut admin, "withdraw").await;
    assert_eq!(page.at, "/admin/links?done=link-withdrawn");
    page.assert_has("No link is waiting");
}

#[tokio::test]
async fn support_cannot_pass_on_the_link_of_an_owner() {
    let it = mute_site(SignUp::Invitation).await;
    it.account("root@example.com", Role::Owner).await;
    it.account("help@example.com", Role::Support).await;
    ask(&mut Browser::new(&it.address), "/reset", "root@example.com").await;
    it.server.post.settle().await;
    let mut owner = it.browser("root@example.com").await;
    let page = owner.open("/admin/links").await;
    let id = page.between("action=\"/admin/links/", "/show\"").to_owned();
    let mut support = it.browser("help@example.com").await;
    support
        .open("/admin/links")
        .await
        .assert_has("For owners only");
    let page = support.post(&format!("/admin/links/{id}/show"), &[]).await;
    page.assert_has("Only an owner can do this");
    page.assert_has_not("link-address");
    let page = owner.post(&format!("/admin/links/{id}/show"), &[]).await;
    page.assert_has("link-address");
    let audit = it
        .store
        .audit(&AuditFilter::default(), None, 1)
        .await
        .unwrap();
    assert_eq!(audit[0].action, "link.shown");
}
