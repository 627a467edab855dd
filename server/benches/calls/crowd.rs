//! The full consume by 64 callers, with an idempotency key for each call, as another
//! database would do it in a function: on one account, on a thousand, and what it costs
//! that there are a million others.

use crate::callers;
use crate::comparison::Comparison;
use crate::report::Report;
use crate::served::{Served, served, succeeded};
use allowance::clock::{Clock, SystemClock};
use allowance::domain::idempotency::{Fingerprint, IdempotencyHash, Purpose};
use allowance::domain::ids::{Noun, public_id};
use allowance::domain::quota::Call;
use allowance::domain::{AccountId, KeyId, ProjectId};
use allowance::metering::{Event, EventId, Verdict};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::sync::Arc;

const ROUNDS: usize = 5;
/// Accounts of the two sides.
const FEW: i64 = 1_000;
const MANY: i64 = 1_000_000;
/// Row ids of the accounts, their projects and their keys begin after it.
const FIRST: i64 = 1_000;

struct Side {
    served: Served,
    rounds: u64,
}

impl Side {
    async fn with(accounts: i64) -> Self {
        let served = served("http://127.0.0.1:1").await;
        let path = served.folder.path().join("calls.db");
        rusqlite::Connection::open(path)
            .unwrap()
            .execute_batch(&fill(accounts))
            .unwrap();
        Self { served, rounds: 0 }
    }

    /// Calls that were charged in a second, on accounts from `from` to `to`.
    async fn calls_a_second(&mut self, from: i64, to: i64) -> f64 {
        self.rounds += 1;
        let rounds = self.rounds;
        let metering = Arc::clone(&self.served.server.metering);
        callers::a_second(move |caller, nth| {
            let metering = Arc::clone(&metering);
            async move {
                let seed = (rounds << 48) | (caller << 32) | nth;
                let mut random = ChaCha8Rng::seed_from_u64(seed);
                let row = FIRST + random.random_range(from..to);
                let apis = metering.apis();
                let at = SystemClock.now();
                let call = Call {
                    account: AccountId(row),
                    project: ProjectId(row),
                    key: KeyId(row),
                    api: apis[random.random_range(0..apis.len())].id,
                    at,
                };
                let id = public_id(Noun::Request, at, &mut random);
                let event = Event {
                    id: Some(EventId {
                        hash: IdempotencyHash::of(Purpose::Event, &[&id]),
                        fingerprint: Fingerprint::of(&[id.as_bytes()]),
                    }),
                    row: succeeded(call, id, None),
                };
                let verdict = metering.record(event).await.unwrap();
                assert!(matches!(verdict, Verdict::Recorded { .. }));
            }
        })
        .await
    }
}

/// Accounts with a project, a key and free calls of every API.
fn fill(accounts: i64) -> String {
    format!(
        "BEGIN;
         CREATE TEMP TABLE n AS
         WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {accounts} - 1)
         SELECT {FIRST} + i AS i FROM n;
         INSERT INTO accounts (id, public_id, email, name, password_hash, role, reference_code,
                               time_zone, created_at)
         SELECT i, 'acc_' || i, i || '@example.com', 'Bench', '', 'developer', 'AL-' || i, 'UTC', 0
         FROM n;
         INSERT INTO projects (id, public_id, account_id, name, created_at)
         SELECT i, 'prj_' || i, i, 'Bench', 0 FROM n;
         INSERT INTO api_keys (id, public_id, account_id, project_id, name, secret_hash, hint,
                               created_at)
         SELECT i, 'key_' || i, i, i, 'Bench', CAST('key' || i AS BLOB), 'hint', 0 FROM n;
         INSERT INTO grants (public_id, account_id, api_id, kind, calls, created_at)
         SELECT 'grt_' || i || '-' || apis.id, i, apis.id, 'free', 1000000000, 0
         FROM n CROSS JOIN apis;
         COMMIT;"
    )
}

pub async fn run(report: &mut Report) {
    let (mut few, mut many) = (Side::with(FEW).await, Side::with(MANY).await);
    let (mut hot, mut spread, mut among) = (Vec::new(), Vec::new(), Vec::new());
    // What an account's first call costs, which has to load it.
    let mut first = Vec::new();
    for round in 0..=ROUNDS {
        let one = few.calls_a_second(0, 1).await;
        let all = few.calls_a_second(0, FEW).await;
        let same = many.calls_a_second(0, FEW).await;
        let any = many.calls_a_second(FEW, MANY).await;
        if round > 0 {
            hot.push(one);
            spread.push(all);
            among.push(same);
            first.push(any);
        }
    }
    report.compare(Comparison {
        name: "consume on one account, 64 callers",
        opponent: "on 1,000 accounts",
        unit: "calls/s",
        ours: hot,
        theirs: spread.clone(),
        goal: None,
    });
    report.compare(Comparison {
        name: "consume on 1,000 accounts of a million",
        opponent: "on 1,000 accounts",
        unit: "calls/s",
        ours: among,
        theirs: spread.clone(),
        goal: Some(0.83),
    });
    report.compare(Comparison {
        name: "consume on any of a million, most for the first time",
        opponent: "on 1,000 accounts",
        unit: "calls/s",
        ours: first,
        theirs: spread,
        goal: None,
    });
    few.served.assert_verified().await;
    many.served.assert_verified().await;
}
