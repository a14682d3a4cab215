//! Kafka's record batch, format v2 (KIP-98), as the unit of the log and of Raft.
//!
//! A batch stays as its producer sent it. Only `base_offset` and `partition_leader_epoch` are
//! stamped by the leader; both lie before the bytes that the CRC covers.
//!
//! | at | bytes | field |
//! |---|---|---|
//! | 0 | 8 | base offset |
//! | 8 | 4 | length of all that follows this field |
//! | 12 | 4 | partition leader epoch (our Raft term) |
//! | 16 | 1 | magic, 2 |
//! | 17 | 4 | CRC-32C of everything from byte 21 |
//! | 21 | 2 | attributes |
//! | 23 | 4 | last offset delta |
//! | 27 | 8 | base timestamp, ms |
//! | 35 | 8 | max timestamp, ms |
//! | 43 | 8 | producer id |
//! | 51 | 2 | producer epoch |
//! | 53 | 4 | base sequence |
//! | 57 | 4 | number of records |
//!
//! Raft's own entries (an election's empty entry, membership changes) are control batches with
//! `last_offset_delta == -1`: the next offset after them is their base offset, so they take none.

use crate::compression::Codec;

/// Bytes of a batch before its records.
pub const HEADER_BYTES: usize = 61;
/// Bytes before the part that the length field counts.
pub const PREFIX_BYTES: usize = 12;
/// The only batch format we store (v0 and v1 are refused, as KIP-724 does).
pub const MAGIC: i8 = 2;

const COMPRESSION_MASK: i16 = 0x07;
const LOG_APPEND_TIME_BIT: i16 = 0x08;
pub(crate) const TRANSACTIONAL_BIT: i16 = 0x10;
pub(crate) const CONTROL_BIT: i16 = 0x20;
/// The first byte that the CRC covers.
const CRC_FROM: usize = 21;

/// A batch header's fields, decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchHeader {
    /// Offset of the first record.
    pub base_offset: i64,
    /// The whole batch in bytes, prefix included.
    pub size_bytes: usize,
    /// The leader's epoch when it appended the batch.
    pub leader_epoch: i32,
    /// CRC-32C as stored.
    pub crc: u32,
    /// Compression, time-stamp type, transactional and control bits.
    pub attributes: i16,
    /// Offset of the last record relative to the base; -1 for a batch that takes no offset.
    pub last_offset_delta: i32,
    /// Time stamp of the first record, Unix ms.
    pub base_timestamp_ms: i64,
    /// Largest time stamp, Unix ms.
    pub max_timestamp_ms: i64,
    /// Producer id, -1 without idempotence.
    pub producer_id: i64,
    /// Producer epoch, -1 without idempotence.
    pub producer_epoch: i16,
    /// Sequence of the first record, -1 without idempotence.
    pub base_sequence: i32,
    /// Records in the batch.
    pub record_count: i32,
}

/// Why bytes are not a whole, sound batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// Fewer bytes than the header or its length field ask for.
    #[error("batch is cut short: {have} of {need} bytes")]
    Truncated {
        /// Bytes there.
        have: usize,
        /// Bytes needed.
        need: usize,
    },
    /// A length that no batch can have.
    #[error("batch length {0} is out of bounds")]
    Length(i32),
    /// A format other than v2.
    #[error("record format v{0} is not supported, only v2")]
    Magic(i8),
    /// The checksum does not match.
    #[error("batch checksum {found:08x} does not match the stored {stored:08x}")]
    Crc {
        /// As stored in the batch.
        stored: u32,
        /// As computed.
        found: u32,
    },
    /// Header fields contradict each other.
    #[error("batch header is inconsistent: {0}")]
    Inconsistent(&'static str),
}

fn be<const N: usize>(data: &[u8], at: usize) -> [u8; N] {
    let mut out = [0; N];
    out.copy_from_slice(&data[at..at + N]);
    out
}

impl BatchHeader {
    /// Reads the header at the start of `data`, which may hold more than one batch.
    ///
    /// Checks bounds, magic and the consistency of the fields, not the CRC.
    ///
    /// # Errors
    /// [`BatchError`] but never `Crc`.
    pub fn parse(data: &[u8]) -> Result<Self, BatchError> {
        if data.len() < HEADER_BYTES {
            return Err(BatchError::Truncated { have: data.len(), need: HEADER_BYTES });
        }
        let length = i32::from_be_bytes(be(data, 8));
        let size_bytes = usize::try_from(length).map_err(|_| BatchError::Length(length))?;
        let size_bytes = size_bytes + PREFIX_BYTES;
        if size_bytes < HEADER_BYTES {
            return Err(BatchError::Length(length));
        }
        let magic = data[16] as i8;
        if magic != MAGIC {
            return Err(BatchError::Magic(magic));
        }
        if data.len() < size_bytes {
            return Err(BatchError::Truncated { have: data.len(), need: size_bytes });
        }
        let header = BatchHeader {
            base_offset: i64::from_be_bytes(be(data, 0)),
            size_bytes,
            leader_epoch: i32::from_be_bytes(be(data, 12)),
            crc: u32::from_be_bytes(be(data, 17)),
            attributes: i16::from_be_bytes(be(data, 21)),
            last_offset_delta: i32::from_be_bytes(be(data, 23)),
            base_timestamp_ms: i64::from_be_bytes(be(data, 27)),
            max_timestamp_ms: i64::from_be_bytes(be(data, 35)),
            producer_id: i64::from_be_bytes(be(data, 43)),
            producer_epoch: i16::from_be_bytes(be(data, 51)),
            base_sequence: i32::from_be_bytes(be(data, 53)),
            record_count: i32::from_be_bytes(be(data, 57)),
        };
        header.check()?;
        Ok(header)
    }

    fn check(&self) -> Result<(), BatchError> {
        if self.record_count < 0 {
            return Err(BatchError::Inconsistent("negative record count"));
        }
        if self.last_offset_delta < -1 || (self.last_offset_delta == -1 && !self.is_control()) {
            return Err(BatchError::Inconsistent("negative last offset delta"));
        }
        if self.base_offset.checked_add(i64::from(self.last_offset_delta) + 1).is_none() {
            return Err(BatchError::Inconsistent("offset overflow"));
        }
        Ok(())
    }

    /// Checks the CRC of the batch at the start of `data`; `self` must come from the same bytes.
    ///
    /// # Errors
    /// `Truncated` or `Crc`.
    pub fn verify_crc(&self, data: &[u8]) -> Result<(), BatchError> {
        let whole = data
            .get(..self.size_bytes)
            .ok_or(BatchError::Truncated { have: data.len(), need: self.size_bytes })?;
        let found = crc32c::crc32c(&whole[CRC_FROM..]);
        if found != self.crc {
            return Err(BatchError::Crc { stored: self.crc, found });
        }
        Ok(())
    }

    /// The offset that the next batch gets.
    pub fn next_offset(&self) -> i64 {
        self.base_offset + i64::from(self.last_offset_delta) + 1
    }

    /// The last record's offset; meaningless for a batch that takes no offset.
    pub fn last_offset(&self) -> i64 {
        self.base_offset + i64::from(self.last_offset_delta)
    }

    /// Kafka's compression id: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd.
    pub fn compression(&self) -> i16 {
        self.attributes & COMPRESSION_MASK
    }

    /// Time stamps were set by the broker on append.
    pub fn is_log_append_time(&self) -> bool {
        self.attributes & LOG_APPEND_TIME_BIT != 0
    }

    /// The same batch with its records' own time stamps, whatever it says of them.
    pub fn with_create_time(self) -> BatchHeader {
        BatchHeader { attributes: self.attributes & !LOG_APPEND_TIME_BIT, ..self }
    }

    /// Part of a transaction (KIP-98).
    pub fn is_transactional(&self) -> bool {
        self.attributes & TRANSACTIONAL_BIT != 0
    }

    /// A control batch: a transaction marker or a Raft-only entry.
    pub fn is_control(&self) -> bool {
        self.attributes & CONTROL_BIT != 0
    }

    /// A Raft-only entry, which takes no offset and is never shown to clients.
    pub fn takes_no_offset(&self) -> bool {
        self.last_offset_delta == -1
    }

    /// A batch that compaction has emptied: it takes its offsets, and has no record.
    pub fn is_emptied(&self) -> bool {
        self.record_count == 0 && !self.is_control()
    }

    /// Sequence of the last record (wraps to 0 after `i32::MAX`, as Kafka does).
    pub fn last_sequence(&self) -> i32 {
        advance_sequence(self.base_sequence, self.last_offset_delta)
    }
}

/// `sequence + by`, wrapping from `i32::MAX` to 0.
pub fn advance_sequence(sequence: i32, by: i32) -> i32 {
    let sum = i64::from(sequence) + i64::from(by);
    i32::try_from(sum % (i64::from(i32::MAX) + 1)).expect("a remainder below 2^31")
}

/// Writes what the leader decides into a batch: its base offset and the leader's epoch.
///
/// # Panics
/// When `batch` is shorter than a header: callers pass parsed batches only.
pub fn stamp(batch: &mut [u8], base_offset: i64, leader_epoch: i32) {
    assert!(batch.len() >= HEADER_BYTES, "stamp takes a whole batch");
    batch[..8].copy_from_slice(&base_offset.to_be_bytes());
    batch[12..16].copy_from_slice(&leader_epoch.to_be_bytes());
}

/// Sets LogAppendTime: the attribute bit, the max time stamp and a fresh CRC (KIP-32).
///
/// # Panics
/// As [`stamp`].
pub fn stamp_append_time(batch: &mut [u8], now_ms: i64) {
    assert!(batch.len() >= HEADER_BYTES, "stamp_append_time takes a whole batch");
    let attributes = i16::from_be_bytes(be(batch, 21)) | LOG_APPEND_TIME_BIT;
    batch[21..23].copy_from_slice(&attributes.to_be_bytes());
    batch[35..43].copy_from_slice(&now_ms.to_be_bytes());
    seal(batch);
}

/// Sets CreateTime: clears the attribute bit, sets the largest time stamp and a fresh CRC.
///
/// # Panics
/// As [`stamp`].
pub fn set_create_time(batch: &mut [u8], max_timestamp_ms: i64) {
    assert!(batch.len() >= HEADER_BYTES, "set_create_time takes a whole batch");
    let attributes = i16::from_be_bytes(be(batch, 21)) & !LOG_APPEND_TIME_BIT;
    batch[21..23].copy_from_slice(&attributes.to_be_bytes());
    batch[35..43].copy_from_slice(&max_timestamp_ms.to_be_bytes());
    seal(batch);
}

/// Says how many records are left in a batch and what their largest time stamp is. The caller
/// seals it.
pub(crate) fn set_left(batch: &mut [u8], record_count: i32, max_timestamp_ms: i64) {
    assert!(batch.len() >= HEADER_BYTES, "set_left takes a whole batch");
    batch[35..43].copy_from_slice(&max_timestamp_ms.to_be_bytes());
    batch[57..61].copy_from_slice(&record_count.to_be_bytes());
}

/// Makes the length and the codec those of the records that now follow the header; a fresh CRC.
///
/// # Panics
/// As [`stamp`], and beyond 2 GiB.
pub(crate) fn set_compression(batch: &mut [u8], codec: Codec) {
    assert!(batch.len() >= HEADER_BYTES, "set_compression takes a whole batch");
    let length = i32::try_from(batch.len() - PREFIX_BYTES).expect("bounded by the caller");
    let attributes = i16::from_be_bytes(be(batch, 21)) & !COMPRESSION_MASK | codec.id();
    batch[8..12].copy_from_slice(&length.to_be_bytes());
    batch[21..23].copy_from_slice(&attributes.to_be_bytes());
    seal(batch);
}

/// Recomputes the CRC over a batch whose covered bytes were written by us.
///
/// # Panics
/// As [`stamp`].
pub fn seal(batch: &mut [u8]) {
    assert!(batch.len() >= HEADER_BYTES, "seal takes a whole batch");
    let crc = crc32c::crc32c(&batch[CRC_FROM..]);
    batch[17..21].copy_from_slice(&crc.to_be_bytes());
}

/// A Raft-only batch that carries `payload` after its header and takes no offset.
pub fn raft_only(
    base_offset: i64,
    leader_epoch: i32,
    timestamp_ms: i64,
    payload: &[u8],
) -> Vec<u8> {
    let size = HEADER_BYTES + payload.len();
    let length = i32::try_from(size - PREFIX_BYTES).expect("raft payloads are far below 2 GiB");
    let mut batch = vec![0; size];
    batch[8..12].copy_from_slice(&length.to_be_bytes());
    batch[16] = MAGIC as u8;
    batch[21..23].copy_from_slice(&CONTROL_BIT.to_be_bytes());
    batch[23..27].copy_from_slice(&(-1i32).to_be_bytes());
    batch[27..35].copy_from_slice(&timestamp_ms.to_be_bytes());
    batch[35..43].copy_from_slice(&timestamp_ms.to_be_bytes());
    batch[43..51].copy_from_slice(&(-1i64).to_be_bytes());
    batch[51..53].copy_from_slice(&(-1i16).to_be_bytes());
    batch[53..57].copy_from_slice(&(-1i32).to_be_bytes());
    batch[HEADER_BYTES..].copy_from_slice(payload);
    stamp(&mut batch, base_offset, leader_epoch);
    seal(&mut batch);
    batch
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_raft_only_batch_takes_no_offset() {
        let batch = raft_only(41, 7, 1_000, b"members");
        let header = BatchHeader::parse(&batch).expect("sound");
        header.verify_crc(&batch).expect("sealed");
        assert!(header.takes_no_offset() && header.is_control());
        assert_eq!((header.next_offset(), header.leader_epoch), (41, 7));
        assert_eq!(&batch[HEADER_BYTES..], b"members");
    }

    #[test]
    fn stamping_leaves_the_crc_valid() {
        let mut batch = raft_only(0, 0, 5, b"");
        stamp(&mut batch, 99, 3);
        let header = BatchHeader::parse(&batch).expect("sound");
        assert_eq!((header.base_offset, header.leader_epoch), (99, 3));
        header.verify_crc(&batch).expect("the CRC does not cover what stamp writes");
    }

    #[test]
    fn append_time_reseals() {
        let mut batch = raft_only(0, 0, 5, b"x");
        stamp_append_time(&mut batch, 77);
        let header = BatchHeader::parse(&batch).expect("sound");
        header.verify_crc(&batch).expect("resealed");
        assert!(header.is_log_append_time());
        assert_eq!(header.max_timestamp_ms, 77);
    }

    #[test]
    fn every_flipped_byte_under_the_crc_is_noticed() {
        let batch = raft_only(0, 0, 5, b"payload");
        for at in CRC_FROM..batch.len() {
            let mut bad = batch.clone();
            bad[at] ^= 0x40;
            let sound = BatchHeader::parse(&bad).and_then(|h| h.verify_crc(&bad));
            assert!(sound.is_err(), "byte {at}");
        }
    }

    #[test]
    fn lengths_are_checked_before_use() {
        for length in [i32::MIN, -1, 0, 48, i32::MAX] {
            let mut bad = raft_only(0, 0, 5, b"");
            bad[8..12].copy_from_slice(&length.to_be_bytes());
            assert!(BatchHeader::parse(&bad).is_err(), "length {length}");
        }
    }

    #[test]
    fn sequences_wrap_to_zero() {
        assert_eq!(advance_sequence(i32::MAX, 1), 0);
        assert_eq!(advance_sequence(i32::MAX - 1, 3), 1);
    }
}
