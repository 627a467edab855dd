//! Which days a page shows: presets, and a range of the reader's own. Part of a
//! filter form that is sent by GET.

use crate::{
    components::icons::{Icon, Sign},
    i18n::{Texts, date_range, use_texts},
    view::Period,
};
use chrono::NaiveDate;
use leptos::prelude::*;

pub fn period_text(texts: Texts, period: Period) -> String {
    match period {
        Period::Today => texts.text("period-today"),
        Period::Days7 => texts.text("period-7d"),
        Period::Days30 => texts.text("period-30d"),
        Period::Days90 => texts.text("period-90d"),
        Period::ThisMonth => texts.text("period-month"),
        Period::Custom => texts.text("period-custom"),
    }
}

/// A period that is offered: where it leads, and whether it is shown now.
pub struct Preset {
    pub href: String,
    pub text: String,
    pub current: bool,
}

#[component]
pub fn Presets(presets: Vec<Preset>) -> impl IntoView {
    view! {
        <div class="presets" role="group" aria-label=use_texts().text("filter-period")>
            {presets
                .into_iter()
                .map(|preset| {
                    view! {
                        <a href=preset.href aria-current=preset.current.then_some("true")>
                            {preset.text}
                        </a>
                    }
                })
                .collect_view()}
        </div>
    }
}

#[component]
pub fn CustomRange(
    /// First and last day, if the page shows a range of the reader's own.
    range: Option<(NaiveDate, NaiveDate)>,
    today: NaiveDate,
    time_zone: String,
) -> impl IntoView {
    let texts = use_texts();
    let summary = range.map_or_else(
        || period_text(texts, Period::Custom),
        |(from, to)| date_range(texts, from, to),
    );
    let (from, to) = range.map_or_else(Default::default, |(from, to)| {
        (from.to_string(), to.to_string())
    });
    let today = today.to_string();
    view! {
        <details class="range">
            <summary class="button" aria-current=range.map(|_| "true")>
                <Icon sign=Sign::Calendar />
                {summary}
            </summary>
            <div class="range-panel">
                <div class="field">
                    <label for="filter-from">{texts.text("filter-from")}</label>
                    <input id="filter-from" type="date" name="from" value=from max=today.clone() />
                </div>
                <div class="field">
                    <label for="filter-to">{texts.text("filter-to")}</label>
                    <input id="filter-to" type="date" name="to" value=to max=today />
                </div>
                <p class="hint">{texts.with("filter-zone", [("zone", time_zone.into())])}</p>
                <button type="submit" class="button button-main">
                    {texts.text("filter-show-range")}
                </button>
            </div>
        </details>
    }
}
