//! A password that was forgotten: asks for a link, and sets another with it.

use super::{asked, sign_up::LinkSent};
use crate::{
    components::{
        door::{Door, DoorWay, LinkOver},
        form::{Field, FieldKind, Problems, reply_to},
        outcome::answered,
    },
    i18n::use_texts,
    ports::Doors,
    view::{LinkPurpose, LinkView},
};
use leptos::prelude::*;
use std::sync::Arc;

const ASK: &str = "reset";
const NEW: &str = "new-password";

#[component]
pub fn ResetPage() -> impl IntoView {
    let texts = use_texts();
    let sent = !asked()("sent").is_empty();
    view! {
        <Door title=texts.text("reset-title") lead=texts.text("reset-lead")>
            {if sent { view! { <LinkSent /> }.into_any() } else { view! { <Ask /> }.into_any() }}
            <DoorWay href="/sign-in" link=texts.text("door-to-sign-in") />
        </Door>
    }
}

#[component]
fn Ask() -> impl IntoView {
    let texts = use_texts();
    let reply = reply_to(ASK);
    view! {
        <form method="post" action="/reset" class="form">
            <Problems reply=reply.clone() />
            <Field
                form=ASK
                name="email"
                label=texts.text("sign-in-email")
                kind=FieldKind::Email
                reply
                required=true
                autocomplete="username"
            />
            <button type="submit" class="button button-main button-wide">
                {texts.text("reset-do")}
            </button>
        </form>
    }
}

#[component]
pub fn NewPasswordPage() -> impl IntoView {
    let texts = use_texts();
    let token = asked()("token").pop().unwrap_or_default();
    let page = use_context::<Arc<dyn Doors>>().map(|port| {
        let of = token.clone();
        answered(
            async move { port.link(&of, LinkPurpose::Reset).await },
            |link| view! { <NewPassword link token /> },
        )
    });
    view! { <Door title=texts.text("new-password-title")>{page}</Door> }
}

#[component]
fn NewPassword(link: LinkView, token: String) -> impl IntoView {
    let texts = use_texts();
    let reply = reply_to(NEW);
    let LinkView::Good { email } = link else {
        return view! { <LinkOver link href="/reset" again=texts.text("link-again") /> }.into_any();
    };
    view! {
        <form method="post" action="/reset/new" class="form">
            <Problems reply=reply.clone() />
            <input type="hidden" name="token" value=token />
            <div class="field">
                <label for="new-password-email">{texts.text("sign-in-email")}</label>
                <input
                    id="new-password-email"
                    type="email"
                    value=email
                    readonly
                    autocomplete="username"
                />
            </div>
            <Field
                form=NEW
                name="new_password"
                label=texts.text("settings-password-new")
                hint=texts.text("password-hint")
                kind=FieldKind::Password
                reply=reply.clone()
                required=true
                autocomplete="new-password"
            />
            <Field
                form=NEW
                name="again_password"
                label=texts.text("settings-password-again")
                kind=FieldKind::Password
                reply
                required=true
                autocomplete="new-password"
            />
            <button type="submit" class="button button-main button-wide">
                {texts.text("new-password-do")}
            </button>
        </form>
    }
    .into_any()
}
