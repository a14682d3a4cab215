//! What applies a group's entries beyond storing them: the controller is one.

use bytes::Bytes;

/// A replicated state machine. Runs on the shard's thread: it must not block.
pub trait StateMachine: Send {
    /// Applies the batch of a committed entry.
    fn apply(&mut self, index: u64, batch: &Bytes);
    /// Passes over one of Raft's own entries.
    fn skip(&mut self, index: u64);
    /// The state as of the last applied entry.
    fn snapshot(&self) -> Bytes;
    /// Replaces the state.
    ///
    /// # Errors
    /// When the bytes are not a state; the replica is fenced then.
    fn restore(&mut self, data: &Bytes) -> Result<(), String>;
    /// This replica leads no more: who waits for an entry to be applied must be told.
    fn lost_leadership(&mut self);
}
