//! The letters that people are sent: texts of the translation files, without
//! pictures, counters or anything else that a reader would have to trust.

use crate::i18n::{Arg, Language, Texts, moment};
use crate::view::LocalTime;

/// A letter in its reader's language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    pub subject: String,
    /// Plain text.
    pub body: String,
}

/// Why somebody is written to. A `link` is whole, with its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Occasion {
    /// Somebody asked for an account with this mailbox.
    SignUp { link: String },
    /// The same, but there is an account: the link sets a new password.
    Known { link: String },
    /// Staff offer an account.
    Invitation { link: String },
    /// A new password was asked for.
    Reset { link: String },
    /// The account has a new password.
    PasswordChanged { reset: String },
    /// The account is to have this mailbox.
    NewEmail { link: String },
    /// To the mailbox that the account had.
    EmailChanged,
    /// A provider signs in to the account from now on.
    ProviderLinked { issuer: String, link: String },
    /// So many percent of an API's quota are used.
    Threshold {
        api: String,
        percent: i64,
        charged: i64,
        granted: i64,
        link: String,
    },
    /// Calls that were granted will lapse.
    Lapsing {
        api: String,
        calls: i64,
        at: LocalTime,
        link: String,
    },
    /// A request for more calls was answered.
    Answered {
        api: String,
        /// Nothing, if it was rejected.
        granted: Option<i64>,
        /// What staff wrote; may be empty.
        answer: String,
        link: String,
    },
}

/// Writes a letter of the site at `site`.
#[must_use]
pub fn letter(language: Language, site: &str, occasion: Occasion) -> Letter {
    let texts = Texts { language };
    let (subject, body) = match occasion {
        Occasion::SignUp { link } => (
            texts.text("letter-sign-up"),
            texts.with("letter-sign-up-text", [("link", link.into())]),
        ),
        Occasion::Known { link } => (
            texts.text("letter-known"),
            texts.with(
                "letter-known-text",
                [("site", site.into()), ("link", link.into())],
            ),
        ),
        Occasion::Invitation { link } => (
            texts.text("letter-invitation"),
            texts.with("letter-invitation-text", [("link", link.into())]),
        ),
        Occasion::Reset { link } => (
            texts.text("letter-reset"),
            texts.with("letter-reset-text", [("link", link.into())]),
        ),
        Occasion::PasswordChanged { reset } => (
            texts.text("letter-password-changed"),
            texts.with("letter-password-changed-text", [("link", reset.into())]),
        ),
        Occasion::NewEmail { link } => (
            texts.text("letter-new-email"),
            texts.with("letter-new-email-text", [("link", link.into())]),
        ),
        Occasion::EmailChanged => (
            texts.text("letter-email-changed"),
            texts.text("letter-email-changed-text"),
        ),
        Occasion::ProviderLinked { issuer, link } => (
            texts.text("letter-provider-linked"),
            texts.with(
                "letter-provider-linked-text",
                [("issuer", issuer.into()), ("link", link.into())],
            ),
        ),
        Occasion::Threshold {
            api,
            percent,
            charged,
            granted,
            link,
        } => {
            let ids = if charged < granted {
                ["letter-threshold", "letter-threshold-text"]
            } else {
                ["letter-used-up", "letter-used-up-text"]
            };
            let facts = [
                ("api", Arg::from(api)),
                ("percent", percent.into()),
                ("charged", charged.into()),
                ("granted", granted.into()),
                ("link", link.into()),
            ];
            of_facts(texts, ids, facts)
        }
        Occasion::Lapsing {
            api,
            calls,
            at,
            link,
        } => {
            let ids = ["letter-lapsing", "letter-lapsing-text"];
            let facts = [
                ("api", Arg::from(api)),
                ("calls", calls.into()),
                ("at", moment(texts, at).into()),
                ("link", link.into()),
            ];
            of_facts(texts, ids, facts)
        }
        Occasion::Answered {
            api,
            granted,
            answer,
            link,
        } => {
            let ids = match granted {
                Some(_) if answer.is_empty() => ["letter-approved", "letter-approved-text"],
                Some(_) => ["letter-approved", "letter-approved-answer-text"],
                None => ["letter-rejected", "letter-rejected-text"],
            };
            let facts = [
                ("api", Arg::from(api)),
                ("calls", granted.unwrap_or_default().into()),
                ("answer", answer.into()),
                ("link", link.into()),
            ];
            of_facts(texts, ids, facts)
        }
    };
    let foot = texts.with("letter-foot", [("site", site.into())]);
    Letter {
        subject,
        body: format!("{body}\n\n-- \n{foot}\n"),
    }
}

/// Subject and text of a letter that says the same facts in both.
fn of_facts<const N: usize>(
    texts: Texts,
    [subject, text]: [&str; 2],
    facts: [(&'static str, Arg); N],
) -> (String, String) {
    (texts.with(subject, facts.clone()), texts.with(text, facts))
}
