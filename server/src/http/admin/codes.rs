//! Redemption codes, in batches.

use super::body::{Answered, Asked, At, Sent, Typed, created, instant, instant_or_null, ok};
use super::staff::Staff;
use super::{AdminApi, Problem};
use crate::actions::CreateCodes;
use crate::domain::codes::{Code, CodeBatch, MOST_CODES};
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Batches that are listed at once.
const PAGE: i64 = 100;

type Api = State<Arc<AdminApi>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Page {
    /// The id of the last batch of the page before.
    before: Option<String>,
}

pub(super) async fn list(
    State(api): Api,
    staff: Staff,
    Asked(Page { before }): Asked<Page>,
) -> Answered {
    let (actions, by) = (&staff.actions, &staff.by);
    let mut found = actions
        .code_batches(by, before.as_deref(), PAGE + 1)
        .await?;
    let more = i64::try_from(found.len()).is_ok_and(|found| found > PAGE);
    found.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    let next = more.then(|| found.last().map(|batch| batch.public_id.clone()));
    let batches: Vec<Value> = found.iter().map(|batch| api.batch_json(batch)).collect();
    ok(json!({ "batches": batches, "next_before": next.flatten() }))
}

pub(super) async fn show(State(api): Api, staff: Staff, At(id): At<String>) -> Answered {
    let (actions, by) = (&staff.actions, &staff.by);
    let (batch, codes) = actions.code_batch(by, &id, None, MOST_CODES).await?;
    let mut shown = api.batch_json(&batch);
    shown["shown"] = codes.iter().map(code_json).collect();
    ok(shown)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct New {
    #[serde(default)]
    label: String,
    #[serde(default)]
    api: String,
    #[serde(default = "one")]
    count: Typed,
    #[serde(default)]
    calls: Typed,
    #[serde(default = "one")]
    uses: Typed,
    #[serde(default)]
    expires: String,
}

fn one() -> Typed {
    Typed("1".into())
}

/// The only answer that holds the codes.
pub(super) async fn create(State(api): Api, staff: Staff, Sent(new): Sent<New>) -> Answered {
    let asked = CreateCodes {
        label: &new.label,
        api: &new.api,
        count: &new.count.0,
        calls: &new.calls.0,
        uses: &new.uses.0,
        expires: &new.expires,
    };
    let made = staff.actions.create_codes(&staff.by, asked).await?;
    let mut shown = api.batch_json(&made.batch);
    shown["made"] = made.codes.into();
    created(shown)
}

/// Of a code, or of a whole batch.
pub(super) async fn revoke(staff: Staff, At(id): At<String>) -> Answered {
    let (actions, by) = (&staff.actions, &staff.by);
    if id.starts_with("cob_") {
        actions.revoke_batch(by, &id).await?;
    } else if id.starts_with("cod_") {
        actions.revoke_code(by, &id).await?;
    } else {
        return Err(Problem::no_such("code or batch"));
    }
    ok(json!({ "id": id, "revoked": true }))
}

impl AdminApi {
    fn batch_json(&self, batch: &CodeBatch) -> Value {
        json!({
            "id": batch.public_id, "label": batch.label,
            "api": batch.api.map(|api| self.api_name(api)),
            "codes": batch.count, "calls": batch.calls, "uses": batch.uses,
            "redeemed": batch.redeemed, "over": batch.over, "created_by": batch.created_by,
            "created_at": instant(batch.created_at),
            "expires_at": instant_or_null(batch.expires_at),
            "revoked_at": instant_or_null(batch.revoked_at),
        })
    }
}

fn code_json(code: &Code) -> Value {
    json!({
        "id": code.public_id, "hint": code.hint, "redeemed": code.used,
        "revoked_at": instant_or_null(code.revoked_at),
    })
}
