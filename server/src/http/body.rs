//! Reading a body to its end, and no further than it may go.

use axum::body::HttpBody;
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Room is counted in pieces of this size.
const PIECE: usize = 16 * 1024;

/// Memory for large bodies, which all of a kind share.
#[derive(Debug)]
pub(super) struct Room {
    pieces: Arc<Semaphore>,
    small: usize,
}

/// What to do when there is no room left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoRoom {
    /// For strangers: one that is slow holds room for what it sent, and not for what it
    /// says that it will.
    Refuse,
    /// For what announces its length and then comes: it takes its room at once, as two
    /// that have got half of theirs would wait for each other.
    Wait,
}

impl Room {
    /// Room of so many bytes. A body of up to `small` needs none: connections bound how
    /// many there are.
    pub(super) fn new(bytes: usize, small: usize) -> Self {
        Self {
            pieces: Arc::new(Semaphore::new((bytes / PIECE).max(1))),
            small,
        }
    }

    /// Makes room for a body of so many bytes, beside what it has.
    async fn make(
        &self,
        has: &mut Option<OwnedSemaphorePermit>,
        bytes: usize,
        otherwise: NoRoom,
    ) -> Option<()> {
        if bytes <= self.small {
            return Some(());
        }
        let held = has.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let more = u32::try_from(bytes.div_ceil(PIECE).saturating_sub(held)).ok()?;
        if more == 0 {
            return Some(());
        }
        let room = Arc::clone(&self.pieces);
        let taken = match otherwise {
            NoRoom::Refuse => room.try_acquire_many_owned(more).ok()?,
            NoRoom::Wait => room.acquire_many_owned(more).await.ok()?,
        };
        match has {
            Some(has) => has.merge(taken),
            None => *has = Some(taken),
        }
        Some(())
    }
}

/// A large body, which gives its room back when the last of it is dropped.
struct Kept {
    bytes: Bytes,
    _room: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Kept {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Why a body was not read to its end.
#[derive(Debug)]
pub(super) enum Unread<E> {
    /// It is longer than it may be, or says that it will be.
    TooLarge,
    /// Too many large bodies at once.
    NoRoom,
    Broken(E),
}

/// The whole body. One that came in one piece is not copied.
pub(super) async fn whole<B>(
    mut body: B,
    most: usize,
    room: &Room,
    otherwise: NoRoom,
) -> Result<Bytes, Unread<B::Error>>
where
    B: HttpBody<Data = Bytes> + Unpin,
{
    let least = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if least > most {
        return Err(Unread::TooLarge);
    }
    let mut taken = None;
    if otherwise == NoRoom::Wait {
        let enough = room.make(&mut taken, least, otherwise).await;
        enough.ok_or(Unread::NoRoom)?;
    }
    let mut first = Bytes::new();
    let mut all = BytesMut::new();
    while let Some(frame) = body.frame().await {
        // What is no data are trailers, which mean nothing here.
        let Ok(data) = frame.map_err(Unread::Broken)?.into_data() else {
            continue;
        };
        let length = first.len().max(all.len()) + data.len();
        if length > most {
            return Err(Unread::TooLarge);
        }
        let enough = room.make(&mut taken, length, otherwise).await;
        enough.ok_or(Unread::NoRoom)?;
        if first.is_empty() && all.is_empty() {
            first = data;
            continue;
        }
        if all.is_empty() {
            if otherwise == NoRoom::Wait {
                let announced = usize::try_from(body.size_hint().lower()).unwrap_or(0);
                all.reserve(first.len() + data.len() + announced.min(most));
            }
            all.extend_from_slice(&first);
        }
        all.extend_from_slice(&data);
    }
    let bytes = if all.is_empty() { first } else { all.freeze() };
    Ok(match taken {
        Some(room) => Bytes::from_owner(Kept { bytes, _room: room }),
        None => bytes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use futures::stream;
    use hyper::body::{Frame, SizeHint};
    use std::pin::Pin;
    use std::task::{Context, Poll};

    const SMALL: usize = 64 * 1024;

    async fn read(pieces: &'static [&'static str], most: usize) -> Option<Bytes> {
        let pieces = pieces.iter().map(|piece| Ok::<_, axum::Error>(*piece));
        let body = Body::from_stream(stream::iter(pieces));
        whole(body, most, &Room::new(0, SMALL), NoRoom::Refuse)
            .await
            .ok()
    }

    #[tokio::test]
    async fn pieces_are_put_together_up_to_the_limit() {
        assert_eq!(read(&[], 0).await.unwrap(), "");
        assert_eq!(read(&["abc"], 3).await.unwrap(), "abc");
        assert_eq!(read(&["a", "", "bc", "d"], 4).await.unwrap(), "abcd");
        assert_eq!(read(&["abcd"], 3).await, None);
        assert_eq!(read(&["ab", "cd"], 3).await, None);
    }

    #[tokio::test]
    async fn a_body_that_announces_too_much_is_not_read() {
        let long = whole(Body::from("abcd"), 3, &Room::new(0, SMALL), NoRoom::Refuse).await;
        assert!(matches!(long, Err(Unread::TooLarge)));
    }

    #[tokio::test]
    async fn large_bodies_share_their_room_and_give_it_back() {
        let room = Room::new(4 * SMALL, SMALL);
        let large = || Body::from(vec![0; 3 * SMALL]);
        let read = |body| whole(body, usize::MAX, &room, NoRoom::Refuse);
        let first = read(large()).await.unwrap();
        let part = first.slice(1..2);
        drop(first);
        assert!(matches!(read(large()).await, Err(Unread::NoRoom)));
        assert!(read(Body::from(vec![0; SMALL])).await.is_ok());
        let mut waiting = Box::pin(whole(large(), usize::MAX, &room, NoRoom::Wait));
        assert!(futures::poll!(&mut waiting).is_pending());
        drop(part);
        assert_eq!(waiting.await.unwrap().len(), 3 * SMALL);
        // One that does not say how long it is takes its room as it comes.
        let pieces = (0..7).map(|_| Ok::<_, axum::Error>(vec![0; SMALL]));
        let endless = Body::from_stream(stream::iter(pieces));
        assert!(matches!(read(endless).await, Err(Unread::NoRoom)));
        assert!(read(large()).await.is_ok());
    }
    #[tokio::test]
    async fn a_stranger_s_body_holds_what_it_sent_and_not_what_it_announced() {
        let room = Room::new(4 * PIECE, PIECE);
        let sent = [Ok::<_, axum::Error>(vec![0; PIECE + 1])];
        let stuck = stream::StreamExt::chain(stream::iter(sent), stream::pending());
        let stuck = Announced(Body::from_stream(stuck));
        let mut slow = Box::pin(whole(stuck, usize::MAX, &room, NoRoom::Refuse));
        assert!(futures::poll!(&mut slow).is_pending());
        assert_eq!(room.pieces.available_permits(), 2);
        drop(slow);
        assert_eq!(room.pieces.available_permits(), 4);
    }

    /// A body that says that it will be as long as all the room.
    struct Announced(Body);

    impl HttpBody for Announced {
        type Data = Bytes;
        type Error = axum::Error;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
            Pin::new(&mut self.0).poll_frame(cx)
        }

        fn size_hint(&self) -> SizeHint {
            SizeHint::with_exact(4 * PIECE as u64)
        }
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_gives_its_room_back() {
        let room = Room::new(4 * PIECE, PIECE);
        let broken = [Ok(vec![0; 2 * PIECE]), Err(axum::Error::new("cut"))];
        let broken = Body::from_stream(stream::iter(broken));
        let read = whole(broken, usize::MAX, &room, NoRoom::Refuse).await;
        assert!(matches!(read, Err(Unread::Broken(_))));
        assert_eq!(room.pieces.available_permits(), 4);
    }
}
