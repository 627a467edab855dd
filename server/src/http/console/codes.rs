//! Forms of redemption codes: made and shown once, taken back one by one or together.

use super::form::{Posted, Shelf, Typed, done, failed};
use super::once::once;
use super::page::query_value;
use super::visitor::Visitor;
use super::{Web, exports, page};
use crate::actions::{CreateCodes, MadeCodes};
use crate::domain::accounts::Account;
use crate::domain::authority::By;
use crate::domain::error::DomainError;
use allowance_app::view::{self, FormReply};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;

const CODES: Shelf = Shelf {
    path: "/admin/codes",
    gone: "problem-codes-gone",
};
/// The name of the form that makes codes.
const FORM: &str = "create-codes";

/// New codes are shown by this answer and never again, so there is no redirect.
pub(super) async fn create(
    State(web): State<Web>,
    Visitor(staff): Visitor,
    posted: Posted,
) -> Response {
    match made(&web, &staff, &posted.typed).await {
        Ok(made) => {
            let reply = FormReply {
                form: FORM.into(),
                codes: Some(Arc::new(view::MadeCodes {
                    batch: made.batch.public_id.clone(),
                    label: made.batch.label.clone(),
                    codes: made.codes.clone(),
                })),
                ..FormReply::default()
            };
            page::reply(&web, posted.request, CODES.path, StatusCode::OK, reply).await
        }
        Err(error) => failed(&web, posted, CODES.path, FORM.into(), error).await,
    }
}

/// The same, with the codes in a file. However the same form is sent, its codes are
/// made once.
pub(super) async fn download(
    State(web): State<Web>,
    Visitor(staff): Visitor,
    posted: Posted,
) -> Response {
    match made(&web, &staff, &posted.typed).await {
        Ok(made) => exports::new_codes(&made, api(posted.typed.get("api"))).await,
        Err(error) => failed(&web, posted, CODES.path, FORM.into(), error).await,
    }
}

async fn made(web: &Web, staff: &Account, typed: &Typed) -> Result<Arc<MadeCodes>, DomainError> {
    let by = By::from(staff);
    let (_, fields) = typed.once();
    once(web, staff, FORM, typed, async move |actions| {
        let get = |name: &str| fields.get(name).map_or("", String::as_str);
        let asked = CreateCodes {
            label: get("label"),
            api: api(get("api")),
            count: get("count"),
            calls: get("calls"),
            uses: get("uses"),
            expires: get("expires"),
        };
        actions.create_codes(&by, asked).await.map(Arc::new)
    })
    .await
}

/// The API that was chosen, or nothing: browsers want a value for every choice.
fn api(chosen: &str) -> &str {
    if chosen == view::ANY_API { "" } else { chosen }
}

pub(super) async fn revoke_batch(
    State(web): State<Web>,
    Visitor(staff): Visitor,
    Path(id): Path<String>,
    posted: Posted,
) -> Response {
    let revoked = web.actions.revoke_batch(&By::from(&*staff), &id).await;
    CODES
        .answer(&web, posted, &id, "revoke-batch", "codes-revoked", revoked)
        .await
}

/// Leads back to the part of the list that the code stands in.
pub(super) async fn revoke_code(
    State(web): State<Web>,
    Visitor(staff): Visitor,
    Path((id, code)): Path<(String, String)>,
    posted: Posted,
) -> Response {
    match web.actions.revoke_code(&By::from(&*staff), &code).await {
        Ok(()) => {
            let page = match posted.typed.get("after") {
                "" => CODES.page(&id),
                after => format!("{}?after={}", CODES.page(&id), query_value(after)),
            };
            done(&page, "code-revoked")
        }
        Err(error) => CODES.refused(&web, posted, &id, "revoke-code", error).await,
    }
}
