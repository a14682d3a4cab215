//! Follows leadership of an internal topic and the deletion of topics.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::sync::broadcast::error::RecvError;
use uuid::Uuid;

use super::host::{Host, ImageSettings, Job, Parts};
use super::log::ReplicatedLog;
use super::machine::Machine;
use super::Shared;

/// How often everything is compared although no event came: events may be missed, and a host may
/// have ended by itself.
const LOOK_AGAIN: Duration = Duration::from_millis(250);
/// A batch takes at least as much, whatever `max.message.bytes` of the topic says.
const MIN_BATCH_BYTES: usize = 64 << 10;

/// Runs until [`Shared::shutdown`].
pub(super) async fn run<M: Machine>(shared: Arc<Shared<M>>) {
    let mut stop = shared.stop.subscribe();
    let mut leaders = shared.node.leadership_events();
    let mut images = shared.node.image_changes();
    let mut topics = Topics::default();
    let mut sources_open = true;
    loop {
        reconcile(&shared);
        topics.compare(&shared);
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            event = leaders.recv(), if sources_open => {
                sources_open = !matches!(event, Err(RecvError::Closed));
            }
            change = images.changed(), if sources_open => sources_open = change.is_ok(),
            () = tokio::time::sleep(LOOK_AGAIN) => {}
        }
    }
    for host in shared.hosts.write().unwrap_or_else(PoisonError::into_inner).values() {
        host.stop();
    }
}

/// Starts a host for each partition that this node leads and stops those that it does not.
fn reconcile<M: Machine>(shared: &Shared<M>) {
    let image = shared.node.image();
    let Some(topic) = image.topic(shared.topic) else { return };
    let mut hosts = shared.hosts.write().unwrap_or_else(PoisonError::into_inner);
    for (index, partition) in topic.partitions.iter().enumerate() {
        let Ok(index) = i32::try_from(index) else { return };
        let handle = shared.node.partition(partition.group);
        let led = handle.filter(|handle| handle.offsets().is_leader);
        match (led, hosts.get(&index)) {
            (None, None) => {}
            (None, Some(host)) => {
                host.stop();
                if host.is_over() {
                    hosts.remove(&index);
                }
            }
            (Some(handle), host) => {
                let epoch = handle.offsets().epoch;
                if host.is_some_and(|host| host.epoch == epoch && !host.is_over()) {
                    continue;
                }
                let max_batch_bytes = topic.config.max_message_bytes as usize;
                let parts = Parts {
                    partition: index,
                    epoch,
                    log: ReplicatedLog { partition: handle, epoch },
                    settings: ImageSettings { node: shared.node.clone(), seen: None },
                    clock: Arc::clone(&shared.env.clock),
                    worker: Arc::clone(&shared.worker),
                    max_batch_bytes: max_batch_bytes.max(MIN_BATCH_BYTES),
                };
                let previous = hosts.remove(&index);
                hosts.insert(index, Host::start(parts, previous, &shared.runtime));
            }
        }
    }
}

/// The topics as last seen, to notice which are gone.
#[derive(Default)]
struct Topics {
    version: Option<u64>,
    seen: HashMap<Uuid, String>,
}

impl Topics {
    fn compare<M: Machine>(&mut self, shared: &Shared<M>) {
        let image = shared.node.image();
        if self.version == Some(image.version()) {
            return;
        }
        self.version = Some(image.version());
        let now: HashMap<Uuid, String> =
            image.topics().map(|topic| (topic.id, topic.name.to_string())).collect();
        let gone = self.seen.iter().filter(|(id, _)| !now.contains_key(id));
        let gone: Vec<(String, Uuid)> = gone.map(|(id, name)| (name.clone(), *id)).collect();
        self.seen = now;
        if gone.is_empty() {
            return;
        }
        for host in shared.hosts.read().unwrap_or_else(PoisonError::into_inner).values() {
            let Some(news) = M::topics_deleted(&gone) else { return };
            let queue = host.queue();
            // A full queue must not hold up the watcher; a host that ended needs nothing.
            shared.runtime.spawn(async move {
                let _ = queue.send(Job::News(news)).await;
            });
        }
    }
}
