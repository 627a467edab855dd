//! What each code means, and what to do.

use crate::{
    codes::{CODES, Code, Era, Spoken},
    components::{
        calls::OutcomeBadge,
        frame::{Frame, Section},
        table::Scroll,
    },
    i18n::use_texts,
};
use leptos::prelude::*;

#[component]
pub fn ErrorCodesPage() -> impl IntoView {
    let texts = use_texts();
    let Spoken { era, statuses } = use_spoken();
    let codes = CODES.into_iter().filter(move |code| code.is_of(era));
    let (lead, note) = if statuses {
        ("codes-lead-statuses", "codes-status-note-sent")
    } else {
        ("codes-lead", "codes-status-note")
    };
    view! {
        <Frame section=Section::Elsewhere title=texts.text("codes-title") lead=texts.text(lead)>
            <section>
                <Scroll label=texts.text("codes-table")>
                    <table class="stack codes">
                        <thead>
                            <tr>
                                <th scope="col">{texts.text("codes-code")}</th>
                                <th scope="col">{texts.text("codes-name")}</th>
                                <th scope="col">{texts.text("codes-do")}</th>
                                <th scope="col">{texts.text("codes-status")}</th>
                            </tr>
                        </thead>
                        <tbody>
                            {codes.map(|code| view! { <Row code /> }).collect_view()}
                        </tbody>
                    </table>
                </Scroll>
                <p class="hint">{texts.text(note)}</p>
            </section>
        </Frame>
    }
    .into_any()
}

/// How this gateway sends its errors, as the server says.
#[must_use]
pub fn use_spoken() -> Spoken {
    use_context().unwrap_or(Spoken {
        era: Era::Seed,
        statuses: false,
    })
}

#[component]
fn Row(code: Code) -> impl IntoView {
    let texts = use_texts();
    let number = if code.number < 0 {
        view! { <span class="row-name">{texts.text("codes-other")}</span> }.into_any()
    } else {
        view! { <code class="row-name">{code.number}</code> }.into_any()
    };
    let statuses: Vec<String> = code.statuses.iter().map(u16::to_string).collect();
    view! {
        <tr>
            <th scope="row">
                {number} <span class="row-note">
                    <OutcomeBadge outcome=code.outcome />
                </span>
            </th>
            <td class="cell-text" data-label=texts.text("codes-name")>
                <div>
                    <strong class="row-name">{texts.text(code.title)}</strong>
                    <p>{texts.text(code.meaning)}</p>
                </div>
            </td>
            <td class="cell-text" data-label=texts.text("codes-do")>
                {texts.text(code.advice)}
            </td>
            <td data-label=texts.text("codes-status")>
                <code>{statuses.join(", ")}</code>
            </td>
        </tr>
    }
}
