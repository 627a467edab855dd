//! Caps of keys and projects: how much of each is used, and the form that sets it.

use super::{
    form::{Problems, Was, reply_to},
    quota::Meter,
};
use crate::{
    i18n::{Texts, grouped, moment, use_texts},
    view::{ApiQuota, CapPeriod, CapRow, CapSetting},
};
use leptos::prelude::*;

/// A period as forms offer it.
pub fn period_name(texts: Texts, period: CapPeriod) -> String {
    texts.text(match period {
        CapPeriod::Total => "cap-total",
        CapPeriod::Day => "cap-day",
        CapPeriod::Week => "cap-week",
        CapPeriod::Month => "cap-month",
    })
}

/// `12 of 50 this week`.
fn used(texts: Texts, cap: &CapRow) -> String {
    let id = match cap.period {
        CapPeriod::Total => "cap-used-total",
        CapPeriod::Day => "cap-used-day",
        CapPeriod::Week => "cap-used-week",
        CapPeriod::Month => "cap-used-month",
    };
    let figures = [
        ("charged", grouped(cap.charged).into()),
        ("calls", grouped(cap.calls).into()),
    ];
    texts.with(id, figures)
}

/// The caps of a row, short. A row without any shows a quiet word.
#[component]
pub fn CapCell(caps: Vec<CapRow>) -> impl IntoView {
    let texts = use_texts();
    if caps.is_empty() {
        return view! { <span class="faint">{texts.text("none")}</span> }.into_any();
    }
    view! {
        <ul class="cap-list">
            {caps
                .into_iter()
                .map(|cap| {
                    let line = used(texts, &cap);
                    let title = cap.api_title.clone();
                    view! {
                        <li class:cap-full=is_full(&cap)>
                            <span class="cap-api">{title}</span>
                            <span class="number">{line}</span>
                        </li>
                    }
                })
                .collect_view()}
        </ul>
    }
    .into_any()
}

const fn is_full(cap: &CapRow) -> bool {
    cap.charged >= cap.calls
}

/// How much of a cap is used, and when it starts anew.
#[component]
pub fn CapProgress(cap: CapRow) -> impl IntoView {
    let texts = use_texts();
    let line = used(texts, &cap);
    let renewal = match cap.renews_at {
        Some(at) => texts.with("cap-renews", [("at", moment(texts, at).into())]),
        None => texts.text("cap-never-renews"),
    };
    let full = is_full(&cap);
    let quota = ApiQuota {
        remaining: (cap.calls - cap.charged).max(0),
        api: cap.api,
        title: cap.api_title,
        granted: cap.calls,
        charged: cap.charged,
    };
    view! {
        <div class="cap-progress">
            <Meter quota />
            <p class="cap-line" class:cap-full=full>
                <span class="number">{line}</span>
                <span class="faint">{renewal}</span>
            </p>
        </div>
    }
}

/// Every API of the catalogue with its cap, each with a form of its own.
#[component]
pub fn CapForms(
    /// Where the forms are sent.
    action: String,
    settings: Vec<CapSetting>,
) -> impl IntoView {
    view! {
        <ul class="caps">
            {settings
                .into_iter()
                .map(|setting| {
                    view! {
                        <li class="cap">
                            <CapForm action=action.clone() setting />
                        </li>
                    }
                })
                .collect_view()}
        </ul>
    }
}

/// The names of a page's cap forms, for those who look for stray problems.
pub fn cap_form(api: &str) -> String {
    format!("cap:{api}")
}

#[component]
fn CapForm(action: String, setting: CapSetting) -> impl IntoView {
    let texts = use_texts();
    let CapSetting { api, cap } = setting;
    let form = cap_form(&api.api);
    let reply = reply_to(&form);
    let current = cap.as_ref().map(|cap| (cap.calls, cap.period.name()));
    let was = current.map_or_else(String::new, |(calls, period)| format!("{calls}/{period}"));
    let typed = |name: &str, now: String| reply.values.get(name).cloned().unwrap_or(now);
    let calls = typed(
        "calls",
        current.map_or_else(String::new, |(calls, _)| calls.to_string()),
    );
    let period = typed("period", current.map_or("day", |(_, period)| period).into());
    let id = format!("cap-{}", api.api);
    let problem = reply.problem("calls").map(|message| texts.message(message));
    let described = format!(
        "{id}-{}",
        if problem.is_some() { "problem" } else { "hint" }
    );
    view! {
        <div class="cap-head">
            <h3>{api.title.clone()}</h3>
            {match cap {
                Some(cap) => view! { <CapProgress cap /> }.into_any(),
                None => view! { <p class="faint">{texts.text("cap-none")}</p> }.into_any(),
            }}
        </div>
        <form method="post" action=action class="cap-form">
            <Was name="was-cap" value=was />
            <input type="hidden" name="api" value=api.api.clone() />
            <Problems reply=whole(&reply) />
            <div class="cap-fields">
                <div class="field">
                    <label for=format!("{id}-calls")>{texts.text("cap-calls")}</label>
                    <input
                        id=format!("{id}-calls")
                        type="text"
                        inputmode="numeric"
                        name="calls"
                        value=calls
                        autocomplete="off"
                        placeholder=texts.text("cap-placeholder")
                        aria-describedby=described
                        aria-invalid=problem.is_some().then_some("true")
                    />
                </div>
                <div class="field">
                    <label for=format!("{id}-period")>{texts.text("cap-period")}</label>
                    <select id=format!("{id}-period") name="period">
                        {CapPeriod::ALL
                            .map(|each| {
                                view! {
                                    <option value=each.name() selected=each.name() == period>
                                        {period_name(texts, each)}
                                    </option>
                                }
                            })
                            .collect_view()}
                    </select>
                </div>
                <button
                    type="submit"
                    class="button"
                    aria-label=texts.with("cap-save-of", [("api", api.title.into())])
                >
                    {texts.text("save")}
                </button>
            </div>
            {match problem {
                Some(problem) => {
                    view! {
                        <p class="problem" id=format!("{id}-problem")>
                            {problem}
                        </p>
                    }
                        .into_any()
                }
                None => {
                    view! {
                        <p class="unseen" id=format!("{id}-hint")>
                            {texts.text("cap-hint")}
                        </p>
                    }
                        .into_any()
                }
            }}
        </form>
    }
    .into_any()
}

/// The problems that belong to no field: the one field says its own.
fn whole(reply: &crate::view::FormReply) -> crate::view::FormReply {
    crate::view::FormReply {
        problems: reply
            .problems
            .iter()
            .filter(|(field, _)| field.is_empty())
            .cloned()
            .collect(),
        ..reply.clone()
    }
}
