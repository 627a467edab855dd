//! Quotas that run out, said on every page until somebody has taken note.

use super::{
    frame::use_site,
    icons::{Icon, Sign},
};
use crate::{
    i18n::{grouped, moment, use_texts},
    view::{AlertRow, NoticeRow, OpenAlerts, OpenNotices},
};
use leptos::prelude::*;

#[component]
pub fn QuotaNotices() -> impl IntoView {
    let texts = use_texts();
    let notices = use_context::<OpenNotices>().unwrap_or_default().0;
    let alerts = use_context::<OpenAlerts>().unwrap_or_default().0;
    (!notices.is_empty() || !alerts.is_empty()).then(|| {
        view! {
            <aside class="quota-notices" aria-label=texts.text("notices-label")>
                <ul>
                    {notices
                        .into_iter()
                        .map(|notice| view! { <Notice notice /> })
                        .collect_view()}
                    {alerts.into_iter().map(|alert| view! { <Alert alert /> }).collect_view()}
                </ul>
            </aside>
        }
    })
}

#[component]
fn Notice(notice: NoticeRow) -> impl IntoView {
    let texts = use_texts();
    let all = notice.percent >= 100;
    let class = if all {
        "notice notice-bad"
    } else {
        "notice notice-wait"
    };
    let args = [
        ("api", (&notice.api_title).into()),
        ("percent", notice.percent.into()),
    ];
    let text = if all {
        texts.with("notice-all", args)
    } else {
        texts.with("notice-share", args)
    };
    let about = texts.with("notice-dismiss-what", [("api", (&notice.api_title).into())]);
    view! {
        <li class=class>
            <Icon sign=Sign::Warning />
            <p>
                {text} " " <a href=format!("/request-more?api={}", notice.api)>
                    {texts.text("notice-more")}
                </a>
            </p>
            <form method="post" action="/notices/dismiss">
                <input type="hidden" name="api" value=notice.api.clone() />
                <input type="hidden" name="next" value=use_site().here />
                <button type="submit" class="button button-small button-quiet" aria-label=about>
                    {texts.text("notice-dismiss")}
                </button>
            </form>
        </li>
    }
}

#[component]
fn Alert(alert: AlertRow) -> impl IntoView {
    let texts = use_texts();
    let (text, link, see, about, grant) = match alert {
        AlertRow::Lapse {
            grant,
            api_title,
            calls,
            at,
        } => {
            let args = [
                ("api", (&api_title).into()),
                ("calls", calls.into()),
                ("shown", grouped(calls).into()),
                ("at", moment(texts, at).into()),
            ];
            (
                texts.with("alert-lapse", args),
                "/limits#grants",
                texts.text("alert-lapse-see"),
                texts.with("notice-dismiss-what", [("api", api_title.into())]),
                grant,
            )
        }
        AlertRow::Pace { advised_per_second } => (
            texts.with("alert-pace", [("rate", advised_per_second.into())]),
            "/limits#advice",
            texts.text("alert-pace-see"),
            texts.text("alert-dismiss-pace"),
            String::new(),
        ),
    };
    view! {
        <li class="notice notice-wait">
            <Icon sign=Sign::Warning />
            <p>
                {text} " " <a href=link>{see}</a>
            </p>
            <form method="post" action="/notices/dismiss">
                <input type="hidden" name="alert" value=grant />
                <input type="hidden" name="next" value=use_site().here />
                <button type="submit" class="button button-small button-quiet" aria-label=about>
                    {texts.text("notice-dismiss")}
                </button>
            </form>
        </li>
    }
}
