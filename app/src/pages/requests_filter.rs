//! The filter of the request log. All of it is in the address: a form that is
//! sent by GET, and links that keep the rest of the filter.

use super::{
    query_string,
    requests::{pairs, period_pairs},
};
use crate::{
    codes::offered,
    components::{
        calls::outcome_text,
        icons::{Icon, Sign},
    },
    i18n::{Texts, date_range, use_texts},
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
    let selects = selects(texts, &filter, projects, keys, apis);
    let kept = period_pairs(&filter)
        .into_iter()
        .filter(|(name, _)| *name == "period")
        .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
        .collect_view();
    view! {
        <form class="filter" method="get" action="/requests" aria-label=texts.text("filter-label")>
            <SelfSending label=texts.text("filter-apply")>
                {selects
                    .into_iter()
                    .map(|select| view! { <Select select /> })
                    .collect_view()}
            </SelfSending>
            {kept}
            <div class="filter-period">
                <Presets filter=filter.clone() />
                <CustomRange filter=filter.clone() />
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

/// Values with their texts.
type Options = Vec<(String, String)>;
/// Options under the names of groups; nothing stands for no group.
type Groups = Vec<(Option<String>, Options)>;

/// A choice of the form.
struct Choices {
    name: &'static str,
    label: String,
    /// Stands for all, or for several that the address names.
    all: String,
    groups: Groups,
    chosen: Option<String>,
}

fn selects(
    texts: Texts,
    filter: &RequestsFilter,
    projects: Vec<ProjectChoice>,
    keys: Vec<KeyChoice>,
    apis: Vec<ApiName>,
) -> Vec<Choices> {
    let plain = |options: Vec<(String, String)>| vec![(None, options)];
    let outcomes: Vec<String> = filter
        .outcomes
        .iter()
        .map(|outcome| outcome.name().to_owned())
        .collect();
    let codes: Vec<String> = filter.codes.iter().map(i64::to_string).collect();
    let mut offered: Vec<(String, String)> = offered()
        .map(|code| (code.number.to_string(), texts.text(code.title)))
        .collect();
    // A code of the service behind the gateway, from a request's page.
    for code in &codes {
        if !offered.iter().any(|(number, _)| number == code) {
            offered.push((code.clone(), texts.text("code-upstream")));
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
            name: "project",
            label: texts.text("filter-project"),
            all: all(
                &filter.projects,
                "filter-all-projects",
                "filter-several-projects",
            ),
            groups: plain(
                projects
                    .into_iter()
                    .map(|project| (project.id, project.name))
                    .collect(),
            ),
            chosen: only(&filter.projects),
        },
        Choices {
            name: "key",
            label: texts.text("filter-key"),
            all: all(&filter.keys, "filter-all-keys", "filter-several-keys"),
            groups: by_project(filter, keys),
            chosen: only(&filter.keys),
        },
        Choices {
            name: "api",
            label: texts.text("requests-api"),
            all: all(
                &filter.apis,
                "requests-filter-all-apis",
                "requests-filter-several-apis",
            ),
            groups: plain(apis.into_iter().map(|api| (api.api, api.title)).collect()),
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
            groups: plain(
                RequestOutcome::ALL
                    .map(|outcome| {
                        let text = texts.text(outcome_text(outcome).0);
                        (outcome.name().to_owned(), text)
                    })
                    .into(),
            ),
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
            groups: plain(code_options),
            chosen: only(&codes),
        },
    ]
}

#[component]
fn Select(select: Choices) -> impl IntoView {
    let id = format!("filter-{}", select.name);
    let chosen = select.chosen;
    let options = move |options: Vec<(String, String)>| {
        options
            .into_iter()
            .map(|(value, text)| {
                let selected = chosen.as_ref() == Some(&value);
                view! {
                    <option value=value selected=selected>
                        {text}
                    </option>
                }
            })
            .collect_view()
    };
    view! {
        <div class="field">
            <label for=id.clone()>{select.label}</label>
            <select id=id name=select.name>
                <option value="">{select.all}</option>
                {select
                    .groups
                    .into_iter()
                    .map(|(group, values)| match group {
                        Some(group) => {
                            view! { <optgroup label=group>{options(values)}</optgroup> }.into_any()
                        }
                        None => options(values).into_any(),
                    })
                    .collect_view()}
            </select>
        </div>
    }
}

fn only(values: &[String]) -> Option<String> {
    match values {
        [value] => Some(value.clone()),
        _ => None,
    }
}

/// Keys under their projects' names. With a project chosen, its own keys, and
/// whichever key is chosen.
fn by_project(filter: &RequestsFilter, keys: Vec<KeyChoice>) -> Groups {
    let mut groups: Vec<(String, String, Options)> = Vec::new();
    for key in keys {
        let fits = filter.projects.is_empty()
            || filter.projects.contains(&key.project_id)
            || filter.keys.contains(&key.id);
        if !fits {
            continue;
        }
        let option = (key.id, format!("{} ({})", key.name, key.hint));
        match groups.iter_mut().find(|(id, ..)| *id == key.project_id) {
            Some((_, _, options)) => options.push(option),
            None => groups.push((key.project_id, key.project_name, vec![option])),
        }
    }
    groups
        .into_iter()
        .map(|(_, name, options)| (Some(name), options))
        .collect()
}

fn period_text(texts: Texts, period: Period) -> String {
    match period {
        Period::Today => texts.text("period-today"),
        Period::Days7 => texts.text("period-7d"),
        Period::Days30 => texts.text("period-30d"),
        Period::Days90 => texts.text("period-90d"),
        Period::ThisMonth => texts.text("period-month"),
        Period::Custom => texts.text("period-custom"),
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

#[component]
fn Presets(filter: RequestsFilter) -> impl IntoView {
    let texts = use_texts();
    let current = filter.range.map(|range| range.period);
    let periods = std::iter::once(None).chain(Period::PRESETS.map(Some));
    view! {
        <div class="presets" role="group" aria-label=texts.text("filter-period")>
            {periods
                .map(|period| {
                    let text = period
                        .map_or_else(
                            || texts.text("requests-any-time"),
                            |period| period_text(texts, period),
                        );
                    view! {
                        <a
                            href=with_period(&filter, period)
                            aria-current=(current == period).then_some("true")
                        >
                            {text}
                        </a>
                    }
                })
                .collect_view()}
        </div>
    }
}

#[component]
fn CustomRange(filter: RequestsFilter) -> impl IntoView {
    let texts = use_texts();
    let range = filter.range.filter(|range| range.period == Period::Custom);
    let (from, to) = range.map_or_else(Default::default, |range| {
        (range.from.to_string(), range.to.to_string())
    });
    let summary = range.map_or_else(
        || period_text(texts, Period::Custom),
        |range| date_range(texts, range.from, range.to),
    );
    let today = filter.today.to_string();
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
                <p class="hint">
                    {texts.with("filter-zone", [("zone", filter.time_zone.into())])}
                </p>
                <button type="submit" class="button button-main">
                    {texts.text("filter-show-range")}
                </button>
            </div>
        </details>
    }
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
