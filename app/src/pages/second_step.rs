//! The second step: asked for after the password, set up and taken away.

use super::{asked, viewer_and};
use crate::{
    components::{
        detail::Back,
        door::{Door, DoorWay},
        form::{Field, FieldKind, Problems, reply_to},
        frame::{Frame, Section},
        outcome::{StrangerPage, answered},
        table::Moment,
    },
    i18n::use_texts,
    islands::CopyButton,
    ports::Settings,
    view::{FormReply, LocalTime, SecondStep},
};
use leptos::prelude::*;
use std::sync::Arc;

const CODE: &str = "code";
const CONFIRM: &str = "confirm-step";
const RECOVERY: &str = "recovery";
const REMOVE: &str = "remove-step";

#[component]
pub fn CodePage() -> impl IntoView {
    let texts = use_texts();
    let reply = reply_to(CODE);
    let next = asked()("next").pop().unwrap_or_default();
    view! {
        <Door title=texts.text("code-title") lead=texts.text("code-lead")>
            <form method="post" action="/sign-in/code" class="form">
                <Problems reply=reply.clone() />
                <input type="hidden" name="next" value=next />
                <CodeField form=CODE reply />
                <button type="submit" class="button button-main button-wide">
                    {texts.text("sign-in")}
                </button>
            </form>
            <p class="hint">{texts.text("code-lost")}</p>
            <DoorWay href="/sign-in" link=texts.text("code-other") />
        </Door>
    }
}

#[component]
fn CodeField(form: &'static str, reply: FormReply) -> impl IntoView {
    let texts = use_texts();
    view! {
        <Field
            form=form
            name="second_code"
            label=texts.text("code-field")
            hint=texts.text("code-hint")
            reply
            required=true
            autocomplete="one-time-code"
        />
    }
}

#[component]
pub fn SecondStepPage() -> impl IntoView {
    let texts = use_texts();
    let Some((viewer, port)) = viewer_and::<Arc<dyn Settings>>() else {
        return view! { <StrangerPage /> }.into_any();
    };
    let page = answered(
        async move { port.second_step(&viewer).await },
        |step| view! { <Step step /> },
    );
    let recovery = use_context::<FormReply>().map(|reply| reply.recovery);
    view! {
        <Frame
            section=Section::Settings
            title=texts.text("second-step-title")
            lead=texts.text("second-step-text")
        >
            <Back href="/settings" text=texts.text("nav-settings") />
            {recovery
                .filter(|codes| !codes.is_empty())
                .map(|codes| view! { <RecoveryCodes codes /> })}
            {page}
        </Frame>
    }
    .into_any()
}

#[component]
fn Step(step: SecondStep) -> impl IntoView {
    let texts = use_texts();
    match step {
        SecondStep::Off => view! {
            <p>
                <a class="button" href="/settings#second-step">
                    {texts.text("second-step-begin")}
                </a>
            </p>
        }
        .into_any(),
        SecondStep::Waiting { qr_svg, secret } => view! { <SetUp qr_svg secret /> }.into_any(),
        SecondStep::On {
            since,
            recovery_left,
        } => view! { <On since recovery_left /> }.into_any(),
    }
}

#[component]
fn SetUp(qr_svg: String, secret: String) -> impl IntoView {
    let texts = use_texts();
    let reply = reply_to(CONFIRM);
    let spaced = secret
        .as_bytes()
        .chunks(4)
        .map(String::from_utf8_lossy)
        .collect::<Vec<_>>()
        .join(" ");
    view! {
        <section class="card second-step" aria-labelledby="scan">
            <div class="qr second-step-qr" role="img" aria-label=texts.text("second-step-qr") inner_html=qr_svg></div>
            <div class="second-step-form">
                <h2 id="scan">{texts.text("second-step-scan")}</h2>
                <p>{texts.text("second-step-scan-text")}</p>
                <div class="copy-line">
                    <code class="secret">{spaced}</code>
                    <CopyButton
                        value=secret
                        label=texts.text("copy")
                        about=texts.text("copy-key")
                        done=texts.text("copied")
                    />
                </div>
                <form method="post" action="/settings/second-step" class="form">
                    <Problems reply=reply.clone() />
                    <Field
                        form=CONFIRM
                        name="second_code"
                        label=texts.text("code-field")
                        reply
                        required=true
                        autocomplete="one-time-code"
                    />
                    <button type="submit" class="button button-main">
                        {texts.text("second-step-confirm")}
                    </button>
                </form>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn On(since: LocalTime, recovery_left: i64) -> impl IntoView {
    let texts = use_texts();
    let (recovery, remove) = (reply_to(RECOVERY), reply_to(REMOVE));
    let open = !remove.problems.is_empty();
    view! {
        <section class="card" aria-labelledby="recovery">
            <h2 id="recovery">{texts.text("recovery-title")}</h2>
            <p>
                {texts.with("recovery-left", [("codes", recovery_left.into())])} " · "
                {texts.text("second-step-since")} " " <Moment at=since />
            </p>
            <form method="post" action="/settings/second-step/recovery" class="form narrow-form">
                <Problems reply=recovery.clone() />
                <CodeField form=RECOVERY reply=recovery />
                <button type="submit" class="button">
                    {texts.text("recovery-again")}
                </button>
            </form>
        </section>
        <section class="card" aria-labelledby="remove">
            <h2 id="remove">{texts.text("second-step-remove")}</h2>
            <details class="danger" open=open>
                <summary class="button button-bad">{texts.text("second-step-remove-open")}</summary>
                <form method="post" action="/settings/second-step/remove" class="form">
                    <Problems reply=remove.clone() />
                    <Field
                        form=REMOVE
                        name="factor_password"
                        label=texts.text("settings-email-password")
                        kind=FieldKind::Password
                        reply=remove.clone()
                        required=true
                        autocomplete="current-password"
                    />
                    <CodeField form=REMOVE reply=remove />
                    <button type="submit" class="button button-bad">
                        {texts.text("second-step-remove-do")}
                    </button>
                </form>
            </details>
        </section>
    }
    .into_any()
}

/// All of them, for the only time.
#[component]
fn RecoveryCodes(codes: Vec<String>) -> impl IntoView {
    let texts = use_texts();
    let all = codes.join("\n");
    view! {
        <section class="card new-key" aria-labelledby="recovery-codes" role="status">
            <h2 id="recovery-codes">{texts.text("recovery-codes")}</h2>
            <p>{texts.text("recovery-codes-text")}</p>
            <ul class="recovery-codes">
                {codes
                    .into_iter()
                    .map(|code| {
                        view! {
                            <li>
                                <code>{code}</code>
                            </li>
                        }
                    })
                    .collect_view()}
            </ul>
            <div class="copy-line">
                <CopyButton
                    value=all
                    label=texts.text("copy")
                    about=texts.text("copy-recovery")
                    done=texts.text("copied")
                />
            </div>
        </section>
    }
    .into_any()
}
