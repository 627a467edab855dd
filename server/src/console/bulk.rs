//! Lists of grants, as their pages show them.

use super::desk::reach;
use super::{Reader, unavailable};
use crate::domain::StoreError;
use crate::domain::authority::Reach;
use crate::domain::zones;
use allowance_app::ports::{BulkGrants, PortError};
use allowance_app::view::{BulkRow, BulkView, Viewer};
use async_trait::async_trait;

/// Lines of one page.
const LINES: i64 = 100;

#[async_trait]
impl BulkGrants for Reader {
    async fn bulk_form(&self, viewer: &Viewer) -> Result<Vec<String>, PortError> {
        owners(viewer)?;
        let apis = self.metering.apis().iter();
        Ok(apis.map(|metered| metered.api.name.clone()).collect())
    }

    async fn bulk(&self, viewer: &Viewer, id: &str, after: i64) -> Result<BulkView, PortError> {
        owners(viewer)?;
        self.bulk_view(viewer, id, after)
            .await
            .map_err(unavailable)?
            .ok_or(PortError::NotFound)
    }
}

fn owners(viewer: &Viewer) -> Result<(), PortError> {
    if reach(viewer) == Reach::Owner {
        Ok(())
    } else {
        Err(PortError::Forbidden)
    }
}

impl Reader {
    async fn bulk_view(
        &self,
        viewer: &Viewer,
        id: &str,
        after: i64,
    ) -> Result<Option<BulkView>, StoreError> {
        let zone = zones::zone(&viewer.time_zone);
        let Some(bulk) = self.store.bulk(id).await? else {
            return Ok(None);
        };
        // One more than a page tells whether there are more.
        let mut lines = self.store.bulk_lines(id, after, LINES + 1).await?;
        let more = i64::try_from(lines.len()).is_ok_and(|found| found > LINES);
        lines.truncate(usize::try_from(LINES).unwrap_or(usize::MAX));
        let next_after = more.then(|| lines.last().map(|line| line.line)).flatten();
        let mut shown = Vec::with_capacity(lines.len());
        for line in lines {
            let quotas = self.quotas(line.account, viewer.language).await?;
            let quota = quotas.into_iter().find(|(api, _)| *api == line.api);
            let (title, remaining) = quota.map_or_else(
                || ("—".to_owned(), 0),
                |(_, quota)| (quota.title, quota.remaining),
            );
            shown.push(BulkRow {
                line: line.line,
                account_id: line.account_public_id,
                account_email: line.account_email,
                api_title: title,
                calls: line.calls,
                reason: line.reason,
                remaining,
                given: line.given,
            });
        }
        Ok(Some(BulkView {
            id: bulk.public_id,
            lines: bulk.lines,
            given: bulk.given,
            accounts: bulk.accounts,
            calls: bulk.calls,
            confirmed_at: bulk.confirmed_at.map(|at| zones::local(at, zone)),
            same_at: bulk.same_at.map(|at| zones::local(at, zone)),
            shown,
            first: after <= 0,
            next_after,
        }))
    }
}
