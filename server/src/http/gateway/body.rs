//! Reading a body to its end, and no further than it may go.

use axum::body::HttpBody;
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bodies up to this size are no matter: as many as calls may be in flight fit
/// into memory.
const SMALL: usize = 64 * 1024;
/// Room is counted in pieces of this size.
const PIECE: usize = 16 * 1024;

/// Memory for the large bodies of all calls together.
#[derive(Debug)]
pub(super) struct Room(Arc<Semaphore>);

/// What to do when there is no room left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoRoom {
    Refuse,
    Wait,
}

impl Room {
    pub(super) fn new(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new((bytes / PIECE).max(1))))
    }

    /// Makes room for a body of so many bytes, beside what it has.
    async fn make(
        &self,
        has: &mut Option<OwnedSemaphorePermit>,
        bytes: usize,
        otherwise: NoRoom,
    ) -> Option<()> {
        if bytes <= SMALL {
            return Some(());
        }
        let held = has.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let more = u32::try_from(bytes.div_ceil(PIECE).saturating_sub(held)).ok()?;
        if more == 0 {
            return Some(());
        }
        let room = Arc::clone(&self.0);
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
    let enough = room.make(&mut taken, least, otherwise).await;
    enough.ok_or(Unread::NoRoom)?;
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
            let announced = usize::try_from(body.size_hint().lower()).unwrap_or(0);
            all.reserve(first.len() + data.len() + announced.min(most));
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

    async fn read(pieces: &'static [&'static str], most: usize) -> Option<Bytes> {
        let pieces = pieces.iter().map(|piece| Ok::<_, axum::Error>(*piece));
        let body = Body::from_stream(stream::iter(pieces));
        whole(body, most, &Room::new(0), NoRoom::Refuse).await.ok()
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
        let long = whole(Body::from("abcd"), 3, &Room::new(0), NoRoom::Refuse).await;
        assert!(matches!(long, Err(Unread::TooLarge)));
    }

    #[tokio::test]
    async fn large_bodies_share_their_room_and_give_it_back() {
        let room = Room::new(4 * SMALL);
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
}
