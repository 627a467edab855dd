//! The database before the traffic: a developer with a key, staff, a service token,
//! and a catalogue of two APIs of which one is scarce.

use super::upstream;
use crate::support::process::{Process, database, service_token};
use crate::support::{Browser, PASSWORD, sign_in_fields};
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

const DEVELOPER: &str = "ann@example.com";
const STAFF: &str = "sam@example.com";
/// The cookie of a console session.
pub const COOKIE: &str = "allowance_session";

fn settings(upstream: &str) -> String {
    let api = |name: &str, free_calls: u32| {
        format!(
            "[[api]]\nname = \"{name}\"\npath = \"/{name}\"\nfree_calls = {free_calls}\n\
             stream = true\nrequired = [{{ field = \"query\", shape = \"text\" }}]\n"
        )
    };
    format!(
        "[gateway]\nupstream = \"{upstream}\"\n{}{}",
        api("plenty", 100_000_000),
        api("scarce", 20)
    )
}

/// Who takes part.
#[derive(Debug, Clone)]
pub struct Cast {
    pub account: String,
    /// The key, and its public id.
    pub secret: String,
    pub key: String,
    pub token: String,
    /// Cookies of the two, signed in to the console.
    pub developer: String,
    pub staff: String,
}

pub async fn set(folder: &Path) -> Cast {
    let upstream = upstream::start().await;
    let text = settings(&upstream);
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

    let process = serve(folder).await;
    let [developer, staff] = [
        signed_in(&process, DEVELOPER).await,
        signed_in(&process, STAFF).await,
    ];
    process.kill();
    Cast {
        account: ann.public_id,
        secret,
        key,
        token: service_token(folder),
        developer,
        staff,
    }
}

pub async fn serve(folder: &Path) -> Process {
    Process::serve(folder, &["serve"], &[]).await
}

async fn signed_in(process: &Process, email: &str) -> String {
    let mut browser = Browser::new(&process.address);
    let page = browser.post("/sign-in", &sign_in_fields(email, "")).await;
    assert_eq!(page.status, 200, "{}", page.text);
    browser.cookie(COOKIE).unwrap().to_owned()
}
