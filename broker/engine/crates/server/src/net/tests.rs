//! Connections over real loopback sockets, with a service that is a toy.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;

use super::*;
use crate::config::{ListenerConfig, ServerConfig};

/// Frames are `[kind; 8 bytes]`, and a reply echoes the frame.
/// 'p': overlaps, waits for `gate`. 'w': runs alone, waits for `gate` or for the peer's end.
/// 'e': runs alone, at once. 'n': no answer. 'x': closes.
#[derive(Default)]
struct Toy {
    gate: Notify,
    ready: Notify,
    started: Mutex<Vec<u8>>,
    running: AtomicUsize,
    most_running: AtomicUsize,
    open: AtomicUsize,
}

impl Toy {
    fn started(&self) -> String {
        String::from_utf8(self.started.lock().expect("no panic").clone()).expect("text")
    }
}

struct ToySession(Peer, Arc<Toy>);

impl Drop for ToySession {
    fn drop(&mut self) {
        self.1.open.fetch_sub(1, Ordering::SeqCst);
    }
}

fn framed(body: &[u8]) -> Vec<u8> {
    let mut out = u32::try_from(body.len()).expect("short").to_be_bytes().to_vec();
    out.extend_from_slice(body);
    out
}

struct ToyService(Arc<Toy>);

impl Service for ToyService {
    type Session = ToySession;

    async fn ready(&self) {
        self.0.ready.notified().await;
        self.0.ready.notify_one();
    }

    fn open(&self, peer: Peer) -> Arc<ToySession> {
        self.0.open.fetch_add(1, Ordering::SeqCst);
        Arc::new(ToySession(peer, Arc::clone(&self.0)))
    }

    fn call(&self, session: &Arc<ToySession>, frame: Bytes) -> Call {
        let kind = frame[0];
        if kind == b'x' {
            return Call::Close("asked to".to_owned());
        }
        let toy = Arc::clone(&self.0);
        let mut closing = session.0.closing.clone();
        let answer = async move {
            toy.started.lock().expect("no panic").push(frame[7]);
            let running = toy.running.fetch_add(1, Ordering::SeqCst) + 1;
            toy.most_running.fetch_max(running, Ordering::SeqCst);
            match kind {
                b'p' => toy.gate.notified().await,
                b'w' => tokio::select! {
                    () = toy.gate.notified() => {}
                    _ = closing.wait_for(|&closing| closing) => {}
                },
                _ => {}
            }
            toy.running.fetch_sub(1, Ordering::SeqCst);
            match kind {
                b'n' => Reply::Nothing,
                _ => Reply::Send(vec![Bytes::from(framed(&frame))], Share::default()),
            }
        };
        Call::Run { answer: Box::pin(answer), overlaps: kind == b'p' }
    }

    fn traffic(&self, _session: &ToySession, _read_bytes: usize, _written_bytes: usize) {}
}

struct World {
    toy: Arc<Toy>,
    listeners: Listeners,
    address: SocketAddr,
}

fn config() -> ServerConfig {
    let listener = ListenerConfig { name: "t".into(), host: "127.0.0.1".into(), port: 0 };
    ServerConfig { listeners: vec![listener], ..ServerConfig::default() }
}

async fn start_with(config: &ServerConfig) -> World {
    let world = start_unready(config);
    world.toy.ready.notify_one();
    while TcpStream::connect(world.address).await.is_err() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    until("the probe is gone", || world.toy.open.load(Ordering::SeqCst) == 0).await;
    world
}

fn start_unready(config: &ServerConfig) -> World {
    let toy = Arc::new(Toy::default());
    let limits = Limits {
        budget: Budget::new(config.queued_max_request_bytes),
        request_max_bytes: config.socket_request_max_bytes,
        in_flight: config.max_in_flight_requests_per_connection,
        idle: Duration::from_millis(config.connections_max_idle_ms),
        stall: Duration::from_millis(config.socket_stall_timeout_ms),
        grace: Duration::from_millis(config.shutdown_grace_ms),
    };
    let runtime = tokio::runtime::Handle::current();
    let service = Arc::new(ToyService(Arc::clone(&toy)));
    let listeners = Listeners::start(config, limits, service, &runtime).expect("free port");
    let address = listeners.addresses()[0].1;
    World { toy, listeners, address }
}

async fn read_frame(from: &mut TcpStream) -> Vec<u8> {
    let mut head = [0; 4];
    from.read_exact(&mut head).await.expect("a length");
    let mut body = vec![0; u32::from_be_bytes(head) as usize];
    from.read_exact(&mut body).await.expect("a body");
    body
}

async fn closed_by_server(stream: &mut TcpStream) -> bool {
    let mut rest = Vec::new();
    let read = stream.read_to_end(&mut rest);
    matches!(tokio::time::timeout(Duration::from_secs(5), read).await, Ok(Ok(0) | Err(_)))
}

async fn until(what: &str, done: impl Fn() -> bool) {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < Duration::from_secs(5), "waited in vain until {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

#[tokio::test]
async fn overlapping_requests_run_together_and_answer_in_order() {
    let world = start_with(&config()).await;
    let mut client = TcpStream::connect(world.address).await.expect("open");
    let sent: Vec<u8> = (b'0'..=b'7').flat_map(|n| framed(&[b'p', 0, 0, 0, 0, 0, 0, n])).collect();
    client.write_all(&sent).await.expect("sent");
    until("all run", || world.toy.running.load(Ordering::SeqCst) == 8).await;
    assert_eq!(world.toy.started(), "01234567");
    for _ in 0..8 {
        world.toy.gate.notify_one();
    }
    for n in b'0'..=b'7' {
        assert_eq!(read_frame(&mut client).await[7], n);
    }
}

#[tokio::test]
async fn a_request_that_does_not_overlap_runs_alone() {
    let world = start_with(&config()).await;
    let mut client = TcpStream::connect(world.address).await.expect("open");
    for frame in [b"p......1", b"p......2", b"e......3", b"p......4"] {
        client.write_all(&framed(frame)).await.expect("sent");
    }
    until("two run", || world.toy.running.load(Ordering::SeqCst) == 2).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(world.toy.started(), "12");
    world.toy.gate.notify_waiters();
    until("the rest starts", || world.toy.started() == "1234").await;
    world.toy.gate.notify_waiters();
    for n in b'1'..=b'4' {
        assert_eq!(read_frame(&mut client).await[7], n);
    }
}

#[tokio::test]
async fn a_full_flight_stops_reading() {
    let limits = ServerConfig { max_in_flight_requests_per_connection: 3, ..config() };
    let world = start_with(&limits).await;
    let mut client = TcpStream::connect(world.address).await.expect("open");
    for n in b'0'..=b'8' {
        client.write_all(&framed(&[b'p', 0, 0, 0, 0, 0, 0, n])).await.expect("sent");
    }
    until("three run", || world.toy.running.load(Ordering::SeqCst) == 3).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(world.toy.started(), "012");
    for n in b'0'..=b'8' {
        world.toy.gate.notify_one();
        assert_eq!(read_frame(&mut client).await[7], n);
    }
    assert_eq!(world.toy.most_running.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_request_without_answer_leaves_no_gap() {
    let world = start_with(&config()).await;
    let mut client = TcpStream::connect(world.address).await.expect("open");
    for frame in [b"n......1", b"e......2", b"n......3", b"e......4"] {
        client.write_all(&framed(frame)).await.expect("sent");
    }
    assert_eq!(read_frame(&mut client).await[7], b'2');
    assert_eq!(read_frame(&mut client).await[7], b'4');
}

#[tokio::test]
async fn a_waiting_request_ends_when_its_peer_does() {
    let world = start_with(&config()).await;
    let mut client = TcpStream::connect(world.address).await.expect("open");
    client.write_all(&framed(b"w......1")).await.expect("sent");
    until("it waits", || world.toy.running.load(Ordering::SeqCst) == 1).await;
    drop(client);
    until("the connection is gone", || world.toy.open.load(Ordering::SeqCst) == 0).await;
    assert_eq!(world.toy.running.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn bad_frames_close_their_connection_and_no_other() {
    let world = start_with(&config()).await;
    let mut good = TcpStream::connect(world.address).await.expect("open");
    let two_hundred_mb = (200u32 << 20).to_be_bytes();
    for bad in [&two_hundred_mb[..], b"GET / HTTP/1.1\r\n\r\n", &[0xff; 64], &framed(b"x.......")] {
        let mut client = TcpStream::connect(world.address).await.expect("open");
        client.write_all(bad).await.expect("sent");
        assert!(closed_by_server(&mut client).await, "{bad:?}");
    }
    good.write_all(&framed(b"e......9")).await.expect("sent");
    assert_eq!(read_frame(&mut good).await[7], b'9');
}

#[tokio::test]
async fn a_stalled_frame_and_an_idle_connection_are_closed() {
    let limits =
        ServerConfig { socket_stall_timeout_ms: 60, connections_max_idle_ms: 300, ..config() };
    let world = start_with(&limits).await;
    let mut stalled = TcpStream::connect(world.address).await.expect("open");
    stalled.write_all(&[0, 0, 0, 9, 1]).await.expect("sent");
    let mut idle = TcpStream::connect(world.address).await.expect("open");
    let begun = Instant::now();
    assert!(closed_by_server(&mut stalled).await);
    let stalled_for = begun.elapsed();
    assert!(closed_by_server(&mut idle).await);
    assert!(stalled_for < begun.elapsed(), "the stall time is the shorter one");
    assert!(begun.elapsed() >= Duration::from_millis(250));
}

#[tokio::test]
async fn connections_over_the_limit_are_closed() {
    let world = start_with(&ServerConfig { max_connections: 2, ..config() }).await;
    let mut clients = Vec::new();
    for _ in 0..2 {
        let mut client = TcpStream::connect(world.address).await.expect("open");
        client.write_all(&framed(b"e......1")).await.expect("sent");
        read_frame(&mut client).await;
        clients.push(client);
    }
    let mut third = TcpStream::connect(world.address).await.expect("the kernel accepts");
    assert!(closed_by_server(&mut third).await);
    clients.pop();
    until("a place is free", || world.toy.open.load(Ordering::SeqCst) == 1).await;
    let mut fourth = TcpStream::connect(world.address).await.expect("open");
    fourth.write_all(&framed(b"e......1")).await.expect("sent");
    read_frame(&mut fourth).await;
}

#[tokio::test]
async fn stopping_answers_what_is_in_progress() {
    let world = start_with(&config()).await;
    let mut client = TcpStream::connect(world.address).await.expect("open");
    client.write_all(&framed(b"w......1")).await.expect("sent");
    until("it waits", || world.toy.running.load(Ordering::SeqCst) == 1).await;
    world.listeners.stop(Duration::from_secs(5)).await;
    assert_eq!(read_frame(&mut client).await[7], b'1');
    assert!(closed_by_server(&mut client).await);
    assert!(TcpStream::connect(world.address).await.is_err(), "the listener is closed");
}

#[tokio::test]
async fn nobody_is_let_in_before_the_service_is_ready() {
    let world = start_unready(&config());
    let mut client = TcpStream::connect(world.address).await.expect("waits in the backlog");
    client.write_all(&framed(b"e......1")).await.expect("sent");
    tokio::time::sleep(Duration::from_millis(30)).await;
    assert_eq!(world.toy.open.load(Ordering::SeqCst), 0, "not accepted yet");
    world.toy.ready.notify_one();
    assert_eq!(read_frame(&mut client).await[7], b'1');
}

#[tokio::test]
async fn a_port_in_use_is_named() {
    let world = start_with(&config()).await;
    let mut second = config();
    second.listeners[0].port = world.address.port();
    let limits = Limits {
        budget: Budget::new(1 << 20),
        request_max_bytes: 1 << 20,
        in_flight: 1,
        idle: Duration::from_secs(1),
        stall: Duration::from_secs(1),
        grace: Duration::from_secs(1),
    };
    let service = Arc::new(ToyService(Arc::clone(&world.toy)));
    let runtime = tokio::runtime::Handle::current();
    let error = Listeners::start(&second, limits, service, &runtime).expect_err("taken");
    assert!(matches!(error, BindError::InUse { .. }), "{error}");
    assert!(error.to_string().contains(&world.address.port().to_string()), "{error}");
}

#[tokio::test]
async fn memory_is_bounded_over_all_connections() {
    let limits = ServerConfig {
        queued_max_request_bytes: 64 << 10,
        socket_request_max_bytes: 64 << 10,
        ..config()
    };
    let world = start_with(&limits).await;
    let mut body = vec![b'.'; 40 << 10];
    body[0] = b'p';
    let mut clients = Vec::new();
    for _ in 0..4 {
        let mut client = TcpStream::connect(world.address).await.expect("open");
        client.write_all(&framed(&body)).await.expect("fits the socket buffers");
        clients.push(client);
    }
    until("one runs", || world.toy.running.load(Ordering::SeqCst) > 0).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    let opening = async {
        loop {
            tokio::time::sleep(Duration::from_millis(5)).await;
            world.toy.gate.notify_one();
        }
    };
    let reading = async {
        for client in &mut clients {
            assert_eq!(read_frame(client).await.len(), body.len());
        }
    };
    tokio::select! {
        () = opening => {}
        () = reading => {}
    }
    assert!(world.toy.most_running.load(Ordering::SeqCst) <= 2, "64 KiB and one request");
}
