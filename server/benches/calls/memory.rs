//! Resident memory of the real process: at rest, and with connections that stand
//! idle; and what accounts cost that are in memory.

use crate::report::Report;
use crate::served::free_address;
use allowance::domain::AccountId;
use std::process::{Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const CONNECTIONS: usize = 1_000;
const ACCOUNTS: i64 = 100_000;

pub async fn run(report: &mut Report) {
    process(report).await;
    accounts(report).await;
}

async fn process(report: &mut Report) {
    let folder = TempDir::new().unwrap();
    let address = free_address().await;
    let mut child = Command::new(env!("CARGO_BIN_EXE_allowance"))
        .args(["serve", "--upstream", "http://127.0.0.1:1"])
        .current_dir(folder.path())
        .env("ALLOWANCE_LISTEN", &address)
        .env("ALLOWANCE_LOG", "off")
        .env("DATABASE_URL", "sqlite:memory.db")
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut connections = Vec::new();
    while connections.is_empty() {
        connections.extend(connected(&address).await);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let rest = settled(child.id()).await;
    for _ in 0..CONNECTIONS {
        connections.push(connected(&address).await.unwrap());
    }
    let idle = settled(child.id()).await;
    report.note("memory at rest", rest, "MB   (at most 40)");
    report.note(
        "memory of 1,000 idle connections",
        idle - rest,
        "MB   (at most 20)",
    );
    child.kill().unwrap();
    child.wait().unwrap();
}

/// What a process keeps once it does nothing more: the same for a second.
async fn settled(process: u32) -> f64 {
    let mut before = 0.0;
    loop {
        let now = resident(process);
        if now <= before {
            return now;
        }
        before = now;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// A connection that has asked once.
async fn connected(address: &str) -> Option<TcpStream> {
    let mut stream = TcpStream::connect(address).await.ok()?;
    stream
        .write_all(b"GET /healthz HTTP/1.1\r\nhost: bench\r\n\r\n")
        .await
        .ok()?;
    let mut answer = [0; 1_024];
    (stream.read(&mut answer).await.ok()? > 0).then_some(stream)
}

async fn accounts(report: &mut Report) {
    let served = crate::served::served("http://127.0.0.1:1").await;
    let path = served.folder.path().join("calls.db");
    let connection = rusqlite::Connection::open(path).unwrap();
    connection
        .execute_batch(&format!(
            "BEGIN;
             WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ACCOUNTS})
             INSERT INTO accounts (id, public_id, email, name, password_hash, role, reference_code,
                                   time_zone, created_at)
             SELECT 1000 + i, 'acc_' || i, i || '@example.com', 'Bench', '', 'developer', 'AL-' || i,
                    'UTC', 0 FROM n;
             INSERT INTO grants (public_id, account_id, api_id, kind, calls, created_at)
             SELECT 'grt_' || accounts.id || apis.id, accounts.id, apis.id, 'free', 1000, 0
             FROM accounts CROSS JOIN apis WHERE accounts.id > 1000;
             COMMIT;"
        ))
        .unwrap();
    let before = resident(std::process::id());
    for account in 0..ACCOUNTS {
        let quota = served
            .server
            .metering
            .quota(AccountId(1_001 + account))
            .await;
        assert_eq!(quota.unwrap()[0].granted, 1_000);
    }
    let after = resident(std::process::id());
    report.note(
        "memory of 100,000 accounts with 3 APIs",
        after - before,
        "MB",
    );
}

/// In MB; 0 where /proc is not.
fn resident(process: u32) -> f64 {
    std::fs::read_to_string(format!("/proc/{process}/status"))
        .unwrap_or_default()
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok())
        .map_or(0.0, |kb| kb / 1_024.0)
}
