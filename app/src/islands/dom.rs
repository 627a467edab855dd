//! The browser, in as few words as the islands need. Everything that may fail
//! in it fails quietly: the page works without what is added here.

use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Document, Element, Event, EventTarget, HtmlElement, Window, XmlHttpRequest};

/// The window, while there is a page.
pub(super) fn window() -> Option<Window> {
    web_sys::window()
}

pub(super) fn document() -> Option<Document> {
    window()?.document()
}

/// The element of that id, as what it is known to be.
pub(super) fn by_id<Kind: JsCast>(id: &str) -> Option<Kind> {
    document()?.get_element_by_id(id)?.dyn_into().ok()
}

/// The first element below the document that a selector names.
pub(super) fn first(selector: &str) -> Option<Element> {
    document()?.query_selector(selector).ok()?
}

/// Listens for as long as the page lives. A boxed handler keeps one copy of the
/// code that hands it to the browser.
pub(super) fn on(target: &EventTarget, kind: &str, handler: Box<dyn FnMut(Event)>) {
    let closure = Closure::<dyn FnMut(Event)>::wrap(handler);
    drop(target.add_event_listener_with_callback(kind, closure.as_ref().unchecked_ref()));
    closure.forget();
}

/// The nearest element around what an event happened to.
pub(super) fn closest(event: &Event, selector: &str) -> Option<HtmlElement> {
    let target: Element = event.target()?.dyn_into().ok()?;
    target.closest(selector).ok()??.dyn_into().ok()
}

/// In small letters. The browser's own: tables of all alphabets need not be sent twice.
pub(super) fn lower(text: &str) -> String {
    String::from(js_sys::JsString::from(text).to_lower_case())
}

/// Runs `once` after so many milliseconds.
pub(super) fn after(milliseconds: i32, once: Box<dyn FnOnce()>) {
    if let Some(window) = window() {
        let callback = Closure::once_into_js(once);
        drop(
            window.set_timeout_with_callback_and_timeout_and_arguments_0(
                callback.unchecked_ref(),
                milliseconds,
            ),
        );
    }
}

/// What became of a request for a text of this site.
pub(super) enum Fetched {
    Text(String),
    /// The visitor is no longer signed in.
    SignedOut,
    /// No connection, or no good answer.
    Failed,
}

/// Asks for a text of this site. One callback that frees itself, where promises
/// would bring an executor along.
pub(super) fn fetch(address: &str, done: Box<dyn FnOnce(Fetched)>) {
    let Ok(request) = XmlHttpRequest::new() else {
        return;
    };
    let answered = {
        let request = request.clone();
        let read: Box<dyn FnOnce()> = Box::new(move || {
            let status = request.status().unwrap_or_default();
            // Who asks for a page without a session is led to the sign-in.
            let signed_out = status == 401 || request.response_url().contains("/sign-in");
            done(match request.response_text() {
                _ if signed_out => Fetched::SignedOut,
                Ok(Some(text)) if status == 200 => Fetched::Text(text),
                _ => Fetched::Failed,
            });
        });
        Closure::once_into_js(read)
    };
    request.set_onloadend(Some(answered.unchecked_ref()));
    drop(request.open("GET", address));
    drop(request.send());
}
