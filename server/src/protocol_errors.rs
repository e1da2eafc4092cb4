//! Explains the errors that the HTTP parser reports by itself.
//!
//! Requests that are not HTTP never reach the router: `hyper` answers them with an empty 400, 414
//! or 431 and closes the connection. This wrapper of a connection recognises these answers, gives
//! them a problem document as body, and reads for a moment what the client is still sending, so
//! that the client does not lose the answer.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::http::StatusCode;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use crate::error::Problem;
use crate::media_types::PROBLEM;

/// Time for which the rest of a request is read after its error was sent.
const MAX_LINGER: Duration = Duration::from_secs(2);
/// Bytes that are read meanwhile.
const MAX_LINGER_BYTES: usize = 16 << 20;

/// A connection whose errors of the parser are explained.
pub(crate) struct ExplainedErrors<S> {
    stream: S,
    /// What is left to be written of an explained error.
    pending: Vec<u8>,
    linger: Option<Linger>,
}

/// What is read after an error was sent.
struct Linger {
    end: Pin<Box<Sleep>>,
    left_bytes: usize,
    is_shut_down: bool,
}

impl<S> ExplainedErrors<S> {
    /// Wraps a connection.
    pub(crate) fn new(stream: S) -> Self {
        Self {
            stream,
            pending: Vec::new(),
            linger: None,
        }
    }
}

/// The answer with a body to an answer of the parser without one; `None` for other bytes.
fn explained(bytes: &[u8]) -> Option<Vec<u8>> {
    let text = bytes
        .strip_prefix(b"HTTP/1.1 4")
        .and_then(|_| std::str::from_utf8(bytes).ok())?;
    let (status_line, headers) = text.split_once("\r\n")?;
    let headers = headers.strip_suffix("\r\n\r\n")?;
    let mut is_empty = false;
    let mut kept = String::new();
    for line in headers.split("\r\n") {
        let (name, value) = line.split_once(':')?;
        match name.to_ascii_lowercase().as_str() {
            "content-length" => is_empty = value.trim() == "0",
            "connection" | "date" => {
                kept.push_str(line);
                kept.push_str("\r\n");
            }
            // The answers of the router have more headers.
            _ => return None,
        }
    }
    if !is_empty {
        return None;
    }
    let number: u16 = status_line.split(' ').nth(1)?.parse().ok()?;
    let status = StatusCode::from_u16(number).ok()?;
    let detail = match number {
        414 => "the URL is too long; send a render request with POST /v1/render",
        431 => "the headers are too large or too many; send at most 100, of 256 KiB together",
        _ => {
            "the request is not valid HTTP/1.1 (request line, headers or chunk sizes); if it was meant for HTTPS, use http://, because this server has no TLS"
        }
    };
    let body = Problem::new(status, "not_understood", detail).json();
    let mut answer = format!(
        "{status_line}\r\n{kept}content-type: {PROBLEM}\r\ncache-control: no-store\r\nx-content-type-options: nosniff\r\ncontent-length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    answer.extend_from_slice(&body);
    Some(answer)
}

impl<S: AsyncWrite + Unpin> ExplainedErrors<S> {
    /// Writes what is left of an explained error.
    fn poll_pending(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.pending.is_empty() {
            let written = ready!(Pin::new(&mut self.stream).poll_write(context, &self.pending))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.pending.drain(..written);
        }
        Poll::Ready(Ok(()))
    }

    /// Takes bytes over if they are an error of the parser.
    fn take_over(&mut self, bytes: &[u8]) -> bool {
        let Some(answer) = explained(bytes) else {
            return false;
        };
        self.pending = answer;
        self.linger = Some(Linger {
            end: Box::pin(sleep(MAX_LINGER)),
            left_bytes: MAX_LINGER_BYTES,
            is_shut_down: false,
        });
        true
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for ExplainedErrors<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for ExplainedErrors<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_pending(context))?;
        if self.take_over(bytes) {
            return Poll::Ready(Ok(bytes.len()));
        }
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_pending(context))?;
        if let [bytes] = slices
            && self.take_over(bytes)
        {
            return Poll::Ready(Ok(bytes.len()));
        }
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_pending(context))?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_pending(context))?;
        let this = &mut *self;
        let Some(linger) = &mut this.linger else {
            return Pin::new(&mut this.stream).poll_shutdown(context);
        };
        if !linger.is_shut_down {
            ready!(Pin::new(&mut this.stream).poll_shutdown(context))?;
            linger.is_shut_down = true;
        }
        let mut discarded = [0; 16 << 10];
        loop {
            let mut buffer = ReadBuf::new(&mut discarded);
            match Pin::new(&mut this.stream).poll_read(context, &mut buffer) {
                Poll::Ready(Ok(())) => {
                    let read = buffer.filled().len();
                    linger.left_bytes = linger.left_bytes.saturating_sub(read);
                    if read == 0 || linger.left_bytes == 0 {
                        return Poll::Ready(Ok(()));
                    }
                }
                Poll::Ready(Err(_)) => return Poll::Ready(Ok(())),
                Poll::Pending => {
                    ready!(linger.end.as_mut().poll(context));
                    return Poll::Ready(Ok(()));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATE: &str = "date: Sun, 29 Nov 2026 23:00:00 GMT";

    #[test]
    fn empty_errors_of_the_parser_are_explained() {
        for (line, status) in [
            ("HTTP/1.1 400 Bad Request", 400),
            ("HTTP/1.1 431 Request Header Fields Too Large", 431),
            ("HTTP/1.1 414 URI Too Long", 414),
        ] {
            let empty =
                format!("{line}\r\nconnection: close\r\ncontent-length: 0\r\n{DATE}\r\n\r\n");
            let answer = String::from_utf8(explained(empty.as_bytes()).expect("an error"));
            let answer = answer.expect("text");
            let (head, body) = answer.split_once("\r\n\r\n").expect("a body");
            assert!(head.starts_with(line) && head.contains("connection: close"));
            assert!(
                head.contains(&format!("content-length: {}", body.len())),
                "{head}"
            );
            assert!(head.contains("content-type: application/problem+json"));
            let problem: serde_json::Value = serde_json::from_str(body).expect("JSON");
            assert_eq!(problem["status"], status);
        }
    }

    #[test]
    fn other_answers_are_left_alone() {
        for other in [
            format!("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n{DATE}\r\n\r\n"),
            format!(
                "HTTP/1.1 404 Not Found\r\nx-request-id: a\r\ncontent-length: 0\r\n{DATE}\r\n\r\n"
            ),
            format!("HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n{DATE}\r\n\r\n"),
            format!("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n{DATE}\r\n\r\nmore"),
            "HTTP/1.1 4".into(),
            String::new(),
        ] {
            assert_eq!(explained(other.as_bytes()), None, "{other}");
        }
    }
}
