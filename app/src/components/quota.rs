//! What is left of a quota, as a figure and as a meter.

use crate::{
    i18n::{grouped, use_texts},
    view::ApiQuota,
};
use leptos::prelude::*;

/// From here on the page says that little is left: a fifth of what was granted.
const LOW_SHARE: i64 = 5;

/// How urgent a quota is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    Enough,
    Low,
    Empty,
}

impl Level {
    /// `Low` at a fifth of what was granted or less, `Empty` at nothing.
    #[must_use]
    pub const fn of(quota: &ApiQuota) -> Self {
        if quota.remaining <= 0 {
            Self::Empty
        } else if quota.remaining.saturating_mul(LOW_SHARE) <= quota.granted {
            Self::Low
        } else {
            Self::Enough
        }
    }

    const fn class(self) -> &'static str {
        match self {
            Self::Enough => "enough",
            Self::Low => "low",
            Self::Empty => "empty-quota",
        }
    }
}

/// The share that is left, in percent with one decimal: exact enough for a bar,
/// and never a full bar with a call gone, nor an empty one with a call left.
fn share_left(quota: &ApiQuota) -> String {
    if quota.granted <= 0 || quota.remaining <= 0 {
        return "0".to_owned();
    }
    let permille = quota.remaining.saturating_mul(1_000) / quota.granted;
    let permille = permille.clamp(5, 1_000);
    format!("{}.{}", permille / 10, permille % 10)
}

/// A strip of marks, filled as far as calls are left.
#[component]
pub fn Meter(quota: ApiQuota) -> impl IntoView {
    let texts = use_texts();
    let share = format!("{}%", share_left(&quota));
    let label = texts.with(
        "quota-meter",
        [
            ("remaining", quota.remaining.into()),
            ("granted", quota.granted.into()),
            ("api", (&quota.title).into()),
        ],
    );
    view! {
        <svg
            class=format!("meter meter-{}", Level::of(&quota).class())
            role="img"
            aria-label=label
            width="100%"
            height="10"
        >
            <rect class="meter-track" width="100%" height="100%"></rect>
            <rect class="meter-fill" width=share height="100%"></rect>
        </svg>
    }
}

/// `4,210` of `5,000` left, and how near the end is.
#[component]
pub fn Remaining(quota: ApiQuota) -> impl IntoView {
    let texts = use_texts();
    view! {
        <p class="remaining">
            <span class="remaining-figure" data-figure="remaining">{grouped(quota.remaining)}</span>
            <span class="remaining-of">
                {texts.with("quota-of", [("granted", quota.granted.into())])}
            </span>
        </p>
        <Meter quota />
    }
}

/// A sentence for a quota that runs out, with the way to more.
#[component]
pub fn RunningOut(quota: ApiQuota) -> impl IntoView {
    let texts = use_texts();
    let (class, text) = match Level::of(&quota) {
        Level::Enough => return None,
        Level::Low => ("running-out running-low", texts.text("quota-low")),
        Level::Empty => ("running-out running-empty", texts.text("quota-empty")),
    };
    let href = format!("/request-more?api={}", quota.api);
    Some(view! {
        <p class=class>
            <span>{text}</span>
            <a href=href>{texts.text("request-more")}</a>
        </p>
    })
}

/// Quotas side by side, without any period: for the pages that lead to more.
#[component]
pub fn QuotaStrip(quotas: Vec<ApiQuota>) -> impl IntoView {
    view! {
        <ul class="quota-strip">
            {quotas
                .into_iter()
                .map(|quota| {
                    view! {
                        <li class="card quota-brief">
                            <h3>{quota.title.clone()}</h3>
                            <Remaining quota />
                        </li>
                    }
                })
                .collect_view()}
        </ul>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quota(granted: i64, remaining: i64) -> ApiQuota {
        ApiQuota {
            api: "searchMemory".into(),
            title: "Search memory".into(),
            granted,
            charged: granted - remaining,
            remaining,
        }
    }

    #[test]
    fn a_fifth_left_is_low_and_nothing_left_is_empty() {
        assert_eq!(Level::of(&quota(1_000, 201)), Level::Enough);
        assert_eq!(Level::of(&quota(1_000, 200)), Level::Low);
        assert_eq!(Level::of(&quota(1_000, 1)), Level::Low);
        assert_eq!(Level::of(&quota(1_000, 0)), Level::Empty);
        assert_eq!(Level::of(&quota(0, 0)), Level::Empty);
    }

    #[test]
    fn a_meter_is_empty_only_when_nothing_is_left() {
        assert_eq!(share_left(&quota(5_000, 0)), "0");
        assert_eq!(share_left(&quota(5_000, 1)), "0.5");
        assert_eq!(share_left(&quota(5_000, 4_999)), "99.9");
        assert_eq!(share_left(&quota(5_000, 5_000)), "100.0");
        assert_eq!(share_left(&quota(0, 0)), "0");
    }
}
