//! The document around every page.

use crate::{
    components::frame::use_site, i18n::use_texts, islands::Browser, routes::App, view::Theme,
};
use leptos::prelude::*;
use leptos_meta::{HashedStylesheet, MetaTags};

/// The whole HTML document. A theme that the reader chose is written on the root
/// element; without one, the colours follow the system.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let texts = use_texts();
    let theme = match use_site().theme {
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
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="icon" href="/favicon.ico" sizes="32x32" />
                <HashedStylesheet options=options.clone() id="style" />
                <AutoReload options=options.clone() />
                <HydrationScripts options islands=true />
                <MetaTags />
            </head>
            <body>
                <App />
                <Browser />
            </body>
        </html>
    }
}
