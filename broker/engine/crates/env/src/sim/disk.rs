//! A file system in memory that can lose power, fill up, and fail.
//!
//! Model: names and bytes each have a current and a durable state. [`SimDisk::crash`] leaves the
//! durable state plus, for every folder, some first part of its unsynced name changes, and for
//! every file any mixture of its unsynced sectors. This is weaker than any file system that
//! Linux has, so code that survives it survives them.
//!
//! [`SimDisk::kill`] ends the process alone: the operating system keeps all that was written.
//!
//! Handles from before either answer with an error, as a dead process would never answer.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use super::below;
use super::file::FileData;
use crate::{Disk, DiskFile, OpenMode, Random, Space, DIRECT_BLOCK_BYTES};

type FileId = u64;

#[derive(Clone, Debug, PartialEq)]
enum Node {
    Dir,
    File(FileId),
}

#[derive(Clone, Debug)]
enum NameChange {
    Put(PathBuf, Node),
    Remove(PathBuf),
    Rename(PathBuf, PathBuf, FileId),
}

/// Counts of what was asked of a [`SimDisk`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SimDiskStats {
    /// Successful `sync_data` calls.
    pub syncs: u64,
    /// Successful `sync_dir` calls.
    pub dir_syncs: u64,
    /// Successful write calls (a vectored write counts once).
    pub writes: u64,
    /// Bytes those wrote.
    pub written_bytes: u64,
}

#[derive(Default)]
struct State {
    names: BTreeMap<PathBuf, Node>,
    durable_names: BTreeMap<PathBuf, Node>,
    unsynced_names: HashMap<PathBuf, Vec<NameChange>>,
    files: HashMap<FileId, FileData>,
    locked: BTreeSet<PathBuf>,
    next_file: FileId,
    life: u64,
    boots: u64,
    capacity_bytes: Option<u64>,
    fail_sync_in: Option<u64>,
    fail_write_in: Option<u64>,
    power_off_in: Option<u64>,
    failing_random: u64,
    stats: SimDiskStats,
}

/// A disk in memory. Clones share it.
#[derive(Clone, Default)]
pub struct SimDisk {
    state: Arc<Mutex<State>>,
}

impl std::fmt::Debug for SimDisk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SimDisk")
    }
}

impl SimDisk {
    /// An empty disk without a limit.
    pub fn new() -> Self {
        Self::default()
    }

    /// Cuts the power and restores it: old handles are dead, unsynced changes are lost or torn
    /// as `random` decides, planned faults are cleared.
    pub fn crash(&self, random: &dyn Random) {
        let mut state = self.state();
        state.end_life();
        state.boots += 1;
        let mut folders: Vec<_> = std::mem::take(&mut state.unsynced_names).into_iter().collect();
        folders.sort_by(|a, b| a.0.cmp(&b.0));
        for (_, changes) in folders {
            let kept = below(random, changes.len() as u64 + 1) as usize;
            for change in changes.into_iter().take(kept) {
                apply(&mut state.durable_names, change);
            }
        }
        drop_orphans(&mut state.durable_names);
        state.names = state.durable_names.clone();
        let mut kept = BTreeSet::new();
        for node in state.names.values() {
            if let Node::File(id) = node {
                kept.insert(*id);
            }
        }
        state.files.retain(|id, _| kept.contains(id));
        for id in kept {
            if let Some(file) = state.files.get_mut(&id) {
                file.crash(random);
            }
        }
    }

    /// Ends the process that uses the disk, and nothing else: old handles are dead, every change
    /// is kept, planned faults are cleared. What is not synced is so still.
    pub fn kill(&self) {
        self.state().end_life();
    }

    /// The `nth` sync from now (0 is the next) fails, and all after it.
    pub fn fail_sync_after(&self, nth: u64) {
        self.state().fail_sync_in = Some(nth);
    }

    /// The `nth` write from now (0 is the next) fails, and all after it.
    pub fn fail_write_after(&self, nth: u64) {
        self.state().fail_write_in = Some(nth);
    }

    /// After `nth` more changing calls everything fails, as if the machine were gone. Follow it
    /// with [`SimDisk::crash`].
    pub fn cut_power_after(&self, nth: u64) {
        self.state().power_off_in = Some(nth);
    }

    /// Whether [`SimDisk::cut_power_after`] has struck.
    pub fn power_is_off(&self) -> bool {
        self.state().power_off_in == Some(0)
    }

    /// Clears planned faults, except a power cut that has struck.
    pub fn heal(&self) {
        let mut state = self.state();
        state.fail_sync_in = None;
        state.fail_write_in = None;
    }

    /// Limits the sum of all files' lengths; `None` lifts the limit.
    pub fn set_capacity_bytes(&self, capacity_bytes: Option<u64>) {
        self.state().capacity_bytes = capacity_bytes;
    }

    /// The sum of all files' lengths.
    pub fn used_bytes(&self) -> u64 {
        self.state().used_bytes()
    }

    /// What was asked so far.
    pub fn stats(&self) -> SimDiskStats {
        self.state().stats
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic in one test thread must not hide its message behind a second one here.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn end_life(&mut self) {
        self.life += 1;
        self.locked.clear();
        self.fail_sync_in = None;
        self.fail_write_in = None;
        self.power_off_in = None;
    }

    fn used_bytes(&self) -> u64 {
        let live = self.names.values().filter_map(|node| match node {
            Node::File(id) => self.files.get(id).map(FileData::len),
            Node::Dir => None,
        });
        live.sum()
    }

    /// Counts down to the planned power cut; an error once it has struck.
    fn change(&mut self) -> io::Result<()> {
        match &mut self.power_off_in {
            Some(0) => Err(io::Error::other("the simulated power is off")),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn rename_dirs(&mut self, change: NameChange) {
        let dir = match &change {
            NameChange::Put(path, _) | NameChange::Remove(path) => parent(path),
            NameChange::Rename(_, to, _) => parent(to),
        };
        apply(&mut self.names, change.clone());
        self.unsynced_names.entry(dir).or_default().push(change);
    }

    fn check_room(&self, id: FileId, end: u64) -> io::Result<()> {
        let Some(capacity) = self.capacity_bytes else { return Ok(()) };
        let have = self.files.get(&id).map_or(0, FileData::len);
        if end > have && self.used_bytes() + (end - have) > capacity {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    }
}

fn due(countdown: &mut Option<u64>) -> bool {
    match countdown {
        Some(0) => true,
        Some(left) => {
            *left -= 1;
            false
        }
        None => false,
    }
}

fn parent(path: &Path) -> PathBuf {
    path.parent().unwrap_or(Path::new("")).to_path_buf()
}

fn apply(names: &mut BTreeMap<PathBuf, Node>, change: NameChange) {
    match change {
        NameChange::Put(path, node) => {
            names.insert(path, node);
        }
        NameChange::Remove(path) => {
            names.retain(|name, _| !name.starts_with(&path));
        }
        NameChange::Rename(from, to, id) => {
            names.remove(&from);
            names.insert(to, Node::File(id));
        }
    }
}

/// Drops what lies in folders that did not survive.
fn drop_orphans(names: &mut BTreeMap<PathBuf, Node>) {
    let dirs: BTreeSet<PathBuf> = names
        .iter()
        .filter(|(_, node)| **node == Node::Dir)
        .map(|(path, _)| path.clone())
        .collect();
    names.retain(|path, _| {
        path.ancestors().skip(1).all(|up| up.parent().is_none() || dirs.contains(up))
    });
}

fn not_found(path: &Path) -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, format!("{}: not found", path.display()))
}

impl Disk for SimDisk {
    fn open(&self, path: &Path, mode: OpenMode) -> io::Result<Arc<dyn DiskFile>> {
        let mut state = self.state();
        let id = match state.names.get(path) {
            Some(Node::File(id)) => *id,
            Some(Node::Dir) => return Err(io::ErrorKind::IsADirectory.into()),
            None if matches!(mode, OpenMode::Read | OpenMode::ReadWrite) => {
                return Err(not_found(path));
            }
            None => {
                let dir = parent(path);
                if dir.parent().is_some() && state.names.get(&dir) != Some(&Node::Dir) {
                    return Err(not_found(&dir));
                }
                state.change()?;
                let id = state.next_file;
                state.next_file += 1;
                state.files.insert(id, FileData::default());
                state.rename_dirs(NameChange::Put(path.to_path_buf(), Node::File(id)));
                id
            }
        };
        let life = state.life;
        let block = if mode == OpenMode::Direct { DIRECT_BLOCK_BYTES } else { 1 };
        Ok(Arc::new(SimFile { disk: self.clone(), id, life, lock: None, block }))
    }

    fn lock_exclusive(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        self.open(path, OpenMode::Create)?;
        let mut state = self.state();
        let Some(Node::File(id)) = state.names.get(path).cloned() else {
            return Err(not_found(path));
        };
        if !state.locked.insert(path.to_path_buf()) {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let life = state.life;
        let lock = Some(path.to_path_buf());
        Ok(Arc::new(SimFile { disk: self.clone(), id, life, lock, block: 1 }))
    }

    fn create_dir_all(&self, dir: &Path) -> io::Result<()> {
        let mut state = self.state();
        let mut missing: Vec<&Path> =
            dir.ancestors().take_while(|up| up.parent().is_some()).collect();
        missing.reverse();
        for up in missing {
            match state.names.get(up) {
                Some(Node::Dir) => {}
                Some(Node::File(_)) => return Err(io::ErrorKind::NotADirectory.into()),
                None => {
                    state.change()?;
                    state.rename_dirs(NameChange::Put(up.to_path_buf(), Node::Dir));
                }
            }
        }
        Ok(())
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        let state = self.state();
        if dir.parent().is_some() && state.names.get(dir) != Some(&Node::Dir) {
            return Err(not_found(dir));
        }
        let names = state.names.keys().filter(|path| path.parent() == Some(dir));
        Ok(names.filter_map(|p| p.file_name()?.to_str().map(String::from)).collect())
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state();
        if !matches!(state.names.get(path), Some(Node::File(_))) {
            return Err(not_found(path));
        }
        state.change()?;
        state.rename_dirs(NameChange::Remove(path.to_path_buf()));
        Ok(())
    }

    fn remove_dir_all(&self, dir: &Path) -> io::Result<()> {
        let mut state = self.state();
        if state.names.get(dir) != Some(&Node::Dir) {
            return Err(not_found(dir));
        }
        state.change()?;
        // A folder made anew under the name is another one: a sync of it brings back no old name.
        state.unsynced_names.retain(|folder, _| !folder.starts_with(dir));
        state.rename_dirs(NameChange::Remove(dir.to_path_buf()));
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.state();
        let Some(Node::File(id)) = state.names.get(from).cloned() else {
            return Err(not_found(from));
        };
        if parent(from) != parent(to) {
            return Err(io::Error::new(
                io::ErrorKind::Unsupported,
                "the simulated disk renames within one folder only",
            ));
        }
        state.change()?;
        state.rename_dirs(NameChange::Rename(from.to_path_buf(), to.to_path_buf(), id));
        Ok(())
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.change()?;
        if due(&mut state.fail_sync_in) {
            return Err(io::Error::other("simulated sync failure"));
        }
        for change in state.unsynced_names.remove(dir).unwrap_or_default() {
            apply(&mut state.durable_names, change);
        }
        state.stats.dir_syncs += 1;
        Ok(())
    }

    fn exists(&self, path: &Path) -> bool {
        self.state().names.contains_key(path)
    }

    fn space_bytes(&self, _path: &Path) -> io::Result<Space> {
        let state = self.state();
        let total = state.capacity_bytes.unwrap_or(u64::MAX);
        Ok(Space { total, usable: total.saturating_sub(state.used_bytes()) })
    }

    fn boot_id(&self) -> String {
        format!("boot-{}", self.state().boots)
    }
}

struct SimFile {
    disk: SimDisk,
    id: FileId,
    life: u64,
    lock: Option<PathBuf>,
    /// What writes must be aligned to.
    block: u64,
}

impl SimFile {
    fn with<T>(&self, run: impl FnOnce(&mut State, FileId) -> io::Result<T>) -> io::Result<T> {
        let mut state = self.disk.state();
        if state.life != self.life {
            return Err(io::Error::other("this handle is from before the simulated crash"));
        }
        run(&mut state, self.id)
    }
}

fn gone() -> io::Error {
    io::Error::other("the simulated file is gone")
}

impl DiskFile for SimFile {
    fn len(&self) -> io::Result<u64> {
        self.with(|state, id| Ok(state.files.get(&id).ok_or_else(gone)?.len()))
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.with(|state, id| {
            state.change()?;
            state.check_room(id, len)?;
            state.files.get_mut(&id).ok_or_else(gone)?.set_len(len)
        })
    }

    fn read_at(&self, buf: &mut [u8], at: u64) -> io::Result<usize> {
        self.with(|state, id| Ok(state.files.get(&id).ok_or_else(gone)?.read_at(buf, at)))
    }

    fn write_all_at(&self, data: &[u8], at: u64) -> io::Result<()> {
        let len = data.len() as u64;
        let aligned = at % self.block == 0 && len % self.block == 0;
        assert!(aligned, "{len} bytes at {at} in blocks of {}", self.block);
        self.with(|state, id| {
            state.change()?;
            if due(&mut state.fail_write_in) {
                return Err(io::Error::other("simulated write failure"));
            }
            state.check_room(id, at + data.len() as u64)?;
            state.files.get_mut(&id).ok_or_else(gone)?.write_at(data, at);
            state.stats.writes += 1;
            state.stats.written_bytes += data.len() as u64;
            Ok(())
        })
    }

    fn write_vectored_all_at(&self, parts: &[Bytes], at: u64) -> io::Result<()> {
        self.write_all_at(&parts.concat(), at)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.with(|state, id| {
            state.change()?;
            if due(&mut state.fail_sync_in) {
                state.failing_random += 1;
                let random = super::SimRandom::new(state.failing_random);
                state.files.get_mut(&id).ok_or_else(gone)?.fail_sync(&random);
                return Err(io::Error::other("simulated sync failure"));
            }
            state.files.get_mut(&id).ok_or_else(gone)?.sync();
            state.stats.syncs += 1;
            Ok(())
        })
    }

    fn start_writeback(&self, _at: u64, _len: u64) {}
}

impl Drop for SimFile {
    fn drop(&mut self) {
        if let Some(path) = self.lock.take() {
            let mut state = self.disk.state();
            if state.life == self.life {
                state.locked.remove(&path);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::SimRandom;
    use super::*;

    fn write(disk: &SimDisk, name: &str, data: &[u8]) -> Arc<dyn DiskFile> {
        let file = disk.open(Path::new(name), OpenMode::Create).expect("open");
        file.write_all_at(data, 0).expect("write");
        file
    }

    fn contents(disk: &SimDisk, name: &str) -> Option<Vec<u8>> {
        let file = disk.open(Path::new(name), OpenMode::Read).ok()?;
        let mut data = vec![0; file.len().expect("len") as usize];
        file.read_exact_at(&mut data, 0).expect("read");
        Some(data)
    }

    #[test]
    fn what_was_synced_survives_every_crash() {
        for seed in 0..200 {
            let disk = SimDisk::new();
            disk.create_dir_all(Path::new("/d")).expect("mkdir");
            disk.sync_dir(Path::new("/")).expect("sync");
            let file = write(&disk, "/d/f", &[1; 2000]);
            file.sync_data().expect("sync");
            disk.sync_dir(Path::new("/d")).expect("sync");
            file.write_all_at(&[2; 2000], 1000).expect("write");
            disk.crash(&SimRandom::new(seed));
            assert!(file.len().is_err(), "a handle outlived the crash");
            let back = contents(&disk, "/d/f").expect("the name was synced");
            assert!(back.len() >= 2000);
            assert_eq!(&back[..1000], &[1; 1000], "bytes that nobody wrote to changed");
            let torn = back[1000..].chunks(512).all(|c| c.iter().all(|b| *b <= 2));
            assert!(torn);
        }
    }

    #[test]
    fn unsynced_writes_are_lost_kept_and_torn() {
        let (mut lost, mut kept, mut torn) = (0, 0, 0);
        for seed in 0..400 {
            let disk = SimDisk::new();
            let file = write(&disk, "/f", &[1; 4096]);
            file.sync_data().expect("sync");
            disk.sync_dir(Path::new("/")).expect("sync");
            file.write_all_at(&[2; 4096], 0).expect("write");
            disk.crash(&SimRandom::new(seed));
            let back = contents(&disk, "/f").expect("there");
            match back.iter().filter(|b| **b == 2).count() {
                0 => lost += 1,
                4096 => kept += 1,
                n => {
                    assert_eq!(n % 512, 0, "a sector was split");
                    torn += 1;
                }
            }
        }
        assert!(lost > 20 && kept > 20 && torn > 20, "{lost} {kept} {torn}");
    }

    #[test]
    fn a_killed_process_leaves_all_that_it_wrote_and_nothing_more_durable() {
        let mut lost = 0;
        for seed in 0..50 {
            let disk = SimDisk::new();
            let file = write(&disk, "/f", b"written");
            let boot = disk.boot_id();
            disk.kill();
            assert!(file.len().is_err(), "a handle outlived its process");
            assert_eq!(contents(&disk, "/f").expect("there"), b"written");
            assert_eq!(disk.boot_id(), boot);
            disk.crash(&SimRandom::new(seed));
            assert_ne!(disk.boot_id(), boot);
            lost += usize::from(contents(&disk, "/f").is_none_or(|data| data != b"written"));
        }
        assert!(lost > 10, "{lost}");
    }

    #[test]
    fn names_need_their_folder_synced() {
        let (mut lost, mut kept) = (0, 0);
        for seed in 0..100 {
            let disk = SimDisk::new();
            write(&disk, "/f", b"x").sync_data().expect("sync");
            disk.crash(&SimRandom::new(seed));
            match contents(&disk, "/f") {
                None => lost += 1,
                Some(data) => {
                    assert_eq!(data, b"x");
                    kept += 1;
                }
            }
        }
        assert!(lost > 10 && kept > 10, "{lost} {kept}");
    }

    #[test]
    fn faults_strike_when_planned() {
        let disk = SimDisk::new();
        let file = write(&disk, "/f", b"one");
        disk.fail_sync_after(1);
        file.sync_data().expect("the first");
        assert!(file.sync_data().is_err());
        disk.heal();
        disk.fail_write_after(0);
        assert!(file.write_all_at(b"x", 0).is_err());
        disk.heal();
        disk.set_capacity_bytes(Some(10));
        let error = file.write_all_at(&[0; 11], 0).expect_err("full");
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        file.write_all_at(&[0; 10], 0).expect("fits");
        disk.cut_power_after(1);
        file.write_all_at(b"y", 0).expect("the last one");
        assert!(!disk.power_is_off() || file.sync_data().is_err());
        assert!(file.sync_data().is_err());
        assert!(disk.power_is_off());
    }

    #[test]
    fn a_failed_sync_loses_data_that_reads_still_show() {
        let disk = SimDisk::new();
        let mut seen_loss = false;
        for n in 0..50 {
            let name = format!("/f{n}");
            let file = write(&disk, &name, &[7; 512]);
            disk.sync_dir(Path::new("/")).expect("sync");
            disk.fail_sync_after(0);
            assert!(file.sync_data().is_err());
            disk.heal();
            file.sync_data().expect("the retry claims success");
            assert_eq!(contents(&disk, &name).expect("there"), [7; 512]);
        }
        disk.crash(&SimRandom::new(3));
        for n in 0..50 {
            seen_loss |= contents(&disk, &format!("/f{n}")).expect("there") != [7; 512];
        }
        assert!(seen_loss, "retrying a failed sync must not look safe");
    }

    #[test]
    fn folders_lock_rename_and_remove() {
        let disk = SimDisk::new();
        disk.create_dir_all(Path::new("/a/b")).expect("mkdir");
        write(&disk, "/a/b/x", b"1");
        write(&disk, "/a/b/y", b"2");
        disk.rename(Path::new("/a/b/x"), Path::new("/a/b/y")).expect("rename");
        assert_eq!(disk.list(Path::new("/a/b")).expect("list"), ["y"]);
        assert_eq!(contents(&disk, "/a/b/y").expect("there"), b"1");
        let held = disk.lock_exclusive(Path::new("/a/lock")).expect("free");
        assert!(disk.lock_exclusive(Path::new("/a/lock")).is_err());
        drop(held);
        disk.lock_exclusive(Path::new("/a/lock")).expect("free again");
        disk.remove_dir_all(Path::new("/a")).expect("rm");
        assert!(!disk.exists(Path::new("/a/b/y")) && !disk.exists(Path::new("/a")));
        assert!(disk.list(Path::new("/a")).is_err());
    }
}
