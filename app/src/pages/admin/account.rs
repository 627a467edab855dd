//! One account: what it has, and the form that grants more.

use super::audit::AuditTable;
use super::grant_form::{FORM, GrantForm};
use crate::{
    components::{
        banner::Empty,
        export::Export,
        form::StrayProblems,
        frame::{Frame, Section},
        grants::GrantTable,
        keys::KeyTable,
        outcome::{StrangerPage, answered},
        quota::QuotaStrip,
        requests::RequestItem,
        table::Badge,
    },
    i18n::{date, use_texts},
    pages::{id_of_address, viewer_and},
    ports::AdminDesk,
    view::{AccountDetail, KeyRow, QuotaRequestRow, QuotaRequestState},
};
use leptos::prelude::*;
use std::sync::Arc;

#[component]
pub fn AccountPage() -> impl IntoView {
    let texts = use_texts();
    let Some((viewer, desk)) = viewer_and::<Arc<dyn AdminDesk>>() else {
        return view! { <StrangerPage /> }.into_any();
    };
    let id = id_of_address();
    let detail = answered(
        async move { desk.account(&viewer, &id).await },
        |detail| view! { <Detail detail /> },
    );
    view! {
        <Frame section=Section::AdminAccounts title=texts.text("account-title")>
            {detail}
        </Frame>
    }
    .into_any()
}

#[component]
fn Detail(detail: AccountDetail) -> impl IntoView {
    let texts = use_texts();
    let account = detail.account.clone();
    view! {
        <StrayProblems known=vec![FORM.to_owned()] />
        <Facts detail=detail.clone() />
        <div class="split">
            <div class="split-main">
                <section aria-labelledby="quota-heading">
                    <h2 id="quota-heading">{texts.text("account-left")}</h2>
                    <QuotaStrip quotas=account.quota.clone() />
                </section>
            </div>
            <section class="card split-side" aria-labelledby="grant-heading">
                <h2 id="grant-heading">{texts.text("grant-heading")}</h2>
                <GrantForm id=account.id.clone() quota=account.quota />
            </section>
        </div>
        <section aria-labelledby="grants-heading">
            <h2 id="grants-heading">{texts.text("grants-heading")}</h2>
            <GrantTable
                grants=detail.grants
                revoke=format!("/admin/accounts/{}/grants", account.id)
            />
            <Export
                to=format!("/admin/accounts/{}/grants/export", account.id)
                what=texts.text("grants-heading")
            />
        </section>
        <section aria-labelledby="account-keys-heading">
            <h2 id="account-keys-heading">{texts.text("keys-title")}</h2>
            <Keys keys=detail.keys />
        </section>
        <section aria-labelledby="account-requests-heading">
            <h2 id="account-requests-heading">{texts.text("account-requests")}</h2>
            <Requests requests=detail.requests />
        </section>
        <section aria-labelledby="account-audit-heading">
            <h2 id="account-audit-heading">{texts.text("audit-title")}</h2>
            <AuditTable entries=detail.audit />
        </section>
    }
}

#[component]
fn Facts(detail: AccountDetail) -> impl IntoView {
    let texts = use_texts();
    let account = detail.account;
    let staff = account.role.is_staff();
    view! {
        <div class="facts">
            <p class="facts-name">
                {account.email} {staff.then(|| view! { <Badge tone="off" text=texts.text("role-staff") /> })}
            </p>
            <dl>
                <div>
                    <dt>{texts.text("account-name")}</dt>
                    <dd>{account.name}</dd>
                </div>
                <div>
                    <dt>{texts.text("account-reference")}</dt>
                    <dd>
                        <code>{account.reference_code}</code>
                    </dd>
                </div>
                <div>
                    <dt>{texts.text("account-id")}</dt>
                    <dd>
                        <code>{account.id}</code>
                    </dd>
                </div>
                <div>
                    <dt>{texts.text("account-zone")}</dt>
                    <dd>{detail.time_zone}</dd>
                </div>
                <div>
                    <dt>{texts.text("account-created")}</dt>
                    <dd>{date(texts, account.created_at.date_naive())}</dd>
                </div>
            </dl>
        </div>
    }
}

#[component]
fn Keys(keys: Vec<KeyRow>) -> impl IntoView {
    let texts = use_texts();
    if keys.is_empty() {
        view! {
            <Empty
                title=texts.text("account-no-keys-title")
                text=texts.text("account-no-keys-text")
            />
        }
        .into_any()
    } else {
        view! { <KeyTable keys owner=false /> }.into_any()
    }
}

#[component]
fn Requests(requests: Vec<QuotaRequestRow>) -> impl IntoView {
    let texts = use_texts();
    if requests.is_empty() {
        return view! {
            <Empty
                title=texts.text("account-no-requests-title")
                text=texts.text("account-no-requests-text")
            />
        }
        .into_any();
    }
    view! {
        <ul class="requests">
            {requests
                .into_iter()
                .map(|request| {
                    let open = request.state == QuotaRequestState::Open;
                    view! {
                        <li class="card">
                            <RequestItem request>
                                {open
                                    .then(|| {
                                        view! {
                                            <a class="button button-small" href="/admin/requests">
                                                {texts.text("accounts-answer")}
                                            </a>
                                        }
                                    })}
                            </RequestItem>
                        </li>
                    }
                })
                .collect_view()}
        </ul>
    }
    .into_any()
}
