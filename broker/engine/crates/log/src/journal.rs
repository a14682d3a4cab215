//! The journal's files: preallocated, zero-filled, recycled; one write and one fdatasync a round.
//!
//! A file begins with a header (magic, version, sequence number, checksum) in a block of its own.
//! Rounds follow, each from a block's boundary, with the file's sequence number and its own
//! checksum, so that what a recycled file held before is never believed. One round is in flight at
//! a time; therefore a damaged round with a sound one behind it was durable once, which is
//! corruption and not a torn end.
//!
//! Writes go around the page cache: nothing is read back before the next start, and a copy into
//! fresh pages of the cache cost more than all the rest of a round (docs/decisions/0006).

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;

use bytes::{BufMut, Bytes, BytesMut};
use headrace_env::{Disk, DiskFile, OpenMode, DIRECT_BLOCK_BYTES};

use crate::codec;
use crate::frame::Change;
use crate::{GroupId, StoreError};

const MAGIC: &[u8; 8] = b"HRJOURNL";
/// Version 1 had a header of 512 bytes and rounds back to back; it is read, never written.
const VERSION: u16 = 2;
/// The part of the header that is sealed.
const HEADER_BYTES: u64 = 512;
const ROUND_MAGIC: u32 = 0x4852_4e44;
const ROUND_HEADER_BYTES: u64 = 32;
/// What is zeroed by one write.
const ZERO_STEP_BYTES: u64 = 1 << 20;
/// What fills a round's last block.
static PADDING: [u8; DIRECT_BLOCK_BYTES as usize] = [0; DIRECT_BLOCK_BYTES as usize];

/// Where rounds may begin.
#[derive(Clone, Copy)]
struct Layout {
    first: u64,
    block: u64,
}

impl Layout {
    const NEWEST: Layout = Layout { first: DIRECT_BLOCK_BYTES, block: DIRECT_BLOCK_BYTES };

    fn of(version: u16) -> Option<Layout> {
        match version {
            1 => Some(Layout { first: HEADER_BYTES, block: 1 }),
            VERSION => Some(Layout::NEWEST),
            _ => None,
        }
    }
}

/// A journal file that is open.
pub(crate) struct JournalFile {
    pub(crate) path: PathBuf,
    pub(crate) file: Arc<dyn DiskFile>,
    /// 0 while the file is spare.
    pub(crate) seq: u64,
    layout: Layout,
    /// Where the next round goes.
    position: u64,
    /// Up to here the file's blocks exist.
    allocated: u64,
}

impl JournalFile {
    fn header(seq: u64) -> Bytes {
        let mut out = BytesMut::with_capacity(HEADER_BYTES as usize);
        out.put_slice(MAGIC);
        out.put_u16(VERSION);
        out.put_u64(seq);
        out.put_bytes(0, HEADER_BYTES as usize - 4 - out.len());
        let mut block = BytesMut::from(codec::sealed(out));
        block.resize(DIRECT_BLOCK_BYTES as usize, 0);
        block.freeze()
    }

    fn with(path: PathBuf, file: Arc<dyn DiskFile>, allocated: u64) -> Self {
        let layout = Layout::NEWEST;
        JournalFile { path, file, seq: 0, layout, position: layout.first, allocated }
    }

    /// Makes an empty file. Its name is durable when this returns.
    pub(crate) fn create(disk: &dyn Disk, dir: &Path, name: &str) -> Result<Self, StoreError> {
        let path = dir.join(name);
        let file = disk.open(&path, OpenMode::Direct).map_err(StoreError::io("create", &path))?;
        disk.sync_dir(dir).map_err(StoreError::io("sync", dir))?;
        Ok(JournalFile::with(path, file, 0))
    }

    /// Opens a file and reads its sequence number; 0 for a spare or a never finished one.
    pub(crate) fn open(disk: &dyn Disk, path: PathBuf) -> Result<Self, StoreError> {
        let file = disk.open(&path, OpenMode::Direct).map_err(StoreError::io("open", &path))?;
        let allocated = file.len().map_err(StoreError::io("read", &path))?;
        let mut journal = JournalFile::with(path, file, allocated);
        let mut head = vec![0; HEADER_BYTES as usize];
        let sound = journal.file.read_exact_at(&mut head, 0).is_ok();
        if let Some((layout, seq)) = sound.then(|| Self::read_header(Bytes::from(head))).flatten() {
            (journal.layout, journal.seq) = (layout, seq);
        }
        Ok(journal)
    }

    fn read_header(head: Bytes) -> Option<(Layout, u64)> {
        let mut head = codec::unsealed(head).ok()?;
        let magic = head.split_to(8);
        let version = codec::u16(&mut head).ok()?;
        let layout = Layout::of(version).filter(|_| magic == MAGIC[..])?;
        Some((layout, codec::u64(&mut head).ok()?))
    }

    /// Turns a spare file into the one that is written. Durable with the first round.
    pub(crate) fn activate(&mut self, seq: u64) -> Result<(), StoreError> {
        self.seq = seq;
        self.layout = Layout::NEWEST;
        self.position = self.layout.first;
        let write = self.file.write_all_at(&Self::header(seq), 0);
        write.map_err(StoreError::io("write", &self.path))
    }

    /// Takes a file out of the journal for good, durably, so that it can be recycled.
    pub(crate) fn retire(&mut self) -> Result<(), StoreError> {
        self.seq = 0;
        let blank = || {
            self.file.write_all_at(&PADDING, 0)?;
            self.file.sync_data()
        };
        blank().map_err(StoreError::io("write", &self.path))
    }

    /// Whether no round was laid out in it yet.
    pub(crate) fn is_fresh(&self) -> bool {
        self.position == self.layout.first
    }

    /// Bytes written into it.
    pub(crate) fn written_bytes(&self) -> u64 {
        self.position
    }

    /// Whether rounds up to `limit` bytes go where blocks exist.
    pub(crate) fn is_prepared(&self, limit: u64) -> bool {
        self.allocated >= limit
    }

    /// Writes zeros up to `limit`, so that later syncs have no blocks to allocate. Takes a while:
    /// for files that nobody writes to, on a thread that nobody waits for.
    pub(crate) fn prepare(&mut self, limit: u64) -> Result<(), StoreError> {
        let zeros = vec![0; ZERO_STEP_BYTES as usize];
        let mut at = self.allocated / DIRECT_BLOCK_BYTES * DIRECT_BLOCK_BYTES;
        while at < limit {
            let step = (limit - at).next_multiple_of(DIRECT_BLOCK_BYTES).min(ZERO_STEP_BYTES);
            let write = self.file.write_all_at(&zeros[..step as usize], at);
            write.map_err(StoreError::io("write", &self.path))?;
            at += step;
            self.allocated = at;
        }
        self.file.sync_data().map_err(StoreError::io("sync", &self.path))
    }

    /// Lays out a round at the end of the file.
    pub(crate) fn round(
        &mut self,
        number: u64,
        changes: &[(GroupId, Change)],
        poisoned: &Arc<AtomicBool>,
    ) -> Round {
        let mut parts = vec![Bytes::new()];
        let mut small = BytesMut::with_capacity(64 * changes.len());
        for (group, change) in changes {
            if let Some(batch) = change.encode(*group, &mut small) {
                parts.push(small.split().freeze());
                parts.push(batch);
            }
        }
        parts.push(small.freeze());
        let len: usize = parts.iter().map(Bytes::len).sum();
        let mut head = BytesMut::with_capacity(ROUND_HEADER_BYTES as usize);
        head.put_u32(ROUND_MAGIC);
        head.put_u32(0);
        head.put_u64(self.seq);
        head.put_u64(number);
        head.put_u32(u32::try_from(len).expect("a round is far below 4 GiB"));
        head.put_u32(u32::try_from(changes.len()).expect("a round's changes are bounded"));
        let mut crc = crc32c::crc32c(&head[8..]);
        for part in &parts {
            crc = crc32c::crc32c_append(crc, part);
        }
        head[4..8].copy_from_slice(&crc.to_be_bytes());
        parts[0] = head.freeze();
        let (file, path, at) = (self.file.clone(), self.path.clone(), self.position);
        let end = at + ROUND_HEADER_BYTES + len as u64;
        self.position = end.next_multiple_of(self.layout.block);
        self.allocated = self.allocated.max(self.position);
        let padding = usize::try_from(self.position - end).expect("less than a block");
        parts.push(Bytes::from_static(&PADDING[..padding]));
        Round { file, path, at, parts, number, poisoned: poisoned.clone() }
    }

    /// Hands every sound round of the file to `apply`, in order. Returns the next round's number,
    /// and where it would begin: see [`JournalFile::check_torn_end`].
    ///
    /// # Errors
    /// `CorruptJournal` for rounds that do not follow, `Io`, and what `apply` returns.
    pub(crate) fn replay(
        &self,
        mut expected: Option<u64>,
        mut apply: impl FnMut(Vec<(GroupId, Change)>) -> Result<(), StoreError>,
    ) -> Result<(Option<u64>, u64), StoreError> {
        let len = self.file.len().map_err(StoreError::io("read", &self.path))?;
        let mut at = self.layout.first;
        loop {
            let Some((number, payload)) = self.read_round(at, len)? else { break };
            if expected.is_some_and(|expected| expected != number) {
                return Err(self.corrupt(at, "a round is missing".into()));
            }
            let size = payload.len() as u64;
            let changes = Change::decode_all(payload)
                .map_err(|_| self.corrupt(at, "unknown frames in a sound round".into()))?;
            at = (at + ROUND_HEADER_BYTES + size).next_multiple_of(self.layout.block);
            apply(changes)?;
            expected = Some(number + 1);
        }
        Ok((expected, at))
    }

    fn corrupt(&self, at: u64, reason: String) -> StoreError {
        StoreError::CorruptJournal { path: self.path.clone(), at, reason }
    }

    fn read_round(&self, at: u64, len: u64) -> Result<Option<(u64, Bytes)>, StoreError> {
        if at + ROUND_HEADER_BYTES > len {
            return Ok(None);
        }
        let read = StoreError::io("read", &self.path);
        let mut head = vec![0; ROUND_HEADER_BYTES as usize];
        if let Err(error) = self.file.read_exact_at(&mut head, at) {
            return Err(read(error));
        }
        let mut from = Bytes::from(head.clone());
        let fields = (|| {
            let (magic, crc) = (codec::u32(&mut from)?, codec::u32(&mut from)?);
            let (seq, number) = (codec::u64(&mut from)?, codec::u64(&mut from)?);
            Ok::<_, codec::Malformed>((magic, crc, seq, number, codec::u32(&mut from)?))
        })();
        let (magic, crc, seq, number, size) = fields.expect("32 bytes hold them");
        let fits = at + ROUND_HEADER_BYTES + u64::from(size) <= len;
        if magic != ROUND_MAGIC || seq != self.seq || !fits {
            return Ok(None);
        }
        let mut payload = vec![0; size as usize];
        if let Err(error) = self.file.read_exact_at(&mut payload, at + ROUND_HEADER_BYTES) {
            return Err(read(error));
        }
        let found = crc32c::crc32c_append(crc32c::crc32c(&head[8..]), &payload);
        Ok((found == crc).then(|| (number, Bytes::from(payload))))
    }

    /// Behind the last sound round, which ends at `from`, nothing sound of this file may follow.
    ///
    /// # Errors
    /// `CorruptJournal` when it does, `Io`.
    pub(crate) fn check_torn_end(&self, from: u64) -> Result<(), StoreError> {
        const CHUNK_BYTES: u64 = 1 << 20;
        let len = self.file.len().map_err(StoreError::io("read", &self.path))?;
        let magic = ROUND_MAGIC.to_be_bytes();
        let step = usize::try_from(self.layout.block).expect("a block");
        let mut chunk = vec![0; (CHUNK_BYTES + ROUND_HEADER_BYTES) as usize];
        let mut at = from;
        while at < len {
            let size = (len - at).min(chunk.len() as u64) as usize;
            let read = self.file.read_exact_at(&mut chunk[..size], at);
            read.map_err(StoreError::io("read", &self.path))?;
            for offset in (0..size).step_by(step) {
                let place = at + offset as u64;
                let begins = place > from && chunk[offset..size].starts_with(&magic);
                if begins && self.read_round(place, len)?.is_some() {
                    let reason = format!("a whole round follows at byte {place}");
                    return Err(self.corrupt(from, reason));
                }
            }
            at += CHUNK_BYTES;
        }
        Ok(())
    }
}

/// Everything that the groups of a shard wrote in one turn, on its way to the disk.
pub struct Round {
    file: Arc<dyn DiskFile>,
    path: PathBuf,
    at: u64,
    parts: Vec<Bytes>,
    number: u64,
    poisoned: Arc<AtomicBool>,
}

impl std::fmt::Debug for Round {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Round({}, {} bytes)", self.number, self.size_bytes())
    }
}

impl Round {
    /// Its number, for `Store::round_done`.
    pub fn seq(&self) -> u64 {
        self.number
    }

    /// What it writes, in bytes.
    pub fn size_bytes(&self) -> usize {
        self.parts.iter().map(Bytes::len).sum()
    }

    /// Writes the round and makes it durable: the point where an acknowledgement becomes true.
    /// Blocks; runs on the journal's thread.
    ///
    /// # Errors
    /// `Io`. The store is poisoned from then on: what the disk holds is unknown.
    pub fn write_and_sync(&self) -> Result<(), StoreError> {
        let write = || {
            self.file.write_vectored_all_at(&self.parts, self.at)?;
            self.file.sync_data()
        };
        write().map_err(|error| {
            self.poisoned.store(true, Ordering::Release);
            StoreError::io("write", &self.path)(error)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::HardState;

    #[test]
    fn files_of_the_first_version_are_read() {
        let sim = headrace_env::sim::SimEnv::new(1);
        let path = PathBuf::from("/000001.wal");
        let file = sim.disk.open(&path, OpenMode::Create).expect("an empty disk");
        let mut head = JournalFile::header(7)[..HEADER_BYTES as usize - 4].to_vec();
        head[MAGIC.len()..MAGIC.len() + 2].copy_from_slice(&1u16.to_be_bytes());
        file.write_all_at(&codec::sealed(BytesMut::from(&head[..])), 0).expect("room");
        let mut old = JournalFile::with(path.clone(), file, 0);
        (old.seq, old.layout) = (7, Layout::of(1).expect("known"));
        old.position = old.layout.first;
        let change = |n| (n, Change::Hard(HardState { term: n, vote: 0, commit: 0 }));
        let poisoned = Arc::new(AtomicBool::new(false));
        for number in 1..=3 {
            old.round(number, &[change(number)], &poisoned).write_and_sync().expect("room");
        }
        let opened = JournalFile::open(&sim.disk, path).expect("sound");
        assert_eq!(opened.seq, 7);
        let mut seen = Vec::new();
        let next = opened.replay(None, |changes| {
            seen.extend(changes);
            Ok(())
        });
        let (next, end) = next.expect("sound");
        assert_eq!((next, seen), (Some(4), vec![change(1), change(2), change(3)]));
        opened.check_torn_end(end).expect("nothing follows");
    }
}
