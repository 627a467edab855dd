//! Redemption codes: what support sends in a chat, and a person types
//! (`product.md` §5, "Request more quota").
//!
//! A code has 20 characters of Crockford's alphabet, of which the last checks
//! the others: `K7QF2-9MTXA-04RWD-HB3ZC`. It carries 95 bits of chance, so a
//! plain SHA-256 keeps it as well as a slow hash would.

use super::accounts;
use super::error::{DomainError, Problem};
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
/// Codes that are made at once at most.
pub const MOST_CODES: i64 = 5_000;
/// Longest name of a batch, in characters.
pub const LABEL_LENGTH: usize = 100;

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

/// A batch's name for staff, as it was typed. One that cannot be seen is none.
///
/// # Errors
/// [`Problem::TooLong`].
pub fn label(typed: &str) -> Result<Option<String>, DomainError> {
    match accounts::name("label", typed, LABEL_LENGTH) {
        Ok(label) => Ok(Some(label)),
        Err(DomainError::Invalid {
            problem: Problem::Required,
            ..
        }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What can still be done with a code, or with the codes of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeState {
    /// It can be redeemed, or some of them can.
    Open,
    /// Redeemed as often as it may be.
    UsedUp,
    /// Its last day is over.
    Expired,
    /// Taken back; what was redeemed stays.
    Revoked,
}

impl CodeState {
    /// Its name for programs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::UsedUp => "used_up",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

/// Codes that were made together, and what each is good for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeBatch {
    pub public_id: String,
    /// What staff call it.
    pub label: Option<String>,
    /// Nothing: the redeemer chooses.
    pub api: Option<ApiId>,
    /// Calls that each redemption gives.
    pub calls: i64,
    /// Accounts that may redeem each code.
    pub uses: i64,
    pub expires_at: Option<Millis>,
    pub revoked_at: Option<Millis>,
    pub created_at: Millis,
    /// E-mail of whoever made it; nothing for a command or a program.
    pub created_by: Option<String>,
    /// Its codes.
    pub count: i64,
    /// Redemptions of all its codes.
    pub redeemed: i64,
    /// Codes that are used up, or were taken back one by one.
    pub over: i64,
}

impl CodeBatch {
    /// Redemptions that all its codes together are good for.
    #[must_use]
    pub const fn redeemable(&self) -> i64 {
        self.count.saturating_mul(self.uses)
    }

    #[must_use]
    pub fn state(&self, now: Millis) -> CodeState {
        if self.redeemed >= self.redeemable() {
            CodeState::UsedUp
        } else if self.revoked_at.is_some() || self.over >= self.count {
            CodeState::Revoked
        } else {
            self.state_by_time(now)
        }
    }

    /// The state of one of its codes.
    #[must_use]
    pub fn state_of(&self, code: &Code, now: Millis) -> CodeState {
        if code.used >= self.uses {
            CodeState::UsedUp
        } else if self.revoked_at.is_some() || code.revoked_at.is_some() {
            CodeState::Revoked
        } else {
            self.state_by_time(now)
        }
    }

    fn state_by_time(&self, now: Millis) -> CodeState {
        match self.expires_at {
            Some(end) if end <= now => CodeState::Expired,
            _ => CodeState::Open,
        }
    }
}

/// A code as its batch shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    pub public_id: String,
    /// Its last four characters.
    pub hint: String,
    /// Accounts that redeemed it.
    pub used: i64,
    /// When it alone was taken back.
    pub revoked_at: Option<Millis>,
}

/// A batch that is being made.
#[derive(Debug, Clone)]
pub struct NewBatch {
    pub public_id: String,
    pub label: Option<String>,
    pub api: Option<ApiId>,
    pub calls: i64,
    pub uses: i64,
    pub expires_at: Option<Millis>,
    pub created_by: Option<AccountId>,
    pub created_at: Millis,
}

/// A code of a new batch, without the code itself.
#[derive(Debug, Clone)]
pub struct NewCode {
    pub public_id: String,
    pub hash: CodeHash,
    pub hint: String,
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
    use std::collections::HashSet;

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

    #[test]
    fn every_code_of_many_is_read_back_and_none_comes_twice() {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let codes: Vec<String> = (0..5_000).map(|_| new_code(&mut random)).collect();
        assert!(codes.iter().all(|code| read(code).is_some()));
        assert_eq!(codes.iter().collect::<HashSet<_>>().len(), codes.len());
    }

    #[test]
    fn a_label_may_be_missing_but_not_long() {
        assert_eq!(label(" Fair 2026 ").unwrap().unwrap(), "Fair 2026");
        assert_eq!(label(" \u{200b}").unwrap(), None);
        assert!(label(&"码".repeat(LABEL_LENGTH)).is_ok());
        assert!(label(&"码".repeat(LABEL_LENGTH + 1)).is_err());
    }

    #[test]
    fn a_batch_is_open_while_one_of_its_codes_is() {
        let batch = |redeemed, over, expires_at, revoked_at| CodeBatch {
            public_id: String::new(),
            label: None,
            api: None,
            calls: 1,
            uses: 2,
            expires_at,
            revoked_at,
            created_at: 0,
            created_by: None,
            count: 3,
            redeemed,
            over,
        };
        let state = |redeemed, over, expires_at, revoked_at| {
            batch(redeemed, over, expires_at, revoked_at).state(100)
        };
        assert_eq!(state(5, 2, Some(101), None), CodeState::Open);
        assert_eq!(state(5, 2, Some(100), None), CodeState::Expired);
        assert_eq!(state(5, 2, Some(100), Some(9)), CodeState::Revoked);
        // The last one was taken back by itself.
        assert_eq!(state(5, 3, None, None), CodeState::Revoked);
        assert_eq!(state(6, 3, Some(100), Some(9)), CodeState::UsedUp);

        let code = |used, revoked_at| Code {
            public_id: String::new(),
            hint: String::new(),
            used,
            revoked_at,
        };
        let open = batch(0, 0, None, None);
        assert_eq!(open.state_of(&code(1, None), 100), CodeState::Open);
        assert_eq!(open.state_of(&code(1, Some(9)), 100), CodeState::Revoked);
        assert_eq!(open.state_of(&code(2, Some(9)), 100), CodeState::UsedUp);
        let revoked = batch(0, 0, None, Some(9));
        assert_eq!(revoked.state_of(&code(0, None), 100), CodeState::Revoked);
        let expired = batch(0, 0, Some(100), None);
        assert_eq!(expired.state_of(&code(0, None), 100), CodeState::Expired);
    }
}
