//! Links to the file of what a table or chart shows.

use super::frame::use_site;
use crate::i18n::use_texts;
use leptos::prelude::*;

/// What of an address says which page is shown, and not what is asked for.
const NOT_THE_FILTER: [&str; 5] = ["before", "after", "done", "sought", "page"];

/// The same as CSV and JSON, under the filter of this page's address.
#[component]
pub fn Export(
    /// Address of the file, without its ending.
    #[prop(into)]
    to: String,
    /// What the file holds.
    #[prop(into)]
    what: String,
) -> impl IntoView {
    let texts = use_texts();
    let query = filter_of(&use_site().here);
    view! {
        <p class="export">
            {[("csv", "CSV"), ("json", "JSON")]
                .map(|(ending, format)| {
                    let about = texts
                        .with(
                            "export-about",
                            [("what", (&what).into()), ("format", format.into())],
                        );
                    view! {
                        <a href=format!("{to}.{ending}{query}") aria-label=about download="">
                            {format}
                        </a>
                    }
                })
                .collect_view()}
        </p>
    }
}

/// The query of an address, with its question mark, without what is not the filter.
fn filter_of(here: &str) -> String {
    let query = here.split_once('?').map_or("", |(_, query)| query);
    let kept: Vec<&str> = query
        .split('&')
        .filter(|pair| {
            let name = pair.split('=').next().unwrap_or_default();
            !name.is_empty() && !NOT_THE_FILTER.contains(&name)
        })
        .collect();
    if kept.is_empty() {
        String::new()
    } else {
        format!("?{}", kept.join("&"))
    }
}

#[cfg(test)]
mod tests {
    use super::filter_of;

    #[test]
    fn a_file_has_the_pages_filter_and_all_of_its_pages() {
        assert_eq!(filter_of("/keys"), "");
        assert_eq!(filter_of("/keys?done=key-disabled"), "");
        assert_eq!(
            filter_of("/requests?key=key_1&before=req_1&period=7d"),
            "?key=key_1&period=7d"
        );
    }
}
