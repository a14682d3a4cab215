//! Walks over the records of a batch, compressed or not, without holding them.
//!
//! Entry point: [`Scan`]. Keys, values and headers are passed over; memory does not depend on
//! what the batch holds. For the records themselves there is [`crate::records::RecordIter`].

use std::io::{self, BufRead, BufReader, Read, Take};

use crate::batch::{BatchHeader, HEADER_BYTES};
use crate::compression::{self, Codec, BODY_MAX_BYTES};
use crate::error::DecodeError;

type Result<T> = std::result::Result<T, DecodeError>;

/// What a record says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordHead {
    /// Absolute offset.
    pub offset: i64,
    /// Unix ms: the record's own, or the batch's when it was stamped on append.
    pub timestamp_ms: i64,
    /// Its key is not null.
    pub has_key: bool,
}

enum Source<'a> {
    Whole(&'a [u8]),
    Parts(BufReader<Take<Box<dyn Read + 'a>>>),
}

impl Source<'_> {
    fn buffer(&mut self) -> io::Result<&[u8]> {
        match self {
            Source::Whole(data) => Ok(data),
            Source::Parts(parts) => parts.fill_buf(),
        }
    }

    fn consume(&mut self, bytes: usize) {
        match self {
            Source::Whole(data) => *data = &data[bytes..],
            Source::Parts(parts) => parts.consume(bytes),
        }
    }

    /// More was expanded than a batch may hold.
    fn is_over(&self) -> bool {
        matches!(self, Source::Parts(parts) if parts.get_ref().limit() == 0)
    }
}

/// The heads of one batch's records, in order. After an error it ends.
///
/// Everything is checked that can be without the records themselves: their number, their lengths
/// and those of their fields, and that nothing follows the last one.
pub struct Scan<'a> {
    header: BatchHeader,
    source: Source<'a>,
    left: i32,
    /// Bytes that the present record's fields may still take.
    record_bytes: usize,
}

impl<'a> Scan<'a> {
    /// Starts on a whole batch as [`crate::records::batches`] gives it. Raft-only batches have no
    /// records.
    ///
    /// # Errors
    /// `Truncated`, or `Compression` for a codec that does not exist.
    pub fn new(header: BatchHeader, batch: &'a [u8]) -> Result<Self> {
        let body = batch
            .get(HEADER_BYTES..header.size_bytes)
            .ok_or(DecodeError::Truncated { need: header.size_bytes, have: batch.len() })?;
        let codec = Codec::from_id(header.compression()).ok_or(DecodeError::Compression)?;
        let source = match codec {
            Codec::None => Source::Whole(body),
            codec => {
                let parts = compression::reader(codec, body)?;
                Source::Parts(BufReader::new(parts.take(BODY_MAX_BYTES as u64 + 1)))
            }
        };
        let left = if header.takes_no_offset() { 0 } else { header.record_count };
        Ok(Scan { header, source, left, record_bytes: 0 })
    }

    fn byte(&mut self) -> Result<u8> {
        let Some(&byte) = self.source.buffer()?.first() else { return Err(self.ended()) };
        self.source.consume(1);
        Ok(byte)
    }

    fn ended(&self) -> DecodeError {
        match self.source.is_over() {
            true => DecodeError::TooLarge { budget_bytes: BODY_MAX_BYTES },
            false => DecodeError::Record("more records are claimed than there are"),
        }
    }

    /// A zig-zag integer, and how many bytes it took.
    fn number(&mut self) -> Result<(i64, usize)> {
        let mut value = 0u64;
        for at in 0..10 {
            let byte = self.byte()?;
            if at == 9 && byte > 1 {
                break;
            }
            value |= u64::from(byte & 0x7f) << (7 * at);
            if byte & 0x80 == 0 {
                return Ok(((value >> 1) as i64 ^ -((value & 1) as i64), at + 1));
            }
        }
        Err(DecodeError::Varint)
    }

    fn spend(&mut self, bytes: usize) -> Result<()> {
        let left = self.record_bytes.checked_sub(bytes);
        self.record_bytes = left.ok_or(DecodeError::Record("a field reaches past the record"))?;
        Ok(())
    }

    fn varlong(&mut self) -> Result<i64> {
        let (value, bytes) = self.number()?;
        self.spend(bytes)?;
        Ok(value)
    }

    fn varint(&mut self) -> Result<i32> {
        i32::try_from(self.varlong()?).map_err(|_| DecodeError::Varint)
    }

    /// Passes over bytes with their length before them; false for null.
    fn skip_sized(&mut self) -> Result<bool> {
        let Ok(mut left) = usize::try_from(self.varint()?) else { return Ok(false) };
        self.spend(left)?;
        while left > 0 {
            let there = self.source.buffer()?.len().min(left);
            if there == 0 {
                return Err(self.ended());
            }
            self.source.consume(there);
            left -= there;
        }
        Ok(true)
    }

    fn read(&mut self) -> Result<RecordHead> {
        let (size, _) = self.number()?;
        self.record_bytes = usize::try_from(size).map_err(|_| DecodeError::Length(size))?;
        self.byte()?;
        self.spend(1)?;
        let timestamp_delta = self.varlong()?;
        let offset_delta = self.varint()?;
        if offset_delta < 0 || offset_delta > self.header.last_offset_delta {
            return Err(DecodeError::Record("offset lies outside the batch"));
        }
        let timestamp_ms = match self.header.is_log_append_time() {
            true => Some(self.header.max_timestamp_ms),
            false => self.header.base_timestamp_ms.checked_add(timestamp_delta),
        };
        let timestamp_ms = timestamp_ms.ok_or(DecodeError::Record("time stamp overflows"))?;
        let has_key = self.skip_sized()?;
        self.skip_sized()?;
        let headers = self.varint()?;
        if headers < 0 {
            return Err(DecodeError::Length(i64::from(headers)));
        }
        for _ in 0..headers {
            if !self.skip_sized()? {
                return Err(DecodeError::UnexpectedNull);
            }
            self.skip_sized()?;
        }
        if self.record_bytes > 0 {
            return Err(DecodeError::Trailing(self.record_bytes));
        }
        let offset = self.header.base_offset + i64::from(offset_delta);
        Ok(RecordHead { offset, timestamp_ms, has_key })
    }

    /// Nothing may follow the last record.
    fn check_end(&mut self) -> Result<()> {
        match self.source.buffer()?.len() {
            0 => Ok(()),
            left => Err(DecodeError::Trailing(left)),
        }
    }
}

impl Iterator for Scan<'_> {
    type Item = Result<RecordHead>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.left <= 0 {
            return None;
        }
        self.left -= 1;
        let mut head = self.read();
        if head.is_ok() && self.left == 0 {
            head = self.check_end().and(head);
        }
        if head.is_err() {
            self.left = 0;
        }
        Some(head)
    }
}
