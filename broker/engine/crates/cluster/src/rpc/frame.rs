//! Frames: length, checksum, kind, payload.
//!
//! | at | bytes | field |
//! |---|---|---|
//! | 0 | 4 | length of kind and payload, little endian |
//! | 4 | 4 | CRC-32C of kind and payload |
//! | 8 | 1 | kind |
//! | 9 | – | payload |

use std::io;
use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
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
/// Parts of this size or less are gathered before they are written.
const GATHER_BYTES: usize = 16 << 10;

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

/// Writes a frame made of `parts`; returns its size.
///
/// # Errors
/// What the socket says, and `InvalidData` for a frame that nobody would take.
pub(crate) async fn write_frame(
    stream: &mut (impl AsyncWrite + Unpin),
    kind: u8,
    parts: &[Bytes],
) -> io::Result<usize> {
    let len = 1 + parts.iter().map(Bytes::len).sum::<usize>();
    if len > MAX_FRAME_BYTES {
        return Err(invalid(format!("a frame of {len} bytes cannot be sent")));
    }
    let mut crc = crc32c::crc32c(&[kind]);
    for part in parts {
        crc = crc32c::crc32c_append(crc, part);
    }
    let mut gathered = BytesMut::with_capacity(GATHER_BYTES);
    gathered.put_u32_le(len as u32);
    gathered.put_u32_le(crc);
    gathered.put_u8(kind);
    for part in parts {
        if gathered.len() + part.len() > GATHER_BYTES {
            stream.write_all(&gathered).await?;
            gathered.clear();
        }
        if part.len() > GATHER_BYTES {
            stream.write_all(part).await?;
        } else {
            gathered.extend_from_slice(part);
        }
    }
    stream.write_all(&gathered).await?;
    Ok(HEADER_BYTES + len)
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
