//! What tables share.

use crate::{
    i18n::{date, moment, use_texts},
    view::LocalTime,
};
use leptos::prelude::*;

/// Gives a wide table its own sideways scroll, reachable by keyboard, so that the
/// page itself never scrolls sideways.
#[component]
pub fn Scroll(
    /// Names the region for those who cannot see it.
    #[prop(into)]
    label: String,
    children: Children,
) -> impl IntoView {
    let label = use_texts().with("table-region", [("name", label.into())]);
    view! {
        <div class="scroll" role="region" aria-label=label tabindex="0">
            {children()}
        </div>
    }
}

/// A word in a quiet capsule. `tone` is `good`, `wait`, `bad` or `off`.
#[component]
pub fn Badge(tone: &'static str, #[prop(into)] text: String) -> impl IntoView {
    view! { <span class=format!("badge badge-{tone}")>{text}</span> }
}

/// An instant, to the minute.
#[component]
pub fn Moment(at: LocalTime) -> impl IntoView {
    view! { <time datetime=at.to_rfc3339()>{moment(use_texts(), at)}</time> }
}

/// A day without its hour.
#[component]
pub fn Day(at: LocalTime) -> impl IntoView {
    let texts = use_texts();
    view! {
        <time datetime=at.to_rfc3339() title=moment(texts, at)>
            {date(texts, at.date_naive())}
        </time>
    }
}
