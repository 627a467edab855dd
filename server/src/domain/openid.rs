//! People whom a provider of OpenID Connect introduces, and whom of them we let in.

use super::Millis;
use super::accounts;
use super::links::SignUp;

/// Longest subject (OpenID Connect Core 1.0 §2), in bytes.
pub const SUBJECT_LENGTH: usize = 255;

/// Names a person for ever: the provider, and its own name for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub issuer: String,
    pub subject: String,
}

/// What a provider says of somebody. It proved that it was the provider who said it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Introduced {
    pub identity: Identity,
    /// Only if the provider says that it is theirs.
    pub email: Option<String>,
    pub name: Option<String>,
    /// IANA name, or whatever the provider takes for one.
    pub time_zone: Option<String>,
}

/// A provider's identity of an account, as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linked {
    pub issuer: String,
    pub linked_at: Millis,
}

/// Whether a mailbox lies in one of the domains.
#[must_use]
pub fn is_of(email: &str, domains: &[String]) -> bool {
    email
        .rsplit_once('@')
        .is_some_and(|(_, domain)| domains.iter().any(|known| known == domain))
}

/// Whether somebody without an account may open one, whose mailbox a provider vouches for.
#[must_use]
pub const fn may_join(doors: SignUp, of_allowed_domain: bool, invited: bool) -> bool {
    match doors {
        SignUp::Open => true,
        SignUp::Invitation => of_allowed_domain || invited,
        SignUp::Closed => false,
    }
}

/// The name of a new account: the provider's, else the mailbox's, as far as it fits.
#[must_use]
pub fn name(told: Option<&str>, email: &str, most: usize) -> String {
    let mailbox = email.split('@').next().unwrap_or_default();
    [told.unwrap_or_default(), mailbox, email]
        .into_iter()
        .find_map(|text| {
            let short: String = text.chars().take(most).collect();
            accounts::name("name", &short, most).ok()
        })
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_the_whole_of_what_follows_the_at_sign() {
        let domains = ["example.org".to_owned()];
        assert!(is_of("ann@example.org", &domains));
        for other in [
            "ann@evil-example.org",
            "ann@mail.example.org",
            "ann@example.org.evil.example",
            "example.org",
            "ann@",
        ] {
            assert!(!is_of(other, &domains), "{other}");
        }
        assert!(!is_of("ann@example.org", &[]));
    }

    #[test]
    fn doors_that_are_closed_stay_closed_for_everybody() {
        for (allowed, invited) in [(false, false), (true, false), (false, true), (true, true)] {
            assert!(may_join(SignUp::Open, allowed, invited));
            assert!(!may_join(SignUp::Closed, allowed, invited));
            let may = may_join(SignUp::Invitation, allowed, invited);
            assert_eq!(may, allowed || invited);
        }
    }

    #[test]
    fn a_new_account_has_a_name_whatever_the_provider_calls_its_owner() {
        let email = "ann@example.org";
        assert_eq!(name(Some(" Ann\u{7} Lee "), email, 80), "Ann Lee");
        assert_eq!(name(Some(&"长".repeat(90)), email, 80), "长".repeat(80));
        for nothing in [None, Some(""), Some("\u{200b} ")] {
            assert_eq!(name(nothing, email, 80), "ann");
        }
    }
}
