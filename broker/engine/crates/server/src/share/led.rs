//! Share partitions that this node leads: their windows, and making changes of them durable.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use headrace_cluster::PartitionHandle;
use headrace_groups::share::{Appetite, MemberKey, SharePartition, StateKey, StateWrite, Update};
use headrace_wire::messages::share_acknowledge::AcknowledgementBatch;
use headrace_wire::messages::share_fetch::AcquiredRecords;
use headrace_wire::ErrorCode;
use tokio::sync::{watch, OnceCell};

use super::config::Reset;
use super::{lock, ShareConfig, Shares};

/// One share partition under one leader epoch.
pub(crate) struct Led {
    key: StateKey,
    pub handle: PartitionHandle,
    epoch: i32,
    state_epoch: i32,
    window: Mutex<SharePartition>,
    /// Changes are written one after the other.
    writing: tokio::sync::Mutex<()>,
    changed: watch::Sender<()>,
    fenced: AtomicBool,
}

/// A share partition that is loaded, or will be.
pub(super) type Slot = Arc<OnceCell<Arc<Led>>>;

impl Led {
    /// Wakes when records may have become available.
    pub fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Where to read for records that can be acquired.
    pub fn next_fetch(&self) -> Option<i64> {
        let mut window = lock(&self.window);
        window.trim(self.handle.offsets().log_start);
        window.next_fetch()
    }

    /// Gives `member` what it may have of what was read, see [`SharePartition::acquire`].
    pub fn acquire(
        &self,
        member: &str,
        read: (i64, i64),
        batches: &[(i64, i64)],
        appetite: Appetite,
        now_ms: i64,
    ) -> Vec<AcquiredRecords> {
        lock(&self.window).acquire(member, read, batches, appetite, now_ms)
    }

    fn leads(&self) -> bool {
        let offsets = self.handle.offsets();
        !self.fenced.load(Ordering::Acquire) && offsets.is_leader && offsets.epoch == self.epoch
    }
}

impl Shares {
    /// The share partition, loaded if it was not; `handle` is this node's replica.
    ///
    /// # Errors
    /// `NOT_LEADER_OR_FOLLOWER`, and what its coordinator says.
    pub async fn led(
        &self,
        key: &StateKey,
        handle: PartitionHandle,
        config: &ShareConfig,
    ) -> Result<Arc<Led>, ErrorCode> {
        if !handle.offsets().is_leader {
            lock(&self.led).remove(key);
            return Err(ErrorCode::NotLeaderOrFollower);
        }
        let slot = {
            let mut all = lock(&self.led);
            let slot = all.entry(key.clone()).or_default();
            if slot.get().is_some_and(|led| !led.leads()) {
                *slot = Slot::default();
            }
            Arc::clone(slot)
        };
        let led = slot.get_or_try_init(|| self.load(key, handle, config)).await;
        let led = led.map_err(|code| {
            lock(&self.led).remove(key);
            told(code)
        })?;
        lock(&led.window).configure(config.limits);
        Ok(Arc::clone(led))
    }

    async fn load(
        &self,
        key: &StateKey,
        handle: PartitionHandle,
        config: &ShareConfig,
    ) -> Result<Arc<Led>, ErrorCode> {
        let offsets = handle.offsets();
        let state = match self.read_state(key, offsets.epoch).await? {
            Some(state) => state,
            None => {
                let start = match config.reset {
                    Reset::Latest => offsets.high_watermark,
                    Reset::Earliest => offsets.log_start,
                    Reset::ByDuration { age_ms } => {
                        let since_ms = self.now_ms().saturating_sub(age_ms);
                        let found = handle.list_offset(since_ms, config.isolation);
                        let found = found.map_err(|_| ErrorCode::NotLeaderOrFollower)?;
                        found.map_or(offsets.high_watermark, |found| found.offset)
                    }
                };
                // written before anybody reads, so that the next leader begins at the same place
                self.initialize_state(key, 0, start).await?;
                self.read_state(key, offsets.epoch).await?.ok_or(ErrorCode::UnknownServerError)?
            }
        };
        let start = state.start_offset.max(offsets.log_start);
        tracing::info!(group = %key.group, topic = %key.topic, partition = key.partition, start,
            "share partition loaded");
        Ok(Arc::new(Led {
            key: key.clone(),
            handle,
            epoch: offsets.epoch,
            state_epoch: state.state_epoch,
            window: Mutex::new(SharePartition::new(config.limits, start, &state.batches)),
            writing: tokio::sync::Mutex::new(()),
            changed: watch::channel(()).0,
            fenced: AtomicBool::new(false),
        }))
    }

    /// Takes a member's word for records that it has; answers when it is durable.
    pub async fn acknowledge(
        &self,
        led: &Led,
        member: &str,
        batches: &[AcknowledgementBatch],
    ) -> Result<(), ErrorCode> {
        let _writing = led.writing.lock().await;
        let update = lock(&led.window).acknowledge(member, batches, self.now_ms())?;
        self.persist(led, update).await
    }

    /// Takes back what nobody acknowledged in time.
    pub(super) async fn expire(&self, led: &Led) {
        // a write under way is not waited for: the next look is soon enough
        let Ok(_writing) = led.writing.try_lock() else { return };
        let update = lock(&led.window).expire(self.now_ms());
        if let Some(update) = update {
            // what cannot be written is delivered again all the same, and counted by the next one
            let _ = self.persist(led, update).await;
        }
    }

    /// Takes back all that a member has here: its session is over.
    pub async fn release(&self, key: &MemberKey) {
        for led in self.of_group(&key.group) {
            let _writing = led.writing.lock().await;
            let update = lock(&led.window).release(&key.member);
            if let Some(update) = update {
                let _ = self.persist(&led, update).await;
            }
        }
        // without a reader, somebody may reset the offsets unnoticed: the next one reads them anew
        if !lock(&self.sessions).any_of(&key.group) {
            lock(&self.led).retain(|led, _| led.group != key.group);
        }
    }

    fn of_group(&self, group: &str) -> Vec<Arc<Led>> {
        let all = lock(&self.led);
        let of_group = all.iter().filter(|(key, _)| key.group == group);
        of_group.filter_map(|(_, slot)| slot.get().cloned()).collect()
    }

    /// Share partitions that are loaded; those of the past are dropped.
    pub(super) fn all_led(&self) -> Vec<Arc<Led>> {
        let mut all = lock(&self.led);
        all.retain(|_, slot| slot.get().is_none_or(|led| led.leads()));
        all.values().filter_map(|slot| slot.get().cloned()).collect()
    }

    async fn persist(&self, led: &Led, update: Update) -> Result<(), ErrorCode> {
        if update.is_empty() {
            return Ok(());
        }
        let write = StateWrite {
            state_epoch: led.state_epoch,
            leader_epoch: led.epoch,
            start_offset: update.start,
            complete: update.complete,
            batches: update.batches.clone(),
        };
        let outcome = self.write_state(&led.key, write).await;
        if let Err(code) = outcome {
            // somebody else leads, or has reset or deleted the state: what is known here is void
            let void = matches!(
                code,
                ErrorCode::FencedLeaderEpoch
                    | ErrorCode::FencedStateEpoch
                    | ErrorCode::InvalidRequest
            );
            led.fenced.fetch_or(void, Ordering::AcqRel);
        }
        lock(&led.window).settle(update, outcome.is_ok());
        led.changed.send_replace(());
        outcome.map_err(told)
    }
}

/// What a client is told of a share coordinator's refusal, as by Apache Kafka.
fn told(code: ErrorCode) -> ErrorCode {
    match code {
        ErrorCode::FencedLeaderEpoch | ErrorCode::FencedStateEpoch | ErrorCode::InvalidRequest => {
            ErrorCode::NotLeaderOrFollower
        }
        ErrorCode::NotCoordinator
        | ErrorCode::CoordinatorNotAvailable
        | ErrorCode::CoordinatorLoadInProgress => ErrorCode::UnknownServerError,
        other => other,
    }
}
