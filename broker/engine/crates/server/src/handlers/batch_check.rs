//! What a produced batch must be before it reaches a partition.
//!
//! Looks at the header and the checksum; records are never decoded on this path.

use headrace_cluster::image::{TimestampType, TopicConfig};
use headrace_wire::batch::{BatchError, BatchHeader, HEADER_BYTES};
use headrace_wire::ErrorCode;

use crate::context::Refusal;

/// Highest compression id: 1 gzip, 2 snappy, 3 lz4, 4 zstd.
const ZSTD: i16 = 4;
/// The first version of Produce whose clients know zstd (KIP-110).
const ZSTD_FROM: i16 = 7;
/// The least that a record takes: length, attributes, two deltas, two lengths, header count.
const RECORD_MIN_BYTES: usize = 7;
/// A record without a time stamp.
const NO_TIMESTAMP: i64 = -1;

/// Checks the records field of one partition: exactly one sound v2 batch that the topic takes.
pub(super) fn check(
    data: &[u8],
    version: i16,
    config: &TopicConfig,
    now_ms: i64,
) -> Result<BatchHeader, Refusal> {
    let invalid = |why: &str| Err(Refusal::new(ErrorCode::InvalidRecord, why));
    if data.is_empty() {
        return invalid("a partition needs exactly one batch, not none");
    }
    if data.len() > config.max_message_bytes as usize {
        let (size, limit) = (data.len(), config.max_message_bytes);
        let why = format!("the batch has {size} bytes, max.message.bytes is {limit}");
        return Err(Refusal::new(ErrorCode::MessageTooLarge, why));
    }
    let header = BatchHeader::parse(data).map_err(refusal)?;
    if header.size_bytes != data.len() {
        return invalid("a partition takes exactly one batch in a request");
    }
    header.verify_crc(data).map_err(refusal)?;
    if header.base_offset != 0 {
        return invalid("a producer counts a batch's offsets from 0");
    }
    if header.is_control() {
        return invalid("clients may not write control batches");
    }
    if header.is_transactional() && header.producer_id < 0 {
        return invalid("a transactional batch needs a producer id");
    }
    if header.compression() > ZSTD {
        return invalid("the compression type does not exist");
    }
    if header.compression() == ZSTD && version < ZSTD_FROM {
        let why = "zstd needs Produce version 7 or later";
        return Err(Refusal::new(ErrorCode::UnsupportedCompressionType, why));
    }
    if header.record_count <= 0 || header.last_offset_delta != header.record_count - 1 {
        return invalid("the number of records does not match the offsets");
    }
    let records = usize::try_from(header.record_count).unwrap_or(usize::MAX);
    if header.compression() == 0 && records > (data.len() - HEADER_BYTES) / RECORD_MIN_BYTES {
        return invalid("more records are claimed than fit into the batch");
    }
    let idempotent = header.producer_id >= 0;
    if idempotent && (header.base_sequence < 0 || header.producer_epoch < 0) {
        return invalid("an idempotent batch needs a sequence number and a producer epoch");
    }
    check_time(&header, config, now_ms)?;
    Ok(header)
}

/// Time stamps within message.timestamp.before.max.ms and .after.max.ms of the clock (KIP-937).
/// The header tells the first and the largest one.
fn check_time(header: &BatchHeader, config: &TopicConfig, now_ms: i64) -> Result<(), Refusal> {
    if config.timestamp_type == TimestampType::LogAppendTime {
        return Ok(());
    }
    let earliest = now_ms.saturating_sub(config.timestamp_before_max_ms);
    let latest = now_ms.saturating_add(config.timestamp_after_max_ms);
    for time in [header.base_timestamp_ms, header.max_timestamp_ms] {
        if time != NO_TIMESTAMP && !(earliest..=latest).contains(&time) {
            let why = format!("time stamp {time} is not within {earliest} and {latest}");
            return Err(Refusal::new(ErrorCode::InvalidTimestamp, why));
        }
    }
    Ok(())
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
    use headrace_wire::batch::seal;
    use headrace_wire::records::BatchBuilder;

    use super::*;

    const NOW: i64 = 1_700_000_000_000;

    fn batch() -> Vec<u8> {
        let mut builder = BatchBuilder::new();
        builder.push(NOW, Some(b"k"), Some(b"value"), &[]);
        builder.push(NOW + 5, None, Some(b"w"), &[]);
        builder.build().expect("two records").to_vec()
    }

    fn code(data: &[u8]) -> ErrorCode {
        match check(data, 9, &TopicConfig::default(), NOW) {
            Ok(_) => ErrorCode::None,
            Err(refusal) => refusal.code,
        }
    }

    /// A batch with `bytes` put at `at` and a fresh checksum.
    fn with(at: usize, bytes: &[u8]) -> Vec<u8> {
        let mut changed = batch();
        changed[at..at + bytes.len()].copy_from_slice(bytes);
        seal(&mut changed);
        changed
    }

    #[test]
    fn a_sound_batch_passes() {
        assert_eq!(code(&batch()), ErrorCode::None);
    }

    #[test]
    fn each_defect_has_its_code() {
        let mut flipped = batch();
        *flipped.last_mut().expect("bytes") ^= 1;
        let two = [batch(), batch()].concat();
        let half = &batch()[..70];
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
            (
                "year 2100",
                &with(35, &4_102_444_800_000i64.to_be_bytes()),
                ErrorCode::InvalidTimestamp,
            ),
        ] {
            assert_eq!(code(data), expected, "{name}");
        }
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
        let refusal = check(&batch(), 9, &small, NOW).expect_err("too large");
        assert_eq!(refusal.code, ErrorCode::MessageTooLarge);
        assert!(refusal.message.expect("words").contains("max.message.bytes is 70"));
        let fresh = TopicConfig { timestamp_before_max_ms: 1_000, ..TopicConfig::default() };
        let refusal = check(&batch(), 9, &fresh, NOW + 60_000).expect_err("too old");
        assert_eq!(refusal.code, ErrorCode::InvalidTimestamp);
        let append_time = TopicConfig { timestamp_type: TimestampType::LogAppendTime, ..fresh };
        assert!(check(&batch(), 9, &append_time, NOW + 60_000).is_ok());
    }

    #[test]
    fn zstd_is_for_clients_that_know_it() {
        let zstd = with(21, &[0, 4]);
        assert!(check(&zstd, 7, &TopicConfig::default(), NOW).is_ok());
        let refusal = check(&zstd, 6, &TopicConfig::default(), NOW).expect_err("old client");
        assert_eq!(refusal.code, ErrorCode::UnsupportedCompressionType);
    }
}
