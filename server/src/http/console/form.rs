//! Forms: what was typed, and what is said back.

use super::{Web, page};
use crate::domain::error::{DomainError, Problem};
use crate::domain::figures::grouped;
use allowance_app::view::{FormReply, Message};
use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use std::collections::BTreeMap;

/// The fields of a posted form.
pub(super) struct Typed(BTreeMap<String, String>);

impl Typed {
    /// What was typed into a field, or nothing.
    pub(super) fn get(&self, field: &str) -> &str {
        self.0.get(field).map_or("", String::as_str)
    }

    /// Reads the fields of a request's body.
    pub(super) async fn read<S: Send + Sync>(
        request: Request<Body>,
        state: &S,
    ) -> Result<Self, Response> {
        let axum::Form(fields) = axum::Form::<Vec<(String, String)>>::from_request(request, state)
            .await
            .map_err(IntoResponse::into_response)?;
        // A field that is sent twice counts as it was sent first.
        let mut typed = BTreeMap::new();
        for (name, value) in fields {
            typed.entry(name).or_insert(value);
        }
        Ok(Self(typed))
    }

    /// What may be shown again. Never a password.
    pub(super) fn shown(mut self) -> BTreeMap<String, String> {
        self.0.retain(|name, _| !name.contains("password"));
        self.0
    }
}

/// A posted form, with the request that carried it.
pub(super) struct Posted {
    pub typed: Typed,
    pub request: Request<Body>,
}

impl<S: Send + Sync> FromRequest<S> for Posted {
    type Rejection = Response;

    async fn from_request(request: Request<Body>, state: &S) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let copy = Request::from_parts(parts.clone(), body);
        Ok(Self {
            typed: Typed::read(copy, state).await?,
            request: Request::from_parts(parts, Body::empty()),
        })
    }
}

/// The answer to a form that was done: back to its page, which says so.
pub(super) fn done(page: &str, what: &'static str) -> Response {
    let joint = if page.contains('?') { '&' } else { '?' };
    Redirect::to(&format!("{page}{joint}done={what}")).into_response()
}

/// The answer to a form that could not be done: its page again, with the reasons.
pub(super) async fn failed(
    web: &Web,
    posted: Posted,
    page: &str,
    form: String,
    error: DomainError,
) -> Response {
    let (status, field, message) = match error {
        DomainError::NotFound(_) | DomainError::Forbidden => {
            return page::not_found(web, posted.request).await;
        }
        DomainError::Invalid { field, problem } => {
            (StatusCode::UNPROCESSABLE_ENTITY, field, text(&problem))
        }
        DomainError::AlreadyAnswered => (
            StatusCode::CONFLICT,
            "",
            Message::new("problem-already-answered"),
        ),
        DomainError::Store(error) => {
            tracing::error!(%error, %form, "a form was not done");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "",
                Message::new("problem-busy"),
            )
        }
    };
    let reply = FormReply {
        form,
        values: posted.typed.shown(),
        problems: vec![(field, message)],
        ..FormReply::default()
    };
    page::reply(web, posted.request, page, status, reply).await
}

/// A rule that was broken, as a text of the translation files.
fn text(problem: &Problem) -> Message {
    match problem {
        Problem::Required => Message::new("problem-required"),
        Problem::TooLong { most } => Message::new("problem-too-long").with("most", grouped(*most)),
        Problem::TooShort { least } => {
            Message::new("problem-too-short").with("least", grouped(*least))
        }
        Problem::NotANumber => Message::new("problem-not-a-number"),
        Problem::OutOfRange { least, most } => Message::new("problem-out-of-range")
            .with("least", grouped(*least))
            .with("most", grouped(*most)),
        Problem::NotADate => Message::new("problem-not-a-date"),
        Problem::DatePast => Message::new("problem-date-past"),
        Problem::NotAnEmail => Message::new("problem-not-an-email"),
        Problem::UnknownTimeZone => Message::new("problem-unknown-time-zone"),
        Problem::UnknownProject => Message::new("problem-unknown-project"),
        Problem::UnknownApi => Message::new("problem-unknown-api"),
        Problem::UnknownKey => Message::new("problem-unknown-key"),
        Problem::NameTaken => Message::new("problem-name-taken"),
        Problem::RequestOpen => Message::new("problem-request-open"),
        Problem::TooMany { most } => Message::new("problem-too-many").with("most", grouped(*most)),
    }
}
