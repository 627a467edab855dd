//! The command palette: a field, and below it the places that it names.

use super::dom::{Fetched, by_id, closest, document, fetch, first, lower, on, window};
use super::help::open;
use js_sys::{Array, JSON, JsString, Reflect};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{
    Document, Element, Event, HtmlDialogElement, HtmlElement, HtmlInputElement, KeyboardEvent,
    ScrollIntoViewOptions, ScrollLogicalPosition,
};

/// So many places are shown at once; more words find the others.
const MOST_SHOWN: usize = 40;

struct Palette {
    document: Document,
    dialog: HtmlDialogElement,
    field: HtmlInputElement,
    list: Element,
    /// Where the places are that the server was asked for: before the first of the jumps.
    filled: Cell<bool>,
    /// The option was chosen by the reader: it is not just the first that fits.
    went_on: Cell<bool>,
}

/// Listens for Ctrl K or ⌘ K.
pub(super) fn attach() {
    let (Some(document), Some(dialog), Some(field), Some(list)) = (
        document(),
        by_id::<HtmlDialogElement>("palette"),
        by_id::<HtmlInputElement>("palette-field"),
        by_id::<Element>("palette-list"),
    ) else {
        return;
    };
    name_the_key();
    let palette = Rc::new(Palette {
        document,
        dialog,
        field,
        list,
        filled: Cell::new(false),
        went_on: Cell::new(false),
    });
    let listen = |target: &web_sys::EventTarget, kind, handle: fn(&Rc<Palette>, Event)| {
        let palette = Rc::clone(&palette);
        on(target, kind, Box::new(move |event| handle(&palette, event)));
    };
    listen(&palette.document, "keydown", |palette, event| {
        let Some(key) = event.dyn_ref::<KeyboardEvent>() else {
            return;
        };
        if (key.ctrl_key() || key.meta_key())
            && !key.alt_key()
            && !key.shift_key()
            && key.key() == "k"
        {
            event.prevent_default();
            open(&palette.dialog);
        }
    });
    // However it was opened: the field has the focus then.
    listen(&palette.field, "focus", |palette, _| {
        palette.fill();
        palette.field.select();
        palette.narrow();
    });
    listen(&palette.field, "input", |palette, _| palette.narrow());
    listen(&palette.field, "keydown", |palette, event| {
        palette.press(&event);
    });
    listen(&palette.list, "click", |palette, event| {
        if let Some(option) = closest(&event, "[role=option]") {
            palette.go(&option);
        }
    });
}

/// Says the key's name as the keyboards of Apple have it.
fn name_the_key() {
    let apple = window()
        .and_then(|window| window.navigator().platform().ok())
        .is_some_and(|platform| platform.starts_with("Mac") || platform.starts_with("iP"));
    let keys = document().and_then(|document| document.query_selector_all("[data-apple]").ok());
    if let (true, Some(keys)) = (apple, keys) {
        for place in 0..keys.length() {
            if let Some(key) = keys
                .item(place)
                .and_then(|it| it.dyn_into::<Element>().ok())
            {
                key.set_text_content(key.get_attribute("data-apple").as_deref());
            }
        }
    }
}

impl Palette {
    /// The pages are in the page; projects and keys come from the server, once.
    fn fill(self: &Rc<Self>) {
        if self.filled.replace(true) {
            return;
        }
        if let Ok(links) = self.document.query_selector_all(".side .menu a") {
            for place in 0..links.length() {
                if let Some(link) = links
                    .item(place)
                    .and_then(|it| it.dyn_into::<Element>().ok())
                {
                    let name = link.text_content().unwrap_or_default();
                    let path = link.get_attribute("href").unwrap_or_default();
                    self.add(&path, "page", &name, "", &path);
                }
            }
        }
        let this = Rc::clone(self);
        fetch(
            "/palette.json",
            Box::new(move |fetched| {
                let Fetched::Text(text) = fetched else {
                    return;
                };
                let Ok(places) = JSON::parse(&text) else {
                    return;
                };
                for place in Array::from(&places).iter() {
                    let field = |name: &str| {
                        Reflect::get(&place, &name.into())
                            .ok()
                            .and_then(|value| value.as_string())
                            .unwrap_or_default()
                    };
                    this.add(
                        &field("section"),
                        &field("kind"),
                        &field("name"),
                        &field("hint"),
                        &field("path"),
                    );
                }
                // Who has gone on meanwhile, by the arrows, stays where they are.
                let chosen = this.chosen().filter(|_| this.went_on.get());
                this.narrow();
                if let Some(chosen) = chosen.filter(|option| !option.hidden()) {
                    this.went_on.set(true);
                    this.choose(Some(chosen));
                }
            }),
        );
    }

    /// Adds a place, with the icon of the section that it belongs to.
    fn add(&self, section: &str, kind: &str, name: &str, hint: &str, path: &str) -> Option<()> {
        let kind = self.list.get_attribute(&["data-", kind].concat())?;
        let option = self.document.create_element("li").ok()?;
        let id = ["palette-", &self.list.child_element_count().to_string()].concat();
        let words = [name, " ", hint, " ", &kind].concat();
        for (attribute, value) in [
            ("id", id.as_str()),
            ("role", "option"),
            ("aria-selected", "false"),
            ("data-path", path),
            ("data-words", &lower(&words)),
        ] {
            option.set_attribute(attribute, value).ok()?;
        }
        let link = [".side .menu a[href='", section, "'] svg"].concat();
        if let Some(icon) = first(&link) {
            option
                .append_child(&icon.clone_node_with_deep(true).ok()?)
                .ok()?;
        }
        for (element, class, text) in [
            ("bdi", "palette-name", name),
            ("bdi", "palette-hint", hint),
            ("span", "palette-kind", &kind),
        ] {
            let part = self.document.create_element(element).ok()?;
            part.set_class_name(class);
            part.set_text_content(Some(text));
            option.append_child(&part).ok()?;
        }
        let before = self.list.query_selector("[data-jump]").ok()?;
        self.list
            .insert_before(&option, before.as_deref())
            .ok()
            .map(drop)
    }

    fn options(&self) -> impl Iterator<Item = HtmlElement> {
        let options = self.list.children();
        (0..options.length()).filter_map(move |place| options.item(place)?.dyn_into().ok())
    }

    /// Shows what has all the words, and chooses the first of it.
    fn narrow(&self) {
        let typed = self.field.value();
        let typed = typed.trim();
        let lowered = lower(typed);
        let mut shown = 0;
        let mut best = None;
        for option in self.options() {
            let fits = if let Some(jump) = option.get_attribute("data-jump") {
                fits_jump(&option, &jump, typed)
            } else {
                let words = JsString::from(option.get_attribute("data-words").unwrap_or_default());
                shown < MOST_SHOWN && lowered.split(' ').all(|word| words.includes(word, 0))
            };
            option.set_hidden(!fits);
            if fits {
                shown += 1;
                best.get_or_insert(option);
            }
        }
        if let Some(none) = by_id::<HtmlElement>("palette-none") {
            let says = none.get_attribute("data-none").filter(|_| shown == 0);
            none.set_text_content(says.as_deref());
        }
        self.went_on.set(false);
        self.choose(best);
    }

    fn chosen(&self) -> Option<HtmlElement> {
        self.list
            .query_selector("[aria-selected=true]")
            .ok()??
            .dyn_into()
            .ok()
    }

    fn choose(&self, option: Option<HtmlElement>) {
        if let Some(before) = self.chosen() {
            drop(before.set_attribute("aria-selected", "false"));
        }
        let id = option
            .as_ref()
            .map(|option| option.id())
            .unwrap_or_default();
        drop(self.field.set_attribute("aria-activedescendant", &id));
        if let Some(option) = option {
            drop(option.set_attribute("aria-selected", "true"));
            let nearest = ScrollIntoViewOptions::new();
            nearest.set_block(ScrollLogicalPosition::Nearest);
            option.scroll_into_view_with_scroll_into_view_options(&nearest);
        }
    }

    fn press(&self, event: &Event) {
        let Some(key) = event.dyn_ref::<KeyboardEvent>() else {
            return;
        };
        // Enter may end a word that is being composed.
        if key.is_composing() {
            return;
        }
        let back = match key.key().as_str() {
            "ArrowDown" => false,
            "ArrowUp" => true,
            "Enter" => {
                event.prevent_default();
                if let Some(option) = self.chosen() {
                    self.go(&option);
                }
                return;
            }
            _ => return,
        };
        event.prevent_default();
        let shown: Vec<_> = self.options().filter(|option| !option.hidden()).collect();
        let chosen = self.chosen();
        let here = shown
            .iter()
            .position(|option| Some(option) == chosen.as_ref());
        let next = match here {
            Some(here) if back => here.checked_sub(1).unwrap_or(shown.len() - 1),
            Some(here) => (here + 1) % shown.len(),
            None => 0,
        };
        self.went_on.set(true);
        self.choose(shown.into_iter().nth(next));
    }

    fn go(&self, option: &Element) {
        if let (Some(window), Some(path)) = (window(), option.get_attribute("data-path")) {
            self.dialog.close();
            drop(window.location().assign(&path));
        }
    }
}

fn encode(text: &str) -> String {
    String::from(js_sys::encode_uri_component(text))
}

/// Whether what was typed is something to jump to; if it is, the option leads there.
fn fits_jump(option: &Element, jump: &str, typed: &str) -> bool {
    let prefix = option.get_attribute("data-prefix").unwrap_or_default();
    if typed.is_empty() || !typed.starts_with(&*prefix) {
        return false;
    }
    drop(option.set_attribute("data-path", &[jump, &encode(typed)].concat()));
    if let Ok(Some(name)) = option.query_selector(".palette-name") {
        name.set_text_content(Some(typed));
    }
    true
}
