//! Transactions, one after the other.

use std::sync::atomic::Ordering;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use rdkafka::producer::Producer;

use crate::clients::{transactional, unique, Records, Seen, STALL};
use crate::latency::Latency;
use crate::{Span, Target};

#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    span: Span,
    /// Records of a transaction.
    #[arg(long, default_value_t = 10)]
    records: u64,
}

/// Transactions a second; latencies from begin to the answer to commit.
pub fn run(options: &Options) -> Result<serde_json::Value, String> {
    let start = Instant::now();
    let seen = Arc::new(Seen::default());
    let client = transactional(&options.target, &unique("bench"), start, &seen)?;
    client.init_transactions(STALL).map_err(|e| e.to_string())?;
    let mut records = Records::new(&options.target);
    let mut latency = Latency::default();
    let began = Instant::now();
    let (from, until) = (options.span.from(), options.span.until());
    let (mut count, mut sent) = (0u64, 0u64);
    while began.elapsed() < until {
        let one = Instant::now();
        client.begin_transaction().map_err(|e| e.to_string())?;
        for _ in 0..options.records {
            records.send(
                &client,
                &options.target.topic,
                start.elapsed().as_nanos() as u64,
            )?;
        }
        sent += options.records;
        await_acknowledgements(&seen, sent)?;
        client
            .commit_transaction(STALL)
            .map_err(|e| e.to_string())?;
        if began.elapsed() >= from {
            latency.record(one.elapsed().as_nanos() as u64);
            count += 1;
        }
    }
    seen.check()?;
    Ok(serde_json::json!({
        "transactions_s": count as f64 / (began.elapsed() - from).as_secs_f64(),
        "latency": latency.told(),
    }))
}

/// What the commit would do first; the client library looks only every 100 ms there.
fn await_acknowledgements(seen: &Seen, sent: u64) -> Result<(), String> {
    let since = Instant::now();
    while seen.acknowledged.load(Ordering::Relaxed) < sent {
        seen.check()?;
        if since.elapsed() > STALL {
            return Err("records of a transaction were not acknowledged for a minute".into());
        }
        std::thread::sleep(Duration::from_micros(100));
    }
    Ok(())
}
