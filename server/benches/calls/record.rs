//! `POST /v1/meter/record`, one event a request, beside a bare handler that parses
//! the same body and answers the same bytes, and beside a limiter that counts in
//! memory and keeps nothing.

use crate::comparison::{Comparison, median};
use crate::load::{self, Measured, post};
use crate::report::Report;
use crate::served::{Served, listen, listen_bare, served};
use axum::Router;
use axum::routing::post as route;
use serde::Deserialize;
use std::time::Duration;

const ROUNDS: usize = 5;
const TIME: Duration = Duration::from_secs(2);
const CONNECTIONS: usize = 256;
pub const PATH: &str = "/v1/meter/record";
pub const RECORDED: &str = "\"recorded\"";

#[derive(Deserialize)]
#[allow(dead_code, reason = "parsed, as the product must; looked at by nobody")]
pub struct Event {
    pub id: Option<String>,
    pub key: String,
    pub api: String,
    pub tokens: i64,
}

/// Parses the event and answers.
async fn bare() -> String {
    let handler = |body: bytes::Bytes| async move {
        let event: Event = serde_json::from_slice(&body).unwrap();
        assert_eq!(event.tokens, 12);
        let answer = r#"{"status":"recorded","request_id":"req_01m0xbthzspfsah5vngkcj7a2x"}"#;
        ([("content-type", "application/json")], answer)
    };
    listen_bare(Router::new().route(PATH, route(handler))).await
}

pub fn request(served: &Served, token: &str, id: Option<String>) -> Vec<u8> {
    let id = id.map_or_else(String::new, |id| format!("\"id\":\"{id}\","));
    let body = format!(
        "{{{id}\"key\":\"{}\",\"api\":\"searchMemory\",\"tokens\":12}}",
        served.key_id
    );
    post(PATH, &format!("Bearer {token}"), "application/json", &body)
}

pub async fn measure(address: &str, request: Vec<u8>) -> Measured {
    load::run(address, CONNECTIONS, TIME, RECORDED, move |_, _| {
        request.clone()
    })
    .await
}

pub async fn run(report: &mut Report) {
    let served = served("http://127.0.0.1:1").await;
    let token = served.token().await;
    let ours_at = listen(&served.server).await;
    let bare_at = bare().await;
    let plain = request(&served, &token, None);
    let (mut ours, mut with_ids, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let a = measure(&ours_at, plain.clone()).await;
        let b = measure(&bare_at, plain.clone()).await;
        let template = request(
            &served,
            &token,
            Some("event-round-connection-number".into()),
        );
        let text = String::from_utf8(template).unwrap();
        let c = load::run(
            &ours_at,
            CONNECTIONS,
            TIME,
            RECORDED,
            move |connection, number| {
                // As long as the template, so that its length stays true.
                let id = format!("e{round:05}-{connection:010}-{number:011}");
                text.replace("event-round-connection-number", &id)
                    .into_bytes()
            },
        )
        .await;
        if round > 0 {
            ours.push(a);
            theirs.push(b);
            with_ids.push(c);
        }
    }
    served.assert_verified().await;
    let rates = |side: &[Measured]| side.iter().map(|round| round.a_second).collect::<Vec<_>>();
    for (name, side, goal) in [
        ("record, 256 connections", &ours, Some(0.7)),
        ("record with event ids, 256 connections", &with_ids, None),
    ] {
        report.compare(Comparison {
            name,
            opponent: "a bare handler, same body and answer",
            unit: "calls/s",
            ours: rates(side),
            theirs: rates(&theirs),
            goal,
        });
    }
    let of = |side: &[Measured], figure: fn(&Measured) -> f64| {
        median(&side.iter().map(figure).collect::<Vec<_>>())
    };
    for (name, side) in [("record", &ours), ("bare handler", &theirs)] {
        report.note(
            &format!("  {name}, p50"),
            of(side, |round| round.ms(50)),
            "ms",
        );
        report.note(
            &format!("  {name}, p99"),
            of(side, |round| round.ms(99)),
            "ms",
        );
        report.note(
            &format!("  {name}, processor a call"),
            of(side, |round| round.cpu_us),
            "µs",
        );
    }
}
