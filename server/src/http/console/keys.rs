use super::form::{Posted, done, failed};
use super::visitor::Visitor;
use super::{Web, page};
use crate::actions::CreateKey;
use crate::http::gateway::BASE_PATH;
use allowance_app::view::{CreatedKey, FormReply};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

/// A new key is shown by this answer and never again, so there is no redirect.
pub(super) async fn create(
    State(web): State<Web>,
    Visitor(account): Visitor,
    posted: Posted,
) -> Response {
    let asked = CreateKey {
        name: posted.typed.get("name"),
        project: posted.typed.get("project"),
        expires: posted.typed.get("expires"),
    };
    match web.actions.create_key(&account, asked).await {
        Ok(key) => {
            let reply = FormReply {
                form: "create-key".into(),
                created_key: Some(CreatedKey {
                    curl: curl(&web.site.public_url, &key.secret),
                    name: key.name,
                    project_name: key.project_name,
                    secret: key.secret,
                }),
                ..FormReply::default()
            };
            page::reply(&web, posted.request, "/keys", StatusCode::OK, reply).await
        }
        Err(error) => failed(&web, posted, "/keys", "create-key".into(), error).await,
    }
}

pub(super) async fn disable(
    State(web): State<Web>,
    Visitor(account): Visitor,
    Path(id): Path<String>,
    posted: Posted,
) -> Response {
    match web.actions.set_key_disabled(&account, &id, true).await {
        Ok(()) => done("/keys", "key-disabled"),
        Err(error) => failed(&web, posted, "/keys", format!("disable:{id}"), error).await,
    }
}

pub(super) async fn enable(
    State(web): State<Web>,
    Visitor(account): Visitor,
    Path(id): Path<String>,
    posted: Posted,
) -> Response {
    match web.actions.set_key_disabled(&account, &id, false).await {
        Ok(()) => done("/keys", "key-enabled"),
        Err(error) => failed(&web, posted, "/keys", format!("enable:{id}"), error).await,
    }
}

/// A first call to try a key with: a search, which changes nothing.
#[must_use]
pub fn curl(public_url: &str, secret: &str) -> String {
    format!(
        "curl {public_url}{BASE_PATH}/search/memory \\\n  \
         -H 'Authorization: Token {secret}' \\\n  \
         -H 'Content-Type: application/json' \\\n  \
         -d '{{\"user_id\":\"ann\",\"query\":\"What does Ann like?\"}}'"
    )
}
