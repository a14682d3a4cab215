//! Consensus as a pure state machine around raft-rs: messages in, messages and writes out.
