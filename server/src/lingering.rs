//! Request bodies that a handler does not read to their end.
//!
//! If a connection is closed while its client is still sending, the client may lose the answer that
//! says why. So the rest of such a body is read and discarded while the answer is sent, within
//! limits.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderMap, header};
use http_body_util::BodyExt;
use hyper::body::{Frame, SizeHint};

/// Bytes of a body that are discarded.
const MAX_BYTES: u64 = 256 << 20;
/// Time for which a body is discarded.
const MAX_TIME: Duration = Duration::from_secs(30);
/// Time after which a client that sends nothing is not waited for.
const MAX_PAUSE: Duration = Duration::from_secs(5);

/// Wraps a request's body, so that its rest is discarded when the handler drops it.
pub(crate) fn lingering(headers: &HeaderMap, body: Body) -> Body {
    // A client that asks first whether to send its body reads the answer before it sends.
    if body.is_end_stream() || headers.contains_key(header::EXPECT) {
        return body;
    }
    Body::new(Lingering(Some(body)))
}

/// A body whose rest is discarded when it is dropped; `None` after its end.
struct Lingering(Option<Body>);

impl HttpBody for Lingering {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Some(body) = self.0.as_mut() else {
            return Poll::Ready(None);
        };
        let frame = Pin::new(body).poll_frame(context);
        if matches!(frame, Poll::Ready(None | Some(Err(_)))) {
            self.0 = None;
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.0.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.0
            .as_ref()
            .map_or(SizeHint::with_exact(0), HttpBody::size_hint)
    }
}

impl Drop for Lingering {
    fn drop(&mut self) {
        let body = self.0.take().filter(|body| !body.is_end_stream());
        if let (Some(body), Ok(runtime)) = (body, tokio::runtime::Handle::try_current()) {
            runtime.spawn(tokio::time::timeout(MAX_TIME, discard(body)));
        }
    }
}

/// Reads a body until its end, or until one of the limits is reached.
async fn discard(mut body: Body) {
    let mut left = MAX_BYTES;
    while let Ok(Some(Ok(frame))) = tokio::time::timeout(MAX_PAUSE, body.frame()).await {
        let bytes = frame.data_ref().map_or(0, Bytes::len) as u64;
        match left.checked_sub(bytes) {
            Some(rest) => left = rest,
            None => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::stream;

    use super::*;

    /// A body of pieces of 1 MiB, and how many of them were read.
    fn body(pieces: usize) -> (Body, Arc<AtomicUsize>) {
        let read = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&read);
        let pieces = (0..pieces).map(move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
            Ok::<_, axum::Error>(Bytes::from(vec![0; 1 << 20]))
        });
        (Body::from_stream(stream::iter(pieces)), read)
    }

    async fn until_read(read: &AtomicUsize, count: usize) {
        while read.load(Ordering::SeqCst) < count {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    #[tokio::test]
    async fn the_rest_is_discarded_within_limits() {
        let (some, read) = body(10);
        let mut wrapped = lingering(&HeaderMap::new(), some);
        wrapped.frame().await.expect("a piece").expect("sound");
        drop(wrapped);
        until_read(&read, 10).await;

        let (endless, read) = body(100_000);
        drop(lingering(&HeaderMap::new(), endless));
        until_read(&read, 256).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(read.load(Ordering::SeqCst), 257);
    }

    #[tokio::test]
    async fn a_client_that_waits_for_permission_is_not_asked_to_send() {
        let mut headers = HeaderMap::new();
        headers.insert(header::EXPECT, "100-continue".parse().expect("a value"));
        let (some, read) = body(10);
        drop(lingering(&headers, some));
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(read.load(Ordering::SeqCst), 0);
    }
}
