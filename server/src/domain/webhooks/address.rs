//! Which addresses a webhook may have. What a name leads to is looked at again at
//! each message (`hooks::connector`): a name can lead elsewhere tomorrow.

use crate::domain::error::Problem;
use crate::domain::networks::is_public;
use http::Uri;
use std::net::IpAddr;

/// Longest address, in bytes.
const LONGEST: usize = 500;
/// Names that lead to the machine itself or stay inside a network.
const INSIDE: [&str; 5] = ["localhost", "local", "internal", "lan", "arpa"];

/// An address as somebody typed it. It is `https`; `http`, and hosts that are plainly
/// inside a network, only where the operator lets messages go there (`private`).
///
/// # Errors
/// What is wrong with it.
pub fn url(typed: &str, private: bool) -> Result<String, Problem> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(Problem::Required);
    }
    if typed.len() > LONGEST {
        return Err(Problem::TooLong { most: 500 });
    }
    let plain = typed.bytes().all(|byte| byte.is_ascii_graphic()) && !typed.contains(['#', '\\']);
    let uri: Uri = plain
        .then(|| typed.parse().ok())
        .flatten()
        .ok_or(Problem::NotAHookUrl)?;
    match uri.scheme_str() {
        Some("https") => {}
        Some("http") if private => {}
        _ => return Err(Problem::NotAHookUrl),
    }
    let authority = uri.authority().ok_or(Problem::NotAHookUrl)?;
    let port = authority
        .as_str()
        .strip_prefix(authority.host())
        .ok_or(Problem::NotAHookUrl)?;
    let port_is_good = match port.strip_prefix(':') {
        Some(port) => port.parse::<u16>().is_ok_and(|port| port > 0),
        // A user before the host has gone by above.
        None => port.is_empty(),
    };
    if !port_is_good {
        return Err(Problem::NotAHookUrl);
    }
    if is_inside(authority.host())? && !private {
        return Err(Problem::PrivateAddress);
    }
    Ok(typed.to_owned())
}

/// The host of an address, for lists and logs: what follows it may be a secret.
#[must_use]
pub fn host(url: &str) -> String {
    url.parse::<Uri>()
        .ok()
        .and_then(|uri| uri.host().map(str::to_owned))
        .unwrap_or_default()
}

/// Whether a host is plainly no place of the open internet.
fn is_inside(host: &str) -> Result<bool, Problem> {
    let literal = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    if let Some(literal) = literal {
        let address: IpAddr = literal.parse().map_err(|_| Problem::NotAHookUrl)?;
        return Ok(!is_public(address));
    }
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(!is_public(address));
    }
    let labels: Vec<&str> = host.strip_suffix('.').unwrap_or(host).split('.').collect();
    let is_name = host.len() <= 253
        && labels.iter().all(|label| {
            (1..=63).contains(&label.len())
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        });
    let last = labels.last().copied().unwrap_or_default();
    // What ends in a number is an IPv4 address to many resolvers: 2130706433, 0x7f.1.
    let is_number = last.bytes().all(|byte| byte.is_ascii_digit())
        || last
            .to_ascii_lowercase()
            .strip_prefix("0x")
            .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if !is_name || is_number {
        return Err(Problem::NotAHookUrl);
    }
    let inside = INSIDE.iter().any(|name| last.eq_ignore_ascii_case(name));
    Ok(labels.len() == 1 || inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_an_https_address_of_the_open_internet() {
        for good in [
            "https://example.com",
            "https://hooks.example.com:8443/a/b?token=x%20y",
            " https://EXAMPLE.com/ ",
            "https://8.8.8.8/hook",
            "https://[2606:4700::1111]:443/",
            "https://xn--bcher-kva.example/hook",
            "https://a_b.example.com./x",
        ] {
            assert_eq!(url(good, false), Ok(good.trim().to_owned()), "{good}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused_wherever_messages_may_go() {
        for bad in [
            "example.com/hook",
            "//example.com/hook",
            "ftp://example.com/",
            "https://",
            "https:///hook",
            "https://user@example.com/",
            "https://user:pass@example.com/",
            "https://10.0.0.1@example.com/",
            "https://example.com/a b",
            "https://example.com/\u{7f}",
            "https://example.com/é",
            "https://bücher.example/",
            "https://example.com\\@10.0.0.1/",
            "https://example.com/#part",
            "https://example.com:0/",
            "https://example.com:99999/",
            "https://example.com:/",
            "https://exa%6dple.com/",
            "https://a..example.com/",
            // Addresses in forms that some resolvers take.
            "https://2130706433/",
            "https://0x7f000001/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://127.1/",
            "https://127.0.0.1.",
            "https://1.2.3.256/",
            "https://[::1/",
            "https://[fe80::1%25eth0]/",
        ] {
            for private in [false, true] {
                assert_eq!(url(bad, private), Err(Problem::NotAHookUrl), "{bad}");
            }
        }
        assert_eq!(url("  ", true), Err(Problem::Required));
        let long = format!("https://example.com/{}", "a".repeat(500));
        assert_eq!(url(&long, true), Err(Problem::TooLong { most: 500 }));
    }

    #[test]
    fn hosts_inside_a_network_are_for_the_operator_to_allow() {
        for inside in [
            "https://127.0.0.1:8080/",
            "https://[::1]/",
            "https://169.254.169.254/latest/meta-data/",
            "https://10.1.2.3/",
            "https://[::ffff:10.1.2.3]/",
            "https://[fd00::1]/",
            "https://localhost/",
            "https://LOCALHOST:3000/",
            "https://a.localhost/",
            "https://localhost./",
            "https://printer.local/",
            "https://metadata.google.internal/",
            "https://metadata/",
        ] {
            assert_eq!(url(inside, false), Err(Problem::PrivateAddress), "{inside}");
            assert_eq!(url(inside, true), Ok(inside.to_owned()), "{inside}");
        }
        assert_eq!(url("http://example.com/", false), Err(Problem::NotAHookUrl));
        assert!(url("http://127.0.0.1:1/", true).is_ok());
    }

    #[test]
    fn the_host_alone_is_told() {
        assert_eq!(host("https://a.example:1/secret?token=x"), "a.example");
        assert_eq!(host("nonsense at all"), "");
    }
}
