//! Connections: accepted up to a number, each with a bounded head and a limit to
//! how long it may stand still, and closed in good order. One that is slow or
//! hostile costs a few kilobytes for a while, and nobody else: one that is idle makes
//! its place free when another needs it.

mod front;
mod local;
mod patient;
mod places;
mod presence;

pub use front::Front;
pub use local::LocalSocket;

use front::Desk;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use patient::PatientStream;
use places::{Place, Places};
use rustix::io::Errno;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;

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
    /// Connections at once. For more, those go that are idle longest; if all are busy,
    /// more wait.
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
    let mut places = Places::new(limits.most);
    let (closing, _) = watch::channel(());
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => accepted,
        };
        let (tcp, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                if is_out_of_handles(&error) {
                    places.make_room();
                }
                tokio::time::sleep(OUT_OF_HANDLES).await;
                continue;
            }
        };
        let place = tokio::select! {
            () = &mut stop => break,
            place = places.take() => place,
        };
        tokio::spawn(serve(
            tcp,
            Peer(peer.ip()),
            front.clone(),
            limits,
            closing.subscribe(),
            place,
        ));
    }
    drop(listener);
    let _ = closing.send(());
    if tokio::time::timeout(grace, places.all_free())
        .await
        .is_err()
    {
        tracing::warn!("answers were still under way at the end of the grace period");
    }
}

/// Whether the machine hands out no more handles, though there are places left.
fn is_out_of_handles(error: &io::Error) -> bool {
    [Errno::MFILE, Errno::NFILE]
        .iter()
        .any(|errno| error.raw_os_error() == Some(errno.raw_os_error()))
}

async fn serve(
    tcp: TcpStream,
    peer: Peer,
    front: Front,
    limits: ConnectionLimits,
    mut closing: watch::Receiver<()>,
    place: Place,
) {
    let presence = &place.presence;
    // An event of a stream, and the end of an answer, leave at once.
    let _ = tcp.set_nodelay(true);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.idle)
        .max_buf_size(MOST_BUFFERED)
        .max_headers(MOST_HEADERS)
        .serve_connection(
            TokioIo::new(PatientStream::new(tcp, limits.stall, Arc::clone(presence))),
            Desk {
                front,
                peer,
                limits,
                presence: Arc::clone(presence),
            },
        );
    let mut connection = pin!(connection);
    let ended = loop {
        tokio::select! {
            // First what has come: a request that is there keeps its connection.
            biased;
            ended = connection.as_mut() => break ended,
            // Nothing is under way and nothing left to send, so it goes at once.
            () = presence.told() => if presence.was_let_go() {
                return;
            },
            _ = closing.changed() => {
                connection.as_mut().graceful_shutdown();
                break connection.await;
            }
        }
    };
    if let Err(error) = ended {
        // A client that left, was too slow, or does not speak HTTP.
        tracing::debug!(%error, "a connection broke off");
    }
}
