//! API keys: make one, see it once, find one, turn it off and on.

use super::viewer_and;
use crate::{
    components::{
        banner::Empty,
        caps::period_name,
        export::Export,
        form::{Choice, Field, FieldKind, FilterChoice, Once, Problems, StrayProblems, reply_to},
        frame::{Frame, Section},
        keys::KeyTable,
        new_key::NewKey,
        outcome::{StrangerPage, answered},
    },
    i18n::use_texts,
    ports::Console,
    view::{ApiChoice, CapPeriod, FormReply, KeysQuery, KeysView, ProjectChoice},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use std::sync::Arc;

const FORM: &str = "create-key";
/// From so many keys on there is a filter.
const MANY: usize = 8;

#[component]
pub fn KeysPage() -> impl IntoView {
    let texts = use_texts();
    let Some((viewer, console)) = viewer_and::<Arc<dyn Console>>() else {
        return view! { <StrangerPage /> }.into_any();
    };
    let map = use_query_map().get_untracked();
    let get = |name: &str| map.get(name).unwrap_or_default();
    let query = KeysQuery {
        search: get("q"),
        project: get("project"),
        state: get("state"),
    };
    let keys = answered(
        async move { console.keys(&viewer, query).await },
        |keys| view! { <Keys keys /> },
    );
    view! {
        <Frame section=Section::Keys title=texts.text("keys-title") lead=texts.text("keys-lead")>
            {keys}
        </Frame>
    }
    .into_any()
}

#[component]
fn Keys(keys: KeysView) -> impl IntoView {
    let texts = use_texts();
    let created = reply_to(FORM).created_key;
    let none = keys.all == 0;
    let no_match = keys.keys.is_empty();
    let filter = keys.all > MANY || !keys.query.is_empty();
    let chosen = keys.query.project.clone();
    view! {
            <StrayProblems known=vec![FORM.to_owned()] />
            {created.map(|created| view! { <NewKey created /> })}
            <section class="card make" aria-labelledby="create-key-heading">
                <h2 id="create-key-heading">{texts.text("key-create-heading")}</h2>
                <CreateForm projects=keys.projects.clone() apis=keys.apis chosen />
            </section>
            <section aria-labelledby="keys-heading">
                <div class="section-head">
    <h2 id="keys-heading">{texts.text("keys-heading")}</h2>
    <Export to="/keys/export" what=texts.text("keys-heading") />
    </div>
                {filter.then(|| view! { <Filter query=keys.query.clone() projects=keys.projects /> })}
                {if none {
                    view! {
                        <Empty
                            title=texts.text("keys-empty-title")
                            text=texts.text("keys-empty-text")
                        />
                    }
                        .into_any()
                } else if no_match {
                    view! {
                        <Empty title=texts.text("keys-none-title") text=texts.text("keys-none-text")>
                            <a class="button" href="/keys">
                                {texts.text("keys-filter-clear")}
                            </a>
                        </Empty>
                    }
                        .into_any()
                } else {
                    view! { <KeyTable keys=keys.keys owner=true /> }.into_any()
                }}
            </section>
        }
}

#[component]
fn Filter(query: KeysQuery, projects: Vec<ProjectChoice>) -> impl IntoView {
    let texts = use_texts();
    let clear = !query.is_empty();
    let all = (String::new(), texts.text("keys-filter-all"));
    let projects = std::iter::once(all.clone())
        .chain(
            projects
                .into_iter()
                .map(|project| (project.id, project.name)),
        )
        .collect();
    let states = [
        ("active", texts.text("key-active")),
        ("disabled", texts.text("key-disabled")),
        ("expired", texts.text("key-expired")),
    ];
    let states = std::iter::once(all)
        .chain(states.map(|(state, text)| (state.to_owned(), text)))
        .collect();
    view! {
        <form
            method="get"
            action="/keys"
            class="keys-filter"
            role="search"
            aria-label=texts.text("keys-filter")
        >
            <div class="field">
                <label for="keys-q">{texts.text("search")}</label>
                <input
                    id="keys-q"
                    type="search"
                    name="q"
                    value=query.search
                    maxlength="30"
                    placeholder=texts.text("keys-filter-hint")
                />
            </div>
            <FilterChoice
                id="keys-project"
                name="project"
                label=texts.text("keys-filter-project")
                options=projects
                chosen=query.project
            />
            <FilterChoice
                id="keys-state"
                name="state"
                label=texts.text("keys-filter-state")
                options=states
                chosen=query.state
            />
            <button type="submit" class="button">
                {texts.text("keys-filter-apply")}
            </button>
            {clear
                .then(|| {
                    view! {
                        <a class="filter-clear" href="/keys">
                            {texts.text("keys-filter-clear")}
                        </a>
                    }
                })}
        </form>
    }
}

#[component]
fn CreateForm(projects: Vec<ProjectChoice>, apis: Vec<ApiChoice>, chosen: String) -> impl IntoView {
    let texts = use_texts();
    if projects.is_empty() {
        return view! {
            <p>{texts.text("key-needs-project")}</p>
            <a class="button" href="/projects">
                {texts.text("project-create")}
            </a>
        }
        .into_any();
    }
    let reply = reply_to(FORM);
    let options = projects
        .into_iter()
        .map(|project| (project.id, project.name))
        .collect();
    view! {
        <form method="post" action="/keys" class="form form-row form-row-3">
            <Once />
            <Problems reply=reply.clone() />
            <Field
                form=FORM
                name="name"
                label=texts.text("key-name")
                hint=texts.text("key-name-hint")
                reply=reply.clone()
                required=true
                autocomplete="off"
            />
            <Choice
                form=FORM
                name="project"
                label=texts.text("key-project")
                reply=reply.clone()
                options
                initial=chosen
            />
            <Field
                form=FORM
                name="expires"
                label=texts.text("key-expires")
                hint=texts.text("key-expires-hint")
                kind=FieldKind::Date
                reply=reply.clone()
            />
            <button type="submit" class="button button-main">
                {texts.text("key-create")}
            </button>
            <CapOfNewKey reply apis />
        </form>
    }
    .into_any()
}

/// A cap that the key is born with. Closed until somebody wants one.
#[component]
fn CapOfNewKey(reply: FormReply, apis: Vec<ApiChoice>) -> impl IntoView {
    let texts = use_texts();
    let open = !reply.value("cap_calls").is_empty() || reply.problem("cap_api").is_some();
    let apis = apis.into_iter().map(|api| (api.api, api.title)).collect();
    let periods = CapPeriod::ALL
        .map(|period| (period.name().to_owned(), period_name(texts, period)))
        .into();
    view! {
        <details class="make-cap" open=open>
            <summary>{texts.text("key-cap")}</summary>
            <div class="make-cap-fields">
                <Field
                    form=FORM
                    name="cap_calls"
                    label=texts.text("key-cap-calls")
                    kind=FieldKind::Number
                    reply=reply.clone()
                    autocomplete="off"
                />
                <Choice
                    form=FORM
                    name="cap_api"
                    label=texts.text("key-cap-api")
                    reply=reply.clone()
                    options=apis
                />
                <Choice
                    form=FORM
                    name="cap_period"
                    label=texts.text("key-cap-period")
                    reply
                    options=periods
                />
            </div>
            <p class="hint">{texts.text("key-cap-hint")}</p>
        </details>
    }
}
