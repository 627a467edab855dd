//! The key of a call: `Authorization: Token mpg-…`, or `Bearer`, which some
//! clients try next.

use super::refusal::Refusal;
use crate::domain::keys::is_key_shaped;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;

pub(super) fn key(headers: &HeaderMap) -> Result<&str, Refusal> {
    let value = headers.get(AUTHORIZATION).ok_or(Refusal::KeyMissing)?;
    let value = value.to_str().map_err(|_| Refusal::KeyUnknown)?.trim();
    let key = match value.split_once(' ') {
        Some((scheme, key))
            if scheme.eq_ignore_ascii_case("token") || scheme.eq_ignore_ascii_case("bearer") =>
        {
            key.trim()
        }
        Some(_) => return Err(Refusal::KeyUnknown),
        // `Token ` with nothing behind it arrives without its space.
        None if value.eq_ignore_ascii_case("token") || value.eq_ignore_ascii_case("bearer") => "",
        None => value,
    };
    if key.is_empty() {
        Err(Refusal::KeyMissing)
    } else if is_key_shaped(key) {
        Ok(key)
    } else {
        Err(Refusal::KeyUnknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    const KEY: &str = "mpg-0123456789012345678901234567890123456789";

    fn with(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn token_and_bearer_are_both_understood() {
        for scheme in ["Token", "token", "Bearer", "BEARER "] {
            assert_eq!(key(&with(&format!("{scheme} {KEY}"))).unwrap(), KEY);
        }
        assert_eq!(key(&with(KEY)).unwrap(), KEY);
    }

    #[test]
    fn a_missing_key_is_told_from_a_wrong_one() {
        assert!(matches!(key(&HeaderMap::new()), Err(Refusal::KeyMissing)));
        assert!(matches!(key(&with("Token ")), Err(Refusal::KeyMissing)));
        assert!(matches!(
            key(&with("Token mpg-short")),
            Err(Refusal::KeyUnknown)
        ));
        assert!(matches!(
            key(&with(&format!("Basic {KEY}"))),
            Err(Refusal::KeyUnknown)
        ));
    }
}
