//! The admin's desk over HTTP: overview, notes, the door, the queue one by one,
//! the audit log's filters.

use crate::support::{Page, TestServer};
use allowance::domain::accounts::{Account, Role};
use allowance::domain::authority::By;
use allowance::domain::store::{Audit, AuditFilter, Desk, Settings, Tombstone};

fn figure(page: &Page, name: &str) -> String {
    let card = page.between(&format!("<dt>{name}<"), "</div>");
    let (_, rest) = card.split_once("class=\"figure\">").unwrap();
    rest.split('<').next().unwrap().to_owned()
}

#[tokio::test]
async fn the_overview_counts_calls_errors_accounts_and_requests() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    it.account("olive@example.com", Role::Owner).await;
    let key = it.key(&ann, "One").await;
    it.burn(&ann, &key, "searchMemory", 999).await;
    it.search(&key).await;
    // Used up: blocked.
    it.search(&key).await;
    it.call("/add/message", &key, &serde_json::json!({})).await;
    it.server
        .actions
        .request_quota(&ann, "searchMemory", "500", "More")
        .await
        .unwrap();
    let mut staff = it.browser("olive@example.com").await;
    let page = staff.open("/admin/overview").await;
    assert_eq!(page.status, 200);
    assert_eq!(figure(&page, "Calls in 24 hours"), "1,002");
    assert_eq!(figure(&page, "Failed or blocked"), "2");
    assert_eq!(figure(&page, "Accounts"), "2");
    assert_eq!(figure(&page, "Requests waiting"), "1");
    page.assert_has("1,000 charged");
    // The notices are settled beside the calls.
    for _ in 0..200 {
        if staff
            .open("/admin/overview")
            .await
            .text
            .contains("0 of 1,000")
        {
            break;
        }
        tokio::task::yield_now().await;
    }
    let page = staff.open("/admin/overview").await;
    page.assert_has("0 of 1,000");
    page.assert_has(&format!("/admin/accounts/{}", ann.public_id));
    page.assert_has("<code>40300");
    it.clock.advance(25 * 60 * 60 * 1_000);
    let page = staff.open("/admin/overview").await;
    assert_eq!(figure(&page, "Calls in 24 hours"), "0");
}

#[tokio::test]
async fn a_disabled_account_enters_nowhere_until_it_is_enabled() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    it.account("sam@example.com", Role::Support).await;
    let key = it.key(&ann, "One").await;
    assert_eq!(it.search(&key).await["code"], 0);
    let mut developer = it.browser("ann@example.com").await;
    let mut staff = it.browser("sam@example.com").await;
    let page = format!("/admin/accounts/{}", ann.public_id);
    let refused = staff.post(&format!("{page}/disable"), &[]).await;
    assert_eq!(refused.status, 422);
    refused.assert_has("This field is needed");
    let fields = [("reason", "Key was leaked")];
    let done = staff.post(&format!("{page}/disable"), &fields).await;
    assert_eq!(done.at, format!("{page}?done=account-disabled"));
    done.assert_has("Disabled");
    assert_ne!(it.search(&key).await["code"], 0);
    assert!(developer.open("/usage").await.at.starts_with("/sign-in"));
    let again = staff.post(&format!("{page}/disable"), &fields).await;
    again.assert_has("That is so already");
    let done = staff.post(&format!("{page}/enable"), &[]).await;
    assert_eq!(done.at, format!("{page}?done=account-enabled"));
    assert_eq!(it.search(&key).await["code"], 0);
    // The sessions that it had are gone for good.
    assert!(developer.open("/usage").await.at.starts_with("/sign-in"));
    let entries = it.store.audit_of(ann.id, 2).await.unwrap();
    assert_eq!(entries[0].action, "account.enabled");
    assert_eq!(entries[1].action, "account.disabled");
    assert!(entries[1].after.as_ref().unwrap().contains("leaked"));
    it.assert_verified().await;
}

#[tokio::test]
async fn nobody_disables_themselves_the_last_owner_or_as_support_other_staff() {
    let it = TestServer::start().await;
    let sam = it.account("sam@example.com", Role::Support).await;
    let olive = it.account("olive@example.com", Role::Owner).await;
    let fields = [("reason", "Why not")];
    let path = |id: &str| format!("/admin/accounts/{id}/disable");
    let mut support = it.browser("sam@example.com").await;
    let page = support.post(&path(&sam.public_id), &fields).await;
    assert_eq!(page.status, 422);
    page.assert_has("cannot do this to your own account");
    let page = support.post(&path(&olive.public_id), &fields).await;
    page.assert_has("Only an owner can do this");
    let mut owner = it.browser("olive@example.com").await;
    let page = owner.post(&path(&olive.public_id), &fields).await;
    page.assert_has("cannot do this to your own account");
    // The command line is nobody's own; but one owner must be left.
    let by = By::command_line();
    let actions = &it.server.actions;
    assert!(
        actions
            .disable_account(&by, &olive.public_id, "Why not")
            .await
            .is_err()
    );
    it.account("ned@example.com", Role::Owner).await;
    let both = tokio::join!(
        actions.disable_account(&by, &olive.public_id, "One of two"),
        async {
            let ned =
                allowance::domain::store::Accounts::account_by_email(&it.store, "ned@example.com")
                    .await
                    .unwrap()
                    .unwrap()
                    .0;
            actions
                .disable_account(&by, &ned.public_id, "One of two")
                .await
        }
    );
    assert!(both.0.is_ok() != both.1.is_ok(), "{both:?}");
}

#[tokio::test]
async fn an_owner_changes_roles_and_whoever_is_signed_in_signs_in_again() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let olive = it.account("olive@example.com", Role::Owner).await;
    let mut anns = it.browser("ann@example.com").await;
    let mut owner = it.browser("olive@example.com").await;
    let path = |of: &Account| format!("/admin/accounts/{}/role", of.public_id);
    let role = |to: &'static str| [("role", to)];
    let page = owner.post(&path(&ann), &role("support")).await;
    assert!(page.at.ends_with("?done=role-changed"), "{}", page.at);
    page.assert_has("selected>Support<");
    assert!(anns.open("/usage").await.at.starts_with("/sign-in"));
    let mut support = it.browser("ann@example.com").await;
    assert_eq!(support.open("/admin").await.status, 200);
    // Support makes nobody an owner, itself neither.
    for of in [&ann, &olive] {
        assert_eq!(support.post(&path(of), &role("owner")).await.status, 404);
    }
    let entry = &it.store.audit_of(ann.id, 1).await.unwrap()[0];
    assert_eq!(entry.action, "account.role_changed");
    assert_eq!(entry.before.as_deref(), Some(r#"{"role":"developer"}"#));
    assert_eq!(entry.after.as_deref(), Some(r#"{"role":"support"}"#));

    for (of, to, said) in [
        (&olive, "developer", "cannot do this to your own account"),
        (&ann, "support", "so already"),
        (&ann, "emperor", "Choose one from the list"),
    ] {
        let page = owner.post(&path(of), &role(to)).await;
        assert_eq!(page.status, 422);
        page.assert_has(said);
    }
    // Of two owners who make each other developers at once, one stays.
    let page = owner.post(&path(&ann), &role("owner")).await;
    assert_eq!(page.status, 200);
    let by = By::command_line();
    let actions = &it.server.actions;
    let both = tokio::join!(
        actions.change_role(&by, &ann.public_id, "developer"),
        actions.change_role(&by, &olive.public_id, "developer"),
    );
    assert!(both.0.is_ok() != both.1.is_ok(), "{both:?}");
}

#[tokio::test]
async fn notes_are_for_staff_once_for_each_form_and_go_with_the_account() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    it.account("sam@example.com", Role::Support).await;
    let mut staff = it.browser("sam@example.com").await;
    let page = format!("/admin/accounts/{}", ann.public_id);
    let fields = [("note", "Met at <b>RustConf</b>"), ("once", "token-1")];
    for _ in 0..2 {
        let done = staff.post(&format!("{page}/notes"), &fields).await;
        assert_eq!(done.at, format!("{page}?done=note-added"));
    }
    let shown = staff.open(&page).await;
    shown.assert_has("Met at &lt;b&gt;RustConf&lt;/b&gt;");
    assert_eq!(it.store.notes(ann.id).await.unwrap().len(), 1);
    let long = "x".repeat(2_001);
    let refused = staff
        .post(&format!("{page}/notes"), &[("note", &long)])
        .await;
    assert_eq!(refused.status, 422);
    let entries = it.store.audit_of(ann.id, 10).await.unwrap();
    assert!(!format!("{entries:?}").contains("RustConf"));
    let gone = Tombstone {
        name: "–".into(),
        email: "deleted".into(),
        at: it.server.actions.now(),
    };
    let change = allowance::domain::audit::Change {
        at: it.server.actions.now(),
        actor: allowance::domain::audit::Actor::System,
        action: "account.deleted",
        subject: ann.public_id.clone(),
        account: Some(ann.id),
        before: None,
        after: None,
        form_token: None,
    };
    it.store.delete_account(ann.id, gone, change).await.unwrap();
    assert!(it.store.notes(ann.id).await.unwrap().is_empty());
}

#[tokio::test]
async fn after_an_answer_the_next_request_is_shown() {
    let it = TestServer::start().await;
    it.account("olive@example.com", Role::Owner).await;
    for n in 0..3 {
        let email = format!("dev{n}@example.com");
        let account = it.account(&email, Role::Developer).await;
        it.server
            .actions
            .request_quota(&account, "addMessage", "100", &format!("Reason {n}"))
            .await
            .unwrap();
    }
    let mut staff = it.browser("olive@example.com").await;
    let page = staff.open("/admin/requests/next").await;
    page.assert_has("Reason 0");
    page.assert_has("1 of 3 waiting");
    page.assert_has("autofocus");
    let path = |page: &Page| {
        page.between(
            "<form method=\"post\" action=\"/admin/requests/",
            "/approve\"",
        )
        .to_owned()
    };
    let first = path(&page);
    // A sentence is missing: the same request again, with what was typed.
    let fields = [("flow", "next"), ("calls", "70"), ("answer", "")];
    let page = staff
        .post(&format!("/admin/requests/{first}/reject"), &fields)
        .await;
    assert_eq!(page.status, 422);
    page.assert_has("Reason 0");
    assert_eq!(page.field("next-answer-calls"), "70");
    let page = staff
        .post(&format!("/admin/requests/{first}/approve"), &fields)
        .await;
    assert_eq!(
        page.at,
        format!("/admin/requests/next?after={first}&done=request-approved")
    );
    page.assert_has("Reason 1");
    // Skipped: the third is shown, then the second again.
    let second = path(&page);
    let page = staff
        .open(&format!("/admin/requests/next?after={second}"))
        .await;
    page.assert_has("Reason 2");
    let fields = [("flow", "next"), ("answer", "Not now")];
    let page = staff
        .post(&format!("/admin/requests/{}/reject", path(&page)), &fields)
        .await;
    page.assert_has("Reason 1");
    // Somebody else answers it meanwhile.
    let by = allowance::domain::authority::By::command_line();
    it.server
        .actions
        .reject_quota_request(&by, &second, "No")
        .await
        .unwrap();
    let page = staff
        .post(
            &format!("/admin/requests/{second}/approve"),
            &[("flow", "next"), ("calls", "5")],
        )
        .await;
    assert_eq!(page.status, 409);
    page.assert_has("Nobody is waiting");
    it.assert_verified().await;
}

#[tokio::test]
async fn the_audit_log_is_filtered_and_exported_as_it_is_shown() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    it.account("olive@example.com", Role::Owner).await;
    let key = it.key(&ann, "One").await;
    let _ = key;
    it.clock.advance(3 * 24 * 60 * 60 * 1_000);
    it.key(&ann, "Two").await;
    let count = async |filter: AuditFilter| it.store.audit(&filter, None, 100).await.unwrap().len();
    let all = AuditFilter::default();
    let with = |actor: &str, action: &str, account: &str| AuditFilter {
        actor: actor.into(),
        action: action.into(),
        account: account.into(),
        ..all.clone()
    };
    assert_eq!(count(with("ANN@", "", "")).await, 2);
    assert_eq!(count(with("", "key", "")).await, 2);
    assert_eq!(count(with("", "key.created", "")).await, 2);
    assert_eq!(count(with("", "ke", "")).await, 0, "a whole word of it");
    assert_eq!(
        count(with("", "account.created", "ann@example.com")).await,
        1
    );
    assert_eq!(count(with("", "", &ann.public_id)).await, 3);
    assert_eq!(count(with("%", "", "")).await, 0, "no pattern");
    let mut staff = it.browser("olive@example.com").await;
    let page = staff.open("/admin/audit?action=key&from=2026-11-27").await;
    assert_eq!(page.text.matches("key.created").count(), 1);
    page.assert_has("/admin/audit/export.csv?action=key&amp;from=2026-11-27");
    let file = staff
        .open("/admin/audit/export.csv?action=key&from=2026-11-27")
        .await;
    assert_eq!(file.text.lines().count(), 2);
    staff
        .open("/admin/audit?action=nothing")
        .await
        .assert_has("No change matches");
    staff
        .open("/admin/audit?from=2026-02-30")
        .await
        .assert_has("does not exist");
}
