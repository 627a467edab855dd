use super::{Actions, actor, calls};
use crate::domain::StoreError;
use crate::domain::accounts::{self, Account};
use crate::domain::authority::{By, Deed};
use crate::domain::error::{DomainError, Problem};
use crate::domain::grants::{self, NewGrant, Terms};
use crate::domain::ids::Noun;
use crate::domain::quota_requests::{self, NewQuotaRequest, QuotaRequest, RequestState};
use crate::domain::store::Answer;
use serde_json::json;

impl Actions {
    /// A developer asks for more calls of one API. One open request for each API.
    pub async fn request_quota(
        &self,
        by: &Account,
        api_name: &str,
        amount: &str,
        reason: &str,
    ) -> Result<(), DomainError> {
        self.first_time(by).await?;
        let api = self.api(api_name)?;
        let calls = calls(amount, quota_requests::MOST_CALLS)?;
        let reason = accounts::text("reason", reason, quota_requests::REASON_LENGTH)?;
        if reason.is_empty() {
            return Err(DomainError::invalid("reason", Problem::Required));
        }
        let new = NewQuotaRequest {
            public_id: self.new_id(Noun::QuotaRequest),
            account: by.id,
            api,
            calls,
            reason,
            created_at: self.now(),
        };
        let after = json!({ "state": "open", "api": api_name, "calls": calls });
        let change = self.change(actor(by), "request.sent", &new.public_id, by.id, after);
        match self.store.create_quota_request(new, change).await {
            Err(StoreError::Conflict(_)) => {
                // The open request may be this very form's.
                self.first_time(by).await?;
                Err(DomainError::invalid("api", Problem::RequestOpen))
            }
            other => Ok(other?),
        }
    }

    /// The developer takes an open request back.
    pub async fn withdraw_quota_request(
        &self,
        by: &Account,
        public_id: &str,
    ) -> Result<(), DomainError> {
        let after = json!({ "state": "withdrawn" });
        let mut change = self.change(actor(by), "request.withdrawn", public_id, by.id, after);
        change.before = Some(json!({ "state": "open" }));
        let withdrawn = self
            .store
            .withdraw_quota_request(by.id, public_id, self.now(), change)
            .await?;
        if withdrawn {
            return Ok(());
        }
        let mine = self.store.quota_requests_of(by.id).await?;
        if mine.iter().any(|request| request.public_id == public_id) {
            Err(DomainError::AlreadyAnswered)
        } else {
            Err(DomainError::NotFound("request"))
        }
    }

    /// Staff grant a request, as asked or otherwise.
    pub async fn approve_quota_request(
        &self,
        by: &By,
        public_id: &str,
        amount: &str,
        text: &str,
    ) -> Result<(), DomainError> {
        let request = self.open_request(by, public_id).await?;
        let calls = calls(amount, grants::MOST_CALLS)?;
        self.allow(
            by,
            Deed::Give {
                to: request.account,
                calls,
                recurs: false,
            },
        )?;
        let text = accounts::text("answer", text, quota_requests::REASON_LENGTH)?;
        let grant = NewGrant {
            public_id: self.new_id(Noun::Grant),
            account: request.account,
            api: request.api,
            calls,
            terms: Terms::default(),
            reason: format!("Request {public_id}"),
            given_by: by.account(),
            created_at: self.now(),
        };
        let after = json!({
            "state": "approved", "calls": calls, "grant": grant.public_id, "answer": text,
        });
        self.answer(
            by,
            &request,
            RequestState::Approved,
            text,
            Some(grant),
            after,
        )
        .await
    }

    /// Staff reject a request with a sentence that the developer reads.
    pub async fn reject_quota_request(
        &self,
        by: &By,
        public_id: &str,
        text: &str,
    ) -> Result<(), DomainError> {
        let request = self.open_request(by, public_id).await?;
        let text = accounts::text("answer", text, quota_requests::REASON_LENGTH)?;
        if text.is_empty() {
            return Err(DomainError::invalid("answer", Problem::Required));
        }
        let after = json!({ "state": "rejected", "answer": text });
        self.answer(by, &request, RequestState::Rejected, text, None, after)
            .await
    }

    async fn open_request(&self, by: &By, public_id: &str) -> Result<QuotaRequest, DomainError> {
        self.allow(by, Deed::Answer)?;
        let request = self
            .store
            .quota_request(public_id)
            .await?
            .ok_or(DomainError::NotFound("request"))?;
        if request.state == RequestState::Open {
            Ok(request)
        } else {
            Err(DomainError::AlreadyAnswered)
        }
    }

    async fn answer(
        &self,
        by: &By,
        request: &QuotaRequest,
        state: RequestState,
        text: String,
        grant: Option<NewGrant>,
        after: serde_json::Value,
    ) -> Result<(), DomainError> {
        let action = match state {
            RequestState::Approved => "request.approved",
            _ => "request.rejected",
        };
        let mut change = self.change(
            by.actor.clone(),
            action,
            &request.public_id,
            request.account,
            after,
        );
        change.before = Some(json!({ "state": "open", "calls": request.calls }));
        let answer = Answer {
            state,
            text,
            by: by.account(),
            at: self.now(),
            grant,
        };
        let id = request.public_id.clone();
        if self
            .metering
            .answer_quota_request(id, answer, change)
            .await?
        {
            Ok(())
        } else {
            Err(DomainError::AlreadyAnswered)
        }
    }
}
