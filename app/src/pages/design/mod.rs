//! The design system on one page, for those who build the pages: every token,
//! and every part in its states. It is in debug builds only and never reaches a
//! reader, so its own words are here, in English; those of the parts are
//! translated as everywhere.

pub mod contrast;
mod parts;
pub mod tokens;

use self::contrast::{PAIRS, Use, of_pair};
use self::parts::Parts;
use self::tokens::{Token, colours, in_themes, tokens};
use crate::components::{
    frame::{Frame, LanguageForm, Section, ThemeForm},
    table::{Badge, Scroll},
};
use leptos::prelude::*;
use leptos_meta::Stylesheet;

#[component]
pub fn DesignPage() -> impl IntoView {
    let tokens = tokens();
    view! {
        <Stylesheet href="/design.css" />
        <Frame
            section=Section::Elsewhere
            title="Design"
            lead="Green ink on ledger paper. What is not made of these parts does not belong on a page."
        >
            <div class="design-choices">
                <LanguageForm />
                <ThemeForm />
            </div>
            <Colours tokens=tokens.clone() />
            <Contrasts tokens=tokens.clone() />
            <Type tokens=tokens.clone() />
            <Space tokens />
            <Parts />
        </Frame>
    }
    .into_any()
}

/// A part of the page under its heading.
#[component]
fn Chapter(id: &'static str, title: &'static str, children: Children) -> impl IntoView {
    view! {
        <section aria-labelledby=id>
            <h2 id=id>{title}</h2>
            {children()}
        </section>
    }
}

#[component]
fn Colours(tokens: Vec<Token>) -> impl IntoView {
    let swatches: Vec<_> = tokens
        .iter()
        .filter(|token| colours(&tokens, &token.name).is_some())
        .map(|token| {
            let [light, dark] = in_themes(&token.value).map(str::to_owned);
            view! {
                <li class="card swatch">
                    <svg width="100%" height="56" aria-hidden="true">
                        <rect
                            width="100%"
                            height="100%"
                            fill=format!("var(--{})", token.name)
                        ></rect>
                    </svg>
                    <strong>{token.name.clone()}</strong>
                    <span class="faint">{token.group.clone()}</span>
                    <code>{light}</code>
                    <code>{dark}</code>
                </li>
            }
        })
        .collect();
    view! {
        <Chapter id="colours" title="Colours: in light, in dark">
            <ul class="swatches">{swatches}</ul>
        </Chapter>
    }
}

#[component]
fn Contrasts(tokens: Vec<Token>) -> impl IntoView {
    let rows: Vec<_> = PAIRS
        .iter()
        .flat_map(|(ink, usage, grounds)| grounds.iter().map(move |ground| (*ink, *usage, *ground)))
        .map(|(ink, usage, ground)| {
            let [light, dark] = of_pair(&tokens, ink, ground).unwrap_or_default();
            let holds = light.min(dark) >= usage.least();
            let sample = match usage {
                Use::Text => view! { <text x="10" y="19" fill=format!("var(--{ink})")>"Words"</text> }.into_any(),
                Use::Mark | Use::Segment => {
                    view! { <rect x="10" y="8" width="44" height="12" fill=format!("var(--{ink})")></rect> }
                        .into_any()
                }
            };
            view! {
                <tr>
                    <th scope="row">
                        <svg width="64" height="28" aria-hidden="true">
                            <rect width="100%" height="100%" fill=format!("var(--{ground})")></rect>
                            {sample}
                        </svg>
                    </th>
                    <td>{ink}</td>
                    <td>{ground}</td>
                    <td class="number">{format!("{:.1}", usage.least())}</td>
                    <td class="number">{format!("{light:.2}")}</td>
                    <td class="number">{format!("{dark:.2}")}</td>
                    <td>
                        {if holds {
                            view! { <Badge tone="good" text="holds" /> }
                        } else {
                            view! { <Badge tone="bad" text="too faint" /> }
                        }}
                    </td>
                </tr>
            }
        })
        .collect();
    view! {
        <Chapter id="contrast" title="Contrast">
            <p>"Every ink on every ground that it is used on. A test holds these numbers."</p>
            <Scroll label="Contrast">
                <table class="tight">
                    <thead>
                        <tr>
                            <th scope="col">"Sample"</th>
                            <th scope="col">"Ink"</th>
                            <th scope="col">"Ground"</th>
                            <th scope="col" class="number">
                                "Needs"
                            </th>
                            <th scope="col" class="number">
                                "Light"
                            </th>
                            <th scope="col" class="number">
                                "Dark"
                            </th>
                            <th scope="col">"State"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </Scroll>
        </Chapter>
    }
    .into_any()
}

/// Name and value of the tokens whose names begin like that.
fn beginning(tokens: &[Token], prefixes: &[&str]) -> Vec<(String, String)> {
    tokens
        .iter()
        .filter(|token| prefixes.iter().any(|prefix| token.name.starts_with(prefix)))
        .map(|token| (token.name.clone(), token.value.clone()))
        .collect()
}

#[component]
fn Type(tokens: Vec<Token>) -> impl IntoView {
    let sizes: Vec<_> = beginning(&tokens, &["text-"])
        .into_iter()
        .map(|(name, value)| {
            view! {
                <li>
                    <span class="faint">{format!("{name} · {value}")}</span>
                    <svg class="type-sample" width="100%" height="56" aria-hidden="true">
                        <text y="42" font-size=format!("var(--{name})")>
                            "Remaining 4,210 剩余"
                        </text>
                    </svg>
                </li>
            }
        })
        .collect();
    view! {
        <Chapter id="type" title="Type">
            <ul class="card type-scale">{sizes}</ul>
        </Chapter>
    }
}

#[component]
fn Space(tokens: Vec<Token>) -> impl IntoView {
    // `s1` to `s9`, and not `sans`, `side` or `sunk`.
    let spaces: Vec<_> = beginning(&tokens, &["s"])
        .into_iter()
        .filter(|(name, _)| name.as_bytes().get(1).is_some_and(u8::is_ascii_digit))
        .map(|(name, value)| {
            view! {
                <li>
                    <span class=format!("space-sample space-{name}")></span>
                    <span class="faint">{format!("{name} · {value}")}</span>
                </li>
            }
        })
        .collect();
    let shapes: Vec<_> = beginning(&tokens, &["round", "rise"])
        .into_iter()
        .map(|(name, value)| {
            view! {
                <li>
                    <span class=format!("shape-sample shape-{name}")></span>
                    <span class="faint">{format!("{name} · {value}")}</span>
                </li>
            }
        })
        .collect();
    view! {
        <Chapter id="space" title="Space and shape">
            <div class="card space-scales">
                <ul>{spaces}</ul>
                <ul>{shapes}</ul>
            </div>
        </Chapter>
    }
}
