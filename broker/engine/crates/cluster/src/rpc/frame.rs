//! Frames: length, checksum, kind, payload.
//!
//! | at | bytes | field |
//! |---|---|---|
//! | 0 | 4 | length of kind and payload, little endian |
//! | 4 | 4 | CRC-32C of kind and payload |
//! | 8 | 1 | kind |
//! | 9 | – | payload |

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::time::Duration;

use bytes::{Buf, BufMut, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// What a connection starts with: `HRR` and the version of what follows.
pub(crate) const PREFACE: &[u8; 4] = b"HRR\x01";
/// The largest frame: a batch of the largest request, and then some.
pub(crate) const MAX_FRAME_BYTES: usize = 136 << 20;
/// The largest frame before both sides know each other.
pub(crate) const MAX_HELLO_BYTES: usize = 64 << 10;
/// What is read ahead of the bytes that are there: a claimed length alone reserves no more.
const READ_STEP_BYTES: usize = 1 << 20;
const HEADER_BYTES: usize = 8;
/// Parts of this size or less are copied together before they are written.
const GATHER_BYTES: usize = 4 << 10;

/// Kinds of frames.
pub(crate) mod kind {
    pub const HELLO: u8 = 1;
    pub const WELCOME: u8 = 2;
    pub const REFUSED: u8 = 3;
    pub const RAFT: u8 = 4;
    pub const GOSSIP: u8 = 5;
    pub const REQUEST: u8 = 6;
    pub const RESPONSE: u8 = 7;
    pub const BEAT: u8 = 8;
    /// What the layer above asks its like on another node, and the answer.
    pub const FORWARD: u8 = 9;
    pub const FORWARDED: u8 = 10;
    /// In answer to a hello: the caller may be right, but this node cannot tell yet.
    pub const NOT_YET: u8 = 11;
}

fn invalid(why: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

/// Reads a frame of at most `max_bytes`.
///
/// # Errors
/// `InvalidData` for a frame that is too long or damaged, and what the socket says.
pub(crate) async fn read_frame(
    stream: &mut (impl AsyncRead + Unpin),
    max_bytes: usize,
) -> io::Result<(u8, Bytes)> {
    let mut header = [0u8; HEADER_BYTES];
    stream.read_exact(&mut header).await?;
    let [l0, l1, l2, l3, c0, c1, c2, c3] = header;
    let len = u32::from_le_bytes([l0, l1, l2, l3]) as usize;
    let crc = u32::from_le_bytes([c0, c1, c2, c3]);
    if len == 0 || len > max_bytes {
        return Err(invalid(format!("a frame of {len} bytes; at most {max_bytes} are allowed")));
    }
    let mut body = BytesMut::with_capacity(len.min(READ_STEP_BYTES));
    while body.len() < len {
        body.reserve((len - body.len()).min(READ_STEP_BYTES));
        let mut part = (&mut *stream).take((len - body.len()) as u64);
        if part.read_buf(&mut body).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    if crc32c::crc32c(&body) != crc {
        return Err(invalid("a frame's checksum does not match".into()));
    }
    let mut body = body.freeze();
    let kind = body.split_to(1)[0];
    Ok((kind, body))
}

/// Frames that are written together.
#[derive(Default)]
pub(crate) struct Outgoing {
    chunks: VecDeque<Bytes>,
    small: BytesMut,
    bytes: usize,
}

impl Outgoing {
    /// Adds a frame made of `parts`.
    ///
    /// # Errors
    /// `InvalidData` for a frame that nobody would take; nothing is added then.
    pub fn push(&mut self, kind: u8, parts: &[Bytes]) -> io::Result<()> {
        let len = 1 + parts.iter().map(Bytes::len).sum::<usize>();
        if len > MAX_FRAME_BYTES {
            return Err(invalid(format!("a frame of {len} bytes cannot be sent")));
        }
        let mut crc = crc32c::crc32c(&[kind]);
        for part in parts {
            crc = crc32c::crc32c_append(crc, part);
        }
        self.small.put_u32_le(len as u32);
        self.small.put_u32_le(crc);
        self.small.put_u8(kind);
        for part in parts {
            if part.len() <= GATHER_BYTES {
                self.small.extend_from_slice(part);
                continue;
            }
            self.chunks.push_back(self.small.split().freeze());
            self.chunks.push_back(part.clone());
        }
        self.bytes += HEADER_BYTES + len;
        Ok(())
    }

    /// Bytes of all frames.
    pub fn len(&self) -> usize {
        self.bytes
    }

    /// Writes all; returns their size.
    ///
    /// # Errors
    /// What the socket says.
    pub async fn write_to(mut self, stream: &mut (impl AsyncWrite + Unpin)) -> io::Result<usize> {
        self.chunks.push_back(self.small.split().freeze());
        self.chunks.retain(|chunk| !chunk.is_empty());
        stream.write_all_buf(&mut Chunks(self.chunks)).await?;
        Ok(self.bytes)
    }
}

/// Chunks, none of them empty, that one call writes together.
struct Chunks(VecDeque<Bytes>);

impl Buf for Chunks {
    fn remaining(&self) -> usize {
        self.0.iter().map(Bytes::len).sum()
    }

    fn chunk(&self) -> &[u8] {
        self.0.front().map_or(&[], |chunk| chunk)
    }

    fn chunks_vectored<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> usize {
        let filled = slices.iter_mut().zip(&self.0);
        filled.map(|(slice, chunk)| *slice = IoSlice::new(chunk)).count()
    }

    fn advance(&mut self, mut count: usize) {
        while count > 0 {
            let front = self.0.front_mut().expect("no more than remains");
            if count < front.len() {
                front.advance(count);
                return;
            }
            count -= front.len();
            self.0.pop_front();
        }
    }
}

/// Writes a frame made of `parts`; returns its size.
///
/// # Errors
/// As [`Outgoing`].
pub(crate) async fn write_frame(
    stream: &mut (impl AsyncWrite + Unpin),
    kind: u8,
    parts: &[Bytes],
) -> io::Result<usize> {
    let mut frame = Outgoing::default();
    frame.push(kind, parts)?;
    frame.write_to(stream).await
}

/// `future`, or `TimedOut` after `timeout`.
pub(crate) async fn within<T>(
    timeout: Duration,
    future: impl std::future::Future<Output = io::Result<T>>,
) -> io::Result<T> {
    match tokio::time::timeout(timeout, future).await {
        Ok(result) => result,
        Err(_) => Err(io::ErrorKind::TimedOut.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run<T>(future: impl std::future::Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().build().expect("runtime").block_on(future)
    }

    fn written(parts: &[Bytes]) -> Vec<u8> {
        let mut out = Vec::new();
        let len = run(write_frame(&mut out, kind::RAFT, parts)).expect("writes");
        assert_eq!(len, out.len());
        out
    }

    #[test]
    fn frames_survive_in_parts_of_any_size() {
        let sizes = [0, 1, 100, GATHER_BYTES, GATHER_BYTES + 1, 3 << 20, 5];
        let parts: Vec<Bytes> =
            sizes.iter().map(|&n| Bytes::from(vec![n as u8 ^ 0x55; n])).collect();
        let bytes = written(&parts);
        let (kind, body) = run(read_frame(&mut &bytes[..], MAX_FRAME_BYTES)).expect("reads");
        assert_eq!(kind, kind::RAFT);
        assert_eq!(body, parts.concat());
    }

    #[test]
    fn frames_that_are_written_together_arrive_one_by_one_through_a_narrow_pipe() {
        let sizes = [1, GATHER_BYTES, 3 * GATHER_BYTES, 0, 100_000];
        let mut outgoing = Outgoing::default();
        for (kind, &size) in (4..).zip(&sizes) {
            let parts = [Bytes::from(vec![kind; size]), Bytes::from_static(b"end")];
            outgoing.push(kind, &parts).expect("it is small");
        }
        let (mut near, mut far) = tokio::io::duplex(97);
        run(async {
            let len = outgoing.len();
            let write = outgoing.write_to(&mut near);
            let read = async {
                for (kind, &size) in (4..).zip(&sizes) {
                    let (found, body) = read_frame(&mut far, MAX_FRAME_BYTES).await.expect("reads");
                    assert_eq!((found, &body[size..]), (kind, &b"end"[..]));
                    assert!(body[..size].iter().all(|&byte| byte == kind));
                }
            };
            let (written, ()) = tokio::join!(write, read);
            assert_eq!(written.expect("written"), len);
        });
    }

    #[test]
    fn damage_and_false_lengths_are_noticed() {
        let mut bytes = written(&[Bytes::from_static(b"payload")]);
        assert!(run(read_frame(&mut &bytes[..bytes.len() - 1], 100)).is_err(), "cut");
        assert!(run(read_frame(&mut &bytes[..], 5)).is_err(), "too long");
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        assert!(run(read_frame(&mut &bytes[..], 100)).is_err(), "damaged");
        let claims = [0xff, 0xff, 0xff, 0x07, 0, 0, 0, 0, 4];
        assert!(run(read_frame(&mut &claims[..], MAX_FRAME_BYTES)).is_err(), "claims 128 MiB");
    }
}
