//! The threads: one that owns a shard, one that writes and syncs its journal.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use bytes::Bytes;
use headrace_env::Env;
use headrace_log::{CheckpointJob, CleanJob, RecoveryReport, Round, StoreConfig};
use tokio::sync::oneshot;

use crate::error::StartError;
use crate::image::NodeId;
use crate::metrics::Metrics;
use crate::queue::{queue, Receiver, Sender};
use crate::shard::{
    shard_queue, Input, Shard, ShardConfig, ShardEvent, ShardReceiver, ShardSender, StatesFile,
};

/// Inputs of one turn: enough to share a round among many, few enough to stay responsive.
const MAX_INPUTS: usize = 1024;
/// Jobs that may wait for a helper thread: at most one round, one checkpoint, one states file are
/// under way.
const MAX_JOBS: usize = 4;
const MAINTAIN_EVERY: Duration = Duration::from_secs(1);
/// Turns that a stopping shard takes to get its last round done.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);

/// Where a shard's output goes.
pub(crate) trait ShardOutput: Send + Sync + 'static {
    fn frame(&self, to: NodeId, parts: Vec<Bytes>);
    fn beat(&self, to: NodeId, shard: usize);
    fn event(&self, event: ShardEvent);
}

/// A running shard.
#[derive(Debug)]
pub(crate) struct ShardThread {
    pub sender: ShardSender,
    pub thread: JoinHandle<()>,
}

/// Slow work beside the journal.
enum Chore {
    Checkpoint(Box<CheckpointJob>),
    States(StatesFile),
}

/// The queues of a shard's helpers.
struct Helpers {
    rounds: Sender<Round>,
    chores: Sender<Chore>,
    cleans: Sender<CleanJob>,
}

/// Starts a shard's threads; returns when its store is open.
///
/// # Errors
/// When the store cannot be opened or threads cannot be had.
pub(crate) fn start_shard(
    env: &Env,
    index: usize,
    config: ShardConfig,
    store: StoreConfig,
    metrics: Arc<Metrics>,
    output: Arc<dyn ShardOutput>,
) -> Result<(ShardThread, RecoveryReport, Vec<u64>), StartError> {
    let (sender, receiver) = shard_queue();
    let (opened_tx, opened_rx) = std::sync::mpsc::sync_channel(1);
    let (env, inputs, dir) = (env.clone(), sender.clone(), config.dir.clone());
    let body = move || {
        let tick = Duration::from_millis(config.tick_ms);
        let helpers = match start_helpers(&env, index, &config, inputs, metrics.clone()) {
            Ok(helpers) => helpers,
            Err(error) => {
                let _ = opened_tx.send(Err(error));
                return;
            }
        };
        match Shard::open(&env, config, index, store, metrics) {
            Ok((shard, report)) => {
                let groups = shard.stored_groups();
                if opened_tx.send(Ok((report, groups))).is_ok() {
                    Driver { shard, index, env, receiver, helpers, output, tick }.run();
                }
            }
            Err(error) => {
                let why = error.to_string();
                let _ = opened_tx.send(Err(StartError::Storage { path: dir, why }));
            }
        }
    };
    let thread = spawn(format!("shard-{index}"), body)?;
    match opened_rx.recv() {
        Ok(Ok((report, groups))) => Ok((ShardThread { sender, thread }, report, groups)),
        Ok(Err(error)) => Err(error),
        Err(_) => Err(StartError::Io {
            what: format!("the thread of shard {index} ended"),
            source: std::io::ErrorKind::Other.into(),
        }),
    }
}

fn spawn(name: String, body: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, StartError> {
    let what = format!("cannot start the thread {name}");
    std::thread::Builder::new()
        .name(name)
        .spawn(body)
        .map_err(|source| StartError::Io { what, source })
}

/// The threads end when the shard's thread drops their queues.
fn start_helpers(
    env: &Env,
    index: usize,
    config: &ShardConfig,
    shard: ShardSender,
    metrics: Arc<Metrics>,
) -> Result<Helpers, StartError> {
    let (rounds, mut todo): (Sender<Round>, Receiver<Round>) = queue(MAX_JOBS);
    let (clock, inputs) = (env.clock.clone(), shard.clone());
    let journal = move || {
        while let Some(round) = todo.recv() {
            let started = clock.monotonic_ns();
            let result = round.write_and_sync().map_err(|e| e.to_string());
            let nanos = clock.monotonic_ns().saturating_sub(started);
            metrics.round_seconds.observe(nanos as f64 / 1e9);
            let done = Input::RoundDone { seq: round.seq(), result };
            if inputs.send_blocking(done).is_err() {
                return;
            }
        }
    };
    spawn(format!("journal-{index}"), journal)?;
    let (chores, mut todo): (Sender<Chore>, Receiver<Chore>) = queue(MAX_JOBS);
    let (disk, dir, cleaned) = (env.disk.clone(), config.dir.clone(), shard.clone());
    let keeper = move || {
        while let Some(chore) = todo.recv() {
            let done = match chore {
                Chore::Checkpoint(mut job) => {
                    job.run();
                    Input::CheckpointDone(*job)
                }
                Chore::States(states) => match states.write(disk.as_ref(), &dir) {
                    Ok(()) => Input::StatesSaved(states.indices),
                    Err(error) => {
                        tracing::warn!(%error, "cannot save the replicas' states");
                        Input::StatesSaved(Vec::new())
                    }
                },
            };
            if shard.send_blocking(done).is_err() {
                return;
            }
        }
    };
    spawn(format!("keeper-{index}"), keeper)?;
    let (cleans, mut todo): (Sender<CleanJob>, Receiver<CleanJob>) = queue(1);
    // Nothing waits for it, so it must hold nothing up: a thread of its own.
    let cleaner = move || {
        while let Some(mut job) = todo.recv() {
            job.run();
            if cleaned.send_blocking(Input::CleanDone(Box::new(job))).is_err() {
                return;
            }
        }
    };
    spawn(format!("cleaner-{index}"), cleaner)?;
    Ok(Helpers { rounds, chores, cleans })
}

/// A shard's thread.
struct Driver {
    shard: Shard,
    index: usize,
    env: Env,
    receiver: ShardReceiver,
    helpers: Helpers,
    output: Arc<dyn ShardOutput>,
    tick: Duration,
}

impl Driver {
    fn run(mut self) {
        let mut next_tick = Instant::now() + self.tick;
        let mut next_maintain = Instant::now() + MAINTAIN_EVERY;
        let mut again = false;
        let mut stop = None;
        loop {
            let first = match again {
                true => self.receiver.try_recv(),
                false => self.receiver.recv_deadline(next_tick),
            };
            let now_ms = self.env.clock.now_ms();
            self.take_in(first, now_ms, &mut stop);
            let now = Instant::now();
            if now >= next_tick {
                self.shard.tick(now_ms);
                // Late ticks are not made up for: a busy machine must not look like a dead leader.
                next_tick = now + self.tick;
            }
            if now >= next_maintain {
                next_maintain = now + MAINTAIN_EVERY;
                if let Some(states) = self.shard.maintain(now_ms) {
                    let _ = self.helpers.chores.send(Chore::States(states));
                }
            }
            again = self.turn();
            if let Some(reply) = stop.take() {
                self.stop(reply);
                return;
            }
        }
    }

    fn take_in(
        &mut self,
        first: Option<Input>,
        now_ms: i64,
        stop: &mut Option<oneshot::Sender<()>>,
    ) {
        let mut next = first;
        for _ in 0..MAX_INPUTS {
            match next {
                Some(Input::Stop { reply }) => {
                    *stop = Some(reply);
                    return;
                }
                Some(input) => self.shard.handle(input, now_ms),
                None => return,
            }
            next = self.receiver.try_recv();
        }
        if let Some(input) = next {
            match input {
                Input::Stop { reply } => *stop = Some(reply),
                input => self.shard.handle(input, now_ms),
            }
        }
    }

    fn turn(&mut self) -> bool {
        let turn = self.shard.turn();
        if let Some(round) = turn.round {
            // The helpers outlive this thread, and there is room for what can be under way.
            let _ = self.helpers.rounds.send(round);
        }
        if let Some(job) = turn.checkpoint {
            let _ = self.helpers.chores.send(Chore::Checkpoint(Box::new(job)));
        }
        if let Some(job) = turn.clean {
            let _ = self.helpers.cleans.send(job);
        }
        for (to, parts) in turn.frames {
            self.output.frame(to, parts);
        }
        for to in turn.beats {
            self.output.beat(to, self.index);
        }
        for event in turn.events {
            self.output.event(event);
        }
        turn.again
    }

    /// Waits for the last round, then closes the store.
    fn stop(mut self, reply: oneshot::Sender<()>) {
        let deadline = Instant::now() + STOP_TIMEOUT;
        while self.shard.round_in_flight() && Instant::now() < deadline {
            let input = self.receiver.recv_deadline(deadline);
            if let Some(input @ Input::RoundDone { .. }) = input {
                self.shard.handle(input, self.env.clock.now_ms());
            }
        }
        if self.shard.round_in_flight() {
            tracing::error!("the journal did not finish in time; the next start replays it");
        } else if let Err(error) = self.shard.close() {
            tracing::error!(%error, "cannot close the store; the next start replays the journal");
        }
        let _ = reply.send(());
    }
}
