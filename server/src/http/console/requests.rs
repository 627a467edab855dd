//! Finding a request by its id.

use super::Web;
use super::page::query_value;
use super::visitor::{Visitor, viewer};
use allowance_app::i18n::Language;
use allowance_app::ports::PortError;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct Sought {
    #[serde(default)]
    id: String,
}

/// Leads to the request of that id, or back to the log, which says that there is none.
pub(super) async fn find(
    State(web): State<Web>,
    Visitor(account): Visitor,
    Query(sought): Query<Sought>,
) -> Response {
    let id: String = sought.id.trim().chars().take(100).collect();
    if id.is_empty() {
        return Redirect::to("/requests").into_response();
    }
    let found = web
        .site
        .console
        .request(&viewer(&account, Language::default()), &id)
        .await;
    let id = query_value(&id);
    match found {
        Err(PortError::NotFound) => Redirect::to(&format!("/requests?sought={id}")),
        // A store that does not answer says so on the request's page.
        _ => Redirect::to(&format!("/requests/{id}")),
    }
    .into_response()
}
