//! Says whether the numbers of a page move by themselves.

use crate::i18n::use_texts;
use leptos::prelude::*;

/// Empty until the page's scripts follow the numbers; then `Live`, or why not.
#[component]
pub fn LiveStatus(
    /// The number of the last change that the page knows of.
    as_of: u64,
) -> impl IntoView {
    let texts = use_texts();
    view! {
        <p
            id="live"
            class="live"
            role="status"
            data-as-of=as_of.to_string()
            data-on=texts.text("live-on")
            data-waiting=texts.text("live-waiting")
            data-over=texts.text("live-over")
        ></p>
    }
}
