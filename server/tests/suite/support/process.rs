//! The binary as a process of its own: run to its end, or served from and killed.

use allowance::demo;
use serde_json::{Value, json};
use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::Duration;

/// A run of hours keeps a binary of its own, whatever is built meanwhile.
fn binary() -> OsString {
    let own = std::env::var_os("ALLOWANCE_TEST_BINARY");
    own.unwrap_or_else(|| env!("CARGO_BIN_EXE_allowance").into())
}

/// The database of processes that run in a folder.
pub fn file(folder: &Path) -> PathBuf {
    folder.join("process.db")
}

/// Its URL.
pub fn database(folder: &Path) -> String {
    format!("sqlite:{}", file(folder).display())
}

/// The binary, to be run in a folder, on its database.
pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(binary());
    command
        .args(arguments)
        .current_dir(folder)
        .env("DATABASE_URL", database(folder))
        .env("ALLOWANCE_LISTEN", "127.0.0.1:0")
        .env_remove("ALLOWANCE_CONFIG")
        .env_remove("ALLOWANCE_UPSTREAM")
        .env_remove("ALLOWANCE_PASSWORD");
    command
}

/// Runs a command to its end.
pub fn run(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// All that it said.
pub fn said(output: &Output) -> String {
    let both = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    String::from_utf8(both).unwrap()
}

/// `allowance verify` finds nothing.
#[track_caller]
pub fn assert_verified(folder: &Path) {
    let found = run(folder, &["verify"]);
    assert_eq!(found.status.code(), Some(0), "{}", said(&found));
}

/// A token for the metering API, made as an operator makes it.
pub fn service_token(folder: &Path) -> String {
    let output = run(folder, &["admin", "token", "create", "--name", "worker"]);
    let printed = String::from_utf8(output.stdout).unwrap();
    printed.lines().next().unwrap().to_owned()
}

pub struct Process {
    child: Child,
    pub address: String,
    /// What it has said, up to where it listens.
    said: String,
    /// Kept open: a process that speaks into a closed pipe ends.
    stdout: Option<BufReader<ChildStdout>>,
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Process {
    /// `serve --demo`, once it is ready.
    pub async fn start(folder: &Path, environment: &[(&str, &OsStr)]) -> Self {
        Self::serve(folder, &["serve", "--demo"], environment).await
    }

    /// The same of another command that serves.
    pub async fn serve(folder: &Path, arguments: &[&str], environment: &[(&str, &OsStr)]) -> Self {
        Self::serve_to(folder, arguments, environment, Stdio::null()).await
    }

    /// The same with its log.
    pub async fn serve_to(
        folder: &Path,
        arguments: &[&str],
        environment: &[(&str, &OsStr)],
        log: impl Into<Stdio>,
    ) -> Self {
        let process = Self::spawn(folder, arguments, environment, log).await;
        assert!(!process.address.is_empty(), "it ended: {}", process.said);
        process.wait_until(200).await;
        process
    }

    /// Starts, on a port that the machine chooses, and waits until the process says where
    /// it listens, or ends.
    async fn spawn(
        folder: &Path,
        arguments: &[&str],
        environment: &[(&str, &OsStr)],
        log: impl Into<Stdio>,
    ) -> Self {
        let mut child = command(folder, arguments)
            .env("ALLOWANCE_LOG", "off")
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let mut process = Self {
            child,
            address: String::new(),
            said: String::new(),
            stdout: None,
        };
        let listens = tokio::task::spawn_blocking(move || listens(stdout));
        let listens = tokio::time::timeout(Duration::from_mins(2), listens).await;
        let Ok(listens) = listens else {
            // Whoever reads what it says comes to an end with it.
            process.kill();
            panic!("the process neither served nor ended");
        };
        let (stdout, said, address) = listens.unwrap();
        process.address = address.unwrap_or_default();
        process.said = said;
        process.stdout = Some(stdout);
        process
    }

    /// Starts, and waits until the readiness probe answers, whatever it says.
    ///
    /// # Errors
    /// What it said, of a process that gave up.
    pub async fn attempt(
        folder: &Path,
        arguments: &[&str],
        environment: &[(&str, &OsStr)],
    ) -> Result<Self, Output> {
        let mut process = Self::spawn(folder, arguments, environment, Stdio::piped()).await;
        if process.address.is_empty() {
            return Err(process.last_words());
        }
        process.readiness().await;
        Ok(process)
    }

    /// All that a process said that has ended.
    fn last_words(&mut self) -> Output {
        let mut stderr = Vec::new();
        let err = self.child.stderr.as_mut().unwrap();
        err.read_to_end(&mut stderr).unwrap();
        Output {
            status: self.child.wait().unwrap(),
            stdout: std::mem::take(&mut self.said).into_bytes(),
            stderr,
        }
    }

    /// Waits until the readiness probe answers with this status.
    pub async fn wait_until(&self, status: u16) {
        for _ in 0..600 {
            if reqwest::get(format!("{}/readyz", self.address))
                .await
                .is_ok_and(|answer| answer.status() == status)
            {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the readiness probe did not answer {status}");
    }

    /// What the readiness probe answers now.
    pub async fn readiness(&self) -> u16 {
        let answer = reqwest::get(format!("{}/readyz", self.address)).await;
        answer.unwrap().status().as_u16()
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Reads what a process says until it says where it listens, which it may never.
fn listens<Out: BufRead>(mut stdout: Out) -> (Out, String, Option<String>) {
    let mut said = String::new();
    loop {
        let before = said.len();
        if stdout.read_line(&mut said).unwrap() == 0 {
            return (stdout, said, None);
        }
        let mut words = said[before..].split_whitespace();
        let address = words.find(|word| word.starts_with("http://127.0.0.1:"));
        if let Some(address) = address.map(str::to_owned) {
            return (stdout, said, Some(address));
        }
    }
}

/// What a search of the demo's developer was answered.
#[derive(Debug)]
pub struct Searched {
    pub id: String,
    pub code: i64,
    pub message: String,
    /// Searches that the account has left, as the header says.
    pub left: Option<i64>,
}

/// One search through the gateway, with the demo's key.
///
/// # Errors
/// The answer never came.
pub async fn search(client: &reqwest::Client, address: &str) -> reqwest::Result<Searched> {
    let response = client
        .post(format!("{address}/api/openmem/v1/search/memory"))
        .header("authorization", format!("Token {}", demo::key()))
        .body(json!({ "user_id": "ann", "query": "tea" }).to_string())
        .send()
        .await?;
    assert_eq!(response.status(), 200);
    let header = |name: &str| {
        let value = response.headers().get(name)?.to_str().ok()?;
        Some(value.to_owned())
    };
    let id = header("x-request-id").unwrap();
    let left = header("ratelimit").and_then(|text| text.split("r=").nth(1)?.parse().ok());
    let envelope: Value = response.json().await?;
    Ok(Searched {
        id,
        left,
        code: envelope["code"].as_i64().unwrap(),
        message: envelope["message"].as_str().unwrap().to_owned(),
    })
}
