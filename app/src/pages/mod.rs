//! The pages, one file for each.

pub mod admin;
mod choosers;
pub mod confirm_email;
#[cfg(any(debug_assertions, test))]
pub mod design;
pub mod error_codes;
pub mod join;
pub mod key;
pub mod keys;
pub mod limits;
mod period;
pub mod project;
pub mod projects;
pub mod quick_start;
pub mod request;
pub mod request_more;
pub mod requests;
mod requests_filter;
pub mod reset;
pub mod second_step;
pub mod settings;
pub mod sign_in;
pub mod sign_up;
mod snippets;
pub mod usage;
mod usage_card;
mod usage_filter;
mod usage_in_words;
pub mod webhook;
pub mod webhooks;
pub mod welcome;

use crate::view::Viewer;
use leptos::prelude::{GetUntracked, use_context};
use leptos_router::{
    hooks::{use_params_map, use_query_map},
    params::ParamsMap,
};

/// `?name=value&…`, or nothing for no pairs.
fn query_string(pairs: &[(&str, &str)]) -> String {
    let mut query = String::new();
    for (name, value) in pairs {
        query.push(if query.is_empty() { '?' } else { '&' });
        query.push_str(name);
        query.push('=');
        for byte in value.bytes() {
            // RFC 3986: what needs no escape anywhere in an address.
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                query.push(char::from(byte));
            } else {
                query.push('%');
                query.extend(hexadecimal(byte));
            }
        }
    }
    query
}

/// Two digits, as an escape has them.
fn hexadecimal(byte: u8) -> [char; 2] {
    [byte >> 4, byte & 15].map(|digit| {
        char::from_digit(u32::from(digit), 16).map_or('0', |digit| digit.to_ascii_uppercase())
    })
}

/// What the address of this page asks for, by name. An empty value is one that
/// was not given.
fn asked() -> impl Fn(&str) -> Vec<String> {
    let params = use_query_map().get_untracked();
    move |name| values(&params, name)
}

fn values(params: &ParamsMap, name: &str) -> Vec<String> {
    let mut values = params.get_all(name).unwrap_or_default();
    values.retain(|value| !value.is_empty());
    values
}

/// The thing that the address of this page names.
fn id_of_address() -> String {
    use_params_map()
        .get_untracked()
        .get("id")
        .unwrap_or_default()
}

/// The viewer and the port that a page needs; nothing for a stranger.
fn viewer_and<Port: Clone + 'static>() -> Option<(Viewer, Port)> {
    Some((use_context()?, use_context()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::UsageQuery;

    #[test]
    fn an_empty_value_of_an_address_is_none() {
        let mut params = ParamsMap::new();
        for (name, value) in [
            ("project", "prj_1"),
            ("project", ""),
            ("project", "prj_2"),
            ("key", ""),
            ("from", ""),
            ("period", "7d"),
        ] {
            params.insert(name, value.to_owned());
        }
        assert_eq!(
            UsageQuery::read(|name| values(&params, name)),
            UsageQuery {
                projects: vec!["prj_1".into(), "prj_2".into()],
                period: Some("7d".into()),
                ..UsageQuery::default()
            }
        );
    }

    #[test]
    fn a_query_escapes_what_would_change_its_meaning() {
        assert_eq!(query_string(&[]), "");
        assert_eq!(
            query_string(&[("q", "a&b=c d+é"), ("key", "key_1")]),
            "?q=a%26b%3Dc%20d%2B%C3%A9&key=key_1"
        );
    }
}
