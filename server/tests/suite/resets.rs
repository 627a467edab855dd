//! A new password, a new e-mail: by links that come over SMTP.

use crate::doors::{HOUR, account, ask, open_site, token};
use crate::support::{Browser, Mailbox, NOW, PASSWORD, Page, Received, TestServer};
use allowance::domain::accounts::Role;
use allowance::domain::store::Audit;

async fn reset_letter(it: &TestServer, mailbox: &mut Mailbox, email: &str) -> Received {
    ask(&mut Browser::new(&it.address), "/reset", email).await;
    mailbox.next().await
}

async fn set_password(browser: &mut Browser, link: &str, new: &str, again: &str) -> Page {
    let fields = [
        ("token", token(link)),
        ("new_password", new),
        ("again_password", again),
    ];
    browser.post("/reset/new", &fields).await
}

const FRESH: &str = "a fresh new password";

#[tokio::test]
async fn a_reset_sets_the_password_once_in_any_browser_and_ends_all_sessions() {
    let (it, mut mailbox) = open_site().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let mut inside = it.browser("ann@example.com").await;
    let link = reset_letter(&it, &mut mailbox, "ann@example.com")
        .await
        .link("/reset/new");
    let mut browser = Browser::new(&it.address);
    let page = browser.open(&link).await;
    page.assert_has("ann@example.com");
    for (new, again, said) in [
        ("short", "short", "Use 10 characters or more"),
        (FRESH, "another one entirely", "differs"),
    ] {
        let page = set_password(&mut browser, &link, new, again).await;
        assert_eq!(page.status, 422);
        page.assert_has(said);
        page.assert_has_not(FRESH);
    }
    assert_eq!(inside.open("/usage").await.at, "/usage");
    let page = set_password(&mut browser, &link, FRESH, FRESH).await;
    assert_eq!(page.at, "/sign-in?done=password-reset");
    assert!(inside.open("/usage").await.at.starts_with("/sign-in"));
    let told = mailbox.next().await;
    assert_eq!(
        (told.to.as_str(), told.subject()),
        ("ann@example.com", "Your password was changed".into())
    );

    let page = set_password(
        &mut browser,
        &link,
        "yet another password",
        "yet another password",
    )
    .await;
    assert_eq!(page.status, 410);
    page.assert_has("This link was used already");
    page.assert_has("href=\"/reset\"");
    let fields = [
        ("email", "ann@example.com"),
        ("password", FRESH),
        ("next", ""),
    ];
    assert_eq!(browser.post("/sign-in", &fields).await.at, "/usage");
    let entry = &it.store.audit_of(ann.id, 1).await.unwrap()[0];
    assert_eq!(
        (entry.action.as_str(), entry.after.as_deref()),
        ("account.password_reset", Some("{}"))
    );
}

#[tokio::test]
async fn of_many_who_use_a_reset_at_once_one_sets_the_password() {
    let (it, mut mailbox) = open_site().await;
    it.account("ann@example.com", Role::Developer).await;
    let link = reset_letter(&it, &mut mailbox, "ann@example.com")
        .await
        .link("/reset/new");
    let racing = (0..6).map(|n| {
        let (it, link) = (&it, &link);
        async move {
            let password = format!("racing password {n}");
            set_password(&mut Browser::new(&it.address), link, &password, &password)
                .await
                .at
        }
    });
    let won = futures::future::join_all(racing).await;
    let won = won.iter().filter(|at| at.starts_with("/sign-in")).count();
    assert_eq!(won, 1);
}

#[tokio::test]
async fn a_reset_is_good_for_an_hour_and_ends_with_a_newer_one_or_a_new_password() {
    let (it, mut mailbox) = open_site().await;
    it.account("ann@example.com", Role::Developer).await;
    let first = reset_letter(&it, &mut mailbox, "ann@example.com")
        .await
        .link("/reset/new");
    it.clock.advance(HOUR);
    let mut browser = Browser::new(&it.address);
    let page = set_password(
        &mut browser,
        &first,
        "a fresh new password",
        "a fresh new password",
    )
    .await;
    assert_eq!(page.status, 410);
    page.assert_has("This link is too old");

    let second = reset_letter(&it, &mut mailbox, "ann@example.com")
        .await
        .link("/reset/new");
    it.clock.advance(2 * 60 * 1_000);
    let third = reset_letter(&it, &mut mailbox, "ann@example.com")
        .await
        .link("/reset/new");
    assert_eq!(browser.open(&second).await.status, 410);
    let mut inside = it.browser("ann@example.com").await;
    let fields = [
        ("current_password", PASSWORD),
        ("new_password", "chosen in settings"),
        ("again_password", "chosen in settings"),
    ];
    inside.post("/settings/password", &fields).await;
    assert_eq!(browser.open(&third).await.status, 410);
}

#[tokio::test]
async fn who_deletes_the_account_leaves_no_letter_open() {
    let (it, mut mailbox) = open_site().await;
    it.account("ann@example.com", Role::Developer).await;
    let link = reset_letter(&it, &mut mailbox, "ann@example.com")
        .await
        .link("/reset/new");
    let mut inside = it.browser("ann@example.com").await;
    inside
        .post(
            "/settings/delete",
            &[("email", "ann@example.com"), ("password", PASSWORD)],
        )
        .await;
    assert_eq!(Browser::new(&it.address).open(&link).await.status, 410);
    assert_eq!(it.server.actions.now(), NOW);
}

#[tokio::test]
async fn a_new_e_mail_is_proven_at_the_new_mailbox_and_told_to_the_old() {
    let (it, mut mailbox) = open_site().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let mut inside = it.browser("ann@example.com").await;
    let reset = reset_letter(&it, &mut mailbox, "ann@example.com")
        .await
        .link("/reset/new");
    let asked = |new, password| [("new_email", new), ("email_password", password)];
    for (new, password, said) in [
        ("ann@example.com", PASSWORD, "This is your e-mail already"),
        ("nonsense", PASSWORD, "Enter an e-mail address"),
        (
            "new+ann@example.com",
            "wrong password",
            "This is not your password",
        ),
    ] {
        let page = inside.post("/settings/email", &asked(new, password)).await;
        assert_eq!(page.status, 422, "{new}");
        page.assert_has(said);
        page.assert_has_not(password);
    }
    let page = inside
        .post("/settings/email", &asked(" New+Ann@example.com", PASSWORD))
        .await;
    assert_eq!(page.at, "/settings?done=email-asked");
    let letter = mailbox.next().await;
    assert_eq!(
        (letter.to.as_str(), letter.subject()),
        ("new+ann@example.com", "Confirm your new e-mail".into())
    );
    let link = letter.link("/confirm-email");
    assert!(account(&it, "new+ann@example.com").await.is_none());

    // Looking at the link changes nothing; its button does, in any browser.
    let mut other = Browser::new(&it.address);
    other.open(&link).await.assert_has("new+ann@example.com");
    assert!(account(&it, "ann@example.com").await.is_some());
    let page = other
        .post("/confirm-email", &[("token", token(&link))])
        .await;
    assert_eq!(page.at, "/sign-in?done=email-changed");
    let told = mailbox.next().await;
    assert_eq!(
        (told.to.as_str(), told.subject()),
        (
            "ann@example.com",
            "The e-mail of your account was changed".into()
        )
    );
    assert!(account(&it, "ann@example.com").await.is_none());
    assert_eq!(
        account(&it, "new+ann@example.com").await.unwrap().id,
        ann.id
    );
    // Who is signed in stays so; the old mailbox sets no password any more.
    inside
        .open("/settings")
        .await
        .assert_has("new+ann@example.com");
    assert_eq!(other.open(&reset).await.status, 410);
    let page = other
        .post("/confirm-email", &[("token", token(&link))])
        .await;
    page.assert_has("This link was used already");
    let entry = &it.store.audit_of(ann.id, 1).await.unwrap()[0];
    assert_eq!(entry.action, "account.email_changed");
    assert!(entry.before.as_ref().unwrap().contains("ann@example.com"));
    it.browser("new+ann@example.com").await;
}

#[tokio::test]
async fn an_e_mail_that_somebody_has_is_not_taken_and_nobody_learns_of_it() {
    let (it, mut mailbox) = open_site().await;
    it.account("ann@example.com", Role::Developer).await;
    it.account("bob@example.com", Role::Developer).await;
    let mut inside = it.browser("ann@example.com").await;
    let fields = [
        ("new_email", "bob@example.com"),
        ("email_password", PASSWORD),
    ];
    let page = inside.post("/settings/email", &fields).await;
    assert_eq!(page.at, "/settings?done=email-asked");
    it.server.post.settle().await;
    assert!(mailbox.rest().is_empty());

    // Nor if somebody took it while the letter was on its way; and of two letters
    // the later counts.
    let ask = async |inside: &mut Browser, mailbox: &mut Mailbox, new: &str| {
        let fields = [("new_email", new), ("email_password", PASSWORD)];
        inside.post("/settings/email", &fields).await;
        mailbox.next().await.link("/confirm-email")
    };
    let first = ask(&mut inside, &mut mailbox, "one@example.com").await;
    let second = ask(&mut inside, &mut mailbox, "two@example.com").await;
    assert_eq!(inside.open(&first).await.status, 410);
    it.account("two@example.com", Role::Developer).await;
    let page = inside
        .post("/confirm-email", &[("token", token(&second))])
        .await;
    assert_eq!(page.status, 422);
    page.assert_has("There is an account with this e-mail by now");
    assert!(account(&it, "ann@example.com").await.is_some());
}
