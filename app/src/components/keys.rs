//! Rows of API keys, as their owner and staff see them.

use super::{
    caps::CapCell,
    icons::{Icon, Sign},
    table::{Badge, Day, Moment, Scroll},
};
use crate::{
    i18n::{date, grouped, moment, use_texts},
    view::{KeyRow, KeyState, OldSecret},
};
use leptos::prelude::*;

#[component]
pub fn KeyBadge(state: KeyState) -> impl IntoView {
    let texts = use_texts();
    let (tone, text) = match state {
        KeyState::Active => ("good", texts.text("key-active")),
        KeyState::Disabled => ("off", texts.text("key-disabled")),
        KeyState::Expired => ("bad", texts.text("key-expired")),
    };
    view! { <Badge tone text /> }
}

/// The table of keys. Only their owner gets the buttons.
#[component]
pub fn KeyTable(keys: Vec<KeyRow>, owner: bool) -> impl IntoView {
    let texts = use_texts();
    view! {
        <Scroll label=texts.text("keys-table")>
            <table class="stack">
                <thead>
                    <tr>
                        <th scope="col">{texts.text("key-name")}</th>
                        <th scope="col">{texts.text("key-project")}</th>
                        <th scope="col">{texts.text("key-state")}</th>
                        <th scope="col">{texts.text("key-created")}</th>
                        <th scope="col">{texts.text("key-last-used")}</th>
                        <th scope="col">{texts.text("caps-column")}</th>
                        <th scope="col" class="number">
                            {texts.text("key-charged")}
                        </th>
                        {owner
                            .then(|| {
                                view! {
                                    <th scope="col">
                                        <span class="unseen">{texts.text("key-actions")}</span>
                                    </th>
                                }
                            })}
                    </tr>
                </thead>
                <tbody>
                    {keys.into_iter().map(|key| view! { <Row key owner /> }).collect_view()}
                </tbody>
            </table>
        </Scroll>
    }
    .into_any()
}

#[component]
fn Row(key: KeyRow, owner: bool) -> impl IntoView {
    let texts = use_texts();
    let class = (key.state != KeyState::Active).then_some("row-off");
    let state = key.state;
    let page = format!("/keys/{}", key.id);
    view! {
        <tr class=class>
            <th scope="row">
                {if owner {
                    view! {
                        <a class="row-name" href=page>
                            <bdi>{key.name.clone()}</bdi>
                        </a>
                    }
                        .into_any()
                } else {
                    view! {
                        <span class="row-name">
                            <bdi>{key.name.clone()}</bdi>
                        </span>
                    }
                        .into_any()
                }}
                <code class="row-code">{key.hint}</code>
                {key
                    .old_secret
                    .map(|old| {
                        let (id, name) = (key.id.clone(), key.name.clone());
                        view! { <OldInRow id name old owner /> }
                    })}
            </th>
            <td data-label=texts.text("key-project")>
                <bdi>{key.project_name}</bdi>
            </td>
            <td data-label=texts.text("key-state")>
                <KeyBadge state />
                {key
                    .expires_at
                    .filter(|_| state != KeyState::Expired)
                    .map(|at| {
                        let day = date(texts, at.date_naive());
                        view! {
                            <span class="row-note">
                                {texts.with("key-until", [("day", day.into())])}
                            </span>
                        }
                    })}
            </td>
            <td data-label=texts.text("key-created")>
                <Day at=key.created_at />
            </td>
            <td data-label=texts.text("key-last-used")>
                {match key.last_used_at {
                    Some(at) => view! { <Moment at /> }.into_any(),
                    None => {
                        view! { <span class="faint">{texts.text("key-never-used")}</span> }
                            .into_any()
                    }
                }}
            </td>
            <td data-label=texts.text("caps-column")>
                <CapCell caps=key.caps />
            </td>
            <td class="number" data-label=texts.text("key-charged")>
                {grouped(key.charged)}
            </td>
            {owner
                .then(|| {
                    view! {
                        <td class="row-actions">
                            <Switch id=key.id name=key.name state on_list=true />
                        </td>
                    }
                })}
        </tr>
    }
    .into_any()
}

/// Turns a key off or on. An expired key has nothing to turn.
#[component]
pub fn Switch(
    id: String,
    name: String,
    state: KeyState,
    /// Whether the reader comes back to the list, or to the key's own page.
    on_list: bool,
) -> impl IntoView {
    let texts = use_texts();
    let (action, text) = match state {
        KeyState::Active => ("disable", texts.text("key-disable")),
        KeyState::Disabled => ("enable", texts.text("key-enable")),
        KeyState::Expired => return None,
    };
    let about = texts.with(
        "key-switch",
        [("action", (&text).into()), ("name", name.into())],
    );
    let class = if on_list {
        "button button-small"
    } else {
        "button"
    };
    Some(view! {
        <form method="post" action=format!("/keys/{id}/{action}")>
            {(!on_list).then(|| view! { <input type="hidden" name="back" value="key" /> })}
            <button type="submit" class=class aria-label=about>
                {text}
            </button>
        </form>
    })
}

/// A secret that was rotated away and still works, with the way to end that.
#[component]
pub fn StopOld(
    id: String,
    name: String,
    old: OldSecret,
    /// Whether the reader comes back to the list, or to the key's own page.
    on_list: bool,
) -> impl IntoView {
    let texts = use_texts();
    let text = texts.with(
        "old-secret",
        [
            ("hint", old.hint.into()),
            ("until", moment(texts, old.until).into()),
        ],
    );
    view! {
        <div class="notice notice-wait">
            <Icon sign=Sign::Warning />
            <p>{text}</p>
            <StopForm id name on_list />
        </div>
    }
}

#[component]
fn OldInRow(id: String, name: String, old: OldSecret, owner: bool) -> impl IntoView {
    let texts = use_texts();
    let until = moment(texts, old.until);
    view! {
        <span class="row-note">
            {texts.with("old-secret", [("hint", old.hint.into()), ("until", until.into())])}
        </span>
        {owner.then(|| view! { <StopForm id name on_list=true /> })}
    }
}

#[component]
fn StopForm(id: String, name: String, on_list: bool) -> impl IntoView {
    let texts = use_texts();
    view! {
        <form method="post" action=format!("/keys/{id}/stop-old")>
            {(!on_list).then(|| view! { <input type="hidden" name="back" value="key" /> })}
            <button
                type="submit"
                class="button button-small"
                aria-label=texts.with("old-secret-stop-of", [("name", name.into())])
            >
                {texts.text("old-secret-stop")}
            </button>
        </form>
    }
}
