use super::Web;
use super::form::{Posted, done, failed, gone};
use super::once::once;
use super::visitor::Visitor;
use crate::actions::{AskedCap, CapOf, EditProject};
use crate::domain::error::DomainError;
use axum::extract::{Path, State};
use axum::response::Response;

const LIST: &str = "/projects";
const GONE: &str = "problem-project-gone";

pub(super) async fn create(
    State(web): State<Web>,
    Visitor(account): Visitor,
    posted: Posted,
) -> Response {
    let form = "create-project";
    let by = account.clone();
    let name = posted.typed.get("name").to_owned();
    let description = posted.typed.get("description").to_owned();
    let made = once(&web, &account, form, &posted.typed, async move |actions| {
        actions.create_project(&by, &name, &description).await?;
        Ok(None)
    })
    .await;
    match made {
        Ok(_) => done(LIST, "project-created"),
        Err(error) => failed(&web, posted, LIST, form.into(), error).await,
    }
}

pub(super) async fn edit(
    State(web): State<Web>,
    Visitor(account): Visitor,
    Path(id): Path<String>,
    posted: Posted,
) -> Response {
    let typed = &posted.typed;
    let asked = EditProject {
        name: typed.get("name"),
        description: typed.get("description"),
        was_name: typed.field("was-name"),
        was_description: typed.field("was-description"),
    };
    let edited = web.actions.edit_project(&account, &id, asked).await;
    answer(&web, posted, &id, "edit-project", "project-edited", edited).await
}

pub(super) async fn cap(
    State(web): State<Web>,
    Visitor(account): Visitor,
    Path(id): Path<String>,
    posted: Posted,
) -> Response {
    let typed = &posted.typed;
    let asked = AskedCap {
        api: typed.get("api"),
        calls: typed.get("calls"),
        period: typed.get("period"),
        was: typed.field("was-cap"),
    };
    let form = format!("cap:{}", asked.api);
    let set = web
        .actions
        .set_cap(&account, CapOf::Project(&id), asked)
        .await;
    answer(&web, posted, &id, &form, "cap-set", set).await
}

pub(super) async fn delete(
    State(web): State<Web>,
    Visitor(account): Visitor,
    Path(id): Path<String>,
    posted: Posted,
) -> Response {
    let typed = posted.typed.get("confirm");
    match web.actions.delete_project(&account, &id, typed).await {
        Ok(()) => done(LIST, "project-deleted"),
        refused => answer(&web, posted, &id, "delete-project", "", refused).await,
    }
}

async fn answer(
    web: &Web,
    posted: Posted,
    id: &str,
    form: &str,
    what: &'static str,
    result: Result<(), DomainError>,
) -> Response {
    let page = format!("{LIST}/{id}");
    match result {
        Ok(()) => done(&page, what),
        Err(DomainError::NotFound(_)) => gone(web, posted, LIST, GONE).await,
        Err(error) => failed(web, posted, &page, form.to_owned(), error).await,
    }
}
