//! What the command palette offers beyond the pages: the account's projects and
//! keys.

use super::Web;
use super::visitor::{Visitor, viewer};
use allowance_app::i18n::Language;
use allowance_app::view::KeysQuery;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// So many places are offered at most: the newest keys, after all projects.
const MOST: usize = 1_000;

#[derive(Serialize)]
struct Place {
    /// `project` or `key`.
    kind: &'static str,
    /// The page of the navigation that it belongs to.
    section: &'static str,
    name: String,
    /// Tells apart what may have the same name.
    hint: String,
    path: String,
}

pub(super) async fn places(State(web): State<Web>, Visitor(account): Visitor) -> Response {
    let Ok(view) = web
        .site
        .console
        .keys(&viewer(&account, Language::default()), KeysQuery::default())
        .await
    else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let projects = view.projects.into_iter().map(|project| Place {
        kind: "project",
        section: "/projects",
        path: format!("/projects/{}", project.id),
        name: project.name,
        hint: String::new(),
    });
    let keys = view.keys.into_iter().map(|key| Place {
        kind: "key",
        section: "/keys",
        path: format!("/keys/{}", key.id),
        name: key.name,
        hint: format!("{} · {}", key.project_name, key.hint),
    });
    Json(projects.chain(keys).take(MOST).collect::<Vec<_>>()).into_response()
}
