//! Rows of API keys, as their owner and staff see them.

use super::table::{Badge, Day, Moment, Scroll};
use crate::{
    i18n::{grouped, use_texts},
    view::{KeyRow, KeyState},
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
                        <th scope="col">{texts.text("key-expires")}</th>
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
    view! {
        <tr class=class>
            <th scope="row">
                <span class="row-name">{key.name.clone()}</span>
                <code class="row-code">{key.hint}</code>
            </th>
            <td data-label=texts.text("key-project")>{key.project_name}</td>
            <td data-label=texts.text("key-state")>
                <KeyBadge state />
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
            <td data-label=texts.text("key-expires")>
                {match key.expires_at {
                    Some(at) => view! { <Day at /> }.into_any(),
                    None => {
                        view! { <span class="faint">{texts.text("key-never-expires")}</span> }
                            .into_any()
                    }
                }}
            </td>
            <td class="number" data-label=texts.text("key-charged")>
                {grouped(key.charged)}
            </td>
            {owner
                .then(|| {
                    view! {
                        <td class="row-actions">
                            <Switch id=key.id name=key.name state />
                        </td>
                    }
                })}
        </tr>
    }
    .into_any()
}

/// Turns a key off or on. An expired key has nothing to turn.
#[component]
fn Switch(id: String, name: String, state: KeyState) -> impl IntoView {
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
    Some(view! {
        <form method="post" action=format!("/keys/{id}/{action}")>
            <button type="submit" class="button button-small" aria-label=about>
                {text}
            </button>
        </form>
    })
}
