//! What answers a request. Calls go straight to the gateway, and calls that took place
//! elsewhere straight to their record: they are most of what comes, and what a page
//! needs on its way would be a tenth of their cost.

use super::patient::PatientBody;
use super::presence::{AnswerBody, AtWork, Presence};
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
    pub presence: Arc<Presence>,
}

impl Service<Request<Incoming>> for Desk {
    type Response = Response<AnswerBody>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let work = AtWork::new(&self.presence);
        let patience = self.limits.body;
        let mut request = request.map(|body| Body::new(PatientBody::new(body, patience)));
        if gateway::is_call(request.uri().path()) {
            let gateway = Arc::clone(&self.front.gateway);
            Box::pin(async move {
                let answer = gateway::answer(&gateway, request).await;
                Ok(answer.map(|body| work.until_sent(body)))
            })
        } else if meter::is_record(&request) {
            let meter = Arc::clone(&self.front.meter);
            Box::pin(async move {
                let answer = meter::record(&meter, request).await;
                Ok(answer.map(|body| work.until_sent(body)))
            })
        } else {
            request.extensions_mut().insert(self.peer);
            let answer = self.front.router.clone().oneshot(request);
            Box::pin(async move { Ok(answer.await?.map(|body| work.until_sent(body))) })
        }
    }
}
