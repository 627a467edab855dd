use super::form::{Posted, Shelf, done, failed};
use super::once::once;
use super::visitor::Visitor;
use super::{Web, caps};
use crate::actions::{CapOf, EditProject};
use axum::extract::{Path, State};
use axum::response::Response;

const PROJECTS: Shelf = Shelf {
    path: "/projects",
    gone: "problem-project-gone",
};

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
        let made = actions.create_project(&by, &name, &description).await;
        made.map(|_| ())
    })
    .await;
    match made {
        Ok(()) => done(PROJECTS.path, "project-created"),
        Err(error) => failed(&web, posted, PROJECTS.path, form.into(), error).await,
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
    PROJECTS
        .answer(&web, posted, &id, "edit-project", "project-edited", edited)
        .await
}

pub(super) async fn cap(
    State(web): State<Web>,
    Visitor(account): Visitor,
    Path(id): Path<String>,
    posted: Posted,
) -> Response {
    caps::set(&web, &account, &PROJECTS, CapOf::Project(&id), posted).await
}

pub(super) async fn delete(
    State(web): State<Web>,
    Visitor(account): Visitor,
    Path(id): Path<String>,
    posted: Posted,
) -> Response {
    let typed = posted.typed.get("confirm");
    match web.actions.delete_project(&account, &id, typed).await {
        Ok(()) => done(PROJECTS.path, "project-deleted"),
        Err(error) => {
            PROJECTS
                .refused(&web, posted, &id, "delete-project", error)
                .await
        }
    }
}
