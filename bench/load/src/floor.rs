//! The physical limit: the same bytes through a bare loop on the loopback and the disk, with no
//! broker in it. What a broker reaches is told as a part of this.
//!
//! A server thread reads frames (length, payload) from one connection, writes what has arrived
//! into a file that was zero-filled before, syncs it (`fdatasync`), and answers each frame with
//! eight bytes. One copy on one disk; a replicated system writes at least as many as it has nodes.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use clap::Args;

use crate::latency::Latency;

/// The file's size; writes begin anew when it is full.
const FILE_BYTES: usize = 256 << 20;
/// What one sync covers at most.
const ROUND_BYTES: usize = 4 << 20;
const ANSWER_BYTES: usize = 8;
const MOST_FRAME_BYTES: usize = 1 << 20;

#[derive(Args)]
pub struct Options {
    /// A folder on the disk that is measured.
    #[arg(long)]
    folder: PathBuf,
    /// Bytes of a frame.
    #[arg(long, default_value_t = 1024)]
    bytes: usize,
    /// Frames under way.
    #[arg(long, default_value_t = 64)]
    in_flight: usize,
    /// Frames a second, open loop; as fast as they are answered when this is not given.
    #[arg(long)]
    rate: Option<f64>,
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
}

/// Throughput and latencies of the bare loop.
pub fn run(options: &Options) -> Result<serde_json::Value, String> {
    if options.bytes > MOST_FRAME_BYTES {
        return Err(format!("--bytes is at most {MOST_FRAME_BYTES}"));
    }
    let path = options.folder.join("floor");
    let outcome = measure(options, &path).map_err(|error| format!("{}: {error}", path.display()));
    let _ = std::fs::remove_file(&path);
    outcome
}

fn measure(options: &Options, path: &Path) -> io::Result<serde_json::Value> {
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .open(path)?;
    let zeros = vec![0; 1 << 20];
    for at in (0..FILE_BYTES).step_by(zeros.len()) {
        file.write_all_at(&zeros, at as u64)?;
    }
    file.sync_all()?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let client = TcpStream::connect(listener.local_addr()?)?;
    let (server, _) = listener.accept()?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    std::thread::scope(|scope| {
        let serving = scope.spawn(|| serve(server, &file));
        let told = drive(options, &client);
        client.shutdown(std::net::Shutdown::Both)?;
        serving
            .join()
            .unwrap_or_else(|_| Err(io::Error::other("the server panicked")))?;
        told
    })
}

/// Until the connection ends: reads what is there, makes it durable, answers.
fn serve(mut stream: TcpStream, file: &File) -> io::Result<()> {
    let mut buffer = vec![0; ROUND_BYTES];
    let (mut filled, mut at) = (0, 0);
    loop {
        let count = stream.read(&mut buffer[filled..])?;
        if count == 0 {
            return Ok(());
        }
        filled += count;
        let (mut frames, mut end) = (0, 0);
        while let Some(head) = buffer[end..filled].first_chunk::<4>() {
            let next = end + 4 + u32::from_le_bytes(*head) as usize;
            if next > filled {
                break;
            }
            (frames, end) = (frames + 1, next);
        }
        if frames == 0 {
            continue;
        }
        if at + end > FILE_BYTES {
            at = 0;
        }
        file.write_all_at(&buffer[..end], at as u64)?;
        file.sync_data()?;
        at += end;
        stream.write_all(&vec![0; frames * ANSWER_BYTES])?;
        buffer.copy_within(end..filled, 0);
        filled -= end;
    }
}

/// Sends frames and times their answers.
fn drive(options: &Options, stream: &TcpStream) -> io::Result<serde_json::Value> {
    let (sent, due) = mpsc::sync_channel::<Instant>(options.in_flight);
    let start = Instant::now();
    let until = Duration::from_secs_f64(options.seconds);
    let reader = stream.try_clone()?;
    let (latency, count, seconds) = std::thread::scope(|scope| {
        let answers = scope.spawn(move || answers(reader, &due, start));
        let mut stream = stream;
        let mut frame = (options.bytes as u32).to_le_bytes().to_vec();
        frame.resize(4 + options.bytes, 0x5a);
        let mut number = 0u32;
        while start.elapsed() < until {
            let due = match options.rate {
                Some(rate) => {
                    let due = start + Duration::from_secs_f64(f64::from(number) / rate);
                    std::thread::sleep(due.saturating_duration_since(Instant::now()));
                    due
                }
                None => Instant::now(),
            };
            if sent.send(due).is_err() {
                break;
            }
            stream.write_all(&frame)?;
            number += 1;
        }
        drop(sent);
        answers
            .join()
            .unwrap_or_else(|_| Err(io::Error::other("a thread panicked")))
    })?;
    Ok(serde_json::json!({
        "records_s": count as f64 / seconds,
        "mb_s": (count * options.bytes as u64) as f64 / 1e6 / seconds,
        "latency": latency.told(),
    }))
}

fn answers(
    mut stream: TcpStream,
    due: &mpsc::Receiver<Instant>,
    start: Instant,
) -> io::Result<(Latency, u64, f64)> {
    let (mut latency, mut count) = (Latency::default(), 0);
    let mut answer = [0; ANSWER_BYTES];
    while let Ok(due) = due.recv() {
        stream.read_exact(&mut answer)?;
        latency.record(due.elapsed().as_nanos() as u64);
        count += 1;
    }
    Ok((latency, count, start.elapsed().as_secs_f64()))
}
