//! Reading and writing the small fixed records of headers, side files and journal frames.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use uuid::Uuid;

use crate::types::{HardState, LogMeta, LogStart};

/// The bytes ended, or say what cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

pub(crate) type Decoded<T> = Result<T, Malformed>;

macro_rules! take {
    ($name:ident, $type:ty, $get:ident) => {
        pub(crate) fn $name(from: &mut Bytes) -> Decoded<$type> {
            if from.remaining() < std::mem::size_of::<$type>() {
                return Err(Malformed);
            }
            Ok(from.$get())
        }
    };
}

take!(u8, u8, get_u8);
take!(u16, u16, get_u16);
take!(u32, u32, get_u32);
take!(i32, i32, get_i32);
take!(u64, u64, get_u64);
take!(i64, i64, get_i64);

/// A byte string with its length (u32) before it.
pub(crate) fn bytes(from: &mut Bytes) -> Decoded<Bytes> {
    let len = u32(from)? as usize;
    if from.remaining() < len {
        return Err(Malformed);
    }
    Ok(from.split_to(len))
}

pub(crate) fn put_bytes(out: &mut BytesMut, data: &[u8]) {
    out.put_u32(u32::try_from(data.len()).expect("stored strings are far below 4 GiB"));
    out.put_slice(data);
}

pub(crate) fn hard(from: &mut Bytes) -> Decoded<HardState> {
    Ok(HardState { term: u64(from)?, vote: u64(from)?, commit: u64(from)? })
}

pub(crate) fn put_hard(out: &mut BytesMut, hard: HardState) {
    out.put_u64(hard.term);
    out.put_u64(hard.vote);
    out.put_u64(hard.commit);
}

pub(crate) fn meta(from: &mut Bytes) -> Decoded<LogMeta> {
    if from.remaining() < 16 {
        return Err(Malformed);
    }
    let mut id = [0; 16];
    from.copy_to_slice(&mut id);
    Ok(LogMeta { topic_id: Uuid::from_bytes(id), partition: i32(from)? })
}

pub(crate) fn put_meta(out: &mut BytesMut, meta: LogMeta) {
    out.put_slice(meta.topic_id.as_bytes());
    out.put_i32(meta.partition);
}

/// A start without its owner's state.
pub(crate) fn place(from: &mut Bytes) -> Decoded<LogStart> {
    Ok(LogStart { index: u64(from)?, term: u64(from)?, offset: i64(from)?, app: Bytes::new() })
}

pub(crate) fn put_place(out: &mut BytesMut, start: &LogStart) {
    out.put_u64(start.index);
    out.put_u64(start.term);
    out.put_i64(start.offset);
}

pub(crate) fn start(from: &mut Bytes) -> Decoded<LogStart> {
    let mut start = place(from)?;
    start.app = bytes(from)?;
    Ok(start)
}

pub(crate) fn put_start(out: &mut BytesMut, start: &LogStart) {
    put_place(out, start);
    put_bytes(out, &start.app);
}

/// Closes a side file: its CRC-32C at the end.
pub(crate) fn sealed(mut out: BytesMut) -> Bytes {
    let crc = crc32c::crc32c(&out);
    // Inverted, so that a run of zeros is no sound file.
    out.put_u32(!crc);
    out.freeze()
}

/// Opens a side file: checks and removes the CRC-32C at the end.
pub(crate) fn unsealed(mut data: Bytes) -> Decoded<Bytes> {
    let body = data.len().checked_sub(4).ok_or(Malformed)?;
    let stored = u32(&mut data.split_off(body))?;
    if !crc32c::crc32c(&data) != stored {
        return Err(Malformed);
    }
    Ok(data)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn side_files_notice_any_damage() {
        let mut out = BytesMut::new();
        let start = LogStart { index: 7, term: 3, offset: 90, app: Bytes::from_static(b"state") };
        put_start(&mut out, &start);
        let whole = sealed(out);
        let mut body = unsealed(whole.clone()).expect("sound");
        assert_eq!(self::start(&mut body), Ok(start));
        for at in 0..whole.len() {
            let mut bad = whole.to_vec();
            bad[at] ^= 1;
            assert_eq!(unsealed(Bytes::from(bad)), Err(Malformed), "byte {at}");
        }
        for len in 0..whole.len() {
            assert_eq!(unsealed(whole.slice(..len)), Err(Malformed), "length {len}");
        }
    }

    #[test]
    fn a_claimed_length_is_checked_first() {
        let mut claims = Bytes::from_static(&[0xff, 0xff, 0xff, 0xff, 1]);
        assert_eq!(bytes(&mut claims), Err(Malformed));
    }
}
