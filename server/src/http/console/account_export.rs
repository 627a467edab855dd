//! Everything that is kept of an account, as one document that is streamed.

use super::Web;
use super::visitor::Visitor;
use crate::console::Export;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::stream::try_unfold;

/// A reader that is slow holds one page of the ledger, never all of it. One
/// that breaks off ends the work.
pub(super) async fn everything(State(web): State<Web>, Visitor(account): Visitor) -> Response {
    let export = Export::of(&web.site.reader, &account);
    let parts = try_unfold(export, |mut export| async move {
        match export.next().await {
            Ok(part) => Ok(part.map(|part| (Bytes::from(part), export))),
            Err(error) => {
                // The document stays without its end: no reader takes it for whole.
                tracing::error!(%error, "an export broke off");
                Err(error)
            }
        }
    });
    let headers = [
        (CONTENT_TYPE, "application/json"),
        (
            CONTENT_DISPOSITION,
            "attachment; filename=\"allowance-export.json\"",
        ),
    ];
    (headers, Body::from_stream(parts)).into_response()
}
