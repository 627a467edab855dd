//! How fast the console's pages are on a long ledger, beside the same pages on a
//! short one: `make bench`. Databases are made once and kept in `target/bench`.
//!
//! The two servers run side by side and are asked in turns, so that what the
//! machine does meanwhile falls on both. The figure to look at is the ratio.

#![allow(
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on has failed"
)]

mod ledger;

use allowance::assembly::{Parts, assemble};
use allowance::clock::ManualClock;
use allowance::config::Config;
use allowance::storage::SqliteStore;
use reqwest::Client;
use reqwest::header::{COOKIE, SET_COOKIE};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;

const SHORT: i64 = 10_000;
/// The longer ones that stand beside it, and how tables name them.
const LONGER: [(i64, &str); 2] = [(1_000_000, "10^6"), (10_000_000, "10^7")];
/// Times that each page is asked for at each size.
const ROUNDS: usize = 100;

/// As the binary has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

struct Side {
    address: String,
    cookie: String,
    client: Client,
}

impl Side {
    async fn start(calls: i64) -> Self {
        let url = ledger::prepared(calls).await;
        let store = SqliteStore::open(&url).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let server = assemble(Parts {
            config: Config {
                public_url: Some(address.clone()),
                ..Config::default()
            },
            store: Arc::new(store),
            clock: Arc::new(ManualClock::at(ledger::NOW)),
            upstream: "http://127.0.0.1:1".into(),
            demo: Vec::new(),
        })
        .await
        .unwrap();
        tokio::spawn(allowance::http::listen(
            listener,
            server.front,
            server.connections,
            std::future::pending(),
            Duration::ZERO,
        ));
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        let response = client
            .post(format!("{address}/sign-in"))
            .header("sec-fetch-site", "same-origin")
            .form(&[("email", ledger::EMAIL), ("password", ledger::PASSWORD)])
            .send()
            .await
            .unwrap();
        let cookies: Vec<_> = response
            .headers()
            .get_all(SET_COOKIE)
            .iter()
            .filter_map(|cookie| cookie.to_str().ok()?.split(';').next())
            .collect();
        Self {
            cookie: cookies.join("; "),
            address,
            client,
        }
    }

    /// How long the first byte of a page takes, and the page.
    async fn open(&self, path: &str) -> (Duration, String) {
        let request = self
            .client
            .get(format!("{}{path}", self.address))
            .header(COOKIE, &self.cookie);
        let started = Instant::now();
        let response = request.send().await.unwrap();
        let first_byte = started.elapsed();
        assert_eq!(response.status(), 200, "{path}");
        (first_byte, response.text().await.unwrap())
    }

    /// The way to a page that lies `pages` pages deep.
    async fn deep(&self, pages: usize) -> String {
        let mut path = "/requests".to_owned();
        for _ in 0..pages {
            let (_, text) = self.open(&path).await;
            let Some(place) = text.split("before=req_").nth(1) else {
                break;
            };
            path = format!("/requests?before=req_{}", place.split('"').next().unwrap());
        }
        path
    }
}

/// The times at `share` of the sorted times.
fn at_share(times: &mut [Duration], share: usize) -> f64 {
    times.sort();
    let place = (times.len() * share / 100).min(times.len() - 1);
    times[place].as_secs_f64() * 1_000.0
}

async fn compare(name: &str, short: (&Side, &str), long: (&Side, &str), most: f64) {
    let mut times = [Vec::new(), Vec::new()];
    for round in 0..ROUNDS + 5 {
        for (place, (side, path)) in [short, long].into_iter().enumerate() {
            let (time, _) = side.open(path).await;
            // The first rounds fill caches.
            if round >= 5 {
                times[place].push(time);
            }
        }
    }
    let [short, long] = &mut times;
    let (a, b) = (at_share(short, 50), at_share(long, 50));
    println!(
        "{name:<34} {a:>8.2} {:>8.2} {b:>8.2} {:>8.2} {:>7.2}   {}",
        at_share(short, 99),
        at_share(long, 99),
        b / a,
        if b / a <= most { "ok" } else { "over" },
    );
}

#[tokio::main(flavor = "multi_thread", worker_threads = 4)]
async fn main() {
    let short = Side::start(SHORT).await;
    for (calls, name) in LONGER {
        let long = Side::start(calls).await;
        println!(
            "first byte, ms                       10^4 p50      p99 {name} p50      p99   ratio   at most 1.5"
        );
        pages(&short, &long).await;
        if calls == 10_000_000 {
            export(&long).await;
        }
    }
}

/// Every page on a long ledger beside a short one.
async fn pages(short: &Side, long: &Side) {
    let project = format!("project={}", ledger::PROJECT);
    for (name, path) in [
        ("usage, 30 days", "/usage?period=30d".to_owned()),
        ("usage, 90 days", "/usage?period=90d".to_owned()),
        (
            "usage, 90 days, by key",
            "/usage?period=90d&group=key".to_owned(),
        ),
        (
            "usage, 90 days, one project",
            format!("/usage?period=90d&{project}"),
        ),
    ] {
        compare(name, (short, &path), (long, &path), 1.5).await;
    }
    let first = "/requests";
    compare("requests, first page", (short, first), (long, first), 1.5).await;
    let deep = long.deep(40).await;
    compare(
        "requests, 40 pages deep",
        (short, first),
        (long, &deep),
        1.5,
    )
    .await;
    let middle = format!("/requests?before={}", ledger::NOW - 45 * 86_400_000);
    compare(
        "requests, in the middle",
        (short, first),
        (long, &middle),
        1.5,
    )
    .await;
    for (name, filter) in [
        ("requests, one project", project),
        ("requests, a rare key", format!("key={}", ledger::RARE_KEY)),
        (
            "requests, a key never used",
            format!("key={}", ledger::UNUSED_KEY),
        ),
        (
            "requests, failures of an API",
            "api=searchMemory&outcome=upstream-failed".into(),
        ),
        ("requests, a code", "code=40302".into()),
        ("requests, a code that never was", "code=40301".into()),
    ] {
        let path = format!("/requests?{filter}");
        compare(name, (short, first), (long, &path), 1.5).await;
    }
}

/// Streams a file of a million requests, and watches the process's memory.
async fn export(side: &Side) {
    let before = resident();
    let started = Instant::now();
    let path = format!(
        "/requests/export.csv?from={}&to={}",
        "2026-11-16", "2026-11-24"
    );
    let request = side
        .client
        .get(format!("{}{path}", side.address))
        .header(COOKIE, &side.cookie);
    let mut response = request.send().await.unwrap();
    let (mut rows, mut most) = (0_usize, before);
    while let Some(piece) = response.chunk().await.unwrap() {
        rows += piece.split(|byte| *byte == b'\n').count() - 1;
        most = most.max(resident());
    }
    println!(
        "export of {} requests: {:.1} s, resident memory {} MB before, {} MB at most",
        rows - 1,
        started.elapsed().as_secs_f64(),
        before / 1024,
        most / 1024,
    );
}

/// Resident memory of this process, server and client, in kB; 0 where /proc is not.
fn resident() -> u64 {
    std::fs::read_to_string("/proc/self/status")
        .unwrap_or_default()
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|line| line.trim().trim_end_matches(" kB").parse().ok())
        .unwrap_or(0)
}
