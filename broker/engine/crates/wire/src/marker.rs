//! Transaction markers: the control batches that end a transaction in a partition (KIP-98).
//!
//! A marker is one record in a batch of its own, with the control and the transactional bit set
//! and the producer's id and epoch in the header. Its key is a version and a type, its value a
//! version and the epoch of the coordinator that decided:
//!
//! | field | bytes |
//! |---|---|
//! | key: version, 0 | 2 |
//! | key: type, 0 abort, 1 commit | 2 |
//! | value: version, 0 | 2 |
//! | value: coordinator epoch | 4 |

use bytes::Bytes;

use crate::batch::BatchHeader;
use crate::error::DecodeError;
use crate::records::{BatchBuilder, RecordIter};

const VERSION: i16 = 0;
const ABORT: i16 = 0;
const COMMIT: i16 = 1;

/// The end of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marker {
    /// Whose transaction.
    pub producer_id: i64,
    /// The epoch with which it ends.
    pub producer_epoch: i16,
    /// Committed, or aborted.
    pub commit: bool,
    /// The epoch of the coordinator that decided.
    pub coordinator_epoch: i32,
}

impl Marker {
    /// The control batch, sealed, with base offset 0.
    pub fn batch(&self, now_ms: i64) -> Bytes {
        let kind = if self.commit { COMMIT } else { ABORT };
        let key = [VERSION.to_be_bytes(), kind.to_be_bytes()].concat();
        let mut value = VERSION.to_be_bytes().to_vec();
        value.extend_from_slice(&self.coordinator_epoch.to_be_bytes());
        let mut builder = BatchBuilder::new()
            .producer(self.producer_id, self.producer_epoch, -1)
            .transactional()
            .control();
        builder.push(now_ms, Some(&key), Some(&value), &[]);
        builder.build().expect("one short record is a batch")
    }

    /// Reads a control batch that takes an offset.
    ///
    /// # Errors
    /// When it is no marker.
    pub fn parse(header: &BatchHeader, batch: &Bytes) -> Result<Marker, DecodeError> {
        let no_marker = DecodeError::Record("the control batch is no transaction marker");
        let first = RecordIter::new(*header, batch)?.next();
        let record = first.ok_or(no_marker.clone())??;
        let key = record.key.unwrap_or_default();
        let value = record.value.unwrap_or_default();
        // Later versions may add fields behind these.
        let (Some(&[_, _, k0, k1]), Some(&[_, _, e0, e1, e2, e3])) =
            (key.first_chunk(), value.first_chunk())
        else {
            return Err(no_marker);
        };
        let commit = match i16::from_be_bytes([k0, k1]) {
            ABORT => false,
            COMMIT => true,
            _ => return Err(no_marker),
        };
        Ok(Marker {
            producer_id: header.producer_id,
            producer_epoch: header.producer_epoch,
            commit,
            coordinator_epoch: i32::from_be_bytes([e0, e1, e2, e3]),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_come_back_and_nothing_else_does() {
        for commit in [true, false] {
            let marker =
                Marker { producer_id: 7, producer_epoch: 3, commit, coordinator_epoch: 12 };
            let batch = marker.batch(1_000);
            let header = BatchHeader::parse(&batch).expect("sound");
            assert!(header.is_control() && header.is_transactional());
            assert_eq!((header.last_offset_delta, header.base_sequence), (0, -1));
            assert_eq!(Marker::parse(&header, &batch), Ok(marker));
        }
        for key in [&b"\0\0\0\x02"[..], b"\0\0", b""] {
            let mut builder = BatchBuilder::new().producer(1, 0, -1).control();
            builder.push(0, Some(key), Some(b"\0\0\0\0\0\0"), &[]);
            let batch = builder.build().expect("one record");
            let header = BatchHeader::parse(&batch).expect("sound");
            assert!(Marker::parse(&header, &batch).is_err());
        }
    }
}
