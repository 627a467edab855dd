use super::*;
use crate::clock::ManualClock;
use crate::domain::accounts::{NewAccount, Role};
use crate::domain::keys::NewKey;
use crate::domain::usage::Outcome;
use crate::domain::{KeyId, ProjectId};
use crate::storage::SqliteStore;
use futures::future::join_all;
use tempfile::TempDir;

const NOW: i64 = 1_764_000_000_000;

/// A real database with one account, one key, and the default catalogue.
struct Fixture {
    url: String,
    metering: Arc<Metering>,
    store: SqliteStore,
    account: AccountId,
    project: ProjectId,
    key: KeyId,
    _folder: TempDir,
}

fn change(account: Option<AccountId>) -> Change {
    Change {
        at: NOW,
        actor: Actor::System,
        action: "test",
        subject: "test".into(),
        account,
        before: None,
        after: None,
    }
}

async fn start(url: &str) -> (Arc<Metering>, SqliteStore) {
    let store = SqliteStore::open(url).await.unwrap();
    let shared: Arc<dyn Store> = Arc::new(store.clone());
    let clock = Arc::new(ManualClock::at(NOW));
    let metering = Metering::start(&Catalogue::default(), shared, clock)
        .await
        .unwrap();
    (metering, store)
}

async fn fixture() -> Fixture {
    use crate::domain::store::{Accounts, Keys, Projects};
    let folder = TempDir::new().unwrap();
    let url = format!("sqlite:{}", folder.path().join("test.db").display());
    let (metering, store) = start(&url).await;
    let new = NewAccount {
        public_id: "acc_1".into(),
        email: "ann@example.com".into(),
        name: "Ann".into(),
        password_hash: "hash".into(),
        role: Role::Developer,
        reference_code: "AL-1".into(),
        time_zone: "UTC".into(),
        created_at: NOW,
        project_public_id: "prj_1".into(),
    };
    let account = store.create_account(new, change(None)).await.unwrap().id;
    let project = store.projects(account).await.unwrap()[0].id;
    let new = NewKey {
        public_id: "key_1".into(),
        account,
        project,
        name: "Key".into(),
        hash: KeyHash::of("secret"),
        hint: "cret".into(),
        created_at: NOW,
        expires_at: None,
    };
    store.create_key(new, change(None)).await.unwrap();
    let key = store.keys(account).await.unwrap()[0].id;
    Fixture {
        url,
        metering,
        store,
        account,
        project,
        key,
        _folder: folder,
    }
}

impl Fixture {
    fn search(&self) -> ApiId {
        self.metering.api_named("searchMemory").unwrap().id
    }

    fn row(&self, id: usize) -> UsageRow {
        UsageRow {
            request_id: format!("req_{id}"),
            account: self.account,
            project: self.project,
            key: self.key,
            api: self.search(),
            at: NOW,
            outcome: Outcome::Succeeded,
            code: 0,
            burnt: None,
            tokens: 1,
            latency_ms: 1,
            end_user: None,
        }
    }

    async fn remaining(&self) -> i64 {
        remaining(&self.metering, self.account).await
    }

    async fn charge(&self, id: usize) -> bool {
        match self.metering.reserve(self.account, self.search()).await {
            Ok(hold) => {
                self.metering.charge(hold, self.row(id)).await.unwrap();
                true
            }
            Err(ReserveError::Exhausted { .. }) => false,
            Err(ReserveError::Store(error)) => panic!("{error}"),
        }
    }
}

async fn remaining(metering: &Metering, account: AccountId) -> i64 {
    let place = metering
        .apis()
        .iter()
        .position(|api| api.api.name == "searchMemory")
        .unwrap();
    metering.quota(account).await.unwrap()[place].remaining()
}

#[tokio::test]
async fn the_free_quota_is_the_seeds() {
    let it = fixture().await;
    let granted: Vec<_> = it
        .metering
        .quota(it.account)
        .await
        .unwrap()
        .iter()
        .map(|quota| quota.granted)
        .collect();
    assert_eq!(granted, [5_000, 1_000, 5_000]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_concurrent_calls_on_fifty_remaining_give_fifty_successes() {
    use crate::domain::store::Ledger;
    let it = fixture().await;
    join_all((0..950).map(|id| it.charge(id))).await;
    assert_eq!(it.remaining().await, 50);

    let it = Arc::new(it);
    let racing = (0..200).map(|id| {
        let it = Arc::clone(&it);
        tokio::spawn(async move { it.charge(1_000 + id).await })
    });
    let passed = join_all(racing)
        .await
        .into_iter()
        .filter(|call| *call.as_ref().unwrap())
        .count();
    assert_eq!(passed, 50);
    assert_eq!(it.remaining().await, 0);
    assert_eq!(it.store.verify().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_dropped_hold_charges_nothing() {
    let it = fixture().await;
    for _ in 0..2_000 {
        drop(it.metering.reserve(it.account, it.search()).await.unwrap());
    }
    assert_eq!(it.remaining().await, 1_000);
}

#[tokio::test]
async fn a_restart_keeps_what_was_charged() {
    let it = fixture().await;
    join_all((0..30).map(|id| it.charge(id))).await;
    it.store.close().await;
    let (reopened, _store) = start(&it.url).await;
    assert_eq!(remaining(&reopened, it.account).await, 970);
}

#[tokio::test]
async fn a_commit_that_fails_charges_nothing_and_gives_the_hold_back() {
    let it = fixture().await;
    assert!(it.charge(1).await);
    let hold = it.metering.reserve(it.account, it.search()).await.unwrap();
    // The ledger knows this request id: the whole batch is refused.
    let twice = it.metering.charge(hold, it.row(1)).await;
    assert!(matches!(twice, Err(CommitError::Failed(_))), "{twice:?}");
    assert_eq!(it.remaining().await, 999);
    let all = join_all((0..999).map(|_| it.metering.reserve(it.account, it.search()))).await;
    assert!(all.iter().all(Result::is_ok));
    assert!(it.metering.reserve(it.account, it.search()).await.is_err());
}

#[tokio::test]
async fn a_grant_counts_for_the_next_call() {
    let it = fixture().await;
    join_all((0..1_000).map(|id| it.charge(id))).await;
    assert!(!it.charge(1_000).await);
    let new = NewGrant {
        public_id: "grt_1".into(),
        account: it.account,
        api: it.search(),
        calls: 1,
        reason: "asked".into(),
        given_by: None,
        created_at: NOW,
    };
    it.metering
        .grant(new, change(Some(it.account)))
        .await
        .unwrap();
    assert!(it.charge(1_001).await);
    assert!(!it.charge(1_002).await);
}

#[tokio::test]
async fn a_changed_key_is_looked_up_again() {
    use crate::domain::store::Keys;
    let it = fixture().await;
    assert!(
        !it.metering
            .identify("secret")
            .await
            .unwrap()
            .unwrap()
            .disabled
    );
    let hash = it
        .store
        .set_key_disabled(it.account, "key_1", Some(NOW), change(None))
        .await
        .unwrap()
        .unwrap();
    it.metering.key_changed(hash);
    assert!(
        it.metering
            .identify("secret")
            .await
            .unwrap()
            .unwrap()
            .disabled
    );
    assert_eq!(it.metering.identify("unknown").await.unwrap(), None);
}
