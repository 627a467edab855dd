//! What a call costs on a ledger of a million calls, and of ten, beside ten thousand:
//! the ledgers are those of the console's benchmark, copied, as these calls change them.

use crate::callers;
use crate::comparison::Comparison;
use crate::report::Report;
use crate::served::succeeded;
use allowance::assembly::{Parts, assemble};
use allowance::clock::{Clock, SystemClock};
use allowance::config::Config;
use allowance::domain::quota::Call;
use allowance::domain::store::{Accounts, Keys, Projects};
use allowance::metering::Metering;
use allowance::storage::SqliteStore;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use tempfile::TempDir;

const ROUNDS: usize = 5;

struct Side {
    metering: Arc<Metering>,
    call: Call,
    _folder: TempDir,
}

impl Side {
    /// Nothing if the console's benchmark has not made the ledger.
    async fn open(calls: i64) -> Option<Self> {
        let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/bench");
        let made = base.join(format!("console-{calls}.db"));
        if !made.exists() {
            return None;
        }
        let folder = TempDir::new_in(&base).unwrap();
        let path = folder.path().join("growth.db");
        copy(&made, &path);
        let url = format!("sqlite:{}", path.display());
        let store = SqliteStore::open(&url).await.unwrap();
        let server = assemble(Parts {
            config: Config::default(),
            store: Arc::new(store.clone()),
            clock: Arc::new(SystemClock),
            upstream: "http://127.0.0.1:1".into(),
            demo: Vec::new(),
        })
        .await
        .unwrap();
        let account = store
            .find_accounts("bench@example.com", 1, 0)
            .await
            .unwrap()
            .remove(0);
        let account = store
            .account_by_public_id(&account.public_id)
            .await
            .unwrap()
            .unwrap();
        let call = Call {
            account: account.id,
            project: store.projects(account.id).await.unwrap()[0].id,
            key: store.keys(account.id).await.unwrap()[0].id,
            api: server.metering.apis()[1].id,
            at: SystemClock.now(),
        };
        // All of the free quota is burnt by its history.
        rusqlite::Connection::open(&path)
            .unwrap()
            .execute_batch("UPDATE grants SET calls = 1000000000")
            .unwrap();
        Some(Self {
            metering: server.metering,
            call,
            _folder: folder,
        })
    }

    async fn calls_a_second(&self) -> f64 {
        let (metering, call) = (Arc::clone(&self.metering), self.call);
        callers::a_second(move |caller, _| {
            let metering = Arc::clone(&metering);
            async move {
                let hold = metering.reserve(call).await.unwrap();
                let id = format!("req_g{caller}-{:?}", Instant::now());
                let row = succeeded(call, id, None);
                metering.charge(hold, row).await.unwrap();
            }
        })
        .await
    }
}

/// Copies a ledger, and first what its log holds into it.
fn copy(made: &Path, to: &Path) {
    let connection = rusqlite::Connection::open(made).unwrap();
    let busy: i64 = connection
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
        .unwrap();
    assert_eq!(busy, 0, "another program reads the ledger");
    std::fs::copy(made, to).unwrap();
}

pub async fn run(report: &mut Report) {
    for (calls, name) in [
        (1_000_000, "charge on 10^6 calls, 64 callers"),
        (10_000_000, "charge on 10^7 calls, 64 callers"),
    ] {
        // Anew for each: these calls make the short one longer.
        let (Some(short), Some(long)) = (Side::open(10_000).await, Side::open(calls).await) else {
            println!("growth is not measured: run the benchmark of the console first");
            return;
        };
        beside(report, name, &short, &long).await;
    }
}

async fn beside(report: &mut Report, name: &'static str, short: &Side, long: &Side) {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let (a, b) = (long.calls_a_second().await, short.calls_a_second().await);
        if round > 0 {
            ours.push(a);
            theirs.push(b);
        }
    }
    report.compare(Comparison {
        name,
        opponent: "the same on 10^4",
        unit: "calls/s",
        ours,
        theirs,
        goal: Some(0.8),
    });
}
