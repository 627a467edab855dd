//! API keys. A key is shown once and stored as a hash; it carries 238 bits of
//! chance, so a plain SHA-256 is as strong as a slow hash and costs nothing on
//! the hot path.

use super::caps::Limit;
use super::{AccountId, ApiId, KeyId, Millis, ProjectId, zones};
use chrono_tz::Tz;
use sha2::{Digest, Sha256};

/// SHA-256 of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyHash(pub [u8; 32]);

impl KeyHash {
    #[must_use]
    pub fn of(secret: &str) -> Self {
        Self(Sha256::digest(secret.as_bytes()).into())
    }
}

/// Whether a text could be a key at all: spares a look-up for what cannot.
#[must_use]
pub fn is_key_shaped(text: &str) -> bool {
    text.len() == 44
        && text.starts_with("mpg-")
        && text.bytes().skip(4).all(|b| b.is_ascii_alphanumeric())
}

/// What an `Authorization` header holds out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presented<'a> {
    /// It could be a key.
    Key(&'a str),
    /// A scheme with nothing behind it, or nothing at all.
    Nothing,
    /// It can be none.
    NoKey,
}

/// Reads `Token mpg-…`, or `Bearer`, which some clients try next, or the key alone.
#[must_use]
pub fn presented(header: &str) -> Presented<'_> {
    let header = header.trim();
    let is_scheme =
        |word: &str| word.eq_ignore_ascii_case("token") || word.eq_ignore_ascii_case("bearer");
    let key = match header.split_once(' ') {
        Some((scheme, key)) if is_scheme(scheme) => key.trim(),
        Some(_) => return Presented::NoKey,
        // `Token ` with nothing behind it arrives without its space.
        None if is_scheme(header) => "",
        None => header,
    };
    match key {
        "" => Presented::Nothing,
        key if is_key_shaped(key) => Presented::Key(key),
        _ => Presented::NoKey,
    }
}

/// The last four characters, by which people tell keys apart.
#[must_use]
pub fn hint(secret: &str) -> String {
    secret
        .get(secret.len().saturating_sub(4)..)
        .unwrap_or_default()
        .to_owned()
}

/// A key as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    pub id: KeyId,
    pub public_id: String,
    pub account: AccountId,
    pub project: ProjectId,
    pub project_public_id: String,
    pub project_name: String,
    pub name: String,
    pub hint: String,
    pub created_at: Millis,
    pub last_used_at: Option<Millis>,
    pub expires_at: Option<Millis>,
    pub disabled_at: Option<Millis>,
    /// A deleted key opens nothing; its history keeps its name.
    pub deleted_at: Option<Millis>,
    /// The secret before the last rotation.
    pub previous: Option<PreviousSecret>,
    /// Calls charged through it.
    pub charged: i64,
}

/// A secret that was rotated away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviousSecret {
    pub hint: String,
    /// It works until then, and stops by itself.
    pub until: Millis,
}

/// What can be edited of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyEdit {
    pub name: String,
    pub expires_at: Option<Millis>,
}

/// A new secret for a key.
#[derive(Debug, Clone)]
pub struct Rotation {
    pub hash: KeyHash,
    pub hint: String,
    /// Until when the secret of today goes on working.
    pub previous_until: Millis,
}

/// How long the old secret of a rotated key goes on working.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grace {
    None,
    Hour,
    Day,
    Week,
}

impl Grace {
    /// The grace of that name in a form.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "none" => Some(Self::None),
            "1h" => Some(Self::Hour),
            "24h" => Some(Self::Day),
            "7d" => Some(Self::Week),
            _ => None,
        }
    }

    #[must_use]
    pub const fn length(self) -> Millis {
        const HOUR: Millis = 60 * 60 * 1_000;
        match self {
            Self::None => 0,
            Self::Hour => HOUR,
            Self::Day => 24 * HOUR,
            Self::Week => 7 * 24 * HOUR,
        }
    }
}

#[derive(Debug, Clone)]
pub struct NewKey {
    pub public_id: String,
    pub account: AccountId,
    pub project: ProjectId,
    pub name: String,
    pub hash: KeyHash,
    pub hint: String,
    pub created_at: Millis,
    pub expires_at: Option<Millis>,
    /// Caps that it is born with, one for each API at most.
    pub caps: Vec<(ApiId, Limit)>,
}

/// What the gateway knows of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyIdentity {
    pub key: KeyId,
    pub project: ProjectId,
    pub account: AccountId,
    pub expires_at: Option<Millis>,
    /// When this secret stops, because the key was rotated; the key goes on.
    pub rotated_at: Option<Millis>,
    pub disabled: bool,
    /// Calls with it are refused, and logged for its account all the same.
    pub deleted: bool,
    pub account_disabled: bool,
}

/// Why a known key does not open the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyRefusal {
    Deleted,
    Disabled,
    Expired,
    /// The key has a newer secret, and the grace period of this one is over.
    Rotated,
    AccountDisabled,
}

impl KeyIdentity {
    /// Whether the key opens the gateway at `now`.
    pub fn check(&self, now: Millis) -> Result<(), KeyRefusal> {
        if self.account_disabled {
            Err(KeyRefusal::AccountDisabled)
        } else if self.deleted {
            Err(KeyRefusal::Deleted)
        } else if self.disabled {
            Err(KeyRefusal::Disabled)
        } else if self.expires_at.is_some_and(|end| end <= now) {
            Err(KeyRefusal::Expired)
        } else if self.rotated_at.is_some_and(|end| end <= now) {
            Err(KeyRefusal::Rotated)
        } else {
            Ok(())
        }
    }
}

/// The last day on which a key works, as forms show and take it: `2026-11-24`,
/// or nothing for a key that does not expire.
#[must_use]
pub fn last_day(expires_at: Option<Millis>, zone: Tz) -> String {
    expires_at.map_or_else(String::new, |end| zones::date(end - 1, zone).to_string())
}

/// Longest name, in characters.
pub const NAME_LENGTH: usize = 60;
/// Keys of one account at most.
pub const MOST: i64 = 500;

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: KeyIdentity = KeyIdentity {
        key: KeyId(1),
        project: ProjectId(1),
        account: AccountId(1),
        expires_at: None,
        rotated_at: None,
        disabled: false,
        deleted: false,
        account_disabled: false,
    };

    #[test]
    fn a_key_stops_at_the_instant_of_its_expiry() {
        let key = KeyIdentity {
            expires_at: Some(100),
            ..KEY
        };
        assert_eq!(key.check(99), Ok(()));
        assert_eq!(key.check(100), Err(KeyRefusal::Expired));
    }

    #[test]
    fn an_old_secret_stops_when_its_grace_period_is_over() {
        let key = KeyIdentity {
            rotated_at: Some(100),
            ..KEY
        };
        assert_eq!(key.check(99), Ok(()));
        assert_eq!(key.check(100), Err(KeyRefusal::Rotated));
    }

    #[test]
    fn what_is_disabled_or_deleted_opens_nothing() {
        assert_eq!(KEY.check(0), Ok(()));
        let key = KeyIdentity {
            disabled: true,
            ..KEY
        };
        assert_eq!(key.check(0), Err(KeyRefusal::Disabled));
        let key = KeyIdentity {
            deleted: true,
            ..key
        };
        assert_eq!(key.check(0), Err(KeyRefusal::Deleted));
        let key = KeyIdentity {
            account_disabled: true,
            ..KEY
        };
        assert_eq!(key.check(0), Err(KeyRefusal::AccountDisabled));
    }
}
