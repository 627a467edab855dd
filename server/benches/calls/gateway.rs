//! Calls through the gateway beside the same calls to the upstream itself.

use crate::load::{self, Measured, post};
use crate::report::{Comparison, Report};
use crate::served::served;
use axum::Router;
use axum::routing::post as route;
use serde_json::json;
use std::time::Duration;
use tokio::net::TcpListener;

const ROUNDS: usize = 5;
const TIME: Duration = Duration::from_secs(3);
const CONNECTIONS: usize = 64;
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
    listen(router).await
}

pub async fn listen(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
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
    let gateway = listen(served.server.router.clone()).await;
    let body = json!({ "user_id": "ann", "query": "What does Ann like?" }).to_string();
    let authorization = format!("Token {}", served.secret);
    let request = post(PATH, &authorization, "application/json", &body);
    let (mut ours, mut theirs, mut figures) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let a = load(&gateway, &request).await;
        let b = load(&direct, &request).await;
        if round > 0 {
            ours.push(a.a_second);
            theirs.push(b.a_second);
            figures.push([a.ms(50), b.ms(50), a.ms(99), b.ms(99), a.cpu_us, b.cpu_us]);
        }
    }
    served.assert_verified().await;
    report.compare(Comparison {
        name: "gateway, 64 connections",
        opponent: "the upstream itself",
        unit: "calls/s",
        ours,
        theirs,
        goal: Some(0.5),
    });
    for (place, (name, unit)) in [
        ("  p50 through the gateway", "ms"),
        ("  p50 of the upstream itself", "ms"),
        ("  p99 through the gateway", "ms"),
        ("  p99 of the upstream itself", "ms"),
        ("  processor time through the gateway", "µs"),
        ("  processor time of the upstream itself", "µs"),
    ]
    .into_iter()
    .enumerate()
    {
        let figure: Vec<f64> = figures.iter().map(|round| round[place]).collect();
        report.note(name, crate::report::median(&figure), unit);
    }
}
