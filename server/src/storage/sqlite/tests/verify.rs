//! `allowance verify`, and `--repair`.

use super::{NOW, change, fixture};
use crate::domain::store::{Grants, Ledger, Verify};
use sqlx::SqliteConnection;

const NONE: &[String] = &[];

async fn spoil(writer: &mut SqliteConnection, statement: &'static str) {
    sqlx::query(statement).execute(writer).await.unwrap();
}

#[tokio::test]
async fn each_derived_table_that_differs_is_named_and_repaired() {
    for (sabotage, named) in [
        (
            "UPDATE balances SET burnt = burnt + 1",
            "balance 2, ledger 1",
        ),
        ("DELETE FROM balances", "balance 0, ledger 1"),
        (
            "UPDATE rollups SET tokens = 0",
            "tokens -12 against the ledger",
        ),
        (
            "UPDATE rollups SET quarter = quarter + 1",
            "calls +1, charged +1",
        ),
        (
            "DELETE FROM rollups",
            "key key_1, Succeeded: calls -1, charged -1",
        ),
        ("UPDATE key_totals SET calls = 9", "totals 9 calls"),
        ("UPDATE key_totals SET last_used_at = 9", "last 9"),
        ("DELETE FROM day_rollups", "1 roll-ups by day differ"),
    ] {
        let it = fixture().await;
        let grant = it.search_grant().await;
        let mut row = it.row("req_1", NOW, Some(grant));
        row.tokens = 12;
        it.store.append(&[row]).await.unwrap();
        assert_eq!(it.store.verify().await.unwrap(), NONE);
        spoil(&mut it.store.writer.acquire().await.unwrap(), sabotage).await;
        let found = it.store.verify().await.unwrap();
        assert!(found.iter().any(|text| text.contains(named)), "{found:?}");
        it.store.repair().await.unwrap();
        assert_eq!(it.store.verify().await.unwrap(), NONE, "{sabotage}");
        let balances = it.store.balances(it.account.id).await.unwrap().grants;
        assert_eq!(balances[1].burnt, 1, "{sabotage}");
    }
}

#[tokio::test]
async fn what_is_no_derived_number_is_named_and_left_alone() {
    for (sabotage, named) in [
        (
            "DROP TRIGGER grant_entries_unchanged;
             UPDATE grants SET calls = 0, kind = 'extra';
             UPDATE grant_entries SET calls = 0",
            "burnt 1, given 0",
        ),
        (
            "DROP TRIGGER grant_entries_unchanged;
             UPDATE grants SET calls = 0;
             UPDATE grant_entries SET calls = 0",
            "burnt 1, given 0",
        ),
        ("DELETE FROM api_keys", "its row of api_keys is not there"),
        (
            "DROP TRIGGER usage_unchanged;
             UPDATE usage SET grant_id = (SELECT min(id) FROM grants)",
            "call req_1: it burnt",
        ),
        (
            "INSERT INTO projects (public_id, account_id, name, created_at)
             SELECT 'prj_other', id, 'Other', 0 FROM accounts;
             UPDATE api_keys SET project_id =
                 (SELECT id FROM projects WHERE public_id = 'prj_other')",
            "key key_1: calls under a project or an account that is not its own: 1",
        ),
        (
            "INSERT INTO idempotency SELECT 20000, id, x'00', 1, 'req_9', NULL, NULL FROM accounts",
            "remembered for call req_9, which is not there",
        ),
        (
            "INSERT INTO idempotency
             SELECT 20000 + value, account_id, x'00', 1, 'req_1', NULL, NULL
             FROM usage, json_each('[0, 1]')",
            "one key was used for two calls: req_1 and req_1",
        ),
    ] {
        let it = fixture().await;
        let grant = it.search_grant().await;
        let row = it.row("req_1", NOW, Some(grant));
        it.store.append(&[row]).await.unwrap();
        let mut writer = it.store.writer.acquire().await.unwrap();
        spoil(&mut writer, "PRAGMA foreign_keys = OFF").await;
        spoil(&mut writer, sabotage).await;
        drop(writer);
        for _ in 0..2 {
            let found = it.store.verify().await.unwrap();
            assert!(found.iter().any(|text| text.contains(named)), "{found:?}");
            it.store.repair().await.unwrap();
        }
    }
}

#[tokio::test]
async fn many_differences_are_counted_and_some_are_named() {
    let it = fixture().await;
    let rows: Vec<_> = (0..70)
        .map(|n| it.row(&format!("req_{n}"), NOW + n * 900_000, None))
        .collect();
    it.store.append(&rows).await.unwrap();
    let mut writer = it.store.writer.acquire().await.unwrap();
    spoil(&mut writer, "UPDATE rollups SET calls = 5").await;
    drop(writer);
    let found = it.store.verify().await.unwrap();
    assert_eq!(found[20], "and 50 more roll-ups", "{found:?}");
}

#[tokio::test]
async fn the_ledgers_are_append_only_whoever_asks() {
    let it = fixture().await;
    let row = it.row("req_1", NOW, None);
    it.store.append(&[row]).await.unwrap();
    let mut writer = it.store.writer.acquire().await.unwrap();
    for statement in [
        "UPDATE usage SET tokens = 0",
        "DELETE FROM usage",
        "UPDATE grant_entries SET calls = 0",
        "DELETE FROM grant_entries",
        "REPLACE INTO grant_entries SELECT * FROM grant_entries",
        REPLACE,
        REPLACE_BY_REQUEST,
    ] {
        let refused = sqlx::query(statement).execute(&mut *writer).await;
        let why = refused.unwrap_err().to_string();
        assert!(why.contains("append-only"), "{statement}: {why}");
    }
}

const REPLACE: &str = "REPLACE INTO usage SELECT * FROM usage";
/// Under an id of its own: it is the call that is known.
const REPLACE_BY_REQUEST: &str = "
    REPLACE INTO usage (request_id, account_id, project_id, key_id, api_id, at, outcome, code,
                        charge, grant_id, tokens, latency_ms)
    SELECT request_id, account_id, project_id, key_id, api_id, at, outcome, code,
           0, NULL, tokens, latency_ms
    FROM usage";

/// A connection of another program does as it is told: its triggers see no REPLACE.
#[tokio::test]
async fn a_charge_that_another_program_replaces_is_found() {
    let it = fixture().await;
    let grant = it.search_grant().await;
    let row = it.row("req_1", NOW, Some(grant));
    it.store.append(&[row]).await.unwrap();
    let other = rusqlite::Connection::open(it.folder.path().join("test.db")).unwrap();
    assert_eq!(other.execute(REPLACE_BY_REQUEST, []).unwrap(), 1);
    let found = it.store.verify().await.unwrap();
    let named = |text: &String| text.contains("balance 1, ledger 0");
    assert!(found.iter().any(named), "{found:?}");
}

#[tokio::test]
async fn a_free_quota_made_smaller_than_its_use_is_no_overspending() {
    let it = fixture().await;
    let grant = it.search_grant().await;
    let rows: Vec<_> = (0..3)
        .map(|n| it.row(&format!("req_{n}"), NOW, Some(grant)))
        .collect();
    it.store.append(&rows).await.unwrap();
    for calls in [1, 2] {
        let catalogue = [("add".to_owned(), 5_000), ("search".to_owned(), calls)];
        let change = change("catalogue");
        let synced = it.store.sync_catalogue(&catalogue, NOW, change).await;
        synced.unwrap();
        assert_eq!(it.store.verify().await.unwrap(), NONE);
    }
}
