//! Links that people are sent. Each proves that its reader reads a mailbox,
//! works once, and not for long (`product.md` §7).

use super::language::Language;
use super::{AccountId, Millis};
use sha2::{Digest, Sha256};

const HOUR: Millis = 60 * 60 * 1_000;

/// Within so long, no second letter of a kind goes to the same mailbox.
pub const PAUSE: Millis = 60 * 1_000;
/// Open sign-ups at most: strangers cannot fill the disk.
pub const MOST_SIGN_UPS: i64 = 10_000;
/// So long after its end a link is known, so that its page can say what it was.
pub const REMEMBERED: Millis = 30 * 24 * HOUR;
/// A longer token is none.
const LONGEST_TOKEN: usize = 64;

/// Who may open an account (`product.md` §7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SignUp {
    /// Whoever reads the mailbox that they name.
    Open,
    /// Whom staff invited. The default: a new site lets in nobody whom its people
    /// did not name, and needs no command line to let the first one in.
    #[default]
    Invitation,
    /// Nobody but by the command line.
    Closed,
}

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkKind {
    /// Opens an account that its reader asked for.
    SignUp,
    /// Opens an account that staff offered.
    Invitation,
    /// Sets a new password.
    Reset,
    /// Makes the mailbox that of the account.
    Email,
}

impl LinkKind {
    /// The name in the store.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SignUp => "sign_up",
            Self::Invitation => "invitation",
            Self::Reset => "reset",
            Self::Email => "email",
        }
    }

    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::SignUp, Self::Invitation, Self::Reset, Self::Email]
            .into_iter()
            .find(|kind| kind.name() == name)
    }

    /// How long it works.
    #[must_use]
    pub const fn life(self) -> Millis {
        match self {
            Self::Reset => HOUR,
            Self::SignUp | Self::Email => 24 * HOUR,
            Self::Invitation => 7 * 24 * HOUR,
        }
    }

    /// The page that it opens.
    #[must_use]
    pub const fn page(self) -> &'static str {
        match self {
            Self::SignUp | Self::Invitation => "/join",
            Self::Reset => "/reset/new",
            Self::Email => "/confirm-email",
        }
    }

    /// Whether it opens an account.
    #[must_use]
    pub const fn opens_account(self) -> bool {
        matches!(self, Self::SignUp | Self::Invitation)
    }
}

/// What the store knows a token by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkHash(pub [u8; 32]);

impl LinkHash {
    #[must_use]
    pub fn of(token: &str) -> Self {
        // Whatever is longer is hashed no further: it is no token.
        let bytes = token.as_bytes();
        Self(Sha256::digest(&bytes[..bytes.len().min(LONGEST_TOKEN)]).into())
    }
}

/// A link that is to be sent.
#[derive(Debug, Clone)]
pub struct NewLink {
    pub public_id: String,
    pub kind: LinkKind,
    pub email: String,
    pub account: Option<AccountId>,
    pub hash: LinkHash,
    pub language: Language,
    pub created_by: Option<AccountId>,
    pub created_at: Millis,
    pub expires_at: Millis,
}

/// A link that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub public_id: String,
    pub kind: LinkKind,
    pub email: String,
    pub account: Option<AccountId>,
    pub language: Language,
    pub created_at: Millis,
    pub expires_at: Millis,
    pub used_at: Option<Millis>,
}

/// What becomes of whoever opens a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkState {
    Good,
    Used,
    Late,
}

impl Link {
    #[must_use]
    pub const fn state(&self, now: Millis) -> LinkState {
        if self.used_at.is_some() {
            LinkState::Used
        } else if self.expires_at <= now {
            LinkState::Late
        } else {
            LinkState::Good
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_works_until_it_was_used_or_is_too_old() {
        let mut link = Link {
            public_id: "lnk_1".into(),
            kind: LinkKind::Reset,
            email: "ann@example.com".into(),
            account: None,
            language: Language::English,
            created_at: 0,
            expires_at: LinkKind::Reset.life(),
            used_at: None,
        };
        assert_eq!(link.state(HOUR - 1), LinkState::Good);
        assert_eq!(link.state(HOUR), LinkState::Late);
        link.used_at = Some(5);
        assert_eq!(link.state(10), LinkState::Used);
    }

    #[test]
    fn every_kind_comes_back_from_the_store() {
        for kind in ["sign_up", "invitation", "reset", "email"] {
            assert_eq!(LinkKind::named(kind).map(LinkKind::name), Some(kind));
        }
        assert_eq!(LinkKind::named("other"), None);
    }

    #[test]
    fn a_token_that_is_too_long_is_cut_and_so_is_no_other() {
        let long = "x".repeat(10_000);
        assert_eq!(LinkHash::of(&long), LinkHash::of(&long[..64]));
        assert_ne!(LinkHash::of(&long[..64]), LinkHash::of(&long[..63]));
    }
}
