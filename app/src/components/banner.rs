//! Short sentences about what just happened.

use super::icons::{Icon, Sign};
use crate::i18n::use_texts;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// What `?done=` may say. Anything else in the address is ignored, so that no
/// link can put words into the console's mouth.
const DONE: [(&str, &str); 44] = [
    ("key-disabled", "done-key-disabled"),
    ("key-enabled", "done-key-enabled"),
    ("key-edited", "done-saved"),
    ("key-deleted", "done-key-deleted"),
    ("old-secret-stopped", "done-old-secret-stopped"),
    ("cap-set", "done-cap-set"),
    ("project-created", "done-project-created"),
    ("project-edited", "done-saved"),
    ("project-deleted", "done-project-deleted"),
    ("request-sent", "done-request-sent"),
    ("request-withdrawn", "done-request-withdrawn"),
    ("granted", "done-granted"),
    ("bulk-given", "done-bulk-given"),
    ("code-revoked", "done-code-revoked"),
    ("codes-revoked", "done-codes-revoked"),
    ("note-added", "done-note-added"),
    ("account-disabled", "done-account-disabled"),
    ("account-enabled", "done-account-enabled"),
    ("role-changed", "done-role-changed"),
    ("grant-revoked", "done-grant-revoked"),
    ("request-approved", "done-request-approved"),
    ("request-rejected", "done-request-rejected"),
    ("signed-out", "done-signed-out"),
    ("form-kept", "done-form-kept"),
    ("code-redeemed", "done-code-redeemed"),
    ("account-renamed", "done-account-renamed"),
    ("password-changed", "done-password-changed"),
    ("time-zone-changed", "done-time-zone-changed"),
    ("thresholds-changed", "done-thresholds-changed"),
    ("session-revoked", "done-session-revoked"),
    ("sessions-revoked", "done-sessions-revoked"),
    ("account-deleted", "done-account-deleted"),
    ("session-ended", "done-session-ended"),
    ("email-asked", "done-email-asked"),
    ("email-changed", "done-email-changed"),
    ("second-step-removed", "done-second-step-removed"),
    ("openid-unlinked", "done-openid-unlinked"),
    ("password-reset", "done-password-reset"),
    ("invited", "done-invited"),
    ("link-withdrawn", "done-link-withdrawn"),
    ("message-sent", "done-message-sent"),
    ("webhook-enabled", "done-webhook-enabled"),
    ("webhook-disabled", "done-webhook-disabled"),
    ("webhook-deleted", "done-webhook-deleted"),
];

/// Confirms the change that led to this page.
#[component]
pub fn DoneBanner() -> impl IntoView {
    let texts = use_texts();
    let done = use_query_map().get_untracked().get("done");
    let text = done.and_then(|done| {
        DONE.iter()
            .find(|(name, _)| *name == done)
            .map(|(_, id)| texts.text(id))
    });
    view! {
        <div role="status" class="just-done">
            {text
                .map(|text| {
                    view! {
                        <p class="notice notice-good">
                            <Icon sign=Sign::Check />
                            {text}
                        </p>
                    }
                })}
        </div>
    }
}

/// Something that needs the reader's eye at once.
#[component]
pub fn Alert(children: Children) -> impl IntoView {
    view! {
        <div role="alert" class="notice notice-bad">
            <Icon sign=Sign::Warning />
            <div>{children()}</div>
        </div>
    }
}

/// A place where rows would be, and what to do about it.
#[component]
pub fn Empty(
    #[prop(into)] title: String,
    #[prop(into)] text: String,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <p class="empty-title">{title}</p>
            <p>{text}</p>
            {children.map(|children| children())}
        </div>
    }
}
