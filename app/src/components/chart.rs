//! A chart of calls: a bar for every hour or day, stacked by group. The server
//! draws the bars; labels, tooltips and the table of the same numbers are made
//! here from the same buckets. Everything is placed in percent, so the chart is
//! crisp at any width.

mod labels;
mod legend;
mod table;
mod tips;

pub use labels::Labels;

use crate::{
    i18n::{grouped, use_texts},
    view::{GroupBy, NoFigures, Series, Subject, UsageChart},
};
use labels::x_labels;
use legend::Legend;
use leptos::prelude::*;
use std::sync::Arc;
use table::Numbers;
use tips::tips;

/// What all charts of a page share.
#[derive(Clone)]
pub struct ChartFrame {
    pub group: GroupBy,
    pub labels: Arc<Labels>,
    /// The address of the page, to try again.
    pub here: String,
}

#[component]
pub fn Chart(chart: UsageChart, frame: ChartFrame) -> impl IntoView {
    let texts = use_texts();
    let title_id = format!("chart-{}", chart.subject.id());
    let labelled_by = title_id.clone();
    let (title, missing) = match &chart.subject {
        Subject::Api { title, .. } => (title.clone(), Vec::new()),
        Subject::AllApis { missing } => (texts.text("chart-all-apis"), missing.clone()),
    };
    let legend = chart.series.as_ref().ok().map(|series| {
        view! { <Legend groups=series.groups.clone() previous=series.previous /> }
    });
    let body = match chart.series {
        Ok(series) => view! { <Body series title=title.clone() frame /> }.into_any(),
        Err(reason) => view! { <Missing reason here=frame.here /> }.into_any(),
    };
    view! {
        <figure class="card chart" aria-labelledby=labelled_by>
            <figcaption class="chart-head">
                <h3 id=title_id>{title.clone()}</h3>
                {legend}
            </figcaption>
            {missing
                .into_iter()
                .map(|api| {
                    view! {
                        <p class="notice notice-wait">
                            {texts.with("chart-without", [("api", api.into())])}
                        </p>
                    }
                })
                .collect_view()}
            {body}
        </figure>
    }
}

#[component]
fn Body(series: Series, title: String, frame: ChartFrame) -> impl IntoView {
    let texts = use_texts();
    let before = series.previous.unwrap_or_default();
    if series.totals.plus(before).requests() == 0 {
        return view! { <p class="chart-quiet">{texts.text("chart-quiet")}</p> }.into_any();
    }
    view! {
        <Drawing series=series.clone() labels=frame.labels.clone() title=title.clone() />
        <Numbers series title frame />
    }
    .into_any()
}

/// Why there are no figures, and the way to ask for them again.
#[component]
pub fn Missing(reason: NoFigures, here: String) -> impl IntoView {
    let texts = use_texts();
    let text = if reason.slow {
        texts.text("figures-slow")
    } else {
        texts.text("figures-missing")
    };
    view! {
        <div class="figures-missing">
            <p>{text} " " <a href=here>{texts.text("figures-again")}</a></p>
            <p class="faint">
                {texts.with("figures-incident", [("incident", reason.incident.into())])}
            </p>
        </div>
    }
}

#[component]
fn Drawing(series: Series, labels: Arc<Labels>, title: String) -> impl IntoView {
    let texts = use_texts();
    let top = series.plot.top;
    let tips = tips(texts, &series, &labels);
    let x_labels = x_labels(&labels);
    let last = labels.full.last().cloned();
    view! {
        <div class="chart-wrap">
        <div
            class="chart-keys needs-scripts"
            role="slider"
            tabindex="0"
            aria-label=texts.with("chart-cursor", [("chart", title.into())])
            aria-valuemin="1"
            aria-valuemax=labels.full.len().to_string()
            aria-valuenow=labels.full.len().to_string()
            aria-valuetext=last
        ></div>
        <div class="chart-grid" aria-hidden="true">
            <div class="chart-y">
                <span>{grouped(top)}</span>
                <span>{grouped(top / 2)}</span>
                <span>"0"</span>
            </div>
            <div class="chart-box">
                <div class="chart-plot" inner_html=series.plot.svg></div>
                <svg class="chart-tips" width="100%" height="100%" inner_html=tips></svg>
            </div>
            <svg class="chart-x" width="100%" height="18" inner_html=x_labels></svg>
        </div>
        </div>
    }
}

/// `part / whole` as a percentage for an SVG attribute.
fn percent(part: usize, whole: usize, half: bool) -> String {
    let part = f64::from(u32::try_from(part).unwrap_or(u32::MAX)) + if half { 0.5 } else { 0.0 };
    let whole = f64::from(u32::try_from(whole.max(1)).unwrap_or(u32::MAX));
    format!("{:.3}%", part / whole * 100.0)
}

/// A text as markup that shows it. Hundreds of labels are written as one string,
/// because a view for each would be most of the page's time.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_fill_the_chart() {
        assert_eq!(percent(0, 30, false), "0.000%");
        assert_eq!(percent(1, 4, false), "25.000%");
        assert_eq!(percent(0, 1, true), "50.000%");
    }

    #[test]
    fn names_are_text_and_never_markup() {
        assert_eq!(
            escaped(r#"<b title="x">'é'&"#),
            "&lt;b title=&quot;x&quot;&gt;&#39;é&#39;&amp;"
        );
    }
}
