//! [`Reader`]: takes fields off a received frame.
//!
//! The bytes come from a stranger. Three rules hold for every field:
//! 1. a length is compared with the bytes that are left before anything is allocated;
//! 2. strings, bytes and records are slices of the frame, never copies;
//! 3. memory for array elements is charged to a budget proportional to the frame, since an element
//!    of one byte on the wire may take a hundred in memory.

use bytes::Bytes;
use uuid::Uuid;

use crate::error::DecodeError;
use crate::records::Records;
use crate::string::Str;

type Result<T> = std::result::Result<T, DecodeError>;

/// Budget for decoded elements: this much for any frame,
const BUDGET_BASE_BYTES: usize = 1 << 20;
/// plus this many times the frame,
const BUDGET_FACTOR: usize = 8;
/// but no more than this: every thread that decodes may hold as much at once. A commit of 400,000
/// partitions stays below.
const BUDGET_MAX_BYTES: usize = 64 << 20;
/// Kafka's limit for strings, whichever length prefix they have.
const STRING_MAX_BYTES: usize = i16::MAX as usize;

/// A cursor over one frame.
#[derive(Debug)]
pub struct Reader {
    data: Bytes,
    at: usize,
    end: usize,
    budget_bytes: usize,
    spent_bytes: usize,
}

macro_rules! fixed {
    ($($(#[$doc:meta])* $name:ident: $type:ty;)*) => {$(
        $(#[$doc])*
        ///
        /// # Errors
        /// `Truncated`.
        pub fn $name(&mut self) -> Result<$type> {
            Ok(<$type>::from_be_bytes(self.array_of()?))
        }
    )*};
}

impl Reader {
    /// A reader over `data` with the default memory budget.
    pub fn new(data: Bytes) -> Self {
        let budget = BUDGET_BASE_BYTES.saturating_add(data.len().saturating_mul(BUDGET_FACTOR));
        Self::with_budget(data, budget.min(BUDGET_MAX_BYTES))
    }

    /// A reader whose arrays may take `budget_bytes` of memory together.
    pub fn with_budget(data: Bytes, budget_bytes: usize) -> Self {
        let end = data.len();
        Reader { data, at: 0, end, budget_bytes, spent_bytes: 0 }
    }

    /// Bytes not read yet.
    pub fn remaining(&self) -> usize {
        self.end - self.at
    }

    /// The next byte, which stays unread.
    pub fn peek(&self) -> Option<u8> {
        self.data[self.at..self.end].first().copied()
    }

    /// Checks that everything was read.
    ///
    /// # Errors
    /// `Trailing`.
    pub fn finish(&self) -> Result<()> {
        match self.remaining() {
            0 => Ok(()),
            left => Err(DecodeError::Trailing(left)),
        }
    }

    /// The next `len` bytes, shared with the frame.
    ///
    /// # Errors
    /// `Truncated`.
    pub fn take(&mut self, len: usize) -> Result<Bytes> {
        self.need(len)?;
        let slice = self.data.slice(self.at..self.at + len);
        self.at += len;
        Ok(slice)
    }

    /// Everything that is left, shared with the frame.
    pub fn rest(&mut self) -> Bytes {
        let slice = self.data.slice(self.at..self.end);
        self.at = self.end;
        slice
    }

    fn need(&self, len: usize) -> Result<()> {
        let have = self.remaining();
        if len > have {
            return Err(DecodeError::Truncated { need: len, have });
        }
        Ok(())
    }

    fn array_of<const N: usize>(&mut self) -> Result<[u8; N]> {
        self.need(N)?;
        let mut out = [0; N];
        out.copy_from_slice(&self.data[self.at..self.at + N]);
        self.at += N;
        Ok(out)
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

    /// `bool`: anything but 0 is true.
    ///
    /// # Errors
    /// `Truncated`.
    pub fn bool(&mut self) -> Result<bool> {
        Ok(self.u8()? != 0)
    }

    /// `uuid`, 16 bytes.
    ///
    /// # Errors
    /// `Truncated`.
    pub fn uuid(&mut self) -> Result<Uuid> {
        Ok(Uuid::from_bytes(self.array_of()?))
    }

    /// An unsigned variable-length integer of at most 5 bytes (KIP-482).
    ///
    /// # Errors
    /// `Truncated` or `Varint`.
    pub fn uvarint(&mut self) -> Result<u32> {
        let mut value = 0u64;
        for shift in (0..35).step_by(7) {
            let byte = self.u8()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return u32::try_from(value).map_err(|_| DecodeError::Varint);
            }
        }
        Err(DecodeError::Varint)
    }

    /// A zig-zag integer of at most 10 bytes, as records have it; `varint` and `varlong` alike.
    ///
    /// # Errors
    /// `Truncated` or `Varint`.
    pub fn varlong(&mut self) -> Result<i64> {
        let mut value = 0u64;
        for shift in (0..70).step_by(7) {
            let byte = self.u8()?;
            if shift == 63 && byte > 1 {
                return Err(DecodeError::Varint);
            }
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok((value >> 1) as i64 ^ -((value & 1) as i64));
            }
        }
        Err(DecodeError::Varint)
    }

    /// A zig-zag integer that must fit 32 bits.
    ///
    /// # Errors
    /// `Truncated` or `Varint`.
    pub fn varint(&mut self) -> Result<i32> {
        i32::try_from(self.varlong()?).map_err(|_| DecodeError::Varint)
    }

    /// A length in the compact form: null is 0, a length is stored one higher.
    fn compact_len(&mut self) -> Result<Option<usize>> {
        Ok((self.uvarint()? as usize).checked_sub(1))
    }

    fn string_len(&mut self, flexible: bool) -> Result<Option<usize>> {
        if flexible {
            self.compact_len()
        } else {
            Ok(usize::try_from(self.i16()?).ok())
        }
    }

    fn bytes_len(&mut self, flexible: bool) -> Result<Option<usize>> {
        if flexible {
            self.compact_len()
        } else {
            Ok(usize::try_from(self.i32()?).ok())
        }
    }

    /// A string or null; `flexible` picks the compact length.
    ///
    /// # Errors
    /// `Truncated`, `Length`, `Utf8`.
    pub fn nullable_string(&mut self, flexible: bool) -> Result<Option<Str>> {
        let Some(len) = self.string_len(flexible)? else { return Ok(None) };
        if len > STRING_MAX_BYTES {
            return Err(DecodeError::Length(i64::try_from(len).unwrap_or(i64::MAX)));
        }
        Str::from_utf8(self.take(len)?).map(Some).map_err(|_| DecodeError::Utf8)
    }

    /// A string.
    ///
    /// # Errors
    /// As [`nullable_string`](Self::nullable_string), and `UnexpectedNull`.
    pub fn string(&mut self, flexible: bool) -> Result<Str> {
        self.nullable_string(flexible)?.ok_or(DecodeError::UnexpectedNull)
    }

    /// Bytes or null.
    ///
    /// # Errors
    /// `Truncated`.
    pub fn nullable_bytes(&mut self, flexible: bool) -> Result<Option<Bytes>> {
        match self.bytes_len(flexible)? {
            Some(len) => self.take(len).map(Some),
            None => Ok(None),
        }
    }

    /// Bytes.
    ///
    /// # Errors
    /// `Truncated` or `UnexpectedNull`.
    pub fn bytes(&mut self, flexible: bool) -> Result<Bytes> {
        self.nullable_bytes(flexible)?.ok_or(DecodeError::UnexpectedNull)
    }

    /// Record batches or null.
    ///
    /// # Errors
    /// `Truncated`.
    pub fn nullable_records(&mut self, flexible: bool) -> Result<Option<Records>> {
        Ok(self.nullable_bytes(flexible)?.map(Records::from))
    }

    /// Record batches.
    ///
    /// # Errors
    /// `Truncated` or `UnexpectedNull`.
    pub fn records(&mut self, flexible: bool) -> Result<Records> {
        self.bytes(flexible).map(Records::from)
    }

    /// An array or null. `element_bytes` is the least that one element takes on the wire.
    ///
    /// # Errors
    /// `Truncated` when so many elements cannot be there, `TooLarge` when they would take more
    /// memory than the budget, and whatever `element` returns.
    pub fn nullable_array<T>(
        &mut self,
        flexible: bool,
        element_bytes: usize,
        mut element: impl FnMut(&mut Self) -> Result<T>,
    ) -> Result<Option<Vec<T>>> {
        let Some(count) = self.bytes_len(flexible)? else { return Ok(None) };
        self.need(count.saturating_mul(element_bytes.max(1)))?;
        self.charge(count.saturating_mul(size_of::<T>()))?;
        let mut out = Vec::with_capacity(count);
        for _ in 0..count {
            out.push(element(self)?);
        }
        Ok(Some(out))
    }

    /// An array.
    ///
    /// # Errors
    /// As [`nullable_array`](Self::nullable_array), and `UnexpectedNull`.
    pub fn array<T>(
        &mut self,
        flexible: bool,
        element_bytes: usize,
        element: impl FnMut(&mut Self) -> Result<T>,
    ) -> Result<Vec<T>> {
        self.nullable_array(flexible, element_bytes, element)?.ok_or(DecodeError::UnexpectedNull)
    }

    /// A nullable struct: a byte below 0 says null.
    ///
    /// # Errors
    /// `Truncated` and whatever `read` returns.
    pub fn nullable_struct<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<Option<T>> {
        if self.i8()? < 0 {
            return Ok(None);
        }
        read(self).map(Some)
    }

    /// The tagged fields that end a flexible struct (KIP-482). `field` reads the content of a tag
    /// that it knows and returns whether it did; other tags are skipped.
    ///
    /// # Errors
    /// `Truncated`, `TaggedField` and whatever `field` returns.
    pub fn tagged_fields(
        &mut self,
        mut field: impl FnMut(u32, &mut Self) -> Result<bool>,
    ) -> Result<()> {
        let count = self.uvarint()? as usize;
        self.need(count.saturating_mul(2))?;
        for _ in 0..count {
            let tag = self.uvarint()?;
            let len = self.uvarint()? as usize;
            self.need(len)?;
            let (outer, inner) = (self.end, self.at + len);
            self.end = inner;
            let known = field(tag, self)?;
            if known && self.at != inner {
                return Err(DecodeError::TaggedField { tag, left: inner - self.at });
            }
            self.at = inner;
            self.end = outer;
        }
        Ok(())
    }

    /// Tagged fields of a struct that knows none.
    ///
    /// # Errors
    /// `Truncated`.
    pub fn skip_tagged_fields(&mut self) -> Result<()> {
        self.tagged_fields(|_, _| Ok(false))
    }

    fn charge(&mut self, bytes: usize) -> Result<()> {
        self.spent_bytes = self.spent_bytes.saturating_add(bytes);
        if self.spent_bytes > self.budget_bytes {
            return Err(DecodeError::TooLarge { budget_bytes: self.budget_bytes });
        }
        Ok(())
    }
}
