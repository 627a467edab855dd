//! Asks for an account: an e-mail is enough, all else comes with the link that
//! goes there.

use super::asked;
use crate::{
    components::{
        door::{Door, DoorState, DoorWay},
        form::{Field, FieldKind, Problems, reply_to},
        frame::use_site,
        icons::Sign,
    },
    i18n::use_texts,
    view::SignUpMode,
};
use leptos::prelude::*;

const FORM: &str = "sign-up";

#[component]
pub fn SignUpPage() -> impl IntoView {
    let texts = use_texts();
    let site = use_site();
    let sent = !asked()("sent").is_empty();
    let body = match site.sign_up {
        SignUpMode::Open if sent => view! { <LinkSent /> }.into_any(),
        SignUpMode::Open => view! { <Ask /> }.into_any(),
        SignUpMode::Invitation => view! {
            <DoorState
                sign=Sign::Mail
                title=texts.text("sign-up-invitation")
                text=texts.text("sign-up-invitation-text")
            />
        }
        .into_any(),
        SignUpMode::Closed => view! {
            <DoorState
                sign=Sign::Warning
                title=texts.text("sign-up-closed")
                text=texts.text("sign-up-closed-text")
            />
        }
        .into_any(),
    };
    view! {
        <Door title=texts.text("sign-up-title") lead=texts.text("sign-up-lead")>
            {body}
            <DoorWay
                text=texts.text("sign-up-known")
                href="/sign-in"
                link=texts.text("door-to-sign-in")
            />
        </Door>
    }
}

/// What was done is told to the mailbox alone.
#[component]
pub fn LinkSent() -> impl IntoView {
    let texts = use_texts();
    let (title, text) = if use_site().letters {
        (texts.text("link-sent"), texts.text("link-sent-text"))
    } else {
        (texts.text("link-asked"), texts.text("link-asked-text"))
    };
    view! { <DoorState sign=Sign::Mail title text /> }
}

#[component]
fn Ask() -> impl IntoView {
    let texts = use_texts();
    let reply = reply_to(FORM);
    view! {
        <form method="post" action="/sign-up" class="form">
            <Problems reply=reply.clone() />
            <Field
                form=FORM
                name="email"
                label=texts.text("sign-in-email")
                hint=texts.text("sign-up-email-hint")
                kind=FieldKind::Email
                reply
                required=true
                autocomplete="email"
            />
            <button type="submit" class="button button-main button-wide">
                {texts.text("sign-up-do")}
            </button>
        </form>
    }
}
