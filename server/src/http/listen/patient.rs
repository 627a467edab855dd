//! A socket and a body that do not wait for ever.

use super::presence::Presence;
use axum::body::HttpBody;
use bytes::Bytes;
use hyper::body::{Frame, Incoming, SizeHint};
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

/// A client that takes less than this of what waits for it within the patience is
/// given up.
const LEAST_PROGRESS: u64 = 16 * 1024;
/// What a client still sends after its answer is read for so long and so far: a
/// socket that is closed over unread bytes takes the answer back.
const LINGER: Duration = Duration::from_secs(2);
const MOST_LINGERED: usize = 64 * 1024 * 1024;

type Alarm = Pin<Box<Sleep>>;

/// A socket whose other side must read on, and that lingers when it is shut down.
pub(super) struct PatientStream {
    tcp: TcpStream,
    patience: Duration,
    /// Rings if the other side does not read; set while a write waits.
    alarm: Option<Alarm>,
    /// Bytes written since the alarm was set.
    progress: u64,
    lingering: Option<(Alarm, usize)>,
    presence: Arc<Presence>,
}

impl PatientStream {
    pub(super) fn new(tcp: TcpStream, patience: Duration, presence: Arc<Presence>) -> Self {
        Self {
            tcp,
            patience,
            alarm: None,
            progress: 0,
            lingering: None,
            presence,
        }
    }

    /// What a write came to: one that waits, waits no longer than the patience.
    fn wrote(
        &mut self,
        result: Poll<io::Result<usize>>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        if let Poll::Ready(result) = result {
            match &result {
                Ok(count) if self.alarm.is_some() => {
                    self.progress += u64::try_from(*count).unwrap_or(u64::MAX);
                    if self.progress >= LEAST_PROGRESS {
                        self.alarm = None;
                    }
                }
                _ => {}
            }
            return Poll::Ready(result);
        }
        let patience = self.patience;
        let progress = &mut self.progress;
        let alarm = self.alarm.get_or_insert_with(|| {
            *progress = 0;
            Box::pin(sleep(patience))
        });
        ready!(alarm.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for PatientStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_read(cx, buffer)
    }
}

impl AsyncWrite for PatientStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.tcp).poll_write(cx, bytes);
        self.wrote(result, cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.tcp).poll_write_vectored(cx, bytes);
        self.wrote(result, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.tcp.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Everything before it was taken.
        self.alarm = None;
        self.presence.flushed();
        Pin::new(&mut self.tcp).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.lingering.is_none() {
            this.presence.closing();
            ready!(Pin::new(&mut this.tcp).poll_shutdown(cx))?;
        }
        let (until, left) = this
            .lingering
            .get_or_insert_with(|| (Box::pin(sleep(LINGER)), MOST_LINGERED));
        let mut waste = [0; 8 * 1024];
        while until.as_mut().poll(cx).is_pending() {
            let mut buffer = ReadBuf::new(&mut waste);
            ready!(Pin::new(&mut this.tcp).poll_read(cx, &mut buffer))?;
            let read = buffer.filled().len();
            *left = left.saturating_sub(read);
            if read == 0 || *left == 0 {
                break;
            }
        }
        Poll::Ready(Ok(()))
    }
}

/// A request's body that must have come within a time.
pub(super) struct PatientBody {
    body: Incoming,
    patience: Duration,
    alarm: Option<Alarm>,
}

/// The body did not come in time.
#[derive(Debug, thiserror::Error)]
#[error("the body took too long to arrive")]
struct TooSlow;

impl PatientBody {
    pub(super) const fn new(body: Incoming, patience: Duration) -> Self {
        Self {
            body,
            patience,
            alarm: None,
        }
    }
}

impl HttpBody for PatientBody {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = &mut *self;
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(cx) {
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let patience = this.patience;
        let alarm = this.alarm.get_or_insert_with(|| Box::pin(sleep(patience)));
        ready!(alarm.as_mut().poll(cx));
        Poll::Ready(Some(Err(TooSlow.into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
