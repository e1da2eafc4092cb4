//! A connection whose writes fail when the client reads nothing of its response for a while, or
//! reads too slowly. Otherwise a few clients could hold the memory of all answers.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

/// A wait for the client.
#[derive(Debug)]
struct Wait {
    start: Instant,
    timer: Pin<Box<Sleep>>,
}

/// The connection. Only the time for which the server waits for the client counts, so that neither
/// a pause of the server nor an idle connection fails.
#[derive(Debug)]
pub(crate) struct WatchedStream<S> {
    stream: S,
    /// Longest wait without any progress, and the time over which the rate is measured.
    period: Duration,
    /// Bytes that are accepted at least while the server waits for `period`.
    min_bytes: u64,
    wait: Option<Wait>,
    /// Earlier waits and the bytes accepted in the current measurement.
    waited: Duration,
    accepted_bytes: u64,
}

impl<S> WatchedStream<S> {
    /// Fails writes after `period` without progress, or with less than `min_bytes_per_second` on
    /// average over `period`.
    pub(crate) fn new(stream: S, period: Duration, min_bytes_per_second: u64) -> Self {
        Self {
            stream,
            period,
            min_bytes: min_bytes_per_second.saturating_mul(period.as_secs()),
            wait: None,
            waited: Duration::ZERO,
            accepted_bytes: 0,
        }
    }

    /// Ends a measurement. Returns whether the client was fast enough.
    fn measure(&mut self) -> bool {
        let is_fast = self.accepted_bytes >= self.min_bytes;
        self.waited = Duration::ZERO;
        self.accepted_bytes = 0;
        is_fast
    }

    /// Returns the outcome of a write, or an error if the client is too slow.
    fn check<T>(
        &mut self,
        poll: Poll<io::Result<T>>,
        bytes: impl FnOnce(&T) -> usize,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<T>> {
        let too_slow = || Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        if let Poll::Ready(result) = poll {
            if let Ok(value) = &result {
                self.accepted_bytes += bytes(value) as u64;
            }
            if let Some(wait) = self.wait.take() {
                self.waited += wait.start.elapsed();
                if self.waited >= self.period && !self.measure() {
                    return too_slow();
                }
            }
            return Poll::Ready(result);
        }
        loop {
            let (period, waited) = (self.period, self.waited);
            let wait = self.wait.get_or_insert_with(|| {
                let start = Instant::now();
                let left = period.saturating_sub(waited);
                Wait {
                    start,
                    timer: Box::pin(sleep_until(start + left)),
                }
            });
            ready!(wait.timer.as_mut().poll(context));
            let has_stalled = wait.start.elapsed() >= period;
            self.wait = None;
            if has_stalled || !self.measure() {
                return too_slow();
            }
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for WatchedStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for WatchedStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.check(poll, |count| *count, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.check(poll, |count| *count, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.stream).poll_flush(context);
        self.check(poll, |()| 0, context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.stream).poll_shutdown(context);
        self.check(poll, |()| 0, context)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
    use tokio::time::sleep;

    use super::*;

    const PERIOD: Duration = Duration::from_secs(1);

    /// Sends 4,000 bytes through a buffer of 10; the client reads some, pauses, and so on.
    fn send(read_bytes: usize, pause: Duration) -> io::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build();
        runtime.unwrap().block_on(async {
            let (server, mut client): (DuplexStream, DuplexStream) = duplex(10);
            let mut server = WatchedStream::new(server, PERIOD, 100);
            tokio::spawn(async move {
                let mut buffer = vec![0; read_bytes];
                loop {
                    sleep(pause).await;
                    if client.read_exact(&mut buffer).await.is_err() {
                        return;
                    }
                }
            });
            server.write_all(&[1; 4000]).await?;
            server.flush().await
        })
    }

    #[test]
    fn clients_that_read_nothing_or_too_slowly_are_disconnected() {
        let is_timed_out = |outcome: io::Result<()>| {
            outcome.is_err_and(|error| error.kind() == io::ErrorKind::TimedOut)
        };
        // The required rate is 100 bytes per second.
        send(10, Duration::from_millis(50)).unwrap();
        send(1, Duration::from_millis(9)).unwrap();
        assert!(is_timed_out(send(1, Duration::from_millis(12))));
        assert!(is_timed_out(send(10, Duration::from_millis(200))));
        assert!(is_timed_out(send(10, Duration::from_hours(1))));
    }

    #[test]
    fn an_idle_connection_is_not_slow() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build();
        runtime.unwrap().block_on(async {
            let (server, mut client) = duplex(10);
            let mut server = WatchedStream::new(server, PERIOD, 100);
            for _ in 0..5 {
                server.write_all(&[1; 10]).await.unwrap();
                client.read_exact(&mut [0; 10]).await.unwrap();
                sleep(PERIOD * 10).await;
            }
        });
    }
}
