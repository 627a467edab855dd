//! What opens the account: its e-mail, its password, its second step.

use crate::{
    components::{
        form::{Field, FieldKind, Problems, reply_to},
        table::Badge,
    },
    i18n::use_texts,
    view::SecondStep,
};
use leptos::prelude::*;

pub const EMAIL: &str = "email";
pub const PASSWORD: &str = "password";
pub const SECOND_STEP: &str = "second-step";

#[component]
pub fn Email() -> impl IntoView {
    let texts = use_texts();
    let reply = reply_to(EMAIL);
    view! {
        <form method="post" action="/settings/email" class="form">
            <Problems reply=reply.clone() />
            <Field
                form=EMAIL
                name="new_email"
                label=texts.text("settings-email-new")
                kind=FieldKind::Email
                reply=reply.clone()
                required=true
                autocomplete="email"
            />
            <Field
                form=EMAIL
                name="email_password"
                label=texts.text("settings-email-password")
                kind=FieldKind::Password
                reply
                required=true
                autocomplete="current-password"
            />
            <button type="submit" class="button button-main">
                {texts.text("settings-email-do")}
            </button>
        </form>
    }
}

#[component]
pub fn Password(has_one: bool) -> impl IntoView {
    let texts = use_texts();
    if !has_one {
        return view! {
            <p>{texts.text("settings-password-none")}</p>
            <a class="button" href="/reset">
                {texts.text("settings-password-set")}
            </a>
        }
        .into_any();
    }
    let reply = reply_to(PASSWORD);
    let field = |name, label, autocomplete| {
        view! {
            <Field
                form=PASSWORD
                name=name
                label=label
                kind=FieldKind::Password
                reply=reply.clone()
                required=true
                autocomplete=autocomplete
            />
        }
    };
    view! {
        <form method="post" action="/settings/password" class="form">
            <Problems reply=reply.clone() />
            {field(
                "current_password",
                texts.text("settings-password-current"),
                "current-password",
            )}
            {field("new_password", texts.text("settings-password-new"), "new-password")}
            {field("again_password", texts.text("settings-password-again"), "new-password")}
            <button type="submit" class="button button-main">
                {texts.text("settings-password-change")}
            </button>
        </form>
    }
    .into_any()
}

#[component]
pub fn SecondStepCard(step: SecondStep) -> impl IntoView {
    let texts = use_texts();
    let reply = reply_to(SECOND_STEP);
    if let SecondStep::On { recovery_left, .. } = step {
        return view! {
            <p>
                <Badge tone="good" text=texts.text("second-step-on") />
                " "
                {texts.with("recovery-left", [("codes", recovery_left.into())])}
            </p>
            <a class="button" href="/settings/second-step">
                {texts.text("second-step-look")}
            </a>
        }
        .into_any();
    }
    view! {
        <form method="post" action="/settings/second-step/begin" class="form">
            <Problems reply=reply.clone() />
            <Field
                form=SECOND_STEP
                name="factor_password"
                label=texts.text("settings-email-password")
                kind=FieldKind::Password
                reply
                required=true
                autocomplete="current-password"
            />
            <button type="submit" class="button button-main">
                {texts.text("second-step-begin")}
            </button>
        </form>
    }
    .into_any()
}
