//! Record batches as messages carry them, and the records inside of a batch.
//!
//! A produced batch is stored as it came, unless its topic wants it compressed in another way
//! ([`recompress`]). Records are taken out only by those who read their own topics (controller,
//! coordinators) and by tests; checks and look-ups make do with [`crate::scan`].

use bytes::{Bytes, BytesMut};

use crate::batch::{self, BatchError, BatchHeader, HEADER_BYTES, MAGIC, PREFIX_BYTES};
use crate::compression::{self, Codec, Compression, BODY_MAX_BYTES};
use crate::error::DecodeError;
use crate::reader::Reader;
use crate::writer::{join, Writer};

/// The content of a `records` field: whole batches, in one or several chunks of memory.
///
/// A fetch response is put together from chunks of the log without copying them.
#[derive(Clone, Default)]
pub struct Records(Chunks);

#[derive(Clone)]
enum Chunks {
    One([Bytes; 1]),
    Many(Vec<Bytes>),
}

impl Default for Chunks {
    fn default() -> Self {
        Chunks::Many(Vec::new())
    }
}

impl Records {
    /// No records; unlike null.
    pub fn empty() -> Self {
        Self::default()
    }

    /// Bytes in all chunks.
    pub fn len(&self) -> usize {
        self.chunks().iter().map(Bytes::len).sum()
    }

    /// There is no byte.
    pub fn is_empty(&self) -> bool {
        self.chunks().iter().all(Bytes::is_empty)
    }

    /// The chunks in order. A batch may span no two chunks.
    pub fn chunks(&self) -> &[Bytes] {
        match &self.0 {
            Chunks::One(one) => one,
            Chunks::Many(many) => many,
        }
    }

    /// Everything in one piece; copied only if there are several chunks. Decoded records always
    /// are one chunk.
    pub fn into_bytes(self) -> Bytes {
        match self.0 {
            Chunks::One([one]) => one,
            Chunks::Many(many) => join(many),
        }
    }
}

impl From<Bytes> for Records {
    fn from(data: Bytes) -> Self {
        Records(Chunks::One([data]))
    }
}

impl From<Vec<Bytes>> for Records {
    fn from(chunks: Vec<Bytes>) -> Self {
        Records(Chunks::Many(chunks))
    }
}

impl PartialEq for Records {
    /// The same bytes, however they are cut into chunks.
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.clone().into_bytes() == other.clone().into_bytes()
    }
}

impl Eq for Records {}

impl std::fmt::Debug for Records {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Records({} bytes in {} chunks)", self.len(), self.chunks().len())
    }
}

/// Cuts `data` into its batches. Headers are checked, CRCs are not; after an error it ends.
pub fn batches(data: Bytes) -> impl Iterator<Item = Result<(BatchHeader, Bytes), BatchError>> {
    let mut left = data;
    std::iter::from_fn(move || {
        if left.is_empty() {
            return None;
        }
        match BatchHeader::parse(&left) {
            Ok(header) => Some(Ok((header, left.split_to(header.size_bytes)))),
            Err(error) => {
                left.clear();
                Some(Err(error))
            }
        }
    })
}

/// A header of a record. Keys are text by convention only, so they are bytes here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordHeader {
    /// Its name.
    pub key: Bytes,
    /// Its value.
    pub value: Option<Bytes>,
}

/// One record; its bytes are slices of the batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Absolute offset.
    pub offset: i64,
    /// Unix ms: the record's own, or the batch's when it was stamped on append.
    pub timestamp_ms: i64,
    /// Key.
    pub key: Option<Bytes>,
    /// Value; null is a tombstone on a compacted topic.
    pub value: Option<Bytes>,
    /// Headers in order.
    pub headers: Vec<RecordHeader>,
}

/// The least that a record takes: length, attributes, two deltas, two lengths, header count.
const RECORD_MIN_BYTES: usize = 7;
/// The least that a record header takes: two lengths.
const RECORD_HEADER_MIN_BYTES: usize = 2;

/// Reads the records of one batch, one at a time. Compressed ones are expanded all at once.
#[derive(Debug)]
pub struct RecordIter {
    header: BatchHeader,
    body: Bytes,
    reader: Reader,
    left: usize,
}

impl RecordIter {
    /// Starts on a whole batch as [`batches`] gives it. Raft-only batches have no records.
    ///
    /// # Errors
    /// `Record` when the batch claims more records than fit; `Compression`; `TooLarge` for more
    /// than [`BODY_MAX_BYTES`].
    pub fn new(header: BatchHeader, batch: &Bytes) -> Result<Self, DecodeError> {
        let codec = Codec::from_id(header.compression()).ok_or(DecodeError::Compression)?;
        if batch.len() < header.size_bytes || header.size_bytes < HEADER_BYTES {
            return Err(DecodeError::Truncated { need: header.size_bytes, have: batch.len() });
        }
        let body = batch.slice(HEADER_BYTES..header.size_bytes);
        let body = match codec {
            Codec::None => body,
            codec => compression::expand(codec, &body, BODY_MAX_BYTES)?.into(),
        };
        let reader = Reader::new(body.clone());
        // A Raft-only batch carries its payload where the records would be.
        let left = if header.takes_no_offset() { 0 } else { header.record_count };
        let left = usize::try_from(left).map_err(|_| DecodeError::Length(i64::from(left)))?;
        if left.saturating_mul(RECORD_MIN_BYTES) > reader.remaining() {
            return Err(DecodeError::Record("more records are claimed than fit"));
        }
        Ok(RecordIter { header, body, reader, left })
    }

    /// Where in the expanded records the next one begins.
    fn position(&self) -> usize {
        self.body.len() - self.reader.remaining()
    }

    fn read(&mut self) -> Result<Record, DecodeError> {
        let mut body = Reader::new(sized(&mut self.reader)?.ok_or(DecodeError::UnexpectedNull)?);
        let _attributes = body.i8()?;
        let timestamp_delta = body.varlong()?;
        let offset_delta = body.varint()?;
        if offset_delta < 0 || offset_delta > self.header.last_offset_delta {
            return Err(DecodeError::Record("offset lies outside the batch"));
        }
        let timestamp_ms = if self.header.is_log_append_time() {
            self.header.max_timestamp_ms
        } else {
            self.header
                .base_timestamp_ms
                .checked_add(timestamp_delta)
                .ok_or(DecodeError::Record("time stamp overflows"))?
        };
        let key = sized(&mut body)?;
        let value = sized(&mut body)?;
        let count = body.varint()?;
        let count = usize::try_from(count).map_err(|_| DecodeError::Length(i64::from(count)))?;
        if count.saturating_mul(RECORD_HEADER_MIN_BYTES) > body.remaining() {
            return Err(DecodeError::Record("more headers are claimed than fit"));
        }
        let mut headers = Vec::with_capacity(count);
        for _ in 0..count {
            let key = sized(&mut body)?.ok_or(DecodeError::UnexpectedNull)?;
            headers.push(RecordHeader { key, value: sized(&mut body)? });
        }
        body.finish()?;
        let offset = self.header.base_offset + i64::from(offset_delta);
        Ok(Record { offset, timestamp_ms, key, value, headers })
    }
}

/// Bytes after a zig-zag length; below 0 is null.
fn sized(reader: &mut Reader) -> Result<Option<Bytes>, DecodeError> {
    match usize::try_from(reader.varint()?) {
        Ok(len) => reader.take(len).map(Some),
        Err(_) => Ok(None),
    }
}

impl Iterator for RecordIter {
    type Item = Result<Record, DecodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.left == 0 {
            return None;
        }
        self.left -= 1;
        let mut record = self.read();
        if record.is_ok() && self.left == 0 && self.reader.remaining() > 0 {
            record = Err(DecodeError::Trailing(self.reader.remaining()));
        }
        if record.is_err() {
            self.left = 0;
        }
        Some(record)
    }
}

/// Every record in `data`, which holds whole batches; Raft-only batches are passed
/// over. For those who read their own topics.
///
/// # Errors
/// The first malformed batch or record.
pub fn read_all(data: Bytes) -> Result<Vec<Record>, DecodeError> {
    let mut out = Vec::new();
    for item in batches(data) {
        let (header, batch) = item.map_err(|_| DecodeError::Record("the batch is malformed"))?;
        for record in RecordIter::new(header, &batch)? {
            out.push(record?);
        }
    }
    Ok(out)
}

/// The same batch with its records compressed as `to` says, sealed. Records stay as they are.
///
/// # Errors
/// `Compression` for damaged records; `TooLarge` when they come to more than `limit_bytes` (or
/// [`BODY_MAX_BYTES`] on the way).
pub fn recompress(
    header: &BatchHeader,
    batch: &[u8],
    to: Compression,
    limit_bytes: usize,
) -> Result<Bytes, DecodeError> {
    let body = batch
        .get(HEADER_BYTES..header.size_bytes)
        .ok_or(DecodeError::Truncated { need: header.size_bytes, have: batch.len() })?;
    let codec = Codec::from_id(header.compression()).ok_or(DecodeError::Compression)?;
    // without a codec the output is as large as what is read
    let most = if to.codec == Codec::None { limit_bytes } else { BODY_MAX_BYTES };
    let mut source = std::io::Read::take(compression::reader(codec, body)?, most as u64 + 1);
    let mut out = compression::compress(to, &mut source, batch[..HEADER_BYTES].to_vec())?;
    if source.limit() == 0 || out.len() > limit_bytes {
        return Err(DecodeError::TooLarge { budget_bytes: limit_bytes });
    }
    batch::set_compression(&mut out, to.codec);
    Ok(out.into())
}

/// The batch with only those records that `keep` wants, or `None` if it wants all of them.
///
/// Everything else of the header stays, so the batch takes the offsets and sequence numbers that
/// it took before, also when no record is left; but its largest time stamp is that of what is left
/// (-1 for nothing).
///
/// # Errors
/// Those of [`RecordIter`].
pub fn retain(
    header: &BatchHeader,
    batch: &Bytes,
    mut keep: impl FnMut(&Record) -> bool,
) -> Result<Option<Bytes>, DecodeError> {
    let mut records = RecordIter::new(*header, batch)?;
    let mut kept = Vec::new();
    let (mut count, mut max_timestamp_ms) = (0i32, -1);
    loop {
        let from = records.position();
        let Some(record) = records.next().transpose()? else { break };
        if keep(&record) {
            kept.extend_from_slice(&records.body[from..records.position()]);
            count += 1;
            max_timestamp_ms = max_timestamp_ms.max(record.timestamp_ms);
        }
    }
    if count == header.record_count {
        return Ok(None);
    }
    let codec = Codec::from_id(header.compression()).filter(|_| count > 0).unwrap_or(Codec::None);
    let out = batch[..HEADER_BYTES].to_vec();
    let mut out = compression::compress(codec.into(), &mut &kept[..], out)?;
    batch::set_left(&mut out, count, max_timestamp_ms);
    batch::set_compression(&mut out, codec);
    Ok(Some(out.into()))
}

/// Why a batch cannot be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// A batch holds at least one record.
    #[error("a batch needs at least one record")]
    Empty,
    /// Lengths are 32 bits.
    #[error("a batch of {0} bytes or records is too large")]
    TooLarge(usize),
    /// Offsets must rise.
    #[error("offset delta {0} does not follow the one before")]
    Offset(i32),
}

/// Puts records into one uncompressed batch with base offset 0 and leader epoch 0; the leader
/// stamps both (see [`batch::stamp`]).
#[derive(Debug)]
pub struct BatchBuilder {
    body: BytesMut,
    count: usize,
    next_delta: i32,
    base_timestamp_ms: i64,
    max_timestamp_ms: i64,
    attributes: i16,
    producer_id: i64,
    producer_epoch: i16,
    base_sequence: i32,
    failed: Option<BuildError>,
}

impl Default for BatchBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl BatchBuilder {
    /// An empty batch without producer id.
    pub fn new() -> Self {
        BatchBuilder {
            body: BytesMut::new(),
            count: 0,
            next_delta: 0,
            base_timestamp_ms: -1,
            max_timestamp_ms: -1,
            attributes: 0,
            producer_id: -1,
            producer_epoch: -1,
            base_sequence: -1,
            failed: None,
        }
    }

    /// Written by an idempotent or transactional producer.
    #[must_use]
    pub fn producer(mut self, id: i64, epoch: i16, base_sequence: i32) -> Self {
        (self.producer_id, self.producer_epoch, self.base_sequence) = (id, epoch, base_sequence);
        self
    }

    /// Part of a transaction.
    #[must_use]
    pub fn transactional(mut self) -> Self {
        self.attributes |= batch::TRANSACTIONAL_BIT;
        self
    }

    /// A control batch that takes offsets, as transaction markers do.
    #[must_use]
    pub fn control(mut self) -> Self {
        self.attributes |= batch::CONTROL_BIT;
        self
    }

    /// Adds a record at the next offset.
    pub fn push(
        &mut self,
        timestamp_ms: i64,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        headers: &[(&str, Option<&[u8]>)],
    ) -> &mut Self {
        self.push_at(self.next_delta, timestamp_ms, key, value, headers)
    }

    /// Adds a record at `offset_delta` from the base, leaving a gap as compaction does.
    pub fn push_at(
        &mut self,
        offset_delta: i32,
        timestamp_ms: i64,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        headers: &[(&str, Option<&[u8]>)],
    ) -> &mut Self {
        if offset_delta < self.next_delta || offset_delta == i32::MAX {
            self.failed.get_or_insert(BuildError::Offset(offset_delta));
            return self;
        }
        if self.count == 0 {
            self.base_timestamp_ms = timestamp_ms;
        }
        self.max_timestamp_ms = self.max_timestamp_ms.max(timestamp_ms);
        let mut record = Writer::new();
        record.i8(0);
        record.varlong(timestamp_ms.wrapping_sub(self.base_timestamp_ms));
        record.varint(offset_delta);
        self.put_sized(&mut record, key);
        self.put_sized(&mut record, value);
        record.varlong(headers.len() as i64);
        for (name, value) in headers {
            self.put_sized(&mut record, Some(name.as_bytes()));
            self.put_sized(&mut record, *value);
        }
        let mut length = Writer::with_capacity(5);
        length.varlong(record.len() as i64);
        self.body.extend_from_slice(&length.into_bytes());
        self.body.extend_from_slice(&record.into_bytes());
        self.count += 1;
        self.next_delta = offset_delta + 1;
        self
    }

    fn put_sized(&mut self, record: &mut Writer, data: Option<&[u8]>) {
        match data {
            Some(data) if i32::try_from(data.len()).is_err() => {
                self.failed.get_or_insert(BuildError::TooLarge(data.len()));
            }
            Some(data) => {
                record.varlong(data.len() as i64);
                record.put(data);
            }
            None => record.varlong(-1),
        }
    }

    /// Records so far.
    pub fn len(&self) -> usize {
        self.count
    }

    /// No record yet.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The size of the batch so far.
    pub fn size_bytes(&self) -> usize {
        HEADER_BYTES + self.body.len()
    }

    /// The sealed batch.
    ///
    /// # Errors
    /// [`BuildError`]; also for what an earlier `push` could not take.
    pub fn build(&self) -> Result<Bytes, BuildError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        if self.count == 0 {
            return Err(BuildError::Empty);
        }
        let size = self.size_bytes();
        let length = i32::try_from(size - PREFIX_BYTES).map_err(|_| BuildError::TooLarge(size))?;
        let count = i32::try_from(self.count).map_err(|_| BuildError::TooLarge(self.count))?;
        let mut out = BytesMut::with_capacity(size);
        out.extend_from_slice(&0i64.to_be_bytes());
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(&0i32.to_be_bytes());
        out.extend_from_slice(&[MAGIC as u8]);
        out.extend_from_slice(&[0; 4]);
        out.extend_from_slice(&self.attributes.to_be_bytes());
        out.extend_from_slice(&(self.next_delta - 1).to_be_bytes());
        out.extend_from_slice(&self.base_timestamp_ms.to_be_bytes());
        out.extend_from_slice(&self.max_timestamp_ms.to_be_bytes());
        out.extend_from_slice(&self.producer_id.to_be_bytes());
        out.extend_from_slice(&self.producer_epoch.to_be_bytes());
        out.extend_from_slice(&self.base_sequence.to_be_bytes());
        out.extend_from_slice(&count.to_be_bytes());
        out.extend_from_slice(&self.body);
        batch::seal(&mut out);
        Ok(out.freeze())
    }
}
