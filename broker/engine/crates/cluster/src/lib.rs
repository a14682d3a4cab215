//! Nodes, partitions and the controller: replication of every topic over many Raft groups.

pub mod controller;
pub mod identity;
pub mod image;
