//! in the ledger, and balances equal the ledger (`product.md` §2.4).

use allowance::demo;
use allowance::domain::store::{Accounts, Verify};
use allowance::storage::SqliteStore;
use futures::future::join_all;
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpListener;

const ROUNDS: [usize; 3] = [40, 3, 90];
const CONNECTIONS: usize = 16;

struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(folder: &Path, port: u16) -> Process {
    let child = Command::new(env!("CARGO_BIN_EXE_allowance"))
        .args(["serve", "--demo"])
        .current_dir(folder)
        .env("ALLOWANCE_LISTEN", format!("127.0.0.1:{port}"))
        .env("DATABASE_URL", database(folder))
        .env_remove("ALLOWANCE_CONFIG")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    Process(child)
}

fn database(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("crash.db").display())
}

/// A port that is free now.
async fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

async fn wait_until_up(address: &str) {
    for _ in 0..1_200 {
        if reqwest::get(format!("{address}/readyz"))
            .await
            .is_ok_and(|answer| answer.status() == 200)
        {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the server did not come up");
}

/// Calls until the process is gone; answers the request ids that succeeded.
async fn call_until_gone(
    address: String,
    acknowledged: Arc<tokio::sync::Semaphore>,
) -> Vec<String> {
    let client = reqwest::Client::new();
    let body = json!({ "user_id": "ann", "query": "tea" }).to_string();
    let mut seen = Vec::new();
    loop {
        let sent = client
            .post(format!("{address}/api/openmem/v1/search/memory"))
            .header("authorization", format!("Token {}", demo::key()))
            .body(body.clone())
            .send()
            .await;
        let Ok(response) = sent else { return seen };
        let id = response.headers()["x-request-id"]
            .to_str()
            .unwrap()
            .to_owned();
        let Ok(envelope) = response.json::<Value>().await else {
            return seen;
        };
        if envelope["code"] == 0 {
            seen.push(id);
        }
        acknowledged.add_permits(1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_under_load_loses_no_acknowledged_call() {
    let folder = TempDir::new().unwrap();
    let mut acknowledged = Vec::new();
    for calls in ROUNDS {
        let port = free_port().await;
        let address = format!("http://127.0.0.1:{port}");
        let mut process = start(folder.path(), port);
        wait_until_up(&address).await;
        let counter = Arc::new(tokio::sync::Semaphore::new(0));
        let load: Vec<_> = (0..CONNECTIONS)
            .map(|_| tokio::spawn(call_until_gone(address.clone(), Arc::clone(&counter))))
            .collect();
        counter
            .acquire_many(u32::try_from(calls).unwrap())
            .await
            .unwrap()
            .forget();
        process.0.kill().unwrap();
        process.0.wait().unwrap();
        for seen in join_all(load).await {
            acknowledged.extend(seen.unwrap());
        }
    }
    assert!(acknowledged.len() >= ROUNDS.iter().sum::<usize>());

    let store = SqliteStore::open(&database(folder.path())).await.unwrap();
    assert_eq!(store.verify().await.unwrap(), Vec::<String>::new());
    for id in &acknowledged {
        let found = store.find_accounts(id, 1, 0).await.unwrap();
        assert_eq!(
            found.len(),
            1,
            "{id} was acknowledged, and is not in the ledger"
        );
    }
}
