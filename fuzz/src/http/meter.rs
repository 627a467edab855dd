//! Events of the metering API, as far as they are read without a server around them.

#[path = "../../../server/src/http/meter/batch.rs"]
mod batch;
#[path = "../../../server/src/http/meter/event.rs"]
mod event;

use crate::domain::catalogue::Api;
use crate::metering::EventId;
use event::{Body, Form, Said};

/// Problems without the answer that the server makes of them.
mod problem {
    use std::str::Utf8Error;

    #[derive(Debug)]
    pub struct Problem(pub String);

    impl Problem {
        pub fn invalid(detail: impl Into<String>) -> Self {
            Self(detail.into())
        }

        pub fn not_json(error: &serde_json::Error) -> Self {
            Self(error.to_string())
        }

        pub fn not_utf8(error: Utf8Error) -> Self {
            Self(error.to_string())
        }

        pub fn batch(events: usize, most: usize) -> Self {
            Self(format!("{events} of {most}"))
        }

        pub fn input_too_long(most: usize) -> Self {
            Self(format!("more than {most}"))
        }
    }
}

/// Content types of a body.
pub const KINDS: [&str; 3] = [
    "application/json",
    "application/cloudevents+json",
    "application/cloudevents-batch+json",
];

/// What an event says that is well formed and breaks no rule.
#[derive(Debug, PartialEq, Eq)]
pub struct Told {
    pub id: Option<EventId>,
    pub key: String,
    pub api: String,
    pub tokens: i64,
    pub latency_ms: i64,
    pub end_user: Option<String>,
    pub at: i64,
}

/// The events of a body, each as it is written and as it is understood. One event is
/// not written down again.
pub fn events<'a>(
    body: &'a [u8],
    kind: &str,
    api: &Api,
    now: i64,
) -> Option<Vec<(Option<&'a str>, Option<Told>)>> {
    let form = Form::of(Some(kind))?;
    Some(match event::read(body, form).ok()? {
        Body::One(said) => vec![(None, told(&said, api, now))],
        Body::Many(list) => list
            .into_iter()
            .map(|json| {
                let said = event::said(json.get(), form).ok();
                (
                    Some(json.get()),
                    said.and_then(|said| told(&said, api, now)),
                )
            })
            .collect(),
    })
}

fn told(said: &Said<'_>, api: &Api, now: i64) -> Option<Told> {
    said.check().ok()?;
    Some(Told {
        id: said.id(),
        key: said.call().key.to_string(),
        api: said.call().api.to_string(),
        tokens: said.tokens(api).ok()?,
        latency_ms: said.latency_ms(),
        end_user: said.end_user(),
        at: said.at(now).ok()?,
    })
}
