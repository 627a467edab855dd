//! How fast the console's pages are on a long ledger, beside the same pages on a
//! short one: `make bench`. Databases are made once and kept in `target/bench`.
//!
//! The two servers run side by side and are asked in turns, so that what the
//! machine does meanwhile falls on both. The figure to look at is the ratio; all of
//! them go to `target/bench/console.json` too.

#![allow(
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on has failed"
)]

mod ledger;
#[path = "../report/mod.rs"]
mod report;

use allowance::assembly::{Parts, assemble};
use allowance::clock::ManualClock;
use allowance::config::Config;
use allowance::storage::SqliteStore;
use report::Report;
use reqwest::Client;
use reqwest::header::{COOKIE, SET_COOKIE};
use serde_json::json;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;

const SHORT: i64 = 10_000;
/// The longer ones that stand beside it, and how tables name them.
const LONGER: [(i64, &str); 2] = [(1_000_000, "10^6"), (10_000_000, "10^7")];
/// How much longer a page may take on a longer ledger.
const MOST: f64 = 1.5;
/// Times that each page is asked for at each size.
const ROUNDS: usize = 100;

/// As the binary has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

struct Side {
    /// From the opening of the database to the first answer, in ms.
    first_answer: f64,
    address: String,
    cookie: String,
    client: Client,
}

impl Side {
    async fn start(calls: i64) -> Self {
        let url = ledger::prepared(calls).await;
        let started = Instant::now();
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
        let healthy = client.get(format!("{address}/healthz")).send().await;
        assert_eq!(healthy.unwrap().status(), 200);
        let first_answer = started.elapsed().as_secs_f64() * 1_000.0;
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
            first_answer,
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

/// Two sides, and the tables that they fill.
struct Pair<'a> {
    short: &'a Side,
    long: &'a Side,
    /// How tables name the long one.
    size: &'static str,
    report: &'a mut Report,
}

impl Pair<'_> {
    /// Opens a page of the short one and a page of the long one, in turns.
    async fn compare(&mut self, name: &str, short: &str, long: &str) {
        let mut times = [Vec::new(), Vec::new()];
        for round in 0..ROUNDS + 5 {
            for (place, (side, path)) in [(self.short, short), (self.long, long)]
                .into_iter()
                .enumerate()
            {
                let (time, _) = side.open(path).await;
                // The first rounds fill caches.
                if round >= 5 {
                    times[place].push(time);
                }
            }
        }
        let [short, long] = &mut times;
        let (a, b) = (at_share(short, 50), at_share(long, 50));
        let (a99, b99) = (at_share(short, 99), at_share(long, 99));
        println!(
            "{name:<34} {a:>8.2} {a99:>8.2} {b:>8.2} {b99:>8.2} {:>7.2}   {}",
            b / a,
            if b / a <= MOST { "ok" } else { "over" },
        );
        self.report.keep(json!({
            "name": format!("{name}, {}", self.size), "opponent": "10^4", "unit": "ms",
            "ours": { "p50": b, "p99": b99 }, "theirs": { "p50": a, "p99": a99 },
            "ratio": b / a, "goal at most": MOST,
        }));
    }

    async fn same(&mut self, name: &str, path: &str) {
        self.compare(name, path, path).await;
    }

    /// Every page on a long ledger beside a short one.
    async fn pages(&mut self) {
        let project = format!("project={}", ledger::PROJECT);
        for (name, path) in [
            ("usage, 30 days", "/usage?period=30d"),
            ("usage, 90 days", "/usage?period=90d"),
            ("usage, 90 days, by key", "/usage?period=90d&group=key"),
        ] {
            self.same(name, path).await;
        }
        let one_project = format!("/usage?period=90d&{project}");
        self.same("usage, 90 days, one project", &one_project).await;
        let first = "/requests";
        self.same("requests, first page", first).await;
        let deep = self.long.deep(40).await;
        self.compare("requests, 40 pages deep", first, &deep).await;
        let middle = format!("/requests?before={}", ledger::NOW - 45 * 86_400_000);
        self.compare("requests, in the middle", first, &middle)
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
            self.compare(name, first, &format!("/requests?{filter}"))
                .await;
        }
    }
}

#[tokio::main(flavor = "multi_thread", worker_threads = 4)]
async fn main() {
    let mut report = Report::new("console.json");
    let short = Side::start(SHORT).await;
    for (calls, size) in LONGER {
        let long = Side::start(calls).await;
        let name = format!("from the start to the first answer, {size}");
        report.note(&name, long.first_answer, "ms (goal 300)");
        println!(
            "first byte, ms                       10^4 p50      p99 {size} p50      p99   ratio   at most {MOST}"
        );
        let mut pair = Pair {
            short: &short,
            long: &long,
            size,
            report: &mut report,
        };
        pair.pages().await;
        if calls == 10_000_000 {
            export(&long, &mut report).await;
        }
    }
    report.finish();
}

/// Streams a file of a million requests, and watches the process's memory.
async fn export(side: &Side, report: &mut Report) {
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
    println!("export of {} requests", rows - 1);
    let seconds = started.elapsed().as_secs_f64();
    report.note("export of a million requests", seconds, "s");
    for (name, kilobytes) in [
        ("resident memory before the export", before),
        ("resident memory in the export, at most", most),
    ] {
        let kilobytes = u32::try_from(kilobytes).unwrap_or(u32::MAX);
        report.note(name, f64::from(kilobytes) / 1_024.0, "MB");
    }
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
