//! Says whether the numbers of a page move by themselves.

use crate::i18n::use_texts;
use leptos::prelude::*;

/// Empty until the page's scripts follow the numbers; then `Live`, or why not.
#[component]
pub fn LiveStatus() -> impl IntoView {
    let texts = use_texts();
    view! {
        <p
            id="live"
            class="live"
            role="status"
            data-on=texts.text("live-on")
            data-waiting=texts.text("live-waiting")
            data-over=texts.text("live-over")
        ></p>
    }
}
