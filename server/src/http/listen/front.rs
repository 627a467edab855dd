//! What answers a request. Calls go straight to the gateway, and calls that took place
//! elsewhere straight to their record: they are most of what comes, and what a page
//! needs on its way would be a tenth of their cost.

use super::patient::PatientBody;
use super::{ConnectionLimits, Peer};
use crate::http::gateway::{self, Gateway};
use crate::http::meter::{self, Meter};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::service::Service;
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use tower::ServiceExt;

/// The gateway, the record of calls, and the router of all else.
#[derive(Clone)]
pub struct Front {
    gateway: Arc<Gateway>,
    meter: Arc<Meter>,
    router: Router,
}

impl Front {
    pub(in crate::http) const fn new(
        gateway: Arc<Gateway>,
        meter: Arc<Meter>,
        router: Router,
    ) -> Self {
        Self {
            gateway,
            meter,
            router,
        }
    }
}

/// The front as one connection asks it.
pub(super) struct Desk {
    pub front: Front,
    pub peer: Peer,
    pub limits: ConnectionLimits,
}

impl Service<Request<Incoming>> for Desk {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let patience = self.limits.body;
        let mut request = request.map(|body| Body::new(PatientBody::new(body, patience)));
        if gateway::is_call(request.uri().path()) {
            let gateway = Arc::clone(&self.front.gateway);
            Box::pin(async move { Ok(gateway::answer(&gateway, request).await) })
        } else if meter::is_record(&request) {
            let meter = Arc::clone(&self.front.meter);
            Box::pin(async move { Ok(meter::record(&meter, request).await) })
        } else {
            request.extensions_mut().insert(self.peer);
            Box::pin(self.front.router.clone().oneshot(request))
        }
    }
}
