//! Who changed what, when, from what to what.

use crate::{
    components::{
        banner::Empty,
        export::Export,
        frame::{Frame, Section},
        outcome::{StrangerPage, answered},
        table::{Moment, Scroll},
    },
    i18n::use_texts,
    pages::viewer_and,
    ports::AdminDesk,
    view::{AuditEntry, AuditPage as Entries},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use std::sync::Arc;

#[component]
pub fn AuditPage() -> impl IntoView {
    let texts = use_texts();
    let Some((viewer, desk)) = viewer_and::<Arc<dyn AdminDesk>>() else {
        return view! { <StrangerPage /> }.into_any();
    };
    // A cursor that is not a number is none: the newest entries are shown.
    let before: Option<i64> = use_query_map()
        .get_untracked()
        .get("before")
        .and_then(|before| before.parse().ok());
    let entries = answered(
        async move { desk.audit(&viewer, before).await },
        move |entries| view! { <Log entries later=before.is_some() /> },
    );
    view! {
        <Frame
            section=Section::AdminAudit
            title=texts.text("audit-title")
            lead=texts.text("audit-lead")
        >
            {entries}
        </Frame>
    }
    .into_any()
}

#[component]
fn Log(entries: Entries, later: bool) -> impl IntoView {
    let texts = use_texts();
    let older = entries
        .next_before
        .map(|before| format!("/admin/audit?before={before}"));
    view! {
        <AuditTable entries=entries.entries />
        <Export to="/admin/audit/export" what=texts.text("audit-title") />
        {(later || older.is_some())
            .then(|| {
                view! {
                    <nav class="pages" aria-label=texts.text("pages")>
                        {later
                            .then(|| {
                                view! {
                                    <a class="button" href="/admin/audit">
                                        {texts.text("audit-newest")}
                                    </a>
                                }
                            })}
                        {older
                            .map(|href| {
                                view! {
                                    <a class="button" href=href>
                                        {texts.text("audit-older")}
                                    </a>
                                }
                            })}
                    </nav>
                }
            })}
    }
}

/// Entries as a table, or a word that there are none.
#[component]
pub fn AuditTable(entries: Vec<AuditEntry>) -> impl IntoView {
    let texts = use_texts();
    if entries.is_empty() {
        return view! {
            <Empty title=texts.text("audit-none-title") text=texts.text("audit-none-text") />
        }
        .into_any();
    }
    view! {
        <Scroll label=texts.text("audit-title")>
            <table class="stack">
                <thead>
                    <tr>
                        <th scope="col">{texts.text("audit-when")}</th>
                        <th scope="col">{texts.text("audit-who")}</th>
                        <th scope="col">{texts.text("audit-what")}</th>
                        <th scope="col">{texts.text("audit-account")}</th>
                        <th scope="col">{texts.text("audit-change")}</th>
                    </tr>
                </thead>
                <tbody>
                    {entries
                        .into_iter()
                        .map(|entry| view! { <Entry entry /> })
                        .collect_view()}
                </tbody>
            </table>
        </Scroll>
    }
    .into_any()
}

#[component]
fn Entry(entry: AuditEntry) -> impl IntoView {
    let texts = use_texts();
    view! {
        <tr>
            <th scope="row" class="cell-when">
                <Moment at=entry.at />
            </th>
            <td data-label=texts.text("audit-who")>{entry.actor}</td>
            <td data-label=texts.text("audit-what")>
                <span class="row-name">{entry.action}</span>
                <code class="row-code">{entry.subject}</code>
            </td>
            <td data-label=texts.text("audit-account")>
                {match entry.account {
                    Some((id, email)) => {
                        view! { <a href=format!("/admin/accounts/{id}")>{email}</a> }.into_any()
                    }
                    None => view! { <span class="faint">{texts.text("none")}</span> }.into_any(),
                }}
            </td>
            <td class="cell-change" data-label=texts.text("audit-change")>
                <Change before=entry.before after=entry.after />
            </td>
        </tr>
    }
}

#[component]
fn Change(before: Option<String>, after: Option<String>) -> impl IntoView {
    let texts = use_texts();
    let line = |class: &'static str, word: String, state: String| {
        view! {
            <div class=class>
                <span class="change-word">{word}</span>
                <code>{state}</code>
            </div>
        }
    };
    view! {
        {before.map(|state| line("change change-before", texts.text("audit-before"), state))}
        {after.map(|state| line("change change-after", texts.text("audit-after"), state))}
    }
}
