//! API keys: make one, see it once, turn it off and on.

use super::viewer_and;
use crate::{
    components::{
        banner::Empty,
        form::{Choice, Field, FieldKind, Problems, StrayProblems, reply_to},
        frame::{Frame, Section},
        keys::KeyTable,
        outcome::{StrangerPage, answered},
    },
    i18n::use_texts,
    islands::CopyButton,
    ports::Console,
    view::{CreatedKey, KeysView, ProjectChoice},
};
use leptos::prelude::*;
use std::sync::Arc;

const FORM: &str = "create-key";

#[component]
pub fn KeysPage() -> impl IntoView {
    let texts = use_texts();
    let Some((viewer, console)) = viewer_and::<Arc<dyn Console>>() else {
        return view! { <StrangerPage /> }.into_any();
    };
    let keys = answered(
        async move { console.keys(&viewer).await },
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
    let none = keys.keys.is_empty();
    view! {
        <StrayProblems known=vec![FORM.to_owned()] />
        {created.map(|created| view! { <NewKey created /> })}
        <section class="card make" aria-labelledby="create-key-heading">
            <h2 id="create-key-heading">{texts.text("key-create-heading")}</h2>
            <CreateForm projects=keys.projects />
        </section>
        <section aria-labelledby="keys-heading">
            <h2 id="keys-heading">{texts.text("keys-heading")}</h2>
            {if none {
                view! {
                    <Empty
                        title=texts.text("keys-empty-title")
                        text=texts.text("keys-empty-text")
                    />
                }
                    .into_any()
            } else {
                view! { <KeyTable keys=keys.keys owner=true /> }.into_any()
            }}
        </section>
    }
}

#[component]
fn CreateForm(projects: Vec<ProjectChoice>) -> impl IntoView {
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
            />
            <Field
                form=FORM
                name="expires"
                label=texts.text("key-expires")
                hint=texts.text("key-expires-hint")
                kind=FieldKind::Date
                reply
            />
            <button type="submit" class="button button-main">
                {texts.text("key-create")}
            </button>
        </form>
    }
    .into_any()
}

/// The whole key, for the only time.
#[component]
fn NewKey(created: CreatedKey) -> impl IntoView {
    let texts = use_texts();
    let title = texts.with("key-created-title", [("name", created.name.into())]);
    view! {
        <section class="card new-key" aria-labelledby="new-key" role="status">
            <h2 id="new-key">{title}</h2>
            <p>{texts.with("key-created-text", [("project", created.project_name.into())])}</p>
            <div class="copy-line">
                <code class="secret">{created.secret.clone()}</code>
                <CopyButton
                    value=created.secret
                    label=texts.text("copy")
                    about=texts.text("copy-key")
                    done=texts.text("copied")
                />
            </div>
            <h3>{texts.text("key-try")}</h3>
            <div class="copy-block">
                <pre tabindex="0" aria-label=texts.text("key-try")>
                    <code>{created.curl.clone()}</code>
                </pre>
                <CopyButton
                    value=created.curl
                    label=texts.text("copy")
                    about=texts.text("copy-command")
                    done=texts.text("copied")
                />
            </div>
        </section>
    }
}
