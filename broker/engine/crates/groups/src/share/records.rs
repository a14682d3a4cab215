//! Records of generated messages: a 16-bit kind or version, then the message.

use bytes::{BufMut, Bytes, BytesMut};
use headrace_wire::Message;

use crate::records::Record;

/// A record of a key and a value; a message that cannot be written (a string beyond 32 KiB, which
/// no request brings here) becomes an empty value, which is skipped when it is read.
pub(super) fn record(kind: i16, key: &impl Message, value: &impl Message) -> Record {
    Record { key: framed(kind, key), value: Some(framed(0, value)) }
}

/// A record that deletes its key.
pub(super) fn tombstone(kind: i16, key: &impl Message) -> Record {
    Record { key: framed(kind, key), value: None }
}

fn framed(kind: i16, message: &impl Message) -> Bytes {
    let body = message.to_bytes(0).unwrap_or_default();
    let mut out = BytesMut::with_capacity(2 + body.len());
    out.put_i16(kind);
    out.extend_from_slice(&body);
    out.freeze()
}

/// The kind or version, and the message's bytes.
pub(super) fn split(data: &Bytes) -> Option<(i16, Bytes)> {
    let kind = data.first_chunk().map(|kind| i16::from_be_bytes(*kind))?;
    Some((kind, data.slice(2..)))
}
