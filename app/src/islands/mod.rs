//! The parts that live in the browser too. Each is small, finds its texts in the
//! page, and leaves a page that works as well without it.
//!
//! The server renders all of the HTML; what runs in the browser listens, and
//! changes what is there. No view is built twice, so nothing can differ from
//! what the server sent, and the download stays small.

mod copy;
#[cfg(feature = "hydrate")]
mod dom;
mod filter;
#[cfg(feature = "hydrate")]
mod help;
#[cfg(feature = "hydrate")]
mod live;
#[cfg(feature = "hydrate")]
mod palette;
#[cfg(feature = "hydrate")]
mod sending;
#[cfg(feature = "hydrate")]
mod tooltip;

pub use copy::CopyButton;
pub use filter::SelfSending;

use leptos::prelude::*;

/// Everything that the console does in the browser. Stands once on each page.
#[island]
pub fn Browser() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    {
        copy::attach();
        filter::attach();
        help::attach();
        live::attach();
        palette::attach();
        sending::attach();
        tooltip::attach();
    }
}
