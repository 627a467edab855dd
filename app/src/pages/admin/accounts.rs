//! Find an account.

use crate::{
    components::{
        banner::Empty,
        export::Export,
        frame::{Frame, Section},
        icons::{Icon, Sign},
        outcome::{StrangerPage, answered},
        quota::Level,
        table::{Badge, Day, Scroll},
    },
    i18n::{grouped, use_texts},
    pages::{query_string, viewer_and},
    ports::AdminDesk,
    view::{AccountRow, AccountSearch},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use std::sync::Arc;

#[component]
pub fn AccountsPage() -> impl IntoView {
    let texts = use_texts();
    let Some((viewer, desk)) = viewer_and::<Arc<dyn AdminDesk>>() else {
        return view! { <StrangerPage /> }.into_any();
    };
    let params = use_query_map().get_untracked();
    let search = params.get("q").unwrap_or_default();
    // A page that is not a number is the first one.
    let page = params
        .get("page")
        .and_then(|page| page.parse().ok())
        .unwrap_or(1_u32)
        .max(1);
    let found = answered(
        async move { desk.accounts(&viewer, search.trim(), page).await },
        |found| view! { <Found found /> },
    );
    view! {
        <Frame
            section=Section::AdminAccounts
            title=texts.text("accounts-title")
            lead=texts.text("accounts-lead")
        >
            {found}
        </Frame>
    }
    .into_any()
}

#[component]
fn Found(found: AccountSearch) -> impl IntoView {
    let texts = use_texts();
    let none = found.accounts.is_empty();
    view! {
        {(found.open_requests > 0)
            .then(|| {
                view! {
                    <p class="notice notice-wait">
                        <Icon sign=Sign::Inbox />
                        <span>
                            {texts
                                .with("accounts-waiting", [("requests", found.open_requests.into())])}
                            " " <a href="/admin/requests">{texts.text("accounts-answer")}</a>
                        </span>
                    </p>
                }
            })}
        <form class="search" method="get" action="/admin" role="search">
            <label for="account-search" class="unseen">
                {texts.text("accounts-search")}
            </label>
            <input
                id="account-search"
                type="search"
                name="q"
                value=found.search.clone()
                placeholder=texts.text("accounts-search")
                autocomplete="off"
            />
            <button type="submit" class="button">
                <Icon sign=Sign::Search />
                {texts.text("search")}
            </button>
        </form>
        {if none {
            view! {
                <Empty
                    title=texts.text("accounts-none-title")
                    text=texts.text("accounts-none-text")
                />
            }
                .into_any()
        } else {
            view! { <AccountTable accounts=found.accounts.clone() /> }.into_any()
        }}
        <Export to="/admin/export" what=texts.text("accounts-title") />
        <Pages found />
    }
}

#[component]
fn AccountTable(accounts: Vec<AccountRow>) -> impl IntoView {
    let texts = use_texts();
    view! {
        <Scroll label=texts.text("accounts-title")>
            <table class="stack">
                <thead>
                    <tr>
                        <th scope="col">{texts.text("account-account")}</th>
                        <th scope="col">{texts.text("account-reference")}</th>
                        <th scope="col">{texts.text("account-left")}</th>
                        <th scope="col">{texts.text("account-requests")}</th>
                        <th scope="col">{texts.text("account-created")}</th>
                    </tr>
                </thead>
                <tbody>
                    {accounts
                        .into_iter()
                        .map(|account| view! { <Row account /> })
                        .collect_view()}
                </tbody>
            </table>
        </Scroll>
    }
}

#[component]
fn Row(account: AccountRow) -> impl IntoView {
    let texts = use_texts();
    let staff = account.role.is_staff();
    view! {
        <tr>
            <th scope="row">
                <a class="row-name" href=format!("/admin/accounts/{}", account.id)>
                    {account.email}
                </a>
                <span class="row-note">
                    {account.name}
                    {staff.then(|| view! { " " <Badge tone="off" text=texts.text("role-staff") /> })}
                    {account
                        .disabled
                        .then(|| {
                            view! {
                                " "
                                <Badge tone="bad" text=texts.text("account-is-disabled") />
                            }
                        })}
                </span>
            </th>
            <td data-label=texts.text("account-reference")>
                <code>{account.reference_code}</code>
            </td>
            <td data-label=texts.text("account-left")>
                <ul class="left-list">
                    {account
                        .quota
                        .into_iter()
                        .map(|quota| {
                            let class = match Level::of(&quota) {
                                Level::Enough => "left",
                                Level::Low => "left left-low",
                                Level::Empty => "left left-empty",
                            };
                            view! {
                                <li class=class>
                                    <span class="left-api">{quota.title}</span>
                                    <span class="number">{grouped(quota.remaining)}</span>
                                </li>
                            }
                        })
                        .collect_view()}
                </ul>
            </td>
            <td data-label=texts.text("account-requests")>
                {if account.open_requests > 0 {
                    let text = texts
                        .with("account-waiting", [("requests", account.open_requests.into())]);
                    view! { <Badge tone="wait" text /> }.into_any()
                } else {
                    view! { <span class="faint">{texts.text("none")}</span> }.into_any()
                }}
            </td>
            <td data-label=texts.text("account-created")>
                <Day at=account.created_at />
            </td>
        </tr>
    }
}

#[component]
fn Pages(found: AccountSearch) -> impl IntoView {
    let texts = use_texts();
    (found.page > 1 || found.has_next).then(|| {
        let back = (found.page > 1).then(|| address(&found.search, found.page - 1));
        let on = found
            .has_next
            .then(|| address(&found.search, found.page.saturating_add(1)));
        view! {
            <nav class="pages" aria-label=texts.text("pages")>
                {back.map(|href| view! { <a class="button" href=href>{texts.text("page-back")}</a> })}
                <span class="faint">
                    {texts.with("page-number", [("page", i64::from(found.page).into())])}
                </span>
                {on.map(|href| view! { <a class="button" href=href>{texts.text("page-on")}</a> })}
            </nav>
        }
    })
}

fn address(search: &str, page: u32) -> String {
    let page = page.to_string();
    let pairs = [("q", search), ("page", &page)];
    let given = if search.is_empty() {
        &pairs[1..]
    } else {
        &pairs[..]
    };
    format!("/admin{}", query_string(given))
}
