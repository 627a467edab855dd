use super::form::{Posted, Shelf, done, failed};
use super::once::once;
use super::visitor::Visitor;
use super::{Web, caps, page};
use crate::actions::{AskedCap, CapOf, CreateKey, CreatedKey, EditKey};
use crate::domain::accounts::Account;
use crate::domain::error::DomainError;
use crate::domain::zones;
use crate::http::gateway::BASE_PATH;
use allowance_app::view::{self, FormReply};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

const KEYS: Shelf = Shelf {
    path: "/keys",
    gone: "problem-key-gone",
};
/// Forms that stand on the list too; on a key's own page they say so.
const ON_LIST: [&str; 2] = ["switch", "stop-old"];

/// A new key is shown by this answer and never again, so there is no redirect.
pub(super) async fn create(
    State(web): State<Web>,
    Visitor(account): Visitor,
    posted: Posted,
) -> Response {
    let form = "create-key";
    let by = account.clone();
    let (_, typed) = posted.typed.once();
    let made = once(&web, &account, form, &posted.typed, async move |actions| {
        let get = |field: &str| typed.get(field).map_or("", String::as_str);
        let asked = CreateKey {
            name: get("name"),
            project: get("project"),
            expires: get("expires"),
            cap: AskedCap {
                api: get("cap_api"),
                calls: get("cap_calls"),
                period: get("cap_period"),
                was: None,
            },
        };
        actions.create_key(&by, asked).await.map(Some)
    })
    .await;
    match made {
        Ok(made) => show(&web, posted, &account, KEYS.path, form, made).await,
        Err(error) => failed(&web, posted, KEYS.path, form.into(), error).await,
    }
}

/// The new secret of an old key, shown by this answer only.
pub(super) async fn rotate(
    State(web): State<Web>,
    Visitor(account): Visitor,
    Path(id): Path<String>,
    posted: Posted,
) -> Response {
    let form = "rotate";
    let (by, key) = (account.clone(), id.clone());
    let (_, typed) = posted.typed.once();
    let scope = format!("{form}:{id}");
    let made = once(
        &web,
        &account,
        &scope,
        &posted.typed,
        async move |actions| {
            let grace = typed.get("grace").map_or("", String::as_str);
            let was = typed.get("was-hint").map(String::as_str);
            actions.rotate_key(&by, &key, grace, was).await.map(Some)
        },
    )
    .await;
    match made {
        Ok(made) => show(&web, posted, &account, &KEYS.page(&id), form, made).await,
        Err(error) => KEYS.refused(&web, posted, &id, form, error).await,
    }
}

pub(super) async fn edit(
    State(web): State<Web>,
    Visitor(account): Visitor,
    Path(id): Path<String>,
    posted: Posted,
) -> Response {
    let typed = &posted.typed;
    let asked = EditKey {
        name: typed.get("name"),
        expires: typed.get("expires"),
        was_name: typed.field("was-name"),
        was_expires: typed.field("was-expires"),
    };
    let edited = web.actions.edit_key(&account, &id, asked).await;
    answer(&web, posted, &id, "edit-key", "key-edited", edited).await
}

pub(super) async fn cap(
    State(web): State<Web>,
    Visitor(account): Visitor,
    Path(id): Path<String>,
    posted: Posted,
) -> Response {
    caps::set(&web, &account, &KEYS, CapOf::Key(&id), posted).await
}

pub(super) async fn disable(
    State(web): State<Web>,
    Visitor(account): Visitor,
    Path(id): Path<String>,
    posted: Posted,
) -> Response {
    let disabled = web.actions.set_key_disabled(&account, &id, true).await;
    answer(&web, posted, &id, "switch", "key-disabled", disabled).await
}

pub(super) async fn enable(
    State(web): State<Web>,
    Visitor(account): Visitor,
    Path(id): Path<String>,
    posted: Posted,
) -> Response {
    let enabled = web.actions.set_key_disabled(&account, &id, false).await;
    answer(&web, posted, &id, "switch", "key-enabled", enabled).await
}

pub(super) async fn stop_old(
    State(web): State<Web>,
    Visitor(account): Visitor,
    Path(id): Path<String>,
    posted: Posted,
) -> Response {
    let stopped = web.actions.stop_old_secret(&account, &id).await;
    answer(&web, posted, &id, "stop-old", "old-secret-stopped", stopped).await
}

pub(super) async fn delete(
    State(web): State<Web>,
    Visitor(account): Visitor,
    Path(id): Path<String>,
    posted: Posted,
) -> Response {
    match web.actions.delete_key(&account, &id).await {
        Ok(()) => done(KEYS.path, "key-deleted"),
        Err(error) => KEYS.refused(&web, posted, &id, "delete-key", error).await,
    }
}

/// What was done, on the page that its form is on.
async fn answer(
    web: &Web,
    posted: Posted,
    id: &str,
    form: &str,
    what: &'static str,
    result: Result<(), DomainError>,
) -> Response {
    if result.is_ok() && ON_LIST.contains(&form) && posted.typed.get("back") != "key" {
        return done(KEYS.path, what);
    }
    KEYS.answer(web, posted, id, form, what, result).await
}

pub(super) async fn show(
    web: &Web,
    posted: Posted,
    account: &Account,
    page: &str,
    form: &str,
    made: Option<CreatedKey>,
) -> Response {
    let zone = zones::zone(&account.time_zone);
    let reply = FormReply {
        form: form.to_owned(),
        created_key: made.map(|key| view::CreatedKey {
            curl: curl(&web.site.public_url, &key.secret),
            id: key.id,
            name: key.name,
            project_name: key.project_name,
            secret: key.secret,
            previous_until: key.previous_until.map(|at| zones::local(at, zone)),
            rotated: form == "rotate",
        }),
        ..FormReply::default()
    };
    page::reply(web, posted.request, page, StatusCode::OK, reply).await
}

/// A first call to try a key with: a search, which changes nothing.
#[must_use]
pub fn curl(public_url: &str, secret: &str) -> String {
    format!(
        "curl {public_url}{BASE_PATH}/search/memory \\\n  \
         -H 'Authorization: Token {secret}' \\\n  \
         -H 'Content-Type: application/json' \\\n  \
         -d '{{\"user_id\":\"ann\",\"query\":\"What does Ann like?\"}}'"
    )
}
