//! Usage: what remains of each API, and what used it under a filter.

use super::{usage_filter::Filter, viewer_and};
use crate::{
    components::{
        banner::Alert,
        chart::UsageChart,
        frame::{Frame, Section},
        outcome::{StrangerPage, answered},
        quota::{Remaining, RunningOut},
    },
    i18n::{Texts, date, date_range, grouped, use_texts},
    ports::Console,
    view::{ApiUsage, AppliedFilter, FilterProblem, UsageQuery, UsageReport},
};
use leptos::prelude::*;
use leptos_router::{hooks::use_query_map, params::ParamsMap};
use std::sync::Arc;

#[component]
pub fn UsagePage() -> impl IntoView {
    let texts = use_texts();
    let query = query_of(&use_query_map().get_untracked());
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

/// The filter in the address. An empty value is one that was not given.
fn query_of(params: &ParamsMap) -> UsageQuery {
    let all = |name: &str| -> Vec<String> {
        params
            .get_all(name)
            .unwrap_or_default()
            .into_iter()
            .filter(|value| !value.is_empty())
            .collect()
    };
    let one = |name: &str| params.get(name).filter(|value| !value.is_empty());
    UsageQuery {
        projects: all("project"),
        keys: all("key"),
        period: one("period"),
        from: one("from"),
        to: one("to"),
    }
}

#[component]
fn Report(report: UsageReport) -> impl IntoView {
    let texts = use_texts();
    let period = date_range(texts, report.filter.from, report.filter.to);
    let mismatch = key_of_another_project(&report);
    view! {
        <FilterProblems problems=report.problems.clone() />
        <Filter
            filter=report.filter.clone()
            projects=report.project_choices.clone()
            keys=report.key_choices.clone()
        />
        {mismatch
            .then(|| {
                view! {
                    <p class="notice notice-wait">{texts.text("filter-mismatch")}</p>
                }
            })}
        <section aria-labelledby="quota-heading">
            <h2 id="quota-heading" class="unseen">
                {texts.text("usage-quota-heading")}
            </h2>
            <div class="cards">
                {report
                    .apis
                    .iter()
                    .map(|usage| view! { <UsageCard usage=usage.clone() /> })
                    .collect_view()}
            </div>
        </section>
        <section class="charts" aria-labelledby="daily-heading">
            <div class="section-head">
                <h2 id="daily-heading">{texts.text("usage-daily-heading")}</h2>
                <p class="faint">
                    {texts
                        .with(
                            "usage-period-zone",
                            [
                                ("period", period.into()),
                                ("zone", (&report.filter.time_zone).into()),
                            ],
                        )}
                </p>
            </div>
            {report
                .apis
                .into_iter()
                .map(|usage| view! { <UsageChart usage /> })
                .collect_view()}
        </section>
    }
}

/// One API: what remains, large; below it the period's figures.
#[component]
fn UsageCard(usage: ApiUsage) -> impl IntoView {
    let texts = use_texts();
    let quota = usage.quota;
    let api = quota.api.clone();
    view! {
        <article class="card usage-card" data-api=api>
            <header class="card-head">
                <h3>{quota.title.clone()}</h3>
                <code>{quota.api.clone()}</code>
            </header>
            <p class="card-label">{texts.text("usage-remaining")}</p>
            <Remaining quota=quota.clone() />
            <RunningOut quota />
            <dl class="figures">
                <div>
                    <dt>{texts.text("usage-charged")}</dt>
                    <dd data-figure="charged">{grouped(usage.charged)}</dd>
                </div>
                <div>
                    <dt>{texts.text("usage-failed")}</dt>
                    <dd data-figure="failed">{grouped(usage.failed)}</dd>
                </div>
                <div>
                    <dt>{texts.text("usage-requests")}</dt>
                    <dd data-figure="requests">{grouped(usage.charged + usage.failed)}</dd>
                </div>
            </dl>
        </article>
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
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_filter_value_is_none() {
        let mut params = ParamsMap::new();
        for (name, value) in [
            ("project", "prj_1"),
            ("project", ""),
            ("project", "prj_2"),
            ("key", ""),
            ("from", ""),
            ("period", "7d"),
        ] {
            params.insert(name, value.to_owned());
        }
        assert_eq!(
            query_of(&params),
            UsageQuery {
                projects: vec!["prj_1".into(), "prj_2".into()],
                period: Some("7d".into()),
                ..UsageQuery::default()
            }
        );
    }
}
