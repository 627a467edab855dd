//! Projects: what keys belong to.

use super::viewer_and;
use crate::{
    components::{
        banner::Empty,
        caps::CapCell,
        export::Export,
        form::{Field, Once, Problems, StrayProblems, reply_to},
        frame::{Frame, Section},
        outcome::{StrangerPage, answered},
        table::{Day, Scroll},
    },
    i18n::{grouped, use_texts},
    ports::Console,
    view::ProjectRow,
};
use leptos::prelude::*;
use std::sync::Arc;

const FORM: &str = "create-project";

#[component]
pub fn ProjectsPage() -> impl IntoView {
    let texts = use_texts();
    let Some((viewer, console)) = viewer_and::<Arc<dyn Console>>() else {
        return view! { <StrangerPage /> }.into_any();
    };
    let projects = answered(
        async move { console.projects(&viewer).await },
        |projects| view! { <Projects projects /> },
    );
    view! {
        <Frame
            section=Section::Projects
            title=texts.text("projects-title")
            lead=texts.text("projects-lead")
        >
            {projects}
        </Frame>
    }
    .into_any()
}

#[component]
fn Projects(projects: Vec<ProjectRow>) -> impl IntoView {
    let texts = use_texts();
    let none = projects.is_empty();
    view! {
            <StrayProblems known=vec![FORM.to_owned()] />
            <section class="card make" aria-labelledby="create-project-heading">
                <h2 id="create-project-heading">{texts.text("project-create-heading")}</h2>
                <CreateForm />
            </section>
            <section aria-labelledby="projects-heading">
                <div class="section-head">
    <h2 id="projects-heading">{texts.text("projects-heading")}</h2>
    <Export to="/projects/export" what=texts.text("projects-heading") />
    </div>
                {if none {
                    view! {
                        <Empty
                            title=texts.text("projects-empty-title")
                            text=texts.text("projects-empty-text")
                        />
                    }
                        .into_any()
                } else {
                    view! { <ProjectTable projects /> }.into_any()
                }}
            </section>
        }
}

#[component]
fn CreateForm() -> impl IntoView {
    let texts = use_texts();
    let reply = reply_to(FORM);
    view! {
        <form method="post" action="/projects" class="form form-row form-row-2">
            <Once />
            <Problems reply=reply.clone() />
            <Field
                form=FORM
                name="name"
                label=texts.text("project-name")
                reply=reply.clone()
                required=true
                autocomplete="off"
            />
            <Field
                form=FORM
                name="description"
                label=texts.text("project-description")
                reply
                autocomplete="off"
            />
            <button type="submit" class="button button-main">
                {texts.text("project-create")}
            </button>
        </form>
    }
}

#[component]
fn ProjectTable(projects: Vec<ProjectRow>) -> impl IntoView {
    let texts = use_texts();
    view! {
        <Scroll label=texts.text("projects-heading")>
            <table class="stack">
                <thead>
                    <tr>
                        <th scope="col">{texts.text("project-name")}</th>
                        <th scope="col">{texts.text("project-created")}</th>
                        <th scope="col" class="number">
                            {texts.text("project-active-keys")}
                        </th>
                        <th scope="col" class="number">
                            {texts.text("project-charged")}
                        </th>
                        <th scope="col">{texts.text("caps-column")}</th>
                        <th scope="col">
                            <span class="unseen">{texts.text("project-usage")}</span>
                        </th>
                    </tr>
                </thead>
                <tbody>
                    {projects
                        .into_iter()
                        .map(|project| view! { <Row project /> })
                        .collect_view()}
                </tbody>
            </table>
        </Scroll>
    }
}

#[component]
fn Row(project: ProjectRow) -> impl IntoView {
    let texts = use_texts();
    let about = texts.with("project-usage-of", [("name", (&project.name).into())]);
    let page = format!("/projects/{}", project.id);
    let usage = format!("/usage?project={}", project.id);
    view! {
        <tr>
            <th scope="row">
                <a class="row-name" href=page>
                    <bdi>{project.name}</bdi>
                </a>
                {(!project.description.is_empty())
                    .then(|| {
                        view! {
                            <span class="row-note" dir="auto">
                                {project.description}
                            </span>
                        }
                    })}
            </th>
            <td data-label=texts.text("project-created")>
                <Day at=project.created_at />
            </td>
            <td class="number" data-label=texts.text("project-active-keys")>
                {grouped(project.active_keys)}
            </td>
            <td class="number" data-label=texts.text("project-charged")>
                {grouped(project.charged)}
            </td>
            <td data-label=texts.text("caps-column")>
                <CapCell caps=project.caps />
            </td>
            <td class="row-actions">
                <a class="button button-small" href=usage aria-label=about>
                    {texts.text("project-usage")}
                </a>
            </td>
        </tr>
    }
}
