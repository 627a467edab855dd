//! The ledger writer at 1,024 waiting calls, beside a loop that does nothing but
//! write the same rows to the same tables, 1,024 in a transaction.

use crate::comparison::Comparison;
use crate::report::Report;
use crate::served::{Served, served, succeeded};
use allowance::clock::{Clock, SystemClock};
use allowance::domain::GrantId;
use allowance::domain::quota::Call;
use allowance::domain::usage::UsageRow;
use rusqlite::{Connection, params};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

const CALLERS: u64 = 1_024;
const ROWS: u64 = 60_000;
const ROUNDS: usize = 5;

pub async fn run(report: &mut Report) {
    let ours = Arc::new(served("http://127.0.0.1:1").await);
    let theirs = served("http://127.0.0.1:1").await;
    let grant = theirs
        .server
        .metering
        .reserve(call(&theirs))
        .await
        .unwrap()
        .reservation()
        .grant;
    let path = theirs.folder.path().join("calls.db");
    let mut raw = Connection::open(path).unwrap();
    for (name, value) in [
        ("synchronous", "FULL"),
        ("wal_autocheckpoint", "4000"),
        ("foreign_keys", "OFF"),
    ] {
        raw.pragma_update(None, name, value).unwrap();
    }
    let number = Arc::new(AtomicU64::new(0));
    let (mut a, mut b, mut bare) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let started = Instant::now();
        callers(&ours, &number).await;
        let ours = ROWS as f64 / started.elapsed().as_secs_f64();
        let started = Instant::now();
        by_hand(&mut raw, &theirs, grant, &number, true);
        let theirs_all = ROWS as f64 / started.elapsed().as_secs_f64();
        let started = Instant::now();
        by_hand(&mut raw, &theirs, grant, &number, false);
        let theirs_bare = ROWS as f64 / started.elapsed().as_secs_f64();
        if round > 0 {
            a.push(ours);
            b.push(theirs_all);
            bare.push(theirs_bare);
        }
    }
    ours.assert_verified().await;
    report.compare(Comparison {
        name: "ledger writer, 1,024 callers",
        opponent: "a loop, every row in every table",
        unit: "rows/s",
        ours: a.clone(),
        theirs: b,
        goal: Some(0.5),
    });
    report.compare(Comparison {
        name: "ledger writer, 1,024 callers",
        opponent: "a loop, the ledger's rows alone",
        unit: "rows/s",
        ours: a,
        theirs: bare,
        goal: None,
    });
}

fn call(served: &Served) -> Call {
    Call {
        account: served.identity.account,
        project: served.identity.project,
        key: served.identity.key,
        api: served.server.metering.apis()[1].id,
        at: now(),
    }
}

fn now() -> i64 {
    SystemClock.now()
}

fn row(served: &Served, number: u64, burnt: Option<GrantId>) -> UsageRow {
    succeeded(call(served), format!("req_{number:026}"), burnt)
}

async fn callers(served: &Arc<Served>, number: &Arc<AtomicU64>) {
    let callers: Vec<_> = (0..CALLERS)
        .map(|_| {
            let (served, number) = (Arc::clone(served), Arc::clone(number));
            tokio::spawn(async move {
                for _ in 0..ROWS / CALLERS {
                    let hold = served.server.metering.reserve(call(&served)).await.unwrap();
                    let row = row(&served, number.fetch_add(1, Ordering::Relaxed), None);
                    served.server.metering.charge(hold, row).await.unwrap();
                }
            })
        })
        .collect();
    for caller in callers {
        caller.await.unwrap();
    }
}

const USAGE: &str = "
    INSERT INTO usage (request_id, account_id, project_id, key_id, api_id, at, outcome, code,
                       charge, grant_id, tokens, latency_ms, end_user)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, 0, 1, ?7, ?8, ?9, ?10)";

const DERIVED: [&str; 4] = [
    "INSERT INTO rollups VALUES (?1, ?2, ?3, ?4, ?5, 0, 1, 1, ?6)
     ON CONFLICT DO UPDATE SET calls = calls + 1, charged = charged + 1, tokens = tokens + ?6",
    "INSERT INTO day_rollups VALUES (?1, ?2, ?3 / 96, ?4, ?5, 0, 1, 1, ?6)
     ON CONFLICT DO UPDATE SET calls = calls + 1, charged = charged + 1, tokens = tokens + ?6",
    "INSERT INTO balances VALUES (?1, 1) ON CONFLICT DO UPDATE SET burnt = burnt + 1",
    "INSERT INTO key_totals VALUES (?1, 1, 1, ?2)
     ON CONFLICT DO UPDATE SET calls = calls + 1, charged = charged + 1, last_used_at = ?2",
];

fn by_hand(
    connection: &mut Connection,
    served: &Served,
    grant: GrantId,
    number: &AtomicU64,
    derived: bool,
) {
    for _ in 0..ROWS / CALLERS {
        let transaction = connection.transaction().unwrap();
        {
            let mut usage = transaction.prepare_cached(USAGE).unwrap();
            let mut others = DERIVED.map(|text| transaction.prepare_cached(text).unwrap());
            for _ in 0..CALLERS {
                let row = row(served, number.fetch_add(1, Ordering::Relaxed), Some(grant));
                usage
                    .execute(params![
                        row.request_id,
                        row.account.0,
                        row.project.0,
                        row.key.0,
                        row.api.0,
                        row.at,
                        grant.0,
                        row.tokens,
                        row.latency_ms,
                        row.end_user
                    ])
                    .unwrap();
                if derived {
                    let (account, api, key) = (row.account.0, row.api.0, row.key.0);
                    let slot = [account, api, row.quarter(), row.project.0, key, row.tokens];
                    let [quarters, days, balances, keys] = &mut others;
                    quarters.execute(slot).unwrap();
                    days.execute(slot).unwrap();
                    balances.execute([grant.0]).unwrap();
                    keys.execute([key, row.at]).unwrap();
                }
            }
        }
        transaction.commit().unwrap();
    }
}
