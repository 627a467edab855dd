//! What a person or a command may do: the rules are checked, the store changes,
//! and the audit log says who did it. Every border (a page, the command line)
//! goes through here, so authorisation has one place.

mod accounts;
mod bulk;
mod caps;
mod codes;
mod desk;
mod email;
mod grants;
mod join;
mod key_changes;
mod keys;
mod language;
mod links;
mod openid;
mod password;
mod projects;
mod quota_requests;
mod reset;
mod second_factor;
mod service_tokens;
mod sessions;
mod settings;
mod webhooks;

pub use accounts::{OpenAccount, SignInError};
pub use bulk::BulkError;
pub use caps::{AskedCap, CapOf};
pub use codes::{CreateCodes, MadeCodes};
pub use grants::AskedGrant;
pub use join::Join;
pub use key_changes::EditKey;
pub use keys::{CreateKey, CreatedKey};
pub use links::Doors;
pub use openid::EntryError;
pub use projects::EditProject;
pub use service_tokens::CreateServiceToken;
pub use settings::ChangePassword;

use crate::clock::{self, Clock};
use crate::domain::accounts::Account;
use crate::domain::audit::{Actor, Change};
use crate::domain::authority::{Authority, By, Deed};
use crate::domain::error::{DomainError, Problem};
use crate::domain::ids::{Noun, form_token, public_id};
use crate::domain::store::Store;
use crate::domain::throttle::{Gate, Throttle};
use crate::domain::{AccountId, ApiId, Millis, StoreError, zones};
use crate::metering::Metering;
use chrono::NaiveDate;
use chrono_tz::Tz;
use parking_lot::Mutex;
use password::Passwords;
use serde_json::json;
use std::net::IpAddr;
use std::sync::Arc;

/// Everything that can be done. Cheap to clone.
#[derive(Clone)]
pub struct Actions {
    store: Arc<dyn Store>,
    metering: Arc<Metering>,
    clock: Arc<dyn Clock>,
    passwords: Arc<Passwords>,
    throttle: Arc<Mutex<Throttle>>,
    /// Where whoever asks comes from, if that tells people apart.
    from: Option<IpAddr>,
    authority: Authority,
    doors: Doors,
    /// Whether messages may go inside a network.
    sends_inside: bool,
    /// One-time token of the form that these actions are done for.
    form_token: Option<Arc<str>>,
}

impl Actions {
    #[must_use]
    pub fn new(store: Arc<dyn Store>, metering: Arc<Metering>, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            metering,
            clock,
            passwords: Arc::default(),
            throttle: Arc::default(),
            from: None,
            authority: Authority::default(),
            doors: Doors::default(),
            sends_inside: false,
            form_token: None,
        }
    }

    /// The same, under the rules that an operator set.
    #[must_use]
    pub fn ruled_by(self, authority: Authority) -> Self {
        Self { authority, ..self }
    }

    /// Whether somebody may do it.
    pub fn allow(&self, by: &By, deed: Deed<'_>) -> Result<(), DomainError> {
        self.authority.check(by, deed)
    }

    /// The same, asked from an address.
    #[must_use]
    pub fn coming_from(&self, from: Option<IpAddr>) -> Self {
        Self {
            from,
            ..self.clone()
        }
    }

    /// Counts a try at a door, and refuses one that comes too soon after others.
    fn try_at(&self, gate: Gate, whole: &str) -> Result<(), DomainError> {
        self.begin(gate, whole).map_err(DomainError::TooOften)
    }

    /// The same; says how long to wait.
    fn begin(&self, gate: Gate, whole: &str) -> Result<(), Millis> {
        let mut throttle = self.throttle.lock();
        throttle.begin(gate, whole, self.from, self.now())
    }

    /// The last try at a door was a good one.
    fn forgive(&self, gate: Gate, whole: &str) {
        self.throttle.lock().forgive(gate, whole, self.from);
    }

    /// The same, where people can get in and are written to.
    #[must_use]
    pub fn with_doors(self, doors: Doors) -> Self {
        Self { doors, ..self }
    }

    /// The same, where webhooks may lie inside a network (`private`).
    #[must_use]
    pub fn sending_inside(self, private: bool) -> Self {
        Self {
            sends_inside: private,
            ..self
        }
    }

    /// The same, done for a form with a one-time token: what it makes is made
    /// once, however often the form is sent.
    #[must_use]
    pub fn of_form(&self, token: &str) -> Self {
        Self {
            form_token: (!token.is_empty()).then(|| token.into()),
            ..self.clone()
        }
    }

    /// That something which belongs to no account was taken back.
    fn revocation(&self, actor: Actor, action: &'static str, public_id: &str) -> Change {
        Change {
            at: self.now(),
            actor,
            action,
            subject: public_id.to_owned(),
            account: None,
            form_token: None,
            before: None,
            after: Some(json!({ "revoked": true })),
        }
    }

    /// A new one-time token for a form.
    #[must_use]
    pub fn new_form_token() -> String {
        form_token(&mut clock::random())
    }

    /// Refuses a form that was sent before, and done.
    async fn first_time(&self, by: &Account) -> Result<(), DomainError> {
        match &self.form_token {
            Some(token) if self.store.form_was_done(by.id, token).await? => {
                Err(DomainError::AlreadySent)
            }
            _ => Ok(()),
        }
    }

    /// The numbers that what is done here changes.
    #[must_use]
    pub const fn metering(&self) -> &Arc<Metering> {
        &self.metering
    }

    /// The time by which changes are dated.
    #[must_use]
    pub fn now(&self) -> Millis {
        self.clock.now()
    }

    fn new_id(&self, noun: Noun) -> String {
        public_id(noun, self.now(), &mut clock::random())
    }

    fn api(&self, name: &str) -> Result<ApiId, DomainError> {
        self.metering
            .api_named(name)
            .map(|metered| metered.id)
            .ok_or(DomainError::invalid("api", Problem::UnknownApi))
    }

    /// The end of the last day on which something works or is good, as it was
    /// typed; an empty field means for ever.
    fn end_of(&self, typed: &str, zone: Tz) -> Result<Option<Millis>, DomainError> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Ok(None);
        }
        let day_after = NaiveDate::parse_from_str(typed, "%Y-%m-%d")
            .ok()
            .and_then(|date| date.succ_opt())
            .ok_or(DomainError::invalid("expires", Problem::NotADate))?;
        let end = zones::start_of_day(day_after, zone);
        if end <= self.now() {
            return Err(DomainError::invalid("expires", Problem::DatePast));
        }
        Ok(Some(end))
    }

    fn change(
        &self,
        actor: Actor,
        action: &'static str,
        subject: &str,
        account: AccountId,
        after: serde_json::Value,
    ) -> Change {
        Change {
            at: self.now(),
            actor,
            action,
            subject: subject.to_owned(),
            account: Some(account),
            before: None,
            after: Some(after),
            form_token: self.form_token.as_deref().map(str::to_owned),
        }
    }
}

/// A store's no, where a form may have been sent twice at once.
fn sent_twice(error: StoreError) -> DomainError {
    match error {
        StoreError::Conflict(what) if what.contains("audit.form_token") => DomainError::AlreadySent,
        other => other.into(),
    }
}

/// The signed-in account as the one who acts.
#[must_use]
pub fn actor(account: &Account) -> Actor {
    Actor::Account {
        id: account.id,
        email: account.email.clone(),
    }
}

/// A number of calls that a person typed: digits, spaces and separators.
pub fn calls(text: &str, most: i64) -> Result<i64, DomainError> {
    whole_number("calls", text, 1, most)
}

/// A whole number that a person typed.
fn whole_number(
    field: &'static str,
    text: &str,
    least: i64,
    most: i64,
) -> Result<i64, DomainError> {
    let digits: String = text
        .chars()
        .filter(|c| !matches!(c, ',' | '\'' | '_' | ' ' | '\u{a0}' | '\u{202f}'))
        .collect();
    if digits.is_empty() {
        return Err(DomainError::invalid(field, Problem::Required));
    }
    if !digits
        .strip_prefix('-')
        .unwrap_or(&digits)
        .bytes()
        .all(|b| b.is_ascii_digit())
    {
        return Err(DomainError::invalid(field, Problem::NotANumber));
    }
    match digits.parse::<i64>() {
        Ok(calls) if (least..=most).contains(&calls) => Ok(calls),
        // Digits that do not fit are out of range as well.
        _ => Err(DomainError::invalid(
            field,
            Problem::OutOfRange { least, most },
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_typed_as_people_write_numbers() {
        assert_eq!(calls("5000", 10_000).unwrap(), 5_000);
        assert_eq!(calls(" 5,000 ", 10_000).unwrap(), 5_000);
        for (text, problem) in [
            ("", Problem::Required),
            ("many", Problem::NotANumber),
            ("1.5", Problem::NotANumber),
            (
                "0",
                Problem::OutOfRange {
                    least: 1,
                    most: 10_000,
                },
            ),
            (
                "-5",
                Problem::OutOfRange {
                    least: 1,
                    most: 10_000,
                },
            ),
            (
                "10001",
                Problem::OutOfRange {
                    least: 1,
                    most: 10_000,
                },
            ),
            (
                "1000000000000000000000",
                Problem::OutOfRange {
                    least: 1,
                    most: 10_000,
                },
            ),
        ] {
            match calls(text, 10_000) {
                Err(DomainError::Invalid { problem: found, .. }) => assert_eq!(found, problem),
                other => panic!("{text}: {other:?}"),
            }
        }
    }
}
