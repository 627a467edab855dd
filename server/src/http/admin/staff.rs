//! Who asks.

use super::{AdminApi, Problem};
use crate::actions::Actions;
use crate::domain::audit::Actor;
use crate::domain::authority::{By, Deed};
use crate::domain::idempotency::LONGEST_KEY;
use crate::domain::service_tokens::Scope;
use crate::http::limits::{idempotency_key, service_token};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::sync::Arc;

/// Put beside a request that came by the server's own socket.
#[derive(Debug, Clone, Copy)]
pub(in crate::http) struct Local;

/// Somebody who may look at all accounts at least; what else they may is asked where
/// it is done.
pub(super) struct Staff {
    pub by: By,
    pub actions: Actions,
}

impl FromRequestParts<Arc<AdminApi>> for Staff {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<AdminApi>) -> Result<Self, Problem> {
        let by = match parts.extensions.get::<Local>() {
            Some(Local) => By::command_line(),
            None => program(parts, api).await?,
        };
        api.actions.allow(&by, Deed::Look)?;
        let key = idempotency_key(&parts.headers).map_err(|()| {
            Problem::invalid(format!(
                "Idempotency-Key must have from 1 to {LONGEST_KEY} plain characters."
            ))
        })?;
        let token = key.map_or_else(String::new, |key| form_token(&by, parts, key));
        Ok(Self {
            by,
            actions: api.actions.of_form(&token),
        })
    }
}

/// The program whose token the request shows.
async fn program(parts: &Parts, api: &AdminApi) -> Result<By, Problem> {
    let token = service_token(&parts.headers)?;
    let failed = |error: crate::domain::StoreError| Problem::from(error);
    let service = api.actions.metering().service(token).await;
    let service = service
        .map_err(failed)?
        .ok_or_else(Problem::token_unknown)?;
    service
        .check(Scope::AdminRead, api.clock.now())
        .map_err(Problem::token)?;
    let named = api.store.service_token_name(service.id).await;
    let (name, id) = named.map_err(failed)?.ok_or_else(Problem::token_unknown)?;
    Ok(By {
        actor: Actor::Token {
            label: format!("{name} ({id})"),
        },
        reach: service.scopes.reach(),
    })
}

/// What an idempotency key stands for: the same key of somebody else, or sent to
/// another address, is another.
fn form_token(by: &By, parts: &Parts, key: &str) -> String {
    let mut hash = Sha256::new();
    for part in [by.actor.label(), parts.uri.path(), key] {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    hash.finalize()
        .iter()
        .take(16)
        .fold(String::from("api-"), |mut text, byte| {
            // Writing into a string does not fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}
