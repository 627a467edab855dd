//! The first page of a new account: its first key, shown once, and where to go.

use crate::{
    components::{
        banner::Empty,
        form::reply_to,
        frame::{Frame, Section},
        new_key::NewKey,
        outcome::StrangerPage,
    },
    i18n::use_texts,
    view::Viewer,
};
use leptos::prelude::*;

const FORM: &str = "join";

#[component]
pub fn WelcomePage() -> impl IntoView {
    let texts = use_texts();
    if use_context::<Viewer>().is_none() {
        return view! { <StrangerPage /> }.into_any();
    }
    let key = match reply_to(FORM).created_key {
        Some(created) => view! { <NewKey created /> }.into_any(),
        None => view! {
            <Empty title=texts.text("welcome-shown") text=texts.text("welcome-shown-text")>
                <a class="button" href="/keys">
                    {texts.text("nav-keys")}
                </a>
            </Empty>
        }
        .into_any(),
    };
    view! {
        <Frame
            section=Section::Elsewhere
            title=texts.text("welcome-title")
            lead=texts.text("welcome-lead")
        >
            {key}
            <nav class="welcome-ways" aria-label=texts.text("welcome-ways")>
                <a class="button button-main" href="/quick-start">
                    {texts.text("nav-quick-start")}
                </a>
                <a class="button" href="/usage">
                    {texts.text("nav-usage")}
                </a>
            </nav>
        </Frame>
    }
    .into_any()
}
