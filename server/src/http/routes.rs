//! The router, and the list of what it serves. axum keeps its routes to itself;
//! so each is put into both here, and nothing else in this room may make one
//! (`tests/suite/architecture.rs`). The authorisation visit walks the list.

use axum::Router;
use axum::handler::Handler;
use axum::routing::MethodRouter;

/// One way in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// With `{…}` for what differs.
    pub path: String,
    /// `GET`, `POST`, or `ANY`.
    pub method: &'static str,
}

/// A handler, and the method that it answers.
pub(super) struct Answering<S> {
    method: &'static str,
    handler: MethodRouter<S>,
}

pub(super) fn get<H, T, S>(handler: H) -> Answering<S>
where
    H: Handler<T, S>,
    T: 'static,
    S: Clone + Send + Sync + 'static,
{
    Answering {
        method: "GET",
        handler: axum::routing::get(handler),
    }
}

pub(super) fn post<H, T, S>(handler: H) -> Answering<S>
where
    H: Handler<T, S>,
    T: 'static,
    S: Clone + Send + Sync + 'static,
{
    Answering {
        method: "POST",
        handler: axum::routing::post(handler),
    }
}

pub(super) fn any<H, T, S>(handler: H) -> Answering<S>
where
    H: Handler<T, S>,
    T: 'static,
    S: Clone + Send + Sync + 'static,
{
    Answering {
        method: "ANY",
        handler: axum::routing::any(handler),
    }
}

impl<S: Clone + Send + Sync + 'static> Answering<S> {
    /// What other methods are told.
    pub(super) fn fallback<H, T>(self, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        Self {
            method: self.method,
            handler: self.handler.fallback(handler),
        }
    }
}

/// Routes with their list.
pub(super) struct Routes<S = ()> {
    router: Router<S>,
    entries: Vec<Entry>,
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    pub(super) fn new() -> Self {
        Self {
            router: Router::new(),
            entries: Vec::new(),
        }
    }

    pub(super) fn route(mut self, path: &str, answering: Answering<S>) -> Self {
        self.entries.push(Entry {
            path: path.to_owned(),
            method: answering.method,
        });
        self.router = self.router.route(path, answering.handler);
        self
    }

    pub(super) fn merge(mut self, other: Self) -> Self {
        self.entries.extend(other.entries);
        self.router = self.router.merge(other.router);
        self
    }

    /// Puts layers around the routes, or something behind them.
    pub(super) fn within(self, wrap: impl FnOnce(Router<S>) -> Router<S>) -> Self {
        Self {
            router: wrap(self.router),
            entries: self.entries,
        }
    }

    pub(super) fn with_state<Other>(self, state: S) -> Routes<Other> {
        Routes {
            router: self.router.with_state(state),
            entries: self.entries,
        }
    }
}

impl Routes {
    /// The router, and all that it serves by path and method.
    pub(super) fn into_parts(self) -> (Router, Vec<Entry>) {
        (self.router, self.entries)
    }
}
