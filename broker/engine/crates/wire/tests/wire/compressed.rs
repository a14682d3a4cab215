//! Compressed batches: read back, scanned, changed from one codec to the next, and attacked.

use bytes::Bytes;
use headrace_wire::batch::{self, BatchHeader, HEADER_BYTES};
use headrace_wire::compression::{compress, Codec, Compression, BODY_MAX_BYTES};
use headrace_wire::records::{read_all, recompress, BatchBuilder, Record};
use headrace_wire::scan::{RecordHead, Scan};
use headrace_wire::DecodeError;
use proptest::prelude::*;

use crate::hostile::peak_of;

const CODECS: [Codec; 5] = [Codec::None, Codec::Gzip, Codec::Snappy, Codec::Lz4, Codec::Zstd];
/// The codecs' windows and buffers, whatever they are fed: zstd's are taken from the system and
/// not seen here, lz4's and gzip's are fixed.
pub const CODEC_BYTES: usize = 512 << 10;

fn by(codec: Codec) -> Compression {
    Compression { codec, level: 3 }
}

fn sample(records: usize) -> Bytes {
    let mut builder = BatchBuilder::new().producer(9, 1, 0);
    for at in 0..records {
        let value = vec![b'a' + (at % 20) as u8; at % 300];
        let key = format!("key {}", at % 7);
        let key = (at % 5 > 0).then_some(key.as_bytes());
        let headers: &[(&str, Option<&[u8]>)] = &[("one", Some(b"1")), ("none", None)];
        builder.push(1_000 + (at as i64 * 37) % 100, key, Some(&value), &headers[..at % 3]);
    }
    builder.build().expect("records")
}

fn in_codec(batch: &Bytes, codec: Codec) -> Bytes {
    let header = BatchHeader::parse(batch).expect("sound");
    recompress(&header, batch, by(codec), 64 << 20).expect("in bounds")
}

fn scan(batch: &Bytes) -> Result<Vec<RecordHead>, DecodeError> {
    Scan::new(BatchHeader::parse(batch).expect("sound"), batch)?.collect()
}

fn head(record: &Record) -> RecordHead {
    let Record { offset, timestamp_ms, ref key, .. } = *record;
    RecordHead { offset, timestamp_ms, has_key: key.is_some() }
}

/// A batch that says it holds `records` records, with `body` behind its header.
fn forged(codec: Codec, records: i32, body: &[u8]) -> Bytes {
    let mut data = sample(1)[..HEADER_BYTES].to_vec();
    data.extend_from_slice(body);
    let length = (data.len() - 12) as i32;
    data[8..12].copy_from_slice(&length.to_be_bytes());
    data[22] = codec.id() as u8;
    data[23..27].copy_from_slice(&(records - 1).to_be_bytes());
    data[57..61].copy_from_slice(&records.to_be_bytes());
    batch::seal(&mut data);
    data.into()
}

#[test]
fn any_codec_can_be_turned_into_any_other() {
    let plain = sample(500);
    let expected = read_all(plain.clone()).expect("sound");
    for from in CODECS {
        let one = in_codec(&plain, from);
        for to in CODECS {
            let two = in_codec(&one, to);
            let header = BatchHeader::parse(&two).expect("sound");
            header.verify_crc(&two).expect("sealed");
            assert_eq!(header.compression(), to.id());
            assert_eq!(read_all(two.clone()).as_ref(), Ok(&expected), "{from:?} to {to:?}");
            let heads: Vec<_> = expected.iter().map(head).collect();
            assert_eq!(scan(&two).as_ref(), Ok(&heads), "{from:?} to {to:?}");
            assert!(to == Codec::None || two.len() < plain.len() / 2);
        }
    }
    assert_eq!(in_codec(&in_codec(&plain, Codec::Zstd), Codec::None), plain);
}

#[test]
fn what_grows_beyond_its_limit_is_refused() {
    let plain = sample(500);
    let small = in_codec(&plain, Codec::Zstd);
    let header = BatchHeader::parse(&small).expect("sound");
    let to = |limit| recompress(&header, &small, by(Codec::None), limit);
    assert_eq!(to(plain.len()).as_ref(), Ok(&plain));
    let limit = plain.len() - 1;
    assert_eq!(to(limit), Err(DecodeError::TooLarge { budget_bytes: limit }));
}

#[test]
fn counts_and_ends_must_agree() {
    let plain = sample(3);
    for codec in CODECS {
        let body = in_codec(&plain, codec)[HEADER_BYTES..].to_vec();
        assert!(scan(&forged(codec, 3, &body)).is_ok(), "{codec:?}");
        for records in [1, 2, 4, 1_000_000, i32::MAX] {
            assert!(scan(&forged(codec, records, &body)).is_err(), "{codec:?} {records}");
        }
    }
    let none = forged(Codec::Gzip, 1, b"");
    assert!(scan(&none).is_err() && read_all(none).is_err());
}

/// Bodies of one record with a value of many zeros: each expands a thousand times and more.
fn bomb(codec: Codec, bytes: usize) -> Bytes {
    let mut builder = BatchBuilder::new();
    builder.push(0, Some(b"k"), Some(&vec![0; bytes]), &[]);
    in_codec(&builder.build().expect("one record"), codec)
}

#[test]
fn a_scan_takes_no_more_memory_for_a_bomb() {
    for codec in [Codec::Gzip, Codec::Lz4, Codec::Zstd, Codec::Snappy] {
        let bomb = bomb(codec, 8 << 20);
        let (heads, peak) = peak_of(|| scan(&bomb).expect("large, but in bounds").len());
        assert_eq!(heads, 1);
        assert!(peak < CODEC_BYTES, "{codec:?}: {peak} bytes for {}", bomb.len());
    }
}

#[test]
fn what_expands_beyond_bounds_is_refused_with_little_memory() {
    let zeros = std::io::Read::take(std::io::repeat(0), BODY_MAX_BYTES as u64 + 1_000);
    // the length of one record that goes on and on
    let mut record = std::io::Read::chain(&[0xfe, 0xff, 0xff, 0xff, 0x0f, 0, 0, 0][..], zeros);
    let body = compress(by(Codec::Zstd), &mut record, Vec::new()).expect("in memory");
    let batch = forged(Codec::Zstd, i32::MAX, &body);
    let (found, peak) = peak_of(|| scan(&batch));
    assert!(found.is_err() && peak < CODEC_BYTES, "{found:?} {peak}");
    // a claim alone: a raw snappy block of 4 GiB in ten bytes
    let claim = [0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0, 0, 0, 0];
    let batch = forged(Codec::Snappy, 1, &claim);
    let (found, peak) = peak_of(|| (scan(&batch), read_all(batch.clone())));
    assert_eq!(found, (Err(DecodeError::Compression), Err(DecodeError::Compression)));
    assert!(peak < CODEC_BYTES, "{peak}");
}

#[test]
fn cut_and_damaged_batches_are_noticed_or_read() {
    let plain = sample(60);
    for codec in CODECS {
        let body = in_codec(&plain, codec)[HEADER_BYTES..].to_vec();
        for end in 0..body.len() {
            let cut = forged(codec, 60, &body[..end]);
            // a codec's trailing checksum may be missing; records may not
            let found = scan(&cut);
            assert!(found.is_err() || end + 9 > body.len(), "{codec:?} cut at {end}");
        }
        for at in 0..body.len() {
            let mut bad = body.clone();
            bad[at] ^= 0x55;
            let bad = forged(codec, 60, &bad);
            let _ = (scan(&bad), read_all(bad));
        }
    }
}

proptest! {
    #[test]
    fn garbage_is_no_batch(body in prop::collection::vec(any::<u8>(), 0..400), id in 0usize..5) {
        let batch = forged(CODECS[id], 3, &body);
        let (found, peak) = peak_of(|| (scan(&batch).is_ok(), read_all(batch.clone()).is_ok()));
        prop_assert_eq!(found.0, found.1, "both readers agree");
        prop_assert!(peak < CODEC_BYTES + 22 * 400);
    }
}
