//! One API's card: what remains, large; how long it lasts; the period's figures.

use crate::{
    components::{
        chart::Missing,
        quota::{Remaining, RunningOut},
    },
    i18n::{Texts, date, day, grouped, use_texts},
    view::{ApiFigures, ApiUsage, Forecast, Outlook, Totals},
};
use chrono::{Datelike, NaiveDate};
use leptos::prelude::*;

/// The period before, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    pub against: String,
}

#[component]
pub fn UsageCard(
    usage: ApiUsage,
    today: NaiveDate,
    comparison: Option<Comparison>,
    /// The address of the page, to try again.
    here: String,
) -> impl IntoView {
    let quota = usage.quota;
    let api = quota.api.clone();
    let texts = use_texts();
    let outlook = usage.figures.as_ref().ok().map(|figures| figures.outlook);
    let class = if usage.figures.is_ok() {
        "card usage-card"
    } else {
        "card usage-card usage-card-dim"
    };
    view! {
        <article class=class data-api=api>
            <header class="card-head">
                <h3>{quota.title.clone()}</h3>
                <code>{quota.api.clone()}</code>
            </header>
            <p class="card-label">{texts.text("usage-remaining")}</p>
            <Remaining quota=quota.clone() />
            {outlook.and_then(|outlook| forecast(texts, outlook, today))}
            <RunningOut quota />
            {match usage.figures {
                Ok(figures) => view! { <Figures figures comparison /> }.into_any(),
                Err(reason) => view! { <Missing reason here /> }.into_any(),
            }}
        </article>
    }
}

/// How long it lasts; what is used up needs no forecast.
fn forecast(texts: Texts, outlook: Outlook, today: NaiveDate) -> Option<impl IntoView> {
    let when = |at: NaiveDate| {
        if at.year() == today.year() {
            day(texts, at)
        } else {
            date(texts, at)
        }
    };
    let text = match outlook.forecast {
        Forecast::UsedUp => return None,
        Forecast::Idle => texts.text("forecast-idle"),
        Forecast::RunsOut(at) if at <= today => texts.text("forecast-today"),
        Forecast::RunsOut(at) => texts.with("forecast-runs-out", [("date", when(at).into())]),
        Forecast::LastsPast(at) => texts.with("forecast-lasts", [("date", when(at).into())]),
    };
    let pace = texts.with("forecast-pace", [("calls", outlook.charged.into())]);
    Some(view! {
        <p class="forecast" title=pace>
            {text}
        </p>
    })
}

#[component]
fn Figures(figures: ApiFigures, comparison: Option<Comparison>) -> impl IntoView {
    let texts = use_texts();
    let figure = |id: &str, name: &'static str, of: fn(Totals) -> i64| {
        let now = of(figures.totals);
        let change = figures
            .previous
            .map(|previous| Change::of(now, of(previous)).text(texts));
        view! {
            <div>
                <dt>{texts.text(id)}</dt>
                <dd data-figure=name>{grouped(now)}</dd>
                {change.map(|change| view! { <dd class="delta">{change}</dd> })}
            </div>
        }
    };
    view! {
        <dl class="figures">
            {figure("usage-charged", "charged", |totals| totals.charged)}
            {figure("usage-failed", "failed", |totals| totals.failed)}
            {figure("usage-requests", "requests", Totals::requests)}
        </dl>
        {comparison
            .map(|comparison| {
                view! {
                    <p class="compared">
                        {texts.with("compare-against", [("period", comparison.against.into())])}
                    </p>
                }
            })}
    }
}

/// How a figure moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    /// There was nothing before, and there is something now.
    FromNothing,
    Same,
    /// By less than half of a per cent.
    LittleMore,
    LittleLess,
    /// Per cent, whole.
    More(i64),
    Less(i64),
}

impl Change {
    fn of(now: i64, before: i64) -> Self {
        if now == before {
            return Self::Same;
        }
        if before <= 0 {
            return Self::FromNothing;
        }
        let by = i128::from(now - before).abs() * 100;
        let rounded = (by + i128::from(before) / 2) / i128::from(before);
        match (i64::try_from(rounded).unwrap_or(i64::MAX), now > before) {
            (0, true) => Self::LittleMore,
            (0, false) => Self::LittleLess,
            (percent, true) => Self::More(percent),
            (percent, false) => Self::Less(percent),
        }
    }

    fn text(self, texts: Texts) -> String {
        match self {
            Self::FromNothing => texts.text("change-from-nothing"),
            Self::Same => texts.text("change-same"),
            Self::LittleMore => texts.text("change-little-more"),
            Self::LittleLess => texts.text("change-little-less"),
            Self::More(percent) => texts.with("change-more", [("percent", percent.into())]),
            Self::Less(percent) => texts.with("change-less", [("percent", percent.into())]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_a_whole_per_cent_with_its_sign_and_from_zero_a_word() {
        for (now, before, text) in [
            (112, 100, "+12 %"),
            (88, 100, "−12 %"),
            (0, 40, "−100 %"),
            (5, 0, "none before"),
            (0, 0, "no change"),
            (7, 7, "no change"),
            (1_001, 1_000, "+<1 %"),
            (999, 1_000, "−<1 %"),
            (126, 1, "+12,500 %"),
        ] {
            assert_eq!(Change::of(now, before).text(Texts::default()), text);
        }
    }
}
