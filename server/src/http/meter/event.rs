//! Events as services send them: plain JSON, and CloudEvents 1.0.

use super::batch::{Batch, MOST_EVENTS};
use super::problem::Problem;
use crate::domain::Millis;
use crate::domain::catalogue::Api;
use crate::domain::idempotency::{Fingerprint, IdempotencyHash, LONGEST_KEY, Purpose};
use crate::domain::limits::LONGEST_ID;
use crate::domain::usage::Outcome;
use crate::http::json::{Instant, Object, Text};
use crate::metering::EventId;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

/// An event may be told so late.
const LATE: Millis = 24 * 60 * 60 * 1_000;
/// Clocks may differ by so much.
const AHEAD: Millis = 5 * 60 * 1_000;
/// Most that a number of an event may be.
pub(super) const MOST: u64 = 1_000_000_000;

/// What an event says of a call.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Plain<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    #[serde(borrow)]
    pub key: Text<'a>,
    #[serde(borrow)]
    pub api: Text<'a>,
    #[serde(default)]
    tokens: Option<u64>,
    #[serde(default)]
    outcome: Ended,
    #[serde(default)]
    latency_ms: Option<u64>,
    #[serde(borrow)]
    end_user: Option<Text<'a>>,
    time: Option<Instant>,
}

/// How a call ended, as a service says it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Ended {
    #[default]
    Succeeded,
    /// The service could not do it.
    Failed,
    /// The call broke a rule of the service.
    Rejected,
}

impl Ended {
    /// How the ledger sorts it, and the code of its row.
    pub(super) const fn outcome(self) -> (Outcome, i64) {
        match self {
            Self::Succeeded => (Outcome::Succeeded, 0),
            Self::Failed => (Outcome::UpstreamFailed, 50_000),
            Self::Rejected => (Outcome::Rejected, 40_000),
        }
    }
}

/// A CloudEvent in its JSON form. Attributes that are not named here are
/// extensions, and carry nothing for us.
#[derive(Debug, Deserialize)]
struct Cloud<'a> {
    #[serde(borrow)]
    specversion: Text<'a>,
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    source: Text<'a>,
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    time: Option<Instant>,
    #[serde(borrow)]
    datacontenttype: Option<Text<'a>>,
    #[serde(borrow)]
    data: Option<Object<Plain<'a>>>,
    data_base64: Option<IgnoredAny>,
}

/// An event that is well formed.
#[derive(Debug)]
pub(super) struct Said<'a> {
    source: Option<Text<'a>>,
    plain: Plain<'a>,
}

/// How the body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// One event, or a list of them.
    Plain,
    Cloud,
    CloudBatch,
}

impl Form {
    /// By the content type; a body without one is plain JSON.
    pub(super) fn of(content_type: Option<&str>) -> Option<Self> {
        let Some(value) = content_type else {
            return Some(Self::Plain);
        };
        let essence = value.split(';').next().unwrap_or_default().trim();
        [
            ("application/json", Self::Plain),
            ("application/cloudevents+json", Self::Cloud),
            ("application/cloudevents-batch+json", Self::CloudBatch),
        ]
        .into_iter()
        .find(|(name, _)| essence.eq_ignore_ascii_case(name))
        .map(|(_, form)| form)
    }
}

/// What came: one event, or a list of which each is read by itself.
pub(super) enum Body<'a> {
    One(Said<'a>),
    Many(Vec<&'a RawValue>),
}

/// Reads a body.
pub(super) fn read(body: &[u8], form: Form) -> Result<Body<'_>, Problem> {
    // All of it: the JSON reader passes over what nobody asks for.
    let body = str::from_utf8(body).map_err(Problem::not_utf8)?;
    let is_list = body.bytes().find(|byte| !byte.is_ascii_whitespace()) == Some(b'[');
    if !is_list && form != Form::CloudBatch {
        return said(body, form).map(Body::One);
    }
    if is_list && form == Form::Cloud {
        return Err(Problem::invalid(
            "A list of CloudEvents has the content type application/cloudevents-batch+json.",
        ));
    }
    let Batch { events, count } = serde_json::from_str(body).map_err(|error| problem(&error))?;
    if count == 0 || count > MOST_EVENTS {
        return Err(Problem::batch(count, MOST_EVENTS));
    }
    Ok(Body::Many(events))
}

/// Reads one event.
pub(super) fn said(json: &str, form: Form) -> Result<Said<'_>, Problem> {
    if form == Form::Plain {
        let Object(plain) = serde_json::from_str(json).map_err(|error| problem(&error))?;
        return Ok(Said {
            source: None,
            plain,
        });
    }
    let Object(cloud): Object<Cloud<'_>> =
        serde_json::from_str(json).map_err(|error| problem(&error))?;
    if &*cloud.specversion != "1.0" {
        return Err(Problem::invalid("`specversion` must be \"1.0\"."));
    }
    for (name, value) in [
        ("id", &cloud.id),
        ("source", &cloud.source),
        ("type", &cloud.kind),
    ] {
        if value.is_empty() {
            return Err(Problem::invalid(format!("`{name}` must not be empty.")));
        }
    }
    let is_json = |kind: &Text<'_>| {
        let essence = kind.split(';').next().unwrap_or_default().trim();
        essence.eq_ignore_ascii_case("application/json") || essence.ends_with("+json")
    };
    if cloud.data_base64.is_some() || !cloud.datacontenttype.as_ref().is_none_or(is_json) {
        return Err(Problem::invalid("`data` must be JSON."));
    }
    let Some(Object(mut plain)) = cloud.data else {
        return Err(Problem::invalid(
            "`data` is required: it says which call it was.",
        ));
    };
    if plain.id.is_some() || plain.time.is_some() {
        return Err(Problem::invalid(
            "`id` and `time` are the CloudEvent's own: leave them out of `data`.",
        ));
    }
    plain.id = Some(cloud.id);
    plain.time = cloud.time;
    Ok(Said {
        source: Some(cloud.source),
        plain,
    })
}

/// JSON that is broken, or that is not an event.
pub(super) fn problem(error: &serde_json::Error) -> Problem {
    if error.is_data() {
        Problem::invalid(format!("{error}."))
    } else {
        Problem::not_json(error)
    }
}

impl<'a> Said<'a> {
    pub(super) fn call(&self) -> &Plain<'a> {
        &self.plain
    }

    /// An id for an event that came without one.
    pub(super) fn name(&mut self, id: impl FnOnce() -> String) {
        if self.plain.id.is_none() {
            self.plain.id = Some(Text(id().into()));
        }
    }

    /// What it is known by if it comes again.
    pub(super) fn id(&self) -> Option<EventId> {
        let id = self.plain.id.as_deref()?;
        let plain = &self.plain;
        let source = self.source.as_deref().unwrap_or_default();
        let number = |value: Option<u64>| value.map_or([0xFF; 8], u64::to_be_bytes);
        Some(EventId {
            hash: IdempotencyHash::of(Purpose::Event, &[source, id]),
            fingerprint: Fingerprint::of(&[
                plain.key.as_bytes(),
                plain.api.as_bytes(),
                &number(plain.tokens),
                &[plain.outcome as u8],
                &number(plain.latency_ms),
                plain.end_user.as_deref().unwrap_or_default().as_bytes(),
                &number(plain.time.map(|at| at.0.cast_unsigned())),
            ]),
        })
    }

    /// Checks what needs neither key nor API.
    pub(super) fn check(&self) -> Result<(), Problem> {
        let plain = &self.plain;
        for (name, id) in [("id", &plain.id), ("source", &self.source)] {
            if id
                .as_ref()
                .is_some_and(|id| id.is_empty() || id.len() > LONGEST_KEY)
            {
                return Err(Problem::invalid(format!(
                    "`{name}` must have from 1 to {LONGEST_KEY} bytes."
                )));
            }
        }
        if let Some(user) = &plain.end_user
            && user.chars().count() > LONGEST_ID
        {
            return Err(Problem::invalid(format!(
                "`end_user` has more than {LONGEST_ID} characters."
            )));
        }
        for (name, value) in [("tokens", plain.tokens), ("latency_ms", plain.latency_ms)] {
            if value.is_some_and(|value| value > MOST) {
                return Err(Problem::invalid(format!("`{name}` is more than {MOST}.")));
            }
        }
        Ok(())
    }

    /// When the call took place.
    pub(super) fn at(&self, now: Millis) -> Result<Millis, Problem> {
        let Some(Instant(at)) = self.plain.time else {
            return Ok(now);
        };
        if at < now - LATE {
            return Err(Problem::invalid(
                "`time` lies more than 24 hours in the past.",
            ));
        }
        if at > now + AHEAD {
            return Err(Problem::invalid(
                "`time` lies more than 5 minutes in the future.",
            ));
        }
        Ok(at.min(now))
    }

    pub(super) fn tokens(&self, api: &Api) -> Result<i64, Problem> {
        within(self.plain.tokens, api)
    }

    pub(super) fn latency_ms(&self) -> i64 {
        number(self.plain.latency_ms)
    }

    pub(super) fn end_user(&self) -> Option<String> {
        let user = self.plain.end_user.as_deref()?;
        Some(user.to_owned()).filter(|user| !user.is_empty())
    }

    pub(super) const fn ended(&self) -> Ended {
        self.plain.outcome
    }
}

/// Tokens, if the API takes so many.
pub(super) fn within(tokens: Option<u64>, api: &Api) -> Result<i64, Problem> {
    let tokens = tokens.unwrap_or(0);
    match &api.input {
        Some(input) if tokens > input.max_tokens as u64 => {
            Err(Problem::input_too_long(input.max_tokens))
        }
        _ => Ok(number(Some(tokens))),
    }
}

fn number(value: Option<u64>) -> i64 {
    value.map_or(0, |value| i64::try_from(value).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::Cow;

    #[test]
    fn texts_without_escapes_are_not_copied() {
        let json = r#"{"key":"key_1","api":"add\u004dessage"}"#;
        let said = said(json, Form::Plain).unwrap();
        assert!(matches!(said.plain.key.0, Cow::Borrowed("key_1")));
        assert_eq!(&*said.plain.api, "addMessage");
    }

    #[test]
    fn a_form_is_known_by_its_content_type() {
        for (name, form) in [
            (None, Some(Form::Plain)),
            (Some("application/json; charset=utf-8"), Some(Form::Plain)),
            (Some("Application/CloudEvents+JSON"), Some(Form::Cloud)),
            (
                Some("application/cloudevents-batch+json;charset=UTF-8"),
                Some(Form::CloudBatch),
            ),
            (Some("application/x-www-form-urlencoded"), None),
            (Some("text/json"), None),
        ] {
            assert_eq!(Form::of(name), form, "{name:?}");
        }
    }

    #[test]
    fn events_that_say_the_same_are_alike_and_no_others() {
        let id = |json: &str| said(json, Form::Plain).unwrap().id();
        let first = id(r#"{"id":"1","key":"k","api":"a","tokens":1}"#).unwrap();
        let again = id(r#"{"api":"a", "tokens":1, "key":"k", "id":"1"}"#).unwrap();
        assert_eq!(first, again);
        for other in [
            r#"{"id":"1","key":"k","api":"a"}"#,
            r#"{"id":"1","key":"k","api":"a","tokens":0}"#,
            r#"{"id":"1","key":"k","api":"a","tokens":1,"outcome":"failed"}"#,
            r#"{"id":"1","key":"k","api":"a","tokens":1,"time":0}"#,
            r#"{"id":"1","key":"k","api":"a","tokens":1,"end_user":"u"}"#,
        ] {
            let other = id(other).unwrap();
            assert_eq!(first.hash, other.hash);
            assert_ne!(first.fingerprint, other.fingerprint);
        }
        assert_eq!(id(r#"{"key":"k","api":"a"}"#), None);
    }

    #[test]
    fn a_list_of_values_is_no_event() {
        for (json, form) in [
            (r#"["1","k","a",1,"succeeded",1,"u",0]"#, Form::Plain),
            (
                r#"{"specversion":"1.0","id":"1","source":"s","type":"t","data":["1","k","a"]}"#,
                Form::Cloud,
            ),
        ] {
            assert!(said(json, form).is_err(), "{json}");
        }
    }
}
