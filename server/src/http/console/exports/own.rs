//! What a developer sees of their own.

use super::{Wanted, Web, at_once, file, paged, refused};
use crate::export::{Cell, Row};
use allowance_app::ports::PortError;
use allowance_app::view::{
    CallRow, GroupName, KeyRow, KeyState, KeysQuery, LocalTime, QuotaRequestRow, QuotaRequestState,
    RequestsQuery, UsageQuery, UsageReport,
};
use axum::extract::State;
use axum::response::Response;
use chrono::SecondsFormat;
use std::sync::Arc;

const REQUESTS: [&str; 14] = [
    "time",
    "request_id",
    "api",
    "outcome",
    "code",
    "project_id",
    "project",
    "key_id",
    "key",
    "masked_key",
    "end_user",
    "latency_ms",
    "tokens",
    "charged",
];
const USAGE: [&str; 5] = ["start", "api", "group", "group_id", "calls"];
const KEYS: [&str; 10] = [
    "id",
    "name",
    "masked_key",
    "project_id",
    "project",
    "state",
    "created",
    "last_used",
    "expires",
    "charged",
];
const PROJECTS: [&str; 6] = [
    "id",
    "name",
    "description",
    "created",
    "active_keys",
    "charged",
];
pub(super) const QUOTA_REQUESTS: [&str; 9] = [
    "id", "api", "calls", "reason", "state", "granted", "answer", "created", "answered",
];

/// The request log, as long as it is.
pub(super) async fn requests(State(web): State<Web>, wanted: Wanted) -> Response {
    // A file holds all pages, whichever one is looked at.
    let query = RequestsQuery {
        before: None,
        after: None,
        sought: None,
        ..RequestsQuery::read(|name| wanted.all(name))
    };
    let console = Arc::clone(&web.site.console);
    let viewer = Arc::new(wanted.viewer);
    let rows = paged(query, move |query| {
        let console = Arc::clone(&console);
        let viewer = Arc::clone(&viewer);
        async move {
            let batch = console.request_batch(&viewer, query).await?;
            Ok((batch.rows.into_iter().map(call).collect(), batch.next))
        }
    });
    file(wanted.format, "requests", &REQUESTS, rows).await
}

fn call(call: CallRow) -> Row {
    vec![
        instant(call.at),
        call.id.into(),
        call.api.into(),
        call.outcome.name().into(),
        call.code.into(),
        call.project_id.into(),
        call.project_name.into(),
        call.key_id.into(),
        call.key_name.into(),
        call.key_hint.into(),
        call.end_user.into(),
        call.latency_ms.into(),
        call.tokens.into(),
        call.charged.into(),
    ]
}

/// The numbers of the usage page's charts and tables.
pub(super) async fn usage(State(web): State<Web>, wanted: Wanted) -> Response {
    let query = UsageQuery::read(|name| wanted.all(name));
    let report = web.site.console.usage(&wanted.viewer, query).await;
    let bars = report.and_then(|report| {
        let name = format!("usage-{}-to-{}", report.filter.from, report.filter.to);
        Ok((name, bars(report)?))
    });
    match bars {
        Ok((name, rows)) => file(wanted.format, &name, &USAGE, at_once(rows)).await,
        Err(error) => refused(&error),
    }
}

/// A row for each bar and each of its parts. With a comparison, two more rows for
/// each bar: what the one before it was.
fn bars(report: UsageReport) -> Result<Vec<Row>, PortError> {
    let unit = report.filter.unit;
    let mut rows: Vec<Row> = Vec::new();
    for chart in report.charts {
        // A file in which an API is missing would pass for the whole.
        let series = chart.series.map_err(|missing| PortError::Unavailable {
            incident: missing.incident,
        })?;
        let subject = chart.subject.id();
        let groups: Vec<_> = series
            .groups
            .into_iter()
            .map(|group| named(group.name))
            .collect();
        for bucket in series.buckets {
            let label = bucket.label(unit);
            let row = |group: &str, id: Option<String>, calls: i64| -> Row {
                vec![
                    label.as_str().into(),
                    subject.into(),
                    group.into(),
                    id.into(),
                    calls.into(),
                ]
            };
            let parts = groups.iter().zip(&bucket.parts);
            rows.extend(parts.map(|((group, id), calls)| row(group, id.clone(), *calls)));
            if let Some(before) = bucket.previous {
                rows.push(row("previous-charged", None, before.charged));
                rows.push(row("previous-failed", None, before.failed));
            }
        }
    }
    Ok(rows)
}

/// A group's name and id for programs.
fn named(group: GroupName) -> (String, Option<String>) {
    let word = match group {
        GroupName::Project { id, name, .. }
        | GroupName::Key { id, name, .. }
        | GroupName::Api {
            api: id,
            title: name,
        } => return (name, Some(id)),
        GroupName::Charged => "charged",
        GroupName::Failed => "failed",
        GroupName::Blocked => "blocked",
        GroupName::Rejected => "rejected",
        GroupName::Unauthorised => "unauthorised",
        GroupName::UpstreamFailed => "upstream-failed",
        GroupName::Fault => "fault",
        GroupName::Others { .. } => "others",
    };
    (word.to_owned(), None)
}

pub(super) async fn keys(State(web): State<Web>, wanted: Wanted) -> Response {
    let query = KeysQuery {
        search: wanted.one("q").unwrap_or_default(),
        project: wanted.one("project").unwrap_or_default(),
        state: wanted.one("state").unwrap_or_default(),
    };
    match web.site.console.keys(&wanted.viewer, query).await {
        Ok(view) => {
            let rows = view.keys.into_iter().map(key).collect();
            file(wanted.format, "keys", &KEYS, at_once(rows)).await
        }
        Err(error) => refused(&error),
    }
}

fn key(key: KeyRow) -> Row {
    let state = match key.state {
        KeyState::Active => "active",
        KeyState::Disabled => "disabled",
        KeyState::Expired => "expired",
    };
    vec![
        key.id.into(),
        key.name.into(),
        key.hint.into(),
        key.project_id.into(),
        key.project_name.into(),
        state.into(),
        instant(key.created_at),
        key.last_used_at.map(instant).into(),
        key.expires_at.map(instant).into(),
        key.charged.into(),
    ]
}

pub(super) async fn projects(State(web): State<Web>, wanted: Wanted) -> Response {
    match web.site.console.projects(&wanted.viewer).await {
        Ok(projects) => {
            let rows = projects
                .into_iter()
                .map(|project| -> Row {
                    vec![
                        project.id.into(),
                        project.name.into(),
                        project.description.into(),
                        instant(project.created_at),
                        project.active_keys.into(),
                        project.charged.into(),
                    ]
                })
                .collect();
            file(wanted.format, "projects", &PROJECTS, at_once(rows)).await
        }
        Err(error) => refused(&error),
    }
}

pub(super) async fn quota_requests(State(web): State<Web>, wanted: Wanted) -> Response {
    match web.site.console.request_more(&wanted.viewer).await {
        Ok(view) => {
            let rows = view.requests.into_iter().map(quota_request).collect();
            file(
                wanted.format,
                "quota-requests",
                &QUOTA_REQUESTS,
                at_once(rows),
            )
            .await
        }
        Err(error) => refused(&error),
    }
}

pub(super) fn quota_request(request: QuotaRequestRow) -> Row {
    let state = match request.state {
        QuotaRequestState::Open => "open",
        QuotaRequestState::Approved => "approved",
        QuotaRequestState::Rejected => "rejected",
        QuotaRequestState::Withdrawn => "withdrawn",
    };
    vec![
        request.id.into(),
        request.api.into(),
        request.calls.into(),
        request.reason.into(),
        state.into(),
        request.granted.into(),
        request.answer.into(),
        instant(request.created_at),
        request.answered_at.map(instant).into(),
    ]
}

/// An instant with its milliseconds and offset.
pub(super) fn instant(at: LocalTime) -> Cell {
    at.to_rfc3339_opts(SecondsFormat::Millis, false).into()
}
