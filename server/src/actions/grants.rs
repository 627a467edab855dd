use super::{Actions, calls, whole_number};
use crate::domain::accounts::{self, Account};
use crate::domain::audit::Actor;
use crate::domain::authority::{By, Deed};
use crate::domain::caps::Period;
use crate::domain::error::{DomainError, Problem};
use crate::domain::grants::{self, MOST_CALLS, NewGrant, PRIORITIES, REASON_LENGTH, Recurs, Terms};
use crate::domain::ids::Noun;
use crate::domain::{Millis, zones};
use chrono::NaiveDate;
use chrono_tz::Tz;
use serde_json::{Value, json};

/// A grant that is asked for, as it was typed.
#[derive(Debug, Clone, Copy, Default)]
pub struct AskedGrant<'a> {
    /// Catalogue name.
    pub api: &'a str,
    /// Of one that comes again: of each period.
    pub calls: &'a str,
    pub reason: &'a str,
    /// First day, in the account's zone; empty means now.
    pub starts: &'a str,
    /// Last day, in the account's zone; empty means for good.
    pub expires: &'a str,
    /// `day`, `week` or `month`; empty or `once` means once.
    pub recurs: &'a str,
    /// Calls that roll over at most; empty means none.
    pub roll_over: &'a str,
    /// Lower burns first; empty means 0.
    pub priority: &'a str,
}

impl Actions {
    /// Staff give an account calls of one API. They count for the next call, or
    /// from their start on. Answers the grant's id.
    pub async fn grant(
        &self,
        by: &By,
        account_public_id: &str,
        asked: AskedGrant<'_>,
    ) -> Result<String, DomainError> {
        // Before the account is looked up, so that nobody learns of it.
        self.allow(by, Deed::Answer)?;
        let account = self.account_of(account_public_id).await?;
        let new = self.new_grant(&by.actor, &account, asked)?;
        self.allow(
            by,
            Deed::Give {
                to: account.id,
                calls: new.calls,
                recurs: new.terms.recurs.is_some(),
            },
        )?;
        let id = new.public_id.clone();
        self.give_new(by.actor.clone(), new, asked.api).await?;
        Ok(id)
    }

    /// Gives calls for good; whoever calls this has checked that the actor may.
    pub async fn give(
        &self,
        actor: Actor,
        account: &Account,
        api: &str,
        calls: &str,
        reason: &str,
    ) -> Result<(), DomainError> {
        let asked = AskedGrant {
            api,
            calls,
            reason,
            ..AskedGrant::default()
        };
        let new = self.new_grant(&actor, account, asked)?;
        self.give_new(actor, new, api).await
    }

    /// A grant as it was asked for, checked.
    fn new_grant(
        &self,
        actor: &Actor,
        account: &Account,
        asked: AskedGrant<'_>,
    ) -> Result<NewGrant, DomainError> {
        let api = self.api(asked.api)?;
        let calls = calls(asked.calls, MOST_CALLS)?;
        let reason = accounts::name("reason", asked.reason, REASON_LENGTH)?;
        let terms = self.terms(&asked, zones::zone(&account.time_zone))?;
        Ok(NewGrant {
            public_id: self.new_id(Noun::Grant),
            account: account.id,
            api,
            calls,
            terms,
            reason,
            given_by: actor.account(),
            created_at: self.now(),
        })
    }

    async fn give_new(&self, actor: Actor, new: NewGrant, api: &str) -> Result<(), DomainError> {
        let mut after = json!({ "api": api, "calls": new.calls, "reason": new.reason });
        note(&mut after, &new.terms);
        let change = self.change(actor, "grant.created", &new.public_id, new.account, after);
        self.metering
            .grant(new, change)
            .await
            .map_err(super::sent_twice)
    }

    /// Staff take back what is left of a grant. One that comes again does so no
    /// more.
    pub async fn revoke_grant(
        &self,
        by: &By,
        account_public_id: &str,
        grant_public_id: &str,
    ) -> Result<(), DomainError> {
        self.allow(by, Deed::TakeBack)?;
        let account = self.account_of(account_public_id).await?;
        let grants = self.store.grants(account.id).await?;
        let grant = grants
            .iter()
            .find(|grant| grant.public_id == grant_public_id)
            .ok_or(DomainError::NotFound("grant"))?;
        let after = json!({ "revoked": true });
        let mut change = self.change(
            by.actor.clone(),
            "grant.revoked",
            grant_public_id,
            account.id,
            after,
        );
        change.before = Some(json!({
            "calls": grant.balance.calls, "used": grant.balance.burnt, "reason": grant.reason,
        }));
        let id = grant_public_id.to_owned();
        if self.metering.revoke_grant(account.id, id, change).await? {
            Ok(())
        } else {
            Err(DomainError::invalid("", Problem::GrantOver))
        }
    }

    /// Somebody else's account.
    pub(super) async fn account_of(&self, public_id: &str) -> Result<Account, DomainError> {
        self.store
            .account_by_public_id(public_id)
            .await?
            .ok_or(DomainError::NotFound("account"))
    }

    fn terms(&self, asked: &AskedGrant<'_>, zone: Tz) -> Result<Terms, DomainError> {
        let starts_at = self.start_of(asked.starts, zone)?;
        let expires_at = self.end_of(asked.expires, zone)?;
        if let (Some(start), Some(end)) = (starts_at, expires_at)
            && end <= start
        {
            return Err(DomainError::invalid("expires", Problem::EndsBeforeStart));
        }
        let priority = match asked.priority.trim() {
            "" => 0,
            typed => whole_number("priority", typed, PRIORITIES.0, PRIORITIES.1)?,
        };
        Ok(Terms {
            priority,
            starts_at,
            expires_at,
            recurs: recurs(asked)?,
        })
    }

    /// The start of the first day of a grant, as it was typed; nothing for today.
    fn start_of(&self, typed: &str, zone: Tz) -> Result<Option<Millis>, DomainError> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Ok(None);
        }
        let first = NaiveDate::parse_from_str(typed, "%Y-%m-%d")
            .map_err(|_| DomainError::invalid("starts", Problem::NotADate))?;
        let today = zones::day_of(self.now(), zone);
        if first < today {
            return Err(DomainError::invalid("starts", Problem::DatePast));
        }
        Ok((first > today).then(|| zones::start_of_day(first, zone)))
    }
}

fn recurs(asked: &AskedGrant<'_>) -> Result<Option<Recurs>, DomainError> {
    let period = match asked.recurs {
        "" | "once" => return Ok(None),
        name => Period::named(name)
            .filter(|period| *period != Period::Total)
            .ok_or(DomainError::invalid("recurs", Problem::UnknownChoice))?,
    };
    let roll_over = match asked.roll_over.trim() {
        "" => 0,
        typed => whole_number("roll_over", typed, 0, grants::MOST_CALLS)?,
    };
    Ok(Some(Recurs { period, roll_over }))
}

/// Notes in the audit log what is not as usual.
fn note(after: &mut Value, terms: &Terms) {
    if terms.priority != 0 {
        after["priority"] = terms.priority.into();
    }
    if let Some(at) = terms.starts_at {
        after["starts_at"] = at.into();
    }
    if let Some(at) = terms.expires_at {
        after["expires_at"] = at.into();
    }
    if let Some(recurs) = terms.recurs {
        after["every"] = recurs.period.name().into();
        after["roll_over"] = recurs.roll_over.into();
    }
}
