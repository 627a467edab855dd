//! How to call, and within which limits: the catalogue with an account's numbers.

use super::keys::key_row;
use super::{Reader, unavailable};
use crate::domain::catalogue::Api;
use crate::domain::limits::ADVISED_PER_SECOND;
use crate::domain::recipe;
use crate::domain::{AccountId, zones};
use allowance_app::ports::{Guide, PortError};
use allowance_app::view::{ApiLimits, LimitsView, OutputMost, QuickStartView, Recipe, Viewer};
use async_trait::async_trait;

/// Paths that the memory API's official client calls.
const OFFICIAL_PATHS: [&str; 3] = ["/add/message", "/search/memory", "/get/message"];

#[async_trait]
impl Guide for Reader {
    async fn limits(&self, viewer: &Viewer) -> Result<LimitsView, PortError> {
        let quotas = self
            .quotas(AccountId(viewer.account), viewer.language)
            .await
            .map_err(unavailable)?;
        let zone = zones::zone(&viewer.time_zone);
        let grants = self
            .grant_rows(AccountId(viewer.account), viewer.language, zone)
            .await
            .map_err(unavailable)?;
        let apis = quotas
            .into_iter()
            .zip(self.metering.apis())
            .map(|((_, quota), metered)| ApiLimits {
                quota,
                free_calls: metered.api.free_calls,
                max_input_tokens: max_input(&metered.api),
                max_output: metered.api.output.as_ref().map(|output| OutputMost {
                    most: output.most,
                    noun: output.noun.clone(),
                }),
            })
            .collect();
        Ok(LimitsView {
            apis,
            grants,
            advised_per_second: ADVISED_PER_SECOND,
        })
    }

    async fn quick_start(&self, viewer: &Viewer) -> Result<QuickStartView, PortError> {
        let account = AccountId(viewer.account);
        let zone = zones::zone(&viewer.time_zone);
        let now = self.clock.now();
        let keys = self.store.keys(account).await.map_err(unavailable)?;
        let quotas = self
            .quotas(account, viewer.language)
            .await
            .map_err(unavailable)?;
        let apis = self.metering.apis();
        let recipes = quotas
            .into_iter()
            .zip(apis)
            .map(|((_, quota), metered)| Recipe {
                api: quota.api,
                title: quota.title,
                path: metered.api.path.clone(),
                body: recipe::fields(&metered.api),
            })
            .collect();
        Ok(QuickStartView {
            keys: keys.iter().map(|key| key_row(key, now, zone)).collect(),
            recipes,
            tried_api: recipe::tried(apis.iter().map(|metered| metered.api.as_ref()))
                .map_or_else(String::new, |api| api.name.clone()),
            has_official_client: OFFICIAL_PATHS
                .iter()
                .all(|path| self.metering.api_at(path).is_some()),
        })
    }
}

fn max_input(api: &Api) -> Option<i64> {
    let input = api.input.as_ref()?;
    Some(i64::try_from(input.max_tokens).unwrap_or(i64::MAX))
}
