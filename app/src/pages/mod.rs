//! The pages, one file for each.

pub mod admin;
#[cfg(any(debug_assertions, test))]
pub mod design;
pub mod error_codes;
pub mod key;
pub mod keys;
pub mod limits;
pub mod project;
pub mod projects;
pub mod quick_start;
pub mod request;
pub mod request_more;
pub mod requests;
mod requests_filter;
pub mod settings;
pub mod sign_in;
mod snippets;
pub mod usage;
mod usage_card;
mod usage_choosers;
mod usage_filter;
mod usage_in_words;

use crate::view::Viewer;
use leptos::prelude::use_context;

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

/// The viewer and the port that a page needs; nothing for a stranger.
fn viewer_and<Port: Clone + 'static>() -> Option<(Viewer, Port)> {
    Some((use_context()?, use_context()?))
}

#[cfg(test)]
mod tests {
    use super::query_string;

    #[test]
    fn a_query_escapes_what_would_change_its_meaning() {
        assert_eq!(query_string(&[]), "");
        assert_eq!(
            query_string(&[("q", "a&b=c d+é"), ("key", "key_1")]),
            "?q=a%26b%3Dc%20d%2B%C3%A9&key=key_1"
        );
    }
}
