//! A server of ours with one account that has plenty of calls.

use allowance::actions::{CreateKey, OpenAccount};
use allowance::assembly::{Parts, Server, assemble};
use allowance::clock::SystemClock;
use allowance::config::Config;
use allowance::domain::accounts::Role;
use allowance::domain::audit::Actor;
use allowance::domain::catalogue::Catalogue;
use allowance::domain::keys::KeyIdentity;
use allowance::domain::store::{Projects, Verify};
use allowance::storage::SqliteStore;
use std::sync::Arc;
use tempfile::TempDir;

pub struct Served {
    pub server: Server,
    pub store: SqliteStore,
    pub secret: String,
    pub identity: KeyIdentity,
    pub folder: TempDir,
}

/// The default catalogue with free calls for a long benchmark.
fn config() -> Config {
    let mut config = Config::default();
    let apis = config.catalogue.iter().cloned().map(|mut api| {
        api.free_calls = 1_000_000_000;
        api
    });
    config.catalogue = Catalogue::new(apis.collect()).unwrap();
    config
}

pub async fn served(upstream: &str) -> Served {
    // Beside the target, not in a temporary folder that may be memory: commits
    // must reach a disk.
    let base = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/bench");
    std::fs::create_dir_all(&base).unwrap();
    let folder = TempDir::new_in(base).unwrap();
    let url = format!("sqlite:{}", folder.path().join("calls.db").display());
    let store = SqliteStore::open(&url).await.unwrap();
    let server = assemble(Parts {
        config: config(),
        store: Arc::new(store.clone()),
        clock: Arc::new(SystemClock),
        upstream: upstream.to_owned(),
        demo: Vec::new(),
    })
    .await
    .unwrap();
    let asked = OpenAccount {
        email: "bench@example.com",
        name: "Bench",
        password: "correct horse battery",
        role: Role::Developer,
        time_zone: "Europe/Berlin",
    };
    let account = server
        .actions
        .open_account(Actor::System, asked)
        .await
        .unwrap();
    let project = store.projects(account.id).await.unwrap()[0]
        .public_id
        .clone();
    let asked = CreateKey {
        name: "Bench",
        project: &project,
        ..CreateKey::default()
    };
    let secret = server
        .actions
        .create_key(&account, asked)
        .await
        .unwrap()
        .secret;
    let identity = server.metering.identify(&secret).await.unwrap().unwrap();
    Served {
        server,
        store,
        secret,
        identity,
        folder,
    }
}

impl Served {
    /// What every load ends with.
    pub async fn assert_verified(&self) {
        self.server.metering.drain().await;
        assert_eq!(self.store.verify().await.unwrap(), Vec::<String>::new());
    }
}
