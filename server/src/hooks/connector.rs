//! Connections to where strangers want messages sent. A host is looked up, what it
//! leads to is checked, and that very address is connected to: a name that leads
//! elsewhere a moment later leads nobody there.

use crate::domain::networks::is_public;
use crate::domain::webhooks::Fault;
use async_trait::async_trait;
use futures::future::BoxFuture;
use http::Uri;
use hyper_util::rt::TokioIo;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::net::{TcpStream, lookup_host};
use tower::Service;

/// What knows where a name leads.
#[async_trait]
pub(super) trait Resolve: Send + Sync + 'static {
    async fn addresses(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>>;
}

/// The machine's resolver.
pub(super) struct System;

#[async_trait]
impl Resolve for System {
    async fn addresses(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        Ok(lookup_host((host, port)).await?.collect())
    }
}

/// Connects to addresses of the open internet only, unless the operator allows others.
#[derive(Clone)]
pub(super) struct Connector {
    pub private: bool,
    pub resolver: Arc<dyn Resolve>,
}

/// Why there is no connection, for whoever reads it out of a boxed error.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(super) struct Refused(#[from] pub Fault);

impl Connector {
    async fn connect(self, uri: Uri) -> Result<TokioIo<TcpStream>, Refused> {
        let host = uri.host().ok_or(Fault::Name)?;
        let port = match uri.port_u16() {
            Some(port) => port,
            None if uri.scheme_str() == Some("http") => 80,
            None => 443,
        };
        let addresses = self.checked(host, port).await?;
        for address in addresses {
            if let Ok(stream) = TcpStream::connect(address).await {
                let _ = stream.set_nodelay(true);
                return Ok(TokioIo::new(stream));
            }
        }
        Err(Fault::Connect.into())
    }

    /// Where a host leads. One address inside a network among others is one too many.
    async fn checked(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, Fault> {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let addresses = match bare.parse::<IpAddr>() {
            Ok(address) => vec![SocketAddr::new(address, port)],
            Err(_) => self
                .resolver
                .addresses(bare, port)
                .await
                .map_err(|_| Fault::Name)?,
        };
        if addresses.is_empty() {
            return Err(Fault::Name);
        }
        if !self.private && !addresses.iter().all(|address| is_public(address.ip())) {
            return Err(Fault::Private);
        }
        Ok(addresses)
    }
}

impl Service<Uri> for Connector {
    type Response = TokioIo<TcpStream>;
    type Error = Refused;
    type Future = BoxFuture<'static, Result<Self::Response, Refused>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Refused>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        Box::pin(self.clone().connect(uri))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Leads every name to the same addresses.
    pub(in crate::hooks) struct Leading(pub Vec<IpAddr>);

    #[async_trait]
    impl Resolve for Leading {
        async fn addresses(&self, _: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
            let addresses = self.0.iter();
            Ok(addresses.map(|ip| SocketAddr::new(*ip, port)).collect())
        }
    }

    fn connector(private: bool, addresses: &[&str]) -> Connector {
        let addresses = addresses.iter().map(|text| text.parse().unwrap());
        Connector {
            private,
            resolver: Arc::new(Leading(addresses.collect())),
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_a_network_is_refused() {
        for inside in [
            &["127.0.0.1"][..],
            &["::1"],
            &["169.254.169.254"],
            &["10.1.2.3"],
            &["::ffff:192.168.0.1"],
            &["fd00::1"],
            // Among good ones.
            &["8.8.8.8", "10.0.0.1"],
        ] {
            let checked = connector(false, inside).checked("hooks.example", 443).await;
            assert_eq!(checked, Err(Fault::Private), "{inside:?}");
            let allowed = connector(true, inside).checked("hooks.example", 443).await;
            assert!(allowed.is_ok(), "{inside:?}");
        }
        let outside = connector(false, &["8.8.8.8", "2606:4700::1111"]);
        assert_eq!(
            outside.checked("hooks.example", 443).await.unwrap().len(),
            2
        );
        let nowhere = connector(true, &[]).checked("hooks.example", 443).await;
        assert_eq!(nowhere, Err(Fault::Name));
    }

    #[tokio::test]
    async fn addresses_need_no_resolver_and_are_checked_all_the_same() {
        // The resolver would lead elsewhere.
        let outside = connector(false, &["8.8.8.8"]);
        for inside in ["127.0.0.1", "[::1]", "169.254.169.254", "[::ffff:10.0.0.1]"] {
            let checked = outside.checked(inside, 80).await;
            assert_eq!(checked, Err(Fault::Private), "{inside}");
        }
        let found = outside.checked("9.9.9.9", 8_443).await.unwrap();
        assert_eq!(found, ["9.9.9.9:8443".parse().unwrap()]);
    }

    #[tokio::test]
    async fn the_machines_own_names_and_numbers_lead_inside() {
        let system = Connector {
            private: false,
            resolver: Arc::new(System),
        };
        // Forms that no form of ours takes, and that this resolver may.
        for host in ["localhost", "2130706433", "0x7f.1", "127.1"] {
            let checked = system.checked(host, 80).await;
            assert!(
                matches!(checked, Err(Fault::Private | Fault::Name)),
                "{host}: {checked:?}"
            );
        }
    }
}
