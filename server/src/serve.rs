//! `allowance serve`: listens, until it is asked to stop; then finishes what it
//! accepted.

use crate::actions::Actions;
use crate::assembly::{AssemblyError, Parts, Server, assemble};
use crate::clock::Clock;
use crate::config::Config;
use crate::demo;
use crate::domain::StoreError;
use crate::domain::error::DomainError;
use crate::domain::store::Store;
use crate::domain::webhooks;
use crate::http::admin::AdminApi;
use crate::http::{LocalSocket, bind, listen};
use crate::storage::{OpenError, SqliteStore, make_private_folder};
use std::fs::File;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// How long calls in flight may take after the signal to stop.
const GRACE: Duration = Duration::from_secs(30);
/// How often sessions that ended are swept up.
const SWEEP: Duration = Duration::from_hours(1);

/// Why the server did not start, or broke off.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Assembly(#[from] AssemblyError),
    #[error("the demo could not be set up: {0}")]
    Demo(#[from] DomainError),
    #[error("the address {0} cannot be listened on: {1}")]
    Listen(SocketAddr, io::Error),
    #[error(
        "gateway.upstream is not set: write the address of your API into allowance.toml, or try `allowance serve --demo`"
    )]
    NoUpstream,
    #[error(
        "a demo has public passwords, so it listens on this machine only; {0} is open to others"
    )]
    OpenDemo(SocketAddr),
    #[error("another server uses the database {}; two would not agree on what is left", .0.display())]
    InUse(PathBuf),
    #[error("the file {}, which keeps a second server away, could not be locked: {}", .0.display(), .1)]
    Lock(PathBuf, io::Error),
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Runs the server until SIGTERM or Ctrl-C.
pub async fn serve(config: Config, is_demo: bool, clock: Arc<dyn Clock>) -> Result<(), ServeError> {
    if is_demo && !config.listen.ip().is_loopback() {
        return Err(ServeError::OpenDemo(config.listen));
    }
    let upstream = if is_demo {
        demo::start_upstream().await?
    } else {
        config
            .gateway
            .upstream
            .clone()
            .ok_or(ServeError::NoUpstream)?
    };
    allow_many_handles();
    // First: a newer program changes nothing below a server that runs.
    let _lock = lock(&config.database_url)?;
    let sqlite = SqliteStore::open(&config.database_url).await?;
    let store: Arc<dyn Store> = Arc::new(sqlite.clone());
    if is_demo {
        demo::fill(&store, &config.catalogue, clock.now()).await?;
    }

    let socket = socket(&config.database_url);
    let listener = bind(config.listen).map_err(|error| ServeError::Listen(config.listen, error))?;
    // A configured port of 0 has become a real one.
    let config = Config {
        listen: listener.local_addr()?,
        ..config
    };
    let public_url = config.public_url();
    let sign_ins = if is_demo {
        demo::sign_ins()
    } else {
        Vec::new()
    };
    let server = assemble(Parts {
        config,
        store: Arc::clone(&store),
        clock: Arc::clone(&clock),
        upstream,
        demo: sign_ins,
    })
    .await?;
    let commands = tokio::spawn(commands(socket, Arc::clone(&server.admin)));
    tokio::spawn(sweep(Arc::clone(&store), clock, server.actions.clone()));

    if is_demo {
        println!("{}", demo::welcome(&public_url));
    } else {
        println!("Allowance is listening at {public_url}");
    }
    let Server {
        front,
        connections,
        gateway,
        metering,
        post,
        hooks,
        ..
    } = server;
    let changes = metering.changes();
    let stop = async move {
        stop_signal().await;
        // Streams to open pages would not end by themselves.
        changes.stop();
    };
    listen(listener, front, connections, stop, GRACE).await;
    commands.abort();

    // Calls whose clients left are still to be settled.
    gateway.drain(GRACE).await;
    metering.drain().await;
    if tokio::time::timeout(GRACE, hooks.close()).await.is_err() {
        tracing::warn!("messages were still under way; the next start sends them again");
    }
    if tokio::time::timeout(GRACE, post.settle()).await.is_err() {
        tracing::warn!("letters were still under way at the end of the grace period");
    }
    sqlite.close().await;
    tracing::info!("stopped; nothing was lost");
    Ok(())
}

/// Each connection is a file handle, and machines hand out few unless asked.
fn allow_many_handles() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let maximum = getrlimit(Resource::Nofile).maximum;
        let all = Rlimit {
            current: maximum,
            maximum,
        };
        if let Err(error) = setrlimit(Resource::Nofile, all) {
            tracing::warn!(%error, "the limit of open files was not raised");
        }
    }
}

/// Balances have one owner: a second server on the same database is refused.
pub(crate) fn lock(database_url: &str) -> Result<File, ServeError> {
    if !database_url.starts_with("sqlite:") {
        return Err(OpenError::Address(database_url.to_owned()).into());
    }
    let path = beside(database_url, "lock");
    if let Some(folder) = path.parent() {
        make_private_folder(folder)?;
    }
    let file = match File::create(&path) {
        Ok(file) => file,
        Err(error) => return Err(ServeError::Lock(path, error)),
    };
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(ServeError::InUse(path)),
        Err(std::fs::TryLockError::Error(error)) => Err(ServeError::Lock(path, error)),
    }
}

/// A file that stands beside the database: its lock, its socket.
pub(crate) fn beside(database_url: &str, kind: &str) -> PathBuf {
    let path = database_url
        .trim_start_matches("sqlite:")
        .trim_start_matches("//")
        .split('?')
        .next()
        .unwrap_or_default();
    PathBuf::from(format!("{path}.{kind}"))
}

/// By which commands reach this server. Without it all else works.
fn socket(database_url: &str) -> Option<LocalSocket> {
    let path = beside(database_url, "sock");
    match LocalSocket::bind(&path) {
        Ok(socket) => Some(socket),
        Err(error) => {
            let path = path.display();
            tracing::warn!(%error, "commands cannot reach this server: no socket at {path}");
            None
        }
    }
}

async fn commands(socket: Option<LocalSocket>, admin: Arc<AdminApi>) {
    if let Some(socket) = socket {
        socket.serve(admin).await;
    }
}

async fn sweep(store: Arc<dyn Store>, clock: Arc<dyn Clock>, actions: Actions) {
    let mut ticks = tokio::time::interval(SWEEP);
    loop {
        ticks.tick().await;
        if let Err(error) = store.delete_expired_sessions(clock.now()).await {
            tracing::warn!(%error, "ended sessions were not swept up");
        }
        if let Err(error) = actions.sweep_links().await {
            tracing::warn!(%error, "old links were not swept up");
        }
        if let Err(error) = store.forget_deliveries(clock.now() - webhooks::KEPT).await {
            tracing::warn!(%error, "old messages were not swept up");
        }
    }
}

async fn stop_signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            tracing::info!("stopping: finishing the calls in flight");
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
    tracing::info!("stopping: finishing the calls in flight");
}
