//! What can go wrong below the borders. Each border (the wire, a page, the
//! command line) maps these once, and chooses the words.

use super::Millis;

/// The store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Busy, locked, full, out of connections: the same call may work later.
    #[error("the store is not available for now: {0}")]
    Transient(String),
    /// A row broke a uniqueness rule: the constraint's name or columns.
    #[error("already there: {0}")]
    Conflict(String),
    /// Pages of the database are damaged: no call can be vouched for until it is
    /// restored.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// Anything else: a bug, or a broken database.
    #[error("the store failed: {0}")]
    Broken(String),
}

/// A rule of the product was broken, with the data to explain it.
#[derive(Debug, thiserror::Error)]
pub enum DomainError {
    #[error("there is no such {0}")]
    NotFound(&'static str),
    #[error("this needs another role")]
    Forbidden,
    /// A field of a form or command, and what is wrong with it.
    #[error("{field}: {problem}")]
    Invalid {
        field: &'static str,
        problem: Problem,
    },
    #[error("this request was answered already")]
    AlreadyAnswered,
    /// Fields that somebody else, or another window, changed since the form was
    /// shown, and what they are now.
    #[error("changed meanwhile: {0:?}")]
    ChangedMeanwhile(Vec<(&'static str, String)>),
    /// Tried too often: how long to wait, in milliseconds.
    #[error("tried too often: wait {0} ms")]
    TooOften(Millis),
    /// The form that asks for it was sent before, and was done.
    #[error("this form was sent before, and done")]
    AlreadySent,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl DomainError {
    #[must_use]
    pub const fn invalid(field: &'static str, problem: Problem) -> Self {
        Self::Invalid { field, problem }
    }

    /// The same, said of the field that the form has for the value.
    #[must_use]
    pub fn on_field(self, field: &'static str) -> Self {
        match self {
            Self::Invalid { problem, .. } => Self::Invalid { field, problem },
            other => other,
        }
    }
}

/// What is wrong with a value that a person gave.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("is required")]
    Required,
    #[error("is longer than {most} characters")]
    TooLong { most: i64 },
    #[error("is shorter than {least} characters")]
    TooShort { least: i64 },
    #[error("is not a whole number")]
    NotANumber,
    #[error("must be from {least} to {most}")]
    OutOfRange { least: i64, most: i64 },
    #[error("is not a date")]
    NotADate,
    #[error("lies in the past")]
    DatePast,
    #[error("is not an e-mail address")]
    NotAnEmail,
    #[error("is not a time zone of the tz database")]
    UnknownTimeZone,
    #[error("is not a project of this account")]
    UnknownProject,
    #[error("is not an API of the catalogue")]
    UnknownApi,
    #[error("is not a key of this account")]
    UnknownKey,
    #[error("is no code that is good here")]
    UnknownCode,
    #[error("is a code that has expired or is used up")]
    CodeOver,
    #[error("is a code that this account has redeemed already")]
    CodeRedeemed,
    #[error("is of an account that has no password")]
    NoPassword,
    #[error("is not the password of this account")]
    WrongPassword,
    #[error("differs from the new password")]
    NotTheSame,
    #[error("is not the e-mail of this account")]
    NotTheEmail,
    #[error("is the last owner, and an installation needs one")]
    LastOwner,
    #[error("is no list of percents")]
    NotPercents,
    #[error("has more than {most} numbers")]
    TooManyNumbers { most: i64 },
    #[error("is the e-mail of an account already")]
    EmailTaken,
    #[error("is the e-mail of the account as it is")]
    SameEmail,
    #[error("is no code that is good now")]
    WrongCode,
    #[error("has a second step already, or none that waits")]
    FactorThere,
    #[error("was invited just now")]
    InvitedJustNow,
    #[error("cannot be invited: sign-up is closed")]
    SignUpClosed,
    #[error("does not go with a scope of the admin API, which is for all accounts")]
    NotWithScope,
    #[error("is a link that was used, is too old, or never was")]
    LinkOver,
    #[error("is of a mailbox that has an account already")]
    AccountThere,
    #[error("is taken")]
    NameTaken,
    #[error("was deleted meanwhile: {name:?}")]
    ProjectDeleted { name: String },
    #[error("is the only project of the account")]
    LastProject,
    #[error("is not the name")]
    NotTheName,
    #[error("is not one of the choices")]
    UnknownChoice,
    #[error("has an open request already")]
    RequestOpen,
    #[error("has ended or was revoked")]
    GrantOver,
    #[error("has nothing left that could be taken back")]
    NothingLeft,
    #[error("lies before the first day")]
    EndsBeforeStart,
    #[error("is more than support may give at once, {most}: ask an owner")]
    AboveCeiling { most: i64 },
    #[error("is so already")]
    AlreadySo,
    #[error("is for owners to give")]
    OwnersOnly,
    #[error("is your own account")]
    Yourself,
    #[error("is no address of a webhook")]
    NotAHookUrl,
    #[error("is an address inside a network")]
    PrivateAddress,
    #[error("is the address of a webhook of this account already")]
    HookThere,
    #[error("is a webhook that is switched off")]
    HookOff,
    #[error("reached its most of {most}")]
    TooMany { most: i64 },
}
