//! Work that no client can stop.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::runtime::Handle;

/// Work that is done where it is awaited, and goes on in a task of its own if
/// whoever awaits it leaves: most clients stay, and then no task is needed.
pub(super) struct Unstoppable<F>(Option<Pin<Box<F>>>)
where
    F: Future<Output: Send> + Send + 'static;

impl<F> Unstoppable<F>
where
    F: Future<Output: Send> + Send + 'static,
{
    pub(super) fn new(work: F) -> Self {
        Self(Some(Box::pin(work)))
    }
}

impl<F> Future for Unstoppable<F>
where
    F: Future<Output: Send> + Send + 'static,
{
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let Some(work) = &mut self.0 else {
            return Poll::Pending;
        };
        let done = ready!(work.as_mut().poll(cx));
        self.0 = None;
        Poll::Ready(done)
    }
}

impl<F> Drop for Unstoppable<F>
where
    F: Future<Output: Send> + Send + 'static,
{
    fn drop(&mut self) {
        // At the end of the process there is no runtime left to go on in.
        if let Some(work) = self.0.take()
            && let Ok(runtime) = Handle::try_current()
        {
            runtime.spawn(work);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::oneshot;

    #[tokio::test]
    async fn work_goes_on_when_nobody_waits_for_it() {
        let (go, gone) = oneshot::channel::<()>();
        let (done, seen) = oneshot::channel();
        let mut work = Unstoppable::new(async move {
            gone.await.unwrap();
            done.send(7).unwrap();
        });
        assert!(futures::poll!(&mut work).is_pending());
        drop(work);
        go.send(()).unwrap();
        assert_eq!(seen.await, Ok(7));
    }

    #[tokio::test]
    async fn work_that_is_done_answers_where_it_was_awaited() {
        assert_eq!(Unstoppable::new(async { 7 }).await, 7);
    }
}
