//! The records of `__consumer_offsets`, in Apache Kafka's formats, so that its tools read ours.
//!
//! Every key and every value starts with a 16-bit version. Keys 0 and 1 name a committed offset,
//! key 2 a classic group; those of consumer and of streams groups are in `consumer::records` and
//! `streams::records`, other kinds of groups are skipped here.
//! A record without a value (a tombstone) deletes what its key names.
//!
//! Values up to version 3 have fixed-width lengths; version 4 is the "flexible" form of KIP-482
//! (varint lengths plus one, tagged fields). We write group values in version 3. Offsets are
//! written in version 4 when the topic's id is known, so that an offset of a topic that was
//! deleted and created again is told from one of its successor; in version 1 when the client
//! asked for its own retention, since only that version carries it; in version 3 otherwise.

use bytes::{BufMut, Bytes, BytesMut};
use uuid::Uuid;

use crate::consumer::records::parse_key as parse_entry;
pub use crate::consumer::records::Entry;
use crate::streams::records::parse_key as parse_streams_entry;
pub use crate::streams::records::Entry as StreamsEntry;

/// One record of `__consumer_offsets`; no value is a tombstone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// What the record is about, see [`Key`].
    pub key: Bytes,
    /// Its new state, or none to delete it.
    pub value: Option<Bytes>,
}

/// Why a record's bytes could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// Fewer bytes than a field needs, or a length below zero.
    #[error("a field of the record is cut short")]
    Truncated,
    /// Text that is not UTF-8.
    #[error("a string of the record is not UTF-8")]
    Utf8,
    /// A value version that was not defined when this was written.
    #[error("value version {0} is not known")]
    Version(i16),
}

/// What a record is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// An offset that a group committed (key versions 0 and 1).
    Offset {
        /// The group's id.
        group: String,
        /// The topic's name.
        topic: String,
        /// The partition's index.
        partition: i32,
    },
    /// A group's members and generation (key version 2).
    Group {
        /// The group's id.
        group: String,
    },
    /// Something about a consumer group (key versions 3 to 8 and 16).
    Consumers(Entry),
    /// Something about a streams group (key versions 17 and 19 to 23).
    Streams(StreamsEntry),
    /// A key of another kind of group.
    Other(i16),
}

/// A committed offset (`OffsetCommitValue`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OffsetValue {
    /// The next offset that the group will read.
    pub offset: i64,
    /// Leader epoch of the last record read, -1 when the client does not say (KIP-320).
    pub leader_epoch: i32,
    /// Whatever the client attached.
    pub metadata: String,
    /// When it was committed, Unix ms.
    pub commit_timestamp_ms: i64,
    /// When it ends by the client's own wish (OffsetCommit v2 to v4), Unix ms.
    pub expire_timestamp_ms: Option<i64>,
    /// The topic's id, nil when not known.
    pub topic_id: Uuid,
}

/// A group as last made durable (`GroupMetadataValue`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupValue {
    /// `consumer`, `connect`, …; empty for none.
    pub protocol_type: String,
    /// Generation of the assignment.
    pub generation: i32,
    /// The protocol (assignor) that was chosen.
    pub protocol: Option<String>,
    /// The leader's member id.
    pub leader: Option<String>,
    /// When the group entered its state, Unix ms, -1 when not known.
    pub state_timestamp_ms: i64,
    /// The members and their assignments.
    pub members: Vec<MemberValue>,
}

/// A member of a durable group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemberValue {
    /// The id that the coordinator gave.
    pub member_id: String,
    /// `group.instance.id` of a static member (KIP-345).
    pub instance_id: Option<String>,
    /// The client's name for itself.
    pub client_id: String,
    /// Where it connected from.
    pub client_host: String,
    /// How long it may take to rejoin, ms.
    pub rebalance_timeout_ms: i32,
    /// How long it may be silent, ms.
    pub session_timeout_ms: i32,
    /// Its metadata for the chosen protocol.
    pub subscription: Bytes,
    /// What the leader gave it.
    pub assignment: Bytes,
}

const OFFSET_KEY_VERSION: i16 = 1;
const GROUP_KEY_VERSION: i16 = 2;
const GROUP_VALUE_VERSION: i16 = 3;
/// The first value version with varint lengths and tagged fields.
const FLEXIBLE_FROM: i16 = 4;

/// The key of a committed offset.
pub fn offset_key(group: &str, topic: &str, partition: i32) -> Bytes {
    let mut out = Out::new(OFFSET_KEY_VERSION, false);
    out.text(group);
    out.text(topic);
    out.bytes.put_i32(partition);
    out.bytes.freeze()
}

/// The key of a group.
pub fn group_key(group: &str) -> Bytes {
    let mut out = Out::new(GROUP_KEY_VERSION, false);
    out.text(group);
    out.bytes.freeze()
}

/// Reads a record's key.
///
/// # Errors
/// [`RecordError`] when the bytes are not a whole key.
pub fn parse_key(data: &[u8]) -> Result<Key, RecordError> {
    let mut input = In::new(data)?;
    match input.version {
        0 | 1 => {
            Ok(Key::Offset { group: input.text()?, topic: input.text()?, partition: input.i32()? })
        }
        GROUP_KEY_VERSION => Ok(Key::Group { group: input.text()? }),
        other => {
            if let Some(entry) = parse_entry(other, input.rest)? {
                return Ok(Key::Consumers(entry));
            }
            let entry = parse_streams_entry(other, input.rest)?;
            Ok(entry.map_or(Key::Other(other), Key::Streams))
        }
    }
}

impl OffsetValue {
    /// The record value, in the lowest version that loses nothing.
    pub fn encode(&self) -> Bytes {
        let version = match (self.expire_timestamp_ms, self.topic_id.is_nil()) {
            (Some(_), _) => 1,
            (None, true) => 3,
            (None, false) => 4,
        };
        let mut out = Out::new(version, version >= FLEXIBLE_FROM);
        out.bytes.put_i64(self.offset);
        if version >= 3 {
            out.bytes.put_i32(self.leader_epoch);
        }
        out.text(&self.metadata);
        out.bytes.put_i64(self.commit_timestamp_ms);
        if version == 1 {
            out.bytes.put_i64(self.expire_timestamp_ms.unwrap_or(-1));
        }
        if version >= FLEXIBLE_FROM {
            out.varint(1); // one tagged field: 0, the topic's id, 16 bytes
            out.varint(0);
            out.varint(16);
            out.bytes.put_slice(self.topic_id.as_bytes());
        }
        out.bytes.freeze()
    }

    /// Reads a record value of version 0 to 4.
    ///
    /// # Errors
    /// [`RecordError`].
    pub fn parse(data: &[u8]) -> Result<Self, RecordError> {
        let mut input = In::new(data)?;
        let version = input.known_version()?;
        let offset = input.i64()?;
        let leader_epoch = if version >= 3 { input.i32()? } else { -1 };
        let metadata = input.text()?;
        let commit_timestamp_ms = input.i64()?;
        let expire = if version == 1 { input.i64()? } else { -1 };
        let mut topic_id = Uuid::nil();
        input.tagged(|tag, body| {
            if let (0, Ok(raw)) = (tag, <[u8; 16]>::try_from(body)) {
                topic_id = Uuid::from_bytes(raw);
            }
        })?;
        Ok(OffsetValue {
            offset,
            leader_epoch,
            metadata,
            commit_timestamp_ms,
            expire_timestamp_ms: (expire != -1).then_some(expire),
            topic_id,
        })
    }
}

impl GroupValue {
    /// The record value, version 3.
    pub fn encode(&self) -> Bytes {
        let mut out = Out::new(GROUP_VALUE_VERSION, false);
        out.text(&self.protocol_type);
        out.bytes.put_i32(self.generation);
        out.nullable_text(self.protocol.as_deref());
        out.nullable_text(self.leader.as_deref());
        out.bytes.put_i64(self.state_timestamp_ms);
        out.length(self.members.len());
        for member in &self.members {
            out.text(&member.member_id);
            out.nullable_text(member.instance_id.as_deref());
            out.text(&member.client_id);
            out.text(&member.client_host);
            out.bytes.put_i32(member.rebalance_timeout_ms);
            out.bytes.put_i32(member.session_timeout_ms);
            out.blob(&member.subscription);
            out.blob(&member.assignment);
        }
        out.bytes.freeze()
    }

    /// Reads a record value of version 0 to 4.
    ///
    /// # Errors
    /// [`RecordError`].
    pub fn parse(data: &[u8]) -> Result<Self, RecordError> {
        let mut input = In::new(data)?;
        let version = input.known_version()?;
        let mut value = GroupValue {
            protocol_type: input.text()?,
            generation: input.i32()?,
            protocol: input.nullable_text()?,
            leader: input.nullable_text()?,
            state_timestamp_ms: if version >= 2 { input.i64()? } else { -1 },
            members: Vec::new(),
        };
        // Each member takes bytes, so a claimed count is never allocated for in advance.
        for _ in 0..input.length()?.unwrap_or(0) {
            value.members.push(input.member(version)?);
        }
        input.tagged(|_, _| ())?;
        Ok(value)
    }
}

/// Writes one key or value.
struct Out {
    bytes: BytesMut,
    flexible: bool,
}

impl Out {
    fn new(version: i16, flexible: bool) -> Self {
        let mut bytes = BytesMut::new();
        bytes.put_i16(version);
        Out { bytes, flexible }
    }

    fn varint(&mut self, mut value: u32) {
        while value >= 0x80 {
            self.bytes.put_u8(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.put_u8(value as u8);
    }

    /// Lengths of text: 16 bits, or a varint plus one. The coordinator refuses names that do not
    /// fit ([`crate::MAX_NAME_BYTES`]); the cut only keeps a foreign record from stopping us.
    fn text(&mut self, text: &str) {
        if self.flexible {
            self.varint(u32::try_from(text.len() + 1).expect("text is far below 4 GiB"));
            self.bytes.put_slice(text.as_bytes());
            return;
        }
        let text = &text[..floor_char(text, i16::MAX as usize)];
        self.bytes.put_i16(i16::try_from(text.len()).expect("cut to 16 bits"));
        self.bytes.put_slice(text.as_bytes());
    }

    fn nullable_text(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.text(text),
            None if self.flexible => self.varint(0),
            None => self.bytes.put_i16(-1),
        }
    }

    fn length(&mut self, items: usize) {
        self.bytes.put_i32(i32::try_from(items).expect("items of a request fit 31 bits"));
    }

    fn blob(&mut self, data: &[u8]) {
        self.length(data.len());
        self.bytes.put_slice(data);
    }
}

/// The largest cut of `text` at or below `limit` bytes that splits no character.
fn floor_char(text: &str, limit: usize) -> usize {
    let mut at = limit.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Reads one key or value; every length is checked against what is left.
struct In<'a> {
    rest: &'a [u8],
    version: i16,
}

impl<'a> In<'a> {
    fn new(data: &'a [u8]) -> Result<Self, RecordError> {
        let mut input = In { rest: data, version: 0 };
        input.version = i16::from_be_bytes(input.array()?);
        Ok(input)
    }

    fn known_version(&self) -> Result<i16, RecordError> {
        match self.version {
            0..=4 => Ok(self.version),
            other => Err(RecordError::Version(other)),
        }
    }

    fn flexible(&self) -> bool {
        self.version >= FLEXIBLE_FROM
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], RecordError> {
        let (head, tail) = self.rest.split_at_checked(count).ok_or(RecordError::Truncated)?;
        self.rest = tail;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], RecordError> {
        self.take(N)?.try_into().map_err(|_| RecordError::Truncated)
    }

    fn i32(&mut self) -> Result<i32, RecordError> {
        Ok(i32::from_be_bytes(self.array()?))
    }

    fn i64(&mut self) -> Result<i64, RecordError> {
        Ok(i64::from_be_bytes(self.array()?))
    }

    fn varint(&mut self) -> Result<u32, RecordError> {
        let mut value = 0u64;
        for shift in [0, 7, 14, 21, 28] {
            let [byte] = self.array()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return u32::try_from(value).map_err(|_| RecordError::Truncated);
            }
        }
        Err(RecordError::Truncated)
    }

    /// A length of bytes or items; none for null.
    fn length(&mut self) -> Result<Option<usize>, RecordError> {
        if self.flexible() {
            return Ok((self.varint()? as usize).checked_sub(1));
        }
        match self.i32()? {
            -1 => Ok(None),
            other => usize::try_from(other).map(Some).map_err(|_| RecordError::Truncated),
        }
    }

    fn nullable_text(&mut self) -> Result<Option<String>, RecordError> {
        let length = if self.flexible() {
            self.length()?
        } else {
            match i16::from_be_bytes(self.array()?) {
                -1 => None,
                other => Some(usize::try_from(other).map_err(|_| RecordError::Truncated)?),
            }
        };
        let Some(length) = length else { return Ok(None) };
        let text = std::str::from_utf8(self.take(length)?).map_err(|_| RecordError::Utf8)?;
        Ok(Some(text.to_owned()))
    }

    fn text(&mut self) -> Result<String, RecordError> {
        self.nullable_text()?.ok_or(RecordError::Truncated)
    }

    fn blob(&mut self) -> Result<Bytes, RecordError> {
        let length = self.length()?.unwrap_or(0);
        Ok(Bytes::copy_from_slice(self.take(length)?))
    }

    fn member(&mut self, version: i16) -> Result<MemberValue, RecordError> {
        let member_id = self.text()?;
        let instance_id = if version >= 3 { self.nullable_text()? } else { None };
        let client_id = self.text()?;
        let client_host = self.text()?;
        let rebalance = if version >= 1 { Some(self.i32()?) } else { None };
        let session_timeout_ms = self.i32()?;
        let member = MemberValue {
            member_id,
            instance_id,
            client_id,
            client_host,
            rebalance_timeout_ms: rebalance.unwrap_or(session_timeout_ms),
            session_timeout_ms,
            subscription: self.blob()?,
            assignment: self.blob()?,
        };
        self.tagged(|_, _| ())?;
        Ok(member)
    }

    /// Hands every tagged field to `each`; nothing before the flexible versions.
    fn tagged(&mut self, mut each: impl FnMut(u32, &[u8])) -> Result<(), RecordError> {
        if !self.flexible() {
            return Ok(());
        }
        for _ in 0..self.varint()? {
            let tag = self.varint()?;
            let size = self.varint()? as usize;
            each(tag, self.take(size)?);
        }
        Ok(())
    }
}

/// The topics in a consumer's subscription (`ConsumerProtocolSubscription`, all versions): none
/// when the metadata is not in that format, so that the caller assumes nothing about it.
pub fn subscribed_topics(metadata: &[u8]) -> Option<Vec<String>> {
    let mut input = In::new(metadata).ok()?;
    if input.version < 0 {
        return None;
    }
    input.version = 0; // these lengths are fixed-width in every version
    let count = input.length().ok()??;
    let mut topics = Vec::new();
    for _ in 0..count {
        topics.push(input.text().ok()?);
    }
    Some(topics)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes as the generated classes of Apache Kafka 4.3.1 write them.
    fn hex(text: &str) -> Vec<u8> {
        let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
        digits
            .chunks(2)
            .map(|pair| {
                u8::from_str_radix(std::str::from_utf8(pair).expect("ascii"), 16).expect("hex")
            })
            .collect()
    }

    fn offset(topic_id: Uuid, expire_timestamp_ms: Option<i64>) -> OffsetValue {
        OffsetValue {
            offset: 42,
            leader_epoch: if expire_timestamp_ms.is_some() { -1 } else { 7 },
            metadata: "hi".to_owned(),
            commit_timestamp_ms: 0x0102,
            expire_timestamp_ms,
            topic_id,
        }
    }

    #[test]
    fn keys_have_kafkas_bytes() {
        let key = offset_key("g", "topic", 3);
        assert_eq!(key, hex("0001 0001 67 0005 746f706963 00000003"));
        let parsed = Key::Offset { group: "g".to_owned(), topic: "topic".to_owned(), partition: 3 };
        assert_eq!(parse_key(&key), Ok(parsed));
        let key = group_key("grüße");
        assert_eq!(key, hex("0002 0007 6772c3bcc39f65"));
        assert_eq!(parse_key(&key), Ok(Key::Group { group: "grüße".to_owned() }));
        assert_eq!(parse_key(&hex("0009 0001 67")), Ok(Key::Other(9)));
    }

    #[test]
    fn offset_values_have_kafkas_bytes() {
        let plain = offset(Uuid::nil(), None);
        let bytes = hex("0003 000000000000002a 00000007 0002 6869 0000000000000102");
        assert_eq!(plain.encode(), bytes);
        let own_retention = offset(Uuid::nil(), Some(9));
        let bytes = hex("0001 000000000000002a 0002 6869 0000000000000102 0000000000000009");
        assert_eq!(own_retention.encode(), bytes);
        let id = Uuid::from_u128(0x00112233445566778899aabbccddeeff);
        let with_id = offset(id, None);
        let bytes = hex("0004 000000000000002a 00000007 03 6869 0000000000000102
            01 00 10 00112233445566778899aabbccddeeff");
        assert_eq!(with_id.encode(), bytes);
        for value in [plain, own_retention, with_id] {
            assert_eq!(OffsetValue::parse(&value.encode()), Ok(value));
        }
        // Versions 0 and 2, which we do not write.
        for version in ["0000", "0002"] {
            let old = hex(&format!("{version} 000000000000002a 0002 6869 0000000000000102"));
            let value = OffsetValue { leader_epoch: -1, ..offset(Uuid::nil(), None) };
            assert_eq!(OffsetValue::parse(&old), Ok(value));
        }
    }

    fn group() -> GroupValue {
        GroupValue {
            protocol_type: "consumer".to_owned(),
            generation: 2,
            protocol: Some("range".to_owned()),
            leader: Some("m".to_owned()),
            state_timestamp_ms: 1,
            members: vec![MemberValue {
                member_id: "m".to_owned(),
                instance_id: None,
                client_id: "c".to_owned(),
                client_host: "/h".to_owned(),
                rebalance_timeout_ms: 3,
                session_timeout_ms: 4,
                subscription: Bytes::from_static(b"s"),
                assignment: Bytes::from_static(b"a"),
            }],
        }
    }

    #[test]
    fn group_values_have_kafkas_bytes() {
        let bytes = hex("0003 0008 636f6e73756d6572 00000002 0005 72616e6765 0001 6d
            0000000000000001 00000001
            0001 6d ffff 0001 63 0002 2f68 00000003 00000004 00000001 73 00000001 61");
        assert_eq!(group().encode(), bytes);
        assert_eq!(GroupValue::parse(&bytes), Ok(group()));
        // Version 4: varint lengths plus one, no tagged fields.
        let flexible = hex("0004 09 636f6e73756d6572 00000002 06 72616e6765 02 6d
            0000000000000001 02
            02 6d 00 02 63 03 2f68 00000003 00000004 02 73 02 61 00 00");
        assert_eq!(GroupValue::parse(&flexible), Ok(group()));
        // Version 0: no time stamp, one time-out, no instance ids.
        let first = hex("0000 0008 636f6e73756d6572 00000002 0005 72616e6765 0001 6d 00000001
            0001 6d 0001 63 0002 2f68 00000004 00000001 73 00000001 61");
        let mut expected = group();
        expected.state_timestamp_ms = -1;
        expected.members[0].rebalance_timeout_ms = 4;
        assert_eq!(GroupValue::parse(&first), Ok(expected));
    }

    #[test]
    fn cut_records_are_errors() {
        let whole = group().encode();
        for end in 0..whole.len() {
            assert_eq!(GroupValue::parse(&whole[..end]), Err(RecordError::Truncated), "{end}");
        }
        assert_eq!(GroupValue::parse(&hex("0005")), Err(RecordError::Version(5)));
        assert_eq!(parse_key(&hex("0002 0002 c328")), Err(RecordError::Utf8));
        // A count that the bytes do not hold is never allocated for.
        let claims = hex("0003 0000 00000000 ffff ffff 0000000000000000 7fffffff");
        assert_eq!(GroupValue::parse(&claims), Err(RecordError::Truncated));
    }

    #[test]
    fn subscriptions_are_read_in_every_version() {
        let first = hex("0000 00000002 0001 74 0001 75 00000000");
        assert_eq!(subscribed_topics(&first), Some(vec!["t".to_owned(), "u".to_owned()]));
        let newest = hex("0003 00000001 0001 74 ffffffff 00000000 00000001 ffff");
        assert_eq!(subscribed_topics(&newest), Some(vec!["t".to_owned()]));
        assert_eq!(subscribed_topics(&hex("0000 00000002 0001 74")), None);
        assert_eq!(subscribed_topics(b"m"), None);
    }
}
