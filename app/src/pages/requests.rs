//! The request log: every call, newest first, a page at a time.

use super::{
    asked, query_string,
    requests_filter::{Filter, FindRequest},
    viewer_and,
};
use crate::{
    components::{
        banner::{Alert, Empty},
        calls::CallTable,
        export::Export,
        frame::{Frame, Section},
        outcome::{StrangerPage, answered},
    },
    i18n::{Texts, date, use_texts},
    ports::Console,
    view::{PagePlace, RequestsFilter, RequestsProblem, RequestsQuery, RequestsView},
};
use leptos::prelude::*;
use std::sync::Arc;

#[component]
pub fn RequestLogPage() -> impl IntoView {
    let texts = use_texts();
    let query = RequestsQuery::read(asked());
    let Some((viewer, console)) = viewer_and::<Arc<dyn Console>>() else {
        return view! { <StrangerPage /> }.into_any();
    };
    let log = answered(
        async move { console.requests(&viewer, query).await },
        |log| view! { <Log log /> },
    );
    view! {
        <Frame
            section=Section::Requests
            title=texts.text("requests-title")
            lead=texts.text("requests-lead")
        >
            {log}
        </Frame>
    }
    .into_any()
}

/// The filter as pairs of an address, without the period.
pub(super) fn pairs(filter: &RequestsFilter) -> Vec<(&'static str, String)> {
    let each = |name, values: &[String]| -> Vec<(&'static str, String)> {
        values.iter().map(|value| (name, value.clone())).collect()
    };
    let mut pairs = each("project", &filter.projects);
    pairs.extend(each("key", &filter.keys));
    pairs.extend(each("api", &filter.apis));
    pairs.extend(
        filter
            .outcomes
            .iter()
            .map(|outcome| ("outcome", outcome.name().to_owned())),
    );
    pairs.extend(filter.codes.iter().map(|code| ("code", code.to_string())));
    pairs
}

/// The period as pairs of an address.
pub(super) fn period_pairs(filter: &RequestsFilter) -> Vec<(&'static str, String)> {
    use crate::view::Period;
    match filter.range {
        None => Vec::new(),
        Some(range) if range.period == Period::Custom => vec![
            ("from", range.from.to_string()),
            ("to", range.to.to_string()),
        ],
        Some(range) => vec![("period", range.period.name().to_owned())],
    }
}

/// An address of the log, or below it, with the whole filter and what else is given.
fn address(path: &str, filter: &RequestsFilter, more: &[(&'static str, String)]) -> String {
    let all: Vec<(&str, String)> = pairs(filter)
        .into_iter()
        .chain(period_pairs(filter))
        .chain(more.iter().cloned())
        .collect();
    let all: Vec<(&str, &str)> = all
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    format!("{path}{}", query_string(&all))
}

#[component]
fn Log(log: RequestsView) -> impl IntoView {
    let texts = use_texts();
    let zone = texts.with("requests-zone", [("zone", (&log.filter.time_zone).into())]);
    let unfinished = [&log.newer, &log.older]
        .into_iter()
        .flatten()
        .any(|place| place.further);
    // The file holds all pages: there may be calls on those before, or further on.
    let offered = unfinished || !log.newest || !log.rows.is_empty();
    let rows = if log.rows.is_empty() {
        let (title, text) = match (log.any, unfinished) {
            (false, _) => ("requests-empty-title", "requests-empty-text"),
            (true, false) => ("requests-none-title", "requests-none-text"),
            (true, true) => ("requests-none-yet-title", "requests-none-yet-text"),
        };
        view! { <Empty title=texts.text(title) text=texts.text(text) /> }.into_any()
    } else {
        view! {
            <CallTable rows=log.rows.clone() />
            {unfinished
                .then(|| view! { <p class="hint">{texts.text("requests-unfinished")}</p> })}
        }
        .into_any()
    };
    view! {
        <Problems problems=log.problems.clone() />
        <div class="log-tools">
            <Filter
                filter=log.filter.clone()
                projects=log.project_choices.clone()
                keys=log.key_choices.clone()
                apis=log.api_choices.clone()
            />
            <FindRequest />
        </div>
        <section class="log" aria-labelledby="log-heading">
            <h2 id="log-heading" class="unseen">
                {texts.text("requests-table")}
            </h2>
            {rows}
            <div class="log-foot">
                <p class="faint">{zone}</p>
                {offered
                    .then(|| {
                        view! { <Export to="/requests/export" what=texts.text("requests-title") /> }
                    })}
                <Turns log />
            </div>
        </section>
    }
}

#[component]
fn Turns(log: RequestsView) -> impl IntoView {
    let texts = use_texts();
    let filter = log.filter;
    let link = |class: &'static str, href: String, text: String| {
        view! {
            <a class=class href=href>
                {text}
            </a>
        }
    };
    let turn = |name: &'static str, place: &PagePlace, text: &str| {
        let (class, text) = if place.further {
            ("button button-main", "requests-further")
        } else {
            ("button", text)
        };
        link(
            class,
            address("/requests", &filter, &[(name, place.value.clone())]),
            texts.text(text),
        )
    };
    let newest = (!log.newest).then(|| {
        link(
            "button",
            address("/requests", &filter, &[]),
            texts.text("requests-newest"),
        )
    });
    let newer = log
        .newer
        .as_ref()
        .map(|place| turn("after", place, "requests-newer"));
    let older = log
        .older
        .as_ref()
        .map(|place| turn("before", place, "requests-older"));
    (newest.is_some() || newer.is_some() || older.is_some()).then(|| {
        view! {
            <nav class="pages" aria-label=texts.text("pages")>
                {newest}
                {newer}
                {older}
            </nav>
        }
    })
}

#[component]
fn Problems(problems: Vec<RequestsProblem>) -> impl IntoView {
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

fn problem_text(texts: Texts, problem: &RequestsProblem) -> String {
    use RequestsProblem as P;
    match problem {
        P::NotADate { value } => texts.with("requests-not-a-date", [("value", value.into())]),
        P::Reversed { from, to } => texts.with(
            "requests-reversed",
            [
                ("from", date(texts, *from).into()),
                ("to", date(texts, *to).into()),
            ],
        ),
        P::TooLong { most } => texts.with("requests-too-long", [("most", (*most).into())]),
        P::UnknownPeriod { value } => {
            texts.with("requests-unknown-period", [("value", value.into())])
        }
        P::UnknownProject => texts.text("requests-unknown-project"),
        P::UnknownKey => texts.text("requests-unknown-key"),
        P::UnknownApi { value } => texts.with("requests-unknown-api", [("value", value.into())]),
        P::UnknownOutcome { value } => {
            texts.with("requests-unknown-outcome", [("value", value.into())])
        }
        P::NotACode { value } => texts.with("requests-not-a-code", [("value", value.into())]),
        P::UnknownPlace => texts.text("requests-unknown-place"),
        P::UnknownRequest { id } => texts.with("requests-unknown-request", [("id", id.into())]),
    }
}
