//! Reads Kafka frames (a 4-byte big-endian length, then that many bytes) from an untrusted peer.
//!
//! Memory follows what has arrived, never what a length claims: a frame gets `FIRST_CHUNK_BYTES`,
//! and its buffer grows only when that is full, fourfold at most. The shared budget is charged
//! the same way.
//!
//! `FrameReader::next` may be dropped between polls (it runs in a `select!`): all state is in the
//! reader.

use std::io;
use std::time::Duration;

use bytes::{Buf, BufMut, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::time::Instant;

use super::budget::{Budget, Share};

/// What a frame may use before its sender has shown that it sends.
const FIRST_CHUNK_BYTES: usize = 16 << 10;
/// Buffer of a connection between frames.
const INBOX_BYTES: usize = 4 << 10;
/// A buffer grows by this factor, so bytes are moved once or twice at most.
const GROWTH: usize = 4;
/// The slowest sender that we wait for, over a whole frame.
const SLOWEST_BYTES_PER_S: u64 = 64 << 10;

/// A whole request and the memory it is charged for.
#[derive(Debug)]
pub struct Frame {
    /// The bytes after the length.
    pub body: Bytes,
    /// Held until the request is answered.
    pub share: Share,
}

/// Why no further frame can be read.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// The length is over the limit, or negative.
    #[error("frame of {claimed} bytes is over socket.request.max.bytes {limit}{}", hint(*claimed))]
    TooLarge {
        /// The length as read, unsigned.
        claimed: u32,
        /// The setting.
        limit: usize,
    },
    /// The length is too small for a request header.
    #[error("frame of {0} bytes is too short for a request header")]
    TooSmall(u32),
    /// The peer closed in the middle of a frame.
    #[error("connection closed in the middle of a frame")]
    Cut,
    /// The socket failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Says what a senseless length looks like, for whoever pointed the wrong program at the port.
fn hint(claimed: u32) -> &'static str {
    match &claimed.to_be_bytes() {
        b"GET " | b"POST" | b"HEAD" | b"PUT " => " (it looks like an HTTP request)",
        [0x16, 0x03, _, _] => " (it looks like TLS on a plaintext listener)",
        _ => "",
    }
}

/// The frame that is being read.
#[derive(Debug)]
struct Partial {
    length: usize,
    body: BytesMut,
    share: Share,
    started: Instant,
}

/// Reads frames of one connection.
#[derive(Debug)]
pub struct FrameReader {
    budget: Budget,
    limit: usize,
    inbox: BytesMut,
    partial: Option<Partial>,
    progress: Instant,
    /// The budget is what is waited for, not the peer.
    starved: bool,
}

/// Smallest request: api key, version and correlation id.
const MIN_FRAME_BYTES: u32 = 8;

impl FrameReader {
    /// A reader that refuses frames over `limit` bytes.
    pub fn new(budget: Budget, limit: usize) -> Self {
        let progress = Instant::now();
        FrameReader {
            budget,
            limit,
            inbox: BytesMut::new(),
            partial: None,
            progress,
            starved: false,
        }
    }

    /// The next frame; `None` when the peer closed between frames.
    ///
    /// # Errors
    /// [`FrameError`]: the connection is of no more use.
    pub async fn next<R>(&mut self, from: &mut R) -> Result<Option<Frame>, FrameError>
    where
        R: AsyncRead + Unpin,
    {
        loop {
            if self.partial.is_none() && !self.start_frame()? {
                if self.inbox.capacity() == self.inbox.len() {
                    self.inbox.reserve(INBOX_BYTES);
                }
                if from.read_buf(&mut self.inbox).await? == 0 {
                    return if self.inbox.is_empty() { Ok(None) } else { Err(FrameError::Cut) };
                }
                self.progress = Instant::now();
                continue;
            }
            if self.fill(from).await? {
                let done = self.partial.take();
                return Ok(done.map(|p| Frame { body: p.body.freeze(), share: p.share }));
            }
        }
    }

    /// The peer was not read from for a while: what it has begun gets its whole time again.
    pub fn resume(&mut self) {
        self.progress = Instant::now();
        if let Some(partial) = &mut self.partial {
            partial.started = self.progress;
        }
    }

    /// When a frame that was begun must have moved on; `None` between frames, and while memory is
    /// what is missing.
    pub fn deadline(&self, stall: Duration) -> Option<Instant> {
        if self.starved {
            return None;
        }
        if let Some(partial) = &self.partial {
            let whole = Duration::from_secs(partial.length as u64 / SLOWEST_BYTES_PER_S);
            return Some((self.progress + stall).min(partial.started + stall + whole));
        }
        (!self.inbox.is_empty()).then(|| self.progress + stall)
    }

    /// When bytes last arrived.
    pub fn last_progress(&self) -> Instant {
        self.progress
    }

    /// Takes a length from the inbox; false when it holds none yet.
    fn start_frame(&mut self) -> Result<bool, FrameError> {
        let Some(head) = self.inbox.first_chunk::<4>() else { return Ok(false) };
        let claimed = u32::from_be_bytes(*head);
        if claimed as usize > self.limit {
            return Err(FrameError::TooLarge { claimed, limit: self.limit });
        }
        if claimed < MIN_FRAME_BYTES {
            return Err(FrameError::TooSmall(claimed));
        }
        self.inbox.advance(4);
        self.partial = Some(Partial {
            length: claimed as usize,
            body: BytesMut::new(),
            share: Share::default(),
            started: Instant::now(),
        });
        Ok(true)
    }

    /// Takes one step in the current frame; true when it is whole.
    async fn fill<R>(&mut self, from: &mut R) -> Result<bool, FrameError>
    where
        R: AsyncRead + Unpin,
    {
        let Some(partial) = &mut self.partial else { return Ok(false) };
        let first = partial.length.min(FIRST_CHUNK_BYTES);
        if partial.share.bytes() == 0 {
            self.starved = true;
            partial.share = self.budget.take(first).await;
            self.starved = false;
            self.progress = Instant::now();
        }
        if partial.body.is_empty() && self.inbox.len() >= partial.length {
            partial.body = self.inbox.split_to(partial.length);
            return Ok(true);
        }
        if partial.body.is_empty() {
            partial.body.reserve(first);
            let ready = self.inbox.len().min(partial.length);
            partial.body.put(self.inbox.split_to(ready));
        }
        let missing = partial.length - partial.body.len();
        if missing == 0 {
            return Ok(true);
        }
        if partial.body.capacity() == partial.body.len() {
            let more = missing.min(partial.body.len().saturating_mul(GROWTH - 1));
            self.starved = true;
            self.budget.grow(&mut partial.share, more).await;
            self.starved = false;
            self.progress = Instant::now();
            partial.body.reserve(more);
        }
        // `limit` keeps the next frame's bytes out of this buffer
        let read = from.read_buf(&mut (&mut partial.body).limit(missing)).await?;
        if read == 0 {
            return Err(FrameError::Cut);
        }
        self.progress = Instant::now();
        Ok(partial.body.len() == partial.length)
    }
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use tokio::io::{AsyncWriteExt, ReadBuf};

    use super::*;

    const LIMIT: usize = 1 << 20;

    fn reader() -> FrameReader {
        FrameReader::new(Budget::new(8 << 20), LIMIT)
    }

    fn framed(body: &[u8]) -> Vec<u8> {
        let mut out = u32::try_from(body.len()).expect("short").to_be_bytes().to_vec();
        out.extend_from_slice(body);
        out
    }

    /// Hands out its bytes `step` at a time, Pending in between.
    struct Drip {
        data: Vec<u8>,
        at: usize,
        step: usize,
        ready: bool,
    }

    impl AsyncRead for Drip {
        fn poll_read(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            buf: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            self.ready = !self.ready;
            if !self.ready {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            let count = self.step.min(self.data.len() - self.at).min(buf.remaining());
            let at = self.at;
            buf.put_slice(&self.data[at..at + count]);
            self.at += count;
            Poll::Ready(Ok(()))
        }
    }

    fn drip(data: Vec<u8>, step: usize) -> Drip {
        Drip { data, at: 0, step, ready: false }
    }

    #[tokio::test]
    async fn frames_come_whole_whatever_the_pieces() {
        let sizes = [8usize, 9, 4_000, 16_384, 16_385, 70_000, 8, 500_000];
        let bodies: Vec<Vec<u8>> =
            sizes.iter().map(|&n| (0..n).map(|i| (i * 7 + n) as u8).collect()).collect();
        let stream: Vec<u8> = bodies.iter().flat_map(|b| framed(b)).collect();
        for step in [1, 3, 4_097, 1 << 20] {
            let mut from = drip(stream.clone(), step);
            let mut reader = reader();
            for body in &bodies {
                let frame = reader.next(&mut from).await.expect("sound").expect("there");
                assert_eq!(&frame.body[..], &body[..]);
                assert_eq!(frame.share.bytes(), body.len());
            }
            assert!(reader.next(&mut from).await.expect("clean end").is_none());
            assert_eq!(reader.budget.used(), 0);
        }
    }

    #[tokio::test]
    async fn a_dropped_read_loses_nothing() {
        let body = vec![5; 40_000];
        let mut from = drip(framed(&body), 1_000);
        let mut reader = reader();
        let frame = loop {
            tokio::select! {
                biased;
                frame = reader.next(&mut from) => break frame,
                () = std::future::ready(()) => tokio::task::yield_now().await,
            }
        };
        assert_eq!(frame.expect("sound").expect("there").body.len(), body.len());
    }

    #[tokio::test]
    async fn a_claimed_length_allocates_nothing() {
        let mut reader = reader();
        let mut head = (LIMIT as u32).to_be_bytes().to_vec();
        head.extend_from_slice(&[0; 10]);
        let (mut client, mut server) = tokio::io::duplex(64);
        client.write_all(&head).await.expect("fits");
        let stalled = tokio::time::timeout(Duration::from_millis(20), reader.next(&mut server));
        assert!(stalled.await.is_err());
        let partial = reader.partial.as_ref().expect("begun");
        assert!(partial.body.capacity() <= FIRST_CHUNK_BYTES);
        assert_eq!(reader.budget.used(), FIRST_CHUNK_BYTES);
    }

    #[tokio::test]
    async fn lengths_over_the_limit_are_refused_before_any_read() {
        for claimed in [LIMIT as u32 + 1, 200 << 20, i32::MAX as u32, u32::MAX] {
            let error = reader().next(&mut &claimed.to_be_bytes()[..]).await.expect_err("large");
            assert!(matches!(error, FrameError::TooLarge { .. }), "{error}");
            assert!(error.to_string().contains("socket.request.max.bytes"));
        }
    }

    #[tokio::test]
    async fn other_protocols_are_named() {
        let error = reader().next(&mut &b"GET / HTTP/1.1\r\n"[..]).await.expect_err("http");
        assert!(error.to_string().contains("HTTP"), "{error}");
        let error = reader().next(&mut &[0x16, 3, 1, 2, 0][..]).await.expect_err("tls");
        assert!(error.to_string().contains("TLS"), "{error}");
    }

    #[tokio::test]
    async fn short_and_cut_frames_end_the_connection() {
        for length in 0..8u32 {
            let error = reader().next(&mut &length.to_be_bytes()[..]).await.expect_err("short");
            assert!(matches!(error, FrameError::TooSmall(_)));
        }
        let whole = framed(&[1; 100]);
        for cut in 1..whole.len() {
            let error = reader().next(&mut &whole[..cut]).await.expect_err("cut");
            assert!(matches!(error, FrameError::Cut), "{cut}: {error}");
        }
    }

    #[tokio::test]
    async fn random_streams_end_in_an_error_or_a_clean_close() {
        let mut state = 0x9e37_79b9_7f4a_7c15u64;
        for _ in 0..2_000 {
            let mut data = Vec::new();
            for _ in 0..40 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                data.push((state >> 56) as u8 & if data.len() % 4 < 3 { 1 } else { 0xff });
            }
            let mut from = &data[..];
            let mut reader = reader();
            let mut frames = 0;
            while let Ok(Some(frame)) = reader.next(&mut from).await {
                frames += frame.body.len();
            }
            assert!(frames <= data.len());
        }
    }

    #[tokio::test]
    async fn a_begun_frame_has_a_deadline() {
        let mut reader = reader();
        let stall = Duration::from_secs(30);
        assert!(reader.deadline(stall).is_none());
        let (mut client, mut server) = tokio::io::duplex(64);
        client.write_all(&[0, 0]).await.expect("fits");
        let wait = Duration::from_millis(5);
        assert!(tokio::time::timeout(wait, reader.next(&mut server)).await.is_err());
        let halfway = reader.deadline(stall).expect("a length was begun");
        client.write_all(&[1, 0, 7]).await.expect("fits");
        assert!(tokio::time::timeout(wait, reader.next(&mut server)).await.is_err());
        assert!(reader.deadline(stall).expect("a frame was begun") > halfway);
    }
}
