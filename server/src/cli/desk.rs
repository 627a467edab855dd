//! The admin API, as commands ask it: of the server that runs on the database, so
//! that what is changed counts for the next call; else in this process.

use super::CliError;
use crate::actions::{Actions, Doors};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::domain::error::DomainError;
use crate::domain::store::Store;
use crate::http::admin::{AdminApi, Answer, AskError, Desk};
use crate::mail::Post;
use crate::metering::Metering;
use crate::serve::{beside, lock};
use crate::storage::SqliteStore;
use serde_json::Value;
use std::fs::File;
use std::sync::Arc;

/// What a command without a server has of its own.
struct Own {
    store: SqliteStore,
    metering: Arc<Metering>,
    post: Arc<Post>,
    _lock: File,
}

/// A way to the admin API.
pub(super) struct Counter {
    desk: Desk,
    own: Option<Own>,
}

impl Counter {
    pub(super) async fn open(config: &Config) -> Result<Self, CliError> {
        let socket = beside(&config.database_url, "sock");
        if let Some(desk) = Desk::running(&socket).await? {
            return Ok(Self { desk, own: None });
        }
        let lock = lock(&config.database_url)?;
        let store = SqliteStore::open(&config.database_url).await?;
        let shared: Arc<dyn Store> = Arc::new(store.clone());
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let (books, time) = (Arc::clone(&shared), Arc::clone(&clock));
        let metering = Metering::start(&config.catalogue, books, time)
            .await
            .map_err(DomainError::from)?;
        let (books, time) = (Arc::clone(&shared), Arc::clone(&clock));
        let actions = Actions::new(books, Arc::clone(&metering), time);
        let post = Arc::new(Post::new(
            config.mail.as_ref(),
            &config.public_url(),
            false,
        )?);
        let actions = actions.ruled_by(config.authority()).with_doors(Doors {
            sign_up: config.sign_up,
            post: Some(Arc::clone(&post)),
            ..Doors::default()
        });
        let own = Own {
            store,
            metering,
            post,
            _lock: lock,
        };
        Ok(Self {
            desk: Desk::here(AdminApi::new(actions, shared, clock)),
            own: Some(own),
        })
    }

    pub(super) async fn get(&mut self, path: &str) -> Result<Value, CliError> {
        answer(self.desk.get(path).await)
    }

    pub(super) async fn post(&mut self, path: &str, body: &Value) -> Result<Value, CliError> {
        answer(self.desk.post(path, body).await)
    }

    pub(super) async fn upload(&mut self, path: &str, file: Vec<u8>) -> Result<Value, CliError> {
        answer(self.desk.upload(path, file).await)
    }

    pub(super) async fn close(self) {
        if let Some(own) = self.own {
            own.post.settle().await;
            own.metering.drain().await;
            own.store.close().await;
        }
    }
}

fn answer(answer: Result<Answer, AskError>) -> Result<Value, CliError> {
    let Answer { succeeded, body } = answer?;
    if succeeded {
        return Ok(body);
    }
    let detail = body["detail"]
        .as_str()
        .unwrap_or("the server gave no reason");
    Err(CliError::Refused(detail.to_owned()))
}
