//! The page of those who are not inside yet: one panel, nothing around it.

use super::{
    banner::DoneBanner,
    frame::{Brand, DemoNotice, LanguageForm, ThemeForm},
    icons::{Icon, Sign},
};
use crate::{i18n::use_texts, ports::PageStatus, view::LinkView};
use leptos::prelude::*;
use leptos_meta::{Meta, Title};

#[component]
pub fn Door(
    #[prop(into)] title: String,
    #[prop(optional, into)] lead: String,
    children: Children,
) -> impl IntoView {
    let texts = use_texts();
    view! {
        <Title text=texts.with("window-title", [("page", (&title).into())]) />
        <Meta name="description" content=texts.text("site-description") />
        <a class="skip" href="#main">
            {texts.text("skip-to-content")}
        </a>
        <DemoNotice />
        <main id="main" class="door" tabindex="-1">
            <div class="door-panel">
                <Brand />
                <h1>{title}</h1>
                {(!lead.is_empty()).then(|| view! { <p class="lead">{lead}</p> })}
                <DoneBanner />
                {children()}
            </div>
            <div class="door-foot">
                <LanguageForm />
                <ThemeForm />
            </div>
        </main>
    }
    .into_any()
}

/// A line below the form that leads elsewhere.
#[component]
pub fn DoorWay(
    #[prop(optional, into)] text: String,
    href: &'static str,
    #[prop(into)] link: String,
) -> impl IntoView {
    view! {
        <p class="door-way">
            {(!text.is_empty()).then(|| format!("{text} "))} <a href=href>{link}</a>
        </p>
    }
}

/// Says what happens next, where a form has done its part.
#[component]
pub fn DoorState(
    sign: Sign,
    #[prop(into)] title: String,
    #[prop(into)] text: String,
) -> impl IntoView {
    view! {
        <div class="door-state" role="status">
            <Icon sign />
            <div>
                <p class="door-state-title">{title}</p>
                <p>{text}</p>
            </div>
        </div>
    }
}

/// Says of a link that opens nothing why it does not, and what to do.
#[component]
pub fn LinkOver(
    link: LinkView,
    /// Where another one is asked for.
    href: &'static str,
    #[prop(into)] again: String,
) -> impl IntoView {
    let texts = use_texts();
    let (title, text) = match link {
        LinkView::Used => (texts.text("link-used"), texts.text("link-used-text")),
        LinkView::Late => (texts.text("link-late"), texts.text("link-late-text")),
        LinkView::Good { .. } | LinkView::Unknown => {
            (texts.text("link-unknown"), texts.text("link-unknown-text"))
        }
    };
    if let Some(page) = use_context::<PageStatus>() {
        // Gone: the address was good once, or never will be.
        (page.0)(410);
    }
    view! {
        <DoorState sign=Sign::Warning title text />
        <a class="button button-main button-wide" href=href>
            {again}
        </a>
        <DoorWay href="/sign-in" link=texts.text("door-to-sign-in") />
    }
    .into_any()
}
