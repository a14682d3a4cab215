//! As fast as acknowledgements allow.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use clap::Args;
use rdkafka::producer::{Producer, PurgeConfig};

use crate::clients::{producer, Records, Seen};
use crate::latency::Latency;
use crate::Target;

#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    target: Target,
    /// Seconds that count.
    #[arg(long, default_value_t = 10.0)]
    seconds: f64,
    /// Seconds before, which do not count.
    #[arg(long, default_value_t = 2.0)]
    warm_seconds: f64,
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
    let from = Duration::from_secs_f64(options.warm_seconds);
    let until = from + Duration::from_secs_f64(options.seconds);
    let seen = Arc::new(Seen {
        from_ns: from.as_nanos() as u64,
        ..Seen::default()
    });
    let part = options
        .records
        .map_or(u64::MAX, |all| all.div_ceil(options.producers as u64));
    let ended = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..options.producers {
            scope.spawn(|| {
                let outcome = one(options, start, until, part, &seen);
                ended.lock().expect("no panic").push(outcome);
            });
        }
    });
    let outcomes: Result<Vec<f64>, String> =
        ended.into_inner().expect("no panic").into_iter().collect();
    let last = outcomes?.into_iter().fold(0.0, f64::max);
    seen.check()?;
    let seconds = last.min(until.as_secs_f64()) - from.as_secs_f64();
    let acknowledged = seen.acknowledged.load(Ordering::Relaxed);
    let bytes = acknowledged as f64 * options.target.bytes as f64;
    let latency: &Latency = &seen.latency.lock().expect("no panic");
    Ok(serde_json::json!({
        "records": acknowledged,
        "seconds": seconds,
        "records_s": acknowledged as f64 / seconds,
        "mb_s": bytes / 1e6 / seconds,
        "latency": latency.told(),
    }))
}

/// One producer; when its last counted record was acknowledged, in seconds after the start.
fn one(
    options: &Options,
    start: Instant,
    until: Duration,
    part: u64,
    seen: &Arc<Seen>,
) -> Result<f64, String> {
    let client = producer(&options.target, start, seen)?;
    let mut records = Records::new(&options.target);
    let mut sent = 0;
    while sent < part && start.elapsed() < until {
        records.send(
            &client,
            &options.target.topic,
            start.elapsed().as_nanos() as u64,
        )?;
        sent += 1;
    }
    if sent == part {
        client
            .flush(crate::clients::STALL)
            .map_err(|e| format!("not all acknowledged: {e}"))?;
    } else {
        client.purge(PurgeConfig::default().queue().inflight());
    }
    Ok(start.elapsed().as_secs_f64())
}
