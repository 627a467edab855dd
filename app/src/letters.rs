//! The letters that people are sent: texts of the translation files, without
//! pictures, counters or anything else that a reader would have to trust.

use crate::i18n::{Language, Texts};

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
    };
    let foot = texts.with("letter-foot", [("site", site.into())]);
    Letter {
        subject,
        body: format!("{body}\n\n-- \n{foot}\n"),
    }
}
