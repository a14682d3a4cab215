//! Who calls, and whether it may.

use std::io;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use uuid::Uuid;

use super::frame::{kind, read_frame, write_frame, MAX_HELLO_BYTES, PREFACE};
use crate::image::{HostPort, NodeId};

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Purpose {
    /// Raft's frames and gossip, from the caller only.
    Link,
    /// Requests of the caller, and their responses.
    Requests,
}

/// A node's introduction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Hello {
    pub purpose: Purpose,
    pub node_uuid: Uuid,
    pub node_id: Option<NodeId>,
    pub cluster_uuid: Option<Uuid>,
    /// Where the node is reached.
    pub rpc: HostPort,
}

fn invalid(why: impl std::fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why.to_string())
}

fn text(body: &[u8]) -> String {
    String::from_utf8_lossy(body).into_owned()
}

/// The caller's half: says who it is and returns who answered.
///
/// # Errors
/// With the other side's reason: `PermissionDenied` when it refuses, `NotConnected` when it cannot
/// tell yet.
pub(crate) async fn call(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    hello: &Hello,
) -> io::Result<Hello> {
    stream.write_all(PREFACE).await?;
    let body = Bytes::from(serde_json::to_vec(hello)?);
    write_frame(stream, kind::HELLO, &[body]).await?;
    stream.flush().await?;
    let (kind, body) = read_frame(stream, MAX_HELLO_BYTES).await?;
    match kind {
        kind::WELCOME => serde_json::from_slice(&body).map_err(invalid),
        kind::REFUSED => Err(io::Error::new(io::ErrorKind::PermissionDenied, text(&body))),
        kind::NOT_YET => Err(io::Error::new(io::ErrorKind::NotConnected, text(&body))),
        other => Err(invalid(format!("frame kind {other} in answer to a hello"))),
    }
}

/// The called side's first half: reads who calls.
///
/// # Errors
/// `InvalidData` when this is not our protocol.
pub(crate) async fn listen(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Hello> {
    let mut preface = [0u8; PREFACE.len()];
    stream.read_exact(&mut preface).await?;
    if &preface != PREFACE {
        return Err(invalid("the caller does not speak this version of the RPC protocol"));
    }
    let (kind, body) = read_frame(stream, MAX_HELLO_BYTES).await?;
    if kind != kind::HELLO {
        return Err(invalid(format!("frame kind {kind} instead of a hello")));
    }
    serde_json::from_slice(&body).map_err(invalid)
}

/// The called side's second half.
///
/// # Errors
/// What the socket says.
pub(crate) async fn answer(
    stream: &mut (impl AsyncWrite + Unpin),
    answer: Result<&Hello, &io::Error>,
) -> io::Result<()> {
    let (kind, body) = match answer {
        Ok(hello) => (kind::WELCOME, Bytes::from(serde_json::to_vec(hello)?)),
        Err(why) if why.kind() == io::ErrorKind::PermissionDenied => {
            (kind::REFUSED, Bytes::from(why.to_string()))
        }
        Err(why) => (kind::NOT_YET, Bytes::from(why.to_string())),
    };
    write_frame(stream, kind, &[body]).await?;
    stream.flush().await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hello(node: NodeId) -> Hello {
        Hello {
            purpose: Purpose::Link,
            node_uuid: Uuid::from_u128(node as u128),
            node_id: Some(node),
            cluster_uuid: None,
            rpc: HostPort { host: "h".into(), port: 1 },
        }
    }

    async fn meet(reply: io::Result<Hello>) -> io::Result<Hello> {
        let (mut caller, mut called) = tokio::io::duplex(4096);
        let called = async {
            assert_eq!(listen(&mut called).await?, hello(1));
            answer(&mut called, reply.as_ref()).await
        };
        let greeting = hello(1);
        let (caller, called) = tokio::join!(call(&mut caller, &greeting), called);
        called?;
        caller
    }

    #[tokio::test]
    async fn both_sides_learn_who_the_other_is() {
        assert_eq!(meet(Ok(hello(2))).await.expect("welcome"), hello(2));
        for kind in [io::ErrorKind::PermissionDenied, io::ErrorKind::NotConnected] {
            let why = io::Error::new(kind, "another cluster");
            let refused = meet(Err(why)).await.expect_err("refused");
            assert_eq!(refused.kind(), kind);
            assert!(refused.to_string().contains("another cluster"));
        }
    }

    #[tokio::test]
    async fn other_protocols_are_refused() {
        for bytes in [&b"GET / HTTP/1.1\r\n\r\n"[..], b"HRR\x02........", b"HRR"] {
            assert!(listen(&mut &bytes[..]).await.is_err());
        }
    }
}
