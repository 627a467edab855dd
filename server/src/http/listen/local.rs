//! The server's own socket: a file beside the database, by which the command line
//! asks the server that runs. Whoever runs the server can open it, and nobody else.

use crate::http::admin::{AdminApi, Local, local_router};
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tower::ServiceExt;

/// Commands at once.
const MOST: usize = 16;
/// How long a command may be silent.
const IDLE: Duration = Duration::from_mins(1);
/// How long to wait when the machine has no file handle left for a connection.
const OUT_OF_HANDLES: Duration = Duration::from_millis(50);

/// The socket. Its file goes when this does.
pub struct LocalSocket {
    listener: UnixListener,
    path: PathBuf,
}

impl LocalSocket {
    /// Listens at a path. To be called by whoever holds the database's lock: a file
    /// that is there was left by a server that is gone.
    pub fn bind(path: &Path) -> io::Result<Self> {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(path)?;
        let socket = Self {
            listener,
            path: path.to_owned(),
        };
        fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
        Ok(socket)
    }

    /// Answers commands until it is dropped.
    pub async fn serve(self, api: Arc<AdminApi>) {
        let router = local_router(api);
        let places = Arc::new(Semaphore::new(MOST));
        loop {
            let Ok(place) = Arc::clone(&places).acquire_owned().await else {
                return;
            };
            match self.listener.accept().await {
                Ok((stream, _)) if is_ours(&stream) => {
                    let router = router.clone();
                    tokio::spawn(async move {
                        answer(stream, router).await;
                        drop(place);
                    });
                }
                Ok(_) => tracing::warn!("somebody else's command was refused"),
                Err(error) => {
                    tracing::warn!(%error, "a command was not accepted");
                    tokio::time::sleep(OUT_OF_HANDLES).await;
                }
            }
        }
    }
}

impl Drop for LocalSocket {
    fn drop(&mut self) {
        // What is left is taken away by the next start.
        let _ = fs::remove_file(&self.path);
    }
}

/// Whether the other end is run by the same user, or by root. The file's mode says so
/// too, but not in the moment before it is set.
fn is_ours(stream: &UnixStream) -> bool {
    let own = rustix::process::geteuid().as_raw();
    stream
        .peer_cred()
        .is_ok_and(|peer| peer.uid() == own || peer.uid() == 0)
}

async fn answer(stream: UnixStream, router: Router) {
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(Local);
        router.clone().oneshot(request)
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(IDLE)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "a command broke off");
    }
}
