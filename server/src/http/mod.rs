//! The only place that knows axum: the gateway for programs, the console for
//! people, and the probes for operators.

pub mod admin;
mod body;
pub mod console;
pub mod gateway;
mod headers;
mod health;
mod json;
mod limits;
mod listen;
pub mod meter;
mod problem;
mod routes;
mod same_origin;
mod session_store;

use listen::Peer;
pub use listen::{ConnectionLimits, Front, LocalSocket, bind, listen};
pub use routes::Entry;

use crate::actions::Actions;
use crate::clock::Clock;
use crate::domain::store::Store;
use crate::metering::Changes;
use admin::AdminApi;
use console::Site;
use gateway::Gateway;
use limits::{idempotency_key, is_too_large, warn_of_pace};
use meter::Meter;
use std::sync::Arc;

/// All that the routes need, put together once at start.
pub struct Services {
    pub actions: Actions,
    pub store: Arc<dyn Store>,
    pub clock: Arc<dyn Clock>,
    pub gateway: Arc<Gateway>,
    pub meter: Arc<Meter>,
    pub admin: Arc<AdminApi>,
    pub site: Arc<Site>,
    pub changes: Arc<Changes>,
}

/// The whole server, and the list of what it serves.
pub fn front(services: &Services) -> (Front, Vec<Entry>) {
    let (router, mut entries) = meter::router(Arc::clone(&services.meter))
        .merge(admin::router(Arc::clone(&services.admin)))
        .merge(health::router(
            Arc::clone(&services.store),
            Arc::clone(&services.gateway.upstream),
        ))
        .merge(console::router(services))
        .into_parts();
    entries.extend(gateway::entries());
    entries.sort();
    let (gateway, meter) = (Arc::clone(&services.gateway), Arc::clone(&services.meter));
    (Front::new(gateway, meter, router), entries)
}
