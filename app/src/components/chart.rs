//! One API's calls, a bar for every day. The server draws the bars; labels,
//! tooltips and the table of the same numbers are made here from the same days.
//! Everything is placed in percent, so the chart is crisp at any width.

use super::table::Scroll;
use crate::{
    i18n::{Texts, date, day, grouped, use_texts},
    view::{ApiUsage, DayUsage},
};
use leptos::prelude::*;

/// Up to so many days a tooltip is drawn for each; beyond, the browser's own serves.
const MOST_DRAWN_TIPS: usize = 92;
/// Width of a drawn tooltip, in CSS pixels.
const TIP_WIDTH: i32 = 148;

#[component]
pub fn UsageChart(usage: ApiUsage) -> impl IntoView {
    let texts = use_texts();
    let quiet = usage.charged == 0 && usage.failed == 0;
    let title_id = format!("chart-{}", usage.quota.api);
    let labelled_by = title_id.clone();
    view! {
        <figure class="card chart" aria-labelledby=labelled_by>
            <figcaption class="chart-head">
                <h3 id=title_id>{usage.quota.title.clone()}</h3>
                <Legend charged=usage.charged failed=usage.failed />
            </figcaption>
            {if quiet {
                view! { <p class="chart-quiet">{texts.text("chart-quiet")}</p> }.into_any()
            } else {
                view! { <Drawing usage=usage.clone() /> }.into_any()
            }}
            {(!quiet).then(|| view! { <DayTable usage /> })}
        </figure>
    }
}

#[component]
fn Legend(charged: i64, failed: i64) -> impl IntoView {
    let texts = use_texts();
    view! {
        <ul class="legend">
            <li class="legend-charged">
                {texts.with("legend-charged", [("calls", charged.into())])}
            </li>
            <li class="legend-failed">{texts.with("legend-failed", [("calls", failed.into())])}</li>
        </ul>
    }
}

#[component]
fn Drawing(usage: ApiUsage) -> impl IntoView {
    let texts = use_texts();
    let top = usage.plot.top;
    let x_labels = x_labels(texts, &usage.days);
    let tips = tips(texts, &usage.days);
    view! {
        <div class="chart-grid" aria-hidden="true">
            <div class="chart-y">
                <span>{grouped(top)}</span>
                <span>{grouped(top / 2)}</span>
                <span>"0"</span>
            </div>
            <div class="chart-box">
                <div class="chart-plot" inner_html=usage.plot.svg></div>
                <svg class="chart-tips" width="100%" height="100%">
                    {tips}
                </svg>
            </div>
            <svg class="chart-x" width="100%" height="18">
                {x_labels}
            </svg>
        </div>
    }
}

/// `part / whole` as a percentage for an SVG attribute.
fn percent(part: usize, whole: usize, half: bool) -> String {
    let part = f64::from(u32::try_from(part).unwrap_or(u32::MAX)) + if half { 0.5 } else { 0.0 };
    let whole = f64::from(u32::try_from(whole.max(1)).unwrap_or(u32::MAX));
    format!("{:.3}%", part / whole * 100.0)
}

/// Every how many days a label stands: at most about seven of them.
const fn label_step(days: usize) -> usize {
    match days {
        0..=8 => 1,
        9..=15 => 2,
        16..=35 => 5,
        36..=70 => 10,
        71..=100 => 15,
        more => more.div_ceil(7),
    }
}

/// Labels counted back from the last day, which always has one. Every other one
/// gives way on a phone.
fn x_labels(texts: Texts, days: &[DayUsage]) -> Vec<impl IntoView + use<>> {
    let count = days.len();
    let step = label_step(count);
    days.iter()
        .enumerate()
        .filter(|(place, _)| (count - 1 - place).is_multiple_of(step))
        .map(|(place, usage)| {
            let odd = (count - 1 - place) / step % 2 == 1;
            // The last one ends with the plot, or it would stand out of its card.
            let last = count > 1 && place == count - 1;
            let (x, anchor) = if last {
                ("100%".to_owned(), "end")
            } else {
                (percent(place, count, true), "middle")
            };
            view! {
                <text
                    x=x
                    y="14"
                    text-anchor=anchor
                    class=odd.then_some("wide-only")
                >
                    {day(texts, usage.date)}
                </text>
            }
        })
        .collect()
}

/// A transparent column for each day that shows its numbers while pointed at.
fn tips(texts: Texts, days: &[DayUsage]) -> Vec<AnyView> {
    let count = days.len();
    let width = percent(1, count, false);
    days.iter()
        .enumerate()
        .map(|(place, usage)| {
            let x = percent(place, count, false);
            let charged = texts.with("tip-charged", [("calls", usage.charged.into())]);
            let failed = texts.with("tip-failed", [("calls", usage.failed.into())]);
            let when = date(texts, usage.date);
            if count > MOST_DRAWN_TIPS {
                return view! {
                    <rect class="tip-column" x=x width=width.clone() height="100%">
                        <title>{format!("{when}: {charged}, {failed}")}</title>
                    </rect>
                }
                .into_any();
            }
            // Right of the middle the tooltip opens to the left.
            let left = if place * 2 < count {
                10
            } else {
                -TIP_WIDTH - 10
            };
            let text_x = left + 12;
            view! {
                <g class="tip-day">
                    <rect class="tip-column" x=x width=width.clone() height="100%"></rect>
                    <svg class="tip" x=percent(place, count, true) y="4" overflow="visible">
                        <rect class="tip-ground" x=left width=TIP_WIDTH height="70" rx="6"></rect>
                        <text class="tip-when" x=text_x y="21">
                            {when}
                        </text>
                        <text class="tip-charged" x=text_x y="41">
                            {charged}
                        </text>
                        <text class="tip-failed" x=text_x y="59">
                            {failed}
                        </text>
                    </svg>
                </g>
            }
            .into_any()
        })
        .collect()
}

/// The numbers of the chart, newest day first, for those who read rather than look.
#[component]
fn DayTable(usage: ApiUsage) -> impl IntoView {
    let texts = use_texts();
    let caption = texts.with("day-table", [("api", (&usage.quota.title).into())]);
    view! {
        <details class="chart-numbers">
            <summary>{texts.text("day-table-show")}</summary>
            <Scroll label=caption.clone()>
                <table class="tight">
                    <caption class="unseen">{caption}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{texts.text("day-date")}</th>
                            <th scope="col" class="number">
                                {texts.text("usage-charged")}
                            </th>
                            <th scope="col" class="number">
                                {texts.text("usage-failed")}
                            </th>
                            <th scope="col" class="number">
                                {texts.text("usage-requests")}
                            </th>
                        </tr>
                    </thead>
                    <tbody>
                        {usage
                            .days
                            .iter()
                            .rev()
                            .map(|usage| {
                                view! {
                                    <tr>
                                        <th scope="row">{date(texts, usage.date)}</th>
                                        <Numbers charged=usage.charged failed=usage.failed />
                                    </tr>
                                }
                            })
                            .collect_view()}
                    </tbody>
                    <tfoot>
                        <tr>
                            <th scope="row">{texts.text("day-total")}</th>
                            <Numbers charged=usage.charged failed=usage.failed />
                        </tr>
                    </tfoot>
                </table>
            </Scroll>
        </details>
    }
}

#[component]
fn Numbers(charged: i64, failed: i64) -> impl IntoView {
    view! {
        <td class="number">{grouped(charged)}</td>
        <td class="number">{grouped(failed)}</td>
        <td class="number">{grouped(charged + failed)}</td>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_has_about_seven_labels_at_most() {
        for days in 1_usize..=400 {
            assert!(days.div_ceil(label_step(days)) <= 8, "{days} days");
        }
    }

    #[test]
    fn columns_fill_the_chart() {
        assert_eq!(percent(0, 30, false), "0.000%");
        assert_eq!(percent(1, 4, false), "25.000%");
        assert_eq!(percent(0, 1, true), "50.000%");
    }
}
