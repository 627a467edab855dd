//! Redemption codes: new ones for the only time, and later what became of them.

use super::own::instant;
use super::{Wanted, Web, at_once, file, paged};
use crate::actions::MadeCodes;
use crate::domain::zones;
use crate::export::{Format, Row};
use allowance_app::view::{CodeBatchRow, CodeRow, CodeState};
use axum::extract::{Path, State};
use axum::response::Response;
use chrono::NaiveDate;
use chrono_tz::Tz;
use std::sync::Arc;

const NEW: [&str; 7] = ["code", "batch", "label", "api", "calls", "uses", "last_day"];
const BATCHES: [&str; 12] = [
    "id",
    "label",
    "api",
    "calls",
    "uses",
    "codes",
    "redeemed",
    "redeemable",
    "state",
    "last_day",
    "created",
    "created_by",
];
const CODES: [&str; 5] = ["id", "ends_with", "state", "used", "uses"];

/// Codes that were just made. `api` is empty where the redeemer chooses.
pub(in super::super) async fn new_codes(made: &MadeCodes, api: &str) -> Response {
    let batch = &made.batch;
    let end = batch.expires_at.map(|end| zones::date(end - 1, Tz::UTC));
    let rows = made.codes.iter().map(|code| -> Row {
        vec![
            code.clone().into(),
            batch.public_id.clone().into(),
            batch.label.clone().into(),
            (!api.is_empty()).then_some(api).into(),
            batch.calls.into(),
            batch.uses.into(),
            end.map(|end| end.to_string()).into(),
        ]
    });
    let format = Format::Csv { bom: false };
    file(format, "codes", &NEW, at_once(rows.collect())).await
}

pub(super) async fn batches(State(web): State<Web>, wanted: Wanted) -> Response {
    let desk = Arc::clone(&web.site.code_batches);
    let viewer = Arc::new(wanted.viewer);
    let rows = paged(None, move |before: Option<String>| {
        let (desk, viewer) = (Arc::clone(&desk), Arc::clone(&viewer));
        async move {
            let list = desk.code_batches(&viewer, before).await?;
            let next = list.next_before.map(Some);
            Ok((list.batches.into_iter().map(batch).collect(), next))
        }
    });
    file(wanted.format, "code-batches", &BATCHES, rows).await
}

fn batch(batch: CodeBatchRow) -> Row {
    vec![
        batch.id.into(),
        batch.label.into(),
        batch.api_title.into(),
        batch.calls.into(),
        batch.uses.into(),
        batch.count.into(),
        batch.redeemed.into(),
        batch.redeemable.into(),
        state(batch.state).into(),
        batch.last_day.as_ref().map(NaiveDate::to_string).into(),
        instant(batch.created_at),
        batch.created_by.into(),
    ]
}

/// The codes of a batch by their endings: nobody knows them whole any more.
pub(super) async fn codes(
    State(web): State<Web>,
    Path(id): Path<String>,
    wanted: Wanted,
) -> Response {
    let desk = Arc::clone(&web.site.code_batches);
    let (viewer, id) = (Arc::new(wanted.viewer), Arc::new(id));
    let rows = paged(None, move |after: Option<String>| {
        let (desk, viewer, id) = (Arc::clone(&desk), Arc::clone(&viewer), Arc::clone(&id));
        async move {
            let view = desk.code_batch(&viewer, &id, after).await?;
            let next = view.next_after.map(Some);
            let uses = view.batch.uses;
            let rows = view.codes.into_iter().map(|row| code(row, uses));
            Ok((rows.collect(), next))
        }
    });
    file(wanted.format, "code-batch", &CODES, rows).await
}

fn code(code: CodeRow, uses: i64) -> Row {
    vec![
        code.id.into(),
        code.hint.into(),
        state(code.state).into(),
        code.used.into(),
        uses.into(),
    ]
}

const fn state(state: CodeState) -> &'static str {
    match state {
        CodeState::Open => "open",
        CodeState::UsedUp => "used_up",
        CodeState::Expired => "expired",
        CodeState::Revoked => "revoked",
    }
}
