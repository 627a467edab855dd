use super::Web;
use super::form::{Posted, Shelf};
use crate::actions::{AskedCap, CapOf};
use crate::domain::accounts::Account;
use axum::response::Response;

/// Sets the cap of a key or of a project, on whose page the form stands.
pub(super) async fn set(
    web: &Web,
    account: &Account,
    shelf: &Shelf,
    of: CapOf<'_>,
    posted: Posted,
) -> Response {
    let (CapOf::Key(id) | CapOf::Project(id)) = of;
    let typed = &posted.typed;
    let asked = AskedCap {
        api: typed.get("api"),
        calls: typed.get("calls"),
        period: typed.get("period"),
        was: typed.field("was-cap"),
    };
    let form = format!("cap:{}", asked.api);
    let set = web.actions.set_cap(account, of, asked).await;
    shelf.answer(web, posted, id, &form, "cap-set", set).await
}
