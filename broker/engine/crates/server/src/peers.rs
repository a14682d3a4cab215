//! Kafka's requests between nodes: a coordinator has markers written by partitions' leaders, a
//! leader asks a transaction's coordinator. They travel over the internal RPC, and the other side
//! answers them as it answers clients.

use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use bytes::Bytes;
use headrace_cluster::{BoxFuture, Node, NodeId};
use headrace_wire::messages::{RequestHeader, ResponseHeader};
use headrace_wire::{api, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// How long another node may take.
const TIMEOUT: Duration = Duration::from_secs(15);
/// Bytes of a frame that tell its length; between nodes the RPC does that.
const LENGTH_BYTES: usize = 4;

/// Answers a request's bytes (header and body, without the length).
pub(crate) trait AnswersNodes: Send + Sync {
    fn answer(self: Arc<Self>, frame: Bytes) -> BoxFuture<Result<Bytes, String>>;
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AskError {
    #[error("the request cannot be encoded: {0}")]
    Encode(#[from] EncodeError),
    #[error("the answer makes no sense: {0}")]
    Decode(#[from] DecodeError),
    #[error("no answer: {0}")]
    Silent(String),
}

/// All nodes, this one included, as somebody to ask. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Peers {
    node: Node,
    local: Arc<OnceLock<Weak<dyn AnswersNodes>>>,
}

impl Peers {
    pub fn new(node: Node) -> Peers {
        Peers { node, local: Arc::default() }
    }

    /// Who answers on this node, for itself and for the others; set once.
    pub fn serve(&self, service: &Arc<dyn AnswersNodes>) {
        if self.local.set(Arc::downgrade(service)).is_err() {
            tracing::error!("two services for what nodes ask");
            return;
        }
        let local = Arc::clone(&self.local);
        self.node.on_forward(Box::new(move |frame| answer(&local, frame)));
    }

    /// Asks `node`.
    ///
    /// # Errors
    /// [`AskError`]; the request may have been carried out all the same.
    pub async fn ask<Q: Request>(
        &self,
        node: NodeId,
        version: i16,
        request: &Q,
    ) -> Result<Q::Response, AskError> {
        let mut out = Writer::new();
        let header = RequestHeader {
            request_api_key: Q::KEY as i16,
            request_api_version: version,
            correlation_id: 0,
            client_id: None,
        };
        header.encode(&mut out, api::request_header_version(Q::KEY, version))?;
        request.encode(&mut out, version)?;
        let frame = out.into_bytes();
        let answer = if self.node.node_id() == Some(node) {
            answer(&self.local, frame).await.map_err(AskError::Silent)?
        } else {
            let answer = self.node.forward(node, frame, TIMEOUT).await;
            answer.map_err(|error| AskError::Silent(error.to_string()))?
        };
        let mut body = Reader::new(answer);
        ResponseHeader::decode(&mut body, api::response_header_version(Q::KEY, version))?;
        Ok(Q::Response::decode(&mut body, version)?)
    }
}

fn answer(
    local: &OnceLock<Weak<dyn AnswersNodes>>,
    frame: Bytes,
) -> BoxFuture<Result<Bytes, String>> {
    match local.get().and_then(Weak::upgrade) {
        Some(service) => service.answer(frame),
        None => Box::pin(async { Err("this node is starting or stopping".to_owned()) }),
    }
}

/// A response as clients get it, in one piece and without its length.
pub(crate) fn without_length(chunks: Vec<Bytes>) -> Bytes {
    let mut whole = Bytes::from(chunks.concat());
    whole.split_off(LENGTH_BYTES.min(whole.len()))
}
