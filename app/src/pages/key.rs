//! One API key: what it did, what it may, and its end.

use super::{id_of_address, viewer_and};
use crate::{
    components::{
        caps::{CapForms, CapProgress, cap_form},
        detail::{Back, Fact},
        form::{Choice, Field, FieldKind, Once, Problems, StrayProblems, Was, reply_to},
        frame::{Frame, Section},
        icons::{Icon, Sign},
        keys::{KeyBadge, StopOld, Switch},
        new_key::NewKey,
        outcome::{StrangerPage, answered},
        table::{Day, Moment},
    },
    i18n::{grouped, use_texts},
    ports::Console,
    view::{CapRow, CapSetting, KeyRow, KeyView},
};
use leptos::prelude::*;
use std::sync::Arc;

const EDIT: &str = "edit-key";
const ROTATE: &str = "rotate";

#[component]
pub fn KeyPage() -> impl IntoView {
    let texts = use_texts();
    let Some((viewer, console)) = viewer_and::<Arc<dyn Console>>() else {
        return view! { <StrangerPage /> }.into_any();
    };
    let id = id_of_address();
    let key = answered(
        async move { console.key(&viewer, &id).await },
        |key| view! { <Detail view=key /> },
    );
    view! {
        <Frame section=Section::Keys title=texts.text("key-title")>
            <Back href="/keys" text=texts.text("key-all") />
            {key}
        </Frame>
    }
    .into_any()
}

#[component]
fn Detail(view: KeyView) -> impl IntoView {
    let texts = use_texts();
    let KeyView {
        key,
        last_day,
        caps,
        project_caps,
    } = view;
    let created = reply_to(ROTATE).created_key;
    let known = [EDIT, ROTATE]
        .map(str::to_owned)
        .into_iter()
        .chain(caps.iter().map(|setting| cap_form(&setting.api.api)))
        .collect();
    let switchable = key.clone();
    view! {
        <StrayProblems known />
        {created.map(|created| view! { <NewKey created /> })}
        <Facts key=key.clone() />
        <section class="card" aria-labelledby="key-edit-heading">
            <h2 id="key-edit-heading">{texts.text("key-edit-heading")}</h2>
            <EditForm key=key.clone() last_day />
        </section>
        <Caps id=key.id.clone() caps project_caps />
        <section class="card" aria-labelledby="key-rotate-heading">
            <h2 id="key-rotate-heading">{texts.text("key-rotate-heading")}</h2>
            <p class="card-text">{texts.text("key-rotate-text")}</p>
            <RotateForm key=key.clone() />
        </section>
        <section class="card" aria-labelledby="key-end-heading">
            <h2 id="key-end-heading">{texts.text("key-end-heading")}</h2>
            <p class="card-text">{texts.text("key-end-text")}</p>
            <div class="buttons">
                <Switch
                    id=switchable.id
                    name=switchable.name
                    state=switchable.state
                    on_list=false
                />
                <DeleteForm key />
            </div>
        </section>
    }
}

#[component]
fn Facts(key: KeyRow) -> impl IntoView {
    let texts = use_texts();
    let usage = format!("/usage?key={}", key.id);
    let project = format!("/projects/{}", key.project_id);
    let old = key.old_secret.clone();
    let (id, name) = (key.id.clone(), key.name.clone());
    view! {
        <section class="facts" aria-label=texts.text("key-title")>
            <p class="facts-name">
                <bdi>{key.name.clone()}</bdi>
                <KeyBadge state=key.state />
            </p>
            <dl>
                <Fact label=texts.text("key-masked")>
                    <code>{key.hint.clone()}</code>
                </Fact>
                <Fact label=texts.text("key-project")>
                    <a href=project>
                        <bdi>{key.project_name.clone()}</bdi>
                    </a>
                </Fact>
                <Fact label=texts.text("key-created")>
                    <Day at=key.created_at />
                </Fact>
                <Fact label=texts.text("key-last-used")>
                    {match key.last_used_at {
                        Some(at) => view! { <Moment at /> }.into_any(),
                        None => texts.text("key-never-used").into_any(),
                    }}
                </Fact>
                <Fact label=texts.text("key-expires")>
                    {match key.expires_at {
                        Some(at) => view! { <Day at /> }.into_any(),
                        None => texts.text("key-never-expires").into_any(),
                    }}
                </Fact>
                <Fact label=texts.text("key-charged")>
                    <span class="number" data-figure="charged">{grouped(key.charged)}</span>
                </Fact>
                <Fact label=texts.text("key-id")>
                    <code>{key.id.clone()}</code>
                </Fact>
            </dl>
            <p>
                <a class="button button-small" href=usage>
                    <Icon sign=Sign::Usage />
                    {texts.text("key-usage")}
                </a>
            </p>
        </section>
        {old.map(|old| view! { <StopOld id name old on_list=false /> })}
    }
}

#[component]
fn EditForm(key: KeyRow, last_day: String) -> impl IntoView {
    let texts = use_texts();
    let reply = reply_to(EDIT);
    view! {
        <form method="post" action=format!("/keys/{}", key.id) class="form form-row form-row-2">
            <Was name="was-name" value=key.name.clone() />
            <Was name="was-expires" value=last_day.clone() />
            <Problems reply=reply.clone() />
            <Field
                form=EDIT
                name="name"
                label=texts.text("key-name")
                reply=reply.clone()
                initial=key.name
                required=true
                autocomplete="off"
            />
            <Field
                form=EDIT
                name="expires"
                label=texts.text("key-expires")
                hint=texts.text("key-expires-hint")
                kind=FieldKind::Date
                reply
                initial=last_day
            />
            <button type="submit" class="button button-main">
                {texts.text("save")}
            </button>
        </form>
    }
}

#[component]
fn Caps(id: String, caps: Vec<CapSetting>, project_caps: Vec<CapRow>) -> impl IntoView {
    let texts = use_texts();
    view! {
        <section class="card" aria-labelledby="caps-heading">
            <h2 id="caps-heading">{texts.text("caps-heading")}</h2>
            <p class="card-text">{texts.text("caps-text-key")}</p>
            <CapForms action=format!("/keys/{id}/cap") settings=caps />
            {(!project_caps.is_empty())
                .then(|| {
                    view! {
                        <div class="caps-above">
                            <h3>{texts.text("caps-of-project")}</h3>
                            {project_caps
                                .into_iter()
                                .map(|cap| {
                                    view! {
                                        <p class="faint">{cap.api_title.clone()}</p>
                                        <CapProgress cap />
                                    }
                                })
                                .collect_view()}
                        </div>
                    }
                })}
        </section>
    }
}

#[component]
fn RotateForm(key: KeyRow) -> impl IntoView {
    let texts = use_texts();
    let reply = reply_to(ROTATE);
    let options = [
        ("24h", texts.text("grace-24h")),
        ("1h", texts.text("grace-1h")),
        ("7d", texts.text("grace-7d")),
        ("none", texts.text("grace-none")),
    ]
    .map(|(value, text)| (value.to_owned(), text))
    .into();
    let action = format!("/keys/{}/rotate", key.id);
    // What was rotated away before cannot be kept too.
    let twice = key.old_secret.is_some();
    view! {
        <form method="post" action=action class="form form-row form-row-1">
            <Once />
            <Was name="was-hint" value=key.hint.trim_start_matches("mpg-…") />
            <Problems reply=reply.clone() />
            <Choice form=ROTATE name="grace" label=texts.text("grace") reply options />
            <button type="submit" class="button">
                {texts.text("key-rotate")}
            </button>
            {twice.then(|| view! { <p class="hint">{texts.text("key-rotate-twice")}</p> })}
        </form>
    }
}

/// Asks once more, without scripts: the button stands behind a summary.
#[component]
fn DeleteForm(key: KeyRow) -> impl IntoView {
    let texts = use_texts();
    view! {
        <details class="danger">
            <summary class="button button-bad">{texts.text("key-delete")}</summary>
            <form method="post" action=format!("/keys/{}/delete", key.id) class="danger-panel">
                <p>{texts.text("key-delete-text")}</p>
                <button type="submit" class="button button-bad">
                    {texts.text("key-delete-now")}
                </button>
            </form>
        </details>
    }
}
