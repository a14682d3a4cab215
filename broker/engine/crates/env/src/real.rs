//! The operating system behind the traits. Linux only, as the product is.

use std::ffi::CString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use rustix::buffer::spare_capacity;

use super::direct::DirectFile;
use crate::{Clock, Disk, DiskFile, OpenMode, Random, Space};

/// Parts that one `pwritev` takes (Linux's `UIO_MAXIOV`).
const MAX_PARTS: usize = 1024;

/// The host's clocks.
#[derive(Debug)]
pub struct RealClock {
    start: Instant,
}

impl RealClock {
    /// A clock whose monotonic time starts now.
    pub fn new() -> Self {
        RealClock { start: Instant::now() }
    }
}

impl Default for RealClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for RealClock {
    fn now_ms(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }

    fn monotonic_ns(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}

/// The thread's generator, seeded by the operating system.
#[derive(Debug)]
pub struct RealRandom;

impl Random for RealRandom {
    fn next_u64(&self) -> u64 {
        rand::random()
    }
}

/// The host's file system.
#[derive(Debug)]
pub struct RealDisk;

impl Disk for RealDisk {
    fn open(&self, path: &Path, mode: OpenMode) -> io::Result<Arc<dyn DiskFile>> {
        let file = RealFile(open(path, mode)?);
        if mode != OpenMode::Direct {
            return Ok(Arc::new(file));
        }
        Ok(DirectFile::open(path, file))
    }

    fn lock_exclusive(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        let file = open(path, OpenMode::Create)?;
        // SAFETY: flock takes any descriptor; `file` is open for the length of the call.
        let status = unsafe { libc::flock(file.as_raw_fd(), libc::LOCK_EX | libc::LOCK_NB) };
        if status != 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(Arc::new(RealFile(file)))
    }

    fn create_dir_all(&self, dir: &Path) -> io::Result<()> {
        fs::create_dir_all(dir)
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(dir)? {
            let name = entry?.file_name().into_string().map_err(|name| {
                let text = format!("{}: the name {name:?} is not UTF-8", dir.display());
                io::Error::new(io::ErrorKind::InvalidData, text)
            })?;
            names.push(name);
        }
        names.sort_unstable();
        Ok(names)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn remove_dir_all(&self, dir: &Path) -> io::Result<()> {
        fs::remove_dir_all(dir)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        File::open(dir)?.sync_all()
    }

    fn exists(&self, path: &Path) -> bool {
        path.exists()
    }

    fn space_bytes(&self, path: &Path) -> io::Result<Space> {
        let path = CString::new(path.as_os_str().as_bytes())?;
        let mut stat = MaybeUninit::<libc::statvfs>::uninit();
        // SAFETY: the path ends with a zero byte, and the buffer is of the right size.
        if unsafe { libc::statvfs(path.as_ptr(), stat.as_mut_ptr()) } != 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the call succeeded, so it has filled the buffer.
        let stat = unsafe { stat.assume_init() };
        let bytes = |blocks: u64| blocks.saturating_mul(stat.f_frsize);
        Ok(Space { total: bytes(stat.f_blocks), usable: bytes(stat.f_bavail) })
    }

    fn boot_id(&self) -> String {
        match fs::read_to_string("/proc/sys/kernel/random/boot_id") {
            Ok(id) => id.trim().to_string(),
            // Whoever cannot know must take it that all was lost: never the same name twice.
            Err(_) => format!("unknown-{:016x}", rand::random::<u64>()),
        }
    }
}

fn open(path: &Path, mode: OpenMode) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    if mode != OpenMode::Read {
        options.write(true);
    }
    if matches!(mode, OpenMode::Create | OpenMode::Direct) {
        options.create(true).truncate(false);
    }
    options.open(path)
}

pub(crate) struct RealFile(File);

impl DiskFile for RealFile {
    fn len(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.0.set_len(len)
    }

    fn read_at(&self, buf: &mut [u8], at: u64) -> io::Result<usize> {
        let mut done = 0;
        while done < buf.len() {
            match self.0.read_at(&mut buf[done..], at + done as u64) {
                Ok(0) => break,
                Ok(n) => done += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }

    // Not zeroed first: for large blocks that would be done by giving the pages back, and each of
    // them would fault again.
    fn read_new_at(&self, len: usize, at: u64) -> io::Result<Vec<u8>> {
        let mut data = Vec::with_capacity(len);
        while data.len() < len {
            let from = at + data.len() as u64;
            match rustix::io::pread(&self.0, spare_capacity(&mut data), from) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        // The allocation may be larger than what was asked for.
        data.truncate(len);
        Ok(data)
    }

    fn write_all_at(&self, data: &[u8], at: u64) -> io::Result<()> {
        self.0.write_all_at(data, at)
    }

    fn write_vectored_all_at(&self, parts: &[Bytes], at: u64) -> io::Result<()> {
        let mut at = at;
        for parts in parts.chunks(MAX_PARTS) {
            at = write_parts(&self.0, parts, at)?;
        }
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        self.0.sync_data()
    }

    fn start_writeback(&self, at: u64, len: u64) {
        let (Ok(at), Ok(len)) = (i64::try_from(at), i64::try_from(len)) else { return };
        // SAFETY: the descriptor is open; the call touches no memory of ours. Its result is not
        // looked at: it is a hint, and an error shows again in the sync that counts.
        unsafe {
            libc::sync_file_range(self.0.as_raw_fd(), at, len, libc::SYNC_FILE_RANGE_WRITE);
        }
    }
}

/// Writes at most `MAX_PARTS` parts; a short write goes on where it stopped. Returns the end.
fn write_parts(file: &File, parts: &[Bytes], at: u64) -> io::Result<u64> {
    let iov: Vec<libc::iovec> = parts
        .iter()
        .map(|part| libc::iovec { iov_base: part.as_ptr() as *mut _, iov_len: part.len() })
        .collect();
    let total: usize = parts.iter().map(Bytes::len).sum();
    let offset = i64::try_from(at).map_err(|_| io::ErrorKind::InvalidInput)?;
    let count = i32::try_from(iov.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    // SAFETY: every iovec points into a `Bytes` that `parts` keeps alive for the call, and
    // pwritev only reads from it.
    let wrote = unsafe { libc::pwritev(file.as_raw_fd(), iov.as_ptr(), count, offset) };
    let mut done = match usize::try_from(wrote) {
        Ok(n) => n,
        Err(_) => {
            let error = io::Error::last_os_error();
            if error.kind() != io::ErrorKind::Interrupted {
                return Err(error);
            }
            0
        }
    };
    if done < total {
        let mut position = 0;
        for part in parts {
            if done < position + part.len() {
                let rest = &part[done - position..];
                file.write_all_at(rest, at + done as u64)?;
                done = position + part.len();
            }
            position += part.len();
        }
    }
    Ok(at + total as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectored_writes_of_many_parts_land_in_order() {
        let dir = tempfile::tempdir().expect("temp dir");
        let env = crate::real();
        let file = env.disk.open(&dir.path().join("f"), OpenMode::Create).expect("open");
        let parts: Vec<Bytes> =
            (0..3000u32).map(|n| Bytes::from(n.to_le_bytes().to_vec())).collect();
        file.write_vectored_all_at(&parts, 7).expect("write");
        file.sync_data().expect("sync");
        assert_eq!(file.len().expect("len"), 7 + 12_000);
        let mut back = vec![0; 12_000];
        file.read_exact_at(&mut back, 7).expect("read");
        assert_eq!(back, parts.concat());
        let mut one = [0; 8];
        assert_eq!(file.read_at(&mut one, 12_005).expect("short read"), 2);
        assert!(file.read_exact_at(&mut one, 12_005).is_err());
        assert_eq!(file.read_new_at(5, 9).expect("read"), back[2..7]);
        assert_eq!(file.read_new_at(0, 9).expect("nothing"), []);
        let beyond = file.read_new_at(8, 12_005).expect_err("two bytes are there");
        assert_eq!(beyond.kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn names_come_sorted_and_locks_exclude() {
        let dir = tempfile::tempdir().expect("temp dir");
        let disk = RealDisk;
        for name in ["b", "a", "c"] {
            disk.open(&dir.path().join(name), OpenMode::Create).expect("open");
        }
        disk.rename(&dir.path().join("c"), &dir.path().join("a")).expect("rename");
        disk.sync_dir(dir.path()).expect("sync");
        assert_eq!(disk.list(dir.path()).expect("list"), ["a", "b"]);
        let held = disk.lock_exclusive(&dir.path().join("lock")).expect("free");
        let Err(error) = disk.lock_exclusive(&dir.path().join("lock")) else {
            panic!("a held lock was given twice")
        };
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
        drop(held);
        disk.lock_exclusive(&dir.path().join("lock")).expect("free again");
    }

    #[test]
    fn a_volume_has_a_size() {
        let dir = tempfile::tempdir().expect("a folder");
        let space = RealDisk.space_bytes(dir.path()).expect("known");
        assert!(space.total > 0 && space.usable <= space.total, "{space:?}");
        assert!(RealDisk.space_bytes(&dir.path().join("absent")).is_err());
    }

    #[test]
    fn clocks_run_forward() {
        let clock = RealClock::new();
        let (wall, start) = (clock.now_ms(), clock.monotonic_ns());
        assert!(wall > 1_600_000_000_000);
        assert!(clock.monotonic_ns() >= start);
    }
}
