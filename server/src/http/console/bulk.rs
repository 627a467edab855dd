//! Forms of grants to a list of accounts.

use super::Web;
use super::form::{Posted, done, failed};
use super::page;
use super::visitor::Visitor;
use crate::actions::BulkError;
use crate::domain::authority::By;
use crate::domain::bulk::{FileProblem, MOST_BYTES};
use crate::domain::error::DomainError;
use crate::domain::figures::grouped;
use allowance_app::view::{FormReply, Message};
use axum::body::Body;
use axum::extract::{FromRequest, Multipart, Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

const PAGE: &str = "/admin/bulk";
const FORM: &str = "bulk";
/// A file that is too large is read on to here, and thrown away: a browser whose
/// connection is closed in its face shows no reason.
const MOST_DISCARDED: usize = 256 * 1024 * 1024;

/// A request with the file of its form; nothing, if it has none or too much of it.
pub(super) struct Upload {
    file: Result<Vec<u8>, FileProblem>,
    request: Request<Body>,
}

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = Response;

    async fn from_request(request: Request<Body>, state: &S) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let copy = Request::from_parts(parts.clone(), body);
        let file = match Multipart::from_request(copy, state).await {
            Ok(form) => read(form).await,
            // A form without a file.
            Err(_) => Err(FileProblem::Empty),
        };
        Ok(Self {
            file,
            request: Request::from_parts(parts, Body::empty()),
        })
    }
}

async fn read(mut form: Multipart) -> Result<Vec<u8>, FileProblem> {
    let broken = |_| FileProblem::NotText;
    while let Some(mut field) = form.next_field().await.map_err(broken)? {
        if field.name() != Some("file") {
            continue;
        }
        let mut file = Vec::new();
        let mut size = 0_usize;
        while let Some(piece) = field.chunk().await.map_err(broken)? {
            size += piece.len();
            if size > MOST_DISCARDED {
                break;
            }
            if size <= MOST_BYTES {
                file.extend_from_slice(&piece);
            }
        }
        return if size > MOST_BYTES {
            Err(FileProblem::TooLarge)
        } else {
            Ok(file)
        };
    }
    Err(FileProblem::Empty)
}

pub(super) async fn upload(
    State(web): State<Web>,
    Visitor(staff): Visitor,
    upload: Upload,
) -> Response {
    let by = By::from(&*staff);
    let taken = match upload.file {
        Ok(file) => web.actions.upload_bulk(&by, &file).await,
        // Whoever may not upload learns nothing of the file either.
        Err(problem) => match web.actions.may_give_to_many(&by) {
            Ok(()) => Err(BulkError::File(vec![problem])),
            Err(error) => Err(error.into()),
        },
    };
    match taken {
        Ok(id) => Redirect::to(&format!("{PAGE}/{id}")).into_response(),
        Err(BulkError::File(problems)) => {
            let status = if problems.contains(&FileProblem::TooLarge) {
                StatusCode::PAYLOAD_TOO_LARGE
            } else {
                StatusCode::UNPROCESSABLE_ENTITY
            };
            let reply = FormReply {
                form: FORM.into(),
                problems: problems.iter().map(|it| ("", text(it))).collect(),
                ..FormReply::default()
            };
            page::reply(&web, upload.request, PAGE, status, reply).await
        }
        Err(BulkError::Domain(DomainError::NotFound(_) | DomainError::Forbidden)) => {
            page::not_found(&web, upload.request).await
        }
        Err(BulkError::Domain(error)) => {
            tracing::error!(%error, "a list was not taken");
            let reply = FormReply {
                form: FORM.into(),
                problems: vec![("", Message::new("problem-busy"))],
                ..FormReply::default()
            };
            let status = StatusCode::SERVICE_UNAVAILABLE;
            page::reply(&web, upload.request, PAGE, status, reply).await
        }
    }
}

pub(super) async fn confirm(
    State(web): State<Web>,
    Visitor(staff): Visitor,
    Path(id): Path<String>,
    posted: Posted,
) -> Response {
    let page = format!("{PAGE}/{id}");
    let (actions, by) = (web.actions.clone(), By::from(&*staff));
    // To its end, also if the browser leaves.
    let given = tokio::spawn(async move { actions.confirm_bulk(&by, &id).await }).await;
    let given = given.unwrap_or_else(|stopped| {
        Err(crate::domain::StoreError::Broken(stopped.to_string()).into())
    });
    match given {
        Ok(()) => done(&page, "bulk-given"),
        Err(error) => failed(&web, posted, &page, FORM.into(), error).await,
    }
}

/// What is wrong with a file, as a text of the translation files.
fn text(problem: &FileProblem) -> Message {
    let at = |id, line: &i64| Message::new(id).with("line", grouped(*line));
    match problem {
        FileProblem::Empty => Message::new("bulk-problem-empty"),
        FileProblem::TooLarge => Message::new("bulk-problem-too-large"),
        FileProblem::TooManyLines => Message::new("bulk-problem-too-many-lines"),
        FileProblem::NotText => Message::new("bulk-problem-not-text"),
        FileProblem::Columns => Message::new("bulk-problem-columns"),
        FileProblem::Fields { line, found } => {
            at("bulk-problem-fields", line).with("found", grouped(*found))
        }
        FileProblem::Account { line, account } => {
            at("bulk-problem-account", line).with("account", account)
        }
        FileProblem::Api { line, api } => at("bulk-problem-api", line).with("api", api),
        FileProblem::Calls { line, calls } => {
            at("bulk-problem-calls", line).with("calls", format!("“{calls}”"))
        }
        FileProblem::Reason { line } => at("bulk-problem-reason", line),
        FileProblem::Twice { line, first } => {
            at("bulk-problem-twice", line).with("first", grouped(*first))
        }
    }
}
