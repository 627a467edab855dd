//! Grants in a table: what was given, what is used, and until when.

use super::{
    banner::Empty,
    table::{Badge, Moment, Scroll},
};
use crate::{
    i18n::{Texts, grouped, moment, use_texts},
    view::{CapPeriod, GrantRow, GrantState},
};
use leptos::prelude::*;

/// The grants of an account. `revoke` is the address below which a grant can be
/// revoked; without it they are only shown, without who gave them and why.
#[component]
pub fn GrantTable(
    grants: Vec<GrantRow>,
    #[prop(optional, into)] revoke: Option<String>,
) -> impl IntoView {
    let texts = use_texts();
    if grants.is_empty() {
        return view! {
            <Empty title=texts.text("grants-none-title") text=texts.text("grants-none-text") />
        }
        .into_any();
    }
    let desk = revoke.is_some();
    view! {
        <Scroll label=texts.text("grants-heading")>
            <table class="stack" data-table="grants">
                <thead>
                    <tr>
                        <th scope="col">{texts.text("more-api")}</th>
                        <th scope="col" class="number">
                            {texts.text("grant-burnt-of")}
                        </th>
                        <th scope="col">{texts.text("grant-state")}</th>
                        <th scope="col">{texts.text("grant-when")}</th>
                        {desk
                            .then(|| {
                                view! {
                                    <th scope="col">{texts.text("grant-reason")}</th>
                                    <th scope="col">{texts.text("grant-given")}</th>
                                    <th scope="col">
                                        <span class="unseen">{texts.text("grant-actions")}</span>
                                    </th>
                                }
                            })}
                    </tr>
                </thead>
                <tbody>
                    {grants
                        .into_iter()
                        .map(|grant| view! { <Grant grant revoke=revoke.clone() /> })
                        .collect_view()}
                </tbody>
            </table>
        </Scroll>
    }
    .into_any()
}

#[component]
fn Grant(grant: GrantRow, revoke: Option<String>) -> impl IntoView {
    let texts = use_texts();
    let used = texts.with(
        "grant-used-of",
        [
            ("burnt", grouped(grant.burnt).into()),
            ("calls", grouped(grant.calls).into()),
        ],
    );
    let free = (grant.free && revoke.is_none())
        .then(|| view! { <span class="row-note">{texts.text("grant-free")}</span> });
    let desk = revoke.map(|page| view! { <ForTheDesk grant=grant.clone() page /> });
    let (id, title) = (grant.id.clone(), grant.api_title.clone());
    let state = grant.state;
    view! {
        <tr data-grant=id>
            <th scope="row">{title} {free}</th>
            <td class="number grant-used" data-label=texts.text("grant-burnt-of")>
                {used}
            </td>
            <td data-label=texts.text("grant-state")>
                <StateBadge state />
            </td>
            <td class="grant-when" data-label=texts.text("grant-when")>
                <When grant />
            </td>
            {desk}
        </tr>
    }
    .into_any()
}

/// The columns that only staff see.
#[component]
fn ForTheDesk(grant: GrantRow, page: String) -> impl IntoView {
    let texts = use_texts();
    let can_be_revoked = grant.can_be_revoked();
    let reason = if grant.free {
        texts.text("grant-free")
    } else {
        grant.reason.clone()
    };
    let id = grant.id.clone();
    let recurs = grant.recurs.is_some();
    let priority = grant.priority;
    view! {
        <td class="cell-text" data-label=texts.text("grant-reason")>
            <bdi>{reason}</bdi>
            {(priority != 0)
                .then(|| {
                    view! {
                        <span class="row-note">
                            {texts.with("grant-priority-is", [("priority", priority.into())])}
                        </span>
                    }
                })}
        </td>
        <td data-label=texts.text("grant-given")>
            <Moment at=grant.created_at />
            {grant.given_by.map(|by| view! { <span class="row-note">{by}</span> })}
        </td>
        <td class="grant-actions">
            {can_be_revoked.then(|| view! { <Revoke id page recurs title=grant.api_title /> })}
        </td>
    }
}

#[component]
fn StateBadge(state: GrantState) -> impl IntoView {
    let texts = use_texts();
    let (tone, text) = match state {
        GrantState::InForce => ("good", texts.text("grant-in-force")),
        GrantState::Burnt => ("off", texts.text("grant-all-used")),
        GrantState::Upcoming => ("wait", texts.text("grant-upcoming")),
        GrantState::Lapsed => ("off", texts.text("grant-lapsed")),
        GrantState::Revoked => ("bad", texts.text("grant-revoked")),
    };
    view! { <Badge tone text /> }
}

/// When it starts, lapses or comes again.
#[component]
fn When(grant: GrantRow) -> impl IntoView {
    let texts = use_texts();
    let start = grant
        .starts_at
        .filter(|_| grant.state == GrantState::Upcoming)
        .map(|at| texts.with("grant-starts", [("at", moment(texts, at).into())]));
    let end = match (grant.expires_at, grant.state) {
        (None, _) => texts.text("grant-no-end"),
        (Some(at), GrantState::Lapsed) => dated(texts, "grant-lapsed-at", at),
        (Some(at), _) => dated(texts, "grant-lapses", at),
    };
    let again = grant
        .recurs
        .map(|recurs| again(texts, recurs.period, recurs.roll_over));
    let rest = grant.rolled_over.then(|| texts.text("grant-rest"));
    let notes = [start, rest.or(again)];
    view! {
        {end}
        {notes
            .into_iter()
            .flatten()
            .map(|note| view! { <span class="row-note">{note}</span> })
            .collect_view()}
    }
}

fn dated(texts: Texts, id: &'static str, at: crate::view::LocalTime) -> String {
    texts.with(id, [("at", moment(texts, at).into())])
}

fn again(texts: Texts, period: CapPeriod, roll_over: i64) -> String {
    let period = match period {
        CapPeriod::Week => texts.text("grant-every-week"),
        CapPeriod::Month => texts.text("grant-every-month"),
        CapPeriod::Day | CapPeriod::Total => texts.text("grant-every-day"),
    };
    if roll_over == 0 {
        return period;
    }
    let most = grouped(roll_over);
    texts.with(
        "grant-rolls-over",
        [("period", period.into()), ("most", most.into())],
    )
}

/// Asks once more, without scripts: the button stands behind a summary.
#[component]
fn Revoke(id: String, page: String, recurs: bool, title: String) -> impl IntoView {
    let texts = use_texts();
    let what = if recurs {
        texts.text("grant-revoke-recurring-text")
    } else {
        texts.text("grant-revoke-text")
    };
    let name = texts.with("grant-revoke-what", [("api", title.into())]);
    view! {
        <details class="danger">
            <summary class="button button-small button-bad" aria-label=name>
                {texts.text("grant-revoke")}
            </summary>
            <form method="post" action=format!("{page}/{id}/revoke") class="danger-panel">
                <p>{what}</p>
                <button type="submit" class="button button-small button-bad">
                    {texts.text("grant-revoke-now")}
                </button>
            </form>
        </details>
    }
}
