//! Redemption codes: what support sends in a chat, and a person types
//! (`product.md` §5, "Request more quota").
//!
//! A code has 20 characters of Crockford's alphabet, of which the last checks
//! the others: `K7QF2-9MTXA-04RWD-HB3ZC`. It carries 95 bits of chance, so a
//! plain SHA-256 keeps it as well as a slow hash would.

use super::{AccountId, ApiId, GrantId, Millis};
use rand::{CryptoRng, Rng};
use sha2::{Digest, Sha256};

/// Crockford's alphabet: no I, L, O and U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters that carry chance; one more checks them.
const CHANCE: usize = 19;
/// Characters of a group.
const GROUP: usize = 5;

/// Accounts that may redeem one code at most.
pub const MOST_USES: i64 = 100_000;

/// SHA-256 of a code without its dashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeHash(pub [u8; 32]);

/// A new code as people see it.
pub fn new_code(random: &mut impl CryptoRng) -> String {
    let mut digits: Vec<usize> = (0..CHANCE).map(|_| random.random_range(0..32)).collect();
    digits.push(check(&digits));
    let mut code = String::with_capacity(CHANCE + 4);
    for (place, digit) in digits.into_iter().enumerate() {
        if place > 0 && place % GROUP == 0 {
            code.push('-');
        }
        code.push(char::from(ALPHABET[digit]));
    }
    code
}

/// The code that was typed: case, dashes and spaces make no difference, and what
/// looks like a digit is one. Nothing for what cannot be a code: one mistyped
/// character, or two changed over, is always found.
#[must_use]
pub fn read(typed: &str) -> Option<CodeHash> {
    let mut digits = Vec::with_capacity(CHANCE + 1);
    for typed in typed.chars() {
        // Full-width letters come from Chinese input methods.
        let plain = match typed {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(typed) - 0xfee0).unwrap_or(typed),
            other => other,
        };
        if plain.is_whitespace() || matches!(plain, '-' | '‐' | '–' | '—' | '−' | '_' | '.')
        {
            continue;
        }
        let digit = match plain.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        };
        digits.push(ALPHABET.iter().position(|at| char::from(*at) == digit)?);
        if digits.len() > CHANCE + 1 {
            return None;
        }
    }
    let (last, chance) = digits.split_last()?;
    (chance.len() == CHANCE && *last == check(chance)).then(|| {
        let plain: Vec<u8> = digits.iter().map(|digit| ALPHABET[*digit]).collect();
        CodeHash(Sha256::digest(plain).into())
    })
}

/// The last four characters, by which people tell codes apart.
#[must_use]
pub fn hint(code: &str) -> String {
    code.chars().skip(code.chars().count() - 4).collect()
}

/// A sum with weights 1, 2, 3, … modulo 31. The modulus is prime and larger
/// than the weights, so that a changed digit (but for the pair 0 and 31, which
/// it cannot tell apart) and two neighbours changed over are found.
fn check(digits: &[usize]) -> usize {
    digits
        .iter()
        .enumerate()
        .map(|(place, digit)| (place + 1) * digit)
        .sum::<usize>()
        % 31
}

/// A code as its list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    pub public_id: String,
    pub hint: String,
    /// Nothing: the redeemer chooses.
    pub api: Option<ApiId>,
    pub calls: i64,
    pub uses: i64,
    pub used: i64,
    pub expires_at: Option<Millis>,
    pub revoked_at: Option<Millis>,
    pub created_at: Millis,
}

#[derive(Debug, Clone)]
pub struct NewCode {
    pub public_id: String,
    pub hash: CodeHash,
    pub hint: String,
    pub api: Option<ApiId>,
    pub calls: i64,
    /// Accounts that may redeem it.
    pub uses: i64,
    pub expires_at: Option<Millis>,
    pub created_by: Option<AccountId>,
    pub created_at: Millis,
}

/// Why a code gives nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoRedemption {
    /// There is no such code; also, if it is for another API.
    Unknown,
    /// Expired, revoked, or used as often as it may be.
    Over,
    /// This account has redeemed it already.
    Again,
}

/// What a redemption gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Redeemed {
    pub grant: GrantId,
    pub api: ApiId,
    pub calls: i64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn code() -> String {
        new_code(&mut ChaCha8Rng::seed_from_u64(7))
    }

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = code();
        assert_eq!(code.len(), 23, "{code}");
        let hash = read(&code).unwrap();
        for typed in [
            code.to_lowercase(),
            code.replace('-', ""),
            code.replace('-', " "),
            format!("  {} \n", code.replace('-', " — ")),
            code.replace('0', "o").replace('1', "l"),
            code.chars()
                .map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap())
                .collect(),
        ] {
            assert_eq!(read(&typed), Some(hash), "{typed}");
        }
    }

    #[test]
    fn a_slip_of_the_finger_is_found() {
        let code = code();
        let plain: Vec<char> = code.chars().filter(|c| *c != '-').collect();
        for place in 0..plain.len() - 1 {
            let mut swapped = plain.clone();
            swapped.swap(place, place + 1);
            let swapped: String = swapped.into_iter().collect();
            if swapped != plain.iter().collect::<String>() {
                // The check's own neighbour may be its equal in the other place.
                let last = place + 2 == plain.len();
                assert!(last || read(&swapped).is_none(), "{swapped}");
            }
            for other in ALPHABET {
                let mut changed = plain.clone();
                changed[place] = char::from(*other);
                let pair = [changed[place], plain[place]];
                let told_apart = pair[0] != pair[1] && !pair.iter().all(|c| matches!(c, '0' | 'Z'));
                let changed: String = changed.into_iter().collect();
                assert_eq!(read(&changed).is_none(), told_apart, "{changed}");
            }
        }
        for bad in ["", "-", "K7QF2", &format!("{code}0"), "no such code at all"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
