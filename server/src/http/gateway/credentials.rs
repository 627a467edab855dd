//! The key of a call: `Authorization: Token mpg-…`, or `Bearer`, which some
//! clients try next.

use super::refusal::Refusal;
use crate::domain::keys::{Presented, presented};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;

pub(super) fn key(headers: &HeaderMap) -> Result<&str, Refusal> {
    let value = headers.get(AUTHORIZATION).ok_or(Refusal::KeyMissing)?;
    match presented(value.to_str().map_err(|_| Refusal::KeyUnknown)?) {
        Presented::Key(key) => Ok(key),
        Presented::Nothing => Err(Refusal::KeyMissing),
        Presented::NoKey => Err(Refusal::KeyUnknown),
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
