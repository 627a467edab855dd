//! Keys that lead somewhere, and the dialog that lists them.

use super::dom::{by_id, closest, document, first, on, window};
use std::cell::Cell;
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlDialogElement, HtmlInputElement, KeyboardEvent};

/// After `g`, how long the second key is waited for, in milliseconds.
const PATIENCE: f64 = 1_500.0;
/// Where the browser keeps whether single keys are off.
const STORED: &str = "single-keys";

/// Listens for `?`, `g` and the key after it, and opens the dialogs of buttons
/// that name one. Single keys can be switched off (WCAG 2.1.4).
pub(super) fn attach() {
    let (Some(document), Some(dialog), Some(switch)) = (
        document(),
        by_id::<HtmlDialogElement>("help"),
        by_id::<HtmlInputElement>("help-single-keys"),
    ) else {
        return;
    };
    switch.set_checked(!is_off());
    on(&switch, "change", {
        let switch = switch.clone();
        Box::new(move |_| remember(switch.checked()))
    });
    on(
        &document,
        "click",
        Box::new(|event| {
            let opened = closest(&event, "[data-open]")
                .and_then(|button| by_id::<HtmlDialogElement>(&button.get_attribute("data-open")?));
            if let Some(dialog) = opened {
                open(&dialog);
            }
            // A click beside a dialog is one on its own box.
            if let Some(dialog) = event.target().and_then(|it| it.dyn_into().ok()) {
                HtmlDialogElement::close(&dialog);
            }
        }),
    );
    let went = Cell::new(f64::NEG_INFINITY);
    on(
        &document,
        "keydown",
        Box::new(move |event| {
            let Some(key) = single_key(&event) else {
                return;
            };
            let follows = event.time_stamp() - went.get() < PATIENCE;
            went.set(f64::NEG_INFINITY);
            if key == "?" {
                event.prevent_default();
                open(&dialog);
            } else if key == "g" {
                went.set(event.time_stamp());
            } else if follows && key.len() == 1 && key.as_bytes()[0].is_ascii_lowercase() {
                go(&key);
            }
        }),
    );
}

/// Opens a dialog in front of the page, in the place of the one that is open.
pub(super) fn open(dialog: &HtmlDialogElement) {
    if dialog.open() {
        return;
    }
    if let Some(other) = first("dialog[open]").and_then(|it| it.dyn_into().ok()) {
        HtmlDialogElement::close(&other);
    }
    drop(dialog.show_modal());
}

/// The key that was pressed by itself, where it is not text for a field.
fn single_key(event: &Event) -> Option<String> {
    let event: &KeyboardEvent = event.dyn_ref()?;
    let elsewhere = event.ctrl_key()
        || event.meta_key()
        || event.alt_key()
        || event.is_composing()
        || closest(event, "input, select, textarea, [contenteditable]").is_some()
        || first("dialog[open]").is_some()
        || is_off();
    (!elsewhere).then(|| event.key())
}

/// Follows the link of the help's row for a letter.
fn go(letter: &str) {
    let path =
        first(&["[data-go=", letter, "]"].concat()).and_then(|row| row.get_attribute("data-path"));
    if let (Some(window), Some(path)) = (window(), path) {
        drop(window.location().assign(&path));
    }
}

fn is_off() -> bool {
    window()
        .and_then(|window| window.local_storage().ok()??.get_item(STORED).ok()?)
        .is_some()
}

fn remember(on: bool) {
    if let Some(Ok(Some(storage))) = window().map(|window| window.local_storage()) {
        drop(if on {
            storage.remove_item(STORED)
        } else {
            storage.set_item(STORED, "off")
        });
    }
}
