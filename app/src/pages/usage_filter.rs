//! The filter of the usage page. All of it is in the address: a form that is
//! sent by GET, and links that keep the rest of the filter.

use super::{
    choosers::{KeyChooser, ProjectChooser},
    period::{CustomRange, Preset, Presets, period_text},
    query_string,
};
use crate::{
    components::icons::{Icon, Sign},
    i18n::{Texts, use_texts},
    view::{AppliedFilter, COMPARE_PREVIOUS, GroupBy, KeyChoice, Period, ProjectChoice},
};
use leptos::prelude::*;

#[component]
pub fn Filter(
    filter: AppliedFilter,
    projects: Vec<ProjectChoice>,
    keys: Vec<KeyChoice>,
) -> impl IntoView {
    let texts = use_texts();
    let narrowed = !filter.projects.is_empty() || !filter.keys.is_empty();
    let custom = filter.period == Period::Custom;
    // The list is what the address says; a form that a browser fills in again
    // on the way back would say something else.
    view! {
        <form
            class="filter"
            method="get"
            action="/usage"
            autocomplete="off"
            aria-label=texts.text("filter-label")
        >
            <div class="filter-selects">
                <ProjectChooser chosen=filter.projects.clone() projects />
                <KeyChooser chosen=filter.keys.clone() keys />
            </div>
            {(!custom)
                .then(|| view! { <input type="hidden" name="period" value=filter.period.name() /> })}
            {switches(&filter)
                .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
                .collect_view()}
            <div class="filter-period">
                <Presets presets=presets(texts, &filter) />
                <CustomRange
                    range=custom.then_some((filter.from, filter.to))
                    today=filter.today
                    time_zone=filter.time_zone
                />
            </div>
            {narrowed
                .then(|| {
                    view! {
                        <a class="filter-clear" href="/usage">
                            {texts.text("filter-clear")}
                        </a>
                    }
                })}
        </form>
    }
}

/// The address that shows a filter.
pub fn address(filter: &AppliedFilter) -> String {
    let (from, to) = (filter.from.to_string(), filter.to.to_string());
    let projects = filter.projects.iter().map(|id| ("project", id.as_str()));
    let keys = filter.keys.iter().map(|id| ("key", id.as_str()));
    let mut pairs: Vec<(&str, &str)> = projects.chain(keys).collect();
    if filter.period == Period::Custom {
        pairs.extend([("from", from.as_str()), ("to", to.as_str())]);
    } else {
        pairs.push(("period", filter.period.name()));
    }
    for pair in switches(filter) {
        pairs.push(pair);
    }
    format!("/usage{}", query_string(&pairs))
}

/// The parts of the address that say how, not what: nothing for what is so anyway.
fn switches(filter: &AppliedFilter) -> impl Iterator<Item = (&'static str, &'static str)> + use<> {
    let group = (filter.group != GroupBy::default()).then(|| ("group", filter.group.name()));
    let compare = filter.previous.map(|_| ("compare", COMPARE_PREVIOUS));
    group.into_iter().chain(compare)
}

/// By what bars are stacked, and whether the period before stands beside.
#[component]
pub fn Switches(filter: AppliedFilter) -> impl IntoView {
    let texts = use_texts();
    let groups = GroupBy::ALL
        .map(|group| {
            let current = (filter.group == group).then_some("true");
            let there = AppliedFilter {
                group,
                ..filter.clone()
            };
            view! {
                <a href=address(&there) aria-current=current>
                    {group_text(texts, group)}
                </a>
            }
        })
        .collect_view();
    let compared = filter.previous.is_some();
    let other = AppliedFilter {
        previous: (!compared).then_some((filter.from, filter.to)),
        ..filter
    };
    view! {
        <div class="switches">
            <div class="switch">
                <span class="switch-label" id="group-label">
                    {texts.text("group-by")}
                </span>
                <div class="presets" role="group" aria-labelledby="group-label">
                    {groups}
                </div>
            </div>
            <a class="button compare" href=address(&other) aria-current=compared.then_some("true")>
                {compared.then(|| view! { <Icon sign=Sign::Check /> })}
                {texts.text("compare-previous")}
            </a>
        </div>
    }
}

fn group_text(texts: Texts, group: GroupBy) -> String {
    match group {
        GroupBy::Outcome => texts.text("group-by-outcome"),
        GroupBy::Project => texts.text("group-by-project"),
        GroupBy::Key => texts.text("group-by-key"),
        GroupBy::Api => texts.text("group-by-api"),
    }
}

/// The same filter over other periods.
fn presets(texts: Texts, filter: &AppliedFilter) -> Vec<Preset> {
    Period::PRESETS
        .map(|period| {
            let there = AppliedFilter {
                period,
                ..filter.clone()
            };
            Preset {
                href: address(&there),
                text: period_text(texts, period),
                current: filter.period == period,
            }
        })
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::Unit;
    use chrono::NaiveDate;

    fn filter() -> AppliedFilter {
        let day = NaiveDate::from_ymd_opt(2026, 11, 24).unwrap();
        AppliedFilter {
            projects: vec!["prj_a".into()],
            keys: vec!["key_b".into()],
            period: Period::Days30,
            from: day,
            to: day,
            today: day,
            time_zone: "UTC".into(),
            group: GroupBy::Outcome,
            unit: Unit::Day,
            previous: None,
        }
    }

    #[test]
    fn an_address_holds_the_whole_filter_and_nothing_else() {
        assert_eq!(
            address(&filter()),
            "/usage?project=prj_a&key=key_b&period=30d"
        );
        let day = filter().today;
        let custom = AppliedFilter {
            period: Period::Custom,
            group: GroupBy::Key,
            previous: Some((day, day)),
            projects: vec![],
            keys: vec![],
            ..filter()
        };
        assert_eq!(
            address(&custom),
            "/usage?from=2026-11-24&to=2026-11-24&group=key&compare=previous"
        );
    }
}
