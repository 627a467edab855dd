//! What the rules ask of a store, in the domain's words. Each method is one
//! transaction. "Not found" is `Ok(None)`. Every method that serves a developer
//! takes the account it may touch.

use super::accounts::{Account, NewAccount};
use super::audit::{Change, Entry};
use super::caps::{AccountCaps, CapOwner, Limit};
use super::error::StoreError;
use super::grants::NewGrant;
use super::idempotency::{LeftOut, Terms};
use super::keys::{Key, KeyEdit, KeyHash, KeyIdentity, NewKey, Rotation};
use super::language::Language;
use super::projects::{NewProject, Project, ProjectDeletion, ProjectEdit, ProjectSummary};
use super::quota_requests::{NewQuotaRequest, QuotaRequest, RequestState};
use super::requests::{CallPage, CallQuery, LoggedCall};
use super::usage::{Grouping, Named, SeriesPoint, SeriesQuery, UsageRow};
use super::{AccountId, ApiId, GrantId, Millis, ProjectId};
use async_trait::async_trait;

mod alerts;
mod bulk;
mod codes;
mod desk;
mod grants;
mod idempotency;
mod links;
mod notices;
mod openid;
mod reservations;
mod second_factors;
mod service_tokens;
mod settings;
mod webhooks;

pub use alerts::{Alert, Alerts, Started};
pub use bulk::{BulkGrants, GiveLines, NewBulk};
pub use codes::{Codes, Redemption};
pub use desk::{AuditFilter, CallCount, Desk, NearLimit, NewNote, Note, Overview};
pub use grants::{Books, Due, DueGrant, Grants, NextDue};
pub use idempotency::Idempotency;
pub use links::Links;
pub use notices::{Level, Notice, Notices};
pub use openid::OpenIds;
pub use reservations::Reservations;
pub use second_factors::SecondFactors;
pub use service_tokens::ServiceTokens;
pub use settings::{SessionSummary, Settings, Tombstone};
pub use webhooks::{Delivery, DueDelivery, NewWebhook, Place, Webhook, WebhookChange, Webhooks};

pub type Stored<T> = Result<T, StoreError>;

/// All of it: what one database does.
pub trait Store:
    Accounts
    + Alerts
    + Audit
    + Books
    + Codes
    + BulkGrants
    + Caps
    + Desk
    + Grants
    + Health
    + Idempotency
    + Keys
    + Ledger
    + Links
    + Notices
    + OpenIds
    + Projects
    + QuotaRequests
    + RequestLog
    + Reservations
    + RollUps
    + SecondFactors
    + ServiceTokens
    + Sessions
    + Settings
    + Verify
    + Webhooks
{
}

#[async_trait]
pub trait Accounts: Send + Sync + 'static {
    /// Opens an account with its default project and the catalogue's free quota.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the e-mail is taken.
    async fn create_account(&self, new: NewAccount, change: Change) -> Stored<Account>;
    async fn account(&self, id: AccountId) -> Stored<Option<Account>>;
    async fn account_by_public_id(&self, id: &str) -> Stored<Option<Account>>;
    /// The account and its password hash (a PHC string).
    async fn account_by_email(&self, email: &str) -> Stored<Option<(Account, String)>>;
    /// Keeps the language that the account's owner chose.
    async fn set_language(&self, id: AccountId, language: Language, change: Change) -> Stored<()>;
    /// Newest first. `search` is part of an e-mail or name, or a whole reference
    /// code, public id, key hint or request id.
    async fn find_accounts(&self, search: &str, limit: i64, offset: i64) -> Stored<Vec<Account>>;
    /// Changes the zone that the account's days are cut in (an IANA name), and
    /// cuts its whole history anew in it. False if there is no such account.
    async fn set_time_zone(&self, id: AccountId, zone: &str, change: Change) -> Stored<bool>;
}

#[async_trait]
pub trait Projects: Send + Sync + 'static {
    /// # Errors
    /// [`StoreError::Conflict`] if the account has a project of that name.
    async fn create_project(&self, new: NewProject, change: Change) -> Stored<Project>;
    /// Oldest first, without deleted ones.
    async fn projects(&self, account: AccountId) -> Stored<Vec<Project>>;
    /// The same with deleted ones: for the names of history.
    async fn all_projects(&self, account: AccountId) -> Stored<Vec<Project>>;
    /// Edits the project if it still is as `was`; false if it is not, or is not there.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the account has another project of that name.
    async fn edit_project(
        &self,
        account: AccountId,
        id: ProjectId,
        was: ProjectEdit,
        edit: ProjectEdit,
        change: Change,
    ) -> Stored<bool>;
    /// Deletes a project with its keys, in one step. Their history stays.
    async fn delete_project(
        &self,
        account: AccountId,
        id: ProjectId,
        at: Millis,
        change: Change,
    ) -> Stored<ProjectDeletion>;
    /// The same with what the list shows at `now`.
    async fn project_summaries(
        &self,
        account: AccountId,
        now: Millis,
    ) -> Stored<Vec<ProjectSummary>>;
}

#[async_trait]
pub trait Keys: Send + Sync + 'static {
    /// False if its project was deleted meanwhile.
    async fn create_key(&self, new: NewKey, change: Change) -> Stored<bool>;
    /// Newest first, without deleted ones.
    async fn keys(&self, account: AccountId) -> Stored<Vec<Key>>;
    /// The same with deleted ones: for the names of history.
    async fn all_keys(&self, account: AccountId) -> Stored<Vec<Key>>;
    /// The key that a secret opens, or opened before the last rotation.
    async fn key_by_hash(&self, hash: KeyHash) -> Stored<Option<KeyIdentity>>;
    /// The key of that public id, and the hash of its secret of today.
    async fn key_by_public_id(&self, public_id: &str) -> Stored<Option<(KeyHash, KeyIdentity)>>;
    /// The hash of one of the account's keys that is not deleted.
    async fn key_hash(&self, account: AccountId, public_id: &str) -> Stored<Option<KeyHash>>;
    /// Makes one change to a key. Answers the hashes of its secrets before the
    /// change, so that caches can forget them, or nothing if the account has no
    /// such key any more, or it is not as the change expects it.
    async fn change_key(
        &self,
        account: AccountId,
        public_id: &str,
        what: KeyChange,
        change: Change,
    ) -> Stored<Option<Vec<KeyHash>>>;
}

/// One change to a key.
#[derive(Debug, Clone)]
pub enum KeyChange {
    Enable,
    Disable(Millis),
    /// Only if it still is as `was`.
    Edit {
        was: KeyEdit,
        edit: KeyEdit,
    },
    /// Only if nobody rotated it meanwhile: its secret still ends in `was`.
    Rotate {
        was: String,
        rotation: Rotation,
    },
    /// The old secret stops at that instant, if it has not stopped before.
    StopPrevious(Millis),
    Delete(Millis),
}

#[async_trait]
pub trait Caps: Send + Sync + 'static {
    /// All caps of an account, with what is charged of them since a while before `now`.
    async fn caps(&self, account: AccountId, now: Millis) -> Stored<AccountCaps>;
    /// Sets or removes a cap; false if it is not as `was`, or its owner is gone.
    async fn set_cap(&self, set: CapChange, change: Change) -> Stored<bool>;
}

/// A cap to be set, or removed.
#[derive(Debug, Clone)]
pub struct CapChange {
    pub account: AccountId,
    pub owner: CapOwner,
    pub api: ApiId,
    pub was: Option<Limit>,
    pub limit: Option<Limit>,
}

#[async_trait]
pub trait Ledger: Send + Sync + 'static {
    /// Writes a batch of calls, their roll-ups and balances: all or nothing,
    /// and on disk when it returns.
    async fn append(&self, rows: &[UsageRow]) -> Stored<()> {
        self.append_on_terms(rows, &[]).await.map(drop)
    }
    /// The same for rows of which some have terms, in their order. Answers those
    /// that were left out, because their terms did not hold.
    async fn append_on_terms(
        &self,
        rows: &[UsageRow],
        terms: &[(usize, Terms)],
    ) -> Stored<Vec<LeftOut>>;
}

/// Whether what is derived equals the ledger (`product.md` §2.7).
#[async_trait]
pub trait Verify: Send + Sync + 'static {
    /// Damage and differences, in words that name each, or count those that are
    /// too many to name; empty if all is well.
    async fn verify(&self) -> Stored<Vec<String>>;
    /// Makes everything derived anew where it differs from the ledger, in one
    /// transaction. No server may have the database open: its memory would not know.
    async fn repair(&self) -> Stored<()>;
}

/// The ledger, call by call.
#[async_trait]
pub trait RequestLog: Send + Sync + 'static {
    /// A page of an account's calls. Its cost depends neither on the length of
    /// the ledger nor on how deep the page lies.
    async fn calls(&self, query: &CallQuery) -> Stored<CallPage>;
    /// One call of an account.
    async fn call(&self, account: AccountId, request_id: &str) -> Stored<Option<LoggedCall>>;
}

/// What charts are made of. Cost follows the roll-ups in the range, never the ledger.
#[async_trait]
pub trait RollUps: Send + Sync + 'static {
    /// Calls by bucket and group. What has no calls is left out.
    async fn series(&self, query: &SeriesQuery) -> Stored<Vec<SeriesPoint>>;
    /// Calls of an API charged on a day (by number, in the account's zone) or
    /// after it, whatever project or key made them.
    async fn charged_since(&self, account: AccountId, api: ApiId, day: i64) -> Stored<i64>;
    /// The account's projects or keys of these row ids, deleted ones too.
    async fn names(&self, account: AccountId, of: Grouping, ids: &[i64]) -> Stored<Vec<Named>>;
}

#[async_trait]
pub trait QuotaRequests: Send + Sync + 'static {
    /// # Errors
    /// [`StoreError::Conflict`] if the account has an open request for this API.
    async fn create_quota_request(&self, new: NewQuotaRequest, change: Change) -> Stored<()>;
    /// Newest first.
    async fn quota_requests_of(&self, account: AccountId) -> Stored<Vec<QuotaRequest>>;
    async fn quota_request(&self, public_id: &str) -> Stored<Option<QuotaRequest>>;
    /// Open ones oldest first, others newest first.
    async fn quota_requests_in(
        &self,
        states: &[RequestState],
        limit: i64,
    ) -> Stored<Vec<QuotaRequest>>;
    async fn count_open_quota_requests(&self) -> Stored<i64>;
    /// Takes an open request of the account back; false if there is none.
    async fn withdraw_quota_request(
        &self,
        account: AccountId,
        public_id: &str,
        at: Millis,
        change: Change,
    ) -> Stored<bool>;
    /// Answers an open request, and gives the grant with it: of two answers only
    /// one wins. Nothing, if the request is not open.
    async fn answer_quota_request(
        &self,
        public_id: &str,
        answer: Answer,
        change: Change,
    ) -> Stored<Option<Option<GrantId>>>;
}

/// An admin's answer to a request for quota.
#[derive(Debug, Clone)]
pub struct Answer {
    pub state: RequestState,
    /// What the developer reads.
    pub text: String,
    /// The account that answers, if it is one.
    pub by: Option<AccountId>,
    pub at: Millis,
    /// Given in the same transaction, if the request was approved.
    pub grant: Option<NewGrant>,
}

#[async_trait]
pub trait Audit: Send + Sync + 'static {
    /// Newest first, before the cursor; what the filter leaves.
    async fn audit(
        &self,
        filter: &AuditFilter,
        before: Option<i64>,
        limit: i64,
    ) -> Stored<Vec<Entry>>;
    async fn audit_of(&self, account: AccountId, limit: i64) -> Stored<Vec<Entry>>;
    /// Whether the account made a change with this form token.
    async fn form_was_done(&self, account: AccountId, token: &str) -> Stored<bool>;
}

/// A console session, found by the hash of its cookie.
#[derive(Debug, Clone)]
pub struct SessionRow {
    pub id_hash: [u8; 32],
    pub account: Option<AccountId>,
    /// JSON.
    pub data: String,
    pub expires_at: Millis,
    /// When somebody signed in.
    pub created_at: Option<Millis>,
    /// To five minutes.
    pub seen_at: Option<Millis>,
    /// Browser and system.
    pub device: Option<String>,
}

#[async_trait]
pub trait Sessions: Send + Sync + 'static {
    async fn create_session(&self, row: SessionRow) -> Stored<()>;
    /// Keeps what changed of a session; one that was ended meanwhile stays ended.
    async fn save_session(&self, row: SessionRow) -> Stored<()>;
    async fn session(&self, id_hash: [u8; 32], now: Millis) -> Stored<Option<SessionRow>>;
    async fn delete_session(&self, id_hash: [u8; 32]) -> Stored<()>;
    /// Sessions that nobody has signed in to.
    async fn count_stranger_sessions(&self, now: Millis) -> Stored<i64>;
    async fn delete_expired_sessions(&self, now: Millis) -> Stored<u64>;
}

#[async_trait]
pub trait Health: Send + Sync + 'static {
    /// Whether a read and a write get through.
    async fn ping(&self) -> Stored<()>;
}

/// A project of an account by its public id, among those already read.
#[must_use]
pub fn project_id(projects: &[Project], public_id: &str) -> Option<ProjectId> {
    projects
        .iter()
        .find(|project| project.public_id == public_id)
        .map(|project| project.id)
}
