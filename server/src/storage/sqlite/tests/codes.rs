//! Codes of earlier versions, which were made one by one.

use super::super::MIGRATIONS;
use super::{NOW, open};
use crate::domain::codes::{Code, CodeState};
use crate::domain::store::Codes;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use tempfile::TempDir;

/// The migration that makes batches.
const BATCHES: i64 = 42;

/// Codes that are used up, taken back and open, and who redeemed the first.
const ALONE: &str = "
    INSERT INTO apis (id, name, free_calls) VALUES (7, 'add', 10);
    INSERT INTO accounts (id, public_id, email, name, password_hash, role, reference_code,
                          time_zone, created_at)
    VALUES (3, 'acc_a', 'ann@example.com', 'Ann', '', 'owner', 'AL-A', 'UTC', 1);
    INSERT INTO grants (id, public_id, account_id, api_id, kind, calls, created_at)
    VALUES (5, 'grt_a', 3, 7, 'extra', 50, 2);
    INSERT INTO codes (id, public_id, code_hash, hint, api_id, calls, uses, used, expires_at,
                       revoked_at, created_by, created_at)
    VALUES (11, 'cod_a', x'01', 'AAAA', 7, 50, 1, 1, NULL, NULL, 3, 1),
           (12, 'cod_b', x'02', 'BBBB', NULL, 60, 4, 1, NULL, 9, NULL, 1),
           (14, 'cod_c', x'03', 'CCCC', 7, 70, 2, 0, 8000000000000, NULL, 3, 1);
    INSERT INTO redemptions (code_id, account_id, grant_id, at) VALUES (11, 3, 5, 2);";

#[tokio::test]
async fn codes_that_were_made_alone_are_batches_of_one() {
    let folder = TempDir::new().unwrap();
    let options = SqliteConnectOptions::new()
        .filename(folder.path().join("test.db"))
        .create_if_missing(true)
        .foreign_keys(true);
    let pool = SqlitePool::connect_with(options).await.unwrap();
    let earlier = MIGRATIONS.iter().filter(|it| it.version < BATCHES);
    let earlier = Migrator {
        migrations: earlier.cloned().collect(),
        ..Migrator::DEFAULT
    };
    earlier.run(&pool).await.unwrap();
    sqlx::raw_sql(ALONE).execute(&pool).await.unwrap();
    pool.close().await;

    let store = open(&folder).await;
    let batches = store.code_batches(None, 9).await.unwrap();
    let states: Vec<_> = batches
        .iter()
        .map(|batch| (batch.public_id.as_str(), batch.state(NOW)))
        .collect();
    assert_eq!(
        states,
        [
            ("cob_c", CodeState::Open),
            ("cob_b", CodeState::Revoked),
            ("cob_a", CodeState::UsedUp),
        ]
    );
    let open = &batches[0];
    assert_eq!((open.count, open.calls, open.uses), (1, 70, 2));
    assert_eq!(open.expires_at, Some(8_000_000_000_000));
    assert_eq!(open.created_by.as_deref(), Some("ann@example.com"));
    assert_eq!((batches[1].api, batches[1].redeemed), (None, 1));
    let code = Code {
        public_id: "cod_a".into(),
        hint: "AAAA".into(),
        used: 1,
        revoked_at: None,
    };
    assert_eq!(store.codes_of("cob_a", None, 9).await.unwrap(), [code]);
    let (redemptions,): (i64,) = sqlx::query_as("SELECT count(*) FROM redemptions")
        .fetch_one(&store.readers)
        .await
        .unwrap();
    assert_eq!(redemptions, 1);
}
