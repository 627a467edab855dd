//! One project: its keys, its caps, its name and its end.

use super::{id_of_address, viewer_and};
use crate::{
    components::{
        banner::Empty,
        caps::{CapForms, cap_form},
        detail::{Back, Fact},
        form::{Field, FieldKind, Problems, StrayProblems, Was, reply_to},
        frame::{Frame, Section},
        icons::{Icon, Sign},
        keys::KeyTable,
        outcome::{StrangerPage, answered},
        table::Day,
    },
    i18n::{grouped, use_texts},
    ports::Console,
    view::{KeyRow, ProjectRow, ProjectView},
};
use leptos::prelude::*;
use std::sync::Arc;

const EDIT: &str = "edit-project";
const DELETE: &str = "delete-project";

#[component]
pub fn ProjectPage() -> impl IntoView {
    let texts = use_texts();
    let Some((viewer, console)) = viewer_and::<Arc<dyn Console>>() else {
        return view! { <StrangerPage /> }.into_any();
    };
    let id = id_of_address();
    let project = answered(
        async move { console.project(&viewer, &id).await },
        |project| view! { <Detail view=project /> },
    );
    view! {
        <Frame section=Section::Projects title=texts.text("project-title")>
            <Back href="/projects" text=texts.text("project-all") />
            {project}
        </Frame>
    }
    .into_any()
}

#[component]
fn Detail(view: ProjectView) -> impl IntoView {
    let texts = use_texts();
    let ProjectView {
        project,
        keys,
        caps,
        is_only,
    } = view;
    let known = [EDIT, DELETE]
        .map(str::to_owned)
        .into_iter()
        .chain(caps.iter().map(|setting| cap_form(&setting.api.api)))
        .collect();
    let action = format!("/projects/{}/cap", project.id);
    view! {
        <StrayProblems known />
        <Facts project=project.clone() />
        <section aria-labelledby="project-keys-heading">
            <div class="section-head">
                <h2 id="project-keys-heading">{texts.text("project-keys")}</h2>
                <a href=format!("/keys?project={}", project.id)>{texts.text("project-new-key")}</a>
            </div>
            <Keys keys />
        </section>
        <section class="card" aria-labelledby="caps-heading">
            <h2 id="caps-heading">{texts.text("caps-heading")}</h2>
            <p class="card-text">{texts.text("caps-text-project")}</p>
            <CapForms action settings=caps />
        </section>
        <section class="card" aria-labelledby="project-edit-heading">
            <h2 id="project-edit-heading">{texts.text("project-edit-heading")}</h2>
            <EditForm project=project.clone() />
        </section>
        <section class="card" aria-labelledby="project-end-heading">
            <h2 id="project-end-heading">{texts.text("project-end-heading")}</h2>
            {if is_only {
                view! { <p class="card-text">{texts.text("project-only")}</p> }.into_any()
            } else {
                view! { <DeleteForm project /> }.into_any()
            }}
        </section>
    }
}

#[component]
fn Facts(project: ProjectRow) -> impl IntoView {
    let texts = use_texts();
    let usage = format!("/usage?project={}", project.id);
    view! {
        <section class="facts" aria-label=texts.text("project-title")>
            <p class="facts-name">
                <bdi>{project.name}</bdi>
            </p>
            {(!project.description.is_empty())
                .then(|| {
                    view! {
                        <p class="facts-text" dir="auto">
                            {project.description}
                        </p>
                    }
                })}
            <dl>
                <Fact label=texts.text("project-created")>
                    <Day at=project.created_at />
                </Fact>
                <Fact label=texts.text("project-active-keys")>
                    <span class="number">{grouped(project.active_keys)}</span>
                </Fact>
                <Fact label=texts.text("project-charged")>
                    <span class="number" data-figure="charged">{grouped(project.charged)}</span>
                </Fact>
                <Fact label=texts.text("project-id")>
                    <code>{project.id}</code>
                </Fact>
            </dl>
            <p>
                <a class="button button-small" href=usage>
                    <Icon sign=Sign::Usage />
                    {texts.text("project-usage")}
                </a>
            </p>
        </section>
    }
}

#[component]
fn Keys(keys: Vec<KeyRow>) -> impl IntoView {
    let texts = use_texts();
    if keys.is_empty() {
        return view! {
            <Empty
                title=texts.text("project-no-keys-title")
                text=texts.text("project-no-keys-text")
            />
        }
        .into_any();
    }
    view! { <KeyTable keys owner=true /> }.into_any()
}

#[component]
fn EditForm(project: ProjectRow) -> impl IntoView {
    let texts = use_texts();
    let reply = reply_to(EDIT);
    view! {
        <form method="post" action=format!("/projects/{}", project.id) class="form">
            <Was name="was-name" value=project.name.clone() />
            <Was name="was-description" value=project.description.clone() />
            <Problems reply=reply.clone() />
            <Field
                form=EDIT
                name="name"
                label=texts.text("project-name")
                reply=reply.clone()
                initial=project.name
                required=true
                autocomplete="off"
            />
            <Field
                form=EDIT
                name="description"
                label=texts.text("project-description")
                kind=FieldKind::Lines
                reply
                initial=project.description
            />
            <button type="submit" class="button button-main">
                {texts.text("save")}
            </button>
        </form>
    }
}

#[component]
fn DeleteForm(project: ProjectRow) -> impl IntoView {
    let texts = use_texts();
    let reply = reply_to(DELETE);
    let open = !reply.problems.is_empty();
    view! {
        <p class="card-text">{texts.text("project-delete-text")}</p>
        <details class="danger" open=open>
            <summary class="button button-bad">{texts.text("project-delete")}</summary>
            <form
                method="post"
                action=format!("/projects/{}/delete", project.id)
                class="danger-panel form"
            >
                <Problems reply=reply.clone() />
                <p class="danger-name">
                    {texts.text("project-delete-type")} " "
                    <strong>
                        <bdi>{project.name}</bdi>
                    </strong>
                </p>
                <Field
                    form=DELETE
                    name="confirm"
                    label=texts.text("project-delete-name")
                    reply
                    required=true
                    autocomplete="off"
                />
                <button type="submit" class="button button-bad">
                    {texts.text("project-delete-now")}
                </button>
            </form>
        </details>
    }
}
