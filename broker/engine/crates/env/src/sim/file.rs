//! A simulated file: what reads show, what a power cut would leave, and the writes in between.

use std::io;

use super::below;
use crate::Random;

/// What a disk writes at once or not at all.
pub(super) const SECTOR_BYTES: u64 = 512;

enum Unsynced {
    Write { at: u64, data: Vec<u8> },
    SetLen(u64),
}

/// One file's bytes. `current` is what reads show; `durable` is what survives for certain.
#[derive(Default)]
pub(super) struct FileData {
    current: Vec<u8>,
    durable: Vec<u8>,
    unsynced: Vec<Unsynced>,
}

impl FileData {
    pub(super) fn len(&self) -> u64 {
        self.current.len() as u64
    }

    pub(super) fn read_at(&self, buf: &mut [u8], at: u64) -> usize {
        let from = usize::try_from(at).unwrap_or(usize::MAX).min(self.current.len());
        let n = buf.len().min(self.current.len() - from);
        buf[..n].copy_from_slice(&self.current[from..from + n]);
        n
    }

    pub(super) fn write_at(&mut self, data: &[u8], at: u64) {
        put(&mut self.current, at, data);
        self.unsynced.push(Unsynced::Write { at, data: data.to_vec() });
    }

    pub(super) fn set_len(&mut self, len: u64) -> io::Result<()> {
        let size = usize::try_from(len).map_err(|_| io::ErrorKind::InvalidInput)?;
        self.current.resize(size, 0);
        self.unsynced.push(Unsynced::SetLen(len));
        Ok(())
    }

    pub(super) fn sync(&mut self) {
        for change in std::mem::take(&mut self.unsynced) {
            match change {
                Unsynced::Write { at, data } => put(&mut self.durable, at, &data),
                Unsynced::SetLen(len) => self.durable.resize(len as usize, 0),
            }
        }
    }

    /// A sync that failed: as Linux does, the writes are forgotten although reads still show
    /// them, and any part of them may have reached the disk.
    pub(super) fn fail_sync(&mut self, random: &dyn Random) {
        self.settle(random);
    }

    /// The power went: every unsynced sector either reached the disk or did not.
    pub(super) fn crash(&mut self, random: &dyn Random) {
        self.settle(random);
        self.current = self.durable.clone();
    }

    fn settle(&mut self, random: &dyn Random) {
        // Three moods: nothing arrived, everything arrived, a coin for every sector.
        let mood = below(random, 4);
        for change in std::mem::take(&mut self.unsynced) {
            match change {
                Unsynced::Write { at, data } => {
                    let mut done = 0;
                    while done < data.len() {
                        let place = at + done as u64;
                        let in_sector = (SECTOR_BYTES - place % SECTOR_BYTES) as usize;
                        let end = (done + in_sector).min(data.len());
                        if arrived(mood, random) {
                            put(&mut self.durable, place, &data[done..end]);
                        }
                        done = end;
                    }
                }
                Unsynced::SetLen(len) => {
                    if arrived(mood, random) {
                        self.durable.resize(len as usize, 0);
                    }
                }
            }
        }
    }
}

fn arrived(mood: u64, random: &dyn Random) -> bool {
    match mood {
        0 => false,
        1 => true,
        _ => below(random, 2) == 0,
    }
}

fn put(bytes: &mut Vec<u8>, at: u64, data: &[u8]) {
    let at = at as usize;
    let end = at + data.len();
    if bytes.len() < end {
        bytes.resize(end, 0);
    }
    bytes[at..end].copy_from_slice(data);
}
