//! The binary as a process of its own, that can be killed.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::net::TcpListener;

pub struct Process {
    child: Child,
    pub address: String,
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The database of a process that was started in a folder.
pub fn database(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("process.db").display())
}

impl Process {
    /// `serve --demo`, once it is ready.
    pub async fn start(folder: &Path, environment: &[(&str, &OsStr)]) -> Self {
        let address = format!("127.0.0.1:{}", free_port().await);
        let child = Command::new(env!("CARGO_BIN_EXE_allowance"))
            .args(["serve", "--demo"])
            .current_dir(folder)
            .env("ALLOWANCE_LISTEN", &address)
            .env("ALLOWANCE_LOG", "off")
            .env("DATABASE_URL", database(folder))
            .env_remove("ALLOWANCE_CONFIG")
            .envs(environment.iter().copied())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let process = Self {
            child,
            address: format!("http://{address}"),
        };
        process.wait_until(200).await;
        process
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

    /// `kill -9`.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// A port that is free now.
async fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap().port()
}
