//! What an account has, in the reader's language.

use super::{Reader, title};
use crate::domain::quota::Quota;
use crate::domain::{AccountId, ApiId, StoreError};
use crate::metering::MeteredApi;
use allowance_app::i18n::Language;
use allowance_app::view::ApiQuota;

impl Reader {
    /// What an account has of each API, with its number, in the order of the
    /// catalogue and named in the reader's language.
    pub(super) async fn quotas(
        &self,
        account: AccountId,
        language: Language,
    ) -> Result<Vec<(ApiId, ApiQuota)>, StoreError> {
        let quotas = self.metering.quota(account).await?;
        Ok(self
            .metering
            .apis()
            .iter()
            .zip(quotas)
            .map(|(metered, quota)| (metered.id, api_quota(metered, quota, language)))
            .collect())
    }
}

fn api_quota(metered: &MeteredApi, quota: Quota, language: Language) -> ApiQuota {
    ApiQuota {
        api: metered.api.name.clone(),
        title: title(&metered.api, language),
        granted: quota.granted,
        charged: quota.charged,
        remaining: quota.remaining(),
    }
}
