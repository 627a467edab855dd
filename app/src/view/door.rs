//! What strangers meet: who may open an account, and links that they were sent.

use super::{LocalTime, ZoneGroup};

/// Who may open an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignUpMode {
    Open,
    Invitation,
    Closed,
}

/// What a link does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkPurpose {
    SignUp,
    Invitation,
    Reset,
    Email,
}

/// What becomes of whoever opens a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkView {
    /// It works, for this mailbox.
    Good {
        email: String,
    },
    Used,
    Late,
    Unknown,
}

/// The page that opens an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinView {
    pub link: LinkView,
    pub zones: Vec<ZoneGroup>,
}

/// A link that was sent and not used yet, as staff see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkRow {
    pub id: String,
    pub purpose: LinkPurpose,
    pub email: String,
    /// Public id of the account that it belongs to.
    pub account: Option<String>,
    pub created_at: LocalTime,
    pub expires_at: LocalTime,
    /// The viewer may pass it on.
    pub may_show: bool,
}

/// The whole address of a link, for staff to pass on: shown once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownLink {
    pub email: String,
    pub address: String,
}
