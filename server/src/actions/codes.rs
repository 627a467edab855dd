//! Redemption codes: made by whoever runs the site, redeemed by developers.

use super::{Actions, actor, calls, sent_twice, whole_number};
use crate::clock;
use crate::domain::accounts::Account;
use crate::domain::audit::Change;
use crate::domain::authority::{By, Deed};
use crate::domain::codes::{
    self, Code, CodeBatch, MOST_CODES, MOST_USES, NewBatch, NewCode, NoRedemption,
};
use crate::domain::error::{DomainError, Problem};
use crate::domain::grants::MOST_CALLS;
use crate::domain::ids::Noun;
use crate::domain::store::Redemption;
use crate::domain::throttle::Gate;
use chrono_tz::Tz;
use serde_json::json;

/// Codes that are asked for, as it was typed.
#[derive(Debug, Clone, Copy, Default)]
pub struct CreateCodes<'a> {
    /// What staff call them; may be empty.
    pub label: &'a str,
    /// Of the catalogue; empty leaves it to the redeemer.
    pub api: &'a str,
    /// How many.
    pub count: &'a str,
    /// Calls that each redemption gives.
    pub calls: &'a str,
    /// Accounts that may redeem each of them.
    pub uses: &'a str,
    /// Last day on which they can be redeemed, in UTC; empty means for ever.
    pub expires: &'a str,
}

/// Codes that were just made.
#[derive(Debug, Clone)]
pub struct MadeCodes {
    pub batch: CodeBatch,
    /// The one copy: they are stored as hashes only.
    pub codes: Vec<String>,
}

impl Actions {
    /// Makes codes, all or none, and answers them for the only time.
    pub async fn create_codes(
        &self,
        by: &By,
        asked: CreateCodes<'_>,
    ) -> Result<MadeCodes, DomainError> {
        let batch = self.new_batch(by, asked)?;
        let (new, codes) = self.new_codes(batch.count)?;
        let row = NewBatch {
            public_id: batch.public_id.clone(),
            label: batch.label.clone(),
            api: batch.api,
            calls: batch.calls,
            uses: batch.uses,
            expires_at: batch.expires_at,
            created_by: by.account(),
            created_at: batch.created_at,
        };
        let change = Change {
            at: batch.created_at,
            actor: by.actor.clone(),
            action: "codes.created",
            subject: batch.public_id.clone(),
            account: None,
            form_token: self.form_token.as_deref().map(str::to_owned),
            before: None,
            after: Some(json!({
                "label": batch.label, "api": (!asked.api.is_empty()).then_some(asked.api),
                "count": batch.count, "calls": batch.calls, "uses": batch.uses,
                "expires_at": batch.expires_at,
            })),
        };
        let made = self.store.create_codes(row, new, change).await;
        made.map_err(sent_twice)?;
        Ok(MadeCodes { batch, codes })
    }

    /// A batch as it was asked for, checked.
    fn new_batch(&self, by: &By, asked: CreateCodes<'_>) -> Result<CodeBatch, DomainError> {
        // Whoever may make none learns nothing of the rules.
        self.allow(by, Deed::MakeCodes { calls: 0 })?;
        let count = whole_number("count", asked.count, 1, MOST_CODES)?;
        let label = codes::label(asked.label)?;
        let api = match asked.api {
            "" => None,
            name => Some(self.api(name)?),
        };
        let calls_each = calls(asked.calls, MOST_CALLS)?;
        let uses = whole_number("uses", asked.uses, 1, MOST_USES)?;
        let expires_at = self.end_of(asked.expires, Tz::UTC)?;
        let all = calls_each.saturating_mul(uses).saturating_mul(count);
        self.allow(by, Deed::MakeCodes { calls: all })?;
        Ok(CodeBatch {
            public_id: self.new_id(Noun::CodeBatch),
            label,
            api,
            calls: calls_each,
            uses,
            expires_at,
            revoked_at: None,
            created_at: self.now(),
            created_by: by.account().map(|_| by.actor.label().to_owned()),
            count,
            redeemed: 0,
            over: 0,
        })
    }

    /// So many codes, as the store keeps them and as people see them.
    fn new_codes(&self, count: i64) -> Result<(Vec<NewCode>, Vec<String>), DomainError> {
        let mut random = clock::random();
        let codes: Vec<String> = (0..count).map(|_| codes::new_code(&mut random)).collect();
        let new = codes
            .iter()
            .map(|code| {
                Ok(NewCode {
                    public_id: self.new_id(Noun::Code),
                    hash: codes::read(code).ok_or(DomainError::NotFound("code"))?,
                    hint: codes::hint(code),
                })
            })
            .collect::<Result<_, DomainError>>()?;
        Ok((new, codes))
    }

    /// Batches, newest first: those made before the one of that id, if there is one.
    pub async fn code_batches(
        &self,
        by: &By,
        before: Option<&str>,
        limit: i64,
    ) -> Result<Vec<CodeBatch>, DomainError> {
        self.allow(by, Deed::Look)?;
        Ok(self.store.code_batches(before, limit).await?)
    }

    /// A batch, and those of its codes that come behind the one of that id; the
    /// first ones without it.
    pub async fn code_batch(
        &self,
        by: &By,
        public_id: &str,
        after: Option<&str>,
        limit: i64,
    ) -> Result<(CodeBatch, Vec<Code>), DomainError> {
        self.allow(by, Deed::Look)?;
        let batch = self.store.code_batch(public_id).await?;
        let batch = batch.ok_or(DomainError::NotFound("batch of codes"))?;
        let codes = self.store.codes_of(public_id, after, limit).await?;
        Ok((batch, codes))
    }

    /// Takes a code back; what was redeemed stays.
    pub async fn revoke_code(&self, by: &By, public_id: &str) -> Result<(), DomainError> {
        self.allow(by, Deed::RevokeCode)?;
        let change = self.revocation(by.actor.clone(), "code.revoked", public_id);
        let revoked = self.store.revoke_code(public_id, self.now(), change);
        if revoked.await? {
            return Ok(());
        }
        match self.store.code(public_id).await? {
            Some(_) => Err(DomainError::invalid("", Problem::NothingLeft)),
            None => Err(DomainError::NotFound("code")),
        }
    }

    /// Takes all codes of a batch back; what was redeemed stays.
    pub async fn revoke_batch(&self, by: &By, public_id: &str) -> Result<(), DomainError> {
        self.allow(by, Deed::RevokeCode)?;
        let change = self.revocation(by.actor.clone(), "codes.revoked", public_id);
        let revoked = self.store.revoke_batch(public_id, self.now(), change);
        if revoked.await? {
            return Ok(());
        }
        match self.store.code_batch(public_id).await? {
            Some(_) => Err(DomainError::invalid("", Problem::NothingLeft)),
            None => Err(DomainError::NotFound("batch of codes")),
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
