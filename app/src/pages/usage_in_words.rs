//! The usage page's filter as a sentence: on paper it stands where the controls
//! were.

use crate::{
    i18n::{Texts, date_range},
    view::UsageReport,
};
use leptos::prelude::*;

/// Shown in print only.
#[component]
pub fn FilterInWords(text: String) -> impl IntoView {
    view! { <p class="print-only">{text}</p> }
}

/// `26 Oct – 24 Nov 2026 · Project: Support bot · API key: all`.
pub fn filter_in_words(texts: Texts, report: &UsageReport) -> String {
    let filter = &report.filter;
    let projects: Vec<_> = report
        .project_choices
        .iter()
        .filter(|project| filter.projects.contains(&project.id))
        .map(|project| project.name.clone())
        .collect();
    let keys: Vec<_> = report
        .key_choices
        .iter()
        .filter(|key| filter.keys.contains(&key.id))
        .map(|key| format!("{} ({})", key.name, key.hint))
        .collect();
    let named = |names: Vec<String>, all: &str| {
        if names.is_empty() {
            texts.text(all)
        } else {
            names.join(" · ")
        }
    };
    texts.with(
        "filter-in-words",
        [
            ("period", date_range(texts, filter.from, filter.to).into()),
            ("projects", named(projects, "filter-all-projects").into()),
            ("keys", named(keys, "filter-all-keys").into()),
        ],
    )
}
