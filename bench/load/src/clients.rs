//! Producers and consumers as somebody who cares for the records configures them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rand::RngCore;
use rdkafka::consumer::BaseConsumer;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::DeliveryResult;
use rdkafka::producer::{BaseRecord, ProducerContext, ThreadedProducer};
use rdkafka::{ClientConfig, ClientContext};

use crate::latency::Latency;
use crate::Target;

/// A client that makes no progress for this long gives up.
pub const STALL: Duration = Duration::from_secs(60);
/// Bytes that wait in a producer: enough for full batches, and little to throw away at the end.
const QUEUE_KBYTES: &str = "32768";

/// What acknowledgements have told.
#[derive(Default)]
pub struct Seen {
    /// Records that were due in the time that counts.
    pub acknowledged: AtomicU64,
    /// Acknowledgements in the time that counts, of records that were due before, too: a slow
    /// system may still be at those that waited when it began.
    pub arrived: AtomicU64,
    pub failed: AtomicU64,
    /// Why the first one failed.
    pub why: Mutex<Option<String>>,
    /// From when a record was due until it was acknowledged.
    pub latency: Mutex<Latency>,
    /// Nanoseconds after the start; acknowledgements of records due before do not count.
    pub from_ns: AtomicU64,
    /// The last acknowledgement, and the longest time without one.
    pub pauses: Mutex<(u64, u64)>,
}

impl Seen {
    /// # Errors
    /// When records failed: how many, and why the first did.
    pub fn check(&self) -> Result<(), String> {
        match (
            self.failed.load(Ordering::Relaxed),
            &*self.why.lock().expect("no panic"),
        ) {
            (0, _) => Ok(()),
            (count, why) => Err(format!(
                "{count} records failed: {}",
                why.as_deref().unwrap_or("")
            )),
        }
    }
}

/// Takes acknowledgements in. A record's opaque value is when it was due, in ns after `start`.
pub struct Acks {
    pub start: Instant,
    pub seen: Arc<Seen>,
}

impl ClientContext for Acks {}

impl ProducerContext for Acks {
    type DeliveryOpaque = usize;

    fn delivery(&self, result: &DeliveryResult<'_>, due_ns: usize) {
        if let Err((error, _)) = result {
            // What waits at the end is thrown away.
            use RDKafkaErrorCode::{PurgeInflight, PurgeQueue};
            if !matches!(error.rdkafka_error_code(), Some(PurgeQueue | PurgeInflight)) {
                self.seen.failed.fetch_add(1, Ordering::Relaxed);
                self.seen
                    .why
                    .lock()
                    .expect("no panic")
                    .get_or_insert(error.to_string());
            }
            return;
        }
        let (now_ns, due_ns) = (self.start.elapsed().as_nanos() as u64, due_ns as u64);
        let from_ns = self.seen.from_ns.load(Ordering::Relaxed);
        if now_ns >= from_ns {
            self.seen.arrived.fetch_add(1, Ordering::Relaxed);
        }
        if due_ns < from_ns {
            return;
        }
        self.seen.acknowledged.fetch_add(1, Ordering::Relaxed);
        self.seen
            .latency
            .lock()
            .expect("no panic")
            .record(now_ns.saturating_sub(due_ns));
        let mut pauses = self.seen.pauses.lock().expect("no panic");
        let (last, longest) = *pauses;
        let pause = if last == 0 {
            0
        } else {
            now_ns.saturating_sub(last)
        };
        *pauses = (now_ns, longest.max(pause));
    }
}

pub type LoadProducer = ThreadedProducer<Acks>;

fn base(bootstrap: &str) -> ClientConfig {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", bootstrap)
        .set("log_level", "3");
    config.set("socket.nagle.disable", "true");
    config
}

fn producing(target: &Target) -> ClientConfig {
    let mut config = base(&target.bootstrap);
    config
        .set("acks", "all")
        .set("enable.idempotence", "true")
        .set("linger.ms", target.linger_ms.to_string())
        .set("batch.size", "131072")
        .set("queue.buffering.max.messages", target.in_flight.to_string())
        .set("queue.buffering.max.kbytes", QUEUE_KBYTES);
    config
}

/// acks=all and idempotent.
pub fn producer(target: &Target, start: Instant, seen: &Arc<Seen>) -> Result<LoadProducer, String> {
    let context = Acks {
        start,
        seen: seen.clone(),
    };
    producing(target)
        .create_with_context(context)
        .map_err(|e| e.to_string())
}

/// The same, with a transactional id.
pub fn transactional(
    target: &Target,
    id: &str,
    start: Instant,
    seen: &Arc<Seen>,
) -> Result<LoadProducer, String> {
    let context = Acks {
        start,
        seen: seen.clone(),
    };
    let mut config = producing(target);
    config.set("transactional.id", id);
    config
        .create_with_context(context)
        .map_err(|e| e.to_string())
}

/// A member of a group that reads all that is there, and commits nothing.
pub fn consumer(target: &Target, group: &str, from: &str) -> Result<BaseConsumer, String> {
    base(&target.bootstrap)
        .set("group.id", group)
        .set("auto.offset.reset", from)
        .set("enable.auto.commit", "false")
        // As it comes, a client that got ahead of its reader asks for nothing for a whole second.
        .set("fetch.queue.backoff.ms", "5")
        .create()
        .map_err(|e| e.to_string())
}

/// A name that no other run has.
pub fn unique(what: &str) -> String {
    format!("{what}-{:016x}", rand::rng().next_u64())
}

/// Values that do not compress, and keys.
pub struct Records {
    payload: Vec<u8>,
    keys: u64,
    sent: u64,
}

impl Records {
    pub fn new(target: &Target) -> Records {
        let mut payload = vec![0; target.bytes.max(8)];
        rand::rng().fill_bytes(&mut payload);
        Records {
            payload,
            keys: target.keys,
            sent: 0,
        }
    }

    /// Sends one, due at `due_ns`; waits while the producer's queue is full. The value begins with
    /// `due_ns`. Returns false when the queue stays full for too long.
    pub fn send(&mut self, to: &LoadProducer, topic: &str, due_ns: u64) -> Result<(), String> {
        self.payload[..8].copy_from_slice(&due_ns.to_le_bytes());
        let key = (self.keys > 0).then(|| {
            // Neighbours in time shall not be neighbours in the key space.
            let key = self.sent.wrapping_mul(0x9e37_79b9_7f4a_7c15) % self.keys;
            key.to_le_bytes()
        });
        self.sent += 1;
        let since = Instant::now();
        loop {
            let record = BaseRecord::with_opaque_to(topic, due_ns as usize).payload(&self.payload);
            let sent = match &key {
                Some(key) => to.send(record.key(key)),
                None => to.send::<[u8; 8], Vec<u8>>(record),
            };
            match sent {
                Ok(()) => return Ok(()),
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), _)) => {
                    if since.elapsed() > STALL {
                        return Err("no room in the producer's queue for a minute".into());
                    }
                    std::thread::sleep(Duration::from_millis(1));
                }
                Err((error, _)) => return Err(error.to_string()),
            }
        }
    }
}
