//! A choice among all time zones.

use crate::{
    i18n::{Texts, use_texts},
    view::{FormReply, ZoneChoice, ZoneGroup},
};
use chrono::Timelike;
use leptos::prelude::*;

/// Every zone, by region, with the time there now: people know their clock
/// better than their zone's name.
#[component]
pub fn ZoneField(
    form: &'static str,
    reply: FormReply,
    groups: Vec<ZoneGroup>,
    initial: String,
) -> impl IntoView {
    let texts = use_texts();
    let chosen = reply.values.get("time_zone").cloned().unwrap_or(initial);
    let problem = reply
        .problem("time_zone")
        .map(|message| texts.message(message));
    let id = format!("{form}-time_zone");
    let described = problem.is_some().then(|| format!("{id}-problem"));
    view! {
        <div class="field">
            <label for=id.clone()>{texts.text("settings-zone")}</label>
            <select
                id=id.clone()
                name="time_zone"
                required=true
                aria-invalid=problem.is_some().then_some("true")
                aria-describedby=described.clone()
            >
                {groups
                    .into_iter()
                    .map(|group| {
                        let label = region(texts, &group.region);
                        let options = group
                            .zones
                            .into_iter()
                            .map(|zone| option(zone, &chosen))
                            .collect_view();
                        view! { <optgroup label=label>{options}</optgroup> }
                    })
                    .collect_view()}
            </select>
            {problem
                .map(|problem| {
                    view! {
                        <p class="problem" id=described>
                            {problem}
                        </p>
                    }
                })}
        </div>
    }
    .into_any()
}

/// `Kathmandu · 16:25 (UTC+05:45)`.
fn option(zone: ZoneChoice, chosen: &str) -> impl IntoView + use<> {
    let text = format!(
        "{} · {:02}:{:02} (UTC{})",
        zone.city,
        zone.now.hour(),
        zone.now.minute(),
        zone.now.format("%:z")
    );
    let selected = zone.name == chosen;
    view! {
        <option value=zone.name selected=selected>
            {text}
        </option>
    }
}

fn region(texts: Texts, region: &str) -> String {
    match region {
        "Africa" => texts.text("region-africa"),
        "America" => texts.text("region-america"),
        "Antarctica" => texts.text("region-antarctica"),
        "Arctic" => texts.text("region-arctic"),
        "Asia" => texts.text("region-asia"),
        "Atlantic" => texts.text("region-atlantic"),
        "Australia" => texts.text("region-australia"),
        "Europe" => texts.text("region-europe"),
        "Indian" => texts.text("region-indian"),
        "Pacific" => texts.text("region-pacific"),
        "" => "UTC".to_owned(),
        _ => texts.text("region-other"),
    }
}
