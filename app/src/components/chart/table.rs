//! The numbers of a chart, newest bucket first, for those who read rather than look.

use super::{ChartFrame, escaped, legend::Name};
use crate::{
    components::table::Scroll,
    i18n::{Texts, grouped, use_texts},
    view::{Bucket, GroupBy, GroupName, Series, Totals},
};
use leptos::prelude::*;
use std::fmt::Write;

/// A column of numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Column {
    /// The group at a place of the series.
    Group(usize, GroupName),
    Charged,
    Failed,
    Requests,
    /// All requests of the period before.
    Previous,
}

impl Column {
    /// Groups first, then what they sum to.
    fn of(series: &Series, by: GroupBy) -> Vec<Self> {
        let groups = series
            .groups
            .iter()
            .enumerate()
            .map(|(place, group)| (place, group.name.clone()))
            .filter(|(_, name)| !matches!(name, GroupName::Charged | GroupName::Failed))
            .map(|(place, name)| Self::Group(place, name));
        let mut columns: Vec<_> = match by {
            GroupBy::Outcome => [Self::Charged].into_iter().chain(groups).collect(),
            _ => groups.chain([Self::Charged]).collect(),
        };
        columns.extend([Self::Failed, Self::Requests]);
        columns.extend(series.previous.map(|_| Self::Previous));
        columns
    }

    /// Names the column in the page's markup.
    const fn name(&self) -> &'static str {
        match self {
            Self::Group(..) => "group",
            Self::Charged => "charged",
            Self::Failed => "failed",
            Self::Requests => "requests",
            Self::Previous => "previous",
        }
    }

    fn head(&self, texts: Texts) -> AnyView {
        match self {
            Self::Group(_, name) => view! { <Name group=name.clone() /> }.into_any(),
            Self::Charged => texts.text("usage-charged").into_any(),
            Self::Failed => texts.text("usage-failed").into_any(),
            Self::Requests => texts.text("usage-requests").into_any(),
            Self::Previous => texts.text("column-previous").into_any(),
        }
    }

    fn of_totals(&self, totals: Totals, previous: Option<Totals>, parts: &[i64]) -> i64 {
        match self {
            Self::Group(place, _) => parts.get(*place).copied().unwrap_or_default(),
            Self::Charged => totals.charged,
            Self::Failed => totals.failed,
            Self::Requests => totals.requests(),
            Self::Previous => previous.unwrap_or_default().requests(),
        }
    }
}

#[component]
pub(super) fn Numbers(series: Series, title: String, frame: ChartFrame) -> impl IntoView {
    let texts = use_texts();
    let caption = texts.with("day-table", [("api", title.into())]);
    let columns = Column::of(&series, frame.group);
    let sums: Vec<i64> = series.groups.iter().map(|group| group.calls).collect();
    let rows = rows(&series.buckets, &frame.labels.full, &columns);
    let foot = cells(&columns, series.totals, series.previous, &sums);
    view! {
        <details class="chart-numbers">
            <summary>{texts.text("day-table-show")}</summary>
            <Scroll label=caption.clone()>
                <table class="tight">
                    <caption class="unseen">{caption}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{texts.text("day-date")}</th>
                            {columns
                                .iter()
                                .map(|column| {
                                    view! {
                                        <th scope="col" class="number" data-column=column.name()>
                                            {column.head(texts)}
                                        </th>
                                    }
                                })
                                .collect_view()}
                        </tr>
                    </thead>
                    <tbody inner_html=rows></tbody>
                    <tfoot>
                        <tr inner_html=format!(
                            r#"<th scope="row">{}</th>{foot}"#,
                            escaped(&texts.text("day-total")),
                        )></tr>
                    </tfoot>
                </table>
            </Scroll>
        </details>
    }
}

fn rows(buckets: &[Bucket], labels: &[String], columns: &[Column]) -> String {
    let mut rows = String::new();
    for (bucket, label) in buckets.iter().zip(labels).rev() {
        let cells = cells(columns, bucket.totals, bucket.previous, &bucket.parts);
        // Writing into a string cannot fail.
        let _ = write!(
            rows,
            r#"<tr><th scope="row">{}</th>{cells}</tr>"#,
            escaped(label)
        );
    }
    rows
}

fn cells(columns: &[Column], totals: Totals, previous: Option<Totals>, parts: &[i64]) -> String {
    let mut cells = String::new();
    for column in columns {
        let number = column.of_totals(totals, previous, parts);
        let _ = write!(cells, r#"<td class="number">{}</td>"#, grouped(number));
    }
    cells
}
