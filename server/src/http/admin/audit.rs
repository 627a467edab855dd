//! The audit log.

use super::body::{Answered, Asked, instant, ok};
use super::staff::Staff;
use super::{AdminApi, Problem};
use crate::domain::audit::Entry;
use crate::domain::store::AuditFilter;
use crate::domain::{Millis, zones};
use axum::extract::State;
use chrono::{DateTime, Days, NaiveDate};
use chrono_tz::Tz;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Entries of one page, unless fewer are asked for.
const PAGE: i64 = 100;

/// Which entries are meant; all, if nothing is asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Filter {
    #[serde(default)]
    actor: String,
    #[serde(default)]
    action: String,
    #[serde(default)]
    subject: String,
    #[serde(default)]
    account: String,
    /// An instant, or a day in UTC.
    #[serde(default)]
    from: String,
    /// An instant, or the last day in UTC.
    #[serde(default)]
    to: String,
    /// Entries older than this one.
    before: Option<i64>,
    limit: Option<i64>,
}

pub(super) async fn list(
    State(api): State<Arc<AdminApi>>,
    _staff: Staff,
    Asked(asked): Asked<Filter>,
) -> Answered {
    let filter = AuditFilter {
        from: time("from", &asked.from, 0)?,
        to: time("to", &asked.to, 1)?,
        actor: asked.actor,
        action: asked.action,
        subject: asked.subject,
        account: asked.account,
    };
    let limit = asked.limit.unwrap_or(PAGE).clamp(1, PAGE);
    let mut found = api.store.audit(&filter, asked.before, limit + 1).await?;
    let more = i64::try_from(found.len()).is_ok_and(|found| found > limit);
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = more.then(|| found.last().map(|entry| entry.id)).flatten();
    let entries: Vec<Value> = found.into_iter().map(entry_json).collect();
    ok(json!({ "entries": entries, "next_before": next }))
}

fn time(field: &str, text: &str, later: u64) -> Result<Option<Millis>, Problem> {
    if text.is_empty() {
        return Ok(None);
    }
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Ok(Some(at.timestamp_millis()));
    }
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .ok()
        .and_then(|day| day.checked_add_days(Days::new(later)))
        .ok_or_else(|| {
            Problem::invalid(format!(
                "{field} is no day such as 2026-11-30, and no instant such as 2026-11-30T08:00:00Z."
            ))
        })?;
    Ok(Some(zones::start_of_day(day, Tz::UTC)))
}

fn entry_json(entry: Entry) -> Value {
    // The store wrote JSON.
    let value = |text: Option<String>| -> Value {
        text.and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default()
    };
    let account = entry
        .account
        .map(|(id, email)| json!({ "id": id, "email": email }));
    json!({
        "id": entry.id, "at": instant(entry.at), "actor": entry.actor, "action": entry.action,
        "subject": entry.subject, "account": account,
        "before": value(entry.before), "after": value(entry.after),
    })
}
