//! Grants to a list of accounts: a file is looked at, and given when that is
//! confirmed.

use super::body::{Answered, Asked, At, created, instant_or_null, ok, read};
use super::staff::Staff;
use super::{AdminApi, Problem};
use crate::actions::BulkError;
use crate::domain::StoreError;
use crate::domain::bulk::MOST_BYTES;
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Lines of one page.
const PAGE: i64 = 200;

type Api = State<Arc<AdminApi>>;

pub(super) async fn upload(State(api): Api, staff: Staff, body: Body) -> Answered {
    staff.actions.may_give_to_many(&staff.by)?;
    let file = read(body, &api, MOST_BYTES).await?;
    let taken = staff.actions.upload_bulk(&staff.by, &file).await;
    let id = taken.map_err(not_taken)?;
    created(api.list_json(&id, 0).await?)
}

fn not_taken(error: BulkError) -> Problem {
    let problems = match error {
        BulkError::Domain(error) => return error.into(),
        BulkError::File(problems) => problems,
    };
    let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "file",
        "The file was not taken",
        format!("Nothing was given: {}.", said.join("; ")),
    )
    .with("problems", said)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Page {
    /// Lines behind this one.
    #[serde(default)]
    after: i64,
}

pub(super) async fn show(
    State(api): Api,
    staff: Staff,
    At(id): At<String>,
    Asked(Page { after }): Asked<Page>,
) -> Answered {
    staff.actions.may_give_to_many(&staff.by)?;
    ok(api.list_json(&id, after).await?)
}

pub(super) async fn confirm(State(api): Api, staff: Staff, At(id): At<String>) -> Answered {
    let list = id.clone();
    // To its end, also if the client leaves.
    let given =
        tokio::spawn(async move { staff.actions.confirm_bulk(&staff.by, &list).await }).await;
    given.map_err(|stopped| StoreError::Broken(stopped.to_string()))??;
    ok(api.list_json(&id, 0).await?)
}

impl AdminApi {
    /// A list with the effect of its lines, a page at a time.
    async fn list_json(&self, id: &str, after: i64) -> Result<Value, Problem> {
        let list = self.store.bulk(id).await?;
        let list = list.ok_or_else(|| Problem::no_such("list"))?;
        let mut lines = self.store.bulk_lines(id, after, PAGE + 1).await?;
        let more = i64::try_from(lines.len()).is_ok_and(|found| found > PAGE);
        lines.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
        let next = more.then(|| lines.last().map(|line| line.line)).flatten();
        let metering = self.actions.metering();
        let mut shown = Vec::with_capacity(lines.len());
        for line in lines {
            let quotas = metering.quota(line.account).await?;
            let mut of = metering.apis().iter().zip(quotas);
            let remaining = of
                .find(|(metered, _)| metered.id == line.api)
                .map_or(0, |(_, quota)| quota.remaining());
            let then = if line.given {
                remaining
            } else {
                remaining + line.calls
            };
            shown.push(json!({
                "line": line.line, "api": self.api_name(line.api), "calls": line.calls,
                "account": { "id": line.account_public_id, "email": line.account_email },
                "reason": line.reason, "given": line.given,
                "remaining": remaining, "remaining_then": then,
            }));
        }
        Ok(json!({
            "id": list.public_id, "lines": list.lines, "given": list.given,
            "accounts": list.accounts, "calls": list.calls,
            "confirmed_at": instant_or_null(list.confirmed_at),
            "same_file_confirmed_at": instant_or_null(list.same_at),
            "shown": shown, "next_after": next,
        }))
    }
}
