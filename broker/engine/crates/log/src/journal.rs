//! The journal's files: preallocated, zero-filled, recycled; one write and one fdatasync a round.
//!
//! A file begins with a header (magic, version, sequence number, checksum). Rounds follow back to
//! back, each with the file's sequence number and its own checksum, so that what a recycled file
//! held before is never believed. One round is in flight at a time; therefore a damaged round with
//! a sound one behind it was durable once, which is corruption and not a torn end.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;

use bytes::{BufMut, Bytes, BytesMut};
use headrace_env::{Disk, DiskFile, OpenMode};

use crate::codec;
use crate::frame::Change;
use crate::{GroupId, StoreError};

const MAGIC: &[u8; 8] = b"HRJOURNL";
const VERSION: u16 = 1;
const HEADER_BYTES: u64 = 512;
const ROUND_MAGIC: u32 = 0x4852_4e44;
const ROUND_HEADER_BYTES: u64 = 32;
/// Zeroed space that is kept ahead of the writer, and what one step adds.
const ZERO_AHEAD_BYTES: u64 = 16 << 20;
const ZERO_STEP_BYTES: u64 = 4 << 20;

/// A journal file that is open.
pub(crate) struct JournalFile {
    pub(crate) path: PathBuf,
    pub(crate) file: Arc<dyn DiskFile>,
    /// 0 while the file is spare.
    pub(crate) seq: u64,
    /// Where the next round goes.
    position: u64,
    /// Up to here the file's blocks exist.
    zeroed: u64,
}

impl JournalFile {
    fn header(seq: u64) -> Bytes {
        let mut out = BytesMut::with_capacity(HEADER_BYTES as usize);
        out.put_slice(MAGIC);
        out.put_u16(VERSION);
        out.put_u64(seq);
        out.put_bytes(0, HEADER_BYTES as usize - 4 - out.len());
        codec::sealed(out)
    }

    /// Makes an empty file. Its name is durable when this returns.
    pub(crate) fn create(disk: &dyn Disk, dir: &Path, name: &str) -> Result<Self, StoreError> {
        let path = dir.join(name);
        let file = disk.open(&path, OpenMode::Create).map_err(StoreError::io("create", &path))?;
        disk.sync_dir(dir).map_err(StoreError::io("sync", dir))?;
        Ok(JournalFile { path, file, seq: 0, position: HEADER_BYTES, zeroed: 0 })
    }

    /// Opens a file and reads its sequence number; 0 for a spare or a never finished one.
    pub(crate) fn open(disk: &dyn Disk, path: PathBuf) -> Result<Self, StoreError> {
        let file = disk.open(&path, OpenMode::ReadWrite).map_err(StoreError::io("open", &path))?;
        let zeroed = file.len().map_err(StoreError::io("read", &path))?;
        let mut head = vec![0; HEADER_BYTES as usize];
        let sound = file.read_exact_at(&mut head, 0).is_ok();
        let seq = sound.then(|| Self::seq_of(Bytes::from(head))).flatten().unwrap_or(0);
        Ok(JournalFile { path, file, seq, position: HEADER_BYTES, zeroed })
    }

    fn seq_of(head: Bytes) -> Option<u64> {
        let mut head = codec::unsealed(head).ok()?;
        let magic = head.split_to(8);
        let version = codec::u16(&mut head).ok()?;
        (magic == MAGIC[..] && version == VERSION).then(|| codec::u64(&mut head).ok()).flatten()
    }

    /// Turns a spare file into the one that is written. Durable with the first round.
    pub(crate) fn activate(&mut self, seq: u64) -> Result<(), StoreError> {
        self.seq = seq;
        self.position = HEADER_BYTES;
        let write = self.file.write_all_at(&Self::header(seq), 0);
        write.map_err(StoreError::io("write", &self.path))
    }

    /// Takes a file out of the journal for good, durably, so that it can be recycled.
    pub(crate) fn retire(&mut self) -> Result<(), StoreError> {
        self.seq = 0;
        let blank = || {
            self.file.write_all_at(&[0; HEADER_BYTES as usize], 0)?;
            self.file.sync_data()
        };
        blank().map_err(StoreError::io("write", &self.path))
    }

    /// Whether no round was laid out in it yet.
    pub(crate) fn is_fresh(&self) -> bool {
        self.position == HEADER_BYTES
    }

    /// Bytes written into it.
    pub(crate) fn written_bytes(&self) -> u64 {
        self.position
    }

    /// Allocates a little more space ahead of the writer, up to `limit`.
    pub(crate) fn zero_step(&mut self, limit: u64) -> Result<(), StoreError> {
        self.zeroed = self.zeroed.max(self.position);
        let until = (self.position + ZERO_AHEAD_BYTES).min(limit);
        if self.zeroed >= until {
            return Ok(());
        }
        let step = (until - self.zeroed).min(ZERO_STEP_BYTES);
        let zeros = vec![0; usize::try_from(step).expect("a small step")];
        let write = self.file.write_all_at(&zeros, self.zeroed);
        write.map_err(StoreError::io("write", &self.path))?;
        self.file.start_writeback(self.zeroed, step);
        self.zeroed += step;
        Ok(())
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
        self.position += ROUND_HEADER_BYTES + len as u64;
        Round { file, path, at, parts, number, poisoned: poisoned.clone() }
    }

    /// Hands every sound round of the file to `apply`, in order. Returns the next round's number.
    ///
    /// # Errors
    /// `CorruptJournal` for damage before the end, `Io`, and what `apply` returns.
    pub(crate) fn replay(
        &self,
        mut expected: Option<u64>,
        mut apply: impl FnMut(Vec<(GroupId, Change)>) -> Result<(), StoreError>,
    ) -> Result<Option<u64>, StoreError> {
        let len = self.file.len().map_err(StoreError::io("read", &self.path))?;
        let mut at = HEADER_BYTES;
        loop {
            let Some((number, payload)) = self.read_round(at, len)? else { break };
            if expected.is_some_and(|expected| expected != number) {
                return Err(self.corrupt(at, "a round is missing".into()));
            }
            let size = payload.len() as u64;
            let changes = Change::decode_all(payload)
                .map_err(|_| self.corrupt(at, "unknown frames in a sound round".into()))?;
            at += ROUND_HEADER_BYTES + size;
            apply(changes)?;
            expected = Some(number + 1);
        }
        self.check_torn_end(at, len)?;
        Ok(expected)
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

    /// Behind the last sound round nothing sound of this file may follow.
    fn check_torn_end(&self, from: u64, len: u64) -> Result<(), StoreError> {
        const CHUNK_BYTES: u64 = 1 << 20;
        let mut pattern = BytesMut::new();
        pattern.put_u32(ROUND_MAGIC);
        let pattern = pattern.freeze();
        let mut at = from;
        while at < len {
            let size = (CHUNK_BYTES + ROUND_HEADER_BYTES).min(len - at);
            let mut chunk = vec![0; usize::try_from(size).expect("a chunk")];
            let read = self.file.read_exact_at(&mut chunk, at);
            read.map_err(StoreError::io("read", &self.path))?;
            for (offset, _) in chunk.windows(4).enumerate().filter(|(_, w)| *w == &pattern[..]) {
                let place = at + offset as u64;
                if place > from && self.read_round(place, len)?.is_some() {
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
