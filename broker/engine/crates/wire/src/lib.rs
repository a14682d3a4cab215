//! Kafka's wire format: messages (generated), frames and record batches.
//!
//! Pure: no clock, disk, socket or thread. Input comes from the network, so no function here
//! panics on it or allocates what it merely claims.

#![forbid(unsafe_code)]

pub mod api;
pub mod batch;
pub mod compression;
mod error;
mod error_code;
mod generated;
pub mod marker;
mod message;
mod reader;
pub mod records;
pub mod scan;
mod string;
mod writer;

pub use api::ApiKey;
pub use error::{DecodeError, EncodeError};
pub use error_code::ErrorCode;
pub use message::{Message, Request};
pub use reader::Reader;
pub use records::Records;
pub use string::Str;
pub use writer::{TaggedFields, Writer};

/// Kafka's messages, one module an API, written by `generate.py`.
pub mod messages {
    pub use crate::generated::*;
}
