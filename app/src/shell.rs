//! The document around every page.

mod hydration;

use crate::{
    components::frame::use_site, i18n::use_texts, islands::Browser, routes::App, view::Theme,
};
use hydration::Hydration;
use leptos::{html::meta, prelude::*};
use leptos_meta::{HashedStylesheet, MetaTags};

/// The colour of the browser's own frame around a page, in light and in dark: the
/// token `side`. A test compares them.
pub const THEME_COLOURS: [&str; 2] = ["#f1f5f1", "#090f0d"];

/// The whole HTML document. A theme that the reader chose is written on the root
/// element; without one, the colours follow the system.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let texts = use_texts();
    let site = use_site();
    let theme = match site.theme {
        Theme::System => None,
        chosen => Some(chosen.name()),
    };
    view! {
        <!DOCTYPE html>
        <html lang=texts.language.tag() data-theme=theme>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content=theme.unwrap_or("light dark") />
                <meta name="referrer" content="same-origin" />
                {frame_colours(site.theme)}
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="icon" href="/favicon.ico" sizes="32x32" />
                <HashedStylesheet options=options.clone() id="style" />
                <AutoReload options=options.clone() />
                <Hydration options />
                <MetaTags />
            </head>
            <body>
                <App />
                <Browser />
            </body>
        </html>
    }
}

/// The browser's frame follows the page: the system's choice, or the reader's.
fn frame_colours(theme: Theme) -> impl IntoView {
    let [light, dark] = THEME_COLOURS;
    let chosen = match theme {
        Theme::System => {
            return [
                ("(prefers-color-scheme: light)", light),
                ("(prefers-color-scheme: dark)", dark),
            ]
            .map(|(when, colour)| {
                meta()
                    .name("theme-color")
                    .content(colour)
                    .attr("media", when)
            })
            .collect_view()
            .into_any();
        }
        Theme::Light => light,
        Theme::Dark => dark,
    };
    view! { <meta name="theme-color" content=chosen /> }.into_any()
}
