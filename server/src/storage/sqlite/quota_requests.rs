use super::SqliteStore;
use super::audit::{commit_if_done, record};
use super::deliveries::announce;
use super::grants::insert as insert_grant;
use crate::domain::audit::Change;
use crate::domain::ids::event_id;
use crate::domain::quota_requests::{NewQuotaRequest, QuotaRequest, RequestState};
use crate::domain::store::{Answer, QuotaRequests, Stored};
use crate::domain::webhooks::Event;
use crate::domain::{AccountId, ApiId, GrantId, Millis, StoreError};
use async_trait::async_trait;
use serde_json::json;
use sqlx::SqliteConnection;

/// What every list of requests reads; the rest of each statement says which.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "
    SELECT quota_requests.id, quota_requests.public_id, quota_requests.account_id,
           accounts.public_id AS account_public_id, accounts.name AS account_name,
           accounts.email AS account_email, quota_requests.api_id, quota_requests.calls,
           quota_requests.reason, state, grants.calls AS granted, answer,
           quota_requests.created_at, answered_at
    FROM quota_requests
    JOIN accounts ON accounts.id = quota_requests.account_id
    LEFT JOIN grants ON grants.id = grant_id
    ",
            $rest
        )
    };
}

const OF_ACCOUNT: &str =
    select!("WHERE quota_requests.account_id = $1 ORDER BY quota_requests.id DESC LIMIT 100");

const BY_PUBLIC_ID: &str = select!("WHERE quota_requests.public_id = $1");

const OLDEST_FIRST: &str =
    select!("WHERE state IN (SELECT value FROM json_each($1)) ORDER BY quota_requests.id LIMIT $2");

const NEWEST_FIRST: &str = select!(
    "WHERE state IN (SELECT value FROM json_each($1)) ORDER BY quota_requests.id DESC LIMIT $2"
);

const COUNT_OPEN: &str = "SELECT count(*) FROM quota_requests WHERE state = 'open'";

const INSERT: &str = "
    INSERT INTO quota_requests (public_id, account_id, api_id, calls, reason, state, created_at)
    VALUES ($1, $2, $3, $4, $5, 'open', $6)";

const WITHDRAW: &str = "
    UPDATE quota_requests SET state = 'withdrawn', answered_at = $3
    WHERE account_id = $1 AND public_id = $2 AND state = 'open'";

const CLOSE: &str = "
    UPDATE quota_requests
    SET state = $2, answer = $3, answered_by = $4, answered_at = $5
    WHERE public_id = $1 AND state = 'open'";

const LINK_GRANT: &str = "UPDATE quota_requests SET grant_id = $2 WHERE public_id = $1";

const NAMES: &str = "
    SELECT accounts.id, accounts.public_id, apis.name, quota_requests.calls
    FROM quota_requests
    JOIN accounts ON accounts.id = quota_requests.account_id
    JOIN apis ON apis.id = quota_requests.api_id
    WHERE quota_requests.public_id = $1";

/// Tells the account's webhooks and mailbox of an answer, in its transaction.
async fn tell(tx: &mut SqliteConnection, request: &str, answer: &Answer) -> Stored<()> {
    let (id, account, api, asked): (i64, String, String, i64) = sqlx::query_as(NAMES)
        .bind(request)
        .fetch_one(&mut *tx)
        .await?;
    let event = Event::Answered {
        account,
        request: request.to_owned(),
        api,
        approved: answer.state == RequestState::Approved,
        asked,
        granted: answer.grant.as_ref().map_or(0, |grant| grant.calls),
        answer: answer.text.clone(),
    };
    let event_id = event_id(event.kind(), request);
    announce(tx, AccountId(id), &event_id, &event, answer.at).await
}

#[derive(sqlx::FromRow)]
struct RequestRow {
    id: i64,
    public_id: String,
    account_id: i64,
    account_public_id: String,
    account_name: String,
    account_email: String,
    api_id: i64,
    calls: i64,
    reason: String,
    state: String,
    granted: Option<i64>,
    answer: Option<String>,
    created_at: i64,
    answered_at: Option<i64>,
}

impl TryFrom<RequestRow> for QuotaRequest {
    type Error = StoreError;

    fn try_from(row: RequestRow) -> Result<Self, StoreError> {
        Ok(Self {
            state: RequestState::named(&row.state)
                .ok_or_else(|| StoreError::Broken(format!("request {}: state", row.id)))?,
            id: row.id,
            public_id: row.public_id,
            account: AccountId(row.account_id),
            account_public_id: row.account_public_id,
            account_name: row.account_name,
            account_email: row.account_email,
            api: ApiId(row.api_id),
            calls: row.calls,
            reason: row.reason,
            granted: row.granted,
            answer: row.answer,
            created_at: row.created_at,
            answered_at: row.answered_at,
        })
    }
}

fn requests(rows: Vec<RequestRow>) -> Stored<Vec<QuotaRequest>> {
    rows.into_iter().map(QuotaRequest::try_from).collect()
}

#[async_trait]
impl QuotaRequests for SqliteStore {
    async fn create_quota_request(&self, new: NewQuotaRequest, change: Change) -> Stored<()> {
        let mut tx = self.write().await?;
        sqlx::query(INSERT)
            .bind(&new.public_id)
            .bind(new.account.0)
            .bind(new.api.0)
            .bind(new.calls)
            .bind(&new.reason)
            .bind(new.created_at)
            .execute(&mut *tx)
            .await?;
        record(&mut tx, &change).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn quota_requests_of(&self, account: AccountId) -> Stored<Vec<QuotaRequest>> {
        requests(
            sqlx::query_as(OF_ACCOUNT)
                .bind(account.0)
                .fetch_all(&self.readers)
                .await?,
        )
    }

    async fn quota_request(&self, public_id: &str) -> Stored<Option<QuotaRequest>> {
        let row: Option<RequestRow> = sqlx::query_as(BY_PUBLIC_ID)
            .bind(public_id)
            .fetch_optional(&self.readers)
            .await?;
        row.map(QuotaRequest::try_from).transpose()
    }

    async fn quota_requests_in(
        &self,
        states: &[RequestState],
        limit: i64,
    ) -> Stored<Vec<QuotaRequest>> {
        let names: Vec<&str> = states.iter().map(|state| state.name()).collect();
        let query = if states == [RequestState::Open] {
            OLDEST_FIRST
        } else {
            NEWEST_FIRST
        };
        requests(
            sqlx::query_as(query)
                .bind(json!(names).to_string())
                .bind(limit)
                .fetch_all(&self.readers)
                .await?,
        )
    }

    async fn count_open_quota_requests(&self) -> Stored<i64> {
        let (count,): (i64,) = sqlx::query_as(COUNT_OPEN).fetch_one(&self.readers).await?;
        Ok(count)
    }

    async fn withdraw_quota_request(
        &self,
        account: AccountId,
        public_id: &str,
        at: Millis,
        change: Change,
    ) -> Stored<bool> {
        let mut tx = self.write().await?;
        let done = sqlx::query(WITHDRAW)
            .bind(account.0)
            .bind(public_id)
            .bind(at)
            .execute(&mut *tx)
            .await?;
        commit_if_done(tx, &done, &change).await
    }

    async fn answer_quota_request(
        &self,
        public_id: &str,
        answer: Answer,
        change: Change,
    ) -> Stored<Option<Option<GrantId>>> {
        let mut tx = self.write().await?;
        let closed = sqlx::query(CLOSE)
            .bind(public_id)
            .bind(answer.state.name())
            .bind(&answer.text)
            .bind(answer.by.map(|id| id.0))
            .bind(answer.at)
            .execute(&mut *tx)
            .await?
            .rows_affected();
        if closed == 0 {
            return Ok(None);
        }
        let mut grant = None;
        if let Some(new) = &answer.grant {
            let id = insert_grant(&mut tx, new).await?;
            sqlx::query(LINK_GRANT)
                .bind(public_id)
                .bind(id.0)
                .execute(&mut *tx)
                .await?;
            grant = Some(id);
        }
        tell(&mut tx, public_id, &answer).await?;
        record(&mut tx, &change).await?;
        tx.commit().await?;
        Ok(Some(grant))
    }
}
