//! Beats: a shard tells the shards that share sleeping groups with it that it is well.

use bytes::Bytes;
use headrace_raft::{DecodeError, FrameReader, FrameWriter};

/// Which shard, of how many.
pub(crate) fn encode(shard: u64, shards: u64) -> Vec<Bytes> {
    let mut out = FrameWriter::new();
    out.put_varint(shard);
    out.put_varint(shards);
    out.into_chunks()
}

/// Reads what [`encode`] wrote.
///
/// # Errors
/// [`DecodeError`] when it is cut short.
pub(crate) fn decode(body: Bytes) -> Result<(u64, u64), DecodeError> {
    let mut input = FrameReader::new(body);
    Ok((input.varint()?, input.varint()?))
}
