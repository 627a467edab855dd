//! Where a request comes from, for counting tries.

use crate::domain::networks::{Network, origin};
use crate::http::Peer;
use axum::extract::Request;
use axum::http::HeaderName;
use std::net::IpAddr;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The client's address, by the word of trusted proxies. Nothing for this machine:
/// a proxy on it that names nobody would make all its clients one.
pub(super) fn of<B>(request: &Request<B>, trusted: &[Network]) -> Option<IpAddr> {
    let Peer(peer) = *request.extensions().get()?;
    let forwarded: Vec<_> = request
        .headers()
        .get_all(FORWARDED_FOR)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    let found = origin(peer, forwarded.into_iter(), trusted);
    (!found.is_loopback()).then_some(found)
}
