//! The file system as the log needs it: positioned reads and writes, and explicit durability.
//!
//! Nothing here is durable until it is synced: a file's bytes and length by
//! [`DiskFile::sync_data`], its name by [`Disk::sync_dir`] of its folder. Callers are written
//! against that contract only, which is weaker than what ext4 or XFS happen to give.

use std::io;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;

/// How to open a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenMode {
    /// Read an existing file.
    Read,
    /// Read and write an existing file.
    ReadWrite,
    /// Read and write; made empty when absent, kept as it is when present.
    Create,
    /// As `Create`, for a file that is written once and hardly ever read: what is written goes
    /// around the page cache where the file system lets it. Writes begin and end at multiples of
    /// [`DIRECT_BLOCK_BYTES`].
    Direct,
}

/// What writes to a file opened with [`OpenMode::Direct`] are aligned to, in bytes.
pub const DIRECT_BLOCK_BYTES: u64 = 4096;

/// The size of a volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// All of it.
    pub total: u64,
    /// What this process may still write.
    pub usable: u64,
}

/// A file system.
pub trait Disk: Send + Sync {
    /// Opens a file.
    ///
    /// # Errors
    /// `NotFound` unless `mode` is `Create` or `Direct`, and whatever the operating system says.
    fn open(&self, path: &Path, mode: OpenMode) -> io::Result<Arc<dyn DiskFile>>;

    /// Opens or makes `path` and takes an exclusive lock on it, held until the handle is dropped.
    ///
    /// # Errors
    /// `WouldBlock` when another process (or handle) holds it.
    fn lock_exclusive(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>>;

    /// Makes a folder and those above it. Not an error when it is there.
    ///
    /// # Errors
    /// As the operating system says.
    fn create_dir_all(&self, dir: &Path) -> io::Result<()>;

    /// The names in a folder, sorted, without `.` and `..`.
    ///
    /// # Errors
    /// `NotFound` when there is no such folder; `InvalidData` for a name that is not UTF-8.
    fn list(&self, dir: &Path) -> io::Result<Vec<String>>;

    /// Removes a file. Open handles go on working.
    ///
    /// # Errors
    /// `NotFound` when there is no such file.
    fn remove_file(&self, path: &Path) -> io::Result<()>;

    /// Removes a folder with all it holds.
    ///
    /// # Errors
    /// `NotFound` when there is no such folder.
    fn remove_dir_all(&self, dir: &Path) -> io::Result<()>;

    /// Renames a file, replacing the target at once and whole.
    ///
    /// # Errors
    /// `NotFound` when `from` is not there.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Makes the names in a folder durable: creations, renames and removals so far.
    ///
    /// # Errors
    /// As the operating system says; never retry and believe it.
    fn sync_dir(&self, dir: &Path) -> io::Result<()>;

    /// Whether a file or folder is there.
    fn exists(&self, path: &Path) -> bool;

    /// How much the volume of `path` holds.
    ///
    /// # Errors
    /// When the operating system cannot say.
    fn space_bytes(&self, path: &Path) -> io::Result<Space>;

    /// Names the time since when the operating system has kept what was written and not synced:
    /// the same name as at an earlier start says that nothing of it was lost in between, however
    /// the process ended. Another one: the host was started anew.
    fn boot_id(&self) -> String;
}

/// An open file. Shared between threads; positioned calls do not disturb each other.
pub trait DiskFile: Send + Sync {
    /// Length in bytes.
    ///
    /// # Errors
    /// As the operating system says.
    fn len(&self) -> io::Result<u64>;

    /// Whether the file holds no byte.
    ///
    /// # Errors
    /// As [`DiskFile::len`].
    fn is_empty(&self) -> io::Result<bool> {
        Ok(self.len()? == 0)
    }

    /// Cuts the file or extends it with zeros.
    ///
    /// # Errors
    /// As the operating system says.
    fn set_len(&self, len: u64) -> io::Result<()>;

    /// Reads up to `buf.len()` bytes; fewer only at the end of the file.
    ///
    /// # Errors
    /// As the operating system says.
    fn read_at(&self, buf: &mut [u8], at: u64) -> io::Result<usize>;

    /// Fills `buf`.
    ///
    /// # Errors
    /// `UnexpectedEof` when the file ends first.
    fn read_exact_at(&self, buf: &mut [u8], at: u64) -> io::Result<()> {
        let mut done = 0;
        while done < buf.len() {
            let n = self.read_at(&mut buf[done..], at + done as u64)?;
            if n == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            done += n;
        }
        Ok(())
    }

    /// `len` bytes in memory of their own.
    ///
    /// # Errors
    /// As [`DiskFile::read_exact_at`].
    fn read_new_at(&self, len: usize, at: u64) -> io::Result<Vec<u8>> {
        let mut data = vec![0; len];
        self.read_exact_at(&mut data, at)?;
        Ok(data)
    }

    /// Writes all of `data`. On an error any part of it may have been written.
    ///
    /// # Errors
    /// `StorageFull` and whatever else the operating system says.
    fn write_all_at(&self, data: &[u8], at: u64) -> io::Result<()>;

    /// Writes the parts one after another, with as few system calls as the platform allows.
    ///
    /// # Errors
    /// As [`DiskFile::write_all_at`].
    fn write_vectored_all_at(&self, parts: &[Bytes], at: u64) -> io::Result<()>;

    /// Makes bytes and length durable (fdatasync).
    ///
    /// # Errors
    /// After one, what was written since the last success may be lost although reads still show
    /// it. Never retry and believe the retry.
    fn sync_data(&self) -> io::Result<()>;

    /// Hints that a range should be on its way to the disk. Gives no durability.
    fn start_writeback(&self, at: u64, len: u64);
}
