mod codes;
mod crowd;
mod days;
mod requests;
mod torn;
mod verify;

use super::SqliteStore;
use crate::domain::accounts::{Account, NewAccount, Role};
use crate::domain::audit::{Actor, Change};
use crate::domain::keys::{KeyHash, NewKey};
use crate::domain::store::{
    Accounts, Audit, AuditFilter, Grants, KeyChange, Keys, Ledger, Projects, QuotaRequests,
    SessionRow, Sessions, Verify,
};
use crate::domain::usage::{Outcome, UsageRow};
use crate::domain::{AccountId, ApiId, GrantId, KeyId, ProjectId, StoreError};
use tempfile::TempDir;

const NOW: i64 = 1_764_000_000_000;

struct Fixture {
    store: SqliteStore,
    apis: Vec<ApiId>,
    account: Account,
    project: ProjectId,
    key: KeyId,
    folder: TempDir,
}

fn change(action: &'static str) -> Change {
    Change {
        at: NOW,
        actor: Actor::System,
        action,
        subject: "test".into(),
        account: None,
        before: None,
        after: None,
        form_token: None,
    }
}

fn account(email: &str) -> NewAccount {
    NewAccount {
        public_id: format!("acc_{email}"),
        email: email.into(),
        name: "Ann".into(),
        password_hash: "hash".into(),
        role: Role::Developer,
        reference_code: format!("AL-{email}"),
        time_zone: "UTC".into(),
        created_at: NOW,
        project_public_id: format!("prj_{email}"),
    }
}

async fn open(folder: &TempDir) -> SqliteStore {
    let path = folder.path().join("test.db");
    SqliteStore::open(&format!("sqlite:{}", path.display()))
        .await
        .unwrap()
}

async fn fixture() -> Fixture {
    let folder = TempDir::new().unwrap();
    let store = open(&folder).await;
    let catalogue = [("add".to_owned(), 5_000), ("search".to_owned(), 1_000)];
    let apis = store
        .sync_catalogue(&catalogue, NOW, change("catalogue"))
        .await
        .unwrap();
    let account = store
        .create_account(account("ann@example.com"), change("account"))
        .await
        .unwrap();
    let project = store.projects(account.id).await.unwrap()[0].id;
    let new = NewKey {
        public_id: "key_1".into(),
        account: account.id,
        project,
        name: "Key".into(),
        hash: KeyHash::of("secret"),
        hint: "cret".into(),
        created_at: NOW,
        expires_at: None,
        caps: Vec::new(),
    };
    store.create_key(new, change("key")).await.unwrap();
    let key = store.keys(account.id).await.unwrap()[0].id;
    Fixture {
        store,
        apis,
        account,
        project,
        key,
        folder,
    }
}

impl Fixture {
    fn row(&self, id: &str, at: i64, burnt: Option<GrantId>) -> UsageRow {
        UsageRow {
            request_id: id.into(),
            account: self.account.id,
            project: self.project,
            key: self.key,
            api: self.apis[1],
            at,
            outcome: if burnt.is_some() {
                Outcome::Succeeded
            } else {
                Outcome::Rejected
            },
            code: 0,
            burnt,
            tokens: 7,
            latency_ms: 3,
            end_user: Some("钥匙 \"quoted\"".into()),
        }
    }

    async fn search_grant(&self) -> GrantId {
        let balances = self.store.balances(self.account.id).await.unwrap().grants;
        balances
            .iter()
            .find(|grant| grant.api == self.apis[1])
            .unwrap()
            .id
    }
}

#[tokio::test]
async fn an_account_opens_with_a_project_and_the_free_quota() {
    let it = fixture().await;
    let balances = it.store.balances(it.account.id).await.unwrap().grants;
    let calls: Vec<_> = balances
        .iter()
        .map(|grant| (grant.api, grant.calls, grant.burnt))
        .collect();
    assert_eq!(calls, [(it.apis[0], 5_000, 0), (it.apis[1], 1_000, 0)]);
    assert_eq!(it.store.projects(it.account.id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_email_opens_one_account() {
    let it = fixture().await;
    let mut twin = account("ann@example.com");
    twin.public_id = "acc_2".into();
    twin.reference_code = "AL-2".into();
    let error = it
        .store
        .create_account(twin, change("account"))
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::Conflict(_)), "{error}");
}

#[tokio::test]
async fn a_batch_lands_in_the_ledger_and_all_that_is_derived_from_it() {
    let it = fixture().await;
    let grant = it.search_grant().await;
    let mut rows: Vec<_> = (0..5)
        .map(|n| it.row(&format!("req_{n}"), NOW + n, Some(grant)))
        .collect();
    rows.push(it.row("req_failed", NOW, None));
    it.store.append(&rows[..3]).await.unwrap();
    it.store.append(&rows[3..]).await.unwrap();

    let balances = it.store.balances(it.account.id).await.unwrap().grants;
    assert_eq!(balances[1].burnt, 5);
    let key = &it.store.keys(it.account.id).await.unwrap()[0];
    assert_eq!((key.charged, key.last_used_at), (5, Some(NOW + 4)));
    assert_eq!(it.store.verify().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_batch_with_a_known_request_id_changes_nothing() {
    let it = fixture().await;
    let grant = it.search_grant().await;
    it.store
        .append(&[it.row("req_1", NOW, Some(grant))])
        .await
        .unwrap();
    let twice = [
        it.row("req_2", NOW, Some(grant)),
        it.row("req_1", NOW, Some(grant)),
    ];
    assert!(it.store.append(&twice).await.is_err());
    let balances = it.store.balances(it.account.id).await.unwrap().grants;
    assert_eq!(balances[1].burnt, 1);
    assert_eq!(it.store.verify().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn the_free_quota_follows_the_catalogue_and_history_stays() {
    let it = fixture().await;
    let grant = it.search_grant().await;
    it.store
        .append(&[it.row("req_1", NOW, Some(grant))])
        .await
        .unwrap();
    let catalogue = [
        ("search".to_owned(), 2_000),
        ("get".to_owned(), 10),
        ("add".to_owned(), 5_000),
    ];
    let apis = it
        .store
        .sync_catalogue(&catalogue, NOW, change("catalogue"))
        .await
        .unwrap();
    assert_eq!((apis[0], apis[2]), (it.apis[1], it.apis[0]));
    let balances = it.store.balances(it.account.id).await.unwrap().grants;
    let calls: Vec<_> = balances
        .iter()
        .map(|grant| (grant.calls, grant.burnt))
        .collect();
    assert_eq!(calls, [(5_000, 0), (2_000, 1), (10, 0)]);
}

#[tokio::test]
async fn a_key_of_another_account_cannot_be_disabled() {
    let it = fixture().await;
    let other = it
        .store
        .create_account(account("bob@example.com"), change("account"))
        .await
        .unwrap();
    let touched = it
        .store
        .change_key(other.id, "key_1", KeyChange::Disable(NOW), change("key"))
        .await
        .unwrap();
    assert_eq!(touched, None);
    let key = it
        .store
        .key_by_hash(KeyHash::of("secret"))
        .await
        .unwrap()
        .unwrap();
    assert!(!key.disabled);
}

#[tokio::test]
async fn a_session_that_ended_is_no_more() {
    let it = fixture().await;
    let row = SessionRow {
        id_hash: [1; 32],
        account: Some(it.account.id),
        data: "{}".into(),
        expires_at: NOW + 1,
        created_at: Some(1),
        seen_at: Some(2),
        device: None,
    };
    it.store.create_session(row.clone()).await.unwrap();
    assert!(it.store.session([1; 32], NOW).await.unwrap().is_some());
    assert!(it.store.session([1; 32], NOW + 1).await.unwrap().is_none());
    assert_eq!(it.store.delete_expired_sessions(NOW + 1).await.unwrap(), 1);
    // A request that was under way does not bring it back.
    it.store.save_session(row).await.unwrap();
    assert!(it.store.session([1; 32], NOW).await.unwrap().is_none());
}

#[tokio::test]
async fn changes_are_listed_newest_first() {
    let it = fixture().await;
    let entries = it
        .store
        .audit(&AuditFilter::default(), None, 10)
        .await
        .unwrap();
    let actions: Vec<_> = entries.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(actions, ["key", "account"]);
    let older = it
        .store
        .audit(&AuditFilter::default(), Some(entries[0].id), 10)
        .await
        .unwrap();
    assert_eq!(older.len(), 1);
    assert_eq!(it.store.audit_of(it.account.id, 10).await.unwrap().len(), 1);
    assert_eq!(it.store.count_open_quota_requests().await.unwrap(), 0);
}

#[tokio::test]
async fn a_store_opens_again_with_all_that_was_in_it() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder).await;
    store
        .create_account(account("ann@example.com"), change("account"))
        .await
        .unwrap();
    store.close().await;
    let store = open(&folder).await;
    assert!(
        store
            .account_by_email("ann@example.com")
            .await
            .unwrap()
            .is_some()
    );
}

#[tokio::test]
async fn a_secret_is_found_by_two_looks_at_an_index() {
    let it = fixture().await;
    let explain = format!("EXPLAIN QUERY PLAN {}", super::keys::BY_HASH);
    let plan: Vec<(i64, i64, i64, String)> = sqlx::query_as(sqlx::AssertSqlSafe(explain))
        .bind(vec![0_u8; 32])
        .fetch_all(&it.store.readers)
        .await
        .unwrap();
    let steps: Vec<_> = plan.into_iter().map(|(.., step)| step).collect();
    let text = steps.join("\n");
    assert!(!text.contains("SCAN"), "{text}");
    assert!(text.contains("api_keys_by_previous"), "{text}");
}
