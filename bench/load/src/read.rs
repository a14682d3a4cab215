//! Reads a topic from its start.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use clap::Args;
use rdkafka::consumer::Consumer;

use crate::clients::{consumer, unique, STALL};
use crate::Target;

#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    target: Target,
    /// Records that each group reads.
    #[arg(long)]
    records: u64,
    /// Groups of one consumer each, at the same time.
    #[arg(long, default_value_t = 1)]
    groups: usize,
}

/// Throughput from a group's first record to its last.
pub fn run(options: &Options) -> Result<serde_json::Value, String> {
    let ended = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..options.groups {
            scope.spawn(|| {
                let outcome = one(options);
                ended.lock().expect("no panic").push(outcome);
            });
        }
    });
    let outcomes: Result<Vec<(f64, u64)>, String> =
        ended.into_inner().expect("no panic").into_iter().collect();
    let outcomes = outcomes?;
    let slowest = outcomes
        .iter()
        .map(|(seconds, _)| *seconds)
        .fold(0.0, f64::max);
    let bytes: u64 = outcomes.iter().map(|(_, bytes)| bytes).sum();
    Ok(serde_json::json!({
        "seconds": slowest,
        "records_s": (options.records * options.groups as u64) as f64 / slowest,
        "mb_s": bytes as f64 / 1e6 / slowest,
    }))
}

/// Seconds and bytes of values.
fn one(options: &Options) -> Result<(f64, u64), String> {
    let reader = consumer(&options.target, &unique("read"), "earliest")?;
    reader
        .subscribe(&[&options.target.topic])
        .map_err(|e| e.to_string())?;
    let (mut count, mut bytes) = (0, 0);
    let (mut first, mut last) = (None, Instant::now());
    while count < options.records {
        let Some(message) = reader.poll(Duration::from_millis(200)) else {
            if last.elapsed() > STALL {
                return Err(format!(
                    "read {count} of {} records, then nothing",
                    options.records
                ));
            }
            continue;
        };
        let message = message.map_err(|e| e.to_string())?;
        last = Instant::now();
        first.get_or_insert(last);
        count += 1;
        bytes += message.payload_len() as u64;
    }
    let first = first.ok_or("no record was asked for")?;
    Ok((first.elapsed().as_secs_f64(), bytes))
}
