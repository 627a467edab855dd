//! Every part in its states.

use super::Chapter;
use crate::{
    components::{
        banner::{Alert, Empty},
        form::{Choice, Field, FieldKind, Problems},
        icons::{Icon, Mark, Sign},
        keys::KeyBadge,
        quota::{QuotaStrip, Remaining, RunningOut},
        requests::RequestBadge,
        table::{Badge, Scroll},
    },
    islands::CopyButton,
    view::{ApiQuota, FormReply, KeyState, Message, QuotaRequestState},
};
use leptos::prelude::*;

/// Names as people give them, which must break nothing.
const NAMES: [&str; 5] = [
    "Production",
    "钥匙 🔑 测试环境",
    "مفتاح الإنتاج",
    "<b>not bold</b>",
    "A_name_without_a_single_space_that_goes_on_and_on_until_it_is_longer_than_any_column_is_wide",
];

#[component]
pub fn Parts() -> impl IntoView {
    view! {
        <Buttons />
        <Fields />
        <Notices />
        <Marks />
        <Quotas />
        <Rows />
        <Icons />
    }
    .into_any()
}

#[component]
fn Buttons() -> impl IntoView {
    view! {
        <Chapter id="buttons" title="Buttons">
            <p>"One main button in a form. Red is for what takes something away."</p>
            <div class="card buttons">
                <button type="button" class="button button-main">
                    "Main"
                </button>
                <button type="button" class="button">
                    "Plain"
                </button>
                <button type="button" class="button">
                    <Icon sign=Sign::Plus />
                    "With an icon"
                </button>
                <button type="button" class="button button-bad">
                    "Takes away"
                </button>
                <button type="button" class="button button-small">
                    "Small"
                </button>
                <button type="button" class="button button-quiet">
                    "Quiet"
                </button>
                <a class="button" href="#buttons">
                    "A link"
                </a>
            </div>
            <div><nav class="presets tabs" aria-label="A choice among a few">
                <a href="#buttons" aria-current="page">
                    "Chosen"
                </a>
                <a href="#buttons">"Not chosen"</a>
                <a href="#buttons">"Not chosen"</a>
            </nav></div>
        </Chapter>
    }
}

#[component]
fn Fields() -> impl IntoView {
    let fine = FormReply::default();
    let refused = FormReply {
        form: "design-refused".into(),
        values: [("calls".to_owned(), "many".to_owned())].into(),
        problems: vec![
            ("calls", Message::new("problem-not-a-number")),
            ("api", Message::new("problem-unknown-api")),
        ],
        ..FormReply::default()
    };
    let options = vec![
        ("a".to_owned(), "Add message".to_owned()),
        ("s".to_owned(), "Search memory".to_owned()),
    ];
    view! {
        <Chapter id="fields" title="Fields">
            <div class="design-pair">
                <div class="card form">
                    <Field
                        form="design"
                        name="name"
                        label="Needed"
                        hint="What it is for, in a few words."
                        reply=fine.clone()
                        required=true
                    />
                    <Field
                        form="design"
                        name="date"
                        label="A day"
                        kind=FieldKind::Date
                        reply=fine.clone()
                    />
                    <Choice
                        form="design"
                        name="choice"
                        label="A choice"
                        reply=fine.clone()
                        options=options.clone()
                    />
                    <Field
                        form="design"
                        name="lines"
                        label="Several lines"
                        kind=FieldKind::Lines
                        reply=fine
                    />
                </div>
                <div class="card form">
                    <Problems reply=refused.clone() />
                    <Field
                        form="design-refused"
                        name="calls"
                        label="Refused, with what was typed"
                        kind=FieldKind::Number
                        reply=refused.clone()
                        required=true
                    />
                    <Choice
                        form="design-refused"
                        name="api"
                        label="A refused choice"
                        reply=refused
                        options
                    />
                </div>
            </div>
        </Chapter>
    }
}

#[component]
fn Notices() -> impl IntoView {
    view! {
        <Chapter id="notices" title="Notices and empty places">
            <p class="notice notice-good">
                <Icon sign=Sign::Check />
                "Something was done."
            </p>
            <p class="notice notice-wait">"Something should be known, or waits."</p>
            <Alert>
                <p>"Something is wrong, and this is what to do."</p>
            </Alert>
            <Empty title="Nothing here yet" text="What would be here, and how it gets here.">
                <a class="button button-main" href="#notices">
                    "The way there"
                </a>
            </Empty>
        </Chapter>
    }
}

#[component]
fn Marks() -> impl IntoView {
    view! {
        <Chapter id="marks" title="Badges and charts">
            <div class="card buttons design-badges">
                <Badge tone="good" text="good" />
                <Badge tone="wait" text="wait" />
                <Badge tone="bad" text="bad" />
                <Badge tone="off" text="off" />
                <KeyBadge state=KeyState::Active />
                <KeyBadge state=KeyState::Disabled />
                <KeyBadge state=KeyState::Expired />
                <RequestBadge state=QuotaRequestState::Open />
                <RequestBadge state=QuotaRequestState::Approved />
                <RequestBadge state=QuotaRequestState::Rejected />
                <RequestBadge state=QuotaRequestState::Withdrawn />
            </div>
            <figure class="card chart" aria-labelledby="design-chart">
                <figcaption class="chart-head">
                    <h3 id="design-chart">"Bars"</h3>
                    <ul class="legend">
                        <li class="tone-charged">"charged"</li>
                        <li class="tone-failed">"failed"</li>
                    </ul>
                </figcaption>
                <svg width="100%" height="96" aria-hidden="true">
                    <path class="plot-grid" d="M0 .5h4000M0 48h4000M0 95.5h4000"></path>
                    {[12, 40, 64, 30, 78, 52]
                        .into_iter()
                        .enumerate()
                        .map(|(place, height)| {
                            let x = format!("{}%", 2 + place * 16);
                            view! {
                                <rect
                                    class="bar tone-charged"
                                    x=x.clone()
                                    y=96 - height
                                    width="12%"
                                    height=height
                                ></rect>
                                <rect
                                    class="bar tone-failed"
                                    x=x
                                    y=90 - height
                                    width="12%"
                                    height="6"
                                ></rect>
                            }
                        })
                        .collect_view()}
                </svg>
            </figure>
        </Chapter>
    }
}

fn quota(title: &str, granted: i64, remaining: i64) -> ApiQuota {
    ApiQuota {
        api: title.to_lowercase(),
        title: title.to_owned(),
        granted,
        charged: granted - remaining,
        remaining,
    }
}

#[component]
fn Quotas() -> impl IntoView {
    let quotas = [
        quota("Untouched", 5_000, 5_000),
        quota("Enough", 5_000, 4_210),
        quota("Low", 1_000, 120),
        quota("Empty", 1_000, 0),
    ];
    view! {
        <Chapter id="quotas" title="Cards and meters">
            <div class="cards">
                {quotas
                    .clone()
                    .map(|quota| {
                        view! {
                            <article class="card usage-card">
                                <header class="card-head">
                                    <h3>{quota.title.clone()}</h3>
                                    <code>{quota.api.clone()}</code>
                                </header>
                                <Remaining quota=quota.clone() />
                                <RunningOut quota />
                            </article>
                        }
                    })
                    .collect_view()}
            </div>
            <QuotaStrip quotas=quotas.to_vec() />
        </Chapter>
    }
}

#[component]
fn Rows() -> impl IntoView {
    view! {
        <Chapter id="rows" title="Rows, keys and commands">
            <Scroll label="Rows">
                <table class="stack">
                    <thead>
                        <tr>
                            <th scope="col">"Name"</th>
                            <th scope="col">"State"</th>
                            <th scope="col" class="number">
                                "Charged"
                            </th>
                            <th scope="col">
                                <span class="unseen">"Actions"</span>
                            </th>
                        </tr>
                    </thead>
                    <tbody>
                        {NAMES
                            .map(|name| {
                                view! {
                                    <tr>
                                        <th scope="row">
                                            <span class="row-name">
                                                <bdi>{name}</bdi>
                                            </span>
                                            <code class="row-code">"mpg-…EBIf"</code>
                                        </th>
                                        <td data-label="State">
                                            <KeyBadge state=KeyState::Active />
                                        </td>
                                        <td class="number" data-label="Charged">
                                            "1,234"
                                        </td>
                                        <td class="row-actions">
                                            <button type="button" class="button button-small">
                                                "Disable"
                                            </button>
                                        </td>
                                    </tr>
                                }
                            })
                            .collect_view()}
                    </tbody>
                </table>
            </Scroll>
            <div class="card copy-line">
                <code class="secret">"mpg-0123456789abcdefghijABCDEFGHIJ0123456789"</code>
                <CopyButton
                    value="mpg-0123456789abcdefghijABCDEFGHIJ0123456789".to_owned()
                    label="Copy".to_owned()
                    about="Copy the key".to_owned()
                    done="Copied".to_owned()
                />
            </div>
            <div class="card">
                <div class="copy-block">
                    <pre tabindex="0" aria-label="A command">
                        <code>"curl http://127.0.0.1:3000/api/openmem/v1/search/memory"</code>
                    </pre>
                </div>
            </div>
        </Chapter>
    }
}

#[component]
fn Icons() -> impl IntoView {
    view! {
        <Chapter id="icons" title="Icons">
            <ul class="card design-icons">
                <li>
                    <Mark />
                    <span class="faint">"Mark"</span>
                </li>
                {Sign::ALL
                    .iter()
                    .map(|sign| {
                        view! {
                            <li>
                                <Icon sign=*sign />
                                <span class="faint">{format!("{sign:?}")}</span>
                            </li>
                        }
                    })
                    .collect_view()}
            </ul>
        </Chapter>
    }
}
