//! An open loop: records are due at a rate, whatever the brokers do.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use clap::Args;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::producer::Producer;
use rdkafka::Message;

use crate::clients::{consumer, producer, unique, Records, Seen, STALL};
use crate::latency::Latency;
use crate::{Span, Target};

#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    target: Target,
    /// Records a second, all producers together.
    #[arg(long)]
    rate: f64,
    /// At the same rate all the time.
    #[command(flatten)]
    span: Span,
    #[arg(long, default_value_t = 1)]
    producers: usize,
    /// Groups of one consumer each that read along; their latency is end to end.
    #[arg(long, default_value_t = 0)]
    groups: usize,
}

/// Latencies of records that were due in the time that counts.
pub fn run(options: &Options) -> Result<serde_json::Value, String> {
    let readers: Vec<BaseConsumer> = (0..options.groups)
        .map(|_| reader(options))
        .collect::<Result<_, _>>()?;
    let start = Instant::now();
    let from_ns = options.span.from().as_nanos() as u64;
    let seen = Arc::new(Seen {
        from_ns: from_ns.into(),
        ..Seen::default()
    });
    let end_to_end = Mutex::new((Latency::default(), 0u64));
    let done = AtomicBool::new(false);
    let failures = Mutex::new(Vec::new());
    let note = |outcome: Result<(), String>| {
        if let Err(why) = outcome {
            failures.lock().expect("no panic").push(why);
        }
    };
    std::thread::scope(|scope| {
        for reader in &readers {
            scope.spawn(|| note(read_along(reader, start, from_ns, &done, &end_to_end)));
        }
        let senders: Vec<_> = (0..options.producers)
            .map(|at| {
                let seen = &seen;
                scope.spawn(move || send(options, at, start, seen))
            })
            .collect();
        for sender in senders {
            note(
                sender
                    .join()
                    .unwrap_or_else(|_| Err("a sender panicked".into())),
            );
        }
        // What was acknowledged is on its way to the readers.
        let count = seen.acknowledged.load(Ordering::Relaxed) * options.groups as u64;
        let since = Instant::now();
        while end_to_end.lock().expect("no panic").1 < count && since.elapsed() < STALL {
            std::thread::sleep(Duration::from_millis(10));
        }
        done.store(true, Ordering::Release);
    });
    if let Some(why) = failures.into_inner().expect("no panic").into_iter().next() {
        return Err(why);
    }
    seen.check()?;
    let acknowledged = seen.acknowledged.load(Ordering::Relaxed);
    let (read, count) = end_to_end.into_inner().expect("no panic");
    if count < acknowledged * options.groups as u64 {
        return Err(format!(
            "{count} records read of {acknowledged} by each group"
        ));
    }
    let (_, longest_ns) = *seen.pauses.lock().expect("no panic");
    let latency: &Latency = &seen.latency.lock().expect("no panic");
    Ok(serde_json::json!({
        "records": acknowledged,
        "longest_pause_ms": longest_ns as f64 / 1e6,
        "latency": latency.told(),
        "end_to_end": (options.groups > 0).then(|| read.told()),
    }))
}

/// Producer `at` sends every record whose number is its own; all together keep the rate.
fn send(options: &Options, at: usize, start: Instant, seen: &Arc<Seen>) -> Result<(), String> {
    let client = producer(&options.target, start, seen)?;
    let mut records = Records::new(&options.target);
    // Known to the client before the first record is due.
    let metadata = client
        .client()
        .fetch_metadata(Some(&options.target.topic), STALL);
    metadata.map_err(|e| e.to_string())?;
    let total = (options.span.until().as_secs_f64() * options.rate) as u64;
    let late = start.elapsed();
    if late > options.span.from() {
        return Err(format!(
            "the client needed {} ms to connect",
            late.as_millis()
        ));
    }
    for number in (at as u64..total).step_by(options.producers) {
        let due_ns = (number as f64 / options.rate * 1e9) as u64;
        let ahead = Duration::from_nanos(due_ns).saturating_sub(start.elapsed());
        if !ahead.is_zero() {
            std::thread::sleep(ahead);
        }
        records.send(&client, &options.target.topic, due_ns)?;
    }
    client
        .flush(STALL)
        .map_err(|e| format!("not all acknowledged: {e}"))
}

/// A consumer that has its partitions and stands at their ends.
fn reader(options: &Options) -> Result<BaseConsumer, String> {
    let reader = consumer(&options.target, &unique("along"), "latest")?;
    reader
        .subscribe(&[&options.target.topic])
        .map_err(|e| e.to_string())?;
    let since = Instant::now();
    while reader.assignment().map_err(|e| e.to_string())?.count() == 0 {
        if since.elapsed() > STALL {
            return Err("a consumer got no partitions for a minute".into());
        }
        let _ = reader.poll(Duration::from_millis(100));
    }
    // Its first fetches find the ends.
    let settled = Instant::now() + Duration::from_secs(1);
    while Instant::now() < settled {
        let _ = reader.poll(Duration::from_millis(100));
    }
    Ok(reader)
}

fn read_along(
    reader: &BaseConsumer,
    start: Instant,
    from_ns: u64,
    done: &AtomicBool,
    into: &Mutex<(Latency, u64)>,
) -> Result<(), String> {
    while !done.load(Ordering::Acquire) {
        let Some(message) = reader.poll(Duration::from_millis(50)) else {
            continue;
        };
        let message = message.map_err(|e| e.to_string())?;
        let head = message.payload().and_then(|p| p.first_chunk::<8>());
        let due_ns = u64::from_le_bytes(*head.ok_or("a record without a time")?);
        if due_ns >= from_ns {
            let nanos = (start.elapsed().as_nanos() as u64).saturating_sub(due_ns);
            let mut into = into.lock().expect("no panic");
            into.0.record(nanos);
            into.1 += 1;
        }
    }
    Ok(())
}
