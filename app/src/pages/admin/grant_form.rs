//! The form that gives an account calls.

use crate::{
    components::form::{Choice, Field, FieldKind, Once, Problems, reply_to},
    i18n::use_texts,
    view::ApiQuota,
};
use leptos::prelude::*;

/// The form's name.
pub const FORM: &str = "grant";
/// The fields behind the summary.
const TERMS: [&str; 5] = ["starts", "expires", "recurs", "roll_over", "priority"];

#[component]
pub fn GrantForm(id: String, quota: Vec<ApiQuota>) -> impl IntoView {
    let texts = use_texts();
    let reply = reply_to(FORM);
    let options = quota
        .into_iter()
        .map(|quota| (quota.api, quota.title))
        .collect();
    let open = TERMS.iter().any(|name| {
        reply.problem(name).is_some()
            || reply
                .values
                .get(*name)
                .is_some_and(|typed| !typed.is_empty() && typed != "once")
    });
    let recurs = [
        ("once", texts.text("grant-once")),
        ("day", texts.text("grant-every-day")),
        ("week", texts.text("grant-every-week")),
        ("month", texts.text("grant-every-month")),
    ]
    .map(|(value, text)| (value.to_owned(), text))
    .into();
    view! {
        <form method="post" action=format!("/admin/accounts/{id}/grants") class="form">
            <Once />
            <Problems reply=reply.clone() />
            <Choice
                form=FORM
                name="api"
                label=texts.text("more-api")
                reply=reply.clone()
                options
            />
            <Field
                form=FORM
                name="calls"
                label=texts.text("grant-calls")
                kind=FieldKind::Number
                reply=reply.clone()
                required=true
                autocomplete="off"
            />
            <Field
                form=FORM
                name="reason"
                label=texts.text("grant-reason")
                hint=texts.text("grant-reason-hint")
                kind=FieldKind::Lines
                reply=reply.clone()
                required=true
            />
            <details class="grant-terms" open=open>
                <summary>{texts.text("grant-terms")}</summary>
                <div class="form">
                    <Field
                        form=FORM
                        name="starts"
                        label=texts.text("grant-first-day")
                        hint=texts.text("grant-first-day-hint")
                        kind=FieldKind::Date
                        reply=reply.clone()
                    />
                    <Field
                        form=FORM
                        name="expires"
                        label=texts.text("grant-last-day")
                        hint=texts.text("grant-last-day-hint")
                        kind=FieldKind::Date
                        reply=reply.clone()
                    />
                    <Choice
                        form=FORM
                        name="recurs"
                        label=texts.text("grant-recurs")
                        reply=reply.clone()
                        options=recurs
                    />
                    <Field
                        form=FORM
                        name="roll_over"
                        label=texts.text("grant-roll-over")
                        hint=texts.text("grant-roll-over-hint")
                        kind=FieldKind::Number
                        reply=reply.clone()
                        autocomplete="off"
                    />
                    <Field
                        form=FORM
                        name="priority"
                        label=texts.text("grant-priority")
                        hint=texts.text("grant-priority-hint")
                        reply
                        autocomplete="off"
                    />
                </div>
            </details>
            <button type="submit" class="button button-main">
                {texts.text("grant-send")}
            </button>
        </form>
    }
}
