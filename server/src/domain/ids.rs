//! Row ids, which stay inside, and public ids, keys and reference codes, which
//! people and programs see.

use super::Millis;
use rand::{CryptoRng, Rng};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

macro_rules! row_id {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);
    )*};
}

row_id! {
    /// An account's row.
    AccountId,
    /// A project's row.
    ProjectId,
    /// A key's row.
    KeyId,
    /// An API's number: given at its first start, kept for ever.
    ApiId,
    /// A grant's row.
    GrantId,
}

/// What a public id names; its head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noun {
    Account,
    Project,
    Key,
    Grant,
    Request,
    QuotaRequest,
    Code,
    CodeBatch,
    ServiceToken,
    Note,
    Bulk,
    Reservation,
    Link,
    Webhook,
    Event,
}

impl Noun {
    const fn head(self) -> &'static str {
        match self {
            Self::Account => "acc_",
            Self::Project => "prj_",
            Self::Key => "key_",
            Self::Grant => "grt_",
            Self::Request => "req_",
            Self::QuotaRequest => "qrq_",
            Self::Code => "cod_",
            Self::CodeBatch => "cob_",
            Self::ServiceToken => "svt_",
            Self::Note => "not_",
            Self::Bulk => "blk_",
            Self::Reservation => "rsv_",
            Self::Link => "lnk_",
            Self::Webhook => "whk_",
            Self::Event => "evt_",
        }
    }
}

/// Crockford's alphabet: sorts as its values do, and has no look-alikes.
const BASE32: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A new public id: the noun's head, then 26 characters of which the first 10
/// are the time. Ids sort by the millisecond in which they were made.
pub fn public_id(noun: Noun, now: Millis, random: &mut impl Rng) -> String {
    let time = u128::from(now.max(0).unsigned_abs() & 0xFFFF_FFFF_FFFF);
    let bits = (time << 80) | (random.random::<u128>() >> 48);
    let mut id = String::with_capacity(30);
    id.push_str(noun.head());
    // 26 × 5 = 130 bits: the first character holds the top 3 bits.
    for place in (0..26).rev() {
        let index = usize::try_from((bits >> (place * 5)) & 31).unwrap_or(0);
        id.push(char::from(BASE32[index]));
    }
    id
}

/// The public id of an event, from what names it in the store: an event has the
/// same id however often it is told.
#[must_use]
pub fn event_id(kind: &str, of: &str) -> String {
    let hash = Sha256::digest(format!("{kind} {of}"));
    let mut id = String::with_capacity(30);
    id.push_str(Noun::Event.head());
    for byte in hash.iter().take(26) {
        id.push(char::from(BASE32[usize::from(byte & 31)]));
    }
    id
}

/// A new API key: `mpg-` and 40 characters, 238 bits of chance (`wire.md`).
pub fn api_key(random: &mut impl CryptoRng) -> String {
    secret("mpg-", random)
}

/// A new token of a service: `svc-` and 40 characters, 238 bits of chance.
pub fn service_token(random: &mut impl CryptoRng) -> String {
    secret("svc-", random)
}

/// A new token of a link that is sent by mail: 238 bits of chance.
pub fn link_token(random: &mut impl CryptoRng) -> String {
    secret("", random)
}

fn secret(head: &str, random: &mut impl CryptoRng) -> String {
    let mut secret = String::with_capacity(44);
    secret.push_str(head);
    for _ in 0..40 {
        secret.push(char::from(BASE62[random.random_range(0..62)]));
    }
    secret
}

/// A new one-time token of a form: 128 bits of chance.
pub fn form_token(random: &mut impl CryptoRng) -> String {
    (0..26)
        .map(|_| char::from(BASE32[random.random_range(0..32)]))
        .collect()
}

/// A new reference code, `AL-7K3M-Q9TX`: names an account to support, and says
/// nothing about it.
pub fn reference_code(random: &mut impl CryptoRng) -> String {
    let mut part = || -> String {
        (0..4)
            .map(|_| char::from(BASE32[random.random_range(0..32)]).to_ascii_uppercase())
            .collect()
    };
    format!("AL-{}-{}", part(), part())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn public_ids_sort_by_the_time_they_were_made() {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let ids: Vec<_> = [0, 1, 1_000, 1_764_000_000_000, 1_764_000_000_001]
            .map(|now| public_id(Noun::Request, now, &mut random))
            .into();
        assert!(ids.is_sorted(), "{ids:?}");
        assert!(
            ids.iter()
                .all(|id| id.len() == 30 && id.starts_with("req_"))
        );
    }

    #[test]
    fn a_key_has_the_shape_that_clients_know() {
        let key = api_key(&mut ChaCha8Rng::seed_from_u64(1));
        assert_eq!(key.len(), 44);
        assert!(key.starts_with("mpg-"));
        assert!(key[4..].chars().all(|c| c.is_ascii_alphanumeric()));
    }

    #[test]
    fn a_reference_code_is_easy_to_read_aloud() {
        let code = reference_code(&mut ChaCha8Rng::seed_from_u64(1));
        assert_eq!(code.len(), 12);
        assert!(!code[3..].contains(['I', 'O', 'U', 'i', 'o']), "{code}");
    }
}
