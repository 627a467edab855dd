//! Makes a mailbox that of an account: whoever has the link reads it. A press of a
//! button, so that programs which look at the links of letters change nothing.

use super::asked;
use crate::{
    components::{
        door::{Door, LinkOver},
        form::{Problems, reply_to},
        outcome::answered,
    },
    i18n::use_texts,
    ports::Doors,
    view::{LinkPurpose, LinkView},
};
use leptos::prelude::*;
use std::sync::Arc;

const FORM: &str = "confirm-email";

#[component]
pub fn ConfirmEmailPage() -> impl IntoView {
    let texts = use_texts();
    let token = asked()("token").pop().unwrap_or_default();
    let page = use_context::<Arc<dyn Doors>>().map(|port| {
        let of = token.clone();
        answered(
            async move { port.link(&of, LinkPurpose::Email).await },
            |link| view! { <Confirm link token /> },
        )
    });
    view! { <Door title=texts.text("confirm-email-title")>{page}</Door> }
}

#[component]
fn Confirm(link: LinkView, token: String) -> impl IntoView {
    let texts = use_texts();
    let LinkView::Good { email } = link else {
        return view! { <LinkOver link href="/settings" again=texts.text("nav-settings") /> }
            .into_any();
    };
    view! {
        <form method="post" action="/confirm-email" class="form">
            <Problems reply=reply_to(FORM) />
            <input type="hidden" name="token" value=token />
            <div class="field">
                <label for="confirm-email">{texts.text("settings-email-new")}</label>
                <input id="confirm-email" type="email" value=email readonly />
            </div>
            <button type="submit" class="button button-main button-wide">
                {texts.text("confirm-email-do")}
            </button>
        </form>
    }
    .into_any()
}
