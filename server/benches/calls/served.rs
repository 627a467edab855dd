//! Servers for the benchmark: ours, with one account that has plenty of calls, and
//! bare routers.

use allowance::actions::{AskedCap, CreateKey, CreateServiceToken, OpenAccount};
use allowance::assembly::{Parts, Server, assemble};
use allowance::clock::SystemClock;
use allowance::config::Config;
use allowance::domain::GrantId;
use allowance::domain::accounts::{Account, Role};
use allowance::domain::audit::Actor;
use allowance::domain::authority::By;
use allowance::domain::catalogue::Catalogue;
use allowance::domain::keys::KeyIdentity;
use allowance::domain::quota::Call;
use allowance::domain::store::{Projects, Verify};
use allowance::domain::usage::{Outcome, UsageRow};
use allowance::http::bind;
use allowance::storage::SqliteStore;
use axum::Router;
use std::future::pending;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

pub struct Served {
    pub server: Server,
    pub store: SqliteStore,
    pub secret: String,
    pub key_id: String,
    pub identity: KeyIdentity,
    pub folder: TempDir,
    account: Account,
    project: String,
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
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/bench");
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
    let created = server.actions.create_key(&account, asked).await.unwrap();
    let identity = server
        .metering
        .identify(&created.secret)
        .await
        .unwrap()
        .unwrap();
    Served {
        server,
        store,
        secret: created.secret,
        key_id: created.id,
        identity,
        folder,
        account,
        project,
    }
}

impl Served {
    /// What every load ends with.
    pub async fn assert_verified(&self) {
        self.server.metering.drain().await;
        assert_eq!(self.store.verify().await.unwrap(), Vec::<String>::new());
    }

    /// A token for the metering API.
    pub async fn token(&self) -> String {
        let asked = CreateServiceToken {
            name: "bench",
            scopes: "meter:write",
            account: "",
            expires: "",
        };
        let actions = &self.server.actions;
        actions
            .create_service_token(&By::command_line(), asked)
            .await
            .unwrap()
    }

    /// The public id of a key of its own that may make so many searches.
    pub async fn capped_key(&self, name: &str, calls: usize) -> String {
        let asked = CreateKey {
            name,
            project: &self.project,
            cap: AskedCap {
                api: "searchMemory",
                calls: &calls.to_string(),
                period: "total",
                ..AskedCap::default()
            },
            ..CreateKey::default()
        };
        let actions = &self.server.actions;
        actions.create_key(&self.account, asked).await.unwrap().id
    }
}

/// Our server as the binary listens.
pub async fn listen(server: &Server) -> String {
    let listener = bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (front, connections) = (server.front.clone(), server.connections);
    tokio::spawn(allowance::http::listen(
        listener,
        front,
        connections,
        pending(),
        Duration::ZERO,
    ));
    address
}

/// A bare router, as axum serves it.
pub async fn listen_bare(router: Router) -> String {
    use axum::serve::ListenerExt;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let listener = listener.tap_io(|stream| stream.set_nodelay(true).unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// An address of this machine that is free now, for a process that is started next.
pub async fn free_address() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap().to_string()
}

/// The ledger's row of a call that succeeded.
pub fn succeeded(call: Call, request_id: String, burnt: Option<GrantId>) -> UsageRow {
    UsageRow {
        request_id,
        account: call.account,
        project: call.project,
        key: call.key,
        api: call.api,
        at: call.at,
        outcome: Outcome::Succeeded,
        code: 0,
        burnt,
        tokens: 12,
        latency_ms: 34,
        end_user: Some("ann".into()),
    }
}
