//! The filter of the request log. All of it is in the address: a form that is
//! sent by GET, and links that keep the rest of the filter.

use super::{
    choosers::{KeyChooser, ProjectChooser},
    error_codes::use_spoken,
    period::{CustomRange, Preset, Presets, period_text},
    query_string,
    requests::{pairs, period_pairs},
};
use crate::{
    codes::{CODES, offered},
    components::{calls::outcome_text, form::FilterChoice},
    i18n::{Texts, use_texts},
    islands::SelfSending,
    view::{ApiName, KeyChoice, Period, ProjectChoice, RequestOutcome, RequestsFilter},
};
use leptos::prelude::*;

#[component]
pub fn Filter(
    filter: RequestsFilter,
    projects: Vec<ProjectChoice>,
    keys: Vec<KeyChoice>,
    apis: Vec<ApiName>,
) -> impl IntoView {
    let texts = use_texts();
    let selects = selects(texts, &filter, apis);
    let custom = filter.range.filter(|range| range.period == Period::Custom);
    let kept = period_pairs(&filter)
        .into_iter()
        .filter(|(name, _)| *name == "period")
        .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
        .collect_view();
    // The list is what the address says; a form that a browser fills in again
    // on the way back would say something else.
    view! {
        <form
            class="filter"
            method="get"
            action="/requests"
            autocomplete="off"
            aria-label=texts.text("filter-label")
        >
            <div class="filter-selects">
                <ProjectChooser chosen=filter.projects.clone() projects />
                <KeyChooser chosen=filter.keys.clone() keys />
            </div>
            <SelfSending label=texts.text("filter-apply")>
                {selects
                    .into_iter()
                    .map(|Choices { name, label, mut options, all, chosen }| {
                        options.insert(0, (String::new(), all));
                        view! {
                            <FilterChoice
                                id=format!("filter-{name}")
                                name
                                label
                                options
                                chosen=chosen.unwrap_or_default()
                                plain=true
                            />
                        }
                    })
                    .collect_view()}
            </SelfSending>
            {kept}
            <div class="filter-period">
                <Presets presets=presets(texts, &filter) />
                <CustomRange
                    range=custom.map(|range| (range.from, range.to))
                    today=filter.today
                    time_zone=filter.time_zone.clone()
                />
            </div>
            {filter
                .is_set()
                .then(|| {
                    view! {
                        <a class="filter-clear" href="/requests">
                            {texts.text("filter-clear")}
                        </a>
                    }
                })}
        </form>
    }
    .into_any()
}

/// A choice of the form.
struct Choices {
    name: &'static str,
    label: String,
    /// Stands for all, or for several that the address names.
    all: String,
    /// Values with their texts.
    options: Vec<(String, String)>,
    chosen: Option<String>,
}

fn selects(texts: Texts, filter: &RequestsFilter, apis: Vec<ApiName>) -> Vec<Choices> {
    let outcomes: Vec<String> = filter
        .outcomes
        .iter()
        .map(|outcome| outcome.name().to_owned())
        .collect();
    let codes: Vec<String> = filter.codes.iter().map(i64::to_string).collect();
    let mut offered: Vec<(String, String)> = offered(use_spoken().era)
        .map(|code| (code.number.to_string(), texts.text(code.title)))
        .collect();
    // From a request's page: a code of another era, or of the service behind the
    // gateway.
    for code in &codes {
        if !offered.iter().any(|(number, _)| number == code) {
            let other = CODES.iter().find(|known| known.number.to_string() == *code);
            let title = other.map_or("code-upstream", |other| other.title);
            offered.push((code.clone(), texts.text(title)));
        }
    }
    let code_options = offered
        .into_iter()
        .map(|(code, title)| {
            let text = texts.with(
                "requests-filter-code-option",
                [("code", (&code).into()), ("title", title.into())],
            );
            (code, text)
        })
        .collect();
    let all = |chosen: &[String], all: &str, several: &str| match i64::try_from(chosen.len()) {
        Ok(0 | 1) | Err(_) => texts.text(all),
        Ok(count) => texts.with(several, [("count", count.into())]),
    };
    vec![
        Choices {
            name: "api",
            label: texts.text("requests-api"),
            all: all(
                &filter.apis,
                "requests-filter-all-apis",
                "requests-filter-several-apis",
            ),
            options: apis.into_iter().map(|api| (api.api, api.title)).collect(),
            chosen: only(&filter.apis),
        },
        Choices {
            name: "outcome",
            label: texts.text("requests-outcome"),
            all: all(
                &outcomes,
                "requests-filter-all-outcomes",
                "requests-filter-several-outcomes",
            ),
            options: RequestOutcome::ALL
                .map(|outcome| {
                    let text = texts.text(outcome_text(outcome).0);
                    (outcome.name().to_owned(), text)
                })
                .into(),
            chosen: only(&outcomes),
        },
        Choices {
            name: "code",
            label: texts.text("requests-filter-code"),
            all: all(
                &codes,
                "requests-filter-all-codes",
                "requests-filter-several-codes",
            ),
            options: code_options,
            chosen: only(&codes),
        },
    ]
}

fn only(values: &[String]) -> Option<String> {
    match values {
        [value] => Some(value.clone()),
        _ => None,
    }
}

/// The address of the same filter with another period.
fn with_period(filter: &RequestsFilter, period: Option<Period>) -> String {
    let mut pairs = pairs(filter);
    pairs.extend(period.map(|period| ("period", period.name().to_owned())));
    let pairs: Vec<(&str, &str)> = pairs
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    format!("/requests{}", query_string(&pairs))
}

fn presets(texts: Texts, filter: &RequestsFilter) -> Vec<Preset> {
    let current = filter.range.map(|range| range.period);
    std::iter::once(None)
        .chain(Period::PRESETS.map(Some))
        .map(|period| Preset {
            href: with_period(filter, period),
            text: period.map_or_else(
                || texts.text("requests-any-time"),
                |period| period_text(texts, period),
            ),
            current: current == period,
        })
        .collect()
}

/// Opens one request by its id.
#[component]
pub fn FindRequest() -> impl IntoView {
    let texts = use_texts();
    view! {
        <form class="find" method="get" action="/requests/find" role="search">
            <div class="field">
                <label for="find-request">{texts.text("requests-find")}</label>
                <div class="find-line">
                    <input
                        id="find-request"
                        name="id"
                        type="search"
                        placeholder="req_…"
                        maxlength="100"
                        autocomplete="off"
                        spellcheck="false"
                        required=true
                    />
                    <button type="submit" class="button">
                        {texts.text("requests-find-go")}
                    </button>
                </div>
            </div>
        </form>
    }
}
