//! The request log against a plain list of all calls.

use super::super::requests::statements;
use super::{Fixture, NOW, account, change, fixture};
use crate::domain::keys::{KeyHash, NewKey};
use crate::domain::requests::{
    CallFilter, CallPage, CallQuery, Direction, LoggedCall, Place, Position, Rest,
};
use crate::domain::store::{Accounts, Keys, Ledger, Projects, RequestLog};
use crate::domain::usage::{Outcome, QUARTER_MS, UsageRow};
use crate::domain::{AccountId, KeyId, ProjectId};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

const CODES: [(Outcome, i64); 5] = [
    (Outcome::Succeeded, 0),
    (Outcome::Rejected, 40_000),
    (Outcome::Rejected, 40_302),
    (Outcome::Blocked, 40_300),
    (Outcome::UpstreamFailed, 50_000),
];

async fn add_key(it: &Fixture, account: AccountId, project: ProjectId, name: &str) {
    let new = NewKey {
        public_id: name.into(),
        account,
        project,
        name: name.into(),
        hash: KeyHash::of(name),
        hint: "hint".into(),
        created_at: NOW,
        expires_at: None,
        caps: Vec::new(),
    };
    it.store.create_key(new, change("key")).await.unwrap();
}

/// An account with three keys, and `count` calls over some hours: in bursts,
/// some in the same millisecond, not written in the order of their time.
async fn with_calls(count: usize, seed: u64) -> (Fixture, Vec<UsageRow>) {
    let it = fixture().await;
    for name in ["key_2", "key_3"] {
        add_key(&it, it.account.id, it.project, name).await;
    }
    let keys: Vec<KeyId> = it
        .store
        .keys(it.account.id)
        .await
        .unwrap()
        .iter()
        .map(|key| key.id)
        .collect();
    let grant = it.search_grant().await;
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut rows: Vec<UsageRow> = (0..count)
        .map(|n| {
            let quarter =
                random.random_range(0..9) * random.random_range(0..9) * random.random_range(1..30);
            let at = NOW + quarter * QUARTER_MS + random.random_range(0..20);
            let mut row = it.row(&format!("req_{n:05}"), at, None);
            (row.outcome, row.code) = CODES[random.random_range(0..CODES.len())];
            row.burnt = (row.outcome == Outcome::Succeeded).then_some(grant);
            // One key is rare.
            row.key =
                keys[usize::from(random.random_bool(0.3)) + usize::from(random.random_bool(0.03))];
            row.api = it.apis[usize::from(random.random_bool(0.5))];
            row
        })
        .collect();
    let others = others_calls(&it, &rows).await;
    for (row, other) in rows.iter().zip(others) {
        it.store.append(&[row.clone(), other]).await.unwrap();
    }
    // Rows are numbered as they were written.
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by_key(|&n| std::cmp::Reverse((rows[n].at, n)));
    rows = order.into_iter().map(|n| rows[n].clone()).collect();
    (it, rows)
}

/// Calls of another account in the same milliseconds.
async fn others_calls(it: &Fixture, rows: &[UsageRow]) -> Vec<UsageRow> {
    let other = it
        .store
        .create_account(account("bob@example.com"), change("account"))
        .await
        .unwrap();
    let project = it.store.projects(other.id).await.unwrap()[0].id;
    add_key(it, other.id, project, "key_other").await;
    let key = it.store.keys(other.id).await.unwrap()[0].id;
    rows.iter()
        .map(|row| UsageRow {
            request_id: format!("{}_other", row.request_id),
            account: other.id,
            project,
            key,
            burnt: None,
            ..row.clone()
        })
        .collect()
}

async fn filters(it: &Fixture, rows: &[UsageRow]) -> Vec<CallFilter> {
    let all = CallFilter::all(it.account.id);
    let rare = rows
        .iter()
        .map(|row| row.key)
        .min_by_key(|key| rows.iter().filter(|row| row.key == *key).count())
        .unwrap();
    let with = |change: fn(&mut CallFilter)| {
        let mut filter = all.clone();
        change(&mut filter);
        filter
    };
    let mut one_key = all.clone();
    one_key.keys = vec![rare];
    let mut one_project = all.clone();
    one_project.projects = vec![it.project];
    one_project.outcomes = vec![Outcome::Succeeded];
    let mut rare_failures = one_key.clone();
    rare_failures.outcomes = vec![Outcome::Rejected, Outcome::UpstreamFailed];
    let mut failures_of_api = all.clone();
    failures_of_api.apis = vec![it.apis[0]];
    failures_of_api.outcomes = vec![Outcome::UpstreamFailed];
    let mut others = all.clone();
    let other = it
        .store
        .find_accounts("bob@example.com", 1, 0)
        .await
        .unwrap();
    let bob = it
        .store
        .account_by_public_id(&other[0].public_id)
        .await
        .unwrap()
        .unwrap();
    others.keys = vec![it.store.keys(bob.id).await.unwrap()[0].id];
    let mut others_project = all.clone();
    others_project.projects = vec![it.store.projects(bob.id).await.unwrap()[0].id];
    let mut named_twice = all.clone();
    named_twice.keys = vec![it.key, rare, it.key];
    let mut mixed = all.clone();
    mixed.keys = vec![rare, it.key];
    mixed.apis = vec![it.apis[1]];
    mixed.outcomes = vec![Outcome::Rejected, Outcome::Blocked];
    let mut codes_of_api = failures_of_api.clone();
    codes_of_api.outcomes.push(Outcome::Rejected);
    codes_of_api.codes = vec![50_000, 40_302, 40_302];
    vec![
        all.clone(),
        one_key,
        one_project,
        rare_failures,
        named_twice,
        failures_of_api,
        others,
        others_project,
        with(|filter| {
            filter.outcomes = vec![Outcome::Rejected];
            filter.codes = vec![40_302];
        }),
        mixed,
        codes_of_api,
        with(|filter| {
            filter.outcomes = vec![Outcome::Rejected];
            filter.codes = vec![49_999];
        }),
        with(|filter| filter.outcomes = vec![Outcome::Blocked]),
        with(|filter| filter.codes = vec![40_302]),
        with(|filter| filter.outcomes = vec![Outcome::Failed]),
        with(|filter| {
            filter.from = Some(NOW + QUARTER_MS + 7);
            filter.to = Some(NOW + 20 * QUARTER_MS + 11);
        }),
        with(|filter| {
            filter.from = Some(NOW + 5);
            filter.to = Some(NOW + 30 * QUARTER_MS);
            filter.codes = vec![40_000, 50_000];
        }),
    ]
}

fn fits(filter: &CallFilter, row: &UsageRow) -> bool {
    let any = |list: &[i64], value: i64| list.is_empty() || list.contains(&value);
    any(
        &filter.keys.iter().map(|id| id.0).collect::<Vec<_>>(),
        row.key.0,
    ) && any(
        &filter.projects.iter().map(|id| id.0).collect::<Vec<_>>(),
        row.project.0,
    ) && any(
        &filter.apis.iter().map(|id| id.0).collect::<Vec<_>>(),
        row.api.0,
    ) && (filter.outcomes.is_empty() || filter.outcomes.contains(&row.outcome))
        && any(&filter.codes, row.code)
        && filter.from.is_none_or(|from| from <= row.at)
        && filter.to.is_none_or(|to| row.at < to)
}

/// Follows the pages from one end of the log to the other.
async fn walk(
    it: &Fixture,
    filter: &CallFilter,
    direction: Direction,
    (limit, budget): (usize, i64),
) -> Vec<String> {
    let mut query = CallQuery {
        filter: filter.clone(),
        position: None,
        direction,
        limit,
    };
    let mut ids = Vec::new();
    for _ in 0..10_000 {
        let page: CallPage = it.store.calls_within(&query, budget).await.unwrap();
        assert!(page.calls.len() <= limit);
        ids.extend(page.calls.iter().map(|call| call.request_id.clone()));
        query.position = Some(match page.rest {
            Rest::Nothing => return ids,
            Rest::More => page.calls.last().unwrap().position(),
            Rest::Unread(Place::Call(id)) => {
                let call = it.store.call(filter.account, &id).await.unwrap();
                call.unwrap().position()
            }
            Rest::Unread(Place::Instant(at)) => Position::before(at),
        });
    }
    panic!("the pages have no end");
}

#[tokio::test]
async fn pages_in_both_directions_hold_every_match_once_and_in_order() {
    for seed in 0..3 {
        let (it, rows) = with_calls(260, seed).await;
        for filter in filters(&it, &rows).await {
            let mut expected: Vec<String> = rows
                .iter()
                .filter(|row| fits(&filter, row))
                .map(|row| row.request_id.clone())
                .collect();
            for sizes in [(50, 20_000), (50, 200), (7, 30), (1_000, 1), (3, 9)] {
                let older = walk(&it, &filter, Direction::Older, sizes).await;
                assert_eq!(older, expected, "seed {seed}, {sizes:?}, {filter:?}");
            }
            expected.reverse();
            for sizes in [(50, 20_000), (50, 200), (7, 30), (1_000, 1)] {
                let newer = walk(&it, &filter, Direction::Newer, sizes).await;
                assert_eq!(newer, expected, "seed {seed}, {sizes:?}, {filter:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_page_stays_where_it_is_while_calls_arrive() {
    let (it, rows) = with_calls(300, 9).await;
    let mut query = CallQuery {
        filter: CallFilter::all(it.account.id),
        position: None,
        direction: Direction::Older,
        limit: 20,
    };
    let first = it.store.calls(&query).await.unwrap();
    query.position = first.calls.last().map(LoggedCall::position);
    let before = it.store.calls(&query).await.unwrap();
    let newest = rows[0].at;
    it.store
        .append(&[it.row("req_new", newest + 1, None)])
        .await
        .unwrap();
    assert_eq!(it.store.calls(&query).await.unwrap(), before);
    query.direction = Direction::Newer;
    query.position = first.calls.first().map(LoggedCall::position);
    let newer = it.store.calls(&query).await.unwrap();
    let ids: Vec<_> = newer.calls.iter().map(|call| &call.request_id).collect();
    assert_eq!(ids, ["req_new"]);
}

#[tokio::test]
async fn a_call_is_its_accounts_own() {
    let (it, _) = with_calls(30, 2).await;
    let call = it.store.call(it.account.id, "req_00001").await.unwrap();
    assert_eq!(call.unwrap().request_id, "req_00001");
    for (account, id) in [(AccountId(999), "req_00001"), (it.account.id, "req_none")] {
        assert_eq!(it.store.call(account, id).await.unwrap(), None);
    }
    let query = CallQuery {
        filter: CallFilter::all(AccountId(999)),
        position: None,
        direction: Direction::Older,
        limit: 20,
    };
    assert_eq!(it.store.calls(&query).await.unwrap().calls, []);
}

async fn plan(it: &Fixture, statement: &str) -> String {
    let explain = format!("EXPLAIN QUERY PLAN {statement}");
    let plan: Vec<(i64, i64, i64, String)> = sqlx::query_as(sqlx::AssertSqlSafe(explain))
        .fetch_all(&it.store.readers)
        .await
        .unwrap();
    let steps: Vec<_> = plan.into_iter().map(|(_, _, _, detail)| detail).collect();
    steps.join("\n")
}

#[tokio::test]
async fn pages_walk_the_index_and_never_the_ledger() {
    let it = fixture().await;
    for (walk, seek) in [
        (
            statements::OLDER,
            "COVERING INDEX usage_by_account (account_id=? AND ",
        ),
        (
            statements::NEWER,
            "COVERING INDEX usage_by_account (account_id=? AND ",
        ),
        (
            statements::OLDER_FAILED,
            "COVERING INDEX usage_failed (account_id=? AND ",
        ),
        (
            statements::NEWER_FAILED,
            "COVERING INDEX usage_failed (account_id=? AND ",
        ),
        (
            statements::OLDER_OF_CODE,
            "COVERING INDEX usage_failed_code (account_id=? AND code=? AND ",
        ),
        (
            statements::NEWER_OF_CODE,
            "COVERING INDEX usage_failed_code (account_id=? AND code=? AND ",
        ),
        (
            statements::OLDER_OF_KEY,
            "INDEX usage_by_key (account_id=? AND key_id=? AND at",
        ),
        (
            statements::NEWER_OF_KEY,
            "INDEX usage_by_key (account_id=? AND key_id=? AND at",
        ),
    ] {
        for statement in [walk.calls, walk.end] {
            let plan = plan(&it, statement).await;
            assert!(plan.contains(seek), "{seek}\n{plan}");
            assert!(!plan.contains("SCAN usage"), "{plan}");
            // Only what is shown is sorted.
            let sorted = plan.matches("USE TEMP B-TREE FOR ORDER BY").count();
            assert!(sorted <= usize::from(statement == walk.calls), "{plan}");
        }
    }
    for statement in [statements::OLDER_APART, statements::NEWER_APART] {
        let plan = plan(&it, statement).await;
        let seek =
            "SEARCH usage USING COVERING INDEX usage_by_account (account_id=? AND at>? AND at<?)";
        assert!(plan.contains(seek), "{plan}");
        assert!(!plan.contains("SCAN usage"), "{plan}");
    }
    for statement in [statements::OLDER_WINDOWS, statements::NEWER_WINDOWS] {
        let plan = plan(&it, statement).await;
        for seek in [
            "SEARCH day_rollups USING PRIMARY KEY (account_id=? AND api_id=? AND day=?)",
            "SEARCH rollups USING PRIMARY KEY (account_id=? AND api_id=? AND quarter=? AND project_id=? AND key_id=? AND outcome=?)",
            "SEARCH rollups USING PRIMARY KEY (account_id=? AND api_id=? AND quarter=?)",
        ] {
            assert!(plan.contains(seek), "{plan}");
        }
        assert!(!plan.contains("SCAN rollups"), "{plan}");
    }
    for statement in [statements::OLDER_DAYS, statements::NEWER_DAYS] {
        let plan = plan(&it, statement).await;
        let seek =
            "SEARCH day_rollups USING PRIMARY KEY (account_id=? AND api_id=? AND day>? AND day<?)";
        assert!(plan.contains(seek), "{plan}");
    }
    assert!(plan(&it, statements::ONE).await.contains("(request_id=?)"));
}
