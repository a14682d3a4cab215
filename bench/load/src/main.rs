//! Load on a Kafka cluster through librdkafka, and what it met: one JSON object on standard output.
//!
//! Times are from one monotonic clock, latencies in HdrHistograms of microseconds. `open` is an
//! open loop: record i is due at start + i / rate, and its latency counts from then, whether or not
//! the client could send it in time, so a broker that stalls is charged for every record that it
//! delays.

mod clients;
mod floor;
mod latency;
mod open;
mod read;
mod transactions;
mod write;

use std::time::Duration;

use clap::{Args, Parser, Subcommand};

#[derive(Parser)]
#[command(about = "Load on a Kafka cluster; prints one JSON object")]
struct Cli {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Produces as fast as acknowledgements allow, for a time.
    Write(write::Options),
    /// Produces at a rate, open loop; latencies to the acknowledgement and to a consumer.
    Open(open::Options),
    /// Reads what a topic holds, by as many groups as asked for.
    Read(read::Options),
    /// Runs transactions one after the other, for a time.
    Transactions(transactions::Options),
    /// The same bytes through a bare loop on loopback and disk, without a broker.
    Floor(floor::Options),
}

/// What every load needs to know.
#[derive(Args, Clone)]
pub struct Target {
    /// host:port,…
    #[arg(long)]
    bootstrap: String,
    /// The topic; it exists.
    #[arg(long)]
    topic: String,
    /// Bytes of a record's value.
    #[arg(long, default_value_t = 1024)]
    bytes: usize,
    /// Milliseconds that a producer waits for more records before it sends a batch.
    #[arg(long, default_value_t = 5.0)]
    linger_ms: f64,
    /// Records that a producer has under way at most, those that wait in it counted.
    #[arg(long, default_value_t = 1_000_000)]
    in_flight: u64,
    /// Keys to choose from; 0: records without a key.
    #[arg(long, default_value_t = 0)]
    keys: u64,
}

/// For how long.
#[derive(Args, Clone, Copy)]
pub struct Span {
    /// Seconds that count.
    #[arg(long, default_value_t = 10.0)]
    seconds: f64,
    /// Seconds before, which do not count.
    #[arg(long, default_value_t = 3.0)]
    warm_seconds: f64,
}

impl Span {
    /// When what counts begins, after the start.
    fn from(self) -> Duration {
        Duration::from_secs_f64(self.warm_seconds)
    }

    /// When it ends, after the start.
    fn until(self) -> Duration {
        self.from() + Duration::from_secs_f64(self.seconds)
    }
}

fn main() {
    let outcome = match Cli::parse().what {
        What::Write(options) => write::run(&options),
        What::Open(options) => open::run(&options),
        What::Read(options) => read::run(&options),
        What::Transactions(options) => transactions::run(&options),
        What::Floor(options) => floor::run(&options),
    };
    match outcome {
        Ok(figures) => println!("{figures}"),
        Err(why) => {
            eprintln!("load: {why}");
            std::process::exit(1);
        }
    }
}
