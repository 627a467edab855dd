//! How an account is told of what happens to its quotas.

use super::{
    form::{Choice, Field, Problems, reply_to},
    frame::use_site,
    table::{Badge, Moment},
};
use crate::{i18n::use_texts, view::NoticeRow};
use leptos::prelude::*;

/// The name of the form.
pub const THRESHOLDS: &str = "thresholds";

/// At which percents of a quota, and where, the account is told.
#[component]
pub fn Thresholds(percents: Vec<i64>, by_mail: bool, notices: Vec<NoticeRow>) -> impl IntoView {
    let texts = use_texts();
    let reply = reply_to(THRESHOLDS);
    let site = use_site();
    // A demo writes its letters into its log.
    let offers_mail = site.letters || !site.demo.is_empty();
    let options = vec![
        ("no".to_owned(), texts.text("settings-where-console")),
        ("yes".to_owned(), texts.text("settings-where-mail")),
    ];
    let initial = percents
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ");
    view! {
        <form method="post" action="/settings/thresholds" class="form">
            <Problems reply=reply.clone() />
            <Field
                form=THRESHOLDS
                name="thresholds"
                label=texts.text("settings-percents")
                hint=texts.text("settings-percents-hint")
                initial
                reply=reply.clone()
                autocomplete="off"
            />
            {offers_mail
                .then(|| {
                    view! {
                        <Choice
                            form=THRESHOLDS
                            name="by_mail"
                            label=texts.text("settings-where")
                            reply
                            options
                            initial=if by_mail { "yes" } else { "no" }
                        />
                    }
                })}
            <button type="submit" class="button button-main">
                {texts.text("settings-save")}
            </button>
        </form>
        {(!notices.is_empty())
            .then(|| {
                view! {
                    <h3>{texts.text("notices-past")}</h3>
                    <ul class="notices-past">
                        {notices
                            .into_iter()
                            .map(|notice| view! { <PastNotice notice /> })
                            .collect_view()}
                    </ul>
                }
            })}
    }
}

#[component]
fn PastNotice(notice: NoticeRow) -> impl IntoView {
    let texts = use_texts();
    let text = texts.with(
        "notice-past",
        [
            ("api", notice.api_title.into()),
            ("percent", notice.percent.into()),
            ("charged", notice.charged.into()),
            ("granted", notice.granted.into()),
        ],
    );
    view! {
        <li>
            <span>{text}</span>
            <span class="faint">
                <Moment at=notice.at />
                {notice.lifted.then(|| format!(" · {}", texts.text("notice-lifted")))}
            </span>
        </li>
    }
}

/// The way to the page of webhooks, with how many there are, and how many are on.
#[component]
pub fn WebhooksLink(counts: (i64, i64)) -> impl IntoView {
    let texts = use_texts();
    let (all, on) = counts;
    view! {
        {(all > 0)
            .then(|| {
                let tone = if on == all { "good" } else { "wait" };
                let text = texts.with("webhooks-count", [("all", all.into()), ("on", on.into())]);
                view! {
                    <p>
                        <Badge tone text />
                    </p>
                }
            })}
        <a class="button" href="/settings/webhooks">
            {if all > 0 { texts.text("webhooks-look") } else { texts.text("webhooks-add-first") }}
        </a>
    }
}
