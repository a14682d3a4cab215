//! The promises, checked after every turn of every node.
//!
//! 1. A term of a group has one leader.
//! 2. What a replica says is committed is the same entry on every replica, for ever.
//! 3. A serving leader's high watermark never goes back within its epoch, and covers all that was
//!    acknowledged with acks=all before it began to serve.
//! 4. An acknowledged record is at its offset at the end; no record is there twice; a producer's
//!    records are in order (`client`).
//! 5. Records that were deleted stay so, whoever leads.
//! 6. All replicas' state machines go through the same states (`machine`).

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;
use headrace_cluster::shard::Shard;
use headrace_cluster::{GroupId, NodeId};
use headrace_raft::Role;
use headrace_wire::batch::BatchHeader;

/// What was seen so far.
#[derive(Debug, Default)]
pub struct Checks {
    /// Replicas are compacted, each by itself: an entry's place is compared instead of its bytes.
    compact: bool,
    leaders: HashMap<(GroupId, u64), NodeId>,
    committed: HashMap<(GroupId, u64), (u64, u32)>,
    /// Up to where each replica's commits were compared since it started.
    compared: BTreeMap<(NodeId, GroupId), u64>,
    marks: HashMap<(NodeId, GroupId, u64), i64>,
    /// The offset after the last record that was acknowledged, per group.
    acknowledged: BTreeMap<GroupId, i64>,
    /// Where the log starts by the answers to deletions, per group.
    deleted: BTreeMap<GroupId, i64>,
}

impl Checks {
    /// Nothing was seen yet.
    pub fn new(compact: bool) -> Checks {
        Checks { compact, ..Checks::default() }
    }

    /// A producer got its acknowledgement.
    pub fn acknowledged(&mut self, group: GroupId, last_offset: i64) {
        let end = self.acknowledged.entry(group).or_insert(0);
        *end = (*end).max(last_offset + 1);
    }

    /// Somebody was told that the log starts at `offset` now.
    pub fn deleted(&mut self, group: GroupId, offset: i64) {
        let start = self.deleted.entry(group).or_insert(0);
        *start = (*start).max(offset);
    }

    /// All lost their power: with write caching, what was acknowledged last may be gone.
    pub fn forget_acknowledged(&mut self, spare: GroupId) {
        self.acknowledged.retain(|&group, _| group == spare);
    }

    /// A node lost its memory.
    pub fn restarted(&mut self, node: NodeId) {
        self.compared.retain(|(n, _), _| *n != node);
        self.marks.retain(|(n, _, _), _| *n != node);
    }

    /// How many leaders were seen.
    pub fn elections(&self) -> usize {
        self.leaders.len()
    }

    /// How many entries were committed.
    pub fn commits(&self) -> usize {
        self.committed.len()
    }

    /// Looks at a node after its turn.
    pub fn look(&mut self, node: NodeId, shard: &Shard) -> Result<(), String> {
        for group in shard.groups().collect::<Vec<_>>() {
            let Some(status) = shard.status(group) else { continue };
            if status.role == Role::Leader {
                let leader = *self.leaders.entry((group, status.term)).or_insert(node);
                if leader != node {
                    return Err(format!(
                        "group {group}, term {}: nodes {leader} and {node} both lead",
                        status.term
                    ));
                }
            }
            self.compare_commits(node, group, status.commit.min(status.last_index), shard)?;
            if status.established {
                self.check_mark(node, group, status.term, shard)?;
            }
        }
        Ok(())
    }

    fn compare_commits(
        &mut self,
        node: NodeId,
        group: GroupId,
        commit: u64,
        shard: &Shard,
    ) -> Result<(), String> {
        let from = self.compared.get(&(node, group)).copied().unwrap_or(0) + 1;
        if commit < from {
            return Ok(());
        }
        let read = shard.with_log(group, |log| {
            let from = from.max(log.first_index());
            if from > commit {
                return Ok(Vec::new());
            }
            log.entries(from, commit + 1, u64::MAX)
        });
        let entries = read.ok_or("a replica without a log")?;
        let entries = entries.map_err(|e| format!("node {node}, group {group}: {e}"))?;
        for entry in entries {
            // Offset and epoch lie outside of the batch's CRC, so all bytes are looked at.
            let bytes = match self.compact {
                true => place(&entry.batch)?,
                false => entry.batch,
            };
            let found = (entry.term, hash(&bytes));
            let known = *self.committed.entry((group, entry.index)).or_insert(found);
            if known != found {
                return Err(format!(
                    "group {group}, index {}: node {node} committed {found:?}, another {known:?}",
                    entry.index
                ));
            }
        }
        self.compared.insert((node, group), commit);
        Ok(())
    }

    fn check_mark(
        &mut self,
        node: NodeId,
        group: GroupId,
        term: u64,
        shard: &Shard,
    ) -> Result<(), String> {
        let high_watermark = shard.shared(group).map(|shared| shared.offsets().high_watermark);
        let high_watermark = high_watermark.ok_or("a leader that is not there")?;
        let first_look = !self.marks.contains_key(&(node, group, term));
        let before = self.marks.insert((node, group, term), high_watermark).unwrap_or(0);
        if high_watermark < before {
            return Err(format!(
                "group {group}, term {term}: the high watermark went from {before} back to \
                 {high_watermark} on node {node}"
            ));
        }
        let newest = !self.leaders.keys().any(|&(g, t)| g == group && t > term);
        let acknowledged = self.acknowledged.get(&group).copied().unwrap_or(0);
        if first_look && newest && high_watermark < acknowledged {
            return Err(format!(
                "group {group}, term {term}: node {node} serves up to {high_watermark}, but \
                 records before {acknowledged} were acknowledged"
            ));
        }
        let deleted = self.deleted.get(&group).copied().unwrap_or(0);
        let start = shard.shared(group).map_or(0, |shared| shared.offsets().log_start);
        if newest && start < deleted {
            return Err(format!(
                "group {group}, term {term}: node {node} serves from {start}, but records before \
                 {deleted} were deleted"
            ));
        }
        Ok(())
    }
}

/// What compaction leaves of a batch in any case.
fn place(batch: &Bytes) -> Result<Bytes, String> {
    let header = BatchHeader::parse(batch).map_err(|e| e.to_string())?;
    if header.is_control() {
        return Ok(batch.clone());
    }
    // The CRC changes with the records, and so do their number and the largest time stamp.
    let parts = [&batch[..8], &batch[12..16], &batch[21..35], &batch[43..57]];
    Ok(Bytes::from(parts.concat()))
}

/// FNV-1a.
fn hash(data: &[u8]) -> u32 {
    data.iter().fold(0x811c_9dc5, |h, &byte| (h ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}
