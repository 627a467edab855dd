//! The filter's choices of projects and API keys: several at once, in a panel
//! that opens. Its button sends the form; scripts add a search and send what was
//! changed when the panel closes (`islands/filter.rs`).

use crate::{
    i18n::use_texts,
    view::{KeyChoice, ProjectChoice},
};
use leptos::prelude::*;

#[component]
pub fn ProjectChooser(chosen: Vec<String>, projects: Vec<ProjectChoice>) -> impl IntoView {
    let texts = use_texts();
    let named = |id: &String| projects.iter().find(|project| project.id == *id);
    let summary = match chosen.as_slice() {
        [] => texts.text("filter-all-projects"),
        [one] => named(one).map_or_else(String::new, |project| project.name.clone()),
        several => texts.with("filter-several-projects", [("count", count(several))]),
    };
    view! {
        <Chooser
            id="filter-project"
            about=texts.text("filter-project")
            find=texts.text("filter-find-project")
            narrowed=!chosen.is_empty()
            summary
        >
            <fieldset class="choices">
                <legend class="unseen">{texts.text("filter-project")}</legend>
                {projects
                    .into_iter()
                    .map(|project| {
                        let checked = chosen.contains(&project.id);
                        view! {
                            <Choice
                                name="project"
                                value=project.id
                                checked
                                text=project.name
                                hint=None
                            />
                        }
                    })
                    .collect_view()}
            </fieldset>
        </Chooser>
    }
}

#[component]
pub fn KeyChooser(chosen: Vec<String>, keys: Vec<KeyChoice>) -> impl IntoView {
    let texts = use_texts();
    let named = |id: &String| keys.iter().find(|key| key.id == *id);
    let summary = match chosen.as_slice() {
        [] => texts.text("filter-all-keys"),
        [one] => named(one).map_or_else(String::new, |key| key.name.clone()),
        several => texts.with("filter-several-keys", [("count", count(several))]),
    };
    view! {
        <Chooser
            id="filter-key"
            about=texts.text("filter-key")
            find=texts.text("filter-find-key")
            narrowed=!chosen.is_empty()
            summary
        >
            {by_project(keys)
                .into_iter()
                .map(|(project, keys)| {
                    view! {
                        <fieldset class="choices">
                            <legend dir="auto">{project}</legend>
                            {keys
                                .into_iter()
                                .map(|key| {
                                    let checked = chosen.contains(&key.id);
                                    view! {
                                        <Choice
                                            name="key"
                                            value=key.id
                                            checked
                                            text=key.name
                                            hint=Some(key.hint)
                                        />
                                    }
                                })
                                .collect_view()}
                        </fieldset>
                    }
                })
                .collect_view()}
        </Chooser>
    }
}

fn count(chosen: &[String]) -> crate::i18n::Arg {
    i64::try_from(chosen.len()).unwrap_or(i64::MAX).into()
}

/// Keys under their projects' names, in the order in which projects come.
fn by_project(keys: Vec<KeyChoice>) -> Vec<(String, Vec<KeyChoice>)> {
    let mut groups: Vec<(String, String, Vec<KeyChoice>)> = Vec::new();
    for key in keys {
        match groups.iter_mut().find(|(id, ..)| *id == key.project_id) {
            Some((_, _, keys)) => keys.push(key),
            None => groups.push((key.project_id.clone(), key.project_name.clone(), vec![key])),
        }
    }
    groups
        .into_iter()
        .map(|(_, name, keys)| (name, keys))
        .collect()
}

#[component]
fn Chooser(
    id: &'static str,
    about: String,
    /// What is chosen.
    summary: String,
    find: String,
    narrowed: bool,
    children: Children,
) -> impl IntoView {
    view! {
        <details id=id class="chooser">
            <summary class="button chooser-summary" aria-current=narrowed.then_some("true")>
                <span class="unseen">{about} ": "</span>
                <bdi class="chooser-chosen">{summary}</bdi>
            </summary>
            <div class="chooser-panel">
                <input
                    type="search"
                    class="chooser-find"
                    placeholder=find.clone()
                    aria-label=find
                    autocomplete="off"
                    hidden
                />
                <div class="chooser-list">{children()}</div>
                <button type="submit" class="button button-main chooser-apply">
                    {use_texts().text("filter-apply")}
                </button>
            </div>
        </details>
    }
}

#[component]
fn Choice(
    name: &'static str,
    value: String,
    checked: bool,
    text: String,
    hint: Option<String>,
) -> impl IntoView {
    let find = format!("{text} {}", hint.as_deref().unwrap_or_default()).to_lowercase();
    view! {
        <label class="choice">
            <input type="checkbox" name=name value=value checked=checked data-find=find />
            <bdi>{text}</bdi>
            {hint.map(|hint| view! { " " <code>{hint}</code> })}
        </label>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stand_under_their_projects_even_if_two_have_one_name() {
        let key = |id: &str, project: &str| KeyChoice {
            id: id.into(),
            name: id.into(),
            hint: String::new(),
            project_id: project.into(),
            project_name: "Same".into(),
        };
        let keys = vec![key("a", "p1"), key("b", "p2"), key("c", "p1")];
        let found: Vec<Vec<String>> = by_project(keys)
            .into_iter()
            .map(|(_, keys)| keys.into_iter().map(|key| key.id).collect())
            .collect();
        assert_eq!(found, [vec!["a", "c"], vec!["b"]]);
    }
}
