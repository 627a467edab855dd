//! The admin API (`product.md` §6, `docs/ADMIN.md`): what the desk's pages do, for
//! programs and for the command line. Programs show a token with a scope of
//! `admin:…`; the command line comes by the server's own socket, which only whoever
//! runs the server can open.

mod accounts;
mod ask;
mod audit;
mod body;
mod bulk;
mod codes;
mod links;
mod overview;
mod problem;
mod quota_requests;
mod staff;
mod tokens;

pub use ask::{Answer, AskError, Desk};
pub(in crate::http) use staff::Local;

use super::problem::Problem;
use super::routes::{Routes, any, get, post};
use crate::actions::Actions;
use crate::clock::Clock;
use crate::domain::store::Store;
use axum::Router;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Where the admin API lies.
pub const BASE_PATH: &str = "/v1/admin";
/// Bodies in memory at once.
const MOST_BODIES: usize = 32;

/// All that a request needs.
pub struct AdminApi {
    actions: Actions,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    bodies: Semaphore,
}

impl AdminApi {
    #[must_use]
    pub fn new(actions: Actions, store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self {
            actions,
            store,
            clock,
            bodies: Semaphore::new(MOST_BODIES),
        })
    }

    /// The catalogue's name of an API; one that left the catalogue has its number.
    fn api_name(&self, id: crate::domain::ApiId) -> String {
        let apis = self.actions.metering().apis();
        apis.iter()
            .find(|metered| metered.id == id)
            .map_or_else(|| id.0.to_string(), |metered| metered.api.name.clone())
    }
}

/// Every path below [`BASE_PATH`].
pub(super) fn router(api: Arc<AdminApi>) -> Routes {
    let at = |path: &str| format!("{BASE_PATH}{path}");
    Routes::new()
        .route(&at("/accounts"), get(accounts::list))
        .route(&at("/accounts"), post(accounts::create))
        .route(&at("/accounts/{account}"), get(accounts::show))
        .route(&at("/accounts/{account}/disable"), post(accounts::disable))
        .route(&at("/accounts/{account}/enable"), post(accounts::enable))
        .route(&at("/accounts/{account}/role"), post(accounts::change_role))
        .route(&at("/accounts/{account}/unlock"), post(accounts::unlock))
        .route(&at("/accounts/{account}/notes"), post(accounts::note))
        .route(&at("/accounts/{account}/grants"), post(accounts::grant))
        .route(
            &at("/accounts/{account}/grants/{grant}/revoke"),
            post(accounts::revoke_grant),
        )
        .route(&at("/requests"), get(quota_requests::list))
        .route(
            &at("/requests/{request}/approve"),
            post(quota_requests::approve),
        )
        .route(
            &at("/requests/{request}/reject"),
            post(quota_requests::reject),
        )
        .route(&at("/codes"), get(codes::list))
        .route(&at("/codes"), post(codes::create))
        .route(&at("/codes/{id}"), get(codes::show))
        .route(&at("/codes/{id}/revoke"), post(codes::revoke))
        .route(&at("/overview"), get(overview::show))
        .route(&at("/links"), get(links::list))
        .route(&at("/links"), post(links::invite))
        .route(&at("/links/{id}/show"), post(links::show))
        .route(&at("/links/{id}/withdraw"), post(links::withdraw))
        .route(&at("/bulk"), post(bulk::upload))
        .route(&at("/bulk/{list}"), get(bulk::show))
        .route(&at("/bulk/{list}/confirm"), post(bulk::confirm))
        .route(&at("/audit"), get(audit::list))
        .route(&at("/tokens"), get(tokens::list))
        .route(&at("/tokens"), post(tokens::create))
        .route(&at("/tokens/{token}/revoke"), post(tokens::revoke))
        .route(&at("/{*path}"), any(async || Problem::no_address()))
        .within(|router| router.method_not_allowed_fallback(async || Problem::no_method()))
        .with_state(api)
}

/// The same alone, as the server's own socket serves it.
pub(in crate::http) fn local_router(api: Arc<AdminApi>) -> Router {
    router(api).into_parts().0
}
