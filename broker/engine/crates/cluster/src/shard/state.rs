//! What a replica keeps beside its log, and the file that lets a restart skip old entries.
//!
//! A [`GroupState`] is the group's members and its application's state (a partition's producers,
//! the controller's snapshot) as of one index. It travels in a Raft snapshot, lies at the start of
//! a log that was cut (`LogStart::app`), and all partitions' states of a shard are saved in one
//! file (`states`) now and then. The file only saves work: entries after a state's index are
//! applied again, and a state is taken only when the log has that index in that term, so a
//! missing or damaged file costs time, never data.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use bytes::Bytes;
use headrace_env::{Disk, OpenMode};
use headrace_raft::{ConfState, DecodeError, FrameReader, FrameWriter};

use crate::image::GroupId;

const STATE_FORMAT: u8 = 2;
/// Without a goal's version.
const FIRST_STATE_FORMAT: u8 = 1;
const FILE_MAGIC: &[u8; 8] = b"HRSTATES";
const FILE_FORMAT: u32 = 1;
const FILE_HEADER_BYTES: usize = 16;
const FILE_NAME: &str = "states";
const TEMPORARY_NAME: &str = "states.new";
/// Members that a state may list.
const MAX_MEMBERS: u64 = 1024;
/// A file beyond this is not ours.
const MAX_FILE_BYTES: u64 = 1 << 30;

/// A group's members and application state as of an index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct GroupState {
    pub index: u64,
    pub term: u64,
    pub members: ConfState,
    pub goal_version: u64,
    pub payload: Bytes,
}

impl GroupState {
    pub fn encode(&self) -> Bytes {
        let mut out = FrameWriter::new();
        self.write(&mut out);
        Bytes::from(out.into_chunks().concat())
    }

    fn write(&self, out: &mut FrameWriter) {
        out.put_u8(STATE_FORMAT);
        out.put_varint(self.index);
        out.put_varint(self.term);
        for list in [&self.members.voters, &self.members.learners] {
            out.put_varint(list.len() as u64);
            list.iter().for_each(|&peer| out.put_varint(peer));
        }
        out.put_varint(self.goal_version);
        out.put_bytes(&self.payload);
    }

    pub fn decode(data: Bytes) -> Result<GroupState, DecodeError> {
        let mut input = FrameReader::new(data);
        let state = Self::read(&mut input)?;
        match input.remaining() {
            0 => Ok(state),
            _ => Err(DecodeError::Number),
        }
    }

    fn read(input: &mut FrameReader) -> Result<GroupState, DecodeError> {
        let format = input.u8()?;
        if !(FIRST_STATE_FORMAT..=STATE_FORMAT).contains(&format) {
            return Err(DecodeError::Kind(format));
        }
        let index = input.number()?;
        let term = input.number()?;
        let members = ConfState { voters: peers(input)?, learners: peers(input)? };
        let goal_version = match format {
            FIRST_STATE_FORMAT => 0,
            _ => input.number()?,
        };
        Ok(GroupState { index, term, members, goal_version, payload: input.bytes()? })
    }
}

fn peers(input: &mut FrameReader) -> Result<Vec<u64>, DecodeError> {
    let count = input.varint()?;
    if count > MAX_MEMBERS {
        return Err(DecodeError::Number);
    }
    (0..count).map(|_| input.number()).collect()
}

/// A snapshot under way: the offset at which the receiver's log starts, and the state.
pub(crate) fn encode_snapshot(offset: i64, state: &GroupState) -> Bytes {
    let mut out = FrameWriter::new();
    out.put_varint(u64::try_from(offset).unwrap_or(0));
    state.write(&mut out);
    Bytes::from(out.into_chunks().concat())
}

/// Reads what [`encode_snapshot`] wrote.
pub(crate) fn decode_snapshot(data: Bytes) -> Result<(i64, GroupState), DecodeError> {
    let mut input = FrameReader::new(data);
    let offset = i64::try_from(input.number()?).map_err(|_| DecodeError::Number)?;
    Ok((offset, GroupState::read(&mut input)?))
}

/// The states of a shard's groups, ready to be written by whoever may block.
#[derive(Debug)]
pub struct StatesFile {
    bytes: Vec<u8>,
    /// The index that each group's state stands for.
    pub indices: Vec<(GroupId, u64)>,
}

impl StatesFile {
    pub(crate) fn new(states: &BTreeMap<GroupId, GroupState>) -> StatesFile {
        let mut out = FrameWriter::new();
        out.put_varint(states.len() as u64);
        for (&group, state) in states {
            out.put_varint(group);
            state.write(&mut out);
        }
        let body = out.into_chunks().concat();
        let mut bytes = Vec::with_capacity(FILE_HEADER_BYTES + body.len());
        bytes.extend_from_slice(FILE_MAGIC);
        bytes.extend_from_slice(&FILE_FORMAT.to_le_bytes());
        bytes.extend_from_slice(&crc32c::crc32c(&body).to_le_bytes());
        bytes.extend_from_slice(&body);
        let indices = states.iter().map(|(&group, state)| (group, state.index)).collect();
        StatesFile { bytes, indices }
    }

    /// Replaces the file in `dir`; durable when this returns.
    ///
    /// # Errors
    /// As the operating system says; the old file is still there then.
    pub fn write(&self, disk: &dyn Disk, dir: &Path) -> io::Result<()> {
        let temporary = dir.join(TEMPORARY_NAME);
        let file = disk.open(&temporary, OpenMode::Create)?;
        file.set_len(0)?;
        file.write_all_at(&self.bytes, 0)?;
        file.sync_data()?;
        disk.rename(&temporary, &dir.join(FILE_NAME))?;
        disk.sync_dir(dir)
    }
}

/// Reads the file in `dir`; empty when there is none or it cannot be used.
pub(crate) fn read_states(disk: &dyn Disk, dir: &Path) -> BTreeMap<GroupId, GroupState> {
    let path = dir.join(FILE_NAME);
    if !disk.exists(&path) {
        return BTreeMap::new();
    }
    match read_file(disk, &path)
        .and_then(|bytes| parse(&bytes).ok_or(io::ErrorKind::InvalidData.into()))
    {
        Ok(states) => states,
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "saved states are not used");
            BTreeMap::new()
        }
    }
}

fn read_file(disk: &dyn Disk, path: &Path) -> io::Result<Bytes> {
    let file = disk.open(path, OpenMode::Read)?;
    let len = file.len()?;
    if len > MAX_FILE_BYTES {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut bytes = vec![0; usize::try_from(len).unwrap_or(0)];
    file.read_exact_at(&mut bytes, 0)?;
    Ok(bytes.into())
}

fn parse(bytes: &Bytes) -> Option<BTreeMap<GroupId, GroupState>> {
    let head = bytes.get(..FILE_HEADER_BYTES)?;
    let format = u32::from_le_bytes(head[8..12].try_into().ok()?);
    let crc = u32::from_le_bytes(head[12..16].try_into().ok()?);
    let body = bytes.slice(FILE_HEADER_BYTES..);
    if &head[..8] != FILE_MAGIC || format != FILE_FORMAT || crc32c::crc32c(&body) != crc {
        return None;
    }
    let mut input = FrameReader::new(body);
    let count = input.varint().ok()?;
    let mut states = BTreeMap::new();
    for _ in 0..count {
        let group = input.varint().ok()?;
        states.insert(group, GroupState::read(&mut input).ok()?);
    }
    Some(states)
}

#[cfg(test)]
mod tests {
    use super::*;
    use headrace_env::sim::SimEnv;

    fn state(index: u64) -> GroupState {
        let members = ConfState { voters: vec![1, 2, 3], learners: vec![7] };
        let payload = Bytes::from(vec![5; 3000]);
        GroupState { index, term: 3, members, goal_version: 4, payload }
    }

    #[test]
    fn states_and_snapshots_survive() {
        assert_eq!(GroupState::decode(state(9).encode()), Ok(state(9)));
        assert_eq!(decode_snapshot(encode_snapshot(77, &state(9))), Ok((77, state(9))));
        let whole = state(9).encode();
        for len in 0..whole.len() {
            assert!(GroupState::decode(whole.slice(..len)).is_err());
        }
    }

    #[test]
    fn the_first_format_knows_no_goal() {
        let first = b"\x01\x07\x03\x01\x02\x00\x01p";
        let state = GroupState::decode(Bytes::from_static(first)).expect("can be read");
        assert_eq!((state.index, state.goal_version, &state.payload[..]), (7, 0, &b"p"[..]));
    }

    #[test]
    fn a_damaged_file_counts_as_none() {
        let sim = SimEnv::new(1);
        let disk = sim.env.disk.as_ref();
        let dir = Path::new("/shard-0");
        disk.create_dir_all(dir).unwrap();
        assert!(read_states(disk, dir).is_empty());
        let states: BTreeMap<_, _> = (1..4).map(|g| (g, state(g * 10))).collect();
        let file = StatesFile::new(&states);
        assert_eq!(file.indices, [(1, 10), (2, 20), (3, 30)]);
        file.write(disk, dir).unwrap();
        assert_eq!(read_states(disk, dir), states);
        let handle = disk.open(&dir.join(FILE_NAME), OpenMode::ReadWrite).unwrap();
        handle.write_all_at(b"x", 100).unwrap();
        assert!(read_states(disk, dir).is_empty());
    }
}
