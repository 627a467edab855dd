//! Forms that are sent once.

use super::dom::{after, document, on, window};
use wasm_bindgen::JsCast;
use web_sys::HtmlFormElement;

/// After so many milliseconds a form may be sent again: its answer may have been
/// a file, which leaves the page where it is.
const PATIENCE: i32 = 8_000;
const SENT: &str = "data-sent";

/// Keeps a form from being sent again while its answer is on the way. A page
/// that comes back from the browser's memory has forms that were not sent.
pub(super) fn attach() {
    let (Some(window), Some(document)) = (window(), document()) else {
        return;
    };
    on(
        &document,
        "submit",
        Box::new(|event| {
            let Some(form) = event.target().and_then(|it| it.dyn_into().ok()) else {
                return;
            };
            let form: HtmlFormElement = form;
            if form.has_attribute(SENT) {
                event.prevent_default();
            } else if form.method() == "post" {
                drop(form.set_attribute(SENT, ""));
                after(PATIENCE, Box::new(move || forget(&form)));
            }
        }),
    );
    on(
        &window,
        "pageshow",
        Box::new(move |_| {
            if let Ok(sent) = document.query_selector_all("[data-sent]") {
                for place in 0..sent.length() {
                    if let Some(form) = sent.item(place).and_then(|it| it.dyn_into().ok()) {
                        forget(&form);
                    }
                }
            }
        }),
    );
}

fn forget(form: &HtmlFormElement) {
    drop(form.remove_attribute(SENT));
}
