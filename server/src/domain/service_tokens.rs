//! Service tokens: what opens the metering API (`product.md` §4) and the admin API
//! (§6). A service reports or reserves calls of developers' keys, so its token is
//! none of theirs: it begins with `svc-`, carries 238 bits of chance, and is stored
//! as a hash.

use super::authority::Reach;
use super::{AccountId, Millis};
use sha2::{Digest, Sha256};
use std::fmt;

/// Longest name, in characters.
pub const NAME_LENGTH: usize = 60;

/// SHA-256 of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash(pub [u8; 32]);

impl TokenHash {
    #[must_use]
    pub fn of(token: &str) -> Self {
        Self(Sha256::digest(token.as_bytes()).into())
    }
}

/// Whether a text could be a service token at all: spares a look-up for what cannot.
#[must_use]
pub fn is_token_shaped(text: &str) -> bool {
    text.len() == 44
        && text.starts_with("svc-")
        && text.bytes().skip(4).all(|b| b.is_ascii_alphanumeric())
}

/// Something that a token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Record calls that took place, and nothing else.
    Record,
    /// All of the metering API: record, reserve, settle.
    Write,
    /// See what the admin API shows.
    AdminRead,
    /// What support may do.
    AdminSupport,
    /// What an owner may do.
    AdminWrite,
}

impl Scope {
    /// Every scope, the widest of each API last.
    pub const ALL: [Self; 5] = [
        Self::Record,
        Self::Write,
        Self::AdminRead,
        Self::AdminSupport,
        Self::AdminWrite,
    ];

    /// The name that people and the store use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Record => "meter:record",
            Self::Write => "meter:write",
            Self::AdminRead => "admin:read",
            Self::AdminSupport => "admin:support",
            Self::AdminWrite => "admin:write",
        }
    }

    /// The scope of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }

    /// The scopes that allow what this one does.
    const fn allowed_by(self) -> u8 {
        match self {
            Self::Record => Self::Record.bit() | Self::Write.bit(),
            Self::Write => Self::Write.bit(),
            Self::AdminRead => {
                Self::AdminRead.bit() | Self::AdminSupport.bit() | Self::AdminWrite.bit()
            }
            Self::AdminSupport => Self::AdminSupport.bit() | Self::AdminWrite.bit(),
            Self::AdminWrite => Self::AdminWrite.bit(),
        }
    }
}

/// A set of scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scopes(u8);

impl Scopes {
    /// The scopes of these names, parted by spaces or commas.
    ///
    /// # Errors
    /// The first name that is none.
    pub fn parse(names: &str) -> Result<Self, String> {
        let mut bits = 0;
        for name in names.split([' ', ',']).filter(|name| !name.is_empty()) {
            bits |= Scope::named(name).ok_or_else(|| name.to_owned())?.bit();
        }
        Ok(Self(bits))
    }

    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether one of these allows it.
    #[must_use]
    pub const fn allow(self, scope: Scope) -> bool {
        self.0 & scope.allowed_by() != 0
    }

    /// How far the rights of a program with these reach at the admin's desk.
    #[must_use]
    pub const fn reach(self) -> Reach {
        if self.allow(Scope::AdminWrite) {
            Reach::Owner
        } else if self.allow(Scope::AdminSupport) {
            Reach::Support
        } else if self.allow(Scope::AdminRead) {
            Reach::Look
        } else {
            Reach::Own
        }
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut between = "";
        for scope in Scope::ALL {
            if self.0 & scope.bit() != 0 {
                write!(f, "{between}{}", scope.name())?;
                between = " ";
            }
        }
        Ok(())
    }
}

/// A token as its list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceToken {
    pub public_id: String,
    pub name: String,
    pub hint: String,
    pub scopes: Scopes,
    /// E-mail of the only account whose calls it may touch.
    pub account: Option<String>,
    pub created_at: Millis,
    pub expires_at: Option<Millis>,
    pub revoked_at: Option<Millis>,
    /// To five minutes.
    pub last_used_at: Option<Millis>,
}

#[derive(Debug, Clone)]
pub struct NewServiceToken {
    pub public_id: String,
    pub name: String,
    pub hash: TokenHash,
    pub hint: String,
    pub scopes: Scopes,
    pub account: Option<AccountId>,
    pub expires_at: Option<Millis>,
    pub created_by: Option<AccountId>,
    pub created_at: Millis,
}

/// What the metering API knows of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServiceIdentity {
    /// Row of the token.
    pub id: i64,
    pub scopes: Scopes,
    /// The only account whose calls it may touch.
    pub account: Option<AccountId>,
    pub expires_at: Option<Millis>,
    pub revoked: bool,
    pub last_used_at: Option<Millis>,
}

/// Why a known token opens nothing, or not this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenRefusal {
    Revoked,
    Expired,
    /// It lacks the scope.
    Scope(Scope),
}

impl ServiceIdentity {
    /// Whether the token allows this at `now`.
    pub fn check(&self, scope: Scope, now: Millis) -> Result<(), TokenRefusal> {
        if self.revoked {
            Err(TokenRefusal::Revoked)
        } else if self.expires_at.is_some_and(|end| end <= now) {
            Err(TokenRefusal::Expired)
        } else if self.scopes.allow(scope) {
            Ok(())
        } else {
            Err(TokenRefusal::Scope(scope))
        }
    }

    /// Whether calls of this account are the token's business.
    #[must_use]
    pub fn covers(&self, account: AccountId) -> bool {
        self.account.is_none_or(|only| only == account)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(scopes: &str) -> ServiceIdentity {
        ServiceIdentity {
            id: 1,
            scopes: Scopes::parse(scopes).unwrap(),
            account: None,
            expires_at: Some(100),
            revoked: false,
            last_used_at: None,
        }
    }

    #[test]
    fn scopes_are_read_as_they_are_written() {
        for names in ["meter:record", "meter:write", "meter:record meter:write"] {
            assert_eq!(Scopes::parse(names).unwrap().to_string(), names);
        }
        assert_eq!(
            Scopes::parse("meter:write,meter:record").unwrap(),
            Scopes::parse("meter:record  meter:write").unwrap()
        );
        assert_eq!(Scopes::parse("meter:all").unwrap_err(), "meter:all");
        assert!(Scopes::parse(" ").unwrap().is_empty());
    }

    #[test]
    fn a_token_allows_what_its_scopes_say_until_it_expires() {
        let record = token("meter:record");
        assert_eq!(record.check(Scope::Record, 99), Ok(()));
        let refusal = TokenRefusal::Scope(Scope::Write);
        assert_eq!(record.check(Scope::Write, 99), Err(refusal));
        assert_eq!(record.check(Scope::Record, 100), Err(TokenRefusal::Expired));
        let write = token("meter:write");
        assert_eq!(write.check(Scope::Record, 99), Ok(()));
        assert_eq!(write.check(Scope::Write, 99), Ok(()));
        let revoked = ServiceIdentity {
            revoked: true,
            ..write
        };
        assert_eq!(revoked.check(Scope::Write, 0), Err(TokenRefusal::Revoked));
    }

    #[test]
    fn scopes_of_one_api_open_nothing_of_the_other() {
        for (names, reach) in [
            ("meter:write", Reach::Own),
            ("admin:read", Reach::Look),
            ("admin:support", Reach::Support),
            ("meter:record admin:write", Reach::Owner),
        ] {
            assert_eq!(Scopes::parse(names).unwrap().reach(), reach, "{names}");
        }
        let refusal = TokenRefusal::Scope(Scope::Record);
        assert_eq!(token("admin:write").check(Scope::Record, 0), Err(refusal));
        assert_eq!(token("admin:support").check(Scope::AdminRead, 0), Ok(()));
        let refusal = TokenRefusal::Scope(Scope::AdminSupport);
        assert_eq!(
            token("admin:read").check(Scope::AdminSupport, 0),
            Err(refusal)
        );
    }

    #[test]
    fn a_token_bound_to_an_account_covers_no_other() {
        let bound = ServiceIdentity {
            account: Some(AccountId(1)),
            ..token("meter:write")
        };
        assert!(bound.covers(AccountId(1)) && !bound.covers(AccountId(2)));
        assert!(token("meter:write").covers(AccountId(2)));
    }
}
