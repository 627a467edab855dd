//! Tokens of services that call the metering API.

use super::{Change, Millis, Stored};
use crate::domain::service_tokens::{NewServiceToken, ServiceIdentity, ServiceToken, TokenHash};
use async_trait::async_trait;

#[async_trait]
pub trait ServiceTokens: Send + Sync + 'static {
    async fn create_service_token(&self, new: NewServiceToken, change: Change) -> Stored<()>;
    /// Newest first.
    async fn service_tokens(&self, limit: i64) -> Stored<Vec<ServiceToken>>;
    /// False if there is no such token, or it was revoked before.
    async fn revoke_service_token(
        &self,
        public_id: &str,
        at: Millis,
        change: Change,
    ) -> Stored<bool>;
    /// The token of that hash, revoked ones too.
    async fn service_token_by_hash(&self, hash: TokenHash) -> Stored<Option<ServiceIdentity>>;
    /// Name and public id of a token, for the audit log.
    async fn service_token_name(&self, id: i64) -> Stored<Option<(String, String)>>;
    /// It was used at that instant.
    async fn touch_service_token(&self, id: i64, at: Millis) -> Stored<()>;
}
