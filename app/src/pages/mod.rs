//! The pages, one file for each.

pub mod admin;
pub mod keys;
pub mod projects;
pub mod request_more;
pub mod sign_in;
pub mod usage;
mod usage_filter;

use crate::view::Viewer;
use leptos::prelude::use_context;

/// The viewer and the port that a page needs; nothing for a stranger.
fn viewer_and<Port: Clone + 'static>() -> Option<(Viewer, Port)> {
    Some((use_context()?, use_context()?))
}
