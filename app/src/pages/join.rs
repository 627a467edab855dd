//! Opens an account: whoever has the link reads the mailbox.

use super::asked;
use crate::{
    components::{
        door::{Door, LinkOver},
        form::{Field, FieldKind, Once, Problems, reply_to},
        outcome::answered,
        zones::ZoneField,
    },
    i18n::use_texts,
    ports::Doors,
    view::{JoinView, LinkView},
};
use leptos::prelude::*;
use std::sync::Arc;

const FORM: &str = "join";

#[component]
pub fn JoinPage() -> impl IntoView {
    let texts = use_texts();
    let token = asked()("token").pop().unwrap_or_default();
    let page = use_context::<Arc<dyn Doors>>().map(|port| {
        let of = token.clone();
        answered(
            async move { port.join(&of).await },
            |join| view! { <Join join token /> },
        )
    });
    view! { <Door title=texts.text("join-title")>{page}</Door> }
}

#[component]
fn Join(join: JoinView, token: String) -> impl IntoView {
    let texts = use_texts();
    let reply = reply_to(FORM);
    let LinkView::Good { email } = join.link else {
        return view! { <LinkOver link=join.link href="/sign-up" again=texts.text("link-again") /> }
            .into_any();
    };
    view! {
        <form method="post" action="/join" class="form">
            <Problems reply=reply.clone() />
            <Once />
            <input type="hidden" name="token" value=token />
            <div class="field">
                <label for="join-email">{texts.text("sign-in-email")}</label>
                <input id="join-email" type="email" value=email readonly autocomplete="username" />
            </div>
            <Field
                form=FORM
                name="name"
                label=texts.text("settings-name")
                reply=reply.clone()
                required=true
                autocomplete="name"
            />
            <Field
                form=FORM
                name="password"
                label=texts.text("sign-in-password")
                hint=texts.text("password-hint")
                kind=FieldKind::Password
                reply=reply.clone()
                required=true
                autocomplete="new-password"
            />
            <ZoneField form=FORM reply groups=join.zones initial="UTC".to_owned() />
            <button type="submit" class="button button-main button-wide">
                {texts.text("join-do")}
            </button>
        </form>
    }
    .into_any()
}
