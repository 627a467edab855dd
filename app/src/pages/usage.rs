//! Usage: what remains of each API, and what used it under a filter.

use super::{
    asked,
    usage_card::{Comparison, UsageCard},
    usage_filter::{Filter, Switches, address},
    usage_in_words::{FilterInWords, filter_in_words},
    viewer_and,
};
use crate::{
    components::{
        banner::{Alert, Empty},
        chart::{Chart, ChartFrame, Labels},
        export::Export,
        frame::{Frame, Section},
        live::LiveStatus,
        outcome::{StrangerPage, answered},
    },
    i18n::{Texts, date, date_range, use_texts},
    ports::Console,
    view::{AppliedFilter, FilterProblem, Unit, UsageQuery, UsageReport},
};
use leptos::prelude::*;
use std::sync::Arc;

#[component]
pub fn UsagePage() -> impl IntoView {
    let texts = use_texts();
    let query = UsageQuery::read(asked());
    let Some((viewer, console)) = viewer_and::<Arc<dyn Console>>() else {
        return view! { <StrangerPage /> }.into_any();
    };
    let report = answered(
        async move { console.usage(&viewer, query).await },
        |report| view! { <Report report /> },
    );
    view! {
        <Frame section=Section::Usage title=texts.text("usage-title") lead=texts.text("usage-lead")>
            {report}
        </Frame>
    }
    .into_any()
}

#[component]
fn Report(report: UsageReport) -> impl IntoView {
    let texts = use_texts();
    let mismatch = key_of_another_project(&report);
    let in_words = filter_in_words(texts, &report);
    view! {
        <FilterInWords text=in_words />
        <FilterProblems problems=report.problems.clone() />
        <Filter
            filter=report.filter.clone()
            projects=report.project_choices.clone()
            keys=report.key_choices.clone()
        />
        <Switches filter=report.filter.clone() />
        {mismatch
            .then(|| {
                view! {
                    <p class="notice notice-wait">{texts.text("filter-mismatch")}</p>
                }
            })}
        // All that changes while calls come in, and nothing that is alive itself.
        <LiveStatus as_of=report.as_of />
        <div id="usage-live" class="usage-live">
            {report.unused.then(|| view! { <FirstCall keys=!report.key_choices.is_empty() /> })}
            <Cards report=report.clone() />
            <Charts report />
        </div>
    }
}

/// What to do first, for an account that never called.
#[component]
fn FirstCall(
    /// There is a key to call with.
    keys: bool,
) -> impl IntoView {
    let texts = use_texts();
    let (text, key_class) = if keys {
        (texts.text("first-call-text"), "button")
    } else {
        (texts.text("first-key-text"), "button button-main")
    };
    let start_class = if keys { "button button-main" } else { "button" };
    view! {
        <Empty title=texts.text("first-call-title") text=text>
            <p class="buttons">
                <a class=key_class href="/keys">
                    {texts.text("first-key-make")}
                </a>
                <a class=start_class href="/quick-start">
                    {texts.text("first-quick-start")}
                </a>
            </p>
        </Empty>
    }
}

#[component]
fn Cards(report: UsageReport) -> impl IntoView {
    let texts = use_texts();
    let here = address(&report.filter);
    let comparison = report.filter.previous.map(|(from, to)| Comparison {
        against: date_range(texts, from, to),
    });
    let today = report.filter.today;
    view! {
        <section aria-labelledby="quota-heading">
            <div class="section-head">
                <h2 id="quota-heading">{texts.text("usage-quota-heading")}</h2>
                <p class="faint">{texts.text("usage-quota-why")}</p>
            </div>
            <div class="cards">
                {report
                    .apis
                    .into_iter()
                    .map(|usage| {
                        view! {
                            <UsageCard
                                usage
                                today
                                comparison=comparison.clone()
                                here=here.clone()
                            />
                        }
                    })
                    .collect_view()}
            </div>
            <p class="hint">{texts.text("forecast-how")}</p>
        </section>
    }
}

#[component]
fn Charts(report: UsageReport) -> impl IntoView {
    let texts = use_texts();
    let filter = &report.filter;
    let period = date_range(texts, filter.from, filter.to);
    let heading = match filter.unit {
        Unit::Day => texts.text("usage-daily-heading"),
        Unit::Hour => texts.text("usage-hourly-heading"),
    };
    let buckets = report
        .charts
        .iter()
        .find_map(|chart| chart.series.as_ref().ok())
        .map_or(&[][..], |series| &series.buckets);
    let frame = ChartFrame {
        group: filter.group,
        labels: Arc::new(Labels::of(texts, filter, buckets)),
        here: address(filter),
    };
    view! {
        <section class="charts" aria-labelledby="daily-heading">
            <div class="section-head">
                <h2 id="daily-heading">{heading}</h2>
                <p class="faint">
                    {texts
                        .with(
                            "usage-period-zone",
                            [
                                ("period", period.into()),
                                ("zone", (&filter.time_zone).into()),
                            ],
                        )}
                </p>
                <Export to="/usage/export" what=texts.text("usage-title") />
            </div>
            {report
                .charts
                .into_iter()
                .map(|chart| view! { <Chart chart frame=frame.clone() /> })
                .collect_view()}
        </section>
    }
}

/// A key that is not in the chosen project: every figure is rightly zero, and
/// the reader should know why.
fn key_of_another_project(report: &UsageReport) -> bool {
    let AppliedFilter { projects, keys, .. } = &report.filter;
    !projects.is_empty()
        && !keys.is_empty()
        && !report
            .key_choices
            .iter()
            .any(|key| keys.contains(&key.id) && projects.contains(&key.project_id))
}

#[component]
fn FilterProblems(problems: Vec<FilterProblem>) -> impl IntoView {
    let texts = use_texts();
    (!problems.is_empty()).then(|| {
        view! {
            <Alert>
                {problems
                    .iter()
                    .map(|problem| view! { <p>{problem_text(texts, problem)}</p> })
                    .collect_view()}
            </Alert>
        }
    })
}

fn problem_text(texts: Texts, problem: &FilterProblem) -> String {
    match problem {
        FilterProblem::NotADate { value } => {
            texts.with("filter-not-a-date", [("value", value.into())])
        }
        FilterProblem::Reversed { from, to } => texts.with(
            "filter-reversed",
            [
                ("from", date(texts, *from).into()),
                ("to", date(texts, *to).into()),
            ],
        ),
        FilterProblem::TooLong { most } => {
            texts.with("filter-too-long", [("most", (*most).into())])
        }
        FilterProblem::UnknownPeriod { value } => {
            texts.with("filter-unknown-period", [("value", value.into())])
        }
        FilterProblem::UnknownProject => texts.text("filter-unknown-project"),
        FilterProblem::UnknownKey => texts.text("filter-unknown-key"),
        FilterProblem::UnknownGroup { value } => {
            texts.with("filter-unknown-group", [("value", value.into())])
        }
        FilterProblem::UnknownCompare { value } => {
            texts.with("filter-unknown-compare", [("value", value.into())])
        }
    }
}
