//! Ledgers for the benchmark: an account with ninety days of calls, written in
//! bulk, with everything that is derived from them, and verified.

use allowance::actions::{Actions, CreateKey, OpenAccount};
use allowance::assembly::{Parts, assemble};
use allowance::clock::ManualClock;
use allowance::config::Config;
use allowance::domain::accounts::Role;
use allowance::domain::audit::Actor;
use allowance::domain::catalogue::Catalogue;
use allowance::domain::store::{Projects, Verify};
use allowance::storage::SqliteStore;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

/// 24 November 2026, 10:40 UTC.
pub const NOW: i64 = 1_795_516_800_000;
pub const EMAIL: &str = "bench@example.com";
pub const PASSWORD: &str = "correct horse battery";
/// Public ids, set after the accounts were made.
pub const PROJECT: &str = "prj_bench_second";
pub const RARE_KEY: &str = "key_bench_rare";
pub const UNUSED_KEY: &str = "key_bench_unused";

const DAYS_90: i64 = 90 * 86_400_000;

/// `$1` calls, evenly over ninety days. Which key, API and outcome each has
/// follows from its number by multiplication, as chance would have it.
const CALLS: &str = "
    WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $1),
    drawn AS (
        SELECT i, (i * 2654435761) % 1000003 AS a, (i * 40503 + 977) % 10007 AS b,
               $2 + (i * $3) / $1 AS at
        FROM n),
    called AS (
        SELECT i, at, a, b,
               CASE WHEN a < 10 THEN 5 WHEN a % 100 < 52 THEN 1 WHEN a % 100 < 65 THEN 2
                    WHEN a % 100 < 92 THEN 3 ELSE 4 END AS slot,
               CASE WHEN b % 100 < 58 THEN 1 WHEN b % 100 < 72 THEN 2 ELSE 3 END AS api,
               CASE WHEN b % 97 = 0 THEN 4 WHEN b % 41 = 0 THEN 2 ELSE 0 END AS outcome
        FROM drawn)
    INSERT INTO usage (request_id, account_id, project_id, key_id, api_id, at, outcome, code,
                       charge, grant_id, tokens, latency_ms, end_user)
    SELECT printf('req_%026d', i), api_keys.account_id, api_keys.project_id, api_keys.id, api, at,
           outcome,
           CASE outcome WHEN 0 THEN 0 WHEN 4 THEN 50000 ELSE 40000 + (b % 5 = 0) * 302 END,
           outcome = 0, CASE outcome WHEN 0 THEN grants.id END,
           a % 900, 20 + b % 400, 'user-' || (a % 1000)
    FROM called
    CROSS JOIN api_keys ON api_keys.name = 'slot ' || slot
    CROSS JOIN grants ON grants.account_id = api_keys.account_id AND grants.api_id = api";

/// Everything that is derived, as the ledger writer would have left it. The
/// account's zone is UTC.
const DERIVED: [&str; 4] = [
    "INSERT INTO rollups
     SELECT account_id, api_id, at / 900000, project_id, key_id, outcome,
            count(*), sum(charge), sum(tokens)
     FROM usage GROUP BY 1, 2, 3, 4, 5, 6",
    "INSERT INTO day_rollups
     SELECT account_id, api_id, quarter / 96, project_id, key_id, outcome,
            sum(calls), sum(charged), sum(tokens)
     FROM rollups GROUP BY 1, 2, 3, 4, 5, 6",
    "INSERT INTO balances
     SELECT grant_id, count(*) FROM usage WHERE grant_id IS NOT NULL GROUP BY 1",
    "INSERT INTO key_totals
     SELECT key_id, count(*), sum(charge), max(at) FROM usage GROUP BY 1",
];

/// The address of a ledger of so many calls; makes it if it is not there.
pub async fn prepared(calls: i64) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/bench");
    let path = folder.join(format!("console-{calls}.db"));
    let url = format!("sqlite:{}", path.display());
    if path.exists() {
        return url;
    }
    let unfinished = folder.join(format!("console-{calls}.unfinished.db"));
    for ending in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{ending}", unfinished.display()));
    }
    println!("making a ledger of {calls} calls: {}", path.display());
    let started = std::time::Instant::now();
    let unfinished_url = format!("sqlite:{}", unfinished.display());
    open_account(&unfinished_url).await;
    fill(&unfinished_url, calls).await;
    let store = SqliteStore::open(&unfinished_url).await.unwrap();
    assert_eq!(store.verify().await.unwrap(), Vec::<String>::new());
    store.close().await;
    std::fs::rename(unfinished, &path).unwrap();
    println!(
        "made and verified in {:.0} s",
        started.elapsed().as_secs_f64()
    );
    url
}

/// The default catalogue with free calls for a long history.
fn config() -> Config {
    let mut config = Config::default();
    let apis = config.catalogue.iter().cloned().map(|mut api| {
        api.free_calls = 1_000_000_000;
        api
    });
    config.catalogue = Catalogue::new(apis.collect()).unwrap();
    config
}

async fn open_account(url: &str) {
    let store = SqliteStore::open(url).await.unwrap();
    let server = assemble(Parts {
        config: config(),
        store: Arc::new(store.clone()),
        clock: Arc::new(ManualClock::at(NOW - DAYS_90)),
        upstream: "http://127.0.0.1:1".into(),
        demo: Vec::new(),
    })
    .await
    .unwrap();
    let actions: &Actions = &server.actions;
    let asked = OpenAccount {
        email: EMAIL,
        name: "Bench",
        password: PASSWORD,
        role: Role::Developer,
        time_zone: "UTC",
    };
    let account = actions.open_account(Actor::System, asked).await.unwrap();
    let second = actions
        .create_project(&account, "Second", "")
        .await
        .unwrap();
    let first = store.projects(account.id).await.unwrap()[0]
        .public_id
        .clone();
    for slot in 1..=6 {
        let name = format!("slot {slot}");
        let asked = CreateKey {
            name: &name,
            project: if slot <= 2 { &first } else { &second.public_id },
            ..CreateKey::default()
        };
        actions.create_key(&account, asked).await.unwrap();
    }
    store.close().await;
}

async fn fill(url: &str, calls: i64) {
    let mut connection = SqliteConnectOptions::from_str(url)
        .unwrap()
        .pragma("synchronous", "OFF")
        .pragma("cache_size", "-400000")
        .connect()
        .await
        .unwrap();
    for (table, id, name) in [
        ("projects", PROJECT, "Second"),
        ("api_keys", RARE_KEY, "slot 5"),
        ("api_keys", UNUSED_KEY, "slot 6"),
    ] {
        let statement = format!("UPDATE {table} SET public_id = $1 WHERE name = $2");
        sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(id)
            .bind(name)
            .execute(&mut connection)
            .await
            .unwrap();
    }
    sqlx::query(CALLS)
        .bind(calls)
        .bind(NOW - DAYS_90)
        .bind(DAYS_90)
        .execute(&mut connection)
        .await
        .unwrap();
    for statement in DERIVED {
        sqlx::query(statement)
            .execute(&mut connection)
            .await
            .unwrap();
    }
    connection.close().await.unwrap();
}
