//! As fast as acknowledgements allow.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Barrier, Mutex};
use std::time::{Duration, Instant};

use clap::Args;
use rdkafka::producer::{Producer, PurgeConfig};

use crate::clients::{producer, Records, Seen, STALL};
use crate::latency::Latency;
use crate::{Span, Target};

#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    span: Span,
    /// Producers, each with connections of its own.
    #[arg(long, default_value_t = 1)]
    producers: usize,
    /// Ends sooner, when so many records were sent (each producer its part).
    #[arg(long)]
    records: Option<u64>,
}

/// Throughput of what was acknowledged in the time that counts.
pub fn run(options: &Options) -> Result<serde_json::Value, String> {
    let start = Instant::now();
    let seen = Arc::new(Seen {
        from_ns: u64::MAX.into(),
        ..Seen::default()
    });
    let part = options
        .records
        .map_or(u64::MAX, |all| all.div_ceil(options.producers as u64));
    let connected = Barrier::new(options.producers);
    let ended = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..options.producers {
            scope.spawn(|| {
                let outcome = one(options, start, &connected, part, &seen);
                ended.lock().expect("no panic").push(outcome);
            });
        }
    });
    let outcomes: Result<Vec<Duration>, String> =
        ended.into_inner().expect("no panic").into_iter().collect();
    let last = outcomes?.into_iter().max().unwrap_or_default();
    seen.check()?;
    let from = Duration::from_nanos(seen.from_ns.load(Ordering::Relaxed));
    let seconds = last
        .saturating_sub(from)
        .as_secs_f64()
        .min(options.span.seconds);
    let arrived = seen.arrived.load(Ordering::Relaxed);
    let bytes = arrived as f64 * options.target.bytes as f64;
    let latency: &Latency = &seen.latency.lock().expect("no panic");
    Ok(serde_json::json!({
        "records": arrived,
        "seconds": seconds,
        "records_s": arrived as f64 / seconds,
        "mb_s": bytes / 1e6 / seconds,
        "latency": latency.told(),
    }))
}

/// One producer; when it ended, after the start. The time begins when all know the topic: fifty
/// that connect at once take longer than some runs.
fn one(
    options: &Options,
    start: Instant,
    connected: &Barrier,
    part: u64,
    seen: &Arc<Seen>,
) -> Result<Duration, String> {
    let topic = &options.target.topic;
    let client = producer(&options.target, start, seen).and_then(|client| {
        let known = client.client().fetch_metadata(Some(topic), STALL);
        known.map(|_| client).map_err(|e| e.to_string())
    });
    let first = connected.wait().is_leader();
    let began = start.elapsed();
    if first {
        let from = began + options.span.from();
        seen.from_ns
            .store(from.as_nanos() as u64, Ordering::Relaxed);
    }
    let client = client?;
    let until = began + options.span.until();
    let mut records = Records::new(&options.target);
    let mut sent = 0;
    while sent < part && start.elapsed() < until {
        records.send(&client, topic, start.elapsed().as_nanos() as u64)?;
        sent += 1;
    }
    if sent == part {
        client
            .flush(STALL)
            .map_err(|e| format!("not all acknowledged: {e}"))?;
    } else {
        client.purge(PurgeConfig::default().queue().inflight());
    }
    Ok(start.elapsed())
}
