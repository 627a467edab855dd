//! A whole server for a test: the real router on a real port, a real database
//! in a folder of its own, and an upstream that does as it is told.

mod browser;
mod mailbox;
pub mod process;
mod provider;
mod receiver;
pub mod stage;
mod upstream;

pub use browser::{Browser, Page, Seen, sign_in_fields};
pub use mailbox::{Mailbox, Received};
pub use provider::{CLIENT_SECRET, Provider};
pub use receiver::{Message, Receiver};
pub use upstream::{Behaviour, Script, StubUpstream};

use allowance::actions::{CreateKey, OpenAccount};
use allowance::assembly::{Parts, Server, assemble};
use allowance::clock::{Clock, ManualClock};
use allowance::config::Config;
use allowance::domain::ApiId;
use allowance::domain::accounts::{Account, NewAccount, Role};
use allowance::domain::audit::{Actor, Change};
use allowance::domain::requests::{CallFilter, CallPage, CallQuery, Direction};
use allowance::domain::store::{Accounts, Keys, Projects, RequestLog, Store, Verify};
use allowance::domain::usage::{Outcome, UsageRow};
use allowance::http::{bind, listen};
use allowance::storage::SqliteStore;
use reqwest::Response;
use serde_json::{Value, json};
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

/// 24 November 2026, 10:40 UTC.
pub const NOW: i64 = 1_795_516_800_000;
pub const PASSWORD: &str = "correct horse battery";

pub struct TestServer {
    pub address: String,
    pub server: Server,
    pub store: SqliteStore,
    pub clock: Arc<ManualClock>,
    pub upstream: StubUpstream,
    client: reqwest::Client,
    folder: TempDir,
}

impl TestServer {
    /// Public id of the key that the account made last.
    pub async fn newest_key(&self, account: &Account) -> String {
        let keys = self.store.keys(account.id).await.unwrap();
        keys[0].public_id.clone()
    }

    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// A server whose configuration differs from the default.
    pub async fn start_with(configure: impl FnOnce(&mut Config)) -> Self {
        Self::start_all(configure, None).await
    }

    /// A server in front of another upstream than the stub.
    pub async fn start_with_upstream(address: String) -> Self {
        Self::start_all(|_| {}, Some(address)).await
    }

    pub async fn start_all(configure: impl FnOnce(&mut Config), other: Option<String>) -> Self {
        let folder = TempDir::new().unwrap();
        let url = format!("sqlite:{}", folder.path().join("test.db").display());
        let store = SqliteStore::open(&url).await.unwrap();
        let clock = Arc::new(ManualClock::at(NOW));
        let upstream = StubUpstream::start().await;
        let listener = bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let mut config = Config {
            public_url: Some(address.clone()),
            ..Config::default()
        };
        config.contact.wechat = Some("https://work.weixin.qq.com/kfid/test".into());
        config.contact.discord = Some("https://discord.gg/test".into());
        configure(&mut config);
        let shared: Arc<dyn Store> = Arc::new(store.clone());
        let shared_clock: Arc<dyn Clock> = clock.clone();
        let server = assemble(Parts {
            config,
            store: shared,
            clock: shared_clock,
            upstream: other.unwrap_or_else(|| upstream.address.clone()),
            demo: Vec::new(),
        })
        .await
        .unwrap();
        let (front, connections) = (server.front.clone(), server.connections);
        tokio::spawn(listen(
            listener,
            front,
            connections,
            pending(),
            Duration::ZERO,
        ));
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self {
            address,
            server,
            store,
            clock,
            upstream,
            client,
            folder,
        }
    }

    pub async fn account(&self, email: &str, role: Role) -> Account {
        let asked = OpenAccount {
            email,
            name: email.split('@').next().unwrap(),
            password: PASSWORD,
            role,
            time_zone: "UTC",
        };
        self.server
            .actions
            .open_account(Actor::System, asked)
            .await
            .unwrap()
    }

    /// Accounts `many0@example.com`, … that nobody signs in to: without the cost of
    /// a password each.
    pub async fn strangers(&self, many: usize) {
        for n in 0..many {
            let new = NewAccount {
                public_id: format!("acc_many{n}"),
                email: format!("many{n}@example.com"),
                name: format!("Many {n}"),
                password_hash: String::new(),
                role: Role::Developer,
                reference_code: format!("AL-MANY-{n}"),
                time_zone: "UTC".into(),
                created_at: NOW,
                project_public_id: format!("prj_many{n}"),
            };
            let change = Change {
                at: NOW,
                actor: Actor::System,
                action: "account.created",
                subject: new.public_id.clone(),
                account: None,
                before: None,
                after: None,
                form_token: None,
            };
            self.store.create_account(new, change).await.unwrap();
        }
    }

    /// A key in the account's first project.
    pub async fn key(&self, account: &Account, name: &str) -> String {
        let projects = self.store.projects(account.id).await.unwrap();
        self.key_in(account, name, &projects[0].public_id).await
    }

    pub async fn key_in(&self, account: &Account, name: &str, project: &str) -> String {
        let asked = CreateKey {
            name,
            project,
            ..CreateKey::default()
        };
        self.server
            .actions
            .create_key(account, asked)
            .await
            .unwrap()
            .secret
    }

    /// Posts a body to the gateway.
    pub async fn post(&self, path: &str, key: &str, body: impl Into<reqwest::Body>) -> Response {
        self.client
            .post(format!("{}/api/openmem/v1{path}", self.address))
            .header("authorization", format!("Token {key}"))
            .header("content-type", "application/json")
            .body(body)
            .send()
            .await
            .unwrap()
    }

    /// A call, and its envelope.
    pub async fn call(&self, path: &str, key: &str, body: &Value) -> Value {
        self.post(path, key, body.to_string())
            .await
            .json()
            .await
            .unwrap()
    }

    pub async fn search(&self, key: &str) -> Value {
        self.call("/search/memory", key, &search_body()).await
    }

    /// What the account has left of an API.
    pub async fn remaining(&self, account: &Account, api: &str) -> i64 {
        let metering = &self.server.metering;
        let place = metering
            .apis()
            .iter()
            .position(|known| known.api.name == api)
            .unwrap();
        metering.quota(account.id).await.unwrap()[place].remaining()
    }

    /// Outcome and code of the account's latest calls, newest first.
    pub async fn calls(&self, account: &Account) -> Vec<(Outcome, i64)> {
        let page = self.call_page(account).await;
        let calls = page.calls.iter();
        calls.map(|call| (call.outcome, call.code)).collect()
    }

    /// The newest calls of an account.
    pub async fn call_page(&self, account: &Account) -> CallPage {
        let query = CallQuery {
            filter: CallFilter::all(account.id),
            position: None,
            direction: Direction::Older,
            limit: 100,
        };
        self.store.calls(&query).await.unwrap()
    }

    /// Burns `calls` of an API without HTTP: for tests about what comes after.
    pub async fn burn(&self, account: &Account, key: &str, api: &str, calls: usize) {
        let metering = &self.server.metering;
        let identity = metering.identify(key).await.unwrap().unwrap();
        let api = metering.api_named(api).unwrap().id;
        let burnt = (0..calls).map(|n| async move {
            let row = UsageRow {
                request_id: format!("req_{}_{}_{}_{n}", identity.key.0, api.0, self.clock.now()),
                account: account.id,
                project: identity.project,
                key: identity.key,
                api,
                at: self.clock.now(),
                outcome: Outcome::Succeeded,
                code: 0,
                burnt: None,
                tokens: 1,
                latency_ms: 1,
                end_user: None,
            };
            let hold = metering.reserve(row.call()).await.unwrap();
            metering.charge(hold, row).await.unwrap();
        });
        futures::future::join_all(burnt).await;
    }

    /// Does something to the database behind the server's back.
    pub async fn execute(&self, sql: &'static str) {
        let url = format!("sqlite:{}", self.folder.path().join("test.db").display());
        let database = sqlx::SqlitePool::connect(&url).await.unwrap();
        sqlx::query(sql).execute(&database).await.unwrap();
        database.close().await;
    }

    /// Makes the roll-ups of an API unreadable: two days whose sum is no number.
    pub async fn break_figures(&self, account: &Account, api: ApiId) {
        let url = format!("sqlite:{}", self.folder.path().join("test.db").display());
        let database = sqlx::SqlitePool::connect(&url).await.unwrap();
        for key in [-1, -2] {
            sqlx::query("INSERT INTO day_rollups VALUES ($1, $2, $3, 0, $4, 0, $5, $5, 0)")
                .bind(account.id.0)
                .bind(api.0)
                .bind(self.clock.now() / 86_400_000)
                .bind(key)
                .bind(i64::MAX)
                .execute(&database)
                .await
                .unwrap();
        }
        database.close().await;
    }

    /// Balances and roll-ups equal the ledger.
    pub async fn assert_verified(&self) {
        assert_eq!(self.store.verify().await.unwrap(), Vec::<String>::new());
    }

    /// A browser that is signed in.
    pub async fn browser(&self, email: &str) -> Browser {
        let mut browser = Browser::new(&self.address);
        let page = browser
            .post(
                "/sign-in",
                &[("email", email), ("password", PASSWORD), ("next", "")],
            )
            .await;
        assert_eq!(page.status, 200, "{}", page.text);
        browser
    }
}

pub fn add_body() -> Value {
    json!({
        "user_id": "ann", "conversation_id": "c1",
        "messages": [{ "role": "user", "content": "I like tea." }],
    })
}

pub fn search_body() -> Value {
    json!({ "user_id": "ann", "query": "tea", "conversation_id": null })
}

pub fn get_body() -> Value {
    json!({ "user_id": "ann", "conversation_id": "c1" })
}
