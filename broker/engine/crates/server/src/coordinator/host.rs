//! One coordinator's task: load, serve, resign.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::time::Duration;

use headrace_cluster::image::Image;
use headrace_cluster::{Node, PartitionError};
use headrace_env::Clock;
use headrace_groups::{Call, Config, Coordinator, Effect, Request, Response, Token, WriteId};
use headrace_wire::ErrorCode;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot, watch as flag};
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::load::{load, LoadError};
use super::log::OffsetsLog;
use super::writer::{Fate, Writer};

/// Requests that wait for one coordinator; then their connections wait.
const QUEUE_JOBS: usize = 1_024;
/// Jobs that share one turn, and so one batch.
const TURN_JOBS: usize = 256;
/// The longest sleep: settings are looked at afresh after each turn.
const MAX_SLEEP_MS: i64 = 1_000;
/// Pause before a log that cannot be read is tried again.
const RETRY: Duration = Duration::from_secs(3);

/// Work for a host.
pub(super) enum Job {
    /// A client's request.
    Ask(Box<Ask>),
    /// Topics are gone: name and id.
    TopicsDeleted(Vec<(String, Uuid)>),
}

/// A request and where its answer goes.
pub(super) struct Ask {
    pub(super) version: i16,
    pub(super) client_id: String,
    pub(super) client_host: String,
    pub(super) uuid: Uuid,
    pub(super) request: Request,
    pub(super) answer: oneshot::Sender<Response>,
}

/// Where a host takes its work from.
pub(super) type Jobs = mpsc::Sender<Job>;

/// A host from outside. Dropping it does not end it; `stop` does.
pub(super) struct Host {
    pub(super) epoch: i32,
    jobs: Jobs,
    ready: Arc<AtomicBool>,
    stop: flag::Sender<bool>,
    task: JoinHandle<()>,
}

/// What a host's settings are made of, read afresh each turn.
pub(super) trait Settings: Send + 'static {
    /// The settings now; none when they have not changed since the last call.
    fn changed(&mut self) -> Option<Config>;
}

/// Settings out of the controller's image.
pub(super) struct ImageSettings {
    pub(super) node: Node,
    pub(super) make: Box<dyn Fn(&Arc<Image>) -> Config + Send>,
    pub(super) seen: Option<u64>,
}

impl Settings for ImageSettings {
    fn changed(&mut self) -> Option<Config> {
        let image = self.node.image();
        if self.seen == Some(image.version()) {
            return None;
        }
        self.seen = Some(image.version());
        Some((self.make)(&image))
    }
}

/// What a host works with.
pub(super) struct Parts<L, S> {
    pub(super) partition: i32,
    pub(super) epoch: i32,
    pub(super) log: L,
    pub(super) settings: S,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) max_batch_bytes: usize,
}

impl Host {
    /// Starts a host; it begins once `previous`, of the same partition, has ended.
    pub(super) fn start<L: OffsetsLog, S: Settings>(
        parts: Parts<L, S>,
        previous: Option<Host>,
        runtime: &Handle,
    ) -> Host {
        let (jobs, queue) = mpsc::channel(QUEUE_JOBS);
        let (stop, stopped) = flag::channel(false);
        let ready = Arc::new(AtomicBool::new(false));
        let epoch = parts.epoch;
        let life = Life { queue, stopped, ready: Arc::clone(&ready) };
        let task = runtime.spawn(async move {
            if let Some(previous) = previous {
                previous.stop();
                // A panic in it was reported when it happened; all we need is that it is over.
                let _ = previous.task.await;
            }
            life.run(parts).await;
        });
        Host { epoch, jobs, ready, stop, task }
    }

    /// Tells it to resign.
    pub(super) fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// It has ended by itself (or panicked), or was stopped and is done.
    pub(super) fn is_over(&self) -> bool {
        self.task.is_finished()
    }

    /// Its queue.
    ///
    /// # Errors
    /// `COORDINATOR_LOAD_IN_PROGRESS` until the log is read.
    pub(super) fn jobs(&self) -> Result<Jobs, ErrorCode> {
        if *self.stop.borrow() {
            return Err(ErrorCode::NotCoordinator);
        }
        match self.ready.load(Ordering::Acquire) {
            true => Ok(self.jobs.clone()),
            false => Err(ErrorCode::CoordinatorLoadInProgress),
        }
    }

    /// Its queue even while it loads: for what must not be missed.
    pub(super) fn queue(&self) -> Jobs {
        self.jobs.clone()
    }
}

/// Unix time that never jumps: sessions must not end because the host's clock was set.
struct SteadyClock {
    clock: Arc<dyn Clock>,
    unix_ms: i64,
    monotonic_ns: u64,
}

impl SteadyClock {
    fn new(clock: Arc<dyn Clock>) -> Self {
        let (unix_ms, monotonic_ns) = (clock.now_ms(), clock.monotonic_ns());
        SteadyClock { clock, unix_ms, monotonic_ns }
    }

    fn now_ms(&self) -> i64 {
        let elapsed_ms = self.clock.monotonic_ns().saturating_sub(self.monotonic_ns) / 1_000_000;
        self.unix_ms.saturating_add(i64::try_from(elapsed_ms).unwrap_or(i64::MAX))
    }
}

/// A host from inside.
struct Life {
    queue: mpsc::Receiver<Job>,
    stopped: flag::Receiver<bool>,
    ready: Arc<AtomicBool>,
}

impl Life {
    async fn run<L: OffsetsLog, S: Settings>(mut self, parts: Parts<L, S>) {
        let Parts { partition, epoch, log, mut settings, clock, max_batch_bytes } = parts;
        let clock = SteadyClock::new(clock);
        let log = Arc::new(log);
        let config = settings.changed().unwrap_or_default();
        let empty = Coordinator::new(config, clock.now_ms());
        let loading = load(&log, empty);
        let outcome = tokio::select! {
            biased;
            _ = self.stopped.wait_for(|stop| *stop) => return,
            outcome = loading => outcome,
        };
        let coordinator = match outcome {
            Ok((coordinator, loaded)) => {
                let (records, skipped) = (loaded.records, loaded.skipped);
                let duration_ms = loaded.duration.as_millis();
                tracing::info!(partition, epoch, records, skipped, duration_ms, "groups loaded");
                coordinator
            }
            Err(error) => return self.not_loaded(partition, &error).await,
        };
        let mut serving = Serving {
            coordinator,
            answers: HashMap::new(),
            next_token: 1,
            writer: Writer::new(max_batch_bytes),
        };
        let effects = serving.coordinator.loaded(clock.now_ms());
        serving.take(effects);
        self.ready.store(true, Ordering::Release);
        let reason = self.serve(&mut serving, &*log, &mut settings, &clock).await;
        self.ready.store(false, Ordering::Release);
        tracing::info!(partition, epoch, %reason, "groups handed over");
        let effects = serving.coordinator.resign(ErrorCode::NotCoordinator);
        serving.take(effects);
        // Closing the queue refuses what is still in it: its answers' senders are dropped.
        drop(self.queue);
        serving.writer.drain().await;
    }

    async fn not_loaded(mut self, partition: i32, error: &LoadError) {
        if let LoadError::Log(PartitionError::NotLeader { .. } | PartitionError::ShuttingDown) =
            error
        {
            tracing::debug!(partition, %error, "lost before its groups were loaded");
            return;
        }
        tracing::error!(partition, %error, "cannot load the groups; trying again");
        tokio::select! {
            _ = self.stopped.wait_for(|stop| *stop) => {}
            () = tokio::time::sleep(RETRY) => {}
        }
    }

    /// Serves until told to stop, or until only reading the log again can tell what it holds.
    async fn serve<L: OffsetsLog, S: Settings>(
        &mut self,
        serving: &mut Serving,
        log: &L,
        settings: &mut S,
        clock: &SteadyClock,
    ) -> String {
        loop {
            let now_ms = clock.now_ms();
            if let Some(config) = settings.changed() {
                serving.coordinator.configure(config);
            }
            serving.tick(now_ms);
            serving.writer.flush(log, now_ms);
            let wait_ms = serving.coordinator.next_tick_ms().saturating_sub(now_ms);
            let wait_ms = wait_ms.clamp(0, MAX_SLEEP_MS).unsigned_abs();
            tokio::select! {
                biased;
                _ = self.stopped.wait_for(|stop| *stop) => return "told to stop".to_owned(),
                (writes, fate) = serving.writer.next_outcome() => match fate {
                    Fate::Known(outcome) => {
                        for write in writes {
                            serving.appended(clock.now_ms(), write, outcome);
                        }
                    }
                    Fate::Unknown(error) => return error.to_string(),
                },
                job = self.queue.recv() => {
                    let Some(job) = job else { return "nobody asks any more".to_owned() };
                    let now_ms = clock.now_ms();
                    serving.work(now_ms, job);
                    for _ in 1..TURN_JOBS {
                        let Ok(job) = self.queue.try_recv() else { break };
                        serving.work(now_ms, job);
                    }
                }
                () = tokio::time::sleep(Duration::from_millis(wait_ms)) => {}
            }
        }
    }
}

/// A loaded coordinator at work.
struct Serving {
    coordinator: Coordinator,
    answers: HashMap<Token, oneshot::Sender<Response>>,
    next_token: Token,
    writer: Writer,
}

impl Serving {
    fn work(&mut self, now_ms: i64, job: Job) {
        let effects = match job {
            Job::Ask(ask) => {
                let token = self.next_token;
                self.next_token += 1;
                self.answers.insert(token, ask.answer);
                let call = Call {
                    token,
                    version: ask.version,
                    client_id: ask.client_id,
                    client_host: ask.client_host,
                    uuid: ask.uuid,
                };
                self.coordinator.handle(now_ms, call, ask.request)
            }
            Job::TopicsDeleted(topics) => self.coordinator.topics_deleted(&topics),
        };
        self.take(effects);
    }

    fn tick(&mut self, now_ms: i64) {
        if self.coordinator.next_tick_ms() <= now_ms {
            let effects = self.coordinator.tick(now_ms);
            self.take(effects);
        }
    }

    fn appended(
        &mut self,
        now_ms: i64,
        write: WriteId,
        outcome: Result<(), headrace_groups::WriteError>,
    ) {
        let effects = self.coordinator.appended(now_ms, write, outcome);
        self.take(effects);
    }

    fn take(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Reply { token, response } => {
                    if let Some(answer) = self.answers.remove(&token) {
                        // The client may be gone; its session will end by itself.
                        let _ = answer.send(response);
                    }
                }
                Effect::Append { write, records } => self.writer.push(write, records),
            }
        }
    }
}
