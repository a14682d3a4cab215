//! What a produced batch must be before it reaches a partition, and what its topic makes of it.
//!
//! Header, checksum and every record's frame are looked at, compressed or not, as a stream: what a
//! batch expands to is never held. Keys and values pass by unread.

use bytes::{Bytes, BytesMut};
use headrace_cluster::image::{TimestampType, TopicConfig};
use headrace_wire::batch::{self, BatchError, BatchHeader};
use headrace_wire::compression::Codec;
use headrace_wire::messages::produce::BatchIndexAndErrorMessage;
use headrace_wire::records::recompress;
use headrace_wire::scan::Scan;
use headrace_wire::{DecodeError, ErrorCode, Str};

use crate::context::Refusal;

/// The first version of Produce whose clients know zstd (KIP-110).
const ZSTD_FROM: i16 = 7;
/// A record without a time stamp.
const NO_TIMESTAMP: i64 = -1;
/// Records of one batch that are refused by name; a small batch may expand to millions.
const NAMED_RECORDS_MAX: usize = 1_000;

/// A batch that the topic takes, in the form in which it takes it.
pub(super) struct Checked {
    pub header: BatchHeader,
    pub batch: Bytes,
}

/// A refusal, and the records to blame (KIP-467).
pub(super) struct Rejected {
    pub refusal: Refusal,
    pub records: Vec<BatchIndexAndErrorMessage>,
    /// The log looked at the batch: its producer is told where the log begins.
    pub by_log: bool,
}

impl<R: Into<Refusal>> From<R> for Rejected {
    fn from(refusal: R) -> Self {
        Rejected { refusal: refusal.into(), records: Vec::new(), by_log: false }
    }
}

impl Rejected {
    /// What the log does not take.
    pub fn by_log(refusal: impl Into<Refusal>) -> Self {
        Rejected { by_log: true, ..Rejected::from(refusal) }
    }
}

/// Where a batch is to go.
#[derive(Clone, Copy)]
pub(super) struct Target<'a> {
    pub topic: &'a str,
    pub partition: i32,
    pub config: &'a TopicConfig,
}

fn invalid(why: &str) -> Refusal {
    Refusal::new(ErrorCode::InvalidRecord, why)
}

fn too_large(size: usize, config: &TopicConfig) -> Refusal {
    let limit = config.max_message_bytes;
    let why = format!("the batch has {size} bytes, max.message.bytes is {limit}");
    Refusal::new(ErrorCode::MessageTooLarge, why)
}

/// The header of what a request has for one partition: exactly one v2 batch, of a compression that
/// clients of this version may use.
pub(super) fn only_batch(data: &[u8], version: i16) -> Result<BatchHeader, Refusal> {
    if data.is_empty() {
        return Err(invalid("a partition needs exactly one batch, not none"));
    }
    let header = BatchHeader::parse(data).map_err(refusal)?;
    if header.size_bytes != data.len() {
        return Err(invalid("a partition takes exactly one batch in a request"));
    }
    if header.compression() == Codec::Zstd.id() && version < ZSTD_FROM {
        let why = "zstd needs Produce version 7 or later";
        return Err(Refusal::new(ErrorCode::UnsupportedCompressionType, why));
    }
    Ok(header)
}

/// Checks that the batch is sound and that the topic takes it. Brings it into the topic's
/// compression, and its largest time stamp in line with its records.
pub(super) fn check(
    header: BatchHeader,
    batch: Bytes,
    to: Target<'_>,
    now_ms: i64,
) -> Result<Checked, Rejected> {
    check_header(&header, &batch, to.config).map_err(Rejected::by_log)?;
    // as in Apache Kafka, whose times count is the topic's to say, not the producer's
    let (says_appended, header) = (header.is_log_append_time(), header.with_create_time());
    let max_timestamp_ms = check_records(&header, &batch, to, now_ms)?;
    let (config, mut batch) = (to.config, batch);
    if let Some(wanted) = config.compression.filter(|c| c.codec.id() != header.compression()) {
        let limit = config.max_message_bytes as usize;
        batch = recompress(&header, &batch, wanted, limit)
            .map_err(|e| Rejected::by_log(unreadable(&e)))?;
    }
    if max_timestamp_ms != header.max_timestamp_ms || says_appended {
        let mut bytes = batch.try_into_mut().unwrap_or_else(|b| BytesMut::from(&b[..]));
        batch::set_create_time(&mut bytes, max_timestamp_ms);
        batch = bytes.freeze();
    }
    let header = BatchHeader::parse(&batch).map_err(refusal)?;
    Ok(Checked { header, batch })
}

fn check_header(header: &BatchHeader, data: &[u8], config: &TopicConfig) -> Result<(), Refusal> {
    if data.len() > config.max_message_bytes as usize {
        return Err(too_large(data.len(), config));
    }
    header.verify_crc(data).map_err(refusal)?;
    if header.base_offset != 0 {
        return Err(invalid("a producer counts a batch's offsets from 0"));
    }
    if header.is_control() {
        return Err(invalid("clients may not write control batches"));
    }
    if header.is_transactional() && header.producer_id < 0 {
        return Err(invalid("a transactional batch needs a producer id"));
    }
    if Codec::from_id(header.compression()).is_none() {
        return Err(invalid("the compression type does not exist"));
    }
    if header.record_count <= 0 || header.last_offset_delta != header.record_count - 1 {
        return Err(invalid("the number of records does not match the offsets"));
    }
    let idempotent = header.producer_id >= 0;
    if idempotent && header.base_sequence < 0 {
        return Err(invalid("an idempotent batch needs a sequence number"));
    }
    if idempotent && header.producer_epoch < 0 {
        let why = "an idempotent batch needs a producer epoch";
        return Err(Refusal::new(ErrorCode::InvalidProducerEpoch, why));
    }
    Ok(())
}

/// Looks at every record: its frame, its offset, its time stamp, and its key if the topic needs
/// one. Returns the largest time stamp.
fn check_records(
    header: &BatchHeader,
    batch: &[u8],
    to: Target<'_>,
    now_ms: i64,
) -> Result<i64, Rejected> {
    let config = to.config;
    let earliest = now_ms.saturating_sub(config.timestamp_before_max_ms);
    let latest = now_ms.saturating_add(config.timestamp_after_max_ms);
    let timely = |time| {
        // KIP-937; a time that the leader will replace does not matter
        config.timestamp_type == TimestampType::LogAppendTime
            || time == NO_TIMESTAMP
            || (earliest..=latest).contains(&time)
    };
    let mut blamed = Blamed::default();
    let mut max_timestamp_ms = NO_TIMESTAMP;
    let unreadable = |error| Rejected::by_log(unreadable(&error));
    let scan = Scan::new(*header, batch).map_err(unreadable)?;
    for (at, head) in (0..).zip(scan) {
        let head = head.map_err(unreadable)?;
        if head.offset != i64::from(at) {
            let why = "the records' offsets do not count from 0 by ones";
            return Err(Rejected::by_log(invalid(why)));
        }
        let time = head.timestamp_ms;
        max_timestamp_ms = max_timestamp_ms.max(time);
        if config.cleanup_policy.compact && !head.has_key {
            let place = format!("{}-{}", to.topic, to.partition);
            blamed.add(at, ErrorCode::InvalidRecord, || {
                format!("Compacted topic cannot accept message without key in partition {place}.")
            });
        } else if !timely(time) {
            blamed.add(at, ErrorCode::InvalidTimestamp, || {
                format!("time stamp {time} is not within {earliest} and {latest}")
            });
        }
    }
    blamed.verdict().map(|()| max_timestamp_ms)
}

/// Records that the topic does not take.
#[derive(Default)]
struct Blamed {
    count: usize,
    named: Vec<BatchIndexAndErrorMessage>,
    code: Option<ErrorCode>,
}

impl Blamed {
    fn add(&mut self, at: i32, code: ErrorCode, why: impl FnOnce() -> String) {
        self.count += 1;
        // as in Apache Kafka, time stamps give the batch its code only when nothing else is wrong
        if self.code != Some(ErrorCode::InvalidRecord) {
            self.code = Some(code);
        }
        if self.named.len() < NAMED_RECORDS_MAX {
            self.named.push(BatchIndexAndErrorMessage {
                batch_index: at,
                batch_index_error_message: Some(Str::from(why().as_str())),
            });
        }
    }

    fn verdict(self) -> Result<(), Rejected> {
        let Some(code) = self.code else { return Ok(()) };
        let first = self.named.first().and_then(|one| one.batch_index_error_message.as_deref());
        let why = format!("{} records are refused: {}", self.count, first.unwrap_or_default());
        Err(Rejected { refusal: Refusal::new(code, why), records: self.named, by_log: true })
    }
}

fn unreadable(error: &DecodeError) -> Refusal {
    let code = match error {
        // producers cut such a batch in two and try again
        DecodeError::TooLarge { .. } => ErrorCode::MessageTooLarge,
        _ => ErrorCode::InvalidRecord,
    };
    Refusal::new(code, error.to_string())
}

fn refusal(error: BatchError) -> Refusal {
    let code = match error {
        // formats that were never made are damage; the two old ones are told apart from it
        BatchError::Magic(magic) if !(0..=2).contains(&magic) => ErrorCode::CorruptMessage,
        BatchError::Crc { .. } | BatchError::Length(_) => ErrorCode::CorruptMessage,
        // as in Apache Kafka, a batch that is not whole counts as no batch
        BatchError::Magic(_) | BatchError::Inconsistent(_) | BatchError::Truncated { .. } => {
            ErrorCode::InvalidRecord
        }
    };
    Refusal::new(code, error.to_string())
}

#[cfg(test)]
mod tests {
    use headrace_cluster::image::CleanupPolicy;
    use headrace_wire::batch::{seal, HEADER_BYTES};
    use headrace_wire::compression::Compression;
    use headrace_wire::records::{read_all, BatchBuilder};

    use super::*;

    const NOW: i64 = 1_700_000_000_000;

    fn batch() -> Vec<u8> {
        let mut builder = BatchBuilder::new();
        builder.push(NOW, Some(b"k"), Some(b"value"), &[]);
        builder.push(NOW + 5, None, Some(b"w"), &[]);
        builder.build().expect("two records").to_vec()
    }

    fn put(
        data: &[u8],
        version: i16,
        config: &TopicConfig,
        now_ms: i64,
    ) -> Result<Checked, Rejected> {
        let to = Target { topic: "t", partition: 3, config };
        let header = only_batch(data, version)?;
        check(header, Bytes::copy_from_slice(data), to, now_ms)
    }

    fn refused(data: &[u8], config: &TopicConfig, now_ms: i64) -> Rejected {
        put(data, 9, config, now_ms).map(|_| ()).expect_err("refused")
    }

    fn code(data: &[u8]) -> ErrorCode {
        match put(data, 9, &TopicConfig::default(), NOW) {
            Ok(_) => ErrorCode::None,
            Err(rejected) => rejected.refusal.code,
        }
    }

    fn by(codec: Codec) -> Compression {
        Compression { codec, level: 3 }
    }

    fn compressed(codec: Codec) -> Vec<u8> {
        let plain = batch();
        let header = BatchHeader::parse(&plain).expect("sound");
        recompress(&header, &plain, by(codec), 10_000).expect("small").to_vec()
    }

    /// A batch with `bytes` put at `at` and a fresh checksum.
    fn with(at: usize, bytes: &[u8]) -> Vec<u8> {
        let mut changed = batch();
        changed[at..at + bytes.len()].copy_from_slice(bytes);
        seal(&mut changed);
        changed
    }

    /// Of producer 7, its first one.
    fn idempotent(epoch: i16) -> Vec<u8> {
        let (producer, first) = (7i64.to_be_bytes(), 0i32.to_be_bytes());
        with(43, &[&producer[..], &epoch.to_be_bytes(), &first].concat())
    }

    #[test]
    fn a_sound_batch_passes() {
        assert_eq!(code(&batch()), ErrorCode::None);
        assert_eq!(code(&idempotent(0)), ErrorCode::None);
    }

    #[test]
    fn each_defect_has_its_code() {
        let mut flipped = batch();
        *flipped.last_mut().expect("bytes") ^= 1;
        let two = [batch(), batch()].concat();
        let half = &batch()[..70];
        let year_2100 = 4_102_444_800_000i64.to_be_bytes();
        // the second record: its length, attributes and time stamp are a byte each
        let offset_at = HEADER_BYTES + 1 + usize::from(batch()[HEADER_BYTES] / 2) + 3;
        for (name, data, expected) in [
            ("empty", &[][..], ErrorCode::InvalidRecord),
            ("flipped bit", &flipped, ErrorCode::CorruptMessage),
            ("cut", half, ErrorCode::InvalidRecord),
            ("base offset 5", &with(0, &5i64.to_be_bytes()), ErrorCode::InvalidRecord),
            ("two batches", &two, ErrorCode::InvalidRecord),
            ("magic 1", &with(16, &[1]), ErrorCode::InvalidRecord),
            ("magic 3", &with(16, &[3]), ErrorCode::CorruptMessage),
            ("control", &with(21, &[0, 0x20]), ErrorCode::InvalidRecord),
            ("transactional", &with(21, &[0, 0x10]), ErrorCode::InvalidRecord),
            ("compression 5", &with(21, &[0, 5]), ErrorCode::InvalidRecord),
            ("no records", &with(57, &[0; 4]), ErrorCode::InvalidRecord),
            ("wrong delta", &with(23, &[0, 0, 0, 9]), ErrorCode::InvalidRecord),
            ("no sequence", &with(43, &[0; 8]), ErrorCode::InvalidRecord),
            ("no epoch", &idempotent(-1), ErrorCode::InvalidProducerEpoch),
            ("gzip that is none", &with(21, &[0, 1]), ErrorCode::InvalidRecord),
            ("a record's length", &with(HEADER_BYTES, &[0x7e]), ErrorCode::InvalidRecord),
            ("an offset twice", &with(offset_at, &[0]), ErrorCode::InvalidRecord),
            ("year 2100", &with(27, &year_2100), ErrorCode::InvalidTimestamp),
        ] {
            assert_eq!(code(data), expected, "{name}");
        }
    }

    #[test]
    fn what_is_no_batch_never_meets_the_log() {
        let by_log = |data: &[u8]| refused(data, &TopicConfig::default(), NOW).by_log;
        assert!(!by_log(&batch()[..70]));
        let far = 4_102_444_800_000i64.to_be_bytes();
        assert!(
            by_log(&with(43, &[0; 8])) && by_log(&with(21, &[0, 1])) && by_log(&with(27, &far))
        );
    }

    #[test]
    fn claimed_records_must_fit() {
        let mut many = with(57, &1_000_000i32.to_be_bytes());
        many[23..27].copy_from_slice(&999_999i32.to_be_bytes());
        seal(&mut many);
        assert_eq!(code(&many), ErrorCode::InvalidRecord);
    }

    #[test]
    fn the_topic_sets_size_and_time_limits() {
        let small = TopicConfig { max_message_bytes: 70, ..TopicConfig::default() };
        let refusal = refused(&batch(), &small, NOW).refusal;
        assert_eq!(refusal.code, ErrorCode::MessageTooLarge);
        assert!(refusal.message.expect("words").contains("max.message.bytes is 70"));
        let fresh = TopicConfig { timestamp_before_max_ms: 1_000, ..TopicConfig::default() };
        for codec in [Codec::None, Codec::Lz4] {
            let rejected = refused(&compressed(codec), &fresh, NOW + 1_003);
            assert_eq!(rejected.refusal.code, ErrorCode::InvalidTimestamp);
            let blamed: Vec<_> = rejected.records.iter().map(|r| r.batch_index).collect();
            assert_eq!(blamed, [0], "the second one is younger");
        }
        let append_time = TopicConfig { timestamp_type: TimestampType::LogAppendTime, ..fresh };
        assert!(put(&batch(), 9, &append_time, NOW + 60_000).is_ok());
    }

    #[test]
    fn zstd_is_for_clients_that_know_it() {
        let (zstd, config) = (compressed(Codec::Zstd), TopicConfig::default());
        assert!(put(&zstd, 7, &config, NOW).is_ok());
        let rejected = put(&zstd, 6, &config, NOW).map(|_| ()).expect_err("old client");
        assert_eq!(rejected.refusal.code, ErrorCode::UnsupportedCompressionType);
    }

    #[test]
    fn a_compacted_topic_needs_keys() {
        let cleanup_policy = CleanupPolicy { delete: true, compact: true };
        let config = TopicConfig { cleanup_policy, ..TopicConfig::default() };
        for codec in [Codec::None, Codec::Gzip, Codec::Snappy, Codec::Lz4, Codec::Zstd] {
            let rejected = refused(&compressed(codec), &config, NOW);
            assert_eq!(rejected.refusal.code, ErrorCode::InvalidRecord);
            let [blamed] = &rejected.records[..] else { panic!("one has no key") };
            let why = blamed.batch_index_error_message.as_deref().expect("words");
            assert!(blamed.batch_index == 1 && why.contains("without key in partition t-3"));
        }
    }

    #[test]
    fn the_topic_s_compression_is_what_is_stored() {
        let records = read_all(batch().into()).expect("sound");
        for from in [Codec::None, Codec::Gzip, Codec::Zstd] {
            for to in [Codec::None, Codec::Gzip, Codec::Snappy, Codec::Lz4, Codec::Zstd] {
                let config = TopicConfig { compression: Some(by(to)), ..TopicConfig::default() };
                let stored = put(&compressed(from), 9, &config, NOW);
                let Ok(Checked { header, batch }) = stored else { panic!("{from:?} {to:?}") };
                header.verify_crc(&batch).expect("sealed");
                assert_eq!(header.compression(), to.id());
                assert_eq!(read_all(batch).as_ref(), Ok(&records));
            }
        }
        let plain = TopicConfig {
            compression: Some(by(Codec::None)),
            max_message_bytes: 1_000,
            ..TopicConfig::default()
        };
        let mut builder = BatchBuilder::new();
        builder.push(NOW, None, Some(&[7; 5_000]), &[]);
        let large = builder.build().expect("one record");
        let header = BatchHeader::parse(&large).expect("sound");
        let small = recompress(&header, &large, by(Codec::Zstd), 1_000).expect("zeros");
        let refusal = refused(&small, &plain, NOW).refusal;
        assert_eq!(refusal.code, ErrorCode::MessageTooLarge);
    }

    #[test]
    fn the_header_s_largest_time_is_that_of_the_records() {
        for codec in [Codec::None, Codec::Snappy] {
            let mut lying = compressed(codec);
            batch::set_create_time(&mut lying, NOW + 1_000_000_000);
            let stored = put(&lying, 9, &TopicConfig::default(), NOW);
            let Ok(Checked { header, batch }) = stored else { panic!("taken") };
            header.verify_crc(&batch).expect("sealed");
            assert_eq!(header.max_timestamp_ms, NOW + 5);
        }
    }

    #[test]
    fn whose_times_count_is_not_the_producer_s_to_say() {
        for codec in [Codec::None, Codec::Snappy] {
            let mut claims = compressed(codec);
            claims[22] |= 8;
            claims[35..43].copy_from_slice(&(NOW + 1_000_000_000).to_be_bytes());
            seal(&mut claims);
            let stored = put(&claims, 9, &TopicConfig::default(), NOW);
            let Ok(Checked { header, batch }) = stored else { panic!("taken") };
            header.verify_crc(&batch).expect("sealed");
            assert!(!header.is_log_append_time());
            assert_eq!(header.max_timestamp_ms, NOW + 5);
        }
    }
}
