//! The whole server over a real single-node cluster, spoken to over loopback sockets.

mod access;
mod admin;
mod edges;
mod groups;
mod operations;
#[path = "../../../cluster/tests/common/ports.rs"]
mod ports;
mod records;
mod sessions;
mod share;
mod transactions;
mod versions;
mod world;
