//! Disks that fail under the running process: calls are refused with a clear
//! code, nothing that was acknowledged is lost or charged twice, the readiness
//! probe says so, and the server goes on by itself when the fault is gone.

#![cfg(target_os = "linux")]

use crate::support::process::{Process, database};
use allowance::demo;
use allowance::domain::store::{Accounts, Verify};
use allowance::storage::SqliteStore;
use futures::future::join_all;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const SHIM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/suite/faults/shim.c");

/// A process whose disk breaks on command.
struct Broken {
    folder: TempDir,
    process: Process,
    client: reqwest::Client,
}

#[derive(Debug)]
struct Answer {
    id: String,
    code: i64,
    message: String,
    /// Searches that the account has left, as the header says.
    left: Option<i64>,
}

impl Broken {
    async fn start() -> Self {
        let folder = TempDir::new().unwrap();
        let shim = compiled(folder.path());
        let control = folder.path().join("fault");
        let environment = [
            ("LD_PRELOAD", shim.as_os_str()),
            ("ALLOWANCE_TEST_FAULT", control.as_os_str()),
        ];
        let process = Process::start(folder.path(), &environment).await;
        Self {
            folder,
            process,
            client: reqwest::Client::new(),
        }
    }

    fn breaks(&self, fault: &str) {
        fs::write(self.folder.path().join("fault"), fault).unwrap();
    }

    fn is_mended(&self) {
        fs::remove_file(self.folder.path().join("fault")).unwrap();
    }

    async fn call(&self) -> Answer {
        search(&self.client, &self.process.address).await
    }

    /// Ends the process without warning, and holds what is on disk to what was said.
    async fn assert_kept(self, acknowledged: &[Answer]) {
        self.process.kill();
        let store = SqliteStore::open(&database(self.folder.path()))
            .await
            .unwrap();
        assert_eq!(store.verify().await.unwrap(), Vec::<String>::new());
        for Answer { id, .. } in acknowledged {
            let found = store.find_accounts(id, 1, 0).await.unwrap();
            assert_eq!(found.len(), 1, "{id} was acknowledged, and is lost");
        }
    }
}

/// The library that stands between the process and its disk.
fn compiled(folder: &Path) -> PathBuf {
    let shim = folder.join("shim.so");
    let status = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .args([shim.as_os_str(), SHIM.as_ref()])
        .arg("-ldl")
        .status()
        .unwrap();
    assert!(status.success());
    shim
}

async fn search(client: &reqwest::Client, address: &str) -> Answer {
    let response = client
        .post(format!("{address}/api/openmem/v1/search/memory"))
        .header("authorization", format!("Token {}", demo::key()))
        .body(json!({ "user_id": "ann", "query": "tea" }).to_string())
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    let header = |name: &str| {
        let value = response.headers().get(name)?.to_str().ok()?;
        Some(value.to_owned())
    };
    let id = header("x-request-id").unwrap();
    let left = header("ratelimit").and_then(|text| text.split("r=").nth(1)?.parse().ok());
    let envelope: Value = response.json().await.unwrap();
    Answer {
        id,
        left,
        code: envelope["code"].as_i64().unwrap(),
        message: envelope["message"].as_str().unwrap().to_owned(),
    }
}

async fn outlived(fault: &str) {
    let it = Broken::start().await;
    let before = it.call().await;
    assert_eq!(before.code, 0, "{before:?}");
    it.breaks(fault);
    let during = join_all((0..8).map(|_| it.call())).await;
    for refused in during {
        assert_eq!(refused.code, 50_000, "{refused:?}");
        assert!(refused.message.contains("was not charged"), "{refused:?}");
    }
    it.process.wait_until(503).await;
    it.is_mended();
    it.process.wait_until(200).await;
    let after = it.call().await;
    assert_eq!(after.code, 0, "{after:?}");
    assert_eq!(after.left, before.left.map(|left| left - 1));
    it.assert_kept(&[before, after]).await;
}

#[tokio::test]
async fn a_full_disk_refuses_calls_and_is_outlived() {
    outlived("full").await;
}

#[tokio::test]
async fn a_disk_that_became_read_only_refuses_calls_and_is_outlived() {
    outlived("read-only").await;
}

#[tokio::test]
async fn a_disk_that_cannot_sync_refuses_calls_and_is_outlived() {
    outlived("fsync").await;
}

#[tokio::test]
async fn a_slow_disk_delays_calls_together_and_fails_none() {
    let it = Broken::start().await;
    let before = it.call().await;
    it.breaks("slow");
    let started = Instant::now();
    let answers = join_all((0..40).map(|_| it.call())).await;
    // One by one they would take sixteen seconds.
    assert!(started.elapsed() < Duration::from_secs(8));
    assert!(answers.iter().all(|answer| answer.code == 0), "{answers:?}");
    it.is_mended();
    let after = it.call().await;
    assert_eq!(after.left, before.left.map(|left| left - 41));
    it.assert_kept(&answers).await;
}

#[tokio::test]
async fn a_database_that_another_holds_refuses_calls_until_it_lets_go() {
    let it = Broken::start().await;
    let before = it.call().await;
    let other = rusqlite::Connection::open(it.folder.path().join("process.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let refused = it.call().await;
    assert_eq!(refused.code, 50_000, "{refused:?}");
    it.process.wait_until(503).await;
    other.execute_batch("ROLLBACK").unwrap();
    it.process.wait_until(200).await;
    let after = it.call().await;
    assert_eq!(after.left, before.left.map(|left| left - 1));
    it.assert_kept(&[before, after]).await;
}

/// Overwrites pages of a database that is closed.
fn damage(path: &Path, page: u64, pages: u64) {
    use std::os::unix::fs::FileExt;
    let file = fs::OpenOptions::new().write(true).open(path).unwrap();
    let size = 4_096;
    let garbage = vec![0xA5; usize::try_from(pages * size).unwrap()];
    file.write_all_at(&garbage, (page - 1) * size).unwrap();
}

fn run(folder: &Path, arguments: &[&str]) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_allowance"))
        .args(arguments)
        .current_dir(folder)
        .env("DATABASE_URL", database(folder))
        .env("ALLOWANCE_LISTEN", "127.0.0.1:0")
        .env_remove("ALLOWANCE_CONFIG")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

#[tokio::test]
async fn a_database_that_is_none_stops_the_start_with_a_sentence() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("process.db"), vec![0xA5; 8_192]).unwrap();
    let (success, said) = run(folder.path(), &["serve", "--demo"]);
    assert!(!success);
    assert!(said.contains("the database could not be opened"), "{said}");
    assert!(said.contains("not a database"), "{said}");
}

#[tokio::test]
async fn a_corrupt_page_of_the_ledger_refuses_calls_and_verify_names_it() {
    let folder = TempDir::new().unwrap();
    Process::start(folder.path(), &[]).await.kill();
    let path = folder.path().join("process.db");
    let root: u64 = {
        let connection = rusqlite::Connection::open(&path).unwrap();
        connection
            .query_row_and_then(
                "SELECT rootpage FROM sqlite_schema WHERE name = 'usage'",
                [],
                |row| row.get::<_, i64>(0),
            )
            .map(|page| u64::try_from(page).unwrap())
            .unwrap()
    };
    damage(&path, root, 1);
    let process = Process::start(folder.path(), &[]).await;
    let refused = search(&reqwest::Client::new(), &process.address).await;
    assert_eq!(refused.code, 50_000, "{refused:?}");
    process.wait_until(503).await;
    process.kill();
    let (success, said) = run(folder.path(), &["verify"]);
    assert!(!success);
    assert!(said.contains("page"), "{said}");
}
