//! The second half of a call's path: forwarded, and settled by what came back.
//! No client may stop it: see `unstoppable`.

use super::answer;
use super::call::Call;
use super::connections::AnswerBody;
use super::events::Events;
use super::refusal::Refusal;
use super::reply::{Answer, Declined, Fault, KEY_REFUSED, Reply, Stream};
use super::stream::{Ended, Outlet, pump};
use crate::domain::catalogue::Success;
use crate::domain::limits::Accepted;
use crate::domain::usage::Outcome;
use crate::metering::Hold;
use axum::http::StatusCode;
use axum::response::Response;
use bytes::Bytes;

impl Call {
    pub(super) async fn forward(self, body: Bytes, accepted: Accepted, hold: Hold) -> Response {
        let id = &self.arrival.id_header;
        let route = &self.route;
        let upstream = &self.gateway.upstream;
        let reply = upstream
            .forward(&route.metered.api, &route.target, id, body)
            .await;
        match reply {
            Ok(Reply::Success(answer)) => self.succeeded(answer, accepted, hold).await,
            Ok(Reply::Declined(no)) => {
                drop(hold);
                self.declined(no, accepted).await
            }
            Ok(Reply::Stream(stream)) => self.stream(stream, accepted, hold).await,
            Err(fault) => {
                drop(hold);
                self.refuse(Refusal::Upstream(fault), Some(accepted)).await
            }
        }
    }

    async fn succeeded(&self, answer: Answer, accepted: Accepted, hold: Hold) -> Response {
        let row = self.row(Outcome::Succeeded, 0, Some(accepted));
        let body = answer::cut(answer.body, &answer.beyond);
        match self.charge(hold, row, answer.status, Some(&body)).await {
            Ok(None) => {}
            Ok(Some(known)) => return self.again(known, None).await,
            Err(error) => return self.unrecorded(&error),
        }
        let id = &self.arrival.id_header;
        answer::passed(id, answer.status, body, self.remaining().await)
    }

    async fn declined(&self, no: Declined, accepted: Accepted) -> Response {
        self.log(self.row(Outcome::UpstreamFailed, no.code, Some(accepted)))
            .await;
        answer::declined(
            &self.arrival.id_header,
            self.gateway.settings.errors,
            &self.route.metered.api,
            no,
            self.remaining().await,
        )
    }

    /// Begins to pass a stream on; a task of its own goes on with it.
    async fn stream(self, stream: Stream, accepted: Accepted, hold: Hold) -> Response {
        let (outlet, body) = Outlet::new(self.gateway.settings.streams.patience);
        let mut remaining = self.remaining().await;
        if let Some(remaining) = &mut remaining {
            // This call is still to be charged.
            remaining.held = 1;
        }
        let Stream { kind, body: events } = stream;
        // A body that nobody takes is one whose client hung up.
        let response = answer::stream(&self.arrival.id_header, kind, body, remaining);
        tokio::spawn(self.pass_on(events, outlet, accepted, hold));
        response
    }

    /// Passes a stream on and settles it by how it ended. The client gets its end
    /// once the charge is on disk; without one, it is cut.
    async fn pass_on(self, body: AnswerBody, mut outlet: Outlet, accepted: Accepted, hold: Hold) {
        let limits = self.gateway.settings.streams;
        let events = match self.route.metered.api.success {
            Success::Code => Some(Events::default()),
            Success::Status => None,
        };
        let ended = pump(body, events, &mut outlet, limits).await;
        match &ended {
            Ok(Ended::Failed(code)) if KEY_REFUSED.contains(code) => {
                let (id, api) = (&self.arrival.id_header, &self.route.metered.api);
                self.route.target.failed(id, api, Fault::Unwelcome);
            }
            Ok(_) => self.route.target.answered(),
            Err(_) => {}
        }
        match ended {
            Ok(Ended::Well) => {
                let row = self.row(Outcome::Succeeded, 0, Some(accepted));
                // A stream is not kept: a retry is told that it was done.
                match self.charge(hold, row, StatusCode::OK, None).await {
                    Ok(_) => outlet.end().await,
                    Err(error) => drop(self.unrecorded(&error)),
                }
            }
            Ok(Ended::Failed(code)) => {
                drop(hold);
                let row = self.row(Outcome::UpstreamFailed, code, Some(accepted));
                self.log(row).await;
                outlet.end().await;
            }
            Err(fault) => {
                drop(hold);
                self.cut(fault, accepted).await;
            }
        }
    }

    async fn cut(&self, fault: Fault, accepted: Accepted) {
        let api = &self.route.metered.api;
        self.route
            .target
            .failed(&self.arrival.id_header, api, fault);
        let why = Refusal::Upstream(fault);
        self.log(self.row(why.outcome(), self.code(&why), Some(accepted)))
            .await;
    }
}
