use super::{Actions, calls};
use crate::domain::accounts::{self, Account};
use crate::domain::audit::Actor;
use crate::domain::error::DomainError;
use crate::domain::grants::{MOST_CALLS, NewGrant, REASON_LENGTH};
use crate::domain::ids::Noun;
use serde_json::json;

impl Actions {
    /// Staff give an account calls of one API. They count for the next call.
    pub async fn grant(
        &self,
        by: &Account,
        account_public_id: &str,
        api: &str,
        amount: &str,
        reason: &str,
    ) -> Result<(), DomainError> {
        super::staff(by)?;
        let account = self
            .store
            .account_by_public_id(account_public_id)
            .await?
            .ok_or(DomainError::NotFound("account"))?;
        self.give(super::actor(by), &account, api, amount, reason)
            .await
    }

    /// Gives calls; whoever calls this has checked that the actor may.
    pub async fn give(
        &self,
        actor: Actor,
        account: &Account,
        api_name: &str,
        amount: &str,
        reason: &str,
    ) -> Result<(), DomainError> {
        let api = self.api(api_name)?;
        let calls = calls(amount, MOST_CALLS)?;
        let reason = accounts::name("reason", reason, REASON_LENGTH)?;
        let new = NewGrant {
            public_id: self.new_id(Noun::Grant),
            account: account.id,
            api,
            calls,
            reason: reason.clone(),
            given_by: actor.account(),
            created_at: self.now(),
        };
        let after = json!({ "api": api_name, "calls": calls, "reason": reason });
        let change = self.change(actor, "grant.created", &new.public_id, account.id, after);
        self.metering.grant(new, change).await?;
        Ok(())
    }
}
