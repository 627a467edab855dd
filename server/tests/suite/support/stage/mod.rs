//! What a process that is killed runs on: a database with a developer, their key and
//! a service token, and an upstream that outlives it.

pub mod ledger;
pub mod upstream;

use super::PASSWORD;
use super::process::{Process, database, service_token};
use allowance::actions::{CreateKey, OpenAccount};
use allowance::assembly::{Parts, assemble};
use allowance::clock::SystemClock;
use allowance::config::Config;
use allowance::domain::accounts::Role;
use allowance::domain::audit::Actor;
use allowance::domain::store::{Keys, Projects, Store};
use allowance::storage::SqliteStore;
use std::fs;
use std::path::Path;
use std::sync::Arc;

pub const DEVELOPER: &str = "ann@example.com";
pub const STAFF: &str = "sam@example.com";

#[derive(Debug, Clone)]
pub struct Stage {
    /// Public id of the developer.
    pub account: String,
    /// The key, and its public id.
    pub secret: String,
    pub key: String,
    /// Opens the metering API.
    pub token: String,
}

fn settings(upstream: &str, apis: &[(&str, u32)]) -> String {
    let api = |(name, free_calls): &(&str, u32)| {
        format!(
            "[[api]]\nname = \"{name}\"\npath = \"/{name}\"\nfree_calls = {free_calls}\n\
             stream = true\nrequired = [{{ field = \"query\", shape = \"text\" }}]\n"
        )
    };
    let apis: String = apis.iter().map(api).collect();
    format!("[gateway]\nupstream = \"{upstream}\"\n{apis}")
}

/// Sets it, with APIs by name and free calls.
pub async fn set(folder: &Path, apis: &[(&str, u32)]) -> Stage {
    let upstream = upstream::start().await;
    let text = settings(&upstream, apis);
    fs::write(folder.join("allowance.toml"), &text).unwrap();
    let store = SqliteStore::open(&database(folder)).await.unwrap();
    let shared: Arc<dyn Store> = Arc::new(store.clone());
    let parts = Parts {
        config: Config::from_toml(&text).unwrap(),
        store: shared,
        clock: Arc::new(SystemClock),
        upstream,
        demo: Vec::new(),
    };
    let server = assemble(parts).await.unwrap();
    let open = async |email, role| {
        let asked = OpenAccount {
            email,
            name: "Ann",
            password: PASSWORD,
            role,
            time_zone: "Asia/Shanghai",
        };
        let opened = server.actions.open_account(Actor::System, asked).await;
        opened.unwrap()
    };
    let ann = open(DEVELOPER, Role::Developer).await;
    open(STAFF, Role::Owner).await;
    let projects = store.projects(ann.id).await.unwrap();
    let asked = CreateKey {
        name: "Key",
        project: &projects[0].public_id,
        ..CreateKey::default()
    };
    let secret = server.actions.create_key(&ann, asked).await.unwrap().secret;
    let key = store.keys(ann.id).await.unwrap()[0].public_id.clone();
    server.metering.drain().await;
    drop(server);
    store.close().await;
    Stage {
        account: ann.public_id,
        secret,
        key,
        token: service_token(folder),
    }
}

/// The process on it, once it is ready.
pub async fn serve(folder: &Path) -> Process {
    Process::serve(folder, &["serve"], &[]).await
}

impl Stage {
    /// A call through the gateway whose end user is `name`, and that says how the
    /// upstream is to end it.
    pub fn call(
        &self,
        client: &reqwest::Client,
        (address, api): (&str, &str),
        name: &str,
        end: upstream::End,
    ) -> reqwest::RequestBuilder {
        let body = serde_json::json!({ "user_id": name, "query": end.name() });
        client
            .post(format!("{address}/api/openmem/v1/{api}"))
            .header("authorization", format!("Token {}", self.secret))
            .header("content-type", "application/json")
            .body(body.to_string())
    }
}

/// The id that a call was answered with.
pub fn request_id(response: &reqwest::Response) -> String {
    response.headers()["x-request-id"]
        .to_str()
        .unwrap()
        .to_owned()
}
