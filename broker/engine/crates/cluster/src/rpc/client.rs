//! Requests to other nodes, over connections that are kept for the next one.

use std::collections::BTreeMap;
use std::io;
use std::sync::Mutex;
use std::time::Duration;

use bytes::Bytes;
use tokio::net::TcpStream;

use super::frame::{kind, read_frame, within, write_frame, MAX_FRAME_BYTES};
use super::hello::{self, Hello};
use super::messages::{Request, Response};
use crate::image::HostPort;

/// Idle connections that are kept to one address.
const MAX_IDLE: usize = 4;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// Why a request got no response.
#[derive(Debug)]
pub(crate) enum RequestError {
    /// It was never sent.
    NotSent(io::Error),
    /// It may have been carried out.
    Unknown(io::Error),
}

impl std::fmt::Display for RequestError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            RequestError::NotSent(error) | RequestError::Unknown(error) => error.fmt(f),
        }
    }
}

/// A frame to send, and how long to wait for the one that answers it.
struct Call {
    kind: u8,
    body: Bytes,
    timeout: Duration,
}

/// Connections for requests.
#[derive(Debug, Default)]
pub(crate) struct Client {
    idle: Mutex<BTreeMap<HostPort, Vec<TcpStream>>>,
}

/// Opens a connection and introduces this node.
pub(crate) async fn connect(address: &HostPort, hello: &Hello) -> io::Result<(TcpStream, Hello)> {
    within(CONNECT_TIMEOUT, async {
        let mut stream = TcpStream::connect((address.host.as_str(), address.port)).await?;
        stream.set_nodelay(true)?;
        let other = hello::call(&mut stream, hello).await?;
        if let (Some(ours), Some(theirs)) = (hello.cluster_uuid, other.cluster_uuid) {
            if ours != theirs {
                let why = format!("{address} belongs to cluster {theirs}, this node to {ours}");
                return Err(io::Error::new(io::ErrorKind::PermissionDenied, why));
            }
        }
        Ok((stream, other))
    })
    .await
}

impl Client {
    /// Asks the node at `address`.
    ///
    /// # Errors
    /// [`RequestError`].
    pub async fn request(
        &self,
        address: &HostPort,
        hello: &Hello,
        request: &Request,
        timeout: Duration,
    ) -> Result<Response, RequestError> {
        let body = serde_json::to_vec(request).map_err(|e| RequestError::NotSent(e.into()))?;
        let call = Call { kind: kind::REQUEST, body: body.into(), timeout };
        let again = matches!(request, Request::Discover);
        let (kind, body) = self.exchange(address, hello, call, again).await?;
        let read = || match kind {
            kind::RESPONSE => serde_json::from_slice(&body).map_err(io::Error::from),
            other => Err(unfitting(other)),
        };
        read().map_err(RequestError::Unknown)
    }

    /// Hands `body` to the layer above on the node at `address`; returns its answer.
    ///
    /// # Errors
    /// [`RequestError`].
    pub async fn forward(
        &self,
        address: &HostPort,
        hello: &Hello,
        body: Bytes,
        timeout: Duration,
    ) -> Result<Bytes, RequestError> {
        let call = Call { kind: kind::FORWARD, body, timeout };
        match self.exchange(address, hello, call, false).await? {
            (kind::FORWARDED, body) => Ok(body),
            (other, _) => Err(RequestError::Unknown(unfitting(other))),
        }
    }

    /// One frame there, one back. `again`: it may be sent twice.
    async fn exchange(
        &self,
        address: &HostPort,
        hello: &Hello,
        call: Call,
        again: bool,
    ) -> Result<(u8, Bytes), RequestError> {
        let Call { kind, body, timeout } = call;
        // A kept connection may have been closed by the other side meanwhile; then a fresh one is
        // tried, as long as nothing can have been carried out.
        if let Some(mut stream) = self.take(address) {
            if write_frame(&mut stream, kind, std::slice::from_ref(&body)).await.is_ok() {
                match within(timeout, read_frame(&mut stream, MAX_FRAME_BYTES)).await {
                    Ok(response) => {
                        self.keep(address, stream);
                        return Ok(response);
                    }
                    Err(e) if e.kind() != io::ErrorKind::UnexpectedEof => {
                        return Err(RequestError::Unknown(e));
                    }
                    Err(e) if !again => {
                        return Err(RequestError::Unknown(e));
                    }
                    Err(_) => {}
                }
            }
        }
        let connected = connect(address, hello).await;
        let (mut stream, _) = connected.map_err(RequestError::NotSent)?;
        let sent = write_frame(&mut stream, kind, &[body]).await;
        sent.map_err(RequestError::NotSent)?;
        let read = within(timeout, read_frame(&mut stream, MAX_FRAME_BYTES)).await;
        let response = read.map_err(RequestError::Unknown)?;
        self.keep(address, stream);
        Ok(response)
    }

    fn take(&self, address: &HostPort) -> Option<TcpStream> {
        let mut idle = self.idle.lock().unwrap_or_else(|e| e.into_inner());
        let stream = idle.get_mut(address)?.pop()?;
        // Whatever is readable between requests is the end of the stream or a protocol error.
        let mut byte = [0u8; 1];
        match stream.try_read(&mut byte) {
            Err(e) if e.kind() == io::ErrorKind::WouldBlock => Some(stream),
            _ => None,
        }
    }

    fn keep(&self, address: &HostPort, stream: TcpStream) {
        let mut idle = self.idle.lock().unwrap_or_else(|e| e.into_inner());
        let kept = idle.entry(address.clone()).or_default();
        if kept.len() < MAX_IDLE {
            kept.push(stream);
        }
    }
}

fn unfitting(kind: u8) -> io::Error {
    let why = format!("frame kind {kind} instead of a response");
    io::Error::new(io::ErrorKind::InvalidData, why)
}
