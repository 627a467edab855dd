use super::*;
use crate::clock::ManualClock;
use crate::domain::accounts::{NewAccount, Role};
use crate::domain::caps::{CapOwner, Limit, Period};
use crate::domain::grants::{NewGrant, Terms};
use crate::domain::keys::{KeyRefusal, NewKey};
use crate::domain::projects::ProjectDeletion;
use crate::domain::store::{CapChange, KeyChange};
use crate::domain::usage::Outcome;
use crate::domain::{KeyId, ProjectId};
use crate::storage::SqliteStore;
use futures::future::join_all;
use tempfile::TempDir;

pub(super) const NOW: i64 = 1_764_000_000_000;

/// A real database with one account, one key, and the default catalogue.
pub(super) struct Fixture {
    url: String,
    pub metering: Arc<Metering>,
    pub store: SqliteStore,
    pub clock: Arc<ManualClock>,
    pub account: AccountId,
    project: ProjectId,
    key: KeyId,
    _folder: TempDir,
}

pub(super) fn change(account: Option<AccountId>) -> Change {
    Change {
        at: NOW,
        actor: Actor::System,
        action: "test",
        subject: "test".into(),
        account,
        before: None,
        after: None,
        form_token: None,
    }
}

async fn start(url: &str, clock: &Arc<ManualClock>) -> (Arc<Metering>, SqliteStore) {
    let store = SqliteStore::open(url).await.unwrap();
    let shared: Arc<dyn Store> = Arc::new(store.clone());
    let metering = Metering::start(&Catalogue::default(), shared, Arc::clone(clock) as _)
        .await
        .unwrap();
    (metering, store)
}

pub(super) async fn fixture() -> Fixture {
    use crate::domain::store::{Accounts, Keys, Projects};
    let folder = TempDir::new().unwrap();
    let url = format!("sqlite:{}", folder.path().join("test.db").display());
    let clock = Arc::new(ManualClock::at(NOW));
    let (metering, store) = start(&url, &clock).await;
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
        caps: Vec::new(),
    };
    store.create_key(new, change(None)).await.unwrap();
    let key = store.keys(account).await.unwrap()[0].id;
    Fixture {
        url,
        metering,
        store,
        clock,
        account,
        project,
        key,
        _folder: folder,
    }
}

impl Fixture {
    pub async fn stop(&self) {
        self.metering.drain().await;
        self.store.close().await;
    }

    /// The same database under a new server, at another time.
    pub async fn restart_at(self, now: i64) -> Self {
        let clock = Arc::new(ManualClock::at(now));
        let (metering, store) = start(&self.url, &clock).await;
        Self {
            metering,
            store,
            clock,
            ..self
        }
    }

    pub fn search(&self) -> ApiId {
        self.metering.api_named("searchMemory").unwrap().id
    }

    /// A search that came at `NOW`.
    pub fn search_call(&self) -> Call {
        Call {
            account: self.account,
            project: self.project,
            key: self.key,
            api: self.search(),
            at: NOW,
        }
    }

    pub fn row(&self, id: usize) -> UsageRow {
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

    pub async fn remaining(&self) -> i64 {
        remaining(&self.metering, self.account).await
    }

    pub async fn charge(&self, id: usize) -> bool {
        match self.metering.reserve(self.search_call()).await {
            Ok(hold) => {
                self.metering.charge(hold, self.row(id)).await.unwrap();
                true
            }
            Err(ReserveError::Exhausted { .. } | ReserveError::Capped(_)) => false,
            Err(other @ (ReserveError::TooFast { .. } | ReserveError::Store(_))) => {
                panic!("{other}")
            }
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
    use crate::domain::store::Verify;
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
        drop(it.metering.reserve(it.search_call()).await.unwrap());
    }
    assert_eq!(it.remaining().await, 1_000);
}

#[tokio::test]
async fn a_restart_keeps_what_was_charged() {
    let it = fixture().await;
    join_all((0..30).map(|id| it.charge(id))).await;
    it.store.close().await;
    let (reopened, _store) = start(&it.url, &it.clock).await;
    assert_eq!(remaining(&reopened, it.account).await, 970);
}

#[tokio::test]
async fn a_commit_that_fails_charges_nothing_and_gives_the_hold_back() {
    let it = fixture().await;
    assert!(it.charge(1).await);
    let hold = it.metering.reserve(it.search_call()).await.unwrap();
    // The ledger knows this request id: the whole batch is refused.
    let twice = it.metering.charge(hold, it.row(1)).await;
    assert!(matches!(twice, Err(CommitError::Failed(_))), "{twice:?}");
    assert_eq!(it.remaining().await, 999);
    let all = join_all((0..999).map(|_| it.metering.reserve(it.search_call()))).await;
    assert!(all.iter().all(Result::is_ok));
    assert!(it.metering.reserve(it.search_call()).await.is_err());
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
        terms: Terms::default(),
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
    let it = fixture().await;
    assert!(
        !it.metering
            .identify("secret")
            .await
            .unwrap()
            .unwrap()
            .disabled
    );
    let changed = it
        .metering
        .change_key(
            it.account,
            "key_1".into(),
            KeyChange::Disable(NOW),
            change(None),
        )
        .await
        .unwrap();
    assert!(changed);
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

/// Caps the fixture's key on searches.
async fn cap(it: &Fixture, was: Option<Limit>, limit: Option<Limit>) {
    let set = CapChange {
        account: it.account,
        owner: CapOwner::Key(it.key),
        api: it.search(),
        was,
        limit,
    };
    assert!(
        it.metering
            .set_cap(set, change(Some(it.account)))
            .await
            .unwrap()
    );
}

const fn limit(calls: i64, period: Period) -> Limit {
    Limit { calls, period }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn racing_calls_get_exactly_what_a_cap_leaves() {
    use crate::domain::store::Verify;
    let it = fixture().await;
    cap(&it, None, Some(limit(60, Period::Day))).await;
    join_all((0..10).map(|id| it.charge(id))).await;
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
    assert_eq!(it.remaining().await, 940);
    assert_eq!(it.store.verify().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_cap_counts_what_was_charged_before_it_and_after_a_restart() {
    let it = fixture().await;
    join_all((0..30).map(|id| it.charge(id))).await;
    cap(&it, None, Some(limit(40, Period::Week))).await;
    let passed = join_all((100..120).map(|id| it.charge(id))).await;
    assert_eq!(passed.into_iter().filter(|passed| *passed).count(), 10);

    it.store.close().await;
    let (reopened, _store) = start(&it.url, &it.clock).await;
    assert!(matches!(
        reopened.reserve(it.search_call()).await,
        Err(ReserveError::Capped(used)) if used.charged == 40
    ));
    // The next week is a new one.
    let next = Call {
        at: NOW + 7 * 24 * 3_600_000,
        ..it.search_call()
    };
    assert!(reopened.reserve(next).await.is_ok());
}

#[tokio::test]
async fn a_commit_that_fails_leaves_the_cap_as_the_disk_has_it() {
    let it = fixture().await;
    cap(&it, None, Some(limit(2, Period::Total))).await;
    assert!(it.charge(1).await);
    let hold = it.metering.reserve(it.search_call()).await.unwrap();
    let twice = it.metering.charge(hold, it.row(1)).await;
    assert!(matches!(twice, Err(CommitError::Failed(_))), "{twice:?}");
    let caps = it.metering.caps(it.account).await.unwrap();
    assert_eq!(caps[0].charged, 1);
    assert!(it.charge(2).await);
    assert!(!it.charge(3).await);
}

#[tokio::test]
async fn a_cap_set_elsewhere_meanwhile_is_not_overwritten() {
    let it = fixture().await;
    cap(&it, None, Some(limit(5, Period::Day))).await;
    let set = |was, limit| CapChange {
        account: it.account,
        owner: CapOwner::Key(it.key),
        api: it.search(),
        was,
        limit,
    };
    let stale = it
        .metering
        .set_cap(
            set(None, Some(limit(9, Period::Day))),
            change(Some(it.account)),
        )
        .await;
    assert!(!stale.unwrap());
    cap(&it, Some(limit(5, Period::Day)), None).await;
    assert!(it.metering.caps(it.account).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_zone_that_changes_cuts_the_windows_anew() {
    let it = fixture().await;
    cap(&it, None, Some(limit(1, Period::Day))).await;
    // 24 November 2025, 16:00 UTC: the 25th in Auckland.
    assert!(it.charge(1).await);
    let early = Call {
        at: NOW - 6 * 3_600_000,
        ..it.search_call()
    };
    assert!(it.metering.reserve(early).await.is_err());
    let moved = it
        .metering
        .set_time_zone(
            it.account,
            "Pacific/Auckland".into(),
            change(Some(it.account)),
        )
        .await;
    assert!(moved.unwrap());
    assert!(it.metering.reserve(early).await.is_ok());
    assert!(it.metering.reserve(it.search_call()).await.is_err());
}

#[tokio::test]
async fn what_is_deleted_opens_nothing_from_the_next_call_on() {
    use crate::domain::store::Projects;
    let it = fixture().await;
    let second = crate::domain::projects::NewProject {
        public_id: "prj_2".into(),
        account: it.account,
        name: "Second".into(),
        description: String::new(),
        created_at: NOW,
    };
    it.store.create_project(second, change(None)).await.unwrap();
    assert!(it.metering.identify("secret").await.unwrap().is_some());
    let deleted = it
        .metering
        .delete_project(it.account, it.project, change(Some(it.account)))
        .await
        .unwrap();
    assert_eq!(
        deleted,
        ProjectDeletion::Deleted(vec![KeyHash::of("secret")])
    );
    let found = it.metering.identify("secret").await.unwrap().unwrap();
    assert_eq!(found.check(NOW), Err(KeyRefusal::Deleted));
    let last = it.store.projects(it.account).await.unwrap()[0].id;
    let kept = it
        .metering
        .delete_project(it.account, last, change(Some(it.account)))
        .await;
    assert_eq!(kept.unwrap(), ProjectDeletion::LastOne);
}
