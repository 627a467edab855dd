//! Filters that send themselves.

use leptos::prelude::*;

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
