//! The terms of rows: held in the transaction that writes those of which they hold.

use crate::domain::idempotency::{
    Days, Fingerprint, KeptAnswer, Known, LeftOut, Remembered, Terms, Why,
};
use crate::domain::usage::UsageRow;
use rusqlite::{Connection, OptionalExtension, Row, params};

const REMEMBER: &str = "
    INSERT INTO idempotency (day, account_id, key_hash, fingerprint, request_id, status, body)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
    ON CONFLICT DO NOTHING";

const REMEMBERED: &str = "
    SELECT fingerprint, request_id, status, body
    FROM idempotency WHERE day = ?1 AND account_id = ?2 AND key_hash = ?3";

/// Of a settlement and a time limit that race, this decides.
const SETTLE: &str = "DELETE FROM reservations WHERE public_id = ?1";

/// Holds the terms of rows. `terms` are in the order of their rows.
pub(super) fn hold(
    connection: &Connection,
    rows: &[UsageRow],
    terms: &[(usize, Terms)],
) -> rusqlite::Result<Vec<LeftOut>> {
    let mut left_out = Vec::new();
    for (row, terms) in terms {
        if let Some(reservation) = &terms.settles {
            let mut settle = connection.prepare_cached(SETTLE)?;
            if settle.execute([reservation])? == 0 {
                left_out.push(LeftOut {
                    row: *row,
                    why: Why::Gone,
                });
                continue;
            }
        }
        if let Some(first) = &terms.first
            && let Some(known) = remember(connection, &rows[*row].request_id, first)?
        {
            left_out.push(LeftOut {
                row: *row,
                why: Why::Known(known),
            });
        }
    }
    Ok(left_out)
}

/// Remembers a key with the id of what was done under it, unless it is known.
pub(super) fn remember(
    connection: &Connection,
    id: &str,
    first: &Remembered,
) -> rusqlite::Result<Option<Known>> {
    let Days { first: day, today } = first.days;
    for day in day..today {
        if let Some(known) = known(connection, day, first)? {
            return Ok(Some(known));
        }
    }
    let answer = first.answer.as_ref();
    let made = connection.prepare_cached(REMEMBER)?.execute(params![
        today,
        first.account.0,
        first.hash.0,
        first.fingerprint.0,
        id,
        answer.map(|answer| answer.status),
        answer.and_then(|answer| answer.body.as_deref()),
    ])?;
    if made == 1 {
        return Ok(None);
    }
    known(connection, today, first)
}

fn known(connection: &Connection, day: i64, first: &Remembered) -> rusqlite::Result<Option<Known>> {
    connection
        .prepare_cached(REMEMBERED)?
        .query_row(params![day, first.account.0, first.hash.0], read)
        .optional()
}

fn read(row: &Row<'_>) -> rusqlite::Result<Known> {
    let status: Option<u16> = row.get(2)?;
    let body = row.get(3)?;
    Ok(Known {
        fingerprint: Fingerprint(row.get(0)?),
        request_id: row.get(1)?,
        answer: status.map(|status| KeptAnswer { status, body }),
    })
}
