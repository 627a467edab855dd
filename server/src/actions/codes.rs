//! Redemption codes: made by whoever runs the site, redeemed by developers.

use super::{Actions, actor, calls};
use crate::clock;
use crate::domain::accounts::Account;
use crate::domain::audit::Change;
use crate::domain::authority::{By, Deed};
use crate::domain::codes::{self, Code, MOST_USES, NewCode, NoRedemption};
use crate::domain::error::{DomainError, Problem};
use crate::domain::grants::MOST_CALLS;
use crate::domain::ids::Noun;
use crate::domain::store::Redemption;
use crate::domain::throttle::Gate;
use chrono_tz::Tz;
use serde_json::json;

/// A code that is asked for, as it was typed.
#[derive(Debug)]
pub struct CreateCode<'a> {
    /// Of the catalogue; empty leaves it to the redeemer.
    pub api: &'a str,
    pub calls: &'a str,
    /// Accounts that may redeem it.
    pub uses: &'a str,
    /// Last day on which it can be redeemed, in UTC; empty means for ever.
    pub expires: &'a str,
}

impl Actions {
    /// Makes a code and answers it: it is stored as a hash only.
    pub async fn create_code(&self, by: &By, asked: CreateCode<'_>) -> Result<String, DomainError> {
        let api = match asked.api {
            "" => None,
            name => Some(self.api(name)?),
        };
        let calls_each = calls(asked.calls, MOST_CALLS)?;
        let uses = calls(asked.uses, MOST_USES).map_err(|error| error.on_field("uses"))?;
        let expires_at = self.end_of(asked.expires, Tz::UTC)?;
        let all = calls_each.saturating_mul(uses);
        self.allow(by, Deed::MakeCodes { calls: all })?;
        let code = codes::new_code(&mut clock::random());
        let hash = codes::read(&code).ok_or(DomainError::NotFound("code"))?;
        let new = NewCode {
            public_id: self.new_id(Noun::Code),
            hash,
            hint: codes::hint(&code),
            api,
            calls: calls_each,
            uses,
            expires_at,
            created_by: by.account(),
            created_at: self.now(),
        };
        let change = Change {
            at: self.now(),
            actor: by.actor.clone(),
            action: "code.created",
            subject: new.public_id.clone(),
            account: None,
            form_token: None,
            before: None,
            after: Some(json!({
                "api": (!asked.api.is_empty()).then_some(asked.api), "calls": calls_each,
                "uses": uses, "expires_at": expires_at, "hint": new.hint,
            })),
        };
        self.store.create_code(new, change).await?;
        Ok(code)
    }

    /// The newest codes.
    pub async fn codes(&self, limit: i64) -> Result<Vec<Code>, DomainError> {
        Ok(self.store.codes(limit).await?)
    }

    /// Takes a code back; what was redeemed stays.
    pub async fn revoke_code(&self, by: &By, public_id: &str) -> Result<(), DomainError> {
        self.allow(by, Deed::RevokeCode)?;
        let change = self.revocation(by.actor.clone(), "code.revoked", public_id);
        if self
            .store
            .revoke_code(public_id, self.now(), change)
            .await?
        {
            Ok(())
        } else {
            Err(DomainError::NotFound("code that can be revoked"))
        }
    }

    /// Gives the account what a code is good for. It counts for the next call.
    pub async fn redeem_code(
        &self,
        by: &Account,
        typed: &str,
        api_name: &str,
    ) -> Result<(), DomainError> {
        let refused = |problem| DomainError::invalid("code", problem);
        if typed.trim().is_empty() {
            return Err(refused(Problem::Required));
        }
        let api = self.api(api_name)?;
        self.try_at(Gate::Redeem, &by.public_id)?;
        let hash = codes::read(typed).ok_or(refused(Problem::UnknownCode))?;
        let asked = Redemption {
            account: by.id,
            api,
            grant_public_id: self.new_id(Noun::Grant),
            at: self.now(),
        };
        // The store fills in which code it was, and what it gave.
        let change = self.change(actor(by), "code.redeemed", "", by.id, json!({}));
        match self.metering.redeem_code(hash, asked, change).await? {
            Ok(()) => {
                self.forgive(Gate::Redeem, &by.public_id);
                Ok(())
            }
            Err(NoRedemption::Unknown) => Err(refused(Problem::UnknownCode)),
            Err(NoRedemption::Over) => Err(refused(Problem::CodeOver)),
            Err(NoRedemption::Again) => Err(refused(Problem::CodeRedeemed)),
        }
    }
}
