//! The official Python client, unchanged, against the gateway: one request for
//! each call, and a code and a message that its caller can read (`wire.md`).

use crate::support::TestServer;
use allowance::domain::accounts::Role;
use serde_json::Value;
use std::path::PathBuf;
use std::process::Stdio;
use tokio::process::Command;

const DRIVER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../end2end/python/drive.py");

/// The Python that `scripts/setup.sh test` made.
fn python() -> PathBuf {
    if let Some(python) = std::env::var_os("ALLOWANCE_PYTHON") {
        return python.into();
    }
    let folder = |name| std::env::var_os(name).map(PathBuf::from);
    folder("ALLOWANCE_TOOLS")
        .or_else(|| Some(folder("XDG_CACHE_HOME")?.join("allowance/tools")))
        .or_else(|| Some(folder("HOME")?.join(".cache/allowance/tools")))
        .unwrap()
        .join("python/bin/python")
}

/// Runs a scenario of the driver, and answers what the client saw at each step.
async fn drive(it: &TestServer, key: &str, scenario: &[&str]) -> Vec<Value> {
    let python = python();
    assert!(
        python.is_file(),
        "no {}: run scripts/setup.sh test",
        python.display()
    );
    let output = Command::new(python)
        .arg(DRIVER)
        .args([
            "--base-url",
            &format!("{}/api/openmem/v1", it.address),
            "--key",
            key,
        ])
        .arg("--scenario")
        .args(scenario)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let lines = String::from_utf8(output.stdout).unwrap();
    lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// One request, nothing raised, the code, and a message with these words.
fn assert_step(step: &Value, name: &str, code: i64, words: &str) {
    assert_eq!(step["step"], name, "{step}");
    assert_eq!(step["requests"], 1, "{step}");
    assert_eq!(step["raised"], Value::Null, "{step}");
    assert_eq!(step["code"], code, "{step}");
    assert!(step["message"].as_str().unwrap().contains(words), "{step}");
}

#[tokio::test]
async fn add_search_and_get_succeed_with_one_request_each() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "Key").await;
    let steps = drive(&it, &key, &["success"]).await;
    assert_eq!(steps.len(), 3);
    for (step, name) in steps.iter().zip(["add", "search", "get"]) {
        assert_step(step, name, 0, "ok");
    }
    assert_eq!(it.remaining(&ann, "searchMemory").await, 999);
}

#[tokio::test]
async fn over_quota_is_one_request_and_a_readable_reason() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "Key").await;
    it.burn(&ann, &key, "addMessage", 5_000).await;
    it.burn(&ann, &key, "searchMemory", 1_000).await;
    let add = drive(&it, &key, &["over-quota", "--api", "add"]).await;
    assert_step(&add[0], "add", 40_300, "5,000 addMessage calls");
    let search = drive(&it, &key, &["over-quota", "--api", "search"]).await;
    assert_step(&search[0], "search", 40_300, "/request-more");
}

#[tokio::test]
async fn too_much_input_or_output_is_one_request_and_a_readable_reason() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "Key").await;
    let steps = drive(&it, &key, &["over-tokens"]).await;
    for (step, name) in steps.iter().zip(["add", "search"]) {
        assert_step(step, name, 40_302, "4,000 tokens");
    }
    let steps = drive(&it, &key, &["over-memories"]).await;
    assert_step(&steps[0], "search", 40_000, "memory_limit_number");
    let steps = drive(&it, &key, &["over-messages"]).await;
    assert_step(&steps[0], "get", 40_000, "message_limit_number");
    assert_eq!(it.remaining(&ann, "addMessage").await, 5_000);
    assert_eq!(it.remaining(&ann, "searchMemory").await, 1_000);
}

#[tokio::test]
async fn a_bad_key_is_one_request_and_a_readable_reason() {
    let it = TestServer::start().await;
    let steps = drive(&it, "-", &["bad-key"]).await;
    assert_eq!(steps.len(), 3);
    for (step, name) in steps.iter().zip(["add", "search", "get"]) {
        assert_step(step, name, 40_132, "Invalid or expired API Key");
    }
}
