//! Errors of the admin API: what a rule says, as a program reads it.

use crate::domain::StoreError;
use crate::domain::error::{DomainError, Problem as Wrong};
use crate::http::problem::Problem;
use axum::http::StatusCode;

impl Problem {
    pub(super) fn no_address() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            "No such address",
            "There is nothing at this address. docs/ADMIN.md lists what there is.",
        )
    }

    pub(super) fn no_method() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "wrong_method",
            "Wrong method",
            "This address does not answer that method. Look with GET, change with POST.",
        )
    }

    /// Something that is named is not there.
    pub(super) fn no_such(what: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            "Not found",
            format!("There is no such {what}."),
        )
    }

    pub(super) fn not_json_type() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "content_type",
            "Wrong content type",
            "Send JSON as application/json.",
        )
    }

    pub(super) fn too_large(most: usize) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "body_too_large",
            "Body too large",
            format!("The body is larger than {most} bytes."),
        )
    }

    pub(super) fn too_busy() -> Self {
        Self {
            retry_after: Some(1),
            ..Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "busy",
                "Too busy",
                "Too much at once. Nothing was done; try again in a moment.",
            )
        }
    }

    fn not_done() -> Self {
        Self {
            retry_after: Some(1),
            ..Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "not_done",
                "Not done",
                "This could not be done for now, and nothing was changed. Try again in a moment.",
            )
        }
    }

    fn conflict(code: &'static str, detail: &str) -> Self {
        Self::new(StatusCode::CONFLICT, code, "Not as expected", detail)
    }
}

/// A value that was sent, and what is wrong with it.
fn invalid(field: &'static str, wrong: &Wrong) -> Problem {
    let (status, code) = match wrong {
        Wrong::OwnersOnly | Wrong::AboveCeiling { .. } | Wrong::Yourself => {
            (StatusCode::FORBIDDEN, "not_allowed")
        }
        Wrong::AlreadySo | Wrong::GrantOver | Wrong::LastOwner => {
            (StatusCode::CONFLICT, "conflict")
        }
        _ => (StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
    };
    let subject = if field.is_empty() { "This" } else { field };
    let problem = Problem::new(status, code, "Invalid value", format!("{subject} {wrong}."));
    if field.is_empty() {
        problem
    } else {
        problem.with("field", field)
    }
}

impl From<DomainError> for Problem {
    fn from(error: DomainError) -> Self {
        match error {
            DomainError::NotFound(what) => Self::no_such(what),
            DomainError::Forbidden => Self::new(
                StatusCode::FORBIDDEN,
                "scope_missing",
                "Scope required",
                "This token's scope does not reach that far. admin:support helps developers, \
                 admin:write does everything.",
            ),
            DomainError::Invalid { field, problem } => invalid(field, &problem),
            DomainError::AlreadyAnswered => {
                Self::conflict("already_answered", "This request was answered already.")
            }
            DomainError::ChangedMeanwhile(_) => Self::conflict(
                "changed",
                "Somebody else changed this meanwhile. Read it again.",
            ),
            DomainError::AlreadySent => Self::conflict(
                "already_done",
                "This was sent before under the same Idempotency-Key, and done. Nothing was \
                 done twice.",
            ),
            DomainError::TooOften(wait) => Self {
                retry_after: u32::try_from((wait + 999) / 1_000).ok(),
                ..Self::new(
                    StatusCode::TOO_MANY_REQUESTS,
                    "too_often",
                    "Too often",
                    "Tried too often. Wait a while.",
                )
            },
            DomainError::Store(error) => error.into(),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        if let StoreError::Conflict(_) = error {
            return Self::conflict("conflict", "This is there already.");
        }
        tracing::error!(%error, "a request of the admin API was not done");
        Self::not_done()
    }
}
