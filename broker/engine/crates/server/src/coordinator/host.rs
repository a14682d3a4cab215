//! One coordinator's task: load, serve, resign.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::time::Duration;

use headrace_cluster::{BoxFuture, Node, PartitionError};
use headrace_env::Clock;
use headrace_wire::ErrorCode;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot, watch as flag};
use tokio::task::{JoinHandle, JoinSet};

use super::load::{load, LoadError};
use super::log::TopicLog;
use super::machine::{Effect, Machine, Refused, Token, WriteId};
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
pub(super) enum Job<M: Machine> {
    /// A request and where its answer goes.
    Ask(Box<M::Ask>, oneshot::Sender<M::Response>),
    /// Something happened in the cluster.
    News(M::News),
}

/// Where a host takes its work from.
pub(super) type Jobs<M> = mpsc::Sender<Job<M>>;

/// Does a machine's work outside of its partition, which is under this leader epoch.
pub(super) type Worker<M> =
    dyn Fn(i32, <M as Machine>::Work) -> BoxFuture<<M as Machine>::News> + Send + Sync;

/// A host from outside. Dropping it does not end it; `stop` does.
pub(super) struct Host<M: Machine> {
    pub(super) epoch: i32,
    jobs: Jobs<M>,
    ready: Arc<AtomicBool>,
    stop: flag::Sender<bool>,
    task: JoinHandle<()>,
}

/// What a host's settings are made of, read afresh each turn.
pub(super) trait Settings<M: Machine>: Send + 'static {
    /// The settings now; none when they have not changed since the last call.
    fn changed(&mut self) -> Option<M::Config>;
}

/// Settings out of the controller's image.
pub(super) struct ImageSettings {
    pub(super) node: Node,
    pub(super) seen: Option<u64>,
}

impl<M: Machine> Settings<M> for ImageSettings {
    fn changed(&mut self) -> Option<M::Config> {
        let image = self.node.image();
        if self.seen == Some(image.version()) {
            return None;
        }
        self.seen = Some(image.version());
        Some(M::config(&image))
    }
}

/// What a host works with.
pub(super) struct Parts<M: Machine, L, S> {
    pub(super) partition: i32,
    pub(super) epoch: i32,
    pub(super) log: L,
    pub(super) settings: S,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) worker: Arc<Worker<M>>,
    pub(super) max_batch_bytes: usize,
}

impl<M: Machine> Host<M> {
    /// Starts a host; it begins once `previous`, of the same partition, has ended.
    pub(super) fn start<L: TopicLog, S: Settings<M>>(
        parts: Parts<M, L, S>,
        previous: Option<Host<M>>,
        runtime: &Handle,
    ) -> Host<M> {
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
    pub(super) fn jobs(&self) -> Result<Jobs<M>, ErrorCode> {
        if *self.stop.borrow() {
            return Err(ErrorCode::NotCoordinator);
        }
        match self.ready.load(Ordering::Acquire) {
            true => Ok(self.jobs.clone()),
            false => Err(ErrorCode::CoordinatorLoadInProgress),
        }
    }

    /// Its queue even while it loads: for what must not be missed.
    pub(super) fn queue(&self) -> Jobs<M> {
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
struct Life<M: Machine> {
    queue: mpsc::Receiver<Job<M>>,
    stopped: flag::Receiver<bool>,
    ready: Arc<AtomicBool>,
}

impl<M: Machine> Life<M> {
    async fn run<L: TopicLog, S: Settings<M>>(mut self, parts: Parts<M, L, S>) {
        let Parts { partition, epoch, log, mut settings, clock, worker, max_batch_bytes } = parts;
        let clock = SteadyClock::new(clock);
        let log = Arc::new(log);
        let config = settings.changed().unwrap_or_default();
        let empty = M::new(config, clock.now_ms());
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
                let what = M::WHAT;
                tracing::info!(partition, epoch, records, skipped, duration_ms, "{what} loaded");
                coordinator
            }
            Err(error) => return self.not_loaded(partition, &error).await,
        };
        let mut serving = Serving {
            coordinator,
            answers: HashMap::new(),
            next_token: 1,
            writer: Writer::new(max_batch_bytes),
            epoch,
            worker,
            work: JoinSet::new(),
        };
        let effects = serving.coordinator.loaded(clock.now_ms());
        serving.take(effects);
        self.ready.store(true, Ordering::Release);
        let reason = self.serve(&mut serving, &*log, &mut settings, &clock).await;
        self.ready.store(false, Ordering::Release);
        let what = M::WHAT;
        tracing::info!(partition, epoch, %reason, "{what} handed over");
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
            let what = M::WHAT;
            tracing::debug!(partition, %error, "lost before its {what} were loaded");
            return;
        }
        tracing::error!(partition, %error, "cannot load the {}; trying again", M::WHAT);
        tokio::select! {
            _ = self.stopped.wait_for(|stop| *stop) => {}
            () = tokio::time::sleep(RETRY) => {}
        }
    }

    /// Serves until told to stop, or until only reading the log again can tell what it holds.
    async fn serve<L: TopicLog, S: Settings<M>>(
        &mut self,
        serving: &mut Serving<M>,
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
                Some(done) = serving.work.join_next() => match done {
                    Ok(news) => serving.told(clock.now_ms(), news),
                    // What it was to do is in the log: the next host does it.
                    Err(error) => return format!("its work failed: {error}"),
                },
                () = tokio::time::sleep(Duration::from_millis(wait_ms)) => {}
            }
        }
    }
}

/// A loaded coordinator at work.
struct Serving<M: Machine> {
    coordinator: M,
    answers: HashMap<Token, oneshot::Sender<M::Response>>,
    next_token: Token,
    writer: Writer,
    epoch: i32,
    worker: Arc<Worker<M>>,
    /// Ends with the host.
    work: JoinSet<M::News>,
}

impl<M: Machine> Serving<M> {
    fn work(&mut self, now_ms: i64, job: Job<M>) {
        match job {
            Job::Ask(ask, answer) => {
                let token = self.next_token;
                self.next_token += 1;
                self.answers.insert(token, answer);
                let effects = self.coordinator.handle(now_ms, token, *ask);
                self.take(effects);
            }
            Job::News(news) => self.told(now_ms, news),
        }
    }

    fn told(&mut self, now_ms: i64, news: M::News) {
        let effects = self.coordinator.news(now_ms, news);
        self.take(effects);
    }

    fn tick(&mut self, now_ms: i64) {
        if self.coordinator.next_tick_ms() <= now_ms {
            let effects = self.coordinator.tick(now_ms);
            self.take(effects);
        }
    }

    fn appended(&mut self, now_ms: i64, write: WriteId, outcome: Result<(), Refused>) {
        let effects = self.coordinator.appended(now_ms, write, outcome);
        self.take(effects);
    }

    fn take(&mut self, effects: Vec<Effect<M>>) {
        for effect in effects {
            match effect {
                Effect::Reply { token, response } => {
                    if let Some(answer) = self.answers.remove(&token) {
                        // The client may be gone; its session will end by itself.
                        let _ = answer.send(response);
                    }
                }
                Effect::Append { write, entry } => self.writer.push(write, entry),
                Effect::Work(work) => {
                    self.work.spawn((self.worker)(self.epoch, work));
                }
            }
        }
    }
}
