//! Files whose writes go around the page cache (`O_DIRECT`).
//!
//! The kernel takes aligned memory only, so what is written is gathered in one aligned buffer a
//! thread, which stays warm in the processor's cache; the page cache would take fresh, cold pages
//! for the same bytes, which are never read again.

use std::alloc::{self, Layout};
use std::cell::RefCell;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;
use std::ptr::NonNull;
use std::sync::Arc;

use bytes::Bytes;

use crate::disk::{DiskFile, DIRECT_BLOCK_BYTES};
use crate::real::RealFile;

/// Bytes that one write call takes.
const BUFFER_BYTES: usize = 1 << 20;

thread_local! {
    static BUFFER: RefCell<Aligned> = RefCell::new(Aligned::new());
}

/// A buffer that starts at a block's boundary.
struct Aligned(NonNull<u8>);

impl Aligned {
    const LAYOUT: Layout = match Layout::from_size_align(BUFFER_BYTES, DIRECT_BLOCK_BYTES as usize)
    {
        Ok(layout) => layout,
        Err(_) => panic!("a power of two"),
    };

    fn new() -> Aligned {
        // SAFETY: the layout is not empty.
        let start = unsafe { alloc::alloc_zeroed(Self::LAYOUT) };
        match NonNull::new(start) {
            Some(start) => Aligned(start),
            None => alloc::handle_alloc_error(Self::LAYOUT),
        }
    }

    fn bytes(&mut self) -> &mut [u8] {
        // SAFETY: the memory is ours, initialised, of this size, and borrowed as `self` is.
        unsafe { std::slice::from_raw_parts_mut(self.0.as_ptr(), BUFFER_BYTES) }
    }
}

impl Drop for Aligned {
    fn drop(&mut self) {
        // SAFETY: allocated in `new` with this layout.
        unsafe { alloc::dealloc(self.0.as_ptr(), Self::LAYOUT) }
    }
}

/// Reads, lengths and syncs are an ordinary file's; the kernel keeps both views the same.
pub(crate) struct DirectFile {
    file: RealFile,
    direct: File,
}

impl DirectFile {
    /// `file`, or where the file system knows no direct writes (tmpfs on older kernels), itself.
    pub(crate) fn open(path: &Path, file: RealFile) -> Arc<dyn DiskFile> {
        match OpenOptions::new().write(true).custom_flags(libc::O_DIRECT).open(path) {
            Ok(direct) => Arc::new(DirectFile { file, direct }),
            Err(_) => Arc::new(file),
        }
    }

    fn write(&self, data: &[u8], at: u64) -> io::Result<()> {
        match self.direct.write_all_at(data, at) {
            // A device with larger blocks: through the page cache then, which the sync covers.
            Err(error) if error.raw_os_error() == Some(libc::EINVAL) => {
                self.file.write_all_at(data, at)
            }
            done => done,
        }
    }
}

impl DiskFile for DirectFile {
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.file.set_len(len)
    }

    fn read_at(&self, buf: &mut [u8], at: u64) -> io::Result<usize> {
        self.file.read_at(buf, at)
    }

    fn write_all_at(&self, data: &[u8], at: u64) -> io::Result<()> {
        self.gather(std::iter::once(data), at)
    }

    fn write_vectored_all_at(&self, parts: &[Bytes], at: u64) -> io::Result<()> {
        self.gather(parts.iter().map(|part| &part[..]), at)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn start_writeback(&self, _at: u64, _len: u64) {}
}

impl DirectFile {
    fn gather<'a>(&self, parts: impl Iterator<Item = &'a [u8]>, mut at: u64) -> io::Result<()> {
        BUFFER.with_borrow_mut(|buffer| {
            let buffer = buffer.bytes();
            let mut filled = 0;
            for mut part in parts {
                while !part.is_empty() {
                    let take = part.len().min(BUFFER_BYTES - filled);
                    buffer[filled..filled + take].copy_from_slice(&part[..take]);
                    (filled, part) = (filled + take, &part[take..]);
                    if filled == BUFFER_BYTES {
                        self.write(buffer, at)?;
                        (at, filled) = (at + BUFFER_BYTES as u64, 0);
                    }
                }
            }
            if filled > 0 {
                self.write(&buffer[..filled], at)?;
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::OpenMode;

    #[test]
    fn what_is_written_around_the_cache_is_read_back() {
        // Not the folder for temporary files: that may be in memory.
        let dir = tempfile::tempdir_in(env!("CARGO_MANIFEST_DIR")).expect("a folder");
        let env = crate::real();
        let file = env.disk.open(&dir.path().join("f"), OpenMode::Direct).expect("opens");
        let block = DIRECT_BLOCK_BYTES as usize;
        for (parts, at) in [
            (vec![block], 0),
            (vec![1, block - 1, 0, 2 * block], block),
            (vec![3 * BUFFER_BYTES / 2, block / 2, block / 2], 4 * block),
        ] {
            let parts: Vec<Bytes> =
                parts.iter().map(|&n| Bytes::from(vec![n as u8 ^ 0x5a; n])).collect();
            file.write_vectored_all_at(&parts, at as u64).expect("writes");
            let mut back = vec![0; parts.iter().map(Bytes::len).sum()];
            file.read_exact_at(&mut back, at as u64).expect("reads");
            assert_eq!(back, parts.concat());
        }
        file.sync_data().expect("syncs");
        assert_eq!(file.len().expect("a length"), (5 * block + 3 * BUFFER_BYTES / 2) as u64);
    }
}
