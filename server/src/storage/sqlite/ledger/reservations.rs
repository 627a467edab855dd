//! Calls that services hold, as rows.

use super::terms;
use crate::domain::idempotency::{LeftOut, Remembered, Why};
use crate::domain::reservations::HeldCall;
use rusqlite::{Connection, params};

const INSERT: &str = "
    INSERT INTO reservations (public_id, account_id, project_id, key_id, api_id, grant_id, tokens,
                              end_user, made_at, expires_at)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";

/// Writes those whose key is new, or that have none.
pub(super) fn insert(
    connection: &Connection,
    held: &[(HeldCall, Option<Remembered>)],
) -> rusqlite::Result<Vec<LeftOut>> {
    let mut left_out = Vec::new();
    for (row, (call, first)) in held.iter().enumerate() {
        if let Some(first) = first
            && let Some(known) = terms::remember(connection, &call.public_id, first)?
        {
            let why = Why::Known(known);
            left_out.push(LeftOut { row, why });
            continue;
        }
        connection.prepare_cached(INSERT)?.execute(params![
            call.public_id,
            call.account.0,
            call.project.0,
            call.key.0,
            call.api.0,
            call.grant.0,
            call.tokens,
            call.end_user,
            call.made_at,
            call.expires_at,
        ])?;
    }
    Ok(left_out)
}
