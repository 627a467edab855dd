//! A stream of server-sent events on its way from the upstream to the client:
//! unbuffered, within bounds of memory, size and time, and read to its end
//! whether or not the client still listens.

use super::connections::AnswerBody;
use super::events::Events;
use super::reply::Fault;
use axum::body::{Body, HttpBody};
use bytes::Bytes;
use futures::FutureExt;
use http_body_util::BodyExt;
use hyper::body::Frame;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio::time::timeout;

/// Pieces that wait for a client: of at most 64 KiB each, as the connection to
/// the upstream reads no more at once.
const PIECES_AHEAD: usize = 4;

/// How far a stream may go.
#[derive(Debug, Clone, Copy)]
pub struct StreamLimits {
    /// The whole of it.
    pub timeout: Duration,
    /// The longest silence of the upstream.
    pub silence: Duration,
    /// How long, in all, a stream waits for a client that does not read.
    pub patience: Duration,
    pub most_bytes: usize,
}

enum Piece {
    Data(Bytes),
    End,
}

/// The client's end of a stream. It ends well only by [`Outlet::end`]: a client
/// whose stream was cut sees that it was.
pub(super) struct Outlet {
    pieces: Option<mpsc::Sender<Piece>>,
    patience: Duration,
    /// The piece that came with the stream's end, and goes with it.
    last: Option<Bytes>,
}

impl Outlet {
    /// A client's end, and the body that carries it.
    pub(super) fn new(patience: Duration) -> (Self, Body) {
        let (sender, receiver) = mpsc::channel(PIECES_AHEAD);
        let outlet = Self {
            pieces: Some(sender),
            patience,
            last: None,
        };
        let body = Inlet {
            pieces: receiver,
            is_over: false,
        };
        (outlet, Body::new(body))
    }

    /// Passes a piece on. Waits for a slow client, in all no longer than the
    /// patience; then, as if it had hung up, goes on without it.
    async fn pass(&mut self, data: Bytes) {
        let Some(pieces) = &self.pieces else {
            return;
        };
        let data = match pieces.try_send(Piece::Data(data)) {
            Ok(()) => return,
            Err(mpsc::error::TrySendError::Full(data)) => data,
            Err(mpsc::error::TrySendError::Closed(_)) => {
                self.pieces = None;
                return;
            }
        };
        let since = Instant::now();
        if pieces.send_timeout(data, self.patience).await.is_err() {
            self.pieces = None;
        }
        self.patience = self.patience.saturating_sub(since.elapsed());
    }

    /// The end of the body: the client may know that all of it was charged.
    pub(super) async fn end(mut self) {
        if let Some(last) = self.last.take() {
            self.pass(last).await;
        }
        if let Some(pieces) = self.pieces {
            // A client that left needs no end.
            let _ = pieces.send_timeout(Piece::End, self.patience).await;
        }
    }
}

/// The body of a stream's answer.
struct Inlet {
    pieces: mpsc::Receiver<Piece>,
    is_over: bool,
}

/// A stream that has no good end.
#[derive(Debug, thiserror::Error)]
#[error("the stream was cut")]
struct Cut;

impl HttpBody for Inlet {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        if self.is_over {
            return Poll::Ready(None);
        }
        let piece = ready!(self.pieces.poll_recv(cx));
        Poll::Ready(match piece {
            Some(Piece::Data(data)) => Some(Ok(Frame::data(data))),
            Some(Piece::End) => {
                self.is_over = true;
                None
            }
            None => {
                self.is_over = true;
                Some(Err(Cut))
            }
        })
    }
}

/// How a stream ended that came to its end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ended {
    Well,
    /// An event carried this code of the envelope.
    Failed(i64),
}

/// Reads a stream to its end and passes it on, piece by piece; `events` reads along
/// if one of them may say that the call failed. The piece that comes with the end stays
/// with the client's end until [`Outlet::end`]: clients stop at the last event, and take
/// the call for done.
///
/// # Errors
/// The upstream cut it, fell silent, or went on for too long.
pub(super) async fn pump(
    mut body: AnswerBody,
    mut events: Option<Events>,
    client: &mut Outlet,
    limits: StreamLimits,
) -> Result<Ended, Fault> {
    let mut left = limits.most_bytes;
    // Time that the stream waits for its client is not the upstream's.
    let mut time = limits.timeout;
    let mut ahead = None;
    loop {
        let since = Instant::now();
        let frame = match ahead.take() {
            Some(frame) => frame,
            None => timeout(time.min(limits.silence), body.frame())
                .await
                .map_err(|_| Fault::Slow)?,
        };
        let Some(frame) = frame else {
            return Ok(events
                .and_then(Events::failure)
                .map_or(Ended::Well, Ended::Failed));
        };
        time = time.saturating_sub(since.elapsed());
        let Ok(data) = frame.map_err(|_| Fault::Broken)?.into_data() else {
            continue;
        };
        left = left.checked_sub(data.len()).ok_or(Fault::Nonsense)?;
        if let Some(events) = &mut events {
            events.read(&data);
        }
        ahead = body.frame().now_or_never();
        if matches!(ahead, Some(None)) {
            client.last = Some(data);
        } else {
            client.pass(data).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_millis(20);

    #[tokio::test]
    async fn a_stream_that_is_not_ended_is_seen_to_be_cut() {
        for is_ended in [true, false] {
            let (mut outlet, body) = Outlet::new(PATIENCE);
            outlet.pass(Bytes::from_static(b"a")).await;
            if is_ended {
                outlet.end().await;
            } else {
                drop(outlet);
            }
            assert_eq!(body.collect().await.is_ok(), is_ended);
        }
    }

    #[tokio::test]
    async fn a_client_that_does_not_read_is_waited_for_so_long_and_no_longer() {
        let (mut outlet, body) = Outlet::new(PATIENCE);
        for _ in 0..PIECES_AHEAD {
            outlet.pass(Bytes::from_static(b"a")).await;
        }
        assert!(outlet.pieces.is_some());
        outlet.pass(Bytes::from_static(b"a")).await;
        assert!(outlet.pieces.is_none());
        assert!(body.collect().await.is_err(), "and sees that it was");
    }
}
