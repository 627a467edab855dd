//! One account: what it has, and the form that grants more.

use super::audit::AuditTable;
use super::grant_form::{FORM, GrantForm};
use super::role_form::{self, RoleForm, role_name};
use crate::{
    components::{
        banner::Empty,
        calls::CallTable,
        export::Export,
        form::{Field, FieldKind, Once, Problems, StrayProblems, reply_to},
        frame::{Frame, Section},
        grants::GrantTable,
        keys::KeyTable,
        outcome::{StrangerPage, answered},
        quota::QuotaStrip,
        requests::RequestItem,
        table::{Badge, Moment},
    },
    i18n::{date, use_texts},
    pages::{id_of_address, viewer_and},
    ports::AdminDesk,
    view::{
        AccountDetail, AccountRow, CallRow, KeyRow, NoteRow, ProjectRow, QuotaRequestRow,
        QuotaRequestState,
    },
};
use leptos::prelude::*;
use std::sync::Arc;

/// The names of the forms about notes and the door.
const NOTE: &str = "note";
const CLOSE: &str = "close";

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
    // A form that is not offered does not speak for itself.
    let known = [FORM, NOTE]
        .into_iter()
        .chain(detail.may_close.then_some(CLOSE))
        .chain(detail.may_change_role.then_some(role_form::FORM))
        .map(str::to_owned)
        .collect();
    view! {
        <StrayProblems known />
        <Facts detail=detail.clone() />
        <div class="split">
            <div class="split-main">
                <section aria-labelledby="quota-heading">
                    <h2 id="quota-heading">{texts.text("account-left")}</h2>
                    <QuotaStrip quotas=account.quota.clone() />
                </section>
                <section aria-labelledby="notes-heading">
                    <h2 id="notes-heading">{texts.text("notes-title")}</h2>
                    <Notes id=account.id.clone() notes=detail.notes />
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
        <section aria-labelledby="account-projects-heading">
            <h2 id="account-projects-heading">{texts.text("projects-title")}</h2>
            <Projects projects=detail.projects />
        </section>
        <section aria-labelledby="account-calls-heading">
            <h2 id="account-calls-heading">{texts.text("account-calls")}</h2>
            <Calls calls=detail.calls />
        </section>
        <section aria-labelledby="account-requests-heading">
            <h2 id="account-requests-heading">{texts.text("account-requests")}</h2>
            <Requests requests=detail.requests />
        </section>
        <section aria-labelledby="account-audit-heading">
            <h2 id="account-audit-heading">{texts.text("audit-title")}</h2>
            <AuditTable entries=detail.audit />
        </section>
        {detail
            .may_change_role
            .then(|| {
                let (id, role) = (account.id.clone(), account.role);
                view! { <RoleForm id role /> }
            })}
        {detail.may_close.then(|| view! { <Close account=detail.account.clone() /> })}
    }
}

#[component]
fn Facts(detail: AccountDetail) -> impl IntoView {
    let texts = use_texts();
    let account = detail.account;
    let role = account
        .role
        .is_staff()
        .then(|| role_name(texts, account.role));
    view! {
        <div class="facts">
            <p class="facts-name">
                {account.email} {role.map(|text| view! { <Badge tone="off" text /> })}
                {account
                    .disabled
                    .then(|| view! { <Badge tone="bad" text=texts.text("account-is-disabled") /> })}
            </p>
            <dl>
                <div>
                    <dt>{texts.text("account-name")}</dt>
                    <dd>
                        <bdi>{account.name}</bdi>
                    </dd>
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
fn Projects(projects: Vec<ProjectRow>) -> impl IntoView {
    let texts = use_texts();
    view! {
        <ul class="desk-list">
            {projects
                .into_iter()
                .map(|project| {
                    let keys = texts
                        .with("account-project-keys", [("keys", project.active_keys.into())]);
                    view! {
                        <li>
                            <bdi>{project.name}</bdi>
                            " "
                            <span class="faint">{keys}</span>
                        </li>
                    }
                })
                .collect_view()}
        </ul>
    }
}

#[component]
fn Calls(calls: Vec<CallRow>) -> impl IntoView {
    let texts = use_texts();
    if calls.is_empty() {
        return view! {
            <Empty
                title=texts.text("account-no-calls-title")
                text=texts.text("account-no-calls-text")
            />
        }
        .into_any();
    }
    view! { <CallTable rows=calls linked=false /> }.into_any()
}

#[component]
fn Notes(id: String, notes: Vec<NoteRow>) -> impl IntoView {
    let texts = use_texts();
    let reply = reply_to(NOTE);
    view! {
        <ul class="desk-notes">
            {notes
                .into_iter()
                .map(|note| {
                    view! {
                        <li class="card">
                            <p class="note-text" dir="auto">
                                {note.text}
                            </p>
                            <p class="faint">{note.written_by} " · " <Moment at=note.created_at /></p>
                        </li>
                    }
                })
                .collect_view()}
        </ul>
        <form method="post" action=format!("/admin/accounts/{id}/notes") class="form">
            <Once />
            <Problems reply=reply.clone() />
            <Field
                form=NOTE
                name="note"
                label=texts.text("notes-new")
                hint=texts.text("notes-hint")
                kind=FieldKind::Lines
                reply
                required=true
                maxlength=2_000
            />
            <div class="buttons">
                <button type="submit" class="button">
                    {texts.text("notes-send")}
                </button>
            </div>
        </form>
    }
}

#[component]
fn Close(account: AccountRow) -> impl IntoView {
    let texts = use_texts();
    let reply = reply_to(CLOSE);
    let path = format!("/admin/accounts/{}", account.id);
    if account.disabled {
        return view! {
            <section class="card desk-part" aria-labelledby="close-heading">
                <h2 id="close-heading">{texts.text("account-enable")}</h2>
                <p>{texts.text("account-enable-text")}</p>
                <form method="post" action=format!("{path}/enable")>
                    <Problems reply />
                    <button type="submit" class="button">
                        {texts.text("account-enable")}
                    </button>
                </form>
            </section>
        }
        .into_any();
    }
    view! {
        <section class="card desk-part" aria-labelledby="close-heading">
            <h2 id="close-heading">{texts.text("account-disable")}</h2>
            <p>{texts.text("account-disable-text")}</p>
            <form method="post" action=format!("{path}/disable") class="form">
                <Problems reply=reply.clone() />
                <Field
                    form=CLOSE
                    name="reason"
                    label=texts.text("account-disable-reason")
                    hint=texts.text("grant-reason-hint")
                    reply
                    required=true
                    autocomplete="off"
                    maxlength=200
                />
                <div class="buttons">
                    <button type="submit" class="button button-bad">
                        {texts.text("account-disable")}
                    </button>
                </div>
            </form>
        </section>
    }
    .into_any()
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
