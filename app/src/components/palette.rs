//! The command palette and the list of keys: dialogs that stand in every page,
//! closed. What they do is in `islands`; without scripts nothing leads to them.

use super::icons::{Icon, Sign};
use crate::{i18n::use_texts, view::Viewer};
use leptos::prelude::*;

/// Letters after `g`, and the pages that they lead to.
const JUMPS: [(&str, &str, &str); 7] = [
    ("u", "/usage", "nav-usage"),
    ("r", "/requests", "nav-requests"),
    ("k", "/keys", "nav-keys"),
    ("p", "/projects", "nav-projects"),
    ("l", "/limits", "nav-limits"),
    ("q", "/quick-start", "nav-quick-start"),
    ("m", "/request-more", "nav-request-more"),
];

/// Opens the palette.
#[component]
pub fn PaletteButton() -> impl IntoView {
    let texts = use_texts();
    view! {
        <button
            type="button"
            class="palette-open needs-scripts"
            data-open="palette"
            aria-haspopup="dialog"
            aria-keyshortcuts="Control+K Meta+K"
        >
            <Icon sign=Sign::Search />
            <span class="palette-open-word">{texts.text("palette-open")}</span>
            <kbd data-apple="⌘ K" aria-hidden="true">
                "Ctrl K"
            </kbd>
        </button>
    }
}

/// Both dialogs.
#[component]
pub fn Dialogs(viewer: Viewer) -> impl IntoView {
    view! {
        <Palette staff=viewer.role.is_staff() />
        <Help />
    }
}

/// A field and the places that it names (the combobox pattern of ARIA). The
/// browser fills the list: with the links of the navigation at once, with the
/// account's projects and keys when it is first opened.
#[component]
fn Palette(staff: bool) -> impl IntoView {
    let texts = use_texts();
    view! {
        <dialog id="palette" class="dialog palette" aria-label=texts.text("palette-title")>
            <div class="palette-box">
                <div class="palette-head">
                    <Icon sign=Sign::Search />
                    <input
                        id="palette-field"
                        type="text"
                        role="combobox"
                        aria-expanded="true"
                        aria-controls="palette-list"
                        aria-autocomplete="list"
                        aria-label=texts.text("palette-title")
                        placeholder=texts.text("palette-hint")
                        autocomplete="off"
                        autocapitalize="off"
                        spellcheck="false"
                        dir="auto"
                        autofocus
                    />
                </div>
                <ul
                    id="palette-list"
                    class="palette-list"
                    role="listbox"
                    aria-label=texts.text("palette-places")
                    data-page=texts.text("palette-page")
                    data-project=texts.text("palette-project")
                    data-key=texts.text("palette-key")
                >
                    <Jump
                        id="palette-request"
                        to="/requests/"
                        prefix="req_"
                        sign=Sign::Arrow
                        kind=texts.text("palette-request")
                    />
                    {staff
                        .then(|| {
                            view! {
                                <Jump
                                    id="palette-account"
                                    to="/admin?q="
                                    prefix=""
                                    sign=Sign::Account
                                    kind=texts.text("palette-account")
                                />
                            }
                        })}
                </ul>
                <p
                    id="palette-none"
                    class="palette-none"
                    role="status"
                    data-none=texts.text("palette-none")
                ></p>
                <div class="palette-foot">
                    <p aria-hidden="true">
                        <kbd>"↑"</kbd>
                        <kbd>"↓"</kbd>
                        {texts.text("palette-move")}
                        <kbd>"↵"</kbd>
                        {texts.text("palette-go")}
                    </p>
                    <button type="button" class="palette-help" data-open="help">
                        {texts.text("help-title")}
                    </button>
                </div>
            </div>
        </dialog>
    }
}

/// A place that is made of what was typed, where it begins with `prefix`.
#[component]
fn Jump(
    id: &'static str,
    to: &'static str,
    prefix: &'static str,
    sign: Sign,
    kind: String,
) -> impl IntoView {
    view! {
        <li id=id role="option" aria-selected="false" data-jump=to data-prefix=prefix hidden>
            <Icon sign />
            <bdi class="palette-name"></bdi>
            <span class="palette-kind">{kind}</span>
        </li>
    }
}

/// The keys that do something.
#[component]
fn Help() -> impl IntoView {
    let texts = use_texts();
    view! {
        <dialog id="help" class="dialog help" aria-labelledby="help-heading">
            <div class="help-box">
                <form method="dialog" class="help-head">
                    <h2 id="help-heading">{texts.text("help-title")}</h2>
                    <button class="button button-small">{texts.text("help-close")}</button>
                </form>
                <dl class="help-keys">
                    <div>
                        <dt>{texts.text("palette-title")}</dt>
                        <dd>
                            <kbd data-apple="⌘">"Ctrl"</kbd>
                            <kbd>"K"</kbd>
                        </dd>
                    </div>
                    <div>
                        <dt>{texts.text("help-this")}</dt>
                        <dd>
                            <kbd>"?"</kbd>
                        </dd>
                    </div>
                    {JUMPS
                        .map(|(letter, path, name)| {
                            view! {
                                <div data-go=letter data-path=path>
                                    <dt>{texts.text(name)}</dt>
                                    <dd>
                                        <kbd>"G"</kbd>
                                        <kbd>{letter.to_uppercase()}</kbd>
                                    </dd>
                                </div>
                            }
                        })
                        .collect_view()}
                    <div>
                        <dt>{texts.text("help-chart")}</dt>
                        <dd>
                            <kbd>"←"</kbd>
                            <kbd>"→"</kbd>
                        </dd>
                    </div>
                </dl>
                <label class="help-switch">
                    <input id="help-single-keys" type="checkbox" checked />
                    <span>
                        {texts.text("help-single-keys")}
                        <small>{texts.text("help-single-keys-about")}</small>
                    </span>
                </label>
            </div>
        </dialog>
    }
}
