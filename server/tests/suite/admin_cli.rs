//! `allowance admin`: the desk in a terminal, with and without a server.

use crate::support::process::{Process, run, said};
use crate::support::search_body;
use serde_json::Value;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use tempfile::TempDir;

/// A command on a folder's database; what it said.
fn admin(folder: &Path, arguments: &[&str]) -> (bool, String) {
    let output = run(folder, &[&["admin"], arguments].concat());
    (output.status.success(), said(&output))
}

/// The JSON that a command printed.
fn asked(folder: &Path, arguments: &[&str]) -> Value {
    let output = run(folder, &[&["admin", "--json"], arguments].concat());
    assert!(output.status.success(), "{}", said(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test]
async fn a_command_reaches_the_server_that_runs_so_that_the_next_call_passes() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    // A database of its own: the demo's has accounts and keys.
    let url = format!("sqlite:{}", at.join("process.db").display());
    let environment = [("DATABASE_URL", url.as_ref())];
    let server = Process::start(at, &environment).await;
    let key = allowance::demo::key();
    let client = reqwest::Client::new();
    let search = async || {
        let response = client
            .post(format!("{}/api/openmem/v1/search/memory", server.address))
            .header("authorization", format!("Token {key}"))
            .json(&search_body())
            .send()
            .await
            .unwrap();
        let body: Value = response.json().await.unwrap();
        body["code"].as_i64().unwrap()
    };
    let found = asked(at, &["find", &key]);
    let account = &found["accounts"][0];
    let email = account["email"].as_str().unwrap();
    let left = account["quota"][1]["remaining"].as_i64().unwrap();
    for _ in 0..left {
        assert_eq!(search().await, 0);
    }
    assert_eq!(search().await, 40_300);
    let grant = [
        "grant",
        email,
        "--api",
        "searchMemory",
        "--calls",
        "2",
        "--reason",
        "CLI",
    ];
    let (given, text) = admin(at, &grant);
    assert!(given && text.contains("searchMemory=2"), "{text}");
    assert_eq!(search().await, 0);
    let log = asked(at, &["audit", "--action", "grant.created"]);
    assert_eq!(log["entries"][0]["actor"], "command line");

    // A newer program changes nothing below a server that runs.
    let migrated = run(at, &["migrate"]);
    assert!(!migrated.status.success());
    assert!(said(&migrated).contains("another server uses the database"));

    // The socket is nobody else's, and goes with the server.
    let socket = at.join("process.db.sock");
    let mode = std::fs::metadata(&socket).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    server.kill();
    assert!(socket.exists());
    // What a killed server left is in nobody's way.
    let (shown, text) = admin(at, &["show", email]);
    assert!(shown && text.contains("searchMemory"), "{text}");
}

#[test]
fn without_a_server_commands_do_the_same_on_the_database() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    let mut command = crate::support::process::command(at, &["admin", "create"]);
    command.args(["--email", "sam@example.com", "--name", "Sam"]);
    command.env("ALLOWANCE_PASSWORD", "correct horse battery");
    assert!(command.output().unwrap().status.success());
    let grant = [
        "grant",
        "sam@example.com",
        "--api",
        "addMessage",
        "--calls",
        "7",
    ];
    let (given, text) = admin(at, &[&grant[..], &["--reason", "First"]].concat());
    assert!(given && text.contains("addMessage=5007"), "{text}");
    let (refused, text) = admin(at, &[&grant[..], &["--reason", " "]].concat());
    assert!(!refused && text.contains("reason is required"), "{text}");
    let (shown, text) = admin(at, &["show", "sam@example.com"]);
    assert!(
        shown && text.contains("First") && text.contains("5007"),
        "{text}"
    );
    let (noted, _) = admin(at, &["note", "sam@example.com", "A note"]);
    assert!(noted);
    let (changed, text) = admin(at, &["role", "sam@example.com", "support"]);
    assert!(!changed && text.contains("is the last owner"), "{text}");
    // The last owner stays.
    let (closed, text) = admin(at, &["disable", "sam@example.com", "--reason", "x"]);
    assert!(!closed && text.contains("is the last owner"), "{text}");
    let (listed, text) = admin(at, &["requests"]);
    assert!(listed && text.contains("No such requests"), "{text}");

    let made = run(
        at,
        &[
            "admin", "codes", "create", "--calls", "5", "--count", "3", "--label", "Fair",
        ],
    );
    assert_eq!(String::from_utf8(made.stdout).unwrap().lines().count(), 3);
    let batches = asked(at, &["codes", "list"]);
    let id = batches["batches"][0]["id"].as_str().unwrap();
    assert_eq!(batches["batches"][0]["label"], "Fair");
    let (shown, text) = admin(at, &["codes", "show", id]);
    assert!(shown && text.matches("cod_").count() == 3, "{text}");
    assert_eq!(
        admin(at, &["codes", "revoke", id]),
        (true, format!("Revoked {id}.\n"))
    );

    let list = at.join("list.csv");
    std::fs::write(
        &list,
        "account,api,calls,reason\nsam@example.com,addMessage,3,Thanks\n",
    )
    .unwrap();
    let list = list.to_str().unwrap();
    let (looked, text) = admin(at, &["bulk", list]);
    assert!(
        looked && text.contains("Nothing is given yet") && text.contains("5010"),
        "{text}"
    );
    let (given, text) = admin(at, &["bulk", list, "--confirm"]);
    assert!(given && text.contains("Gave 1 of 1 lines"), "{text}");
    std::fs::write(
        list,
        "account,api,calls,reason\nno@example.com,addMessage,3,x\n",
    )
    .unwrap();
    let (given, text) = admin(at, &["bulk", list, "--confirm"]);
    assert!(
        !given && text.contains("line 2: there is no account no@example.com"),
        "{text}"
    );
    let (invited, text) = admin(at, &["invite", "ann@example.com"]);
    assert!(invited && text.contains("/join?token="), "{text}");
    let links = asked(at, &["links", "list"]);
    let id = links["links"][0]["id"].as_str().unwrap();
    let (listed, text) = admin(at, &["links", "list"]);
    assert!(listed && text.contains("ann@example.com"), "{text}");
    assert_eq!(
        admin(at, &["links", "withdraw", id]),
        (true, format!("Withdrew {id}.\n"))
    );
    let (seen, text) = admin(at, &["overview"]);
    assert!(seen && text.contains("Accounts: 1, new 1"), "{text}");

    let entries = asked(at, &["audit"]);
    let actions: Vec<_> = entries["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["action"].as_str().unwrap().to_owned())
        .collect();
    assert!(actions.contains(&"account.noted".to_owned()), "{actions:?}");
}
