//! Parts of the page of one thing: the way back, and its facts.

use super::icons::{Icon, Sign};
use leptos::prelude::*;

/// The way back to the list.
#[component]
pub fn Back(href: &'static str, text: String) -> impl IntoView {
    view! {
        <p class="back">
            <a href=href>
                <Icon sign=Sign::Back />
                {text}
            </a>
        </p>
    }
}

/// A label and what it stands for, in a list of facts.
#[component]
pub fn Fact(label: String, children: Children) -> impl IntoView {
    view! {
        <div>
            <dt>{label}</dt>
            <dd>{children()}</dd>
        </div>
    }
}
