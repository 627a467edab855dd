//! The examples of `docs/METERING.md` work as they are written.

use crate::meter::Metered;
use serde_json::Value;
use std::process::Command;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_example_of_the_document_works_as_written() {
    let document = include_str!("../../../docs/METERING.md");
    let examples: Vec<&str> = document
        .split("```sh\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap())
        .filter(|example| example.starts_with("curl"))
        .collect();
    assert_eq!(examples.len(), 5);
    let it = Metered::start().await;
    let mut reservation = String::new();
    let mut said = Vec::new();
    for example in examples {
        let mut shell = Command::new("sh");
        shell
            .args(["-c", example])
            .env("BASE", &it.it.address)
            .env("TOKEN", &it.token)
            .env("KEY", &it.key)
            .env("RESERVATION", &reservation)
            .env("NO_PROXY", "*");
        let output = tokio::task::spawn_blocking(move || shell.output().unwrap())
            .await
            .unwrap();
        let answer: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| panic!("{example}: {}", String::from_utf8_lossy(&output.stderr)));
        if let Some(id) = answer["reservation"].as_str() {
            id.clone_into(&mut reservation);
        }
        let status = answer
            .get("status")
            .unwrap_or(&answer["results"][1]["status"]);
        said.push(status.as_str().unwrap_or("reserved").to_owned());
    }
    assert_eq!(
        said,
        ["recorded", "recorded", "recorded", "reserved", "charged"]
    );
    // Two events of their own, one that failed, one duplicate, one settled.
    assert_eq!(it.left().await, 997);
    it.it.assert_verified().await;
}
