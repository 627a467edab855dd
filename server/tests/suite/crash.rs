//! `kill -9` under load, round after round: every call that a client saw succeed
//! is in the ledger, an event that is sent again under its id is charged once, and
//! balances equal the ledger (`product.md` §2.4 and §2.5).

use crate::support::process::{Process, assert_verified, database, file, search, service_token};
use allowance::demo;
use allowance::domain::keys::KeyHash;
use allowance::domain::store::Accounts;
use allowance::storage::SqliteStore;
use futures::future::join_all;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tempfile::TempDir;
use tokio::sync::Semaphore;

const ROUNDS: usize = 20;
const CONNECTIONS: usize = 16;

/// Where the process of a round is, and a token that opens its metering API.
#[derive(Clone)]
struct Server {
    address: String,
    token: String,
}

/// What a client knows of its calls.
#[derive(Default)]
struct Caller {
    /// Searches through the gateway, else records additions under ids of its own.
    searches: bool,
    /// Id and request id of calls that succeeded.
    acknowledged: BTreeMap<String, String>,
    /// The id of an event whose answer never came: it is sent again.
    unknown: Option<String>,
}

/// One event under an id. Answers the request id of its call; nothing if the answer
/// never came.
async fn record(client: &reqwest::Client, server: &Server, id: &str) -> Option<String> {
    let event = json!({ "id": id, "key": demo::key(), "api": "addMessage", "tokens": 3 });
    let response = client
        .post(format!("{}/v1/meter/record", server.address))
        .bearer_auth(&server.token)
        .json(&event)
        .send()
        .await
        .ok()?;
    let answer: Value = response.json().await.ok()?;
    let status = answer["status"].as_str().unwrap_or_default();
    assert!(["recorded", "duplicate"].contains(&status), "{answer}");
    Some(answer["request_id"].as_str().unwrap().to_owned())
}

/// Calls until the process is gone.
async fn call_until_gone(
    mut caller: Caller,
    server: Server,
    number: Arc<AtomicU32>,
    answered: Arc<Semaphore>,
) -> Caller {
    let client = reqwest::Client::new();
    loop {
        if caller.searches {
            let searched = search(&client, &server.address).await.ok();
            let Some(id) = searched.filter(|it| it.code == 0).map(|it| it.id) else {
                return caller;
            };
            caller.acknowledged.insert(id.clone(), id);
            answered.add_permits(1);
            continue;
        }
        let id = caller
            .unknown
            .take()
            .unwrap_or_else(|| format!("crash-{}", number.fetch_add(1, Ordering::Relaxed)));
        let Some(call) = record(&client, &server, &id).await else {
            caller.unknown = Some(id);
            return caller;
        };
        caller.acknowledged.insert(id, call);
        answered.add_permits(1);
    }
}

/// Calls that the key was charged, as the ledger says; the rest of the database is
/// held to it.
fn charged(folder: &TempDir) -> i64 {
    assert_verified(folder.path());
    let connection = rusqlite::Connection::open(file(folder.path())).unwrap();
    let hash = KeyHash::of(&demo::key());
    connection
        .query_row(
            "SELECT sum(charge) FROM usage JOIN apis ON apis.id = api_id
             JOIN api_keys ON api_keys.id = key_id
             WHERE apis.name = 'addMessage' AND secret_hash = ?1",
            [hash.0.as_slice()],
            |row| row.get(0),
        )
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_kills_under_load_lose_no_acknowledged_call_and_charge_none_twice() {
    let folder = TempDir::new().unwrap();
    Process::start(folder.path(), &[]).await.kill();
    let before = charged(&folder);
    let token = service_token(folder.path());
    let number = Arc::new(AtomicU32::new(0));
    let mut chance = ChaCha8Rng::seed_from_u64(20);
    let mut callers: Vec<Caller> = (0..CONNECTIONS)
        .map(|connection| Caller {
            searches: connection % 4 == 0,
            ..Caller::default()
        })
        .collect();
    for _ in 0..ROUNDS {
        let process = Process::start(folder.path(), &[]).await;
        let server = Server {
            address: process.address.clone(),
            token: token.clone(),
        };
        let answered = Arc::new(Semaphore::new(0));
        let load: Vec<_> = callers
            .drain(..)
            .map(|caller| {
                let (number, answered) = (Arc::clone(&number), Arc::clone(&answered));
                tokio::spawn(call_until_gone(caller, server.clone(), number, answered))
            })
            .collect();
        let calls = chance.random_range(1..=60);
        answered.acquire_many(calls).await.unwrap().forget();
        process.kill();
        callers = join_all(load)
            .await
            .into_iter()
            .map(Result::unwrap)
            .collect();
    }
    // What nobody knows the end of is sent once more, to a server that lives on.
    let process = Process::start(folder.path(), &[]).await;
    let server = Server {
        address: process.address.clone(),
        token,
    };
    let client = reqwest::Client::new();
    for caller in &mut callers {
        if let Some(id) = caller.unknown.take() {
            let call = record(&client, &server, &id).await.unwrap();
            caller.acknowledged.insert(id, call);
        }
    }
    process.kill();

    let recorded: usize = callers
        .iter()
        .filter(|caller| !caller.searches)
        .map(|caller| caller.acknowledged.len())
        .sum();
    assert_eq!(
        charged(&folder) - before,
        i64::try_from(recorded).unwrap(),
        "each event is charged once"
    );
    let store = SqliteStore::open(&database(folder.path())).await.unwrap();
    let acknowledged = callers.iter().flat_map(|caller| &caller.acknowledged);
    for (id, call) in acknowledged {
        let found = store.find_accounts(call, 1, 0).await.unwrap();
        assert_eq!(found.len(), 1, "{id}: {call} was acknowledged, and is lost");
    }
}
