//! Tokens of programs.

use super::AdminApi;
use super::body::{Answered, At, Sent, created, instant, instant_or_null, ok};
use super::staff::Staff;
use crate::actions::CreateServiceToken;
use crate::domain::service_tokens::ServiceToken;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Tokens that are listed.
const LISTED: i64 = 200;

pub(super) async fn list(State(_): State<Arc<AdminApi>>, staff: Staff) -> Answered {
    let found = staff.actions.service_tokens(&staff.by, LISTED).await?;
    let tokens: Vec<Value> = found.iter().map(token_json).collect();
    ok(json!({ "tokens": tokens }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct New {
    #[serde(default)]
    name: String,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    account: String,
    #[serde(default)]
    expires: String,
}

/// The only answer that holds the token.
pub(super) async fn create(staff: Staff, Sent(new): Sent<New>) -> Answered {
    let asked = CreateServiceToken {
        name: &new.name,
        scopes: &new.scope,
        account: &new.account,
        expires: &new.expires,
    };
    let made = staff.actions.create_service_token(&staff.by, asked).await?;
    created(json!({ "token": made }))
}

pub(super) async fn revoke(staff: Staff, At(id): At<String>) -> Answered {
    staff.actions.revoke_service_token(&staff.by, &id).await?;
    ok(json!({ "id": id, "revoked": true }))
}

fn token_json(token: &ServiceToken) -> Value {
    json!({
        "id": token.public_id, "name": token.name, "hint": token.hint,
        "scope": token.scopes.to_string(), "account": token.account,
        "created_at": instant(token.created_at),
        "expires_at": instant_or_null(token.expires_at),
        "revoked_at": instant_or_null(token.revoked_at),
        "last_used_at": instant_or_null(token.last_used_at),
    })
}
