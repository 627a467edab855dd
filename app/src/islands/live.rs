//! Numbers that move while calls come in. The server says that something
//! changed; the page reads itself again and takes over what is different.

use super::dom::{Fetched, after, by_id, document, fetch, on, window};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{
    Document, DomParser, Element, EventSource, HtmlElement, Node, SupportedType, Window,
};

/// What holds all that changes.
const PLACE: &str = "usage-live";
/// What a reader sees and hears of the state: its texts are its `data-` attributes.
const STATUS: &str = "live";
/// The number of the last change that the page knows of.
const AS_OF: &str = "data-as-of";
/// After a refusal (too many open pages), or a page that could not be read, it is
/// tried again, in milliseconds.
const REFUSED: i32 = 30_000;
/// A page in which text is being selected is looked at again.
const LATER: i32 = 3_000;

struct Live {
    window: Window,
    document: Document,
    place: Element,
    stream: RefCell<Option<EventSource>>,
    reading: Cell<bool>,
    /// Something changed while the page was being read.
    again: Cell<bool>,
    /// The visitor is no longer signed in.
    over: Cell<bool>,
}

/// Follows the numbers of the page, if it has any that move.
pub(super) fn attach() {
    let (Some(window), Some(document), Some(place)) = (window(), document(), by_id(PLACE)) else {
        return;
    };
    let live = Rc::new(Live {
        window,
        document,
        place,
        stream: RefCell::default(),
        reading: Cell::default(),
        again: Cell::default(),
        over: Cell::default(),
    });
    let listen = |target: &web_sys::EventTarget, kind, handle: fn(&Rc<Live>)| {
        let live = Rc::clone(&live);
        on(target, kind, Box::new(move |_| handle(&live)));
    };
    // A browser opens few connections to one site: a page that nobody sees holds
    // none, and catches up when it is seen again.
    listen(&live.document, "visibilitychange", |live| {
        live.close();
        live.open();
    });
    listen(&live.window, "online", |live| {
        live.close();
        live.open();
    });
    listen(&live.window, "pagehide", |live| live.close());
    listen(&live.window, "pageshow", Live::open);
    live.open();
}

impl Live {
    fn open(self: &Rc<Self>) {
        if self.over.get() || self.document.hidden() || self.stream.borrow().is_some() {
            return;
        }
        let as_of = by_id::<Element>(STATUS).and_then(|status| status.get_attribute(AS_OF));
        let address = ["/usage/live?as_of=", &as_of.unwrap_or_default()].concat();
        let Ok(stream) = EventSource::new(&address) else {
            return;
        };
        let listen = |kind, handle: fn(&Rc<Self>)| {
            let live = Rc::clone(self);
            on(&stream, kind, Box::new(move |_| handle(&live)));
        };
        // What happened before it was open, or while it was broken, is told first:
        // the server compares what this page knows of.
        listen("open", |_| Self::say("data-on"));
        listen("message", Self::read);
        listen("error", Self::broken);
        self.stream.replace(Some(stream));
    }

    fn close(&self) {
        if let Some(stream) = self.stream.take() {
            stream.close();
        }
    }

    /// The browser connects again by itself, except after a refusal: then the
    /// page itself tells whether the visitor is still signed in.
    fn broken(self: &Rc<Self>) {
        let Some(state) = self.stream.borrow().as_ref().map(EventSource::ready_state) else {
            return;
        };
        Self::say("data-waiting");
        if state == EventSource::CLOSED {
            self.close();
            self.read();
            let live = Rc::clone(self);
            after(REFUSED, Box::new(move || live.open()));
        }
    }

    /// Reads the page again, once at a time.
    fn read(self: &Rc<Self>) {
        if self.over.get() || self.reading.replace(true) {
            self.again.set(true);
            return;
        }
        self.again.set(false);
        let location = self.window.location();
        let address = [
            location.pathname().unwrap_or_default(),
            location.search().unwrap_or_default(),
        ]
        .concat();
        let live = Rc::clone(self);
        fetch(
            &address,
            Box::new(move |fetched| {
                live.reading.set(false);
                let done = match fetched {
                    Fetched::Text(text) => live.show(&text),
                    Fetched::SignedOut => return live.end(),
                    Fetched::Failed => return after(REFUSED, Box::new(move || live.read())),
                };
                if !done {
                    after(LATER, Box::new(move || live.read()));
                } else if live.again.get() {
                    live.read();
                }
            }),
        );
    }

    fn end(&self) {
        self.over.set(true);
        self.close();
        Self::say("data-over");
    }

    /// Takes over what is different. False while the reader selects text there.
    fn show(&self, html: &str) -> bool {
        if self.is_selected() {
            return false;
        }
        let read = DomParser::new()
            .and_then(|parser| parser.parse_from_string(html, SupportedType::TextHtml));
        let Ok(read) = read else {
            return true;
        };
        if let Some(new) = read.get_element_by_id(PLACE) {
            let focus = self.document.active_element();
            follow(&self.place, &new, focus.as_ref());
        }
        let as_of = read
            .get_element_by_id(STATUS)
            .and_then(|status| status.get_attribute(AS_OF));
        if let (Some(as_of), Some(status)) = (as_of, by_id::<Element>(STATUS)) {
            drop(status.set_attribute(AS_OF, &as_of));
        }
        true
    }

    fn is_selected(&self) -> bool {
        let Ok(Some(selection)) = self.window.get_selection() else {
            return false;
        };
        !selection.is_collapsed() && self.place.contains(selection.anchor_node().as_ref())
    }

    fn say(text: &str) {
        if let Some(status) = by_id::<HtmlElement>(STATUS) {
            let says = status.get_attribute(text);
            if says != status.text_content() {
                status.set_class_name(&["live live-", &text[5..]].concat());
                status.set_text_content(says.as_deref());
            }
        }
    }
}

/// Makes `old` like `new` where they differ, and leaves the rest in its place: so
/// the focus, what is scrolled and what is opened stay.
fn follow(old: &Node, new: &Node, focus: Option<&Element>) {
    if old.is_equal_node(Some(new)) {
        return;
    }
    match (old.dyn_ref::<Element>(), new.dyn_ref::<Element>()) {
        (Some(old), Some(new)) if focus != Some(old) => attributes(old, new),
        (None, _) => old.set_node_value(new.node_value().as_deref()),
        _ => {}
    }
    let mut mine = old.first_child();
    let mut theirs = new.first_child();
    while let Some(their) = theirs {
        theirs = their.next_sibling();
        match mine {
            Some(my) => {
                mine = my.next_sibling();
                if my.node_name() == their.node_name() {
                    follow(&my, &their, focus);
                } else {
                    drop(old.replace_child(&their, &my));
                }
            }
            None => drop(old.append_child(&their)),
        }
    }
    while let Some(my) = mine {
        mine = my.next_sibling();
        drop(old.remove_child(&my));
    }
}

/// Attributes that the browser's side of the page sets: `open` of what was
/// opened, `data-on` of the column whose tooltip is shown.
const OURS: [&str; 2] = ["open", "data-on"];

fn names(element: &Element) -> Vec<String> {
    let mut names = Vec::new();
    for name in element.get_attribute_names().iter() {
        names.extend(name.as_string().filter(|name| !OURS.contains(&&**name)));
    }
    names
}

fn attributes(old: &Element, new: &Element) {
    for name in names(new) {
        let value = new.get_attribute(&name).unwrap_or_default();
        if old.get_attribute(&name).as_ref() != Some(&value) {
            drop(old.set_attribute(&name, &value));
        }
    }
    for name in names(old) {
        if !new.has_attribute(&name) {
            drop(old.remove_attribute(&name));
        }
    }
}
