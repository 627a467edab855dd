//! Forms about grants: given and revoked by staff, and taken note of.

use super::Web;
use super::form::{Posted, done, failed};
use super::once::once;
use super::visitor::Visitor;
use crate::actions::AskedGrant;
use crate::domain::authority::By;
use axum::extract::{Path, State};
use axum::response::Response;

/// The name of the form that gives.
const FORM: &str = "grant";

pub(super) async fn give(
    State(web): State<Web>,
    Visitor(staff): Visitor,
    Path(id): Path<String>,
    posted: Posted,
) -> Response {
    let page = format!("/admin/accounts/{id}");
    let (by, fields) = (By::from(&*staff), posted.typed.once().1);
    let given = once(&web, &staff, FORM, &posted.typed, async move |actions| {
        let get = |name: &str| fields.get(name).map_or("", String::as_str);
        let asked = AskedGrant {
            api: get("api"),
            calls: get("calls"),
            reason: get("reason"),
            starts: get("starts"),
            expires: get("expires"),
            recurs: get("recurs"),
            roll_over: get("roll_over"),
            priority: get("priority"),
        };
        actions.grant(&by, &id, asked).await
    })
    .await;
    match given {
        Ok(_) => done(&page, "granted"),
        Err(error) => failed(&web, posted, &page, FORM.into(), error).await,
    }
}

pub(super) async fn revoke(
    State(web): State<Web>,
    Visitor(staff): Visitor,
    Path((id, grant)): Path<(String, String)>,
    posted: Posted,
) -> Response {
    let page = format!("/admin/accounts/{id}");
    match web
        .actions
        .revoke_grant(&By::from(&*staff), &id, &grant)
        .await
    {
        Ok(()) => done(&page, "grant-revoked"),
        Err(error) => failed(&web, posted, &page, "revoke".into(), error).await,
    }
}
