use super::{Actions, actor, whole_number};
use crate::domain::accounts::Account;
use crate::domain::caps::{CapOwner, Limit, MOST_CALLS, Period};
use crate::domain::error::{DomainError, Problem};
use crate::domain::store::CapChange;
use crate::domain::{ApiId, store};
use serde_json::{Value, json};

/// What carries a cap, by public id.
#[derive(Debug, Clone, Copy)]
pub enum CapOf<'a> {
    Key(&'a str),
    Project(&'a str),
}

/// A cap as it was typed.
#[derive(Debug, Clone, Copy, Default)]
pub struct AskedCap<'a> {
    /// Catalogue name.
    pub api: &'a str,
    /// Empty for no cap.
    pub calls: &'a str,
    /// Name of a [`Period`].
    pub period: &'a str,
    /// What the form showed, as [`written`]; nothing if it does not say.
    pub was: Option<&'a str>,
}

/// A cap as forms carry it: `50/day`, or nothing.
#[must_use]
pub fn written(limit: Option<Limit>) -> String {
    limit.map_or_else(String::new, |limit| {
        format!("{}/{}", limit.calls, limit.period.name())
    })
}

/// A cap as the audit log shows it.
pub(super) fn audited(api: &str, limit: Option<Limit>) -> Value {
    match limit {
        Some(limit) => json!({ "api": api, "calls": limit.calls, "period": limit.period.name() }),
        None => json!({ "api": api, "calls": null }),
    }
}

impl Actions {
    /// Sets, changes or removes a cap of a key or project (`product.md` §2.6a).
    pub async fn set_cap(
        &self,
        by: &Account,
        of: CapOf<'_>,
        asked: AskedCap<'_>,
    ) -> Result<(), DomainError> {
        let api = self.api(asked.api)?;
        let (owner, public_id, action) = self.cap_owner(by, of).await?;
        let was = self.current_cap(by, owner, api).await?;
        let limit = limit(&asked)?;
        if limit == was {
            return Ok(());
        }
        let now = written(was);
        if asked.was.is_some_and(|was| was != now) {
            return Err(DomainError::ChangedMeanwhile(vec![("calls", now)]));
        }
        let mut change = self.change(
            actor(by),
            action,
            &public_id,
            by.id,
            audited(asked.api, limit),
        );
        change.before = Some(audited(asked.api, was));
        let set = CapChange {
            account: by.id,
            owner,
            api,
            was,
            limit,
        };
        if self.metering.set_cap(set, change).await? {
            return Ok(());
        }
        // Gone, or changed since it was read a moment ago.
        self.cap_owner(by, of).await?;
        let now = written(self.current_cap(by, owner, api).await?);
        Err(DomainError::ChangedMeanwhile(vec![("calls", now)]))
    }

    /// The cap that a new key is born with.
    pub(super) fn cap_of_new_key(
        &self,
        asked: &AskedCap<'_>,
    ) -> Result<Option<(ApiId, Limit)>, DomainError> {
        let Some(limit) = limit(asked).map_err(|error| error.on_field("cap_calls"))? else {
            return Ok(None);
        };
        let api = self
            .api(asked.api)
            .map_err(|error| error.on_field("cap_api"))?;
        Ok(Some((api, limit)))
    }

    async fn cap_owner(
        &self,
        by: &Account,
        of: CapOf<'_>,
    ) -> Result<(CapOwner, String, &'static str), DomainError> {
        match of {
            CapOf::Key(id) => {
                let key = self.key_of(by, id).await?;
                Ok((CapOwner::Key(key.id), key.public_id, "key.capped"))
            }
            CapOf::Project(id) => {
                let project = self.own_project(by, id).await?;
                let owner = CapOwner::Project(project.id);
                Ok((owner, project.public_id, "project.capped"))
            }
        }
    }

    async fn current_cap(
        &self,
        by: &Account,
        owner: CapOwner,
        api: ApiId,
    ) -> Result<Option<Limit>, DomainError> {
        let caps = store::Caps::caps(self.store.as_ref(), by.id, self.now()).await?;
        Ok(caps
            .caps
            .into_iter()
            .find(|counted| counted.cap.owner == owner && counted.cap.api == api)
            .map(|counted| counted.cap.limit))
    }
}

/// Nothing typed means no cap. Zero is a cap: it closes the API.
fn limit(asked: &AskedCap<'_>) -> Result<Option<Limit>, DomainError> {
    if asked.calls.trim().is_empty() {
        return Ok(None);
    }
    let calls = whole_number("calls", asked.calls, 0, MOST_CALLS)?;
    let period =
        Period::named(asked.period).ok_or(DomainError::invalid("calls", Problem::UnknownChoice))?;
    Ok(Some(Limit { calls, period }))
}
