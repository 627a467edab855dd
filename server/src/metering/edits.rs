//! Changes that people make to what calls may do. Each is written first, then told
//! to memory: the next call finds it made.

use super::Metering;
use crate::domain::audit::Change;
use crate::domain::codes::{CodeHash, NoRedemption};
use crate::domain::grants::NewGrant;
use crate::domain::keys::NewKey;
use crate::domain::projects::ProjectDeletion;
use crate::domain::store::{Answer, CapChange, GiveLines, KeyChange, Redemption, Tombstone};
use crate::domain::{AccountId, ProjectId, StoreError};
use std::sync::Arc;

impl Metering {
    /// Makes a key with its caps. False if its project was deleted meanwhile.
    pub async fn create_key(
        self: &Arc<Self>,
        new: NewKey,
        change: Change,
    ) -> Result<bool, StoreError> {
        let this = Arc::clone(self);
        finish(async move { this.keys.create(new, change).await }).await
    }

    /// Makes one change to a key; the next call with any of its secrets finds it
    /// made. False if the account has no such key any more, or it is not as the
    /// change expects it.
    pub async fn change_key(
        self: &Arc<Self>,
        account: AccountId,
        public_id: String,
        what: KeyChange,
        change: Change,
    ) -> Result<bool, StoreError> {
        let this = Arc::clone(self);
        finish(async move { this.keys.change(account, &public_id, what, change).await }).await
    }

    /// Deletes a project. The next call with any of its keys is refused.
    pub async fn delete_project(
        self: &Arc<Self>,
        account: AccountId,
        project: ProjectId,
        change: Change,
    ) -> Result<ProjectDeletion, StoreError> {
        let this = Arc::clone(self);
        finish(async move {
            let deleted = this
                .store
                .delete_project(account, project, change.at, change);
            this.keys.deleting_project(account, deleted).await
        })
        .await
    }

    /// Sets or removes a cap, in force from the next call on. False if it is not
    /// as the change expects it.
    pub async fn set_cap(
        self: &Arc<Self>,
        set: CapChange,
        change: Change,
    ) -> Result<bool, StoreError> {
        let this = Arc::clone(self);
        finish(async move {
            let account = set.account;
            let set = this.store.set_cap(set, change);
            this.till.changing(account, set).await
        })
        .await
    }

    /// Moves an account to another time zone: its days, and the windows of its
    /// caps, are cut anew. False if there is no such account.
    pub async fn set_time_zone(
        self: &Arc<Self>,
        account: AccountId,
        zone: String,
        change: Change,
    ) -> Result<bool, StoreError> {
        let this = Arc::clone(self);
        finish(async move {
            let moved = this.store.set_time_zone(account, &zone, change);
            this.till.changing(account, moved).await
        })
        .await
    }

    /// Gives calls. They count for the next call, whoever waits for this answer
    /// or no longer does.
    pub async fn grant(self: &Arc<Self>, new: NewGrant, change: Change) -> Result<(), StoreError> {
        let this = Arc::clone(self);
        finish(async move {
            let account = new.account;
            let given = this.store.create_grant(new, change);
            this.till.changing(account, given).await?;
            this.granted(account).await;
            Ok(())
        })
        .await
    }

    /// Takes back what calls have neither burnt nor hold of a grant, from the next
    /// call on. False if the account has no such grant that can be revoked.
    pub async fn revoke_grant(
        self: &Arc<Self>,
        account: AccountId,
        public_id: String,
        change: Change,
    ) -> Result<bool, StoreError> {
        self.till.revoke(account, public_id, change).await
    }

    /// Answers a request for quota, with its grant. False if it was answered before.
    pub async fn answer_quota_request(
        self: &Arc<Self>,
        public_id: String,
        answer: Answer,
        change: Change,
    ) -> Result<bool, StoreError> {
        let this = Arc::clone(self);
        finish(async move {
            let account = answer.grant.as_ref().map(|new| new.account);
            let answered = this.store.answer_quota_request(&public_id, answer, change);
            let answered = match account {
                Some(account) => {
                    let answered = this.till.changing(account, answered).await?;
                    this.granted(account).await;
                    answered
                }
                None => answered.await?,
            };
            this.news.notify_one();
            Ok(answered.is_some())
        })
        .await
    }

    /// Gives what a code is good for, to an account that may have it.
    pub async fn redeem_code(
        self: &Arc<Self>,
        hash: CodeHash,
        asked: Redemption,
        change: Change,
    ) -> Result<Result<(), NoRedemption>, StoreError> {
        let this = Arc::clone(self);
        finish(async move {
            let account = asked.account;
            let redeemed = this.store.redeem_code(hash, asked, change);
            match this.till.changing(account, redeemed).await? {
                Ok(_) => {
                    this.granted(account).await;
                    Ok(Ok(()))
                }
                Err(why) => Ok(Err(why)),
            }
        })
        .await
    }

    /// Deletes an account. The next call with any of its keys is refused. False
    /// if it is the last owner.
    pub async fn delete_account(
        self: &Arc<Self>,
        account: AccountId,
        tombstone: Tombstone,
        change: Change,
    ) -> Result<bool, StoreError> {
        let this = Arc::clone(self);
        finish(async move {
            let deleted = this.store.delete_account(account, tombstone, change);
            this.keys.changing_keys(account, deleted).await
        })
        .await
    }

    /// Gives the next lines of a list. They count for the next call. Answers how
    /// many there were.
    pub async fn give_lines(self: &Arc<Self>, give: GiveLines) -> Result<usize, StoreError> {
        let this = Arc::clone(self);
        finish(async move {
            let accounts = this.till.changing_many(this.store.give_lines(give)).await?;
            for account in &accounts {
                this.look_again(*account).await;
            }
            Ok(accounts.len())
        })
        .await
    }

    /// Disables an account, or opens it again. The next call with any of its keys
    /// finds it so. False if it was so, is deleted, or is the last owner.
    pub async fn set_disabled(
        self: &Arc<Self>,
        account: AccountId,
        disabled: bool,
        change: Change,
    ) -> Result<bool, StoreError> {
        let this = Arc::clone(self);
        finish(async move {
            let set = if disabled {
                this.store.disable_account(account, change.at, change)
            } else {
                this.store.enable_account(account, change)
            };
            this.keys.changing_keys(account, set).await
        })
        .await
    }

    /// The account wants to be told at other percents.
    pub async fn thresholds_changed(&self, account: AccountId) {
        self.levels.forget(account);
        self.look_again(account).await;
    }

    /// Has notices raised and lifted by what the account has now.
    pub(super) async fn look_again(&self, account: AccountId) {
        // Brings the account into memory.
        if let Err(error) = self.quota(account).await {
            tracing::error!(%error, "balances");
            return;
        }
        self.levels.look_at_all(account, self.clock.now());
    }

    /// A grant is on disk, and memory knows.
    async fn granted(&self, account: AccountId) {
        self.sooner.notify_one();
        self.look_again(account).await;
    }
}

/// Runs work to its end, even if the caller is dropped: a handler is, when its
/// client leaves, and memory must follow what the disk already knows.
async fn finish<T: Send + 'static>(
    work: impl Future<Output = Result<T, StoreError>> + Send + 'static,
) -> Result<T, StoreError> {
    match tokio::spawn(work).await {
        Ok(result) => result,
        Err(stopped) => Err(StoreError::Broken(stopped.to_string())),
    }
}
