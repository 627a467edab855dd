//! What somebody may do here, and how an owner changes it.

use crate::{
    components::form::{Choice, Problems, reply_to},
    i18n::{Texts, use_texts},
    view::Role,
};
use leptos::prelude::*;

/// The name of the form.
pub const FORM: &str = "role";

/// A role as people call it.
pub fn role_name(texts: Texts, role: Role) -> String {
    texts.text(match role {
        Role::Developer => "role-developer",
        Role::Support => "role-support",
        Role::Owner => "role-owner",
    })
}

/// As the form sends it.
const fn value(role: Role) -> &'static str {
    match role {
        Role::Developer => "developer",
        Role::Support => "support",
        Role::Owner => "owner",
    }
}

#[component]
pub fn RoleForm(id: String, role: Role) -> impl IntoView {
    let texts = use_texts();
    let reply = reply_to(FORM);
    let options = [Role::Developer, Role::Support, Role::Owner]
        .map(|role| (value(role).to_owned(), role_name(texts, role)))
        .to_vec();
    view! {
        <section class="card desk-part" aria-labelledby="role-heading">
            <h2 id="role-heading">{texts.text("role-heading")}</h2>
            <p>{texts.text("role-text")}</p>
            <form method="post" action=format!("/admin/accounts/{id}/role") class="form">
                <Problems reply=reply.clone() />
                <Choice
                    form=FORM
                    name="role"
                    label=texts.text("role-heading")
                    reply
                    options
                    initial=value(role)
                />
                <div class="buttons">
                    <button type="submit" class="button">
                        {texts.text("role-change")}
                    </button>
                </div>
            </form>
        </section>
    }
    .into_any()
}
