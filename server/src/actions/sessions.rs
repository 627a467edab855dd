use super::Actions;
use crate::domain::StoreError;

impl Actions {
    /// Whether there is an account of that public id that may enter.
    pub async fn account_exists(&self, public_id: &str) -> Result<bool, StoreError> {
        let found = self.store.account_by_public_id(public_id).await?;
        Ok(found.is_some_and(|account| account.disabled_at.is_none()))
    }

    /// Sessions of people who have not signed in.
    pub async fn count_stranger_sessions(&self) -> Result<i64, StoreError> {
        self.store.count_stranger_sessions(self.now()).await
    }
}
