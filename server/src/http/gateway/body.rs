//! Reading a body to its end, and no further than it may go.

use axum::body::HttpBody;
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;

/// Why a body was not read to its end.
#[derive(Debug)]
pub(super) enum Unread<E> {
    /// It is longer than it may be, or says that it will be.
    TooLarge,
    Broken(E),
}

/// The whole body. One that came in one piece is not copied.
pub(super) async fn whole<B>(mut body: B, most: usize) -> Result<Bytes, Unread<B::Error>>
where
    B: HttpBody<Data = Bytes> + Unpin,
{
    if usize::try_from(body.size_hint().lower()).map_or(true, |least| least > most) {
        return Err(Unread::TooLarge);
    }
    let mut first = Bytes::new();
    let mut all = BytesMut::new();
    while let Some(frame) = body.frame().await {
        // What is no data are trailers, which mean nothing here.
        let Ok(data) = frame.map_err(Unread::Broken)?.into_data() else {
            continue;
        };
        if first.len().max(all.len()) + data.len() > most {
            return Err(Unread::TooLarge);
        }
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
    Ok(if all.is_empty() { first } else { all.freeze() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use futures::stream;

    async fn read(pieces: &'static [&'static str], most: usize) -> Option<Bytes> {
        let pieces = pieces.iter().map(|piece| Ok::<_, axum::Error>(*piece));
        whole(Body::from_stream(stream::iter(pieces)), most)
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
        let long = whole(Body::from("abcd"), 3).await;
        assert!(matches!(long, Err(Unread::TooLarge)));
    }
}
