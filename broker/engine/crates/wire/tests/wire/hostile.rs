//! Bytes from a stranger: decoding ends with an error, never with a panic, and never allocates
//! more than its input justifies. Allocation is counted, not guessed.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use crate::compressed::CODEC_BYTES;
use crate::draw::{Draw, Sample};
use crate::samples::for_each_message;
use bytes::{BufMut, Bytes, BytesMut};
use headrace_wire::batch;
use headrace_wire::messages::*;
use headrace_wire::records;
use headrace_wire::{DecodeError, Message, Reader};
use proptest::prelude::*;

struct Counting;

thread_local! {
    static LIVE: Cell<usize> = const { Cell::new(0) };
    static PEAK: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call goes on to the system's allocator unchanged; only numbers are kept beside it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let live = LIVE.get() + layout.size();
        LIVE.set(live);
        PEAK.set(PEAK.get().max(live));
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        LIVE.set(LIVE.get().saturating_sub(layout.size()));
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Runs `work` and returns how far this thread's live heap rose above where it stood.
pub fn peak_of<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = LIVE.get();
    PEAK.set(before);
    let out = work();
    (out, PEAK.get() - before)
}

/// In memory an array element takes at most this many times its bytes on the wire.
const WORST_RATIO: usize = 64;
/// What sharing a frame and an error cost.
const SLACK_BYTES: usize = 512;

fn decode_within_bounds<M: Message>(data: &Bytes) {
    for version in M::MIN_VERSION..=M::MAX_VERSION {
        let shared = data.clone();
        let (_, peak) = peak_of(move || drop(M::from_bytes(shared, version)));
        let bound = WORST_RATIO * data.len() + SLACK_BYTES;
        assert!(peak <= bound, "{} v{version}: {peak} bytes for {}", M::NAME, data.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes(data in prop::collection::vec(any::<u8>(), 0..600)) {
        let data = Bytes::from(data);
        macro_rules! check { ($message:ident) => { decode_within_bounds::<$message>(&data); }; }
        for_each_message!(check);
    }

    #[test]
    fn a_message_with_some_bytes_changed(
        seed in prop::collection::vec(any::<u8>(), 1..200),
        changes in prop::collection::vec((any::<usize>(), any::<u8>()), 1..4),
    ) {
        fn check<M: Message + Sample>(seed: &[u8], changes: &[(usize, u8)]) {
            let sample = M::sample(&mut Draw::new(seed.to_vec()), M::MAX_VERSION);
            let mut data = sample.to_bytes(M::MAX_VERSION).expect("fits").to_vec();
            for &(at, value) in changes {
                let len = data.len();
                if len > 0 {
                    data[at % len] = value;
                }
            }
            decode_within_bounds::<M>(&Bytes::from(data));
        }
        macro_rules! check { ($message:ident) => { check::<$message>(&seed, &changes); }; }
        for_each_message!(check);
    }

    #[test]
    fn random_records(
        body in prop::collection::vec(any::<u8>(), 0..300),
        count in any::<i32>(),
        delta in any::<i32>(),
        attributes in any::<i16>(),
    ) {
        let mut data = vec![0; batch::HEADER_BYTES];
        data.extend(&body);
        let length = i32::try_from(data.len() - batch::PREFIX_BYTES).expect("small");
        data[8..12].copy_from_slice(&length.to_be_bytes());
        data[16] = 2;
        data[21..23].copy_from_slice(&attributes.to_be_bytes());
        data[23..27].copy_from_slice(&delta.to_be_bytes());
        data[57..61].copy_from_slice(&count.to_be_bytes());
        let data = Bytes::from(data);
        let (_, peak) = peak_of(|| drop(records::read_all(data.clone())));
        let bound = WORST_RATIO * data.len() + SLACK_BYTES + CODEC_BYTES;
        prop_assert!(peak <= bound, "{} bytes", peak);
    }
}

#[test]
fn a_claimed_length_allocates_nothing() {
    // Metadata v12: compact array of 2^32 - 2 topics in six bytes.
    let data = Bytes::from_static(&[0xff, 0xff, 0xff, 0xff, 0x0f, 0x00]);
    let (out, peak) = peak_of(|| MetadataRequest::from_bytes(data, 12));
    assert!(matches!(out, Err(DecodeError::Truncated { .. })), "{out:?}");
    assert!(peak < SLACK_BYTES, "{peak} bytes");
    // The same without the compact form, for a string, and for bytes.
    let data = Bytes::from_static(&[0x7f, 0xff, 0xff, 0xff]);
    let (out, peak) = peak_of(|| MetadataRequest::from_bytes(data, 1));
    assert!(matches!(out, Err(DecodeError::Truncated { .. })), "{out:?}");
    assert!(peak < SLACK_BYTES, "{peak} bytes");
    assert!(Reader::new(Bytes::from_static(&[0x7f, 0xff])).string(false).is_err());
    assert!(Reader::new(Bytes::from_static(&[0x7f, 0xff, 0xff, 0xff])).bytes(false).is_err());
}

#[test]
fn many_small_elements_stay_within_the_budget() {
    // 8 MiB of empty topic names, each 3 bytes on the wire and many more in memory.
    let count = 8 << 20;
    let mut data = BytesMut::new();
    data.put_u32(count / 3);
    data.put_bytes(0, count as usize);
    let data = data.freeze();
    let budget_bytes = 1 << 20;
    let mut buf = Reader::with_budget(data.clone(), budget_bytes);
    let (out, peak) = peak_of(|| MetadataRequest::decode(&mut buf, 0));
    assert_eq!(out, Err(DecodeError::TooLarge { budget_bytes }));
    assert!(peak <= budget_bytes + SLACK_BYTES, "{peak} bytes");
    let (out, peak) = peak_of(|| MetadataRequest::decode(&mut Reader::new(data.clone()), 0));
    assert!(matches!(out, Err(DecodeError::TooLarge { .. })), "{out:?}");
    assert!(peak <= 8 * data.len() + (1 << 20) + SLACK_BYTES, "{peak} bytes");
}

#[test]
fn variable_length_integers_end() {
    for bytes in [&[0x80; 16][..], &[0xff; 16], &[0xff, 0xff, 0xff, 0xff, 0x7f]] {
        let data = Bytes::copy_from_slice(bytes);
        assert_eq!(Reader::new(data.clone()).uvarint(), Err(DecodeError::Varint));
        assert!(Reader::new(data).varint().is_err());
    }
    assert_eq!(Reader::new(Bytes::from_static(&[0xff; 10])).varlong(), Err(DecodeError::Varint));
}

#[test]
fn a_tagged_field_must_fill_its_length() {
    // ApiVersionsResponse v3: tag 1 (an int64) with a length of 9.
    let mut data = vec![0, 0, 1, 0, 0, 0, 0, 1, 1, 9];
    data.extend([0; 9]);
    let out = ApiVersionsResponse::from_bytes(Bytes::from(data), 3);
    assert_eq!(out, Err(DecodeError::TaggedField { tag: 1, left: 1 }));
    // An unknown tag is passed over.
    let data = Bytes::from_static(&[0, 0, 1, 0, 0, 0, 0, 1, 77, 2, 0xaa, 0xbb]);
    assert_eq!(ApiVersionsResponse::from_bytes(data, 3), Ok(ApiVersionsResponse::default()));
}

#[test]
fn raft_only_batches_have_no_records() {
    let entry = Bytes::from(batch::raft_only(5, 2, 0, b"not records at all"));
    assert_eq!(records::read_all(entry), Ok(vec![]));
}
