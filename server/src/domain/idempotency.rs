//! Retries are free (`product.md` §2.5): what was done under a key that the
//! client chose is remembered, answered again, and charged once. The same key
//! with another body is an error.

use super::{AccountId, Millis};
use sha2::{Digest, Sha256};

/// Longest key or event id, in bytes.
pub const LONGEST_KEY: usize = 255;
/// Longest answer that is kept for a retry, in bytes.
pub const MOST_KEPT: usize = 256 * 1024;
const DAY: Millis = 24 * 60 * 60 * 1_000;

/// The account of what is no account's: a reservation's id is unique by itself.
pub const NO_ACCOUNT: AccountId = AccountId(0);

/// What a key is good for. The same characters in another place are another key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// `Idempotency-Key` of a call through the gateway.
    Call = 1,
    /// Id of an event that is recorded.
    Event = 2,
    /// `Idempotency-Key` of a reservation.
    Reserve = 3,
    /// Id of a reservation that is settled.
    Settle = 4,
}

/// 128 bits of SHA-256 of a key and its purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct IdempotencyHash(pub [u8; 16]);

impl IdempotencyHash {
    /// The hash of a key that is made of these parts.
    #[must_use]
    pub fn of(purpose: Purpose, parts: &[&str]) -> Self {
        let mut hasher = Sha256::new_with_prefix([purpose as u8]);
        feed(&mut hasher, parts.iter().map(|part| part.as_bytes()));
        let hash = hasher.finalize();
        Self(std::array::from_fn(|place| hash[place]))
    }
}

/// 64 bits of SHA-256 of what was asked under a key: tells a retry from another
/// request that has the same key by mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(pub i64);

impl Fingerprint {
    #[must_use]
    pub fn of(parts: &[&[u8]]) -> Self {
        let mut hasher = Sha256::new();
        feed(&mut hasher, parts.iter().copied());
        let hash = hasher.finalize();
        Self(i64::from_be_bytes(std::array::from_fn(|place| hash[place])))
    }
}

/// With the length before each part, so that no two lists of parts are alike.
fn feed<'a>(hasher: &mut Sha256, parts: impl Iterator<Item = &'a [u8]>) {
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
}

/// How long is remembered: at least so many hours, and to the end of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    earlier_days: i64,
}

impl Retention {
    /// From 1 hour on; a day by default.
    #[must_use]
    pub fn hours(hours: u32) -> Self {
        Self {
            earlier_days: i64::from(hours.max(1).div_ceil(24)),
        }
    }

    /// The days in which a key of now may lie: from the first to today.
    #[must_use]
    pub fn days(self, now: Millis) -> Days {
        let today = now.div_euclid(DAY);
        Days {
            first: today - self.earlier_days,
            today,
        }
    }
}

impl Default for Retention {
    fn default() -> Self {
        Self::hours(24)
    }
}

/// Days since 1970-01-01 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    pub first: i64,
    pub today: i64,
}

/// A key that is used, and is to be remembered with the ledger row of its call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remembered {
    pub account: AccountId,
    pub hash: IdempotencyHash,
    pub fingerprint: Fingerprint,
    pub days: Days,
    pub answer: Option<KeptAnswer>,
}

/// An answer as it is given again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    /// Of HTTP.
    pub status: u16,
    /// Nothing: it was longer than [`MOST_KEPT`].
    pub body: Option<String>,
}

/// What is known of a key that was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    pub fingerprint: Fingerprint,
    /// The call that was made under it.
    pub request_id: String,
    pub answer: Option<KeptAnswer>,
}

/// What must hold for a ledger row to be written; decided in the transaction
/// that writes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terms {
    /// Nobody used the key before. It is remembered with the row.
    pub first: Option<Remembered>,
    /// The reservation of this id is there. It goes with the row.
    pub settles: Option<String>,
}

/// A row that was not written, because its terms did not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Its place in the batch.
    pub row: usize,
    pub why: Why,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// The key was used.
    Known(Known),
    /// The reservation is not there.
    Gone,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_differ_by_purpose_and_by_part() {
        let of = IdempotencyHash::of;
        assert_eq!(
            of(Purpose::Event, &["a", "b"]),
            of(Purpose::Event, &["a", "b"])
        );
        assert_ne!(
            of(Purpose::Event, &["a", "b"]),
            of(Purpose::Event, &["ab", ""])
        );
        assert_ne!(of(Purpose::Event, &["a"]), of(Purpose::Call, &["a"]));
        assert_ne!(Fingerprint::of(&[b"a", b""]), Fingerprint::of(&[b"", b"a"]));
    }

    #[test]
    fn a_key_is_remembered_for_its_hours_at_least() {
        for (hours, earlier) in [(1, 1), (24, 1), (25, 2), (168, 7)] {
            let days = Retention::hours(hours).days(10 * DAY);
            assert_eq!((days.first, days.today), (10 - earlier, 10));
        }
        // Used in the first instant of a day, asked for `hours` later.
        let used = 10 * DAY;
        for hours in 1..=168 {
            let days = Retention::hours(hours).days(used + i64::from(hours) * 3_600_000);
            assert!(days.first <= 10, "{hours}");
        }
    }
}
