//! Connections: accepted up to a number, each with a bounded head and a limit to
//! how long it may stand still, and closed in good order. One that is slow or
//! hostile costs a few kilobytes for a while, and nobody else.

mod front;
mod local;
mod patient;

pub use front::Front;
pub use local::LocalSocket;

use front::Desk;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use patient::PatientStream;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

/// Longest head of a request, and the most that is read or written ahead.
const MOST_BUFFERED: usize = 64 * 1024;
/// Headers of a request at most.
const MOST_HEADERS: usize = 100;
/// Connections that may wait to be accepted.
const QUEUE: u32 = 4_096;
/// How long to wait when the machine has no file handle left for a connection.
const OUT_OF_HANDLES: Duration = Duration::from_millis(50);

/// The other end of the connection that a request came by: a client, or a proxy.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

/// What a connection may take.
#[derive(Debug, Clone, Copy)]
pub struct ConnectionLimits {
    /// Connections at once; more wait to be accepted.
    pub most: usize,
    /// How long one may be idle, or take for a request's head.
    pub idle: Duration,
    /// How long a request's body may take.
    pub body: Duration,
    /// How long an answer may wait for a client that does not read.
    pub stall: Duration,
}

/// A listener on an address. What is waiting to be accepted has a long queue: where it
/// overflows, the machine takes clients for connected that are not.
pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    // A server that comes back finds its port free.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(QUEUE)
}

/// Serves until `stop`; then takes no new request, and waits for the
/// answers under way, `grace` at the most.
pub async fn listen(
    listener: TcpListener,
    front: Front,
    limits: ConnectionLimits,
    stop: impl Future<Output = ()>,
    grace: Duration,
) {
    let places = Arc::new(Semaphore::new(limits.most));
    let (closing, _) = watch::channel(());
    let mut stop = pin!(stop);
    loop {
        let accepted = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (listener.accept().await, place)
        };
        let (tcp, place) = tokio::select! {
            () = &mut stop => break,
            (tcp, Ok(place)) = accepted => (tcp, place),
            else => break,
        };
        match tcp {
            Ok((tcp, peer)) => {
                tokio::spawn(serve(
                    tcp,
                    Peer(peer.ip()),
                    front.clone(),
                    limits,
                    closing.subscribe(),
                    place,
                ));
            }
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(OUT_OF_HANDLES).await;
            }
        }
    }
    drop(listener);
    let _ = closing.send(());
    let all = u32::try_from(limits.most).unwrap_or(u32::MAX);
    if tokio::time::timeout(grace, places.acquire_many(all))
        .await
        .is_err()
    {
        tracing::warn!("answers were still under way at the end of the grace period");
    }
}

async fn serve(
    tcp: TcpStream,
    peer: Peer,
    front: Front,
    limits: ConnectionLimits,
    mut closing: watch::Receiver<()>,
    _place: OwnedSemaphorePermit,
) {
    // An event of a stream, and the end of an answer, leave at once.
    let _ = tcp.set_nodelay(true);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.idle)
        .max_buf_size(MOST_BUFFERED)
        .max_headers(MOST_HEADERS)
        .serve_connection(
            TokioIo::new(PatientStream::new(tcp, limits.stall)),
            Desk {
                front,
                peer,
                limits,
            },
        );
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        _ = closing.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        // A client that left, was too slow, or does not speak HTTP.
        tracing::debug!(%error, "a connection broke off");
    }
}
