//! Requests from this node to another one's Kafka listener.
//!
//! Share partitions and their state may live on two nodes, and Apache Kafka has requests for what
//! they tell each other; so the nodes use those. A connection carries one request at a time; idle
//! ones are kept for the next.

use std::collections::HashMap;
use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use headrace_cluster::{Node, NodeId};
use headrace_wire::messages::{RequestHeader, ResponseHeader};
use headrace_wire::{api, Message, Reader, Request, Str, Writer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// The longest that one request may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// The largest answer.
const MAX_ANSWER_BYTES: usize = 16 << 20;
/// Connections that wait for the next request, to one node.
const MAX_IDLE: usize = 8;

/// Connections to other nodes.
pub(crate) struct Peers {
    node: Node,
    /// The listener that nodes use among themselves: the first.
    listener: String,
    idle: Mutex<HashMap<NodeId, Vec<TcpStream>>>,
}

impl Peers {
    pub fn new(node: Node, listener: String) -> Self {
        Peers { node, listener, idle: Mutex::default() }
    }

    /// Asks `node`, in the highest version that both serve.
    ///
    /// # Errors
    /// When there is no answer; the request may have been carried out.
    pub async fn ask<Q: Request>(&self, node: NodeId, request: &Q) -> io::Result<Q::Response> {
        let version = api::find(Q::KEY).map_or(Q::MAX_VERSION, |served| served.max);
        let frame = frame(request, version).map_err(io::Error::other)?;
        // an idle connection may have been closed meanwhile: then a fresh one is tried
        if let Some(stream) = self.idle(node) {
            if let Ok(answer) = self.exchange::<Q>(node, stream, &frame, version).await {
                return Ok(answer);
            }
        }
        let stream = timeout(PATIENCE, self.connect(node)).await??;
        self.exchange::<Q>(node, stream, &frame, version).await
    }

    fn idle(&self, node: NodeId) -> Option<TcpStream> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.get_mut(&node)?.pop()
    }

    async fn connect(&self, node: NodeId) -> io::Result<TcpStream> {
        let image = self.node.image();
        let at = image.node(node).and_then(|info| info.listener(&self.listener).cloned());
        let at = at.ok_or_else(|| io::Error::other("the node has no such listener"))?;
        let stream = TcpStream::connect((at.host.as_str(), at.port)).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    async fn exchange<Q: Request>(
        &self,
        node: NodeId,
        mut stream: TcpStream,
        frame: &[Bytes],
        version: i16,
    ) -> io::Result<Q::Response> {
        let answer = timeout(PATIENCE, async {
            for chunk in frame {
                stream.write_all(chunk).await?;
            }
            read(&mut stream).await
        });
        let mut body = Reader::new(answer.await??);
        let header = api::response_header_version(Q::KEY, version);
        let decoded = ResponseHeader::decode(&mut body, header)
            .and_then(|_| <Q::Response as Message>::decode(&mut body, version));
        let answer = decoded.map_err(io::Error::other)?;
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = idle.entry(node).or_default();
        if kept.len() < MAX_IDLE {
            kept.push(stream);
        }
        Ok(answer)
    }
}

fn frame<Q: Request>(request: &Q, version: i16) -> Result<Vec<Bytes>, headrace_wire::EncodeError> {
    let mut out = Writer::new();
    let header = RequestHeader {
        request_api_key: Q::KEY as i16,
        request_api_version: version,
        correlation_id: 1,
        client_id: Some(Str::from_static("headrace-node")),
    };
    header.encode(&mut out, api::request_header_version(Q::KEY, version))?;
    request.encode(&mut out, version)?;
    out.into_frame()
}

async fn read(stream: &mut TcpStream) -> io::Result<Bytes> {
    let length = usize::try_from(stream.read_u32().await?).unwrap_or(usize::MAX);
    if length > MAX_ANSWER_BYTES {
        return Err(io::Error::other("the answer is too long"));
    }
    let mut body = BytesMut::new().limit(length);
    while body.has_remaining_mut() {
        if stream.read_buf(&mut body).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(body.into_inner().freeze())
}
