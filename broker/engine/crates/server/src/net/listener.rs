//! Listening sockets: bind, accept within bounds, and close in good order.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio::sync::{watch, OwnedSemaphorePermit, Semaphore};

use super::connection::{Connection, End, Limits};
use super::rarely::Rarely;
use super::service::{Peer, Service};
use crate::config::{ListenerConfig, ServerConfig};

/// Connections that the kernel holds until we accept them.
const BACKLOG: i32 = 1024;
/// After a failed accept (no file descriptor left, say) the listener rests this long.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// The same kind of line is logged this often at most.
const LOG_PERIOD: Duration = Duration::from_secs(10);

/// Why a listener could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Another process has the port.
    #[error(
        "listener {name:?}: {address} is in use by another process; stop that or change the port"
    )]
    InUse {
        /// The listener.
        name: String,
        /// Where it wanted to listen.
        address: String,
    },
    /// The host is no address of this machine or cannot be resolved.
    #[error("listener {name:?}: cannot listen on {address}: {source}")]
    Address {
        /// The listener.
        name: String,
        /// Where it wanted to listen.
        address: String,
        /// The system's answer.
        source: io::Error,
    },
}

/// Open listeners and the connections that came from them.
#[derive(Debug)]
pub struct Listeners {
    stop: watch::Sender<bool>,
    addresses: Vec<(String, SocketAddr)>,
    slots: Arc<Semaphore>,
    max_connections: usize,
}

struct Shared<S> {
    service: Arc<S>,
    limits: Limits,
    slots: Arc<Semaphore>,
    per_ip: PerIp,
    next_id: AtomicU64,
    stop: watch::Receiver<bool>,
    full: Rarely,
    refused: Rarely,
}

impl Listeners {
    /// Listens everywhere, or nowhere if one address fails. Connections wait in the kernel until
    /// the service is ready.
    ///
    /// # Errors
    /// [`BindError`] with the listener's name and address.
    pub(crate) fn start<S: Service>(
        config: &ServerConfig,
        limits: Limits,
        service: Arc<S>,
        runtime: &Handle,
    ) -> Result<Self, BindError> {
        let _inside = runtime.enter();
        let mut sockets = Vec::new();
        let mut addresses = Vec::new();
        for listener in &config.listeners {
            let (socket, address) = listen(listener)?;
            addresses.push((listener.name.clone(), address));
            sockets.push((Arc::<str>::from(listener.name.as_str()), socket, address));
        }
        let (stop, stopped) = watch::channel(false);
        let slots = Arc::new(Semaphore::new(config.max_connections));
        let shared = Arc::new(Shared {
            service,
            limits,
            slots: Arc::clone(&slots),
            per_ip: PerIp::new(config.max_connections_per_ip),
            next_id: AtomicU64::new(1),
            stop: stopped,
            full: Rarely::every(LOG_PERIOD),
            refused: Rarely::every(LOG_PERIOD),
        });
        for (name, socket, address) in sockets {
            runtime.spawn(accept(Arc::clone(&shared), name, socket, address));
        }
        Ok(Listeners { stop, addresses, slots, max_connections: config.max_connections })
    }

    /// Name and bound address of every listener.
    pub fn addresses(&self) -> &[(String, SocketAddr)] {
        &self.addresses
    }

    /// Stops accepting and waits, at most `grace`, until every connection has ended.
    pub async fn stop(&self, grace: Duration) {
        self.stop.send_replace(true);
        let all = u32::try_from(self.max_connections).unwrap_or(u32::MAX);
        if tokio::time::timeout(grace, self.slots.acquire_many(all)).await.is_err() {
            let left = self.max_connections.saturating_sub(self.slots.available_permits());
            tracing::warn!(connections = left, "connections were cut at shutdown");
        }
    }
}

fn listen(listener: &ListenerConfig) -> Result<(TcpListener, SocketAddr), BindError> {
    let shown = format!("{}:{}", listener.host, listener.port);
    let failed = |source: io::Error| {
        let (name, address) = (listener.name.clone(), shown.clone());
        match source.kind() {
            io::ErrorKind::AddrInUse => BindError::InUse { name, address },
            _ => BindError::Address { name, address, source },
        }
    };
    let address = (listener.host.as_str(), listener.port)
        .to_socket_addrs()
        .and_then(|mut found| found.next().ok_or(io::ErrorKind::NotFound.into()))
        .map_err(failed)?;
    let open = || -> io::Result<(TcpListener, SocketAddr)> {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
        // a restarted node takes its port back while old connections are in TIME_WAIT
        socket.set_reuse_address(true)?;
        socket.set_nonblocking(true)?;
        socket.bind(&address.into())?;
        // address reuse lets two processes bind one port: only listening tells that it is taken
        socket.listen(BACKLOG)?;
        let socket = TcpListener::from_std(socket.into())?;
        let bound = socket.local_addr()?;
        Ok((socket, bound))
    };
    open().map_err(failed)
}

/// Waits for the service, then accepts until the server stops.
async fn accept<S: Service>(
    shared: Arc<Shared<S>>,
    name: Arc<str>,
    socket: TcpListener,
    address: SocketAddr,
) {
    let mut stop = shared.stop.clone();
    tokio::select! {
        () = shared.service.ready() => {}
        _ = stop.wait_for(|&stop| stop) => return,
    }
    tracing::info!(listener = %name, %address, "kafka listener open");
    loop {
        let accepted = tokio::select! {
            accepted = socket.accept() => accepted,
            _ = stop.wait_for(|&stop| stop) => return,
        };
        match accepted {
            Ok((stream, address)) => admit(&shared, &name, stream, address),
            Err(error) => {
                if let Some(suppressed) = shared.full.allow() {
                    tracing::warn!(listener = %name, %error, suppressed, "accept failed");
                }
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Starts a connection's task, or drops the socket when a limit is reached.
fn admit<S: Service>(
    shared: &Arc<Shared<S>>,
    name: &Arc<str>,
    stream: TcpStream,
    address: SocketAddr,
) {
    let slot = Arc::clone(&shared.slots).try_acquire_owned();
    let seat = shared.per_ip.take(address.ip());
    let (Ok(slot), Some(seat)) = (slot, seat) else {
        if let Some(suppressed) = shared.full.allow() {
            tracing::warn!(
                listener = %name, peer = %address, suppressed,
                "connection refused: max_connections or max_connections_per_ip is reached"
            );
        }
        return;
    };
    let id = shared.next_id.fetch_add(1, Ordering::Relaxed);
    tokio::spawn(serve(Arc::clone(shared), Arc::clone(name), stream, address, id, (slot, seat)));
}

async fn serve<S: Service>(
    shared: Arc<Shared<S>>,
    listener: Arc<str>,
    mut stream: TcpStream,
    address: SocketAddr,
    id: u64,
    held: (OwnedSemaphorePermit, Seat),
) {
    // answers are small and waited for; a kernel without this option still works
    let _ = stream.set_nodelay(true);
    let stop = shared.stop.clone();
    let peer = Peer { connection: id, address, listener, closing: stop.clone() };
    let connection = Connection::new(Arc::clone(&shared.service), peer, shared.limits.clone());
    let (from, to) = stream.split();
    match connection.serve(from, to, stop).await {
        End::Clean => {}
        End::Idle => tracing::debug!(peer = %address, "idle connection closed"),
        End::Broken(error) => tracing::debug!(peer = %address, %error, "connection broken"),
        End::TooLarge(error) => {
            if let Some(suppressed) = shared.refused.allow() {
                tracing::warn!(peer = %address, suppressed, "connection closed: {error}");
            }
        }
        End::Refused(reason) => {
            if let Some(suppressed) = shared.refused.allow() {
                tracing::info!(peer = %address, reason, suppressed, "connection closed");
            }
        }
    }
    drop(held);
}

/// Counts connections by address.
#[derive(Clone, Debug)]
struct PerIp {
    limit: usize,
    counts: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// One connection of an address, given back on drop.
struct Seat {
    ip: IpAddr,
    counts: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

impl PerIp {
    fn new(limit: usize) -> Self {
        PerIp { limit, counts: Arc::default() }
    }

    fn take(&self, ip: IpAddr) -> Option<Seat> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(ip).or_default();
        if *count >= self.limit {
            return None;
        }
        *count += 1;
        Some(Seat { ip, counts: Arc::clone(&self.counts) })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.ip) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.ip);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seats_of_an_address_are_counted_and_given_back() {
        let seats = PerIp::new(2);
        let ip = IpAddr::from([127, 0, 0, 1]);
        let (first, second) = (seats.take(ip), seats.take(ip));
        assert!(first.is_some() && second.is_some() && seats.take(ip).is_none());
        drop(first);
        assert!(seats.take(ip).is_some());
        drop(second);
        assert!(seats.counts.lock().expect("no panic").is_empty());
    }
}
