//! Files of what the pages show, streamed: the next rows are read when the client
//! has taken the last ones. What the pages do not show to a visitor is in no file.

use super::visitor::{Visitor, viewer};
use super::{Web, language};
use crate::export::{Encoder, Format, Row};
use crate::http::routes::{Routes, get};
use allowance_app::ports::PortError;
use allowance_app::view::Viewer;
use axum::body::Body;
use axum::extract::{FromRequestParts, Query};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use futures::stream::{self, BoxStream, StreamExt};

mod codes;
mod desk;
mod own;

pub(super) use codes::new_codes;

/// Rows as they are read.
type Rows = BoxStream<'static, Result<Vec<Row>, PortError>>;

pub(super) fn routes() -> Routes<Web> {
    Routes::new()
        .route("/requests/export.csv", get(own::requests))
        .route("/requests/export.json", get(own::requests))
        .route("/usage/export.csv", get(own::usage))
        .route("/usage/export.json", get(own::usage))
        .route("/keys/export.csv", get(own::keys))
        .route("/keys/export.json", get(own::keys))
        .route("/projects/export.csv", get(own::projects))
        .route("/projects/export.json", get(own::projects))
        .route("/request-more/export.csv", get(own::quota_requests))
        .route("/request-more/export.json", get(own::quota_requests))
        .route("/admin/export.csv", get(desk::accounts))
        .route("/admin/export.json", get(desk::accounts))
        .route("/admin/requests/export.csv", get(desk::requests))
        .route("/admin/requests/export.json", get(desk::requests))
        .route("/admin/audit/export.csv", get(desk::audit))
        .route("/admin/audit/export.json", get(desk::audit))
        .route("/admin/codes/export.csv", get(codes::batches))
        .route("/admin/codes/export.json", get(codes::batches))
        .route("/admin/codes/{id}/export.csv", get(codes::codes))
        .route("/admin/codes/{id}/export.json", get(codes::codes))
        .route("/admin/accounts/{id}/grants/export.csv", get(desk::grants))
        .route("/admin/accounts/{id}/grants/export.json", get(desk::grants))
}

/// What an address asks for: the format, who asks, and the filter.
struct Wanted {
    format: Format,
    viewer: Viewer,
    pairs: Vec<(String, String)>,
}

impl Wanted {
    fn one(&self, name: &str) -> Option<String> {
        let found = self.pairs.iter().find(|(known, _)| known == name);
        found
            .map(|(_, value)| value.clone())
            .filter(|value| !value.is_empty())
    }

    fn all(&self, name: &str) -> Vec<String> {
        let found = self.pairs.iter().filter(|(known, _)| known == name);
        found
            .map(|(_, value)| value.clone())
            .filter(|value| !value.is_empty())
            .collect()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Wanted {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let Visitor(account) = Visitor::from_request_parts(parts, state).await?;
        let language = language::chosen(account.language, &parts.headers);
        let Query(pairs) = Query::<Vec<(String, String)>>::from_request_parts(parts, state)
            .await
            .map_err(IntoResponse::into_response)?;
        let bom = pairs
            .iter()
            .any(|(name, value)| name == "bom" && value == "1");
        let format = if parts.uri.path().rsplit('.').next() == Some("json") {
            Format::Json
        } else {
            Format::Csv { bom }
        };
        Ok(Self {
            format,
            viewer: viewer(&account, language),
            pairs,
        })
    }
}

/// The file. Its first rows are read before anything is sent, so that a store
/// that does not answer is an error and not a broken file; one that fails later
/// breaks the connection off, so that a part never passes for the whole.
async fn file(format: Format, name: &str, columns: &[&str], mut rows: Rows) -> Response {
    let columns = columns.iter().map(|column| (*column).to_owned()).collect();
    let first = match rows.next().await {
        Some(Ok(first)) => first,
        Some(Err(error)) => return refused(&error),
        None => Vec::new(),
    };
    let rows = stream::once(async { Ok(first) }).chain(rows);
    let encoder = Encoder::new(format, columns);
    let pieces = stream::try_unfold((rows.boxed(), Some(encoder)), |(mut rows, encoder)| async {
        let Some(mut encoder) = encoder else {
            return Ok::<_, Box<dyn std::error::Error + Send + Sync>>(None);
        };
        match rows.next().await {
            Some(Ok(piece)) => {
                let bytes = encoder.rows(piece)?;
                Ok(Some((bytes, (rows, Some(encoder)))))
            }
            Some(Err(error)) => {
                tracing::error!(%error, "an export broke off");
                Err(error.into())
            }
            None => Ok(Some((encoder.end(), (rows, None)))),
        }
    });
    let name = format!(
        "attachment; filename=\"allowance-{name}.{}\"",
        format.extension()
    );
    (
        [
            (CONTENT_TYPE, format.content_type().to_owned()),
            (CONTENT_DISPOSITION, name),
            (CACHE_CONTROL, "no-store".to_owned()),
        ],
        Body::from_stream(pieces),
    )
        .into_response()
}

fn refused(error: &PortError) -> Response {
    let status = match error {
        PortError::NotFound | PortError::Forbidden => StatusCode::NOT_FOUND,
        PortError::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
    };
    (status, error.to_string()).into_response()
}

/// Rows that are there all at once.
fn at_once(rows: Vec<Row>) -> Rows {
    stream::iter([Ok(rows)]).boxed()
}

/// Rows that are read a page at a time: `next` answers a page and where the next
/// one begins.
fn paged<Place, Next, Page>(first: Place, next: Next) -> Rows
where
    Place: Send + 'static,
    Next: Fn(Place) -> Page + Send + Sync + 'static,
    Page: Future<Output = Result<(Vec<Row>, Option<Place>), PortError>> + Send + 'static,
{
    stream::try_unfold((Some(first), next), |(place, next)| async {
        let Some(place) = place else { return Ok(None) };
        let (rows, place) = next(place).await?;
        Ok(Some((rows, (place, next))))
    })
    .boxed()
}
