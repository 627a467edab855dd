//! What an account is told of, as JSON (`docs/WEBHOOKS.md`).

use crate::domain::Millis;
use chrono::{DateTime, SecondsFormat};
use serde::{Deserialize, Serialize};

/// Something that happened. `account` is always a public id, `api` a name of the
/// catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    /// So many percent of a quota are used.
    #[serde(rename = "quota.threshold")]
    Threshold {
        account: String,
        api: String,
        percent: i64,
        /// At the crossing.
        charged: i64,
        granted: i64,
        remaining: i64,
    },
    /// A grant with calls left will lapse.
    #[serde(rename = "grant.lapsing")]
    Lapsing {
        account: String,
        /// Public id.
        grant: String,
        api: String,
        /// Calls that are left of it.
        calls: i64,
        /// RFC 3339.
        expires_at: String,
    },
    /// A request for quota was answered.
    #[serde(rename = "request.answered")]
    Answered {
        account: String,
        /// Public id.
        request: String,
        api: String,
        approved: bool,
        asked: i64,
        /// Calls that were granted.
        granted: i64,
        /// What the one who answered wrote; may be empty.
        answer: String,
    },
    /// Somebody tries a webhook.
    #[serde(rename = "test")]
    Test { account: String },
}

/// The kind of a message that somebody sends to see whether it arrives.
pub const TEST: &str = "test";

impl Event {
    /// The name in the store and on the wire.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Threshold { .. } => "quota.threshold",
            Self::Lapsing { .. } => "grant.lapsing",
            Self::Answered { .. } => "request.answered",
            Self::Test { .. } => TEST,
        }
    }

    /// The message. It is made once, so that every try sends the same.
    #[must_use]
    pub fn body(&self, at: Millis) -> String {
        #[derive(Serialize)]
        struct Body<'a> {
            #[serde(flatten)]
            event: &'a Event,
            timestamp: String,
        }
        // Texts and numbers can always be written.
        serde_json::to_string(&Body {
            event: self,
            timestamp: instant(at),
        })
        .unwrap_or_default()
    }

    /// Reads a message again.
    #[must_use]
    pub fn read(body: &str) -> Option<Self> {
        serde_json::from_str(body).ok()
    }
}

/// An instant as messages say it.
#[must_use]
pub fn instant(at: Millis) -> String {
    DateTime::from_timestamp_millis(at)
        .unwrap_or_default()
        .to_rfc3339_opts(SecondsFormat::Millis, true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn a_message_says_what_when_and_how_much() {
        let event = Event::Threshold {
            account: "acc_1".into(),
            api: "searchMemory".into(),
            percent: 80,
            charged: 800,
            granted: 1_000,
            remaining: 200,
        };
        let body = event.body(1_795_516_800_000);
        let value: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(
            value,
            json!({
                "type": "quota.threshold",
                "timestamp": "2026-11-24T10:40:00.000Z",
                "data": {
                    "account": "acc_1", "api": "searchMemory", "percent": 80,
                    "charged": 800, "granted": 1_000, "remaining": 200,
                },
            })
        );
        assert_eq!(value["type"], event.kind());
        assert_eq!(Event::read(&body), Some(event));
    }

    #[test]
    fn every_kind_is_read_as_it_was_written() {
        for event in [
            Event::Lapsing {
                account: "acc_1".into(),
                grant: "grt_1".into(),
                api: "searchMemory".into(),
                calls: 5,
                expires_at: instant(0),
            },
            Event::Answered {
                account: "acc_1".into(),
                request: "qrq_1".into(),
                api: "searchMemory".into(),
                approved: true,
                asked: 10,
                granted: 5,
                answer: "\"Good luck\"\n祝好".into(),
            },
            Event::Test {
                account: "acc_1".into(),
            },
        ] {
            let body = event.body(0);
            assert!(body.contains(&format!("\"type\":\"{}\"", event.kind())));
            assert_eq!(Event::read(&body), Some(event));
        }
    }
}
