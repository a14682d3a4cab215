//! Reads batch after batch from a segment file in large chunks, checking each.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use headrace_env::DiskFile;
use headrace_wire::batch::{BatchError, BatchHeader, HEADER_BYTES};

use crate::StoreError;

/// A batch in a chunk.
pub(crate) struct Found {
    pub(crate) header: BatchHeader,
    /// The whole batch; shares the chunk's memory.
    pub(crate) batch: Bytes,
    /// Where it lies in the file.
    pub(crate) position: u64,
}

/// Walks a file from `position` to `end`. Every batch is checked: header, bounds, CRC.
pub(crate) struct Walker {
    path: PathBuf,
    file: Arc<dyn DiskFile>,
    position: u64,
    end: u64,
    chunk_bytes: usize,
    /// What was read and not yet handed out; begins at `position`.
    chunk: Bytes,
}

impl Walker {
    pub(crate) fn new(
        path: &Path,
        file: Arc<dyn DiskFile>,
        position: u64,
        end: u64,
        chunk_bytes: usize,
    ) -> Walker {
        let path = path.to_path_buf();
        Walker { path, file, position, end, chunk_bytes, chunk: Bytes::new() }
    }

    /// The next batch, or none at the end.
    ///
    /// # Errors
    /// `Corrupt` for bytes that are no sound batch, `Io`.
    pub(crate) fn next(&mut self) -> Result<Option<Found>, StoreError> {
        if self.position >= self.end {
            return Ok(None);
        }
        let corrupt = |error| StoreError::batch(&self.path, self.position, &error);
        let header = match BatchHeader::parse(&self.chunk) {
            Ok(header) => header,
            Err(BatchError::Truncated { need, .. }) => {
                let left = self.end - self.position;
                if need as u64 > left {
                    let have = usize::try_from(left).unwrap_or(usize::MAX);
                    return Err(corrupt(BatchError::Truncated { have, need }));
                }
                self.fill(need.max(HEADER_BYTES))?;
                return self.next();
            }
            Err(error) => return Err(corrupt(error)),
        };
        header.verify_crc(&self.chunk).map_err(corrupt)?;
        let batch = self.chunk.split_to(header.size_bytes);
        let position = self.position;
        self.position += header.size_bytes as u64;
        Ok(Some(Found { header, batch, position }))
    }

    /// Reads a chunk that begins at `position` and holds at least `need` bytes, which the caller
    /// has checked to be within the file.
    fn fill(&mut self, need: usize) -> Result<(), StoreError> {
        let left = usize::try_from(self.end - self.position).unwrap_or(usize::MAX);
        let read = self.file.read_new_at(self.chunk_bytes.max(need).min(left), self.position);
        self.chunk = Bytes::from(read.map_err(StoreError::io("read", &self.path))?);
        Ok(())
    }
}
