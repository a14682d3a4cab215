//! Nodes, partitions and the controller: replication of every topic over many Raft groups.
