//! Calls through the gateway beside the same calls to the upstream itself, and
//! beside nginx in front of it.

use crate::comparison::{Comparison, median};
use crate::load::{self, Measured, post};
use crate::nginx::Nginx;
use crate::report::Report;
use crate::served::{listen, listen_bare, served};
use axum::Router;
use axum::routing::post as route;
use serde_json::json;
use std::time::Duration;

const ROUNDS: usize = 5;
const TIME: Duration = Duration::from_secs(2);
const CONNECTIONS: usize = 64;
/// Calls a second at which latency is measured.
const RATES: [usize; 2] = [200, 2_000];
const PATH: &str = "/api/openmem/v1/search/memory";

/// An upstream that answers at once.
async fn upstream() -> String {
    let answer = json!({
        "code": 0,
        "message": "ok",
        "data": { "memory_detail_list": [{ "id": "1", "memory_value": "Ann likes green tea." }] },
    })
    .to_string();
    let handler = move |_body: bytes::Bytes| {
        let answer = answer.clone();
        async move { ([("content-type", "application/json")], answer) }
    };
    let paths = ["/search/memory", PATH];
    let router = paths.into_iter().fold(Router::new(), |router, path| {
        router.route(path, route(handler.clone()))
    });
    listen_bare(router).await
}

async fn load(address: &str, request: &[u8]) -> Measured {
    let request = request.to_vec();
    load::run(address, CONNECTIONS, TIME, "\"code\":0", move |_, _| {
        request.clone()
    })
    .await
}

pub async fn run(report: &mut Report) {
    let direct = upstream().await;
    let served = served(&format!("http://{direct}")).await;
    let gateway = listen(&served.server).await;
    let body = json!({ "user_id": "ann", "query": "What does Ann like?" }).to_string();
    let authorization = format!("Token {}", served.secret);
    let nginx = Nginx::start(&direct, &authorization).await;
    let request = post(PATH, &authorization, "application/json", &body);
    let (mut ours, mut upstream, mut proxied) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let a = load(&gateway, &request).await;
        let b = load(&direct, &request).await;
        let c = match &nginx {
            Some(nginx) => Some(load(&nginx.address, &request).await),
            None => None,
        };
        // The first round fills caches and pools.
        if round > 0 {
            ours.push(a);
            upstream.push(b);
            proxied.extend(c);
        }
    }
    served.assert_verified().await;
    let rates = |side: &[Measured]| side.iter().map(|round| round.a_second).collect::<Vec<_>>();
    report.compare(Comparison {
        name: "gateway, 64 connections",
        opponent: "the upstream itself",
        unit: "calls/s",
        ours: rates(&ours),
        theirs: rates(&upstream),
        goal: Some(0.5),
    });
    if proxied.is_empty() {
        println!("nginx is not installed: not compared");
    } else {
        report.compare(Comparison {
            name: "gateway, 64 connections",
            opponent: "nginx, proxy_pass and limit_req",
            unit: "calls/s",
            ours: rates(&ours),
            theirs: rates(&proxied),
            goal: Some(0.7),
        });
    }
    for (name, side) in [
        ("gateway", &ours),
        ("upstream itself", &upstream),
        ("nginx", &proxied),
    ] {
        if side.is_empty() {
            continue;
        }
        let of =
            |figure: fn(&Measured) -> f64| median(&side.iter().map(figure).collect::<Vec<_>>());
        report.note(&format!("  {name}, p50"), of(|round| round.ms(50)), "ms");
        report.note(&format!("  {name}, p99"), of(|round| round.ms(99)), "ms");
        // Of nginx, what this process spends at its two ends.
        report.note(
            &format!("  {name}, processor a call"),
            of(|round| round.cpu_us),
            "µs",
        );
    }
    for a_second in RATES {
        at_rate(report, a_second, [&gateway, &direct], &request).await;
    }
    served.assert_verified().await;
}

/// What the gateway adds, commit included, where calls come at a fixed rate.
async fn at_rate(report: &mut Report, a_second: usize, [ours, theirs]: [&str; 2], request: &[u8]) {
    let mut sides = [(ours, Vec::new()), (theirs, Vec::new())];
    for _ in 0..ROUNDS {
        for (address, rounds) in &mut sides {
            rounds.push(load::run_at(address, a_second, TIME, "\"code\":0", request).await);
        }
    }
    let at = |side: usize, percent: usize| {
        let rounds: &[Measured] = &sides[side].1;
        median(&rounds.iter().map(|it| it.ms(percent)).collect::<Vec<_>>())
    };
    for percent in [50, 99] {
        let (a, b) = (at(0, percent), at(1, percent));
        let name = format!("  gateway at {a_second} calls/s, p{percent}");
        report.note(&name, a, "ms");
        report.note("    upstream itself", b, "ms");
        report.note("    the gateway adds", a - b, "ms   (p50: at most 1)");
    }
}
