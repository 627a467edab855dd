//! Redemption codes, as their pages show them.

use super::desk::staff;
use super::{Reader, title, unavailable};
use crate::domain::codes::{Code, CodeBatch, CodeState};
use crate::domain::{Millis, zones};
use allowance_app::ports::{CodeBatches, PortError};
use allowance_app::view::{self, CodeBatchList, CodeBatchRow, CodeBatchView, CodeRow, Viewer};
use async_trait::async_trait;
use chrono_tz::Tz;

/// Batches of one page, and codes.
const BATCHES: i64 = 50;
const CODES: i64 = 100;

#[async_trait]
impl CodeBatches for Reader {
    async fn code_batches(
        &self,
        viewer: &Viewer,
        before: Option<String>,
    ) -> Result<CodeBatchList, PortError> {
        staff(viewer)?;
        let first = before.is_none();
        // One more than a page tells whether there are more.
        let found = self.store.code_batches(before.as_deref(), BATCHES + 1);
        let (found, more) = page_of(found.await.map_err(unavailable)?, BATCHES);
        let last = found.last().map(|batch| batch.public_id.clone());
        let now = self.clock.now();
        Ok(CodeBatchList {
            apis: self.api_choices(viewer),
            batches: found
                .into_iter()
                .map(|batch| self.batch_row(viewer, batch, now))
                .collect(),
            first,
            next_before: last.filter(|_| more),
        })
    }

    async fn code_batch(
        &self,
        viewer: &Viewer,
        id: &str,
        after: Option<String>,
    ) -> Result<CodeBatchView, PortError> {
        staff(viewer)?;
        let batch = self.store.code_batch(id).await.map_err(unavailable)?;
        let batch = batch.ok_or(PortError::NotFound)?;
        let found = self.store.codes_of(id, after.as_deref(), CODES + 1);
        let (found, more) = page_of(found.await.map_err(unavailable)?, CODES);
        let last = found.last().map(|code| code.public_id.clone());
        let now = self.clock.now();
        Ok(CodeBatchView {
            codes: found
                .into_iter()
                .map(|code| code_row(&batch, code, now))
                .collect(),
            batch: self.batch_row(viewer, batch, now),
            after,
            next_after: last.filter(|_| more),
        })
    }
}

/// What of these stands on one page, and whether there is more.
fn page_of<T>(mut found: Vec<T>, most: i64) -> (Vec<T>, bool) {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let more = found.len() > most;
    found.truncate(most);
    (found, more)
}

impl Reader {
    fn batch_row(&self, viewer: &Viewer, batch: CodeBatch, now: Millis) -> CodeBatchRow {
        let api_title = batch.api.map(|api| {
            let metered = self.metering.apis().iter().find(|it| it.id == api);
            // One that the catalogue has no more.
            metered.map_or_else(|| "—".to_owned(), |it| title(&it.api, viewer.language))
        });
        CodeBatchRow {
            state: state(batch.state(now)),
            redeemable: batch.redeemable(),
            id: batch.public_id,
            label: batch.label,
            api_title,
            calls: batch.calls,
            uses: batch.uses,
            count: batch.count,
            redeemed: batch.redeemed,
            last_day: batch.expires_at.map(|end| zones::date(end - 1, Tz::UTC)),
            created_at: zones::local(batch.created_at, zones::zone(&viewer.time_zone)),
            created_by: batch.created_by,
        }
    }
}

fn code_row(batch: &CodeBatch, code: Code, now: Millis) -> CodeRow {
    CodeRow {
        state: state(batch.state_of(&code, now)),
        id: code.public_id,
        hint: code.hint,
        used: code.used,
    }
}

const fn state(state: CodeState) -> view::CodeState {
    match state {
        CodeState::Open => view::CodeState::Open,
        CodeState::UsedUp => view::CodeState::UsedUp,
        CodeState::Expired => view::CodeState::Expired,
        CodeState::Revoked => view::CodeState::Revoked,
    }
}
