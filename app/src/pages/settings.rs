//! Settings: one card for each thing that its owner settles (`product.md` §5).

mod sign_in;

use self::sign_in::{EMAIL, Email, PASSWORD, Password, SECOND_STEP, SecondStepCard};
use super::viewer_and;
use crate::{
    components::{
        form::{Field, FieldKind, Problems, StrayProblems, reply_to},
        frame::{Frame, LanguageForm, Section, ThemeForm},
        outcome::{StrangerPage, answered},
        providers::{PROVIDERS, Providers},
        sessions::Sessions,
        table::Day,
        told::{THRESHOLDS, Thresholds, WebhooksLink},
        zones::ZoneField,
    },
    i18n::use_texts,
    ports::Settings,
    view::{CurrentSession, SettingsView},
};
use leptos::prelude::*;
use std::sync::Arc;

const PROFILE: &str = "profile";
const TIME_ZONE: &str = "time-zone";
const DELETE: &str = "delete-account";

#[component]
pub fn SettingsPage() -> impl IntoView {
    let texts = use_texts();
    let Some((viewer, port)) = viewer_and::<Arc<dyn Settings>>() else {
        return view! { <StrangerPage /> }.into_any();
    };
    let session = use_context::<CurrentSession>().map(|session| session.0);
    let page = answered(
        async move { port.settings(&viewer, session).await },
        |settings| view! { <Cards settings /> },
    );
    view! {
        <Frame
            section=Section::Settings
            title=texts.text("settings-title")
            lead=texts.text("settings-lead")
        >
            {page}
        </Frame>
    }
    .into_any()
}

#[component]
fn Cards(settings: SettingsView) -> impl IntoView {
    let texts = use_texts();
    let known = [
        PROFILE,
        EMAIL,
        PASSWORD,
        PROVIDERS,
        SECOND_STEP,
        TIME_ZONE,
        THRESHOLDS,
        DELETE,
    ]
    .map(str::to_owned);
    let (profile, zones) = (settings.clone(), settings.clone());
    view! {
        <StrayProblems known=known.into() />
        <div class="settings">
            <Card id="profile" title=texts.text("settings-profile")>
                <Profile settings=profile />
            </Card>
            <Card
                id="email"
                title=texts.text("settings-email")
                text=texts.text("settings-email-text")
            >
                <Email />
            </Card>
            <Card
                id="password"
                title=texts.text("settings-password")
                text=texts.text("settings-password-text")
            >
                <Password has_one=settings.has_password />
            </Card>
            {(!settings.providers.is_empty())
                .then(|| {
                    view! {
                        <Card
                            id="openid"
                            title=texts.text("settings-openid")
                            text=texts.text("settings-openid-text")
                        >
                            <Providers
                                providers=settings.providers
                                has_password=settings.has_password
                            />
                        </Card>
                    }
                })}
            <Card
                id="second-step"
                title=texts.text("second-step-title")
                text=texts.text("second-step-text")
            >
                <SecondStepCard step=settings.second_step />
            </Card>
            <Card
                id="time-zone"
                title=texts.text("settings-zone")
                text=texts.text("settings-zone-text")
            >
                <TimeZone settings=zones />
            </Card>
            <Card
                id="looks"
                title=texts.text("settings-looks")
                text=texts.text("settings-looks-text")
            >
                <div class="looks">
                    <div class="field">
                        <span class="looks-label">{texts.text("language-label")}</span>
                        <LanguageForm />
                    </div>
                    <div class="field">
                        <span class="looks-label">{texts.text("theme-label")}</span>
                        <ThemeForm />
                    </div>
                </div>
            </Card>
            <Card
                id="sessions"
                title=texts.text("settings-sessions")
                text=texts.text("settings-sessions-text")
            >
                <Sessions sessions=settings.sessions />
            </Card>
            <Card
                id="notices"
                title=texts.text("settings-thresholds")
                text=texts.text("settings-thresholds-text")
            >
                <Thresholds
                    percents=settings.thresholds
                    by_mail=settings.mail_notices
                    notices=settings.notices
                />
            </Card>
            <Card
                id="webhooks"
                title=texts.text("webhooks-title")
                text=texts.text("webhooks-lead")
            >
                <WebhooksLink counts=settings.webhooks />
            </Card>
            <Card id="data" title=texts.text("settings-data") text=texts.text("settings-data-text")>
                <a class="button" href="/settings/export.json" download rel="external">
                    {texts.text("settings-export")}
                </a>
            </Card>
            <Card
                id="delete"
                title=texts.text("settings-delete")
                text=texts.text("settings-delete-text")
            >
                <Delete />
            </Card>
        </div>
    }
    .into_any()
}

/// What is settled, why, and the form for it.
#[component]
fn Card(
    id: &'static str,
    title: String,
    #[prop(optional, into)] text: String,
    children: Children,
) -> impl IntoView {
    let heading = format!("{id}-heading");
    view! {
        <section class="card setting" id=id aria-labelledby=heading.clone()>
            <div class="setting-about">
                <h2 id=heading.clone()>{title}</h2>
                {(!text.is_empty()).then(|| view! { <p>{text}</p> })}
            </div>
            <div class="setting-form">{children()}</div>
        </section>
    }
    .into_any()
}

#[component]
fn Profile(settings: SettingsView) -> impl IntoView {
    let texts = use_texts();
    let reply = reply_to(PROFILE);
    view! {
        <form method="post" action="/settings/profile" class="form">
            <Problems reply=reply.clone() />
            <Field
                form=PROFILE
                name="name"
                label=texts.text("settings-name")
                initial=settings.name
                reply
                required=true
                autocomplete="name"
            />
            <button type="submit" class="button button-main">
                {texts.text("settings-save")}
            </button>
        </form>
        <dl class="setting-facts">
            <div>
                <dt>{texts.text("sign-in-email")}</dt>
                <dd>
                    <bdi>{settings.email}</bdi>
                </dd>
            </div>
            <div>
                <dt>{texts.text("account-reference")}</dt>
                <dd>
                    <code>{settings.reference_code}</code>
                </dd>
            </div>
            <div>
                <dt>{texts.text("account-created")}</dt>
                <dd>
                    <Day at=settings.created_at />
                </dd>
            </div>
        </dl>
    }
}

#[component]
fn TimeZone(settings: SettingsView) -> impl IntoView {
    let texts = use_texts();
    let reply = reply_to(TIME_ZONE);
    view! {
        <form method="post" action="/settings/time-zone" class="form">
            <Problems reply=reply.clone() />
            <ZoneField form=TIME_ZONE reply groups=settings.zones initial=settings.time_zone />
            <button type="submit" class="button button-main">
                {texts.text("settings-save")}
            </button>
        </form>
    }
}

#[component]
fn Delete() -> impl IntoView {
    let texts = use_texts();
    let reply = reply_to(DELETE);
    let open = !reply.problems.is_empty() || reply.unsent;
    view! {
        <details class="danger" open=open>
            <summary class="button button-bad">{texts.text("settings-delete-open")}</summary>
            <form method="post" action="/settings/delete#delete" class="form">
                <Problems reply=reply.clone() />
                <Field
                    form=DELETE
                    name="email"
                    label=texts.text("settings-delete-email")
                    kind=FieldKind::Email
                    reply=reply.clone()
                    required=true
                    autocomplete="off"
                />
                <Field
                    form=DELETE
                    name="password"
                    label=texts.text("settings-delete-password")
                    kind=FieldKind::Password
                    reply
                    required=true
                    autocomplete="current-password"
                />
                <button type="submit" class="button button-bad">
                    {texts.text("settings-delete-do")}
                </button>
            </form>
        </details>
    }
}
