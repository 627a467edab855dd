//! Forms: what was typed, and what is said back.

use super::{Web, page};
use crate::domain::Millis;
use crate::domain::error::{DomainError, Problem};
use crate::domain::figures::grouped;
use allowance_app::view::{FormReply, Message};
use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use std::collections::BTreeMap;

/// Fields that open something: the token of a link, a code of the second step.
const SECRETS: [&str; 2] = ["token", "second_code"];
/// The hidden field that carries a form's one-time token.
const FORM_TOKEN: &str = "once";

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
            .map_err(|refused| unreadable(refused.status()))?;
        // A field that is sent twice counts as it was sent first.
        let mut typed = BTreeMap::new();
        for (name, value) in fields {
            typed.entry(name).or_insert(value);
        }
        Ok(Self(typed))
    }

    /// The same, or nothing where the form has no such field.
    pub(super) fn field(&self, field: &str) -> Option<&str> {
        self.0.get(field).map(String::as_str)
    }

    /// The one-time token of the form, and what was typed beside it.
    pub(super) fn once(&self) -> (&str, BTreeMap<String, String>) {
        let mut beside = self.0.clone();
        beside.remove(FORM_TOKEN);
        (self.get(FORM_TOKEN), beside)
    }

    /// What may be shown again, or kept for later. Never a password or another
    /// secret, and never what the form only carried: the page is rendered with what
    /// is true now.
    pub(super) fn shown(mut self) -> BTreeMap<String, String> {
        self.0.retain(|name, _| {
            !name.contains("password")
                && !SECRETS.contains(&name.as_str())
                && name != FORM_TOKEN
                && !name.starts_with("was-")
        });
        self.0
    }
}

/// The answer to a body that is no form, or too much of one: no page of ours sends it.
fn unreadable(status: StatusCode) -> Response {
    let sentence = if status == StatusCode::PAYLOAD_TOO_LARGE {
        "This form holds more than can be taken, so nothing was done. Go back, shorten what you typed, and send it again."
    } else {
        "This is no form of this site, so nothing was done. Open the page here and try again."
    };
    (status, sentence).into_response()
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

/// The answer to a form about something that is not there, or no longer: the
/// page where it would be listed, which says so.
async fn gone(web: &Web, posted: Posted, list: &str, what: &'static str) -> Response {
    let reply = FormReply {
        form: "gone".into(),
        problems: vec![("", Message::new(what))],
        ..FormReply::default()
    };
    page::reply(web, posted.request, list, StatusCode::NOT_FOUND, reply).await
}

/// A list whose things have a page of their own each: `/keys` and `/keys/{id}`.
pub(super) struct Shelf {
    pub path: &'static str,
    /// What is said of a thing that is not there, or no longer.
    pub gone: &'static str,
}

impl Shelf {
    pub(super) fn page(&self, id: &str) -> String {
        format!("{}/{id}", self.path)
    }

    /// The answer to a form on the page of a thing.
    pub(super) async fn answer(
        &self,
        web: &Web,
        posted: Posted,
        id: &str,
        form: &str,
        what: &'static str,
        result: Result<(), DomainError>,
    ) -> Response {
        match result {
            Ok(()) => done(&self.page(id), what),
            Err(error) => self.refused(web, posted, id, form, error).await,
        }
    }

    /// The answer to such a form that was not done.
    pub(super) async fn refused(
        &self,
        web: &Web,
        posted: Posted,
        id: &str,
        form: &str,
        error: DomainError,
    ) -> Response {
        match error {
            DomainError::NotFound(_) => gone(web, posted, self.path, self.gone).await,
            error => failed(web, posted, &self.page(id), form.to_owned(), error).await,
        }
    }
}

/// The answer to a form that could not be done: its page again, with the reasons.
pub(super) async fn failed(
    web: &Web,
    posted: Posted,
    page: &str,
    form: String,
    error: DomainError,
) -> Response {
    let mut wait = None;
    let (status, problems) = match error {
        DomainError::TooOften(ms) => {
            wait = Some(ms);
            (StatusCode::TOO_MANY_REQUESTS, vec![("", too_often(ms))])
        }
        DomainError::NotFound(_) | DomainError::Forbidden => {
            return page::not_found(web, posted.request).await;
        }
        DomainError::Invalid { field, problem } => (
            StatusCode::UNPROCESSABLE_ENTITY,
            vec![(field, text(&problem))],
        ),
        DomainError::AlreadyAnswered => (
            StatusCode::CONFLICT,
            vec![("", Message::new("problem-already-answered"))],
        ),
        DomainError::AlreadySent => (StatusCode::CONFLICT, vec![("", already_sent(&form))]),
        DomainError::ChangedMeanwhile(fields) => (
            StatusCode::CONFLICT,
            fields.into_iter().map(changed).collect(),
        ),
        DomainError::Store(error) => {
            tracing::error!(%error, %form, "a form was not done");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                vec![("", Message::new("problem-busy"))],
            )
        }
    };
    let reply = FormReply {
        form,
        values: posted.typed.shown(),
        problems,
        ..FormReply::default()
    };
    let mut response = page::reply(web, posted.request, page, status, reply).await;
    if let Some(wait) = wait {
        retry_after(&mut response, wait);
    }
    response
}

/// How long to wait, for people. Rounded up: whoever waits so long is let through.
pub(super) fn too_often(wait: Millis) -> Message {
    let seconds = whole_seconds(wait);
    if seconds < 90 {
        return Message::new("problem-wait-seconds").with("seconds", grouped(seconds));
    }
    Message::new("problem-wait-minutes").with("minutes", grouped((seconds + 59) / 60))
}

/// The same for programs.
pub(super) fn retry_after(response: &mut Response, wait: Millis) {
    let seconds = HeaderValue::from(whole_seconds(wait));
    response.headers_mut().insert(RETRY_AFTER, seconds);
}

fn whole_seconds(wait: Millis) -> i64 {
    ((wait + 999) / 1_000).max(1)
}

/// What a form that was sent twice is told, where the first answer is not kept
/// any more.
fn already_sent(form: &str) -> Message {
    Message::new(match form.split(':').next() {
        Some("create-key") => "problem-sent-key",
        Some("rotate") => "problem-sent-rotation",
        Some("create-codes") => "problem-sent-codes",
        _ => "problem-sent",
    })
}

/// A field that another window changed, and what it is now.
fn changed((field, now): (&'static str, String)) -> (&'static str, Message) {
    let message = match (field, now.split_once('/')) {
        ("", _) => Message::new("problem-rotated").with("now", now),
        (_, _) if now.is_empty() => Message::new("problem-changed-to-nothing"),
        ("calls", Some((calls, period))) => Message::new("problem-changed-cap")
            .with("calls", calls)
            .with("period", period),
        _ => Message::new("problem-changed").with("now", now),
    };
    (field, message)
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
        Problem::UnknownCode => Message::new("problem-unknown-code"),
        Problem::CodeOver => Message::new("problem-code-over"),
        Problem::CodeRedeemed => Message::new("problem-code-redeemed"),
        Problem::NoPassword => Message::new("problem-no-password"),
        Problem::WrongPassword => Message::new("problem-wrong-password"),
        Problem::NotTheSame => Message::new("problem-not-the-same"),
        Problem::NotTheEmail => Message::new("problem-not-the-email"),
        Problem::LastOwner => Message::new("problem-last-owner"),
        Problem::NotPercents => Message::new("problem-not-percents"),
        Problem::TooManyNumbers { most } => {
            Message::new("problem-too-many-numbers").with("most", grouped(*most))
        }
        Problem::EmailTaken => Message::new("problem-email-taken"),
        Problem::SameEmail => Message::new("problem-same-email"),
        Problem::WrongCode => Message::new("problem-wrong-code"),
        Problem::FactorThere => Message::new("problem-factor-there"),
        Problem::InvitedJustNow => Message::new("problem-invited-just-now"),
        Problem::SignUpClosed => Message::new("problem-sign-up-closed"),
        Problem::LinkOver => Message::new("problem-link-over"),
        Problem::AccountThere => Message::new("problem-account-there"),
        Problem::NameTaken => Message::new("problem-name-taken"),
        Problem::ProjectDeleted { name } => {
            Message::new("problem-project-deleted").with("name", name)
        }
        Problem::LastProject => Message::new("problem-last-project"),
        Problem::NotTheName => Message::new("problem-not-the-name"),
        // Tokens have no page; whoever asks for that has made up a form.
        Problem::UnknownChoice | Problem::NotWithScope => Message::new("problem-unknown-choice"),
        Problem::RequestOpen => Message::new("problem-request-open"),
        Problem::GrantOver => Message::new("problem-grant-over"),
        Problem::NothingLeft => Message::new("problem-nothing-left"),
        Problem::EndsBeforeStart => Message::new("problem-ends-before-start"),
        Problem::AboveCeiling { most } => {
            Message::new("problem-above-ceiling").with("most", grouped(*most))
        }
        Problem::AlreadySo => Message::new("problem-already-so"),
        Problem::OwnersOnly => Message::new("problem-owners-only"),
        Problem::Yourself => Message::new("problem-yourself"),
        Problem::NotAHookUrl => Message::new("problem-not-a-hook-url"),
        Problem::PrivateAddress => Message::new("problem-private-address"),
        Problem::HookThere => Message::new("problem-hook-there"),
        Problem::HookOff => Message::new("problem-hook-off"),
        Problem::TooMany { most } => Message::new("problem-too-many").with("most", grouped(*most)),
    }
}
