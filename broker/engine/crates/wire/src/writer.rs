//! [`Writer`]: a message as a list of chunks.
//!
//! Small fields go into one growing buffer. Large byte fields (the records of a fetch response)
//! are attached as they are, shared and uncopied, and leave in the same vectored write.

use bytes::{BufMut, Bytes, BytesMut};
use uuid::Uuid;

use crate::error::EncodeError;
use crate::records::Records;

type Result<T> = std::result::Result<T, EncodeError>;

/// From this size on a byte field is attached instead of copied: below it the copy is cheaper than
/// one more chunk.
const SHARE_FROM_BYTES: usize = 1024;
/// Room for the frame's length, kept before the first byte.
const FRAME_PREFIX_BYTES: usize = 4;
const START_BYTES: usize = 256;

/// Collects the bytes of one frame.
#[derive(Debug)]
pub struct Writer {
    /// The first chunk, with room for the frame length; empty until the first attachment.
    first: BytesMut,
    /// Finished chunks after `first`.
    rest: Vec<Bytes>,
    /// What is being written.
    tail: BytesMut,
    len: usize,
}

impl Default for Writer {
    fn default() -> Self {
        Self::new()
    }
}

macro_rules! fixed {
    ($($(#[$doc:meta])* $name:ident: $type:ty;)*) => {$(
        $(#[$doc])*
        pub fn $name(&mut self, value: $type) {
            self.put(&value.to_be_bytes());
        }
    )*};
}

impl Writer {
    /// An empty writer.
    pub fn new() -> Self {
        Self::with_capacity(START_BYTES)
    }

    /// An empty writer with room for `bytes` before its buffer grows.
    pub fn with_capacity(bytes: usize) -> Self {
        let mut tail = BytesMut::with_capacity(FRAME_PREFIX_BYTES + bytes);
        tail.put_bytes(0, FRAME_PREFIX_BYTES);
        Writer { first: BytesMut::new(), rest: Vec::new(), tail, len: 0 }
    }

    /// Bytes written.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Nothing was written.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The chunks in order, without the frame length.
    pub fn into_chunks(self) -> Vec<Bytes> {
        let mut chunks = self.finish(None);
        let _ = chunks[0].split_to(FRAME_PREFIX_BYTES);
        chunks.retain(|chunk| !chunk.is_empty());
        chunks
    }

    /// The chunks of a whole frame: a 4-byte length, then what was written.
    ///
    /// # Errors
    /// `TooLong` above 2 GiB.
    pub fn into_frame(self) -> Result<Vec<Bytes>> {
        let len = i32::try_from(self.len).map_err(|_| EncodeError::TooLong(self.len))?;
        Ok(self.finish(Some(len)))
    }

    /// Everything in one piece, copied if there are several chunks; without the frame length.
    pub fn into_bytes(self) -> Bytes {
        join(self.into_chunks())
    }

    fn finish(mut self, len: Option<i32>) -> Vec<Bytes> {
        self.cut();
        if let Some(len) = len {
            self.first[..FRAME_PREFIX_BYTES].copy_from_slice(&len.to_be_bytes());
        }
        let mut chunks = Vec::with_capacity(1 + self.rest.len());
        chunks.push(self.first.freeze());
        chunks.append(&mut self.rest);
        chunks
    }

    /// Ends the chunk that is being written.
    fn cut(&mut self) {
        let done = self.tail.split();
        if self.first.is_empty() {
            self.first = done;
        } else if !done.is_empty() {
            self.rest.push(done.freeze());
        }
    }

    /// Raw bytes, copied.
    pub fn put(&mut self, data: &[u8]) {
        self.tail.put_slice(data);
        self.len += data.len();
    }

    /// Raw bytes, attached without a copy when they are large.
    pub fn put_shared(&mut self, data: &Bytes) {
        if data.len() < SHARE_FROM_BYTES {
            self.put(data);
            return;
        }
        self.cut();
        self.rest.push(data.clone());
        self.len += data.len();
    }

    fixed! {
        /// A byte.
        u8: u8;
        /// `int8`.
        i8: i8;
        /// `int16`.
        i16: i16;
        /// `uint16`.
        u16: u16;
        /// `int32`.
        i32: i32;
        /// `uint32`.
        u32: u32;
        /// `int64`.
        i64: i64;
        /// `float64`.
        f64: f64;
    }

    /// `bool`.
    pub fn bool(&mut self, value: bool) {
        self.u8(u8::from(value));
    }

    /// `uuid`.
    pub fn uuid(&mut self, value: Uuid) {
        self.put(value.as_bytes());
    }

    /// An unsigned variable-length integer.
    pub fn uvarint(&mut self, mut value: u32) {
        while value >= 0x80 {
            self.u8((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.u8(value as u8);
    }

    /// A zig-zag integer, as records have it.
    pub fn varlong(&mut self, value: i64) {
        let mut left = ((value << 1) ^ (value >> 63)) as u64;
        while left >= 0x80 {
            self.u8((left & 0x7f) as u8 | 0x80);
            left >>= 7;
        }
        self.u8(left as u8);
    }

    /// A zig-zag integer of 32 bits: the same bytes as [`varlong`](Self::varlong).
    pub fn varint(&mut self, value: i32) {
        self.varlong(i64::from(value));
    }

    fn compact_len(&mut self, len: Option<usize>) -> Result<()> {
        let stored = match len {
            Some(len) => {
                u32::try_from(len)
                    .ok()
                    .filter(|&len| len < i32::MAX as u32)
                    .ok_or(EncodeError::TooLong(len))?
                    + 1
            }
            None => 0,
        };
        self.uvarint(stored);
        Ok(())
    }

    fn bytes_len(&mut self, len: Option<usize>, flexible: bool) -> Result<()> {
        if flexible {
            return self.compact_len(len);
        }
        let stored = match len {
            Some(len) => i32::try_from(len).map_err(|_| EncodeError::TooLong(len))?,
            None => -1,
        };
        self.i32(stored);
        Ok(())
    }

    /// A string or null; `flexible` picks the compact length.
    ///
    /// # Errors
    /// `TooLong` above 32,767 bytes.
    pub fn nullable_string(&mut self, value: Option<&str>, flexible: bool) -> Result<()> {
        let len = match value {
            Some(text) => {
                Some(i16::try_from(text.len()).map_err(|_| EncodeError::TooLong(text.len()))?)
            }
            None => None,
        };
        if flexible {
            self.compact_len(value.map(str::len))?;
        } else {
            self.i16(len.unwrap_or(-1));
        }
        self.put(value.unwrap_or_default().as_bytes());
        Ok(())
    }

    /// A string.
    ///
    /// # Errors
    /// `TooLong`.
    pub fn string(&mut self, value: &str, flexible: bool) -> Result<()> {
        self.nullable_string(Some(value), flexible)
    }

    /// Bytes or null.
    ///
    /// # Errors
    /// `TooLong`.
    pub fn nullable_bytes(&mut self, value: Option<&Bytes>, flexible: bool) -> Result<()> {
        self.bytes_len(value.map(Bytes::len), flexible)?;
        if let Some(data) = value {
            self.put_shared(data);
        }
        Ok(())
    }

    /// Bytes.
    ///
    /// # Errors
    /// `TooLong`.
    pub fn bytes(&mut self, value: &Bytes, flexible: bool) -> Result<()> {
        self.nullable_bytes(Some(value), flexible)
    }

    /// Record batches or null.
    ///
    /// # Errors
    /// `TooLong`.
    pub fn nullable_records(&mut self, value: Option<&Records>, flexible: bool) -> Result<()> {
        self.bytes_len(value.map(Records::len), flexible)?;
        for chunk in value.map_or(&[][..], Records::chunks) {
            self.put_shared(chunk);
        }
        Ok(())
    }

    /// Record batches.
    ///
    /// # Errors
    /// `TooLong`.
    pub fn records(&mut self, value: &Records, flexible: bool) -> Result<()> {
        self.nullable_records(Some(value), flexible)
    }

    /// An array or null.
    ///
    /// # Errors
    /// `TooLong` and whatever `element` returns.
    pub fn nullable_array<T>(
        &mut self,
        values: Option<&[T]>,
        flexible: bool,
        mut element: impl FnMut(&mut Self, &T) -> Result<()>,
    ) -> Result<()> {
        self.bytes_len(values.map(<[T]>::len), flexible)?;
        for value in values.unwrap_or_default() {
            element(self, value)?;
        }
        Ok(())
    }

    /// An array.
    ///
    /// # Errors
    /// `TooLong` and whatever `element` returns.
    pub fn array<T>(
        &mut self,
        values: &[T],
        flexible: bool,
        element: impl FnMut(&mut Self, &T) -> Result<()>,
    ) -> Result<()> {
        self.nullable_array(Some(values), flexible, element)
    }

    /// A nullable struct.
    ///
    /// # Errors
    /// Whatever `write` returns.
    pub fn nullable_struct<T>(
        &mut self,
        value: Option<&T>,
        write: impl FnOnce(&mut Self, &T) -> Result<()>,
    ) -> Result<()> {
        match value {
            Some(value) => {
                self.i8(1);
                write(self, value)
            }
            None => {
                self.i8(-1);
                Ok(())
            }
        }
    }

    /// The tagged fields that end a flexible struct.
    pub fn tagged_fields(&mut self, fields: TaggedFields) {
        self.uvarint(fields.count);
        for chunk in fields.content.map(Writer::into_chunks).unwrap_or_default() {
            self.put_shared(&chunk);
        }
    }

    /// The end of a flexible struct without tagged fields.
    pub fn no_tagged_fields(&mut self) {
        self.uvarint(0);
    }
}

/// The tagged fields of one struct, to be put in ascending order of their tags.
#[derive(Debug, Default)]
pub struct TaggedFields {
    count: u32,
    content: Option<Writer>,
}

impl TaggedFields {
    /// Adds a field; `write` writes its content.
    ///
    /// # Errors
    /// `TooLong` and whatever `write` returns.
    pub fn put(&mut self, tag: u32, write: impl FnOnce(&mut Writer) -> Result<()>) -> Result<()> {
        let mut content = Writer::new();
        write(&mut content)?;
        let len = content.len();
        let out = self.content.get_or_insert_default();
        out.uvarint(tag);
        out.uvarint(u32::try_from(len).map_err(|_| EncodeError::TooLong(len))?);
        for chunk in content.into_chunks() {
            out.put_shared(&chunk);
        }
        self.count += 1;
        Ok(())
    }
}

/// Chunks in one piece; a single chunk is not copied.
pub(crate) fn join(mut chunks: Vec<Bytes>) -> Bytes {
    if chunks.len() == 1 {
        return chunks.swap_remove(0);
    }
    let mut whole = BytesMut::with_capacity(chunks.iter().map(Bytes::len).sum());
    for chunk in &chunks {
        whole.put_slice(chunk);
    }
    whole.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_fields_are_attached_uncopied() {
        let big = Bytes::from(vec![7; 4096]);
        let mut out = Writer::new();
        out.i32(1);
        out.bytes(&big, false).expect("short enough");
        out.i16(2);
        assert_eq!(out.len(), 4 + 4 + 4096 + 2);
        let frame = out.into_frame().expect("small");
        assert_eq!(frame.len(), 3);
        assert_eq!(&frame[0][..4], &4106i32.to_be_bytes());
        assert_eq!(frame[1].as_ptr(), big.as_ptr());
    }

    #[test]
    fn a_frame_may_begin_with_an_attachment() {
        let big = Bytes::from(vec![7; 2048]);
        let mut out = Writer::new();
        out.put_shared(&big);
        assert_eq!(out.into_bytes(), big);
        assert!(Writer::new().into_chunks().is_empty());
        assert_eq!(Writer::new().into_frame().expect("small"), vec![Bytes::from_static(&[0; 4])]);
    }

    #[test]
    fn strings_have_kafkas_limit_in_both_forms() {
        let long = "x".repeat(32_768);
        for flexible in [false, true] {
            let refused = Writer::new().string(&long, flexible);
            assert_eq!(refused, Err(EncodeError::TooLong(32_768)));
        }
    }
}
