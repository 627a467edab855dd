//! Accounts: who may sign in, and what for.

use super::error::{DomainError, Problem};
use super::language::Language;
use super::{AccountId, Millis};
use serde::Serialize;

/// What an account may do beyond its own data (`product.md` §6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Developer,
    Support,
    Owner,
}

impl Role {
    #[must_use]
    pub const fn is_staff(self) -> bool {
        matches!(self, Self::Support | Self::Owner)
    }

    /// The name in the store.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Developer => "developer",
            Self::Support => "support",
            Self::Owner => "owner",
        }
    }

    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Developer, Self::Support, Self::Owner]
            .into_iter()
            .find(|role| role.name() == name)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub id: AccountId,
    pub public_id: String,
    /// Lower case.
    pub email: String,
    pub name: String,
    pub role: Role,
    pub reference_code: String,
    /// IANA name.
    pub time_zone: String,
    /// The one that its owner chose; without it the browser decides.
    pub language: Option<Language>,
    pub created_at: Millis,
    pub disabled_at: Option<Millis>,
}

/// What is needed to open an account. Its default project and free quota come with it.
#[derive(Debug, Clone)]
pub struct NewAccount {
    pub public_id: String,
    pub email: String,
    pub name: String,
    pub password_hash: String,
    pub role: Role,
    pub reference_code: String,
    pub time_zone: String,
    pub created_at: Millis,
    /// Public id of the project that every account starts with.
    pub project_public_id: String,
}

/// Name of the project that every account starts with.
pub const DEFAULT_PROJECT: &str = "Default project";

/// Shortest and longest password, in characters. The upper bound keeps hashing cheap.
pub const PASSWORD_LENGTH: (usize, usize) = (10, 200);

/// The e-mail address as it is stored and looked up.
///
/// # Errors
/// [`Problem::NotAnEmail`] for what is plainly not one. Only a message that
/// arrives proves an address, so this asks little.
pub fn email(text: &str) -> Result<String, DomainError> {
    let email = text.trim().to_lowercase();
    let plausible = email.len() <= 254
        && !email.chars().any(|c| c.is_control() || is_unseen(c))
        && email
            .split_once('@')
            .is_some_and(|(local, domain)| is_mailbox(local) && is_domain(domain));
    if plausible {
        Ok(email)
    } else {
        Err(DomainError::invalid("email", Problem::NotAnEmail))
    }
}

/// The part before the @, as servers take it without quotes.
fn is_mailbox(local: &str) -> bool {
    local.len() <= 64
        && !local.contains(['"', '(', ')', ',', ':', ';', '<', '>', '@', '[', '\\', ']'])
        && local.split('.').all(|part| !part.is_empty())
}

fn is_domain(domain: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '-' || !c.is_ascii())
    };
    domain.contains('.') && domain.split('.').all(label)
}

/// Checks a new password's length.
pub fn password(text: &str) -> Result<(), DomainError> {
    let (least, most) = PASSWORD_LENGTH;
    let problem = match text.chars().count() {
        n if n < least => Problem::TooShort { least: 10 },
        n if n > most => Problem::TooLong { most: 200 },
        _ => return Ok(()),
    };
    Err(DomainError::invalid("password", problem))
}

/// A name for people: not empty, at most `most` characters, without control characters.
pub fn name(field: &'static str, text: &str, most: usize) -> Result<String, DomainError> {
    let name: String = text.chars().filter(|c| !c.is_control()).collect();
    let name = name.trim();
    if name.chars().all(is_unseen) {
        return Err(DomainError::invalid(field, Problem::Required));
    }
    if name.chars().count() > most {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        return Err(DomainError::invalid(field, Problem::TooLong { most }));
    }
    Ok(name.to_owned())
}

/// Whether a person typed a name as it is shown: what cannot be seen does not count.
#[must_use]
pub fn is_same_name(typed: &str, name: &str) -> bool {
    let seen = |text: &str| -> String {
        let kept: String = text
            .chars()
            .filter(|c| c.is_whitespace() || !is_unseen(*c))
            .collect();
        kept.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    seen(typed) == seen(name)
}

/// Whether a character leaves no mark on a page: space, or a sign that only
/// joins, separates or turns what stands beside it.
fn is_unseen(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
                | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}'
        )
}

/// A text of several lines, which may be empty.
pub fn text(field: &'static str, text: &str, most: usize) -> Result<String, DomainError> {
    let text: String = text
        .replace("\r\n", "\n")
        .chars()
        .filter(|c| !c.is_control() || *c == '\n')
        .collect();
    if text.chars().count() > most {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        return Err(DomainError::invalid(field, Problem::TooLong { most }));
    }
    Ok(text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_is_trimmed_and_lower_case() {
        assert_eq!(
            email(" Ann+dev@Example.COM ").unwrap(),
            "ann+dev@example.com"
        );
        for good in [
            "jörg.müller@bücher.example",
            "用户+测试@例子.公司",
            "o'neil@a.b",
        ] {
            assert_eq!(email(good).unwrap(), good);
        }
        let long = format!("{}@b.c", "a".repeat(65));
        for bad in [
            "a<b>@c.d",
            "\"a b\"@c.d",
            "a..b@c.d",
            ".a@c.d",
            "a@-c.d",
            "a@c..d",
            "a@c_d.e",
            "a,b@c.d",
            "a\u{200b}@c.d",
            "a@c.d\r\nBcc: x@y.z",
            &long,
            "",
            "ann",
            "@b.c",
            "a@b",
            "a@.b",
            "a b@c.d",
            "a@b@c.d",
            "a@b.",
        ] {
            assert!(email(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_name_is_for_people_so_length_counts_characters_and_controls_go() {
        assert_eq!(name("name", " 钥匙 🔑\u{7} ", 40).unwrap(), "钥匙 🔑");
        assert!(name("name", &"钥".repeat(40), 40).is_ok());
        assert!(name("name", &"钥".repeat(41), 40).is_err());
        for unseen in [
            " \n ",
            "\u{200b}",
            "\u{202e}\u{2066} \u{2069}",
            "\u{feff}\u{ad}",
        ] {
            assert!(name("name", unseen, 40).is_err(), "{unseen:?}");
        }
        assert!(is_same_name(" Night  shift", "Night shift\u{200b}"));
        assert!(!is_same_name("night shift", "Night shift"));
        let right_to_left = "مفتاح \u{200f}👩\u{200d}💻";
        assert_eq!(name("name", right_to_left, 40).unwrap(), right_to_left);
    }
}
