//! What the parts of the bars are, and how much they sum to.

use crate::{
    i18n::{Texts, grouped, use_texts},
    view::{Group, GroupName, Totals},
};
use leptos::prelude::*;

/// What a group is called; names of people's things are theirs.
pub(super) fn name(texts: Texts, group: &GroupName) -> String {
    match group {
        GroupName::Charged => texts.text("group-charged"),
        GroupName::Failed => texts.text("group-failed"),
        GroupName::Blocked => texts.text("group-blocked"),
        GroupName::Rejected => texts.text("group-rejected"),
        GroupName::Unauthorised => texts.text("group-unauthorised"),
        GroupName::UpstreamFailed => texts.text("group-upstream"),
        GroupName::Fault => texts.text("group-fault"),
        GroupName::Project { name, .. } | GroupName::Key { name, .. } => name.clone(),
        GroupName::Api { title, .. } => title.clone(),
        GroupName::Others { count } => texts.with("group-others", [("count", (*count).into())]),
    }
}

/// What tells things of one name apart, and whether the thing still exists.
fn notes(texts: Texts, group: &GroupName) -> (Option<String>, Option<String>) {
    let gone = |deleted: bool| deleted.then(|| texts.text("group-deleted"));
    match group {
        GroupName::Project { deleted, .. } => (None, gone(*deleted)),
        GroupName::Key { hint, deleted, .. } => (Some(hint.clone()), gone(*deleted)),
        _ => (None, None),
    }
}

/// A group's name with all that is known of it.
#[component]
pub(super) fn Name(group: GroupName) -> impl IntoView {
    let texts = use_texts();
    let (hint, gone) = notes(texts, &group);
    view! {
        <bdi>{name(texts, &group)}</bdi>
        {hint.map(|hint| view! { " " <code>{hint}</code> })}
        {gone.map(|gone| view! { " " <span class="group-gone">{gone}</span> })}
    }
}

#[component]
pub(super) fn Legend(groups: Vec<Group>, previous: Option<Totals>) -> impl IntoView {
    let texts = use_texts();
    view! {
        <ul class="legend">
            {groups
                .into_iter()
                .map(|group| {
                    view! {
                        <li class=group.tone.class()>
                            <span class="legend-name">
                                <Name group=group.name />
                            </span>
                            " "
                            <span class="legend-calls">{grouped(group.calls)}</span>
                        </li>
                    }
                })
                .collect_view()}
            {previous
                .map(|totals| {
                    view! {
                        <li class="legend-previous">
                            <span class="legend-name">{texts.text("column-previous")}</span>
                            " "
                            <span class="legend-calls">{grouped(totals.requests())}</span>
                        </li>
                    }
                })}
        </ul>
    }
}
