//! The parts that live in the browser too. Each is small, gets its texts passed
//! in, and leaves a page that works as well without it.

use leptos::prelude::*;

/// Copies `value` to the clipboard and says so. Shown once scripts run: without
/// them the text beside it can be selected.
#[island]
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
    let alive = RwSignal::new(false);
    let copied = RwSignal::new(false);
    Effect::new(move || alive.set(true));

    #[cfg(feature = "hydrate")]
    let copy = move |_| {
        // The answer is not awaited: that would bring an executor's worth of code
        // for a refusal that leaves the text still there to select.
        drop(window().navigator().clipboard().write_text(&value));
        copied.set(true);
        set_timeout(move || copied.set(false), std::time::Duration::from_secs(2));
    };
    #[cfg(not(feature = "hydrate"))]
    let copy = {
        drop(value);
        move |_| {}
    };

    view! {
        <button
            type="button"
            class="button button-small copy"
            class:copy-done=move || copied.get()
            hidden=move || !alive.get()
            aria-label=about
            on:click=copy
        >
            <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
                <rect x="5.5" y="5.5" width="8" height="8" rx="1.5"></rect>
                <path d="M10.5 5.5v-2a1 1 0 0 0-1-1h-6a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1h2"></path>
            </svg>
            <span aria-live="polite">
                {move || if copied.get() { done.clone() } else { label.clone() }}
            </span>
        </button>
    }
}

/// The selects of a filter form. Once scripts run the form sends itself when one
/// of them changes, and the button that does so without them hides.
#[island]
pub fn SelfSending(
    /// `Apply`
    label: String,
    children: Children,
) -> impl IntoView {
    let button = NodeRef::<leptos::html::Button>::new();
    let alive = RwSignal::new(false);
    Effect::new(move || alive.set(true));

    #[cfg(feature = "hydrate")]
    let send = move |_| {
        if let Some(form) = button.get_untracked().and_then(|button| button.form()) {
            drop(window().location().set_search(&query_of(&form)));
        }
    };
    #[cfg(not(feature = "hydrate"))]
    let send = move |_| {};

    view! {
        <div class="filter-selects" on:change=send>
            {children()}
            <button
                type="submit"
                class="button filter-apply"
                node_ref=button
                hidden=move || alive.get()
            >
                {label}
            </button>
        </div>
    }
}

/// What the form would send, without its empty fields: the address stays short
/// enough to read.
#[cfg(feature = "hydrate")]
fn query_of(form: &web_sys::HtmlFormElement) -> String {
    use wasm_bindgen::JsCast;
    use web_sys::{HtmlInputElement, HtmlSelectElement, UrlSearchParams};

    let fields = form.elements();
    let Ok(query) = UrlSearchParams::new() else {
        return String::new();
    };
    for place in 0..fields.length() {
        let Some(field) = fields.item(place) else {
            continue;
        };
        let (name, value) = if let Some(select) = field.dyn_ref::<HtmlSelectElement>() {
            (select.name(), select.value())
        } else if let Some(input) = field.dyn_ref::<HtmlInputElement>() {
            (input.name(), input.value())
        } else {
            continue;
        };
        if !name.is_empty() && !value.is_empty() {
            query.append(&name, &value);
        }
    }
    String::from(query.to_string())
}
