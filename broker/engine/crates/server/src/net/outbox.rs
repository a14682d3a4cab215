//! Writes lists of chunks with vectored writes, so that fetched records are never copied.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::time::Duration;

use bytes::{Buf, Bytes};
use tokio::io::{AsyncWrite, AsyncWriteExt};

use super::budget::Share;

/// Slices in one write; Linux takes 1,024, and 64 already make the call's cost small.
const SLICES: usize = 64;

/// Chunks that wait to be written, with the memory they are charged for.
#[derive(Debug, Default)]
pub struct Outbox {
    chunks: VecDeque<Bytes>,
    shares: Vec<Share>,
    bytes: usize,
}

impl Outbox {
    /// Queues one answer.
    pub fn push(&mut self, chunks: Vec<Bytes>, share: Share) {
        self.bytes += chunks.iter().map(Bytes::len).sum::<usize>();
        self.chunks.extend(chunks.into_iter().filter(|chunk| !chunk.is_empty()));
        if share.bytes() > 0 {
            self.shares.push(share);
        }
    }

    /// Bytes queued.
    pub fn len(&self) -> usize {
        self.bytes
    }

    /// Writes everything; returns the bytes written.
    ///
    /// # Errors
    /// The socket's error, or `TimedOut` when the peer takes nothing for `stall`.
    pub async fn write_to<W>(&mut self, to: &mut W, stall: Duration) -> io::Result<usize>
    where
        W: AsyncWrite + Unpin,
    {
        let total = self.bytes;
        while !self.chunks.is_empty() {
            let written = {
                let mut slices = [IoSlice::new(&[]); SLICES];
                let count = self.chunks.len().min(SLICES);
                for (slice, chunk) in slices.iter_mut().zip(&self.chunks) {
                    *slice = IoSlice::new(chunk);
                }
                let write = to.write_vectored(&slices[..count]);
                tokio::time::timeout(stall, write).await.map_err(|_| {
                    io::Error::new(io::ErrorKind::TimedOut, "the peer takes no answers")
                })??
            };
            if written == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            self.consume(written);
        }
        self.shares.clear();
        Ok(total)
    }

    fn consume(&mut self, mut count: usize) {
        self.bytes -= count;
        while let Some(front) = self.chunks.front_mut() {
            if count < front.len() {
                front.advance(count);
                return;
            }
            count -= front.len();
            self.chunks.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;

    #[tokio::test]
    async fn many_chunks_arrive_whole_through_a_narrow_pipe() {
        let mut outbox = Outbox::default();
        let chunks: Vec<Bytes> = (0..300usize).map(|i| Bytes::from(vec![i as u8; i])).collect();
        let expected: Vec<u8> = chunks.iter().flat_map(|c| c.to_vec()).collect();
        outbox.push(chunks, Share::default());
        let (mut near, mut far) = tokio::io::duplex(97);
        let reading = tokio::spawn(async move {
            let mut got = Vec::new();
            far.read_to_end(&mut got).await.map(|_| got)
        });
        let written = outbox.write_to(&mut near, Duration::from_secs(5)).await.expect("read");
        drop(near);
        assert_eq!((written, outbox.len()), (expected.len(), 0));
        assert_eq!(reading.await.expect("ran").expect("read"), expected);
    }

    #[tokio::test]
    async fn a_peer_that_reads_nothing_is_given_up() {
        let mut outbox = Outbox::default();
        outbox.push(vec![Bytes::from(vec![0; 1_000])], Share::default());
        let (mut near, _far) = tokio::io::duplex(10);
        let error = outbox.write_to(&mut near, Duration::from_millis(20)).await.expect_err("full");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
