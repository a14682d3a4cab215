//! One turn of a shard: Raft's writes are staged, its messages sent, its commits applied.

use std::cell::RefCell;
use std::rc::Rc;

use headrace_log::{LogEntry, Store};
use headrace_raft::{GroupReady, Payload, PeerId, RaftMessage};

use super::replica::{hard_state, Replica, Time, Told, Unsynced};
use super::{Outbox, Shard, ShardEvent, Turn};
use crate::image::{GroupId, NodeId};
use crate::partition::in_sync::{node_of, peer_of};
use crate::partition::LeaderInfo;

/// Readies of one group in one turn; the rest waits for the next.
const MAX_READIES: usize = 16;
/// With more than this on its way to a shard's journal, write caching waits for the disk: a loss of
/// power takes no more, and neither does memory.
const MAX_CACHED_BYTES: u64 = 32 << 20;

/// What became of one group in a turn.
struct Processed {
    /// Something was staged that its messages wait for.
    staged: bool,
    /// Raft has more to say.
    again: bool,
    event: Option<ShardEvent>,
    elected: bool,
    /// It has all again that its log had lost.
    whole: bool,
}

impl Shard {
    /// Works on all that was taken in since the last turn.
    pub fn turn(&mut self) -> Turn {
        let mut again = std::collections::BTreeSet::new();
        for group in std::mem::take(&mut self.dirty) {
            if self.poisoned.is_some() {
                break;
            }
            let store = self.store.clone();
            let node = self.config.node;
            let time = Time {
                now_ms: self.now_ms,
                lag_ms: self.config.replica_lag_ms,
                silence_ms: self.config.silence_ms(),
            };
            let done = self
                .guarded(group, |replica, outbox| process(replica, &store, outbox, node, &time));
            let Some(done) = done else { continue };
            if done.staged {
                self.staged.insert(group);
            }
            if done.again {
                again.insert(group);
            }
            self.follow_to_sleep(group);
            if done.whole {
                self.forget_lost_log(group);
            }
            if done.elected {
                self.metrics.elections_won.inc();
            }
            self.events.extend(done.event);
        }
        self.dirty.append(&mut again);
        let round = self.take_round();
        if self.poisoned.is_some() {
            return Turn { events: std::mem::take(&mut self.events), ..Turn::default() };
        }
        Turn {
            frames: self.outbox.take(),
            beats: std::mem::take(&mut self.beats),
            round,
            checkpoint: self.store.borrow_mut().take_checkpoint(),
            clean: self.clean.take(),
            events: std::mem::take(&mut self.events),
            again: !self.dirty.is_empty(),
        }
    }

    fn take_round(&mut self) -> Option<headrace_log::Round> {
        if self.in_flight.is_some() || self.poisoned.is_some() {
            return None;
        }
        let taken = self.store.borrow_mut().take_round();
        let round = match taken {
            Ok(round) => round?,
            Err(error) => {
                self.poison(error.to_string());
                return None;
            }
        };
        let seq = round.seq();
        let groups: Vec<GroupId> = std::mem::take(&mut self.staged).into_iter().collect();
        for group in &groups {
            if let Some(replica) = self.replicas.get_mut(group) {
                for unsynced in replica.unsynced.iter_mut().filter(|u| u.round == 0) {
                    unsynced.round = seq;
                }
            }
        }
        self.in_flight = Some((seq, groups));
        Some(round)
    }

    pub(super) fn round_done(&mut self, seq: u64, result: Result<(), String>) {
        if let Err(why) = result {
            self.poison(why);
            return;
        }
        let Some((expected, groups)) = self.in_flight.take() else { return };
        assert_eq!(expected, seq, "rounds end in the order in which they were taken");
        let done = self.store.borrow_mut().round_done(seq);
        if let Err(error) = done {
            self.poison(error.to_string());
            return;
        }
        self.metrics.rounds.inc();
        for group in groups {
            self.guarded(group, |replica, outbox| {
                while replica.unsynced.front().is_some_and(|u| u.round != 0 && u.round <= seq) {
                    let Some(unsynced) = replica.unsynced.pop_front() else { break };
                    replica.raft.persisted(unsynced.token);
                    outbox.send(group, unsynced.messages);
                }
                Ok(())
            });
            self.dirty.insert(group);
        }
    }
}

fn process(
    replica: &mut Replica,
    store: &Rc<RefCell<Store>>,
    outbox: &mut Outbox,
    node: NodeId,
    time: &Time,
) -> Result<Processed, String> {
    propose(replica);
    let mut staged = false;
    let mut readies = 0;
    while readies < MAX_READIES {
        let Some(ready) = replica.raft.ready().map_err(|e| e.to_string())? else { break };
        staged |= take_ready(replica, store, outbox, ready, time.now_ms)?;
        readies += 1;
    }
    let status = replica.raft.status();
    let led = replica.leader.is_some();
    replica.follow_role(&status, peer_of(node), time)?;
    replica.promise(&status);
    // Whoever is told that its record is committed can read it at once.
    replica.shared.publish(replica.offsets(&status));
    replica.shared.set_reached(replica.reached());
    replica.answer(&status);
    let whole = replica.lost_log && !replica.raft.lost_log() && !replica.raft.in_doubt();
    replica.lost_log &= !whole;
    Ok(Processed {
        whole,
        staged,
        again: replica.raft.has_ready(),
        event: tell(replica, node),
        elected: !led && replica.leader.is_some(),
    })
}

/// Hands the appends of this turn to Raft.
fn propose(replica: &mut Replica) {
    let Some(leader) = &mut replica.leader else { return };
    let status = replica.raft.status();
    let same = u64::try_from(leader.epoch()) == Ok(status.term);
    // When Raft has moved on, follow_role() tells those who wait.
    if !same || leader.propose(&mut replica.raft).is_err() {
        if let Some(leader) = replica.leader.take() {
            leader.resign(None);
        }
        replica.in_sync = None;
    }
}

/// Returns whether messages of this ready wait for a round that is not taken yet.
fn take_ready(
    replica: &mut Replica,
    store: &Rc<RefCell<Store>>,
    outbox: &mut Outbox,
    mut ready: GroupReady,
    now_ms: i64,
) -> Result<bool, String> {
    let group = replica.group;
    outbox.send(group, std::mem::take(&mut ready.messages_now));
    if ready.must_sync || !ready.committed.is_empty() {
        replica.active_ms = now_ms;
    }
    if let Some(snapshot) = ready.snapshot.take() {
        replica.install(&mut store.borrow_mut(), &snapshot, &ready)?;
    }
    if ready.must_sync {
        let entries = std::mem::take(&mut ready.entries).into_iter();
        let entries =
            entries.map(|e| LogEntry { index: e.index, term: e.term, batch: e.batch }).collect();
        let hard = hard_state(&ready);
        store.borrow_mut().stage(group, entries, Some(hard)).map_err(|e| e.to_string())?;
        replica.saved_commit = hard.commit;
    }
    let members_change =
        ready.committed.iter().any(|e| matches!(e.payload, Payload::Membership { .. }));
    replica.apply(std::mem::take(&mut ready.committed), now_ms);
    replica.raft.staged();
    if members_change {
        let members = replica.raft.members();
        replica.shared.set_members(members.clone());
        replica.app.borrow_mut().members = members;
    }
    if replica.config.write_caching && may_cache(&store.borrow(), group) {
        let said = replica.raft.cached(&ready.messages_after_persist);
        outbox.send(group, said);
    }
    Ok(await_sync(replica, outbox, ready))
}

/// Whether what is staged of a group outlives this process, and is within bounds.
fn may_cache(store: &Store, group: GroupId) -> bool {
    store.outlives_process(group) && store.unsynced_bytes() <= MAX_CACHED_BYTES
}

fn await_sync(replica: &mut Replica, outbox: &mut Outbox, ready: GroupReady) -> bool {
    let messages: Vec<(PeerId, RaftMessage)> = ready.messages_after_persist;
    if ready.must_sync {
        replica.unsynced.push_back(Unsynced { token: ready.token, messages, round: 0 });
        return true;
    }
    // It needs no sync itself, but may acknowledge what an earlier one still waits for.
    if let Some(last) = replica.unsynced.back_mut() {
        last.token = ready.token;
        last.messages.extend(messages);
    } else {
        replica.raft.persisted(ready.token);
        outbox.send(replica.group, messages);
    }
    false
}

/// The news, if what is known of the leader has changed.
fn tell(replica: &mut Replica, node: NodeId) -> Option<ShardEvent> {
    let status = replica.raft.status();
    let leader = status.leader.map(node_of);
    let in_sync = match &replica.in_sync {
        Some(in_sync) => in_sync.nodes().to_vec(),
        None => Vec::new(),
    };
    let epoch = i32::try_from(status.term).unwrap_or(i32::MAX);
    let serving = status.established && replica.leader.is_some();
    let told = Told { leader, epoch, serving, in_sync };
    if told == replica.told {
        return None;
    }
    // A leader that may not serve yet is not shown as one to clients of this node.
    let shown = told.leader.filter(|&leader| leader != node || serving);
    replica.shared.set_leader(shown);
    let info = shown.map(|leader| LeaderInfo { leader, epoch, in_sync: told.in_sync.clone() });
    replica.told = told;
    Some(ShardEvent::Leadership { group: replica.group, info, serving, epoch })
}
