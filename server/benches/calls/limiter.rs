//! limitador behind the same kind of server (`benches/limiter`): check and update in
//! memory, nothing written. How fast it is, and how many of racing calls it lets
//! through.

use crate::comparison::Comparison;
use crate::load::{self, post};
use crate::record::{PATH, RECORDED, measure, request};
use crate::report::Report;
use crate::served::{free_address, listen, served};
use std::path::Path;
use std::process::{Child, Command};
use tokio::net::TcpStream;

const ROUNDS: usize = 5;
const RACES: usize = 20;
const LIMIT: usize = 100;
const RACING: usize = 2_000;
const CONNECTIONS: usize = 100;

struct Limiter {
    child: Child,
    address: String,
}

impl Drop for Limiter {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Limiter {
    /// Nothing if it was not built: `scripts/bench.sh` does.
    async fn start() -> Option<Self> {
        let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target");
        let built = target.join("bench-limiter/release/limiter");
        if !built.exists() {
            return None;
        }
        let address = free_address().await;
        let child = Command::new(built).arg(&address).spawn().unwrap();
        while TcpStream::connect(&address).await.is_err() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        Some(Self { child, address })
    }
}

fn event(token: &str, key: &str, api: &str) -> Vec<u8> {
    let body = format!("{{\"key\":\"{key}\",\"api\":\"{api}\",\"tokens\":12}}");
    post(PATH, &format!("Bearer {token}"), "application/json", &body)
}

/// Sends racing calls, and counts those that were let through.
async fn let_through(address: &str, request: Vec<u8>) -> usize {
    let counts = futures::future::join_all((0..CONNECTIONS).map(|_| {
        let (address, request) = (address.to_owned(), request.clone());
        tokio::spawn(
            async move { load::send(&address, &request, RACING / CONNECTIONS, RECORDED).await },
        )
    }))
    .await;
    counts.into_iter().map(Result::unwrap).sum()
}

pub async fn run(report: &mut Report) {
    let Some(limiter) = Limiter::start().await else {
        println!("limitador is not compared: it was not built");
        return;
    };
    let served = served("http://127.0.0.1:1").await;
    let token = served.token().await;
    let ours_at = listen(&served.server).await;
    let ours_event = request(&served, &token, None);
    let theirs_event = event(&token, &served.key_id, "calls-1000000000");
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let a = measure(&ours_at, ours_event.clone()).await;
        let b = measure(&limiter.address, theirs_event.clone()).await;
        if round > 0 {
            ours.push(a.a_second);
            theirs.push(b.a_second);
        }
    }
    report.compare(Comparison {
        name: "record, exact and durable, 256 connections",
        opponent: "limitador, in memory",
        unit: "calls/s",
        ours,
        theirs,
        goal: Some(1.0),
    });
    let (mut ours, mut theirs) = (0, 0);
    for race in 0..RACES {
        let key = served.capped_key(&format!("Race {race}"), LIMIT).await;
        let a = let_through(&ours_at, event(&token, &key, "searchMemory")).await;
        let b = let_through(&limiter.address, event(&token, &key, "calls-100")).await;
        ours += usize::from(a == LIMIT);
        theirs += usize::from(b == LIMIT);
    }
    served.assert_verified().await;
    let name = "of 20 races of 2,000 calls, exactly 100 passed";
    report.note(name, ours as f64, "times");
    report.note("  with limitador", theirs as f64, "times");
}
