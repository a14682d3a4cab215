//! A state machine on one partition of an internal topic, for as long as this node leads it.
//!
//! A change holds in memory at once and its records are queued in the same order; whoever asked
//! is answered when they are durable. When an append fails, or its fate is not known, the machine
//! is forgotten and the next request loads the log again: it never guesses.

use std::collections::HashMap;
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use headrace_cluster::{
    Acks, AppendOptions, Isolation, Node, PartitionError, PartitionHandle, ProducerRules,
};
use headrace_groups::records::Record;
use headrace_wire::records::{batches, BatchBuilder, RecordIter};
use headrace_wire::ErrorCode;
use tokio::sync::{OnceCell, RwLock};

/// Bytes that one step of loading reads.
const STEP_BYTES: usize = 4 << 20;
/// Pause when what is still missing is not committed yet.
const COMMIT_POLL: Duration = Duration::from_millis(20);

/// What can be hosted.
pub(crate) trait Machine: Default + Send + 'static {
    /// Takes a record of the log, in log order.
    fn load(&mut self, key: &Bytes, value: Option<&Bytes>);
    /// All records are in.
    fn loaded(&mut self, now_ms: i64);
}

/// One machine under one leader epoch.
pub(crate) struct Hosted<M> {
    log: PartitionHandle,
    epoch: i32,
    machine: Mutex<M>,
    broken: AtomicBool,
    /// Held (shared) while an append is under way.
    appending: RwLock<()>,
}

impl<M: Machine> Hosted<M> {
    /// Looks at the machine; what is seen may not be durable yet.
    pub fn look<R>(&self, look: impl FnOnce(&M) -> R) -> R {
        look(&lock(&self.machine))
    }

    /// Changes the machine and answers when the change is durable.
    pub fn change<'a, R, E, F>(
        &'a self,
        now_ms: i64,
        change: F,
    ) -> impl Future<Output = Result<R, E>> + Send + 'a
    where
        R: Send + 'a,
        E: From<ErrorCode> + Send + 'a,
        F: FnOnce(&mut M) -> Result<(Vec<Record>, R), E> + Send + 'a,
    {
        self.apply(now_ms, change)
    }

    async fn apply<R, E: From<ErrorCode>>(
        &self,
        now_ms: i64,
        change: impl FnOnce(&mut M) -> Result<(Vec<Record>, R), E>,
    ) -> Result<R, E> {
        let _appending = self.appending.read().await;
        let (appended, result) = {
            let mut machine = lock(&self.machine);
            if self.broken.load(Ordering::Acquire) {
                return Err(ErrorCode::NotCoordinator.into());
            }
            let (records, result) = change(&mut machine)?;
            if records.is_empty() {
                return Ok(result);
            }
            let options = AppendOptions {
                acks: Acks::All,
                expected_epoch: Some(self.epoch),
                producer: ProducerRules::default(),
            };
            match batch(&records, now_ms) {
                // queued under the lock, so that log and memory have one order
                Some(batch) => (self.log.append(batch, options), result),
                None => {
                    self.broken.store(true, Ordering::Release);
                    return Err(ErrorCode::UnknownServerError.into());
                }
            }
        };
        match appended.await {
            Ok(_) => Ok(result),
            Err(error) => {
                self.broken.store(true, Ordering::Release);
                let group = self.log.group();
                tracing::info!(group, %error, "a coordinator's write failed: it loads anew");
                Err(code(&error).into())
            }
        }
    }

    fn serves(&self) -> bool {
        let offsets = self.log.offsets();
        !self.broken.load(Ordering::Acquire) && offsets.is_leader && offsets.epoch == self.epoch
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn batch(records: &[Record], now_ms: i64) -> Option<Bytes> {
    let mut builder = BatchBuilder::new();
    for record in records {
        builder.push(now_ms, Some(&record.key), record.value.as_deref(), &[]);
    }
    builder.build().inspect_err(|error| tracing::error!(%error, "no batch")).ok()
}

/// What the one who asked is told of a failed append.
fn code(error: &PartitionError) -> ErrorCode {
    match error {
        PartitionError::NotEnoughReplicas | PartitionError::Overloaded => {
            ErrorCode::CoordinatorNotAvailable
        }
        PartitionError::InvalidBatch(_) => ErrorCode::UnknownServerError,
        _ => ErrorCode::NotCoordinator,
    }
}

/// A host to be, of one leader epoch, and the one before it.
struct Slot<M> {
    epoch: i32,
    previous: Option<Arc<Hosted<M>>>,
    cell: OnceCell<Arc<Hosted<M>>>,
}

/// The machines of one internal topic on this node.
pub(crate) struct Hosts<M> {
    topic: &'static str,
    node: Node,
    now_ms: Box<dyn Fn() -> i64 + Send + Sync>,
    slots: Mutex<HashMap<i32, Arc<Slot<M>>>>,
}

impl<M: Machine> Hosts<M> {
    pub fn new(
        topic: &'static str,
        node: Node,
        now_ms: impl Fn() -> i64 + Send + Sync + 'static,
    ) -> Self {
        Hosts { topic, node, now_ms: Box::new(now_ms), slots: Mutex::default() }
    }

    /// The machine of a partition, loaded if it was not.
    ///
    /// # Errors
    /// `NOT_COORDINATOR` where this node does not lead.
    pub async fn get(&self, partition: i32) -> Result<Arc<Hosted<M>>, ErrorCode> {
        let image = self.node.image();
        let found = image.partition(self.topic, partition).ok_or(ErrorCode::NotCoordinator)?;
        let log = self.node.partition(found.group).ok_or(ErrorCode::NotCoordinator)?;
        let offsets = log.offsets();
        if !offsets.is_leader {
            lock(&self.slots).remove(&partition);
            return Err(ErrorCode::NotCoordinator);
        }
        let slot = {
            let mut slots = lock(&self.slots);
            let fresh =
                |previous| Arc::new(Slot { epoch: offsets.epoch, previous, cell: OnceCell::new() });
            let slot = slots.entry(partition).or_insert_with(|| fresh(None));
            let stale = slot.cell.get().filter(|hosted| !hosted.serves()).cloned();
            if stale.is_some() || slot.epoch != offsets.epoch {
                *slot = fresh(stale);
            }
            Arc::clone(slot)
        };
        let now_ms = (self.now_ms)();
        let hosted = slot.cell.get_or_try_init(|| async {
            if let Some(previous) = &slot.previous {
                // nothing of it may come behind what is read now
                drop(previous.appending.write().await);
            }
            load(log, slot.epoch, now_ms).await
        });
        let hosted = hosted.await;
        let hosted = hosted.map_err(|error| {
            tracing::warn!(topic = self.topic, partition, %error, "cannot load a coordinator");
            code(&error)
        })?;
        Ok(Arc::clone(hosted))
    }

    /// Partitions that this node leads.
    pub fn led(&self) -> Vec<i32> {
        let image = self.node.image();
        let Some(topic) = image.topic(self.topic) else { return Vec::new() };
        let led = topic.partitions.iter().enumerate().filter(|(_, partition)| {
            let handle = self.node.partition(partition.group);
            handle.is_some_and(|handle| handle.offsets().is_leader)
        });
        led.filter_map(|(index, _)| i32::try_from(index).ok()).collect()
    }

    /// The machines that are loaded and serve.
    pub fn loaded(&self) -> Vec<Arc<Hosted<M>>> {
        let slots = lock(&self.slots);
        let hosted = slots.values().filter_map(|slot| slot.cell.get());
        hosted.filter(|hosted| hosted.serves()).cloned().collect()
    }
}

/// Reads the whole log up to what is its end now. Nobody else appends meanwhile: an earlier host of
/// this epoch is done, and an earlier leader's appends are fenced by the epoch.
async fn load<M: Machine>(
    log: PartitionHandle,
    epoch: i32,
    now_ms: i64,
) -> Result<Arc<Hosted<M>>, PartitionError> {
    let offsets = log.offsets();
    let (mut next, end) = (offsets.log_start, offsets.log_end);
    let mut machine = M::default();
    while next < end {
        let reader = log.clone();
        let step = tokio::task::spawn_blocking(move || {
            let read = reader.read(next, STEP_BYTES, Isolation::ReadUncommitted);
            let read = read.map(|read| {
                read.batches.into_iter().flat_map(batches).flatten().for_each(|(header, batch)| {
                    let records = RecordIter::new(header, &batch).into_iter().flatten().flatten();
                    for record in records {
                        if let Some(key) = record.key {
                            machine.load(&key, record.value.as_ref());
                        }
                    }
                });
                read.next_offset
            });
            (machine, read)
        });
        let (back, reached) = step.await.map_err(|_| PartitionError::ShuttingDown)?;
        machine = back;
        let reached = reached?;
        if reached <= next {
            tokio::time::sleep(COMMIT_POLL).await;
        }
        next = next.max(reached);
    }
    machine.loaded(now_ms);
    Ok(Arc::new(Hosted {
        log,
        epoch,
        machine: Mutex::new(machine),
        broken: AtomicBool::new(false),
        appending: RwLock::new(()),
    }))
}
