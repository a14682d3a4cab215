//! Kafka's wire format: messages (generated), frames and record batches.
//!
//! Pure: no clock, disk, socket or thread. Input comes from the network, so no function here
//! panics on it or allocates what it merely claims.

pub mod batch;
