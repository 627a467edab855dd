//! Filters that send themselves.

use leptos::prelude::*;

/// The selects of a filter form. Once scripts run the form sends itself when one
/// of them changes, and the button that does so without them hides.
#[component]
pub fn SelfSending(
    /// `Apply`
    label: String,
    children: Children,
) -> impl IntoView {
    view! {
        <div class="filter-selects" data-sends-itself="">
            {children()}
            <button type="submit" class="button filter-apply">
                {label}
            </button>
        </div>
    }
}

/// Makes the filter of the page send itself.
#[cfg(feature = "hydrate")]
pub(super) fn attach() {
    use super::dom::{closest, document, first, on, window};
    use wasm_bindgen::JsCast;
    use web_sys::{HtmlButtonElement, HtmlElement};

    let (Some(window), Some(document)) = (window(), document()) else {
        return;
    };
    if let Some(button) = first(".filter-apply").and_then(|it| it.dyn_into::<HtmlElement>().ok()) {
        button.set_hidden(true);
    }
    on(
        &document,
        "change",
        Box::new(move |event| {
            let form = closest(&event, "[data-sends-itself]")
                .and_then(|selects| selects.query_selector(".filter-apply").ok()?)
                .and_then(|button| button.dyn_into::<HtmlButtonElement>().ok()?.form());
            if let Some(form) = form {
                drop(window.location().set_search(&query_of(&form)));
            }
        }),
    );
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
