//! Disks that fail under the running process: calls are refused with a clear
//! code, nothing that was acknowledged is lost or charged twice, the readiness
//! probe says so, and the server goes on by itself when the fault is gone.

#![cfg(target_os = "linux")]

mod dying;
mod meter;
mod reading;
mod retries;
mod service;
mod start;
mod streams;

use crate::support::process::{
    Process, Searched, assert_verified, database, file, run, said, search,
};
use allowance::domain::store::Accounts;
use allowance::storage::SqliteStore;
use futures::future::join_all;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Names the file that says what is broken.
const CONTROL: &str = "ALLOWANCE_TEST_FAULT";
const SHIM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/suite/faults/shim.c");

/// A process whose disk breaks on command.
struct Broken {
    folder: TempDir,
    process: Process,
    client: reqwest::Client,
}

impl Broken {
    async fn start() -> Self {
        Self::serve(TempDir::new().unwrap(), &["serve", "--demo"]).await
    }

    /// The same of another command that serves.
    async fn serve(folder: TempDir, arguments: &[&str]) -> Self {
        let shim = compiled(folder.path());
        let control = folder.path().join("fault");
        let environment = [
            ("LD_PRELOAD", shim.as_os_str()),
            (CONTROL, control.as_os_str()),
        ];
        let process = Process::serve(folder.path(), arguments, &environment).await;
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

    async fn call(&self) -> Searched {
        search(&self.client, &self.process.address).await.unwrap()
    }

    /// Ends the process without warning, and holds what is on disk to what was said.
    async fn assert_kept(self, acknowledged: &[Searched]) {
        self.process.kill();
        let store = SqliteStore::open(&database(self.folder.path()))
            .await
            .unwrap();
        assert_verified(self.folder.path());
        for Searched { id, .. } in acknowledged {
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

async fn outlived(fault: &str) {
    let it = Broken::start().await;
    let before = it.call().await;
    assert_eq!(before.code, 0, "{before:?}");
    it.breaks(fault);
    let during = join_all((0..8).map(|_| it.call())).await;
    for refused in during {
        assert_eq!(refused.code, 50_000, "{refused:?}");
        assert!(
            refused.message.contains("broke off while it was recorded"),
            "{refused:?}"
        );
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
    let other = rusqlite::Connection::open(file(it.folder.path())).unwrap();
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

#[tokio::test]
async fn a_corrupt_page_of_the_ledger_refuses_calls_and_verify_names_it() {
    let folder = TempDir::new().unwrap();
    Process::start(folder.path(), &[]).await.kill();
    let path = file(folder.path());
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
    let refused = refused.unwrap();
    assert_eq!(refused.code, 50_000, "{refused:?}");
    process.wait_until(503).await;
    // It is looked at again and again, and found no better.
    for _ in 0..20 {
        assert_eq!(process.readiness().await, 503);
    }
    process.kill();
    let output = run(folder.path(), &["verify"]);
    assert!(!output.status.success());
    assert!(said(&output).contains("page"), "{}", said(&output));
}
