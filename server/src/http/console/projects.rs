use super::Web;
use super::form::{Posted, done, failed};
use super::visitor::Visitor;
use axum::extract::State;
use axum::response::Response;

pub(super) async fn create(
    State(web): State<Web>,
    Visitor(account): Visitor,
    posted: Posted,
) -> Response {
    let (name, description) = (posted.typed.get("name"), posted.typed.get("description"));
    match web
        .actions
        .create_project(&account, name, description)
        .await
    {
        Ok(_) => done("/projects", "project-created"),
        Err(error) => failed(&web, posted, "/projects", "create-project".into(), error).await,
    }
}
