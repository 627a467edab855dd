//! The binary as an operator uses it.

use crate::support::process::{command, database, run, said};
use allowance::domain::store::AuditFilter;
use allowance::storage::SqliteStore;
use std::io::Write;
use std::path::Path;
use std::process::{Output, Stdio};
use tempfile::TempDir;

const CREATE: [&str; 6] = [
    "admin",
    "create",
    "--email",
    "sam@example.com",
    "--name",
    "Sam",
];

fn create(folder: &Path, password: &str) -> Output {
    let mut child = command(folder, &CREATE)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(password.as_bytes())
        .unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn the_first_admin_comes_from_the_command_line() {
    let folder = TempDir::new().unwrap();
    let output = create(folder.path(), "correct horse battery\n");
    assert!(output.status.success(), "{}", said(&output));
    assert!(
        said(&output).contains("(owner) for sam@example.com"),
        "{}",
        said(&output)
    );
    for (password, words) in [
        ("correct horse battery\n", "email is taken"),
        ("short\n", "password is shorter than 10 characters"),
        ("", "no password"),
    ] {
        let output = create(folder.path(), password);
        assert!(!output.status.success());
        assert!(said(&output).contains(words), "{}", said(&output));
    }
    assert!(run(folder.path(), &["migrate"]).status.success());
}

#[tokio::test]
async fn verify_answers_scripts_by_its_exit_code() {
    use allowance::domain::store::Accounts;
    let folder = TempDir::new().unwrap();
    create(folder.path(), "correct horse battery\n");
    let output = run(folder.path(), &["verify"]);
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(said(&output), "Balances and roll-ups equal the ledger.\n");
    let url = database(folder.path());
    let store = SqliteStore::open(&url).await.unwrap();
    assert!(
        store
            .account_by_email("sam@example.com")
            .await
            .unwrap()
            .is_some()
    );
}

#[test]
fn what_makes_no_sense_stops_the_start_with_a_sentence() {
    let folder = TempDir::new().unwrap();
    let output = run(folder.path(), &["serve"]);
    assert!(!output.status.success());
    assert!(
        said(&output).contains("gateway.upstream is not set"),
        "{}",
        said(&output)
    );

    std::fs::write(
        folder.path().join("allowance.toml"),
        "[gateway]\n\ntimeout_ms = -1\n",
    )
    .unwrap();
    let output = run(folder.path(), &["verify"]);
    assert!(!output.status.success());
    assert!(
        said(&output).contains("allowance.toml, line 3"),
        "{}",
        said(&output)
    );
}

#[test]
fn a_demo_is_for_this_machine_only() {
    let folder = TempDir::new().unwrap();
    let output = run(folder.path(), &["serve", "--demo", "--listen", "0.0.0.0:0"]);
    assert!(!output.status.success());
    assert!(
        said(&output).contains("this machine only"),
        "{}",
        said(&output)
    );
}

#[test]
fn a_second_server_on_the_same_database_is_refused() {
    let folder = TempDir::new().unwrap();
    let database = folder.path().join("process.db.lock");
    let lock = std::fs::File::create(database).unwrap();
    lock.lock().unwrap();
    let arguments = ["serve", "--upstream", "http://127.0.0.1:9"];
    let output = run(folder.path(), &arguments);
    assert!(!output.status.success());
    assert!(
        said(&output).contains("another server uses the database"),
        "{}",
        said(&output)
    );
}

#[tokio::test]
async fn service_tokens_are_made_listed_and_revoked_with_entries_in_the_log() {
    use allowance::domain::store::Audit;
    let folder = TempDir::new().unwrap();
    create(folder.path(), "correct horse battery\n");
    let token = |arguments: &[&str]| {
        let output = run(folder.path(), &[&["admin", "token"], arguments].concat());
        (output.status.success(), said(&output))
    };
    let (made, text) = token(&["create", "--name", "Worker", "--account", "sam@example.com"]);
    assert!(made, "{text}");
    let secret = text.lines().next().unwrap().to_owned();
    assert!(secret.len() == 44 && secret.starts_with("svc-"), "{text}");
    let (_, list) = token(&["list"]);
    let hint = &secret[40..];
    for word in [
        hint,
        "Worker",
        "meter:write",
        "sam@example.com",
        "never used",
    ] {
        assert!(list.contains(word), "{word} is not in {list}");
    }
    assert!(!list.contains(&secret));
    for (wrong, words) in [
        (&["--name", ""][..], "name is required"),
        (&["--name", "a", "--scope", "meter:all"], "scope is not one"),
        (
            &["--name", "a", "--account", "no@example.com"],
            "no such account",
        ),
        (
            &[
                "--name",
                "a",
                "--scope",
                "admin:read",
                "--account",
                "sam@example.com",
            ],
            "account does not go with a scope of the admin API",
        ),
        (
            &["--name", "a", "--expires", "2020-01-01"],
            "expires lies in the past",
        ),
    ] {
        let (made, text) = token(&[&["create"], wrong].concat());
        assert!(!made && text.contains(words), "{text}");
    }
    let id = list
        .lines()
        .nth(1)
        .unwrap()
        .split_whitespace()
        .next()
        .unwrap();
    assert_eq!(token(&["revoke", id]), (true, format!("Revoked {id}.\n")));
    let (again, text) = token(&["revoke", id]);
    assert!(!again && text.contains("no such token"), "{text}");
    assert!(token(&["list"]).1.contains("revoked"));

    let url = database(folder.path());
    let store = SqliteStore::open(&url).await.unwrap();
    let entries = store
        .audit(&AuditFilter::default(), None, 10)
        .await
        .unwrap();
    assert_eq!(entries[0].action, "service_token.revoked");
    let created = &entries[1];
    assert_eq!(created.action, "service_token.created");
    assert_eq!(created.subject, id);
    assert!(!format!("{entries:?}").contains(&secret));
}

#[tokio::test]
async fn verify_tells_scripts_and_repairs_only_while_no_server_runs() {
    let folder = TempDir::new().unwrap();
    assert!(
        create(folder.path(), "a-long-enough-password")
            .status
            .success()
    );
    assert!(run(folder.path(), &["verify"]).status.success());
    let url = database(folder.path());
    spoil(&url).await;

    let found = run(folder.path(), &["verify"]);
    assert_eq!(found.status.code(), Some(1));
    assert!(
        said(&found).contains("balance 7, ledger 0"),
        "{}",
        said(&found)
    );

    let lock = std::fs::File::create(folder.path().join("process.db.lock")).unwrap();
    lock.lock().unwrap();
    let refused = run(folder.path(), &["verify", "--repair"]);
    assert!(!refused.status.success());
    assert!(said(&refused).contains("another server uses the database"));
    drop(lock);

    let repaired = run(folder.path(), &["verify", "--repair"]);
    assert!(repaired.status.success(), "{}", said(&repaired));
    assert!(run(folder.path(), &["verify"]).status.success());
}

#[tokio::test]
async fn verify_changes_nothing_not_even_a_schema_of_another_version() {
    use sqlx::Connection;
    let folder = TempDir::new().unwrap();
    let missing = run(folder.path(), &["verify"]);
    assert!(!missing.status.success());
    assert!(said(&missing).contains("there is no database of Allowance at"));
    assert!(!folder.path().join("process.db").exists());
    std::fs::write(folder.path().join("process.db"), "").unwrap();
    let empty = run(folder.path(), &["verify"]);
    assert!(said(&empty).contains("there is no database of Allowance at"));
    assert_eq!(
        std::fs::read(folder.path().join("process.db")).unwrap(),
        b""
    );

    create(folder.path(), "a-long-enough-password");
    let mut connection = sqlx::SqliteConnection::connect(&database(folder.path()))
        .await
        .unwrap();
    for (change, words) in [
        (
            "UPDATE day_rules SET release = '1999a'",
            "run `allowance migrate`",
        ),
        (
            "INSERT INTO _sqlx_migrations SELECT 999999, 'later', 0, true, x'00', 0",
            "of a newer version",
        ),
        (
            "DELETE FROM _sqlx_migrations WHERE version > 50",
            "run `allowance migrate`",
        ),
    ] {
        sqlx::query(change).execute(&mut connection).await.unwrap();
        let refused = run(folder.path(), &["verify"]);
        assert!(!refused.status.success());
        assert!(said(&refused).contains(words), "{}", said(&refused));
    }
}

/// Makes a balance wrong, as no part of the server can.
async fn spoil(url: &str) {
    use sqlx::Connection;
    let mut connection = sqlx::SqliteConnection::connect(url).await.unwrap();
    sqlx::query("INSERT INTO balances SELECT min(id), 7 FROM grants")
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
}
