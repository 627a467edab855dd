//! Where an account is signed in.

use super::{
    banner::Empty,
    table::{Badge, Moment},
};
use crate::{i18n::use_texts, view::SessionRow};
use leptos::prelude::*;

#[component]
pub fn Sessions(sessions: Vec<SessionRow>) -> impl IntoView {
    let texts = use_texts();
    if sessions.is_empty() {
        return view! {
            <Empty
                title=texts.text("sessions-none-title")
                text=texts.text("sessions-none-text")
            />
        }
        .into_any();
    }
    let others = sessions.iter().any(|session| !session.current);
    view! {
        <ul class="sessions">
            {sessions.into_iter().map(|session| view! { <Session session /> }).collect_view()}
        </ul>
        {others
            .then(|| {
                view! {
                    <form method="post" action="/settings/sessions/revoke-others">
                        <button type="submit" class="button">
                            {texts.text("sessions-revoke-others")}
                        </button>
                    </form>
                }
            })}
    }
    .into_any()
}

#[component]
fn Session(session: SessionRow) -> impl IntoView {
    let texts = use_texts();
    let device = if session.device.is_empty() {
        texts.text("session-unknown")
    } else {
        session.device
    };
    let about = texts.with("session-revoke-what", [("device", (&device).into())]);
    view! {
        <li class="session">
            <div class="session-about">
                <p class="session-device">
                    <strong>{device}</strong>
                    {session
                        .current
                        .then(|| view! { <Badge tone="good" text=texts.text("session-this") /> })}
                </p>
                <p class="faint">
                    {texts.text("session-signed-in")} " " <Moment at=session.signed_in_at /> " · "
                    {texts.text("session-seen")} " " <Moment at=session.seen_at />
                </p>
            </div>
            {(!session.current)
                .then(|| {
                    view! {
                        <form
                            method="post"
                            action=format!("/settings/sessions/{}/revoke", session.handle)
                        >
                            <button
                                type="submit"
                                class="button button-small"
                                aria-label=about
                            >
                                {texts.text("session-revoke")}
                            </button>
                        </form>
                    }
                })}
        </li>
    }
}
