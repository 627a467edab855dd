//! From a port's answer to a page, or to the page that says why there is none.

use super::{
    banner::Empty,
    frame::{Frame, Section},
};
use crate::{
    i18n::use_texts,
    ports::{PageStatus, PortError},
    view::Viewer,
};
use leptos::prelude::*;
use std::future::Future;

/// Waits for a port and shows its answer, or the reason why there is none and
/// the matching HTTP status.
pub fn answered<T, Load, Show, Page>(load: Load, show: Show) -> impl IntoView
where
    T: Send + 'static,
    Load: Future<Output = Result<T, PortError>> + Send + 'static,
    Show: FnOnce(T) -> Page + Send + 'static,
    Page: IntoView + 'static,
{
    let status = use_context::<PageStatus>();
    Suspend::new(async move {
        match load.await {
            Ok(answer) => show(answer).into_any(),
            Err(error) => {
                if let Some(status) = status {
                    (status.0)(code(&error));
                }
                view! { <Refusal error /> }.into_any()
            }
        }
    })
}

/// What the page's HTTP status is when a port has no answer.
const fn code(error: &PortError) -> u16 {
    match error {
        PortError::NotFound => 404,
        PortError::Forbidden => 403,
        PortError::Unavailable { .. } => 503,
    }
}

#[component]
fn Refusal(error: PortError) -> impl IntoView {
    let texts = use_texts();
    let (title, text) = match error {
        PortError::NotFound => (texts.text("not-found-title"), texts.text("not-found-text")),
        PortError::Forbidden => (texts.text("forbidden-title"), texts.text("forbidden-text")),
        PortError::Unavailable { incident } => (
            texts.text("unavailable-title"),
            texts.with("unavailable-text", [("incident", incident.into())]),
        ),
    };
    view! {
        <Empty title text>
            <a class="button" href="/usage">
                {texts.text("back-to-usage")}
            </a>
        </Empty>
    }
}

/// The page for an address that leads nowhere.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    let texts = use_texts();
    if let Some(status) = use_context::<PageStatus>() {
        (status.0)(404);
    }
    let home = if use_context::<Viewer>().is_some() {
        ("/usage", texts.text("back-to-usage"))
    } else {
        ("/sign-in", texts.text("sign-in"))
    };
    view! {
        <Frame section=Section::Elsewhere title=texts.text("not-found-title")>
            <Empty title=texts.text("not-found-lead") text=texts.text("not-found-text")>
                <a class="button" href=home.0>
                    {home.1}
                </a>
            </Empty>
        </Frame>
    }
}

/// What a stranger gets where a viewer is needed. The server sends strangers to
/// the sign-in page before it comes to this.
#[component]
pub fn StrangerPage() -> impl IntoView {
    let texts = use_texts();
    if let Some(status) = use_context::<PageStatus>() {
        (status.0)(401);
    }
    view! {
        <Frame section=Section::Elsewhere title=texts.text("stranger-title")>
            <Empty title=texts.text("stranger-lead") text=texts.text("stranger-text")>
                <a class="button button-main" href="/sign-in">
                    {texts.text("sign-in")}
                </a>
            </Empty>
        </Frame>
    }
}
