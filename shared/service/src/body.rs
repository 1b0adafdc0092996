//! A request's body, bounded before it is read. What a client is told of a refusal is the caller's sentence; how long it
//! may take is the caller's patience.

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, header::CONTENT_LENGTH};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// It has more bytes than are taken, or announces more.
    #[error("the body is larger than is taken")]
    TooLarge,
    /// The connection ended before the body did.
    #[error("the body ended before it was complete")]
    Incomplete,
}

/// Reads a body of at most `limit` bytes. One that announces itself larger is refused unread, one that turns out larger
/// as soon as it does: a header is a stranger's word.
///
/// # Errors
/// When it is too large or not complete.
pub async fn read(headers: &HeaderMap, body: Body, limit: usize) -> Result<Bytes, BodyError> {
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > limit as u64) {
        return Err(BodyError::TooLarge);
    }
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(BodyError::TooLarge),
        Err(_) => Err(BodyError::Incomplete),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Error, ErrorKind};

    use axum::body::Body;
    use futures::stream;
    use http::{HeaderMap, HeaderValue, header::CONTENT_LENGTH};

    use super::{BodyError, read};

    fn announcing(length: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(CONTENT_LENGTH, HeaderValue::from_static(length))])
    }

    fn pieces(pieces: Vec<Result<&'static str, Error>>) -> Body {
        Body::from_stream(stream::iter(pieces))
    }

    #[tokio::test]
    async fn a_body_of_just_the_limit_is_taken_whole_whatever_it_announces() {
        for headers in [HeaderMap::new(), announcing("6"), announcing("1"), announcing("many")] {
            let body = pieces(vec![Ok("abc"), Ok("def")]);
            assert_eq!(read(&headers, body, 6).await.as_deref(), Ok(b"abcdef".as_slice()));
        }
    }

    #[tokio::test]
    async fn a_body_that_announces_too_much_is_not_read_and_one_that_lies_is_stopped() {
        // An unread body's failure would show as `Incomplete`.
        let unread = pieces(vec![Err(ErrorKind::ConnectionReset.into())]);
        assert_eq!(read(&announcing("7"), unread, 6).await, Err(BodyError::TooLarge));
        let lying = pieces(vec![Ok("abc"), Ok("defg"), Err(ErrorKind::ConnectionReset.into())]);
        assert_eq!(read(&announcing("3"), lying, 6).await, Err(BodyError::TooLarge));
    }

    #[tokio::test]
    async fn a_body_that_ends_early_is_not_taken_for_a_short_one() {
        let broken = pieces(vec![Ok("abc"), Err(ErrorKind::ConnectionReset.into())]);
        assert_eq!(read(&announcing("6"), broken, 6).await, Err(BodyError::Incomplete));
    }
}
