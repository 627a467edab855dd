//! Who may do what beyond their own data (`product.md` §6, §7). This is the one
//! place that decides; pages, commands and the admin API ask it through
//! `actions` and the desk's port, and decide nothing themselves.

use super::AccountId;
use super::accounts::{Account, Role};
use super::audit::Actor;
use super::error::{DomainError, Problem};

/// How far somebody's rights reach. Each holds what is below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// Their own data.
    Own,
    /// See all accounts.
    Look,
    /// Help developers: answer, give up to a ceiling.
    Support,
    /// Everything.
    Owner,
}

impl Reach {
    #[must_use]
    pub const fn of(role: Role) -> Self {
        match role {
            Role::Developer => Self::Own,
            Role::Support => Self::Support,
            Role::Owner => Self::Owner,
        }
    }

    /// Whether they may hold the link that lets somebody in.
    #[must_use]
    pub fn passes_on(self, to: Role) -> bool {
        self == Self::Owner || self == Self::Support && !to.is_staff()
    }

    /// Whether the desk is there for them at all.
    #[must_use]
    pub fn sees_desk(self) -> bool {
        self >= Self::Look
    }
}

/// Somebody who acts, and how far they may go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    pub actor: Actor,
    pub reach: Reach,
}

impl By {
    /// Whoever has the machine has everything.
    #[must_use]
    pub const fn command_line() -> Self {
        Self {
            actor: Actor::CommandLine,
            reach: Reach::Owner,
        }
    }

    /// The account that acts, if it is one.
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        self.actor.account()
    }
}

impl From<&Account> for By {
    fn from(account: &Account) -> Self {
        Self {
            actor: Actor::Account {
                id: account.id,
                email: account.email.clone(),
            },
            reach: Reach::of(account.role),
        }
    }
}

/// Something that is not everybody's to do.
#[derive(Debug, Clone, Copy)]
pub enum Deed<'a> {
    /// See accounts, requests, the audit log.
    Look,
    /// Write a note about an account.
    Note,
    /// Say no to a request.
    Answer,
    /// Give an account calls, of each period if they come again.
    Give {
        to: AccountId,
        calls: i64,
        recurs: bool,
    },
    /// Take back what is left of a grant.
    TakeBack,
    /// Give calls to a list of accounts.
    GiveToMany,
    /// Make codes that give so many calls, all codes and uses together.
    MakeCodes { calls: i64 },
    /// Take a code back, or a batch of them.
    RevokeCode,
    /// Offer somebody an account, or take a link back.
    Invite,
    /// Hold the link that lets somebody in, to pass it on: of a new account, or of
    /// somebody's.
    PassOn { of: Option<&'a Account> },
    /// Close an account, or open it again.
    Close { account: &'a Account },
    /// Open an account, of any role.
    Open,
    /// Give an account another role.
    ChangeRole { account: &'a Account },
    /// Make, see and revoke the tokens of programs.
    Tokens,
    /// Take away the second step of somebody's sign-in.
    Unlock,
}

/// The rules that an operator can set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Authority {
    /// Most calls that support may give at once.
    pub support_calls: i64,
}

impl Default for Authority {
    fn default() -> Self {
        Self {
            support_calls: 10_000,
        }
    }
}

impl Authority {
    /// Whether somebody may do it.
    ///
    /// # Errors
    /// [`DomainError::Forbidden`] to those for whom there is no such thing to do;
    /// else the field and the reason, for people who may do it otherwise.
    pub fn check(&self, by: &By, deed: Deed<'_>) -> Result<(), DomainError> {
        let least = match deed {
            Deed::Look => Reach::Look,
            Deed::GiveToMany
            | Deed::Open
            | Deed::ChangeRole { .. }
            | Deed::Tokens
            | Deed::Unlock => Reach::Owner,
            _ => Reach::Support,
        };
        if by.reach < least {
            return Err(DomainError::Forbidden);
        }
        let is_owner = by.reach == Reach::Owner;
        match deed {
            Deed::Close { account } | Deed::ChangeRole { account }
                if by.account() == Some(account.id) =>
            {
                Err(DomainError::invalid("", Problem::Yourself))
            }
            // Whoever holds the link can take the account over.
            Deed::PassOn { of: Some(account) } if !by.reach.passes_on(account.role) => {
                Err(DomainError::invalid("", Problem::OwnersOnly))
            }
            Deed::Close { account } if account.role.is_staff() && !is_owner => {
                Err(DomainError::invalid("", Problem::OwnersOnly))
            }
            Deed::Give { to, .. } if by.account() == Some(to) && !is_owner => {
                Err(DomainError::invalid("", Problem::Yourself))
            }
            Deed::Give { recurs: true, .. } if !is_owner => {
                Err(DomainError::invalid("recurs", Problem::OwnersOnly))
            }
            Deed::Give { calls, .. } | Deed::MakeCodes { calls }
                if !is_owner && calls > self.support_calls =>
            {
                let most = self.support_calls;
                Err(DomainError::invalid(
                    "calls",
                    Problem::AboveCeiling { most },
                ))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: Authority = Authority { support_calls: 100 };

    fn by(id: i64, reach: Reach) -> By {
        By {
            actor: Actor::Account {
                id: AccountId(id),
                email: String::new(),
            },
            reach,
        }
    }

    fn account(id: i64, role: Role) -> Account {
        Account {
            id: AccountId(id),
            public_id: String::new(),
            email: String::new(),
            name: String::new(),
            role,
            reference_code: String::new(),
            time_zone: "UTC".into(),
            language: None,
            created_at: 0,
            disabled_at: None,
        }
    }

    fn give(to: i64, calls: i64, recurs: bool) -> Deed<'static> {
        Deed::Give {
            to: AccountId(to),
            calls,
            recurs,
        }
    }

    #[test]
    fn a_developer_does_nothing_and_a_reader_only_reads() {
        for deed in [
            Deed::Note,
            Deed::Answer,
            give(2, 1, false),
            Deed::TakeBack,
            Deed::GiveToMany,
            Deed::MakeCodes { calls: 1 },
            Deed::RevokeCode,
            Deed::Open,
            Deed::Tokens,
            Deed::Unlock,
        ] {
            for reach in [Reach::Own, Reach::Look] {
                let refused = RULES.check(&by(1, reach), deed);
                assert!(matches!(refused, Err(DomainError::Forbidden)), "{deed:?}");
            }
            assert!(RULES.check(&by(1, Reach::Owner), deed).is_ok(), "{deed:?}");
        }
        assert!(RULES.check(&by(1, Reach::Own), Deed::Look).is_err());
        assert!(RULES.check(&by(1, Reach::Look), Deed::Look).is_ok());
    }

    #[test]
    fn support_gives_up_to_its_ceiling_once_and_to_others() {
        let support = by(1, Reach::Support);
        assert!(RULES.check(&support, give(2, 100, false)).is_ok());
        assert!(
            RULES
                .check(&support, Deed::MakeCodes { calls: 100 })
                .is_ok()
        );
        for deed in [
            give(2, 101, false),
            give(2, 1, true),
            give(1, 1, false),
            Deed::MakeCodes { calls: 101 },
            Deed::GiveToMany,
            Deed::Open,
            Deed::Tokens,
            Deed::Unlock,
        ] {
            assert!(RULES.check(&support, deed).is_err(), "{deed:?}");
        }
        let owner = by(1, Reach::Owner);
        assert!(RULES.check(&owner, give(1, i64::MAX, true)).is_ok());
    }

    #[test]
    fn support_passes_on_links_of_developers_only() {
        let check = |reach, of: Option<Role>| {
            let account = of.map(|role| account(2, role));
            let of = account.as_ref();
            RULES.check(&by(1, reach), Deed::PassOn { of }).is_ok()
        };
        assert!(check(Reach::Support, None));
        assert!(check(Reach::Support, Some(Role::Developer)));
        assert!(!check(Reach::Support, Some(Role::Support)));
        assert!(!check(Reach::Support, Some(Role::Owner)));
        assert!(check(Reach::Owner, Some(Role::Owner)));
        assert!(!check(Reach::Look, None));
    }

    #[test]
    fn nobody_closes_themselves_and_only_owners_close_staff() {
        let support = by(1, Reach::Support);
        let check = |by: &By, id, role| {
            let account = account(id, role);
            RULES.check(by, Deed::Close { account: &account }).is_ok()
        };
        assert!(check(&support, 2, Role::Developer));
        assert!(!check(&support, 2, Role::Support));
        assert!(!check(&support, 1, Role::Support));
        let owner = by(1, Reach::Owner);
        assert!(check(&owner, 2, Role::Owner));
        assert!(!check(&owner, 1, Role::Owner));
        assert!(check(&By::command_line(), 1, Role::Owner));
    }
}
