//! Accounts: found, shown, opened, closed, given to.

use super::body::{Answered, Asked, At, Sent, Typed, created, instant, instant_or_null, ok};
use super::staff::Staff;
use super::{AdminApi, Problem};
use crate::actions::{AskedGrant, OpenAccount};
use crate::domain::StoreError;
use crate::domain::accounts::{Account, Role};
use crate::domain::error::{DomainError, Problem as Wrong};
use crate::domain::grants::{Grant, GrantKind, GrantState};
use crate::domain::keys::Key;
use crate::domain::quota_requests::RequestState;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Accounts of one page.
const PAGE: i64 = 50;

type Api = State<Arc<AdminApi>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Search {
    /// E-mail, name, id, reference code, hint of a key, or request id, or a part.
    #[serde(default)]
    search: String,
    /// The first page is 1.
    #[serde(default)]
    page: Option<u32>,
}

pub(super) async fn list(
    State(api): Api,
    _staff: Staff,
    Asked(Search { search, page }): Asked<Search>,
) -> Answered {
    let page = page.unwrap_or(1).max(1);
    let search: String = search.trim().chars().take(100).collect();
    let offset = i64::from(page - 1) * PAGE;
    // One more than a page tells whether there is a next one.
    let mut found = api.store.find_accounts(&search, PAGE + 1, offset).await?;
    let more = i64::try_from(found.len()).is_ok_and(|found| found > PAGE);
    found.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    let mut accounts = Vec::with_capacity(found.len());
    for account in found {
        accounts.push(api.account_json(&account).await?);
    }
    ok(json!({ "accounts": accounts, "next_page": more.then_some(page + 1) }))
}

pub(super) async fn show(State(api): Api, _staff: Staff, At(named): At<String>) -> Answered {
    let account = api.account(&named).await?;
    let (now, id) = (api.clock.now(), account.id);
    let grants = api.store.grants(id).await?;
    let keys = api.store.keys(id).await?;
    let projects = api.store.projects(id).await?;
    let requests = api.store.quota_requests_of(id).await?;
    let notes = api.store.notes(id).await?;
    let mut shown = api.account_json(&account).await?;
    shown["grants"] = grants
        .iter()
        .map(|grant| api.grant_json(grant, now))
        .collect();
    shown["projects"] = projects
        .iter()
        .map(|project| json!({ "id": project.public_id, "name": project.name }))
        .collect();
    shown["keys"] = keys.iter().map(key_json).collect();
    shown["requests"] = requests
        .iter()
        .filter(|request| request.state == RequestState::Open)
        .map(|request| api.request_json(request))
        .collect();
    shown["notes"] = notes
        .iter()
        .map(|note| {
            json!({
                "id": note.public_id, "text": note.text, "written_by": note.written_by,
                "created_at": instant(note.created_at),
            })
        })
        .collect();
    ok(shown)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct New {
    #[serde(default)]
    email: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
    #[serde(default = "developer")]
    role: String,
    #[serde(default = "utc")]
    time_zone: String,
}

fn developer() -> String {
    Role::Developer.name().into()
}

fn utc() -> String {
    "UTC".into()
}

pub(super) async fn create(State(api): Api, staff: Staff, Sent(new): Sent<New>) -> Answered {
    let role = Role::named(&new.role).ok_or(DomainError::invalid("role", Wrong::UnknownChoice))?;
    let asked = OpenAccount {
        email: &new.email,
        name: &new.name,
        password: &new.password,
        role,
        time_zone: &new.time_zone,
    };
    let account = staff.actions.open_account_for(&staff.by, asked).await?;
    created(api.account_json(&account).await?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Disable {
    #[serde(default)]
    reason: String,
}

pub(super) async fn disable(
    State(api): Api,
    staff: Staff,
    At(named): At<String>,
    Sent(Disable { reason }): Sent<Disable>,
) -> Answered {
    let id = api.account(&named).await?.public_id;
    staff
        .actions
        .disable_account(&staff.by, &id, &reason)
        .await?;
    ok(api.account_json(&api.account(&id).await?).await?)
}

pub(super) async fn enable(State(api): Api, staff: Staff, At(named): At<String>) -> Answered {
    let id = api.account(&named).await?.public_id;
    staff.actions.enable_account(&staff.by, &id).await?;
    ok(api.account_json(&api.account(&id).await?).await?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewRole {
    #[serde(default)]
    role: String,
}

pub(super) async fn change_role(
    State(api): Api,
    staff: Staff,
    At(named): At<String>,
    Sent(NewRole { role }): Sent<NewRole>,
) -> Answered {
    let id = api.account(&named).await?.public_id;
    staff.actions.change_role(&staff.by, &id, &role).await?;
    ok(api.account_json(&api.account(&id).await?).await?)
}

/// Takes away the second step of its sign-in.
pub(super) async fn unlock(State(api): Api, staff: Staff, At(named): At<String>) -> Answered {
    let id = api.account(&named).await?.public_id;
    staff.actions.unlock_account(&staff.by, &id).await?;
    ok(api.account_json(&api.account(&id).await?).await?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Note {
    #[serde(default)]
    text: String,
}

pub(super) async fn note(
    State(api): Api,
    staff: Staff,
    At(named): At<String>,
    Sent(Note { text }): Sent<Note>,
) -> Answered {
    let id = api.account(&named).await?.public_id;
    staff.actions.add_note(&staff.by, &id, &text).await?;
    created(json!({ "account": id, "text": text.trim() }))
}

/// The fields of the desk's form.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Give {
    #[serde(default)]
    api: String,
    #[serde(default)]
    calls: Typed,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    starts: String,
    #[serde(default)]
    expires: String,
    #[serde(default)]
    recurs: String,
    #[serde(default)]
    roll_over: Typed,
    #[serde(default)]
    priority: Typed,
}

pub(super) async fn grant(
    State(api): Api,
    staff: Staff,
    At(named): At<String>,
    Sent(give): Sent<Give>,
) -> Answered {
    let account = api.account(&named).await?;
    let asked = AskedGrant {
        api: &give.api,
        calls: &give.calls.0,
        reason: &give.reason,
        starts: &give.starts,
        expires: &give.expires,
        recurs: &give.recurs,
        roll_over: &give.roll_over.0,
        priority: &give.priority.0,
    };
    let given = staff
        .actions
        .grant(&staff.by, &account.public_id, asked)
        .await?;
    created(json!({ "id": given, "account": api.account_json(&account).await? }))
}

pub(super) async fn revoke_grant(
    State(api): Api,
    staff: Staff,
    At((named, grant)): At<(String, String)>,
) -> Answered {
    let account = api.account(&named).await?;
    let id = &account.public_id;
    staff.actions.revoke_grant(&staff.by, id, &grant).await?;
    ok(json!({ "id": grant, "account": api.account_json(&account).await? }))
}

impl AdminApi {
    /// The account of that id, e-mail or reference code.
    pub(super) async fn account(&self, named: &str) -> Result<Account, Problem> {
        let found = self
            .store
            .accounts_named(&[named.trim().to_owned()])
            .await?;
        let account = match found.into_iter().flatten().next() {
            Some(id) => self.store.account(id).await?,
            None => None,
        };
        account.ok_or_else(|| Problem::no_such("account"))
    }

    pub(super) async fn account_json(&self, account: &Account) -> Result<Value, StoreError> {
        let metering = self.actions.metering();
        let quotas = metering.quota(account.id).await?;
        let quotas: Vec<Value> = metering
            .apis()
            .iter()
            .zip(quotas)
            .map(|(metered, quota)| {
                json!({
                    "api": metered.api.name, "granted": quota.granted, "charged": quota.charged,
                    "held": quota.reserved, "remaining": quota.remaining(),
                })
            })
            .collect();
        Ok(json!({
            "id": account.public_id, "email": account.email, "name": account.name,
            "role": account.role.name(), "reference_code": account.reference_code,
            "time_zone": account.time_zone, "created_at": instant(account.created_at),
            "disabled_at": instant_or_null(account.disabled_at), "quota": quotas,
        }))
    }

    fn grant_json(&self, grant: &Grant, now: crate::domain::Millis) -> Value {
        let state = match grant.state(now) {
            GrantState::InForce => "in_force",
            GrantState::Burnt => "used_up",
            GrantState::Upcoming => "upcoming",
            GrantState::Lapsed => "lapsed",
            GrantState::Revoked => "revoked",
        };
        let balance = &grant.balance;
        json!({
            "id": grant.public_id, "api": self.api_name(balance.api), "state": state,
            "kind": match grant.kind { GrantKind::Free => "free", GrantKind::Extra => "extra" },
            "calls": balance.calls, "used": balance.burnt, "priority": balance.priority,
            "starts_at": instant_or_null(balance.starts_at),
            "expires_at": instant_or_null(balance.expires_at),
            "recurs": grant.recurs.map(|recurs| recurs.period.name()),
            "reason": grant.reason, "given_by": grant.given_by,
            "created_at": instant(grant.created_at),
        })
    }
}

fn key_json(key: &Key) -> Value {
    json!({
        "id": key.public_id, "name": key.name, "hint": key.hint,
        "project": key.project_public_id, "charged": key.charged,
        "created_at": instant(key.created_at),
        "last_used_at": instant_or_null(key.last_used_at),
        "expires_at": instant_or_null(key.expires_at),
        "disabled_at": instant_or_null(key.disabled_at),
    })
}
