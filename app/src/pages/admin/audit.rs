//! Who changed what, when, from what to what.

use crate::{
    components::{
        banner::{Alert, Empty},
        export::Export,
        frame::{Frame, Section},
        outcome::{StrangerPage, answered},
        table::{Moment, Scroll},
    },
    i18n::use_texts,
    pages::{query_string, viewer_and},
    ports::AdminDesk,
    view::{AuditEntry, AuditPage as Entries, AuditQuery},
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
    let params = use_query_map().get_untracked();
    let query = AuditQuery::read(|name| params.get(name));
    let asked = query.clone();
    let entries = answered(
        async move { desk.audit(&viewer, query).await },
        move |entries| view! { <Log entries asked /> },
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
fn Log(entries: Entries, asked: AuditQuery) -> impl IntoView {
    let texts = use_texts();
    let later = asked.before.is_some();
    let address = |before: Option<String>| {
        let mut pairs = asked.pairs();
        pairs.extend(before.as_deref().map(|before| ("before", before)));
        format!("/admin/audit{}", query_string(&pairs))
    };
    let newest = address(None);
    let older = entries
        .next_before
        .map(|before| address(Some(before.to_string())));
    let nothing_found = entries.entries.is_empty() && !asked.is_all();
    let table = if nothing_found {
        view! {
            <Empty title=texts.text("audit-no-match") text=texts.text("audit-no-match-text")>
                <a class="button" href="/admin/audit">
                    {texts.text("audit-all")}
                </a>
            </Empty>
        }
        .into_any()
    } else {
        view! { <AuditTable entries=entries.entries /> }.into_any()
    };
    view! {
        <Filter asked=asked.clone() />
        {entries
            .bad_date
            .then(|| {
                view! {
                    <Alert>
                        <p>{texts.text("audit-bad-date")}</p>
                    </Alert>
                }
            })}
        {table}
        <Export to="/admin/audit/export" what=texts.text("audit-title") />
        {(later || older.is_some())
            .then(|| {
                view! {
                    <nav class="pages" aria-label=texts.text("pages")>
                        {later
                            .then(|| {
                                view! {
                                    <a class="button" href=newest>
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

#[component]
fn Filter(asked: AuditQuery) -> impl IntoView {
    let texts = use_texts();
    let field = |name: &'static str, kind: &'static str, label: &str, value: String| {
        let id = format!("audit-{name}");
        view! {
            <div class="field">
                <label for=id.clone()>{texts.text(label)}</label>
                <input id=id type=kind name=name value=value autocomplete="off" />
            </div>
        }
    };
    view! {
        <form class="desk-filter" method="get" action="/admin/audit" role="search">
            {field("actor", "text", "audit-who", asked.actor)}
            {field("action", "text", "audit-what", asked.action)}
            {field("account", "text", "audit-account", asked.account)}
            {field("subject", "text", "audit-subject", asked.subject)}
            {field("from", "date", "audit-from", asked.from)}
            {field("to", "date", "audit-to", asked.to)}
            <button type="submit" class="button">
                {texts.text("audit-filter")}
            </button>
        </form>
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
