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
    use web_sys::{HtmlButtonElement, HtmlElement, HtmlFormElement, PageTransitionEvent};

    let (Some(window), Some(document)) = (window(), document()) else {
        return;
    };
    if let Some(button) = first(".filter-apply").and_then(|it| it.dyn_into::<HtmlElement>().ok()) {
        button.set_hidden(true);
    }
    let form = first("form.filter").and_then(|it| it.dyn_into::<HtmlFormElement>().ok());
    if let Some(form) = form {
        // Somebody was quicker than the scripts. Who is still choosing is left to it.
        let chosen = query_of(&form, State::Left);
        let choosing = form.query_selector(".chooser[open]");
        if matches!(choosing, Ok(None)) && chosen != query_of(&form, State::Sent) {
            drop(window.location().set_search(&chosen));
        }
    }
    on(
        &window,
        "pageshow",
        Box::new(|event| {
            // Out of the browser's memory it comes as it was left; its list did not change.
            let kept = event.dyn_ref::<PageTransitionEvent>();
            if kept.is_some_and(PageTransitionEvent::persisted)
                && let Some(form) = first("form.filter")
                && let Ok(form) = form.dyn_into::<HtmlFormElement>()
            {
                form.reset();
                // The words that hid them are gone too.
                if let Ok(hidden) = form.query_selector_all("label[hidden]") {
                    for place in 0..hidden.length() {
                        if let Some(label) = hidden.item(place).and_then(|it| it.dyn_into().ok()) {
                            let label: HtmlElement = label;
                            label.set_hidden(false);
                        }
                    }
                }
            }
        }),
    );
    on(
        &document,
        "change",
        Box::new(move |event| {
            let form = closest(&event, "[data-sends-itself]")
                .and_then(|selects| selects.query_selector(".filter-apply").ok()?)
                .and_then(|button| button.dyn_into::<HtmlButtonElement>().ok()?.form());
            if let Some(form) = form {
                drop(window.location().set_search(&query_of(&form, State::Left)));
            }
        }),
    );
    for id in ["filter-project", "filter-key"] {
        if let Some(panel) = super::dom::by_id::<HtmlElement>(id) {
            attach_panel(&document, id, panel);
        }
    }
}

/// A panel of choices (`pages/choosers.rs`): it can be searched, closes when
/// the reader goes elsewhere, and sends the form then if something was changed.
#[cfg(feature = "hydrate")]
fn attach_panel(document: &web_sys::Document, id: &'static str, panel: web_sys::HtmlElement) {
    use super::dom::{closest, lower, on, window};
    use wasm_bindgen::JsCast;
    use web_sys::{HtmlElement, HtmlFormElement, HtmlInputElement, KeyboardEvent};

    let Some(form) = panel
        .closest("form")
        .ok()
        .flatten()
        .and_then(|form| form.dyn_into::<HtmlFormElement>().ok())
    else {
        return;
    };
    let within = |selector: &str| -> Option<HtmlElement> {
        panel.query_selector(selector).ok()??.dyn_into().ok()
    };
    if let Some(find) = within(".chooser-find") {
        find.set_hidden(false);
    }
    let summary = within("summary");

    let (details, sent) = (panel.clone(), form.clone());
    // It may have been opened, and used, before the scripts ran.
    let mut before = query_of(&form, State::Sent);
    on(
        &panel,
        "toggle",
        Box::new(move |_| {
            let query = query_of(&sent, State::Left);
            if details.has_attribute("open") {
                before = query;
            } else if let (true, Some(window)) = (before != query, window()) {
                drop(window.location().set_search(&query));
            }
        }),
    );
    let choices = form.elements();
    on(
        &panel,
        "input",
        Box::new(move |event| {
            let Some(find) = closest(&event, ".chooser-find")
                .and_then(|find| find.dyn_into::<HtmlInputElement>().ok())
            else {
                return;
            };
            let words = lower(&find.value());
            for place in 0..choices.length() {
                let Some(choice) = choices.item(place) else {
                    continue;
                };
                let here = choice.closest(".chooser").ok().flatten();
                let name = choice.get_attribute("data-find");
                if let (Some(here), Some(name), Some(label)) = (here, name, choice.parent_element())
                    && here.id() == id
                {
                    let found = name.contains(words.trim());
                    drop(label.toggle_attribute_with_force("hidden", !found));
                }
            }
        }),
    );
    let details = panel.clone();
    on(
        &panel,
        "keydown",
        Box::new(move |event| {
            let escape = event
                .dyn_ref::<KeyboardEvent>()
                .is_some_and(|event| event.key() == "Escape");
            if escape && details.has_attribute("open") {
                drop(details.remove_attribute("open"));
                if let Some(summary) = &summary {
                    drop(summary.focus());
                }
            }
        }),
    );
    let details = panel.clone();
    on(
        &panel,
        "click",
        Box::new(move |event| {
            // A form that is sent by Enter presses the first such button there is.
            let applied = closest(&event, ".chooser-apply").is_some();
            if applied && details.has_attribute("open") {
                event.prevent_default();
                drop(details.remove_attribute("open"));
            }
        }),
    );
    for elsewhere in ["click", "focusin"] {
        let details = panel.clone();
        on(
            document,
            elsewhere,
            Box::new(move |event| {
                if closest(&event, ".chooser").is_none_or(|chooser| chooser.id() != id) {
                    drop(details.remove_attribute("open"));
                }
            }),
        );
    }
}

/// Which choices of a form: what is typed is taken as it is now.
#[cfg(feature = "hydrate")]
#[derive(Clone, Copy)]
enum State {
    /// As the page was sent.
    Sent,
    /// As the reader left them.
    Left,
}

#[cfg(feature = "hydrate")]
fn value_of(select: &web_sys::HtmlSelectElement, state: State) -> String {
    let sent = match state {
        State::Left => return select.value(),
        State::Sent => select.query_selector("option[selected]").ok().flatten(),
    };
    // Without a mark the browser takes the first: the one for all, which is empty.
    sent.and_then(|option| option.get_attribute("value"))
        .unwrap_or_default()
}

/// What the form would send, without its empty fields: the address stays short
/// enough to read.
#[cfg(feature = "hydrate")]
fn query_of(form: &web_sys::HtmlFormElement, state: State) -> String {
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
            (select.name(), value_of(select, state))
        } else if let Some(input) = field.dyn_ref::<HtmlInputElement>() {
            let checked = match state {
                State::Sent => input.default_checked(),
                State::Left => input.checked(),
            };
            if input.type_() == "checkbox" && !checked {
                continue;
            }
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
