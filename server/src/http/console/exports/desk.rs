//! What staff see of all accounts. The paths are closed to others, and the port
//! checks the role again.

use super::own::{QUOTA_REQUESTS, instant, quota_request};
use super::{Wanted, Web, at_once, file, paged, refused};
use crate::export::Row;
use allowance_app::view::{
    AccountRow, AuditEntry, AuditQuery, GrantRow, GrantState, RequestFilter, Role,
};
use axum::extract::{Path, State};
use axum::response::Response;
use std::sync::Arc;

const ACCOUNTS: [&str; 7] = [
    "id",
    "name",
    "email",
    "reference_code",
    "role",
    "created",
    "open_requests",
];
const AUDIT: [&str; 8] = [
    "time",
    "actor",
    "action",
    "subject",
    "account_id",
    "account",
    "before",
    "after",
];
const GRANTS: [&str; 12] = [
    "id", "api", "calls", "used", "free", "reason", "given_by", "created", "state", "priority",
    "starts", "expires",
];

pub(super) async fn accounts(State(web): State<Web>, wanted: Wanted) -> Response {
    let search = Arc::new(wanted.one("q").unwrap_or_default());
    let desk = Arc::clone(&web.site.admin_desk);
    let viewer = Arc::new(wanted.viewer);
    let rows = paged(1_u32, move |page| {
        let (desk, viewer, search) = (Arc::clone(&desk), Arc::clone(&viewer), Arc::clone(&search));
        async move {
            let found = desk.accounts(&viewer, &search, page).await?;
            let next = found.has_next.then(|| page + 1);
            Ok((found.accounts.into_iter().map(account).collect(), next))
        }
    });
    file(wanted.format, "accounts", &ACCOUNTS, rows).await
}

fn account(account: AccountRow) -> Row {
    let role = match account.role {
        Role::Developer => "developer",
        Role::Support => "support",
        Role::Owner => "owner",
    };
    vec![
        account.id.into(),
        account.name.into(),
        account.email.into(),
        account.reference_code.into(),
        role.into(),
        instant(account.created_at),
        account.open_requests.into(),
    ]
}

pub(super) async fn requests(State(web): State<Web>, wanted: Wanted) -> Response {
    let filter = match wanted.one("state").as_deref() {
        Some("answered") => RequestFilter::Answered,
        _ => RequestFilter::Open,
    };
    let columns: Vec<&str> = ["account_id", "account"]
        .into_iter()
        .chain(QUOTA_REQUESTS)
        .collect();
    match web
        .site
        .admin_desk
        .quota_requests(&wanted.viewer, filter)
        .await
    {
        Ok(requests) => {
            let rows = requests
                .into_iter()
                .map(|request| {
                    let mut row: Row = vec![
                        request.account_id.clone().into(),
                        request.account_email.clone().into(),
                    ];
                    row.extend(quota_request(request));
                    row
                })
                .collect();
            file(wanted.format, "quota-requests", &columns, at_once(rows)).await
        }
        Err(error) => refused(&error),
    }
}

pub(super) async fn audit(State(web): State<Web>, wanted: Wanted) -> Response {
    let desk = Arc::clone(&web.site.admin_desk);
    let query = AuditQuery::read(|name| wanted.one(name));
    let viewer = Arc::new(wanted.viewer);
    let rows = paged(None, move |before: Option<i64>| {
        let (desk, viewer) = (Arc::clone(&desk), Arc::clone(&viewer));
        let query = AuditQuery {
            before,
            ..query.clone()
        };
        async move {
            let page = desk.audit(&viewer, query).await?;
            let next = page.next_before.map(Some);
            Ok((page.entries.into_iter().map(entry).collect(), next))
        }
    });
    file(wanted.format, "audit", &AUDIT, rows).await
}

fn entry(entry: AuditEntry) -> Row {
    let (account_id, account) = entry.account.unzip();
    vec![
        instant(entry.at),
        entry.actor.into(),
        entry.action.into(),
        entry.subject.into(),
        account_id.into(),
        account.into(),
        entry.before.into(),
        entry.after.into(),
    ]
}

pub(super) async fn grants(
    State(web): State<Web>,
    Path(id): Path<String>,
    wanted: Wanted,
) -> Response {
    match web.site.admin_desk.account(&wanted.viewer, &id).await {
        Ok(account) => {
            let rows = account.grants.into_iter().map(grant).collect();
            file(wanted.format, "grants", &GRANTS, at_once(rows)).await
        }
        Err(error) => refused(&error),
    }
}

fn grant(grant: GrantRow) -> Row {
    vec![
        grant.id.into(),
        grant.api_title.into(),
        grant.calls.into(),
        grant.burnt.into(),
        grant.free.into(),
        grant.reason.into(),
        grant.given_by.into(),
        instant(grant.created_at),
        state(grant.state).into(),
        grant.priority.into(),
        grant.starts_at.map(instant).into(),
        grant.expires_at.map(instant).into(),
    ]
}

const fn state(state: GrantState) -> &'static str {
    match state {
        GrantState::InForce => "in_force",
        GrantState::Burnt => "used_up",
        GrantState::Upcoming => "upcoming",
        GrantState::Lapsed => "lapsed",
        GrantState::Revoked => "revoked",
    }
}
