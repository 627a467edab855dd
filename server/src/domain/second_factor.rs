//! The second step of a sign-in: codes that an app computes from a shared secret
//! and the time (RFC 6238, with the values that every app takes: SHA-1, 30 seconds,
//! six digits), and codes on paper for who has lost the app.

use super::Millis;
use hmac::{Hmac, Mac};
use rand::{CryptoRng, Rng};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// What the app calls us.
pub const SITE: &str = "Allowance";
/// Length of a step.
const STEP: Millis = 30_000;
/// Steps before and after the current one whose codes are taken: clocks differ.
const SLACK: i64 = 1;
/// Recovery codes that are made at once.
pub const RECOVERY_CODES: usize = 10;
/// Characters of a recovery code, in two groups: 80 bits of chance.
const RECOVERY_LENGTH: usize = 16;
/// RFC 4648; for secrets, as apps take them.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// Crockford's, in lower case; for people.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// What server and app share.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub Vec<u8>);

impl Secret {
    /// 160 bits of chance, as RFC 4226 recommends.
    pub fn new(random: &mut impl CryptoRng) -> Self {
        let mut bytes = vec![0; 20];
        random.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// For people who type it into an app.
    #[must_use]
    pub fn base32(&self) -> String {
        let mut text = String::with_capacity(32);
        let (mut bits, mut held) = (0_u32, 0);
        for byte in &self.0 {
            bits = bits << 8 | u32::from(*byte);
            held += 8;
            while held >= 5 {
                held -= 5;
                text.push(char::from(BASE32[(bits >> held & 31) as usize]));
            }
        }
        if held > 0 {
            text.push(char::from(BASE32[(bits << (5 - held) & 31) as usize]));
        }
        text
    }

    /// What the QR code of an app says.
    #[must_use]
    pub fn address(&self, site: &str, email: &str) -> String {
        let (site, email) = (escaped(site), escaped(email));
        format!(
            "otpauth://totp/{site}:{email}?secret={}&issuer={site}",
            self.base32()
        )
    }

    fn code_of(&self, step: i64) -> u32 {
        // A key of any length is taken.
        let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(&self.0) else {
            return u32::MAX;
        };
        mac.update(&step.to_be_bytes());
        let hash = mac.finalize().into_bytes();
        let at = usize::from(hash[19] & 15);
        let word = u32::from_be_bytes([hash[at], hash[at + 1], hash[at + 2], hash[at + 3]]);
        (word & 0x7FFF_FFFF) % 1_000_000
    }

    /// The step that a typed code belongs to, if it is good around `now` and later
    /// than `last`, the step of the last code that was used.
    #[must_use]
    pub fn accepts(&self, typed: &str, now: Millis, last: i64) -> Option<i64> {
        let typed = digits(typed)?;
        let step = now.div_euclid(STEP);
        (step - SLACK..=step + SLACK)
            .filter(|step| *step > last)
            .find(|step| self.code_of(*step) == typed)
    }

    /// The code of an instant: what the app shows.
    #[must_use]
    pub fn code(&self, now: Millis) -> String {
        format!("{:06}", self.code_of(now.div_euclid(STEP)))
    }
}

/// Six digits, however they are grouped.
fn digits(typed: &str) -> Option<u32> {
    let digits: String = typed
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .collect();
    let six = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_digit());
    six.then(|| digits.parse().ok()).flatten()
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~@".contains(&byte) {
            safe.push(char::from(byte));
        } else {
            // Writing into a string cannot fail.
            let _ = write!(safe, "%{byte:02X}");
        }
    }
    safe
}

/// What the store knows a recovery code by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecoveryHash(pub [u8; 32]);

/// A new recovery code, as people see it: `k7qf29mt-xa04rwdh`.
pub fn recovery_code(random: &mut impl CryptoRng) -> String {
    let mut code = String::with_capacity(RECOVERY_LENGTH + 1);
    for place in 0..RECOVERY_LENGTH {
        if place == RECOVERY_LENGTH / 2 {
            code.push('-');
        }
        code.push(char::from(ALPHABET[random.random_range(0..32)]));
    }
    code
}

/// The recovery code that was typed: case, dashes and spaces make no difference,
/// and what looks like a digit is one. Nothing for what cannot be one.
#[must_use]
pub fn read_recovery(typed: &str) -> Option<RecoveryHash> {
    let code: String = typed
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| match c.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            other => other,
        })
        .collect();
    let good = code.len() == RECOVERY_LENGTH && code.bytes().all(|c| ALPHABET.contains(&c));
    good.then(|| RecoveryHash(Sha256::digest(&code).into()))
}

/// The second step of an account.
#[derive(Clone, PartialEq, Eq)]
pub struct SecondFactor {
    pub secret: Secret,
    pub confirmed_at: Option<Millis>,
    pub last_step: i64,
    /// Recovery codes that were not used.
    pub recovery_left: i64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = Secret(b"12345678901234567890".to_vec());
        // RFC 6238, appendix B, the last six of eight digits.
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(secret.code(seconds * 1_000), code, "{seconds}");
        }
        assert_eq!(secret.base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }

    #[test]
    fn a_code_is_good_for_its_step_and_the_ones_beside_it_and_once() {
        let secret = Secret(b"12345678901234567890".to_vec());
        let now = 1_795_516_800_000;
        let step = now / STEP;
        let code = secret.code(now);
        let spaced = format!(" {} {}", &code[..3], &code[3..]);
        assert_eq!(secret.accepts(&spaced, now, 0), Some(step));
        assert_eq!(secret.accepts(&code, now + STEP, 0), Some(step));
        assert_eq!(secret.accepts(&code, now - STEP, 0), Some(step));
        assert_eq!(secret.accepts(&code, now + 2 * STEP, 0), None);
        assert_eq!(secret.accepts(&code, now, step), None);
        for bad in ["", "12345", "1234567", "abcdef", "１２３４５６"] {
            assert_eq!(secret.accepts(bad, now, 0), None, "{bad}");
        }
    }

    #[test]
    fn a_recovery_code_is_read_however_it_is_typed() {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let code = recovery_code(&mut random);
        assert_eq!(code.len(), 17);
        let hash = read_recovery(&code);
        assert!(hash.is_some());
        let typed = code.to_uppercase().replace('-', "  ").replace('0', "O");
        assert_eq!(read_recovery(&typed), hash);
        assert_ne!(read_recovery(&recovery_code(&mut random)), hash);
        assert_eq!(read_recovery("123456"), None);
    }

    #[test]
    fn an_app_is_told_whose_codes_they_are() {
        let secret = Secret(vec![0; 20]);
        assert_eq!(
            secret.address("Allowance", "ann+dev@example.com"),
            "otpauth://totp/Allowance:ann%2Bdev@example.com?secret=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA&issuer=Allowance"
        );
    }
}
