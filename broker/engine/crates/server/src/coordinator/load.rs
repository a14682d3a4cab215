//! Reading a partition of an internal topic to its end.

use std::sync::Arc;
use std::time::{Duration, Instant};

use headrace_cluster::PartitionError;
use headrace_wire::marker::Marker;
use headrace_wire::records::{batches, RecordIter};

use super::log::{Chunk, TopicLog};
use super::machine::Machine;

/// Bytes that one step reads and applies, off the runtime's own threads.
const STEP_BYTES: usize = 4 << 20;
/// Pause when what is still missing is not committed yet.
const COMMIT_POLL: Duration = Duration::from_millis(20);

/// Why a partition could not be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum LoadError {
    /// The log refuses.
    #[error(transparent)]
    Log(#[from] PartitionError),
    /// A step panicked; the panic is in the log already.
    #[error("reading was aborted")]
    Aborted,
}

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Loaded {
    pub(super) records: u64,
    /// Records or batches that are none of ours, left out.
    pub(super) skipped: u64,
    pub(super) duration: Duration,
}

/// Applies the whole log to `coordinator`, from its first offset to what was its end when the
/// call began. Nothing else appends meanwhile: earlier hosts have drained their writes, and an
/// earlier leader's are fenced by the epoch.
pub(super) async fn load<L: TopicLog, M: Machine>(
    log: &Arc<L>,
    mut coordinator: M,
) -> Result<(M, Loaded), LoadError> {
    let began = Instant::now();
    let mut loaded = Loaded::default();
    let (mut next, end) = log.bounds();
    while next < end {
        let log = Arc::clone(log);
        let step = tokio::task::spawn_blocking(move || {
            let outcome = log.read(next, STEP_BYTES).map(|chunk| apply(&mut coordinator, chunk));
            (coordinator, outcome)
        });
        let (back, outcome) = step.await.map_err(|_| LoadError::Aborted)?;
        coordinator = back;
        let (reached, step) = outcome?;
        loaded.records += step.records;
        loaded.skipped += step.skipped;
        if reached <= next {
            tokio::time::sleep(COMMIT_POLL).await;
        }
        next = next.max(reached);
    }
    loaded.duration = began.elapsed();
    Ok((coordinator, loaded))
}

fn apply<M: Machine>(coordinator: &mut M, chunk: Chunk) -> (i64, Loaded) {
    let mut step = Loaded::default();
    for batch in chunk.batches.into_iter().flat_map(batches) {
        let Ok((header, batch)) = batch else {
            step.skipped += 1;
            continue;
        };
        if header.is_control() {
            if !header.takes_no_offset() {
                match Marker::parse(&header, &batch) {
                    Ok(marker) => coordinator.load_marker(&marker),
                    Err(_) => step.skipped += 1,
                }
            }
            continue;
        }
        let producer_id = header.is_transactional().then_some(header.producer_id);
        let Ok(records) = RecordIter::new(header, &batch) else {
            step.skipped += 1;
            continue;
        };
        for record in records {
            let applied = match record {
                Ok(record) => record.key.is_some_and(|key| {
                    coordinator.load(producer_id, &key, record.value.as_deref())
                }),
                Err(_) => false,
            };
            step.records += 1;
            step.skipped += u64::from(!applied);
        }
    }
    (chunk.next_offset, step)
}
