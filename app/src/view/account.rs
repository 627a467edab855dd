//! Who is looking, and at which site.

use super::SignUpMode;
use crate::i18n::Language;

/// What an account may do beyond its own data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Developer,
    /// Grants up to a configured amount and answers requests.
    Support,
    Owner,
}

impl Role {
    /// May see the admin's desk.
    #[must_use]
    pub const fn is_staff(self) -> bool {
        matches!(self, Self::Support | Self::Owner)
    }
}

/// The signed-in person. Handed in by context; without it the visitor is a stranger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    /// Row id of the account; never shown.
    pub account: i64,
    pub name: String,
    pub email: String,
    pub role: Role,
    /// IANA name, for instance `Asia/Shanghai`.
    pub time_zone: String,
    /// The language of this page: where the server has names in several.
    pub language: Language,
}

/// What the reader's cookie says of colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme of that name; anything else follows the system.
    #[must_use]
    pub fn named(name: &str) -> Self {
        match name {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::System,
        }
    }
}

/// A sign-in that the demo prints and shows on the sign-in page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoSignIn {
    pub role: Role,
    pub email: String,
    pub password: String,
}

/// What every page knows of the site. Handed in by context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// Where clients reach the gateway, without a trailing slash: `http://127.0.0.1:3000/api/openmem/v1`.
    pub base_url: String,
    pub theme: Theme,
    /// Not empty in a demo: every page says so, and the sign-in page offers these.
    pub demo: Vec<DemoSignIn>,
    /// Who may open an account.
    pub sign_up: SignUpMode,
    /// By whom people may sign in, beside their passwords.
    pub provider: Option<String>,
    /// Whether letters reach people.
    pub letters: bool,
    /// Path and query of this request: where the reader comes back to.
    pub here: String,
}
