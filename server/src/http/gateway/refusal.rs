//! Why a call gets no success, and how the wire says it: the codes of `wire.md`, of
//! the era that is set, on HTTP 200 by default, because the official client repeats
//! every other status three times and throws the reason away.

use super::reply::Fault;
use crate::config::ErrorCodes;
use crate::domain::caps::{CapOwner, Limit, Period};
use crate::domain::figures::grouped;
use crate::domain::idempotency::LONGEST_KEY;
use crate::domain::keys::KeyRefusal;
use crate::domain::limits;
use crate::domain::usage::Outcome;
use crate::domain::{Millis, zones};
use axum::http::StatusCode;

#[derive(Debug)]
pub(super) enum Refusal {
    UnknownPath {
        path: String,
        known: Vec<String>,
    },
    NotPost,
    KeyMissing,
    KeyUnknown,
    Key(KeyRefusal),
    /// The body could not be read to its end.
    BodyBroken,
    BodySlow,
    BodyTooLarge {
        most: usize,
    },
    Unreadable(limits::Unreadable),
    Limit(limits::Refusal),
    /// This API's calls are used up.
    Exhausted {
        api: String,
        granted: i64,
        more: String,
    },
    /// What is left of this API is held by calls under way and reservations.
    AllHeld {
        api: String,
        left: i64,
        more: String,
    },
    /// Every API's calls are used up.
    AllExhausted {
        more: String,
    },
    /// The account has calls, but a cap over this call is used up.
    Capped(CapRefusal),
    /// Over the ceiling of calls a second; seconds until one can come.
    TooFast {
        retry_after: u32,
    },
    /// The `Idempotency-Key` is none.
    BadRetryKey,
    /// Another call was made under its key.
    KeyReused,
    /// The call was made before, but its answer was not kept.
    NotKept {
        request_id: String,
    },
    /// The first call under its key takes long.
    StillRunning,
    Upstream(Fault),
    /// Too many calls in flight.
    Busy,
    /// Our own fault; the request id finds the log line. Nothing was charged.
    System,
    /// Our own fault, and whether the call is on disk is not known.
    Doubtful,
}

/// A cap that stopped a call, in words for a client.
#[derive(Debug)]
pub(super) struct CapRefusal {
    pub api: String,
    pub owner: CapOwner,
    pub limit: Limit,
    /// When it starts anew, and in how many seconds; never for a cap in total.
    pub renews_at: Option<Millis>,
    pub renews_in: Option<u32>,
    /// Where it can be changed.
    pub page: String,
}

impl CapRefusal {
    fn message(&self) -> String {
        let whose = match self.owner {
            CapOwner::Key(_) => "this API key",
            CapOwner::Project(_) => "this API key's project",
        };
        let per = match self.limit.period {
            Period::Total => "in all",
            Period::Day => "a day",
            Period::Week => "a week",
            Period::Month => "a month",
        };
        let renewal = self.renews_at.map_or_else(
            || "It does not start anew.".to_owned(),
            |at| {
                let at = zones::local(at, chrono_tz::Tz::UTC).format("%FT%TZ");
                format!("It starts anew at {at}.")
            },
        );
        format!(
            "API call limit reached: the cap of {whose}, {} {} calls {per}, is used up. {renewal} Change the cap at {}",
            grouped(self.limit.calls),
            self.api,
            self.page,
        )
    }
}

impl Refusal {
    /// The code of the envelope, in the numbers of an era.
    pub(super) fn code(&self, codes: ErrorCodes) -> i64 {
        match codes {
            ErrorCodes::Seed => self.seed_code(),
            ErrorCodes::Y2026 => self.code_of_2026(),
        }
    }

    fn code_of_2026(&self) -> i64 {
        match self {
            Self::KeyMissing => 40_130,
            Self::AllExhausted { .. } => 40_304,
            Self::BodyTooLarge { .. } | Self::Limit(limits::Refusal::InputTooLong { .. }) => 40_305,
            Self::Limit(limits::Refusal::Missing { .. } | limits::Refusal::Empty { .. }) => 40_002,
            Self::Limit(limits::Refusal::EmptyList { .. }) => 40_003,
            Self::Limit(limits::Refusal::TooLong { field, .. }) => match field.as_str() {
                "user_id" => 40_010,
                "conversation_id" => 40_011,
                _ => 40_000,
            },
            Self::Upstream(Fault::Down | Fault::Slow) => 50_004,
            _ => self.seed_code(),
        }
    }

    const fn seed_code(&self) -> i64 {
        match self {
            Self::KeyMissing => 40_100,
            Self::KeyUnknown | Self::Key(_) => 40_132,
            Self::Exhausted { .. }
            | Self::AllHeld { .. }
            | Self::Capped(_)
            | Self::TooFast { .. } => 40_300,
            Self::AllExhausted { .. } => 40_301,
            Self::BodyTooLarge { .. } => 40_302,
            Self::Limit(refusal) if refusal.is_input_limit() => 40_302,
            Self::UnknownPath { .. } => 40_400,
            Self::NotPost
            | Self::BodyBroken
            | Self::BodySlow
            | Self::Unreadable(_)
            | Self::BadRetryKey
            | Self::KeyReused
            | Self::NotKept { .. }
            | Self::Limit(_) => 40_000,
            Self::StillRunning | Self::Upstream(_) | Self::Busy | Self::System | Self::Doubtful => {
                50_000
            }
        }
    }

    /// The status that [`ErrorStyle::Http`] shows.
    pub(super) const fn status(&self) -> StatusCode {
        match self {
            Self::UnknownPath { .. } => StatusCode::NOT_FOUND,
            Self::NotPost => StatusCode::METHOD_NOT_ALLOWED,
            Self::KeyMissing | Self::KeyUnknown | Self::Key(_) => StatusCode::UNAUTHORIZED,
            Self::BodyBroken | Self::BadRetryKey | Self::Unreadable(_) => StatusCode::BAD_REQUEST,
            Self::BodySlow => StatusCode::REQUEST_TIMEOUT,
            Self::BodyTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Limit(refusal) if refusal.is_input_limit() => StatusCode::PAYLOAD_TOO_LARGE,
            Self::KeyReused | Self::NotKept { .. } | Self::Limit(_) => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Self::Exhausted { .. }
            | Self::AllHeld { .. }
            | Self::AllExhausted { .. }
            | Self::Capped(_)
            | Self::TooFast { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Upstream(Fault::Slow) => StatusCode::GATEWAY_TIMEOUT,
            Self::Upstream(_) => StatusCode::BAD_GATEWAY,
            Self::StillRunning | Self::Busy | Self::System | Self::Doubtful => {
                StatusCode::SERVICE_UNAVAILABLE
            }
        }
    }

    /// How the ledger sorts it.
    pub(super) const fn outcome(&self) -> Outcome {
        match self {
            Self::KeyMissing | Self::KeyUnknown | Self::Key(_) => Outcome::Unauthorised,
            Self::Exhausted { .. }
            | Self::AllHeld { .. }
            | Self::AllExhausted { .. }
            | Self::Capped(_)
            | Self::TooFast { .. } => Outcome::Blocked,
            Self::Upstream(_) => Outcome::UpstreamFailed,
            Self::StillRunning | Self::Busy | Self::System | Self::Doubtful => Outcome::Failed,
            _ => Outcome::Rejected,
        }
    }

    /// Seconds after which the same call may succeed.
    pub(super) const fn retry_after(&self) -> Option<u32> {
        match self {
            Self::AllHeld { .. }
            | Self::StillRunning
            | Self::Busy
            | Self::System
            | Self::Doubtful => Some(1),
            Self::Upstream(Fault::Down | Fault::Slow) => Some(5),
            Self::Capped(cap) => cap.renews_in,
            Self::TooFast { retry_after } => Some(*retry_after),
            _ => None,
        }
    }

    /// The seed-era words of the code, then what happened and what to do.
    pub(super) fn message(&self) -> String {
        match self {
            Self::UnknownPath { path, known } => format!(
                "Parameter error: there is no API at {path}. This gateway serves {}.",
                known.join(", ")
            ),
            Self::NotPost => "Parameter error: send this call as POST with a JSON body.".into(),
            Self::KeyMissing => {
                "API key required: send the header \"Authorization: Token mpg-…\".".into()
            }
            Self::KeyUnknown => {
                "Invalid or expired API Key: no such key. Check that it was copied whole.".into()
            }
            Self::Key(KeyRefusal::Deleted) => {
                "Invalid or expired API Key: this key was deleted. Create a new one in the console.".into()
            }
            Self::Key(KeyRefusal::Disabled) => {
                "Invalid or expired API Key: this key is disabled. Enable it in the console, or use another.".into()
            }
            Self::Key(KeyRefusal::Expired) => {
                "Invalid or expired API Key: this key has expired. Create a new one in the console.".into()
            }
            Self::Key(KeyRefusal::Rotated) => {
                "Invalid or expired API Key: this key was rotated, and its old secret has stopped. Use the new one.".into()
            }
            Self::Key(KeyRefusal::AccountDisabled) => {
                "Invalid or expired API Key: this account is disabled. Please contact support.".into()
            }
            Self::BodyBroken => "Parameter error: the body ended before it was complete.".into(),
            Self::BodySlow => "Parameter error: the body took too long to arrive.".into(),
            Self::BodyTooLarge { most } => format!(
                "Input content has reached the limit: the body is larger than {most} bytes."
            ),
            Self::Unreadable(why) => format!("Parameter error: {why}"),
            Self::Limit(refusal) if refusal.is_input_limit() => {
                format!("Input content has reached the limit: {refusal}")
            }
            Self::Limit(refusal) => format!("Parameter error: {refusal}"),
            Self::Exhausted { api, granted, more } => format!(
                "API call limit reached: all {} {api} calls of this account are used. Ask for more at {more}",
                grouped(*granted)
            ),
            Self::AllHeld { api, left, more } => format!(
                "API call limit reached: the last {} {api} calls of this account are held by calls under way. Try again in a moment, or ask for more at {more}",
                grouped(*left)
            ),
            Self::AllExhausted { more } => format!(
                "Total API call limit reached: all calls of this account are used. Ask for more at {more}"
            ),
            Self::Capped(cap) => cap.message(),
            Self::TooFast { retry_after } => format!(
                "API call limit reached: this account calls faster than this site allows. Try again in {retry_after} s."
            ),
            Self::BadRetryKey => format!(
                "Parameter error: the header Idempotency-Key must have from 1 to {LONGEST_KEY} plain characters."
            ),
            Self::KeyReused => "Parameter error: another call was made with this Idempotency-Key. Give each call a key of its own.".into(),
            Self::NotKept { request_id } => format!(
                "Parameter error: this call was made before and charged once, as {request_id}, but its answer was not kept. Send the call with another Idempotency-Key to make it again."
            ),
            Self::StillRunning => "System error: the first call with this Idempotency-Key is still under way. Try again in a moment.".into(),
            Self::Upstream(fault) => format!("System error: {fault} This call was not charged."),
            Self::Busy => "System error: too many calls at once. This call was not charged; try again in a moment.".into(),
            Self::System => "System error: the call could not be recorded, and was not charged. Try again in a moment.".into(),
            Self::Doubtful => "System error: the call broke off while it was recorded. If it was charged, the request log shows it. Try again in a moment; with the same Idempotency-Key it is charged once.".into(),
        }
    }
}
