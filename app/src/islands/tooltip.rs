//! Tooltips of the charts by touch and by keyboard. The server draws them; a
//! mouse shows them without scripts.

use super::dom::{closest, document, on};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Document, Element, Event, KeyboardEvent, PointerEvent};

/// What is marked while its tooltip is shown.
const ON: &str = "data-on";

#[derive(Default)]
struct Shown {
    column: Option<Element>,
    /// A pointer showed it, so a pointer hides it.
    by_pointer: bool,
}

impl Shown {
    fn change(&mut self, column: Option<Element>, by_pointer: bool) {
        if self.column != column {
            if let Some(old) = self.column.take() {
                drop(old.remove_attribute(ON));
            }
            if let Some(new) = &column {
                drop(new.set_attribute(ON, ""));
            }
        }
        self.column = column;
        self.by_pointer = by_pointer;
    }
}

/// Shows the tooltip below a finger, or where the arrow keys lead in a chart
/// that has the focus. Listens to the page as a whole: charts may be replaced.
pub(super) fn attach() {
    let Some(document) = document() else { return };
    let shown = Rc::<RefCell<Shown>>::default();
    for kind in ["pointerdown", "pointermove"] {
        let (page, shown) = (document.clone(), Rc::clone(&shown));
        on(
            &document,
            kind,
            Box::new(move |event| point(&page, &mut shown.borrow_mut(), &event)),
        );
    }
    for kind in ["keydown", "focusin"] {
        let shown = Rc::clone(&shown);
        on(
            &document,
            kind,
            Box::new(move |event| step(&mut shown.borrow_mut(), &event)),
        );
    }
    on(
        &document,
        "focusout",
        Box::new(move |event| {
            if closest(&event, ".chart-keys").is_some() {
                shown.borrow_mut().change(None, false);
            }
        }),
    );
}

/// A finger keeps the element that it first touched: what is below it is asked for.
fn point(page: &Document, shown: &mut Shown, event: &Event) {
    let Some(pointer) = event.dyn_ref::<PointerEvent>() else {
        return;
    };
    #[allow(clippy::cast_precision_loss)] // a screen is narrower than 2^24 pixels
    let (x, y) = (pointer.client_x() as f32, pointer.client_y() as f32);
    let column = page
        .element_from_point(x, y)
        .and_then(|element| element.closest(".chart-tips .tip-column").ok()?);
    match column {
        Some(column) => shown.change(Some(marked(column)), true),
        None if shown.by_pointer => shown.change(None, true),
        None => {}
    }
}

/// The group of a column with a drawn tooltip, else the column.
fn marked(column: Element) -> Element {
    column.closest(".tip-day").ok().flatten().unwrap_or(column)
}

fn step(shown: &mut Shown, event: &Event) {
    let Some(cursor) = closest(event, ".chart-keys") else {
        return;
    };
    let columns = cursor
        .parent_element()
        .and_then(|chart| chart.query_selector_all(".tip-column").ok());
    let Some(columns) = columns.filter(|columns| columns.length() > 0) else {
        return;
    };
    let last = columns.length() - 1;
    let here = cursor
        .get_attribute("aria-valuenow")
        .and_then(|number| number.parse::<u32>().ok())
        .map_or(last, |number| number.saturating_sub(1).min(last));
    let next = match event.dyn_ref::<KeyboardEvent>().map(KeyboardEvent::key) {
        None => here,
        Some(key) => match key.as_str() {
            "ArrowLeft" | "ArrowDown" => here.saturating_sub(1),
            "ArrowRight" | "ArrowUp" => (here + 1).min(last),
            "Home" => 0,
            "End" => last,
            "Escape" => return shown.change(None, false),
            _ => return,
        },
    };
    if event.type_() == "keydown" {
        event.prevent_default();
    }
    let Some(column) = columns.item(next).and_then(|it| it.dyn_into().ok()) else {
        return;
    };
    let column = marked(column);
    drop(cursor.set_attribute("aria-valuenow", &(next + 1).to_string()));
    drop(cursor.set_attribute("aria-valuetext", &words(&column)));
    shown.change(Some(column), false);
}

/// `24 Nov 2026, Charged 12, Failed 3`: what the tooltip shows, as it is read.
fn words(column: &Element) -> String {
    let texts = column.query_selector_all("text, title");
    let mut words = String::new();
    let Ok(texts) = texts else { return words };
    for place in 0..texts.length() {
        let text = texts.item(place).and_then(|text| text.text_content());
        if place > 0 {
            // After the date come names, each with its number.
            words.push_str(if place % 2 == 1 { ", " } else { " " });
        }
        words.push_str(text.as_deref().unwrap_or_default().trim());
    }
    words
}
