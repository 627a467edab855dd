//! Copying a text.

use leptos::prelude::*;

/// A button that copies `value` and says so. Where scripts are off it is not
/// shown: the text beside it can be selected.
#[component]
pub fn CopyButton(
    /// What is copied.
    value: String,
    /// `Copy`
    label: String,
    /// What the button does, for those who do not see what it stands beside.
    about: String,
    /// `Copied`
    done: String,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="button button-small copy needs-scripts"
            aria-label=about
            data-copy=value
        >
            <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
                <rect x="5.5" y="5.5" width="8" height="8" rx="1.5"></rect>
                <path d="M10.5 5.5v-2a1 1 0 0 0-1-1h-6a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1h2"></path>
            </svg>
            <span aria-live="polite" data-done=done>
                {label}
            </span>
        </button>
    }
}

/// Lets every copy button of the page copy, also one that comes later.
#[cfg(feature = "hydrate")]
pub(super) fn attach() {
    use super::dom::{after, closest, document, on, window};

    let (Some(window), Some(document)) = (window(), document()) else {
        return;
    };
    on(
        &document,
        "click",
        Box::new(move |event| {
            let Some(button) = closest(&event, "[data-copy]") else {
                return;
            };
            let value = button.get_attribute("data-copy").unwrap_or_default();
            // The answer is not awaited: a refusal leaves the text there to select.
            drop(window.navigator().clipboard().write_text(&value));
            swap(&button, true);
            after(2_000, Box::new(move || swap(&button, false)));
        }),
    );
}

/// Puts the word of the button's other state in the place of this one's.
#[cfg(feature = "hydrate")]
fn swap(button: &web_sys::HtmlElement, copied: bool) {
    let Ok(Some(word)) = button.query_selector("[data-done]") else {
        return;
    };
    if button.class_list().contains("copy-done") == copied {
        return;
    }
    drop(button.class_list().toggle("copy-done"));
    let other = word.get_attribute("data-done").unwrap_or_default();
    let shown = word.text_content().unwrap_or_default();
    drop(word.set_attribute("data-done", &shown));
    word.set_text_content(Some(&other));
}
