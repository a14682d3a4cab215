//! One segment: a file of batches, its sparse index in memory and its side file.
//!
//! The file begins with a header (see [`Header`]); batches follow back to back. The entry at
//! ordinal `n` has the Raft index `base_index + n`. The side file (`.idx`) holds the index for a
//! prefix of the segment that was synced; without it, or with a damaged one, the file is scanned.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, RwLock};

use bytes::{BufMut, Bytes, BytesMut};
use headrace_env::{Disk, DiskFile, OpenMode};
use headrace_wire::batch::BatchHeader;

use crate::codec::{self, Decoded, Malformed};
use crate::walk::Walker;
use crate::{LogMeta, StoreError};

const MAGIC: &[u8; 8] = b"HRSEGMNT";
const INDEX_MAGIC: &[u8; 8] = b"HRSGINDX";
const VERSION: u16 = 1;
/// Bytes before the first batch.
pub(crate) const HEADER_BYTES: u64 = 64;
/// When an index has this many marks, every other one is dropped and the interval doubled.
const MARKS_MAX: usize = 8192;
/// Written bytes after which the kernel is asked to start writing back.
const WRITEBACK_BYTES: u64 = 1 << 20;
/// No time stamp (Raft-only batches, or none yet).
pub(crate) const NO_TIMESTAMP_MS: i64 = -1;

/// What the header of a segment file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) meta: LogMeta,
    pub(crate) base_offset: i64,
    pub(crate) base_index: u64,
    pub(crate) base_term: u64,
    /// When all of the segment was first compacted, Unix ms; 0: not yet.
    pub(crate) cleaned_ms: u64,
}

/// A time stamp has six bytes in the header: enough for 8,900 years.
const CLEANED_MS_MAX: u64 = (1 << 48) - 1;

impl Header {
    fn encode(&self) -> Bytes {
        let mut out = BytesMut::with_capacity(HEADER_BYTES as usize);
        out.put_slice(MAGIC);
        out.put_u16(VERSION);
        codec::put_meta(&mut out, self.meta);
        out.put_i64(self.base_offset);
        out.put_u64(self.base_index);
        out.put_u64(self.base_term);
        out.put_uint(self.cleaned_ms.min(CLEANED_MS_MAX), 6);
        assert_eq!(out.len(), HEADER_BYTES as usize - 4, "the checksum fills it up");
        codec::sealed(out)
    }

    fn decode(data: Bytes) -> Decoded<Header> {
        let mut data = codec::unsealed(data)?;
        if data.len() < 8 || data.split_to(8) != MAGIC[..] || codec::u16(&mut data)? != VERSION {
            return Err(Malformed);
        }
        Ok(Header {
            meta: codec::meta(&mut data)?,
            base_offset: codec::i64(&mut data)?,
            base_index: codec::u64(&mut data)?,
            base_term: codec::u64(&mut data)?,
            cleaned_ms: u64::from(codec::u16(&mut data)?) << 32 | u64::from(codec::u32(&mut data)?),
        })
    }
}

/// Where a batch lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) index: u64,
    pub(crate) offset: i64,
    pub(crate) position: u64,
    /// The largest time stamp before this batch in the segment.
    pub(crate) max_before_ms: i64,
}

/// The first entry of a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TermMark {
    pub(crate) term: u64,
    pub(crate) index: u64,
    pub(crate) offset: i64,
}

/// A segment's content, as far as it is known to be sound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Body {
    pub(crate) len: u64,
    pub(crate) next_index: u64,
    pub(crate) next_offset: i64,
    pub(crate) max_timestamp_ms: i64,
    /// The first time stamp that was seen, for closing by age.
    pub(crate) first_timestamp_ms: i64,
    pub(crate) marks: Vec<Mark>,
    pub(crate) terms: Vec<TermMark>,
    interval_bytes: u64,
    next_mark_at: u64,
}

impl Body {
    fn empty(header: &Header, interval_bytes: u32) -> Body {
        Body {
            len: HEADER_BYTES,
            next_index: header.base_index,
            next_offset: header.base_offset,
            max_timestamp_ms: NO_TIMESTAMP_MS,
            first_timestamp_ms: NO_TIMESTAMP_MS,
            marks: Vec::new(),
            terms: Vec::new(),
            interval_bytes: u64::from(interval_bytes.max(1)),
            next_mark_at: 0,
        }
    }

    /// Takes note of a batch at the end.
    pub(crate) fn note(&mut self, header: &BatchHeader) {
        let term = header.leader_epoch as u64;
        if self.terms.last().is_none_or(|last| last.term != term) {
            let (index, offset) = (self.next_index, self.next_offset);
            self.terms.push(TermMark { term, index, offset });
        }
        if self.len >= self.next_mark_at {
            self.mark();
        }
        self.len += header.size_bytes as u64;
        self.next_index += 1;
        self.next_offset = header.next_offset();
        if !header.takes_no_offset() {
            self.max_timestamp_ms = self.max_timestamp_ms.max(header.max_timestamp_ms);
            if self.first_timestamp_ms == NO_TIMESTAMP_MS {
                self.first_timestamp_ms = header.max_timestamp_ms;
            }
        }
    }

    fn mark(&mut self) {
        self.marks.push(Mark {
            index: self.next_index,
            offset: self.next_offset,
            position: self.len,
            max_before_ms: self.max_timestamp_ms,
        });
        if self.marks.len() >= MARKS_MAX {
            let mut keep = false;
            self.marks.retain(|_| {
                keep = !keep;
                keep
            });
            self.interval_bytes *= 2;
        }
        self.next_mark_at = self.len + self.interval_bytes;
    }

    /// The last mark for which `before` holds; the segment's beginning when none does.
    pub(crate) fn seek(&self, before: impl Fn(&Mark) -> bool) -> Option<Mark> {
        let at = self.marks.partition_point(before);
        at.checked_sub(1).map(|at| self.marks[at])
    }

    fn encode(&self) -> Bytes {
        let mut out = BytesMut::new();
        out.put_slice(INDEX_MAGIC);
        out.put_u16(VERSION);
        for number in [self.len, self.next_index, self.interval_bytes, self.next_mark_at] {
            out.put_u64(number);
        }
        for number in [self.next_offset, self.max_timestamp_ms, self.first_timestamp_ms] {
            out.put_i64(number);
        }
        out.put_u32(u32::try_from(self.marks.len()).expect("below MARKS_MAX"));
        for mark in &self.marks {
            out.put_u64(mark.index);
            out.put_i64(mark.offset);
            out.put_u64(mark.position);
            out.put_i64(mark.max_before_ms);
        }
        out.put_u32(u32::try_from(self.terms.len()).expect("one entry a term"));
        for term in &self.terms {
            out.put_u64(term.term);
            out.put_u64(term.index);
            out.put_i64(term.offset);
        }
        codec::sealed(out)
    }

    fn decode(data: Bytes) -> Decoded<Body> {
        let from = &mut codec::unsealed(data)?;
        if from.len() < 8 || from.split_to(8) != INDEX_MAGIC[..] || codec::u16(from)? != VERSION {
            return Err(Malformed);
        }
        let (len, next_index) = (codec::u64(from)?, codec::u64(from)?);
        let (interval_bytes, next_mark_at) = (codec::u64(from)?, codec::u64(from)?);
        let next_offset = codec::i64(from)?;
        let (max_timestamp_ms, first_timestamp_ms) = (codec::i64(from)?, codec::i64(from)?);
        let marks = (0..codec::u32(from)?)
            .map(|_| {
                Ok(Mark {
                    index: codec::u64(from)?,
                    offset: codec::i64(from)?,
                    position: codec::u64(from)?,
                    max_before_ms: codec::i64(from)?,
                })
            })
            .collect::<Decoded<Vec<_>>>()?;
        let terms = (0..codec::u32(from)?)
            .map(|_| {
                Ok(TermMark {
                    term: codec::u64(from)?,
                    index: codec::u64(from)?,
                    offset: codec::i64(from)?,
                })
            })
            .collect::<Decoded<Vec<_>>>()?;
        Ok(Body {
            len,
            next_index,
            next_offset,
            max_timestamp_ms,
            first_timestamp_ms,
            marks,
            terms,
            interval_bytes,
            next_mark_at,
        })
    }
}

/// A segment file that is open. The owner appends; readers share it.
pub(crate) struct Segment {
    pub(crate) path: PathBuf,
    pub(crate) file: Arc<dyn DiskFile>,
    pub(crate) header: Header,
    pub(crate) body: RwLock<Body>,
    /// Written to since the last checkpoint took it.
    dirty: AtomicBool,
    /// Counts truncations: a side file is written only for a content that was not cut since.
    cuts: AtomicU64,
}

/// The end of the name of a file that a pass of compaction writes.
pub(crate) const REWRITE_SUFFIX: &str = "cleaned";
/// Batches that are written at once.
const REWRITE_BYTES: usize = 1 << 20;

/// A segment's compacted content on its way to the disk.
pub(crate) struct Rewrite {
    /// Its path is the one that it will have.
    segment: Segment,
    pending: Vec<(Bytes, BatchHeader)>,
    pending_bytes: usize,
}

impl Rewrite {
    /// Puts the next entry's batch behind those before.
    pub(crate) fn put(&mut self, batch: Bytes) -> Result<(), StoreError> {
        let header = BatchHeader::parse(&batch);
        let header = header.map_err(|e| StoreError::batch(&self.segment.path, 0, &e))?;
        self.pending_bytes += batch.len();
        self.pending.push((batch, header));
        if self.pending_bytes >= REWRITE_BYTES {
            self.write()?;
        }
        Ok(())
    }

    fn write(&mut self) -> Result<(), StoreError> {
        self.pending_bytes = 0;
        let (parts, headers): (Vec<_>, Vec<_>) = self.pending.drain(..).unzip();
        self.segment.append(&parts, &headers)
    }

    /// The whole file, synced.
    pub(crate) fn finish(mut self) -> Result<Segment, StoreError> {
        self.write()?;
        let Segment { file, path, .. } = &self.segment;
        file.sync_data().map_err(StoreError::io("sync", path))?;
        self.segment.take_dirty();
        Ok(self.segment)
    }

    /// It is of no use.
    pub(crate) fn abandon(self, disk: &dyn Disk) -> Result<(), StoreError> {
        let path = Segment::rewrite_path(&self.segment.path);
        disk.remove_file(&path).map_err(StoreError::io("remove", &path))
    }
}

/// What opening a segment found beyond its sound batches.
#[derive(Debug, Default)]
pub(crate) struct Opened {
    /// Bytes behind the last sound batch.
    pub(crate) torn_bytes: u64,
    /// Why the scan stopped before the end of the file.
    pub(crate) reason: Option<String>,
}

impl Segment {
    pub(crate) fn name(base_offset: i64, base_index: u64) -> String {
        format!("{base_offset:020}-{base_index:020}.log")
    }

    fn side_path(path: &Path) -> PathBuf {
        path.with_extension("idx")
    }

    pub(crate) fn create(
        disk: &dyn Disk,
        dir: &Path,
        header: Header,
        interval_bytes: u32,
    ) -> Result<Segment, StoreError> {
        let path = dir.join(Self::name(header.base_offset, header.base_index));
        let file = disk.open(&path, OpenMode::Create).map_err(StoreError::io("create", &path))?;
        let write = || {
            // A file of that name is a leftover of a truncation that a crash undid.
            file.set_len(0)?;
            file.write_all_at(&header.encode(), 0)
        };
        write().map_err(StoreError::io("write", &path))?;
        let side = Self::side_path(&path);
        if disk.exists(&side) {
            disk.remove_file(&side).map_err(StoreError::io("remove", &side))?;
            disk.sync_dir(dir).map_err(StoreError::io("sync", dir))?;
        }
        Ok(Segment::new(path, file, header, Body::empty(&header, interval_bytes)))
    }

    fn new(path: PathBuf, file: Arc<dyn DiskFile>, header: Header, body: Body) -> Segment {
        let (dirty, cuts) = (AtomicBool::new(true), AtomicU64::new(0));
        Segment { path, file, header, body: RwLock::new(body), dirty, cuts }
    }

    /// Whether it was written to since the last call.
    pub(crate) fn take_dirty(&self) -> bool {
        self.dirty.swap(false, Ordering::AcqRel)
    }

    pub(crate) fn is_dirty(&self) -> bool {
        self.dirty.load(Ordering::Acquire)
    }

    pub(crate) fn cuts(&self) -> u64 {
        self.cuts.load(Ordering::Acquire)
    }

    /// Opens a file and finds out how much of it is sound: the part that its side file covers is
    /// trusted, the rest is read and checked batch by batch.
    pub(crate) fn open(
        disk: &dyn Disk,
        path: &Path,
        meta: LogMeta,
        interval_bytes: u32,
    ) -> Result<(Segment, Opened), StoreError> {
        let file = disk.open(path, OpenMode::ReadWrite).map_err(StoreError::io("open", path))?;
        let file_len = file.len().map_err(StoreError::io("read", path))?;
        let mut head = vec![0; HEADER_BYTES as usize];
        let header = match file.read_exact_at(&mut head, 0) {
            Ok(()) => Header::decode(Bytes::from(head)).ok(),
            Err(_) => None,
        };
        let corrupt = |reason: &str| StoreError::Corrupt {
            path: path.to_path_buf(),
            at: 0,
            reason: reason.into(),
        };
        let header = header.ok_or_else(|| corrupt("it does not begin with a segment header"))?;
        if header.meta != meta {
            return Err(corrupt("it belongs to another partition"));
        }
        let covered = Self::read_side(disk, path).filter(|body| body.len <= file_len);
        let synced = covered.as_ref().is_some_and(|body| body.len == file_len);
        let body = covered.unwrap_or_else(|| Body::empty(&header, interval_bytes));
        let segment = Segment::new(path.to_path_buf(), file, header, body);
        segment.dirty.store(!synced, Ordering::Release);
        let opened = segment.scan(file_len)?;
        Ok((segment, opened))
    }

    fn read_side(disk: &dyn Disk, path: &Path) -> Option<Body> {
        let side = disk.open(&Self::side_path(path), OpenMode::Read).ok()?;
        let mut data = vec![0; usize::try_from(side.len().ok()?).ok()?];
        side.read_exact_at(&mut data, 0).ok()?;
        Body::decode(Bytes::from(data)).ok()
    }

    fn scan(&self, file_len: u64) -> Result<Opened, StoreError> {
        let mut body = self.body.write().expect("no panic holds this lock");
        let mut walker = Walker::new(&self.path, self.file.clone(), body.len, file_len, 1 << 20);
        let mut opened = Opened::default();
        loop {
            match walker.next() {
                Ok(None) => break,
                Ok(Some(found)) if found.header.base_offset == body.next_offset => {
                    body.note(&found.header);
                }
                Ok(Some(_)) => {
                    opened.reason = Some(format!("a batch at byte {} does not follow", body.len));
                    break;
                }
                Err(error @ StoreError::Io { .. }) => return Err(error),
                Err(error) => {
                    opened.reason = Some(error.to_string());
                    break;
                }
            }
        }
        opened.torn_bytes = file_len - body.len;
        Ok(opened)
    }

    /// Writes batches at the end. `parts` and `headers` belong together.
    pub(crate) fn append(
        &self,
        parts: &[Bytes],
        headers: &[BatchHeader],
    ) -> Result<(), StoreError> {
        self.dirty.store(true, Ordering::Release);
        let at = self.len();
        let write = self.file.write_vectored_all_at(parts, at);
        write.map_err(StoreError::io("write", &self.path))?;
        let mut body = self.body.write().expect("no panic holds this lock");
        headers.iter().for_each(|header| body.note(header));
        let (from, to) = (at / WRITEBACK_BYTES, body.len / WRITEBACK_BYTES);
        if to > from {
            self.file.start_writeback(from * WRITEBACK_BYTES, (to - from) * WRITEBACK_BYTES);
        }
        Ok(())
    }

    /// Removes the side file durably, and for good: who still has an older state of the segment
    /// does not write it again.
    pub(crate) fn forget_side(&self, disk: &dyn Disk) -> Result<(), StoreError> {
        self.cuts.fetch_add(1, Ordering::AcqRel);
        let side = Self::side_path(&self.path);
        if disk.exists(&side) {
            disk.remove_file(&side).map_err(StoreError::io("remove", &side))?;
            let dir = self.path.parent().expect("segments lie in a folder");
            disk.sync_dir(dir).map_err(StoreError::io("sync", dir))?;
        }
        Ok(())
    }

    /// Where a segment's compacted content waits to take its place.
    pub(crate) fn rewrite_path(path: &Path) -> PathBuf {
        path.with_extension(REWRITE_SUFFIX)
    }

    /// Begins a file beside this one that is to hold the same entries in fewer bytes.
    pub(crate) fn rewrite(&self, disk: &dyn Disk, cleaned_ms: u64) -> Result<Rewrite, StoreError> {
        let path = Self::rewrite_path(&self.path);
        let header = Header { cleaned_ms, ..self.header };
        let file = disk.open(&path, OpenMode::Create).map_err(StoreError::io("create", &path))?;
        let begun = file.set_len(0).and_then(|()| file.write_all_at(&header.encode(), 0));
        begun.map_err(StoreError::io("write", &path))?;
        let interval = self.with(|body| body.interval_bytes);
        let interval = u32::try_from(interval).unwrap_or(u32::MAX);
        let body = Body::empty(&header, interval);
        let segment = Segment::new(self.path.clone(), file, header, body);
        Ok(Rewrite { segment, pending: Vec::new(), pending_bytes: 0 })
    }

    /// Cuts the segment so that `index` is the next entry. The side file goes first: it must never
    /// cover bytes that are written anew.
    pub(crate) fn truncate(&self, disk: &dyn Disk, index: u64) -> Result<(), StoreError> {
        self.dirty.store(true, Ordering::Release);
        self.forget_side(disk)?;
        let found = self.body().seek(|mark| mark.index <= index);
        let body = self.body();
        let mut kept = Body::empty(&self.header, 1);
        kept.interval_bytes = body.interval_bytes;
        if let Some(mark) = found {
            kept.len = mark.position;
            kept.next_index = mark.index;
            kept.next_offset = mark.offset;
            kept.max_timestamp_ms = mark.max_before_ms;
            kept.first_timestamp_ms = body.first_timestamp_ms;
            kept.marks = body.marks.iter().filter(|m| m.index < mark.index).copied().collect();
            kept.terms = body.terms.iter().filter(|t| t.index < mark.index).copied().collect();
        }
        let mut walker = Walker::new(&self.path, self.file.clone(), kept.len, body.len, 256 << 10);
        while kept.next_index < index {
            let found = walker.next()?.expect("index lies within the segment");
            kept.note(&found.header);
        }
        // Synced, or what was cut might show again behind what takes its place, after a loss of
        // power: recovery keeps sound batches that the journal does not know.
        let cut = self.file.set_len(kept.len).and_then(|()| self.file.sync_data());
        cut.map_err(StoreError::io("truncate", &self.path))?;
        *self.body.write().expect("no panic holds this lock") = kept;
        Ok(())
    }

    /// Cuts off what the scan found to be torn.
    pub(crate) fn drop_torn(&self) -> Result<(), StoreError> {
        self.file.set_len(self.len()).map_err(StoreError::io("truncate", &self.path))
    }

    /// Writes the side file for `body`, a state that was synced. Not synced itself: a torn one is
    /// noticed by its checksum.
    pub(crate) fn write_side(&self, disk: &dyn Disk, body: &Body) -> Result<(), StoreError> {
        let side = Self::side_path(&self.path);
        let temporary = side.with_extension("idx.tmp");
        let write = || {
            // A crash may have left one. Written over, its old content, which was sound, might
            // outlive the next crash under the new name.
            if disk.exists(&temporary) {
                disk.remove_file(&temporary)?;
            }
            let file = disk.open(&temporary, OpenMode::Create)?;
            file.write_all_at(&body.encode(), 0)?;
            disk.rename(&temporary, &side)
        };
        write().map_err(StoreError::io("write", &side))
    }

    pub(crate) fn remove(&self, disk: &dyn Disk) -> Result<(), StoreError> {
        self.cuts.fetch_add(1, Ordering::AcqRel);
        for path in [Self::side_path(&self.path), self.path.clone()] {
            match disk.remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(StoreError::io("remove", &path)(error));
                }
                _ => {}
            }
        }
        Ok(())
    }

    pub(crate) fn body(&self) -> Body {
        self.body.read().expect("no panic holds this lock").clone()
    }

    /// Runs `read` on the body without copying it.
    pub(crate) fn with<T>(&self, read: impl FnOnce(&Body) -> T) -> T {
        read(&self.body.read().expect("no panic holds this lock"))
    }

    pub(crate) fn len(&self) -> u64 {
        self.with(|body| body.len)
    }

    pub(crate) fn next_index(&self) -> u64 {
        self.with(|body| body.next_index)
    }

    /// Walks the batches from the last mark for which `before` holds, `chunk_bytes` a read.
    pub(crate) fn walk(&self, before: impl Fn(&Mark) -> bool, chunk_bytes: usize) -> (u64, Walker) {
        let (mark, len) = self.with(|body| (body.seek(before), body.len));
        let (index, position) =
            mark.map_or((self.header.base_index, HEADER_BYTES), |m| (m.index, m.position));
        (index, Walker::new(&self.path, self.file.clone(), position, len, chunk_bytes))
    }
}
