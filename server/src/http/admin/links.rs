//! Invitations, and the other links that people were sent and have not used yet.

use super::body::{Answered, At, Sent, created, instant, ok};
use super::staff::Staff;
use super::{AdminApi, Problem};
use crate::domain::language::Language;
use crate::domain::links::Link;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Links that are listed at once.
const LISTED: i64 = 200;

type Api = State<Arc<AdminApi>>;

pub(super) async fn list(State(api): Api, _staff: Staff) -> Answered {
    let open = api.store.open_links(api.clock.now(), LISTED).await?;
    let links: Vec<Value> = open.iter().map(link_json).collect();
    ok(json!({ "links": links, "letters_arrive": api.actions.arrives() }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct New {
    #[serde(default)]
    email: String,
    /// Of the letter: `en` or `zh`.
    #[serde(default = "english")]
    language: String,
}

fn english() -> String {
    Language::English.tag().into()
}

/// Offers an account. Where no letters leave, the only answer that holds the link.
pub(super) async fn invite(staff: Staff, Sent(New { email, language }): Sent<New>) -> Answered {
    let language =
        Language::tagged(&language).ok_or_else(|| Problem::invalid("language is en or zh."))?;
    let (actions, by) = (&staff.actions, &staff.by);
    let link = actions.invite(by, &email, language).await?;
    let email = email.trim().to_lowercase();
    created(json!({ "email": email, "sent": link.is_none(), "link": link }))
}

/// A new address in the place of the old one, which stops: it was stored nowhere.
pub(super) async fn show(staff: Staff, At(id): At<String>) -> Answered {
    let (email, link) = staff.actions.show_link(&staff.by, &id).await?;
    ok(json!({ "id": id, "email": email, "link": link }))
}

pub(super) async fn withdraw(staff: Staff, At(id): At<String>) -> Answered {
    staff.actions.withdraw_link(&staff.by, &id).await?;
    ok(json!({ "id": id, "withdrawn": true }))
}

fn link_json(link: &Link) -> Value {
    json!({
        "id": link.public_id, "kind": link.kind.name(), "email": link.email,
        "language": link.language.tag(), "created_at": instant(link.created_at),
        "expires_at": instant(link.expires_at),
    })
}
