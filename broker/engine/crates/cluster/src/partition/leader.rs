//! A partition's leader: gives batches their offsets, keeps idempotent producers apart from
//! duplicates and gaps, and answers when a batch is as safe as its producer asked.
//!
//! The leader knows its log's end (staged or not), the producers as of that end, and who waits for
//! which offset. It is made when this replica is elected and dropped when it no longer leads; all
//! who still wait then learn that they have to ask the next leader.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};
use headrace_raft::RaftGroup;
use headrace_wire::batch::{self, BatchHeader};
use headrace_wire::marker::Marker;
use tokio::sync::oneshot;

use super::producers::{Producers, Verdict};
use super::types::{Acks, AppendOptions, Appended, PartitionConfig, ProducerRules};
use super::verification::{Admission, Verifications, VALID_MS};
use crate::error::PartitionError;
use crate::image::NodeId;

/// Where an append's answer goes.
pub(crate) type AppendReply = oneshot::Sender<Result<Appended, PartitionError>>;

/// Where the answer to a deletion goes: the log's first offset after it.
pub(crate) type DeleteReply = oneshot::Sender<Result<i64, PartitionError>>;

/// Deletions under way in one partition.
const MAX_DELETIONS: usize = 64;

struct Waiter {
    /// Answer when the log is safe up to this offset.
    end_offset: i64,
    bytes: usize,
    acks: Acks,
    appended: Appended,
    reply: AppendReply,
}

/// What the leader must know of its replica at the moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Standing {
    pub established: bool,
    /// A majority answered so lately that there can be no newer leader.
    pub confirmed: bool,
    pub transferring: bool,
    /// Replicas that are in sync or, just after the election, may turn out to be.
    pub in_sync: usize,
    pub log_start: i64,
    pub now_ms: i64,
}

/// What a batch is, once its producer was looked at.
enum Checked {
    New,
    /// It is in the log already; answer when that is safe up to `end_offset`.
    Known {
        base_offset: i64,
        end_offset: i64,
    },
}

/// Bounds on what is under way in one partition.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub appends: usize,
    pub bytes: usize,
}

pub(crate) struct Leader {
    epoch: i32,
    next_offset: i64,
    producers: Producers,
    verifications: Verifications,
    limits: Limits,
    queued: Vec<Bytes>,
    queued_waiters: Vec<Waiter>,
    waiters: VecDeque<Waiter>,
    bytes: usize,
    /// Deletions by the index of their entries.
    deletions: VecDeque<(u64, DeleteReply)>,
    /// No batch of a transaction, and no marker, lies behind this offset.
    transactional_end: i64,
}

/// How safe the log is, for [`Leader::answer`].
pub(crate) struct Safe<'a> {
    /// The offset after what is committed; with write caching, after what a majority has written.
    pub committed: i64,
    /// The offset after what is on this node's disk; with write caching, after what is written.
    pub written: i64,
    /// Replicas in sync or possibly so, as in [`Standing`].
    pub in_sync: usize,
    /// Voters' majority.
    pub majority: usize,
    /// How many replicas have everything before an offset: durably, unless with write caching.
    pub holders: &'a dyn Fn(i64) -> usize,
}

impl Leader {
    /// A leader whose log ends before `next_offset`, with the producers as of there.
    pub fn new(epoch: i32, next_offset: i64, producers: Producers, limits: Limits) -> Leader {
        Leader {
            epoch,
            next_offset,
            producers,
            verifications: Verifications::default(),
            limits,
            queued: Vec::new(),
            queued_waiters: Vec::new(),
            waiters: VecDeque::new(),
            bytes: 0,
            deletions: VecDeque::new(),
            transactional_end: next_offset,
        }
    }

    /// No batch of a transaction, and no marker, lies behind this offset.
    pub fn transactional_end(&self) -> i64 {
        self.transactional_end
    }

    pub fn epoch(&self) -> i32 {
        self.epoch
    }

    /// Takes a batch in, or says why not.
    pub fn append(
        &mut self,
        batch: Bytes,
        options: AppendOptions,
        config: &PartitionConfig,
        standing: &Standing,
        reply: AppendReply,
    ) {
        if let Err((error, reply)) = self.try_append(batch, options, config, standing, reply) {
            // The caller may have gone away; then nobody wants to know.
            let _ = reply.send(Err(error));
        }
    }

    fn try_append(
        &mut self,
        batch: Bytes,
        options: AppendOptions,
        config: &PartitionConfig,
        standing: &Standing,
        reply: AppendReply,
    ) -> Result<(), (PartitionError, AppendReply)> {
        let header = match self.admit(&batch, options, config, standing) {
            Ok(header) => header,
            Err(error) => return Err((error, reply)),
        };
        let appended = Appended {
            base_offset: self.next_offset,
            log_append_time_ms: if config.log_append_time { standing.now_ms } else { -1 },
            log_start_offset: standing.log_start,
            epoch: self.epoch,
        };
        match self.check_producer(&header, &batch, options.producer, standing) {
            Ok(Checked::New) => {}
            Ok(Checked::Known { base_offset, end_offset }) => {
                let appended = Appended { base_offset, ..appended };
                self.wait(Waiter { end_offset, bytes: 0, acks: options.acks, appended, reply });
                return Ok(());
            }
            Err(error) => return Err((error, reply)),
        }
        let stamped = self.stamp(batch, config, standing.now_ms);
        let header = BatchHeader { base_offset: self.next_offset, ..header };
        // It was read when it was checked, so there is nothing to fail.
        let _ = self.producers.take(&header, &stamped, standing.now_ms);
        self.next_offset = header.next_offset();
        if header.is_transactional() || header.is_control() {
            self.transactional_end = self.next_offset;
        }
        self.bytes += stamped.len();
        let (end_offset, bytes) = (self.next_offset, stamped.len());
        self.queued.push(stamped);
        self.wait(Waiter { end_offset, bytes, acks: options.acks, appended, reply });
        Ok(())
    }

    /// What a batch's producer makes of it: duplicates, gaps, epochs, transactions.
    fn check_producer(
        &mut self,
        header: &BatchHeader,
        batch: &Bytes,
        rules: ProducerRules,
        standing: &Standing,
    ) -> Result<Checked, PartitionError> {
        let (id, epoch) = (header.producer_id, header.producer_epoch);
        if id < 0 {
            return Ok(Checked::New);
        }
        let verdict = match header.is_control() {
            true => {
                let marker = Marker::parse(header, batch);
                let marker = marker.map_err(|e| PartitionError::InvalidBatch(e.to_string()))?;
                self.producers.check_marker(&marker, rules.second_protocol)
            }
            false => self.producers.check(header, rules.second_protocol),
        };
        match verdict {
            Verdict::New => {}
            Verdict::Duplicate(first) => {
                let (base_offset, end_offset) = (first.base_offset, first.last_offset + 1);
                return Ok(Checked::Known { base_offset, end_offset });
            }
            Verdict::Done => {
                // The marker that ended it may still be on its way to the others.
                let end_offset = self.next_offset;
                return Ok(Checked::Known { base_offset: end_offset, end_offset });
            }
            // To a leader that was replaced without knowing it yet, a good batch may look wrong;
            // producers take these errors as final, so be sure.
            _ if !standing.confirmed => return Err(PartitionError::NotLeader { leader: None }),
            Verdict::OutOfOrder => return Err(PartitionError::OutOfOrderSequence),
            Verdict::StaleEpoch => return Err(PartitionError::InvalidProducerEpoch),
            Verdict::NotInTransaction => return Err(PartitionError::InvalidTransaction),
            Verdict::CoordinatorFenced => return Err(PartitionError::CoordinatorFenced),
        }
        let begins = header.is_transactional() && !self.producers.in_transaction(id, epoch);
        if begins && !header.is_control() {
            self.check_verified(header, rules.verified, standing.now_ms)?;
        }
        if begins || header.is_control() {
            self.verifications.end(id);
        }
        Ok(Checked::New)
    }

    fn check_verified(
        &mut self,
        header: &BatchHeader,
        guard: Option<u64>,
        now_ms: i64,
    ) -> Result<(), PartitionError> {
        let (id, epoch) = (header.producer_id, header.producer_epoch);
        let sequence = header.base_sequence;
        let admission = match guard {
            Some(guard) => self.verifications.admits(id, epoch, sequence, guard),
            None => Admission::Unknown,
        };
        match admission {
            Admission::Admitted => Ok(()),
            Admission::OutOfOrder => Err(PartitionError::OutOfOrderSequence),
            Admission::Unknown => Err(self.unverified(id, epoch, sequence, now_ms)),
        }
    }

    fn unverified(&mut self, id: i64, epoch: i16, sequence: i32, now_ms: i64) -> PartitionError {
        match self.verifications.begin(id, epoch, sequence, now_ms) {
            Some(guard) => PartitionError::Unverified { guard },
            None => PartitionError::Overloaded,
        }
    }

    /// Asks on behalf of a coordinator that will append records without sequence numbers: the
    /// guard under which to ask for its transaction, or none if that has begun here.
    ///
    /// # Errors
    /// `Overloaded`.
    pub fn verify(
        &mut self,
        id: i64,
        epoch: i16,
        now_ms: i64,
    ) -> Result<Option<u64>, PartitionError> {
        if self.producers.in_transaction(id, epoch) {
            return Ok(None);
        }
        match self.unverified(id, epoch, -1, now_ms) {
            PartitionError::Unverified { guard } => Ok(Some(guard)),
            error => Err(error),
        }
    }

    /// Forgets producers that were silent since before `before_ms`.
    pub fn expire(&mut self, before_ms: i64, now_ms: i64) {
        self.producers.expire(before_ms);
        self.verifications.expire(now_ms - VALID_MS);
    }

    fn admit(
        &self,
        batch: &Bytes,
        options: AppendOptions,
        config: &PartitionConfig,
        standing: &Standing,
    ) -> Result<BatchHeader, PartitionError> {
        if !standing.established || standing.transferring {
            return Err(PartitionError::NotLeader { leader: None });
        }
        match options.expected_epoch {
            Some(epoch) if epoch < self.epoch => return Err(PartitionError::FencedEpoch),
            Some(epoch) if epoch > self.epoch => return Err(PartitionError::UnknownEpoch),
            _ => {}
        }
        if self.waiters.len() + self.queued_waiters.len() >= self.limits.appends
            || self.bytes >= self.limits.bytes
        {
            return Err(PartitionError::Overloaded);
        }
        if options.acks == Acks::All && standing.in_sync < config.min_insync_replicas {
            return Err(PartitionError::NotEnoughReplicas);
        }
        let invalid = |why: String| PartitionError::InvalidBatch(why);
        let header = BatchHeader::parse(batch).map_err(|e| invalid(e.to_string()))?;
        if header.size_bytes != batch.len() {
            return Err(invalid("more than one batch, or trailing bytes".into()));
        }
        if header.takes_no_offset() {
            return Err(invalid("the batch takes no offset".into()));
        }
        Ok(header)
    }

    fn stamp(&self, batch: Bytes, config: &PartitionConfig, now_ms: i64) -> Bytes {
        // Nobody else may hold the request's bytes when we write into them; else they are copied.
        let mut batch = batch.try_into_mut().unwrap_or_else(|b| BytesMut::from(&b[..]));
        batch::stamp(&mut batch, self.next_offset, self.epoch);
        if config.log_append_time {
            batch::stamp_append_time(&mut batch, now_ms);
        }
        batch.freeze()
    }

    fn wait(&mut self, waiter: Waiter) {
        self.queued_waiters.push(waiter);
    }

    /// Hands what was taken in to Raft, all at once.
    ///
    /// # Errors
    /// When Raft does not take it: this leader is of no use any more.
    pub fn propose(&mut self, raft: &mut RaftGroup) -> Result<(), headrace_raft::ProposeError> {
        if !self.queued.is_empty() {
            raft.propose(std::mem::take(&mut self.queued))?;
        }
        for waiter in self.queued_waiters.drain(..) {
            if waiter.acks == Acks::None {
                self.bytes -= waiter.bytes;
                let _ = waiter.reply.send(Ok(waiter.appended));
            } else {
                self.waiters.push_back(waiter);
            }
        }
        Ok(())
    }

    /// Answers those who have waited long enough.
    pub fn answer(&mut self, config: &PartitionConfig, safe: &Safe<'_>) {
        while let Some(front) = self.waiters.front() {
            let answer = match front.acks {
                Acks::None => Ok(front.appended),
                Acks::Leader if safe.written >= front.end_offset => Ok(front.appended),
                Acks::All if safe.committed >= front.end_offset => {
                    match enough(config, safe, front.end_offset) {
                        Some(true) => Ok(front.appended),
                        Some(false) => Err(PartitionError::NotEnoughReplicasAfterAppend),
                        None => return,
                    }
                }
                Acks::Leader | Acks::All => return,
            };
            let Some(waiter) = self.waiters.pop_front() else { return };
            self.bytes -= waiter.bytes;
            let _ = waiter.reply.send(answer);
        }
    }

    /// Whether nobody waits for anything.
    pub fn is_idle(&self) -> bool {
        self.queued.is_empty()
            && self.queued_waiters.is_empty()
            && self.waiters.is_empty()
            && self.deletions.is_empty()
    }

    /// Proposes that the log starts at `offset`, behind what was taken in.
    pub fn delete_before(&mut self, raft: &mut RaftGroup, offset: i64, reply: DeleteReply) {
        let refused = match self.propose(raft).and_then(|()| raft.propose_start(offset)) {
            Ok(index) if self.deletions.len() < MAX_DELETIONS => {
                self.deletions.push_back((index, reply));
                return;
            }
            Ok(_) => PartitionError::Overloaded,
            Err(_) => PartitionError::NotLeader { leader: None },
        };
        let _ = reply.send(Err(refused));
    }

    /// Answers deletions whose entries are applied here and held by all replicas in sync, both up
    /// to `index`.
    pub fn answer_deletions(&mut self, index: u64, log_start: i64) {
        while self.deletions.front().is_some_and(|(entry, _)| *entry <= index) {
            let Some((_, reply)) = self.deletions.pop_front() else { return };
            let _ = reply.send(Ok(log_start));
        }
    }

    /// Tells all who wait that this replica leads no more.
    pub fn resign(self, leader: Option<NodeId>) {
        for (_, reply) in self.deletions {
            let _ = reply.send(Err(PartitionError::NotLeader { leader }));
        }
        for waiter in self.waiters.into_iter().chain(self.queued_waiters) {
            let _ = waiter.reply.send(Err(PartitionError::NotLeader { leader }));
        }
    }

    /// Tells all who wait that this replica is broken.
    pub fn fail(self, error: &PartitionError) {
        for (_, reply) in self.deletions {
            let _ = reply.send(Err(error.clone()));
        }
        for waiter in self.waiters.into_iter().chain(self.queued_waiters) {
            let _ = waiter.reply.send(Err(error.clone()));
        }
    }

    #[cfg(test)]
    pub fn waiting(&self) -> usize {
        self.waiters.len() + self.queued_waiters.len()
    }
}

/// Whether enough replicas have everything before `end_offset`, which is committed: a majority
/// does. `None`: not yet, but those in sync may come to it.
fn enough(config: &PartitionConfig, safe: &Safe<'_>, end_offset: i64) -> Option<bool> {
    let wanted = config.min_insync_replicas;
    if wanted <= safe.majority || (safe.holders)(end_offset) >= wanted {
        return Some(true);
    }
    if safe.in_sync < wanted {
        return Some(false);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use headrace_wire::records::BatchBuilder;
    use tokio::sync::oneshot::error::TryRecvError;

    const CONFIG: PartitionConfig = PartitionConfig {
        log_append_time: false,
        min_insync_replicas: 1,
        producer_expiration_ms: 1_000,
        write_caching: false,
    };

    fn standing() -> Standing {
        Standing {
            established: true,
            confirmed: true,
            transferring: false,
            in_sync: 3,
            log_start: 0,
            now_ms: 1000,
        }
    }

    fn batch(producer: i64, sequence: i32) -> Bytes {
        let mut builder = BatchBuilder::new().producer(producer, 0, sequence);
        builder.push(5, None, Some(b"v"), &[]);
        builder.build().expect("builds")
    }

    fn leader() -> Leader {
        Leader::new(4, 100, Producers::default(), Limits { appends: 3, bytes: 10_000 })
    }

    type Answer = oneshot::Receiver<Result<Appended, PartitionError>>;

    fn append(leader: &mut Leader, batch: Bytes, acks: Acks, config: &PartitionConfig) -> Answer {
        let (reply, answer) = oneshot::channel();
        let options = AppendOptions::new(acks).in_epoch(4);
        leader.append(batch, options, config, &standing(), reply);
        // Without a Raft group, what was taken in waits as if proposed.
        let waiting = std::mem::take(&mut leader.queued_waiters);
        leader.waiters.extend(waiting);
        answer
    }

    fn safe(committed: i64, written: i64, in_sync: usize) -> Safe<'static> {
        Safe { committed, written, in_sync, majority: 2, holders: &|_| 2 }
    }

    #[test]
    fn a_duplicate_is_answered_with_the_first_offset_once_that_is_committed() {
        let mut leader = leader();
        let mut first = append(&mut leader, batch(7, 0), Acks::All, &CONFIG);
        let mut again = append(&mut leader, batch(7, 0), Acks::All, &CONFIG);
        leader.answer(&CONFIG, &safe(100, 101, 3));
        assert_eq!(first.try_recv(), Err(TryRecvError::Empty));
        assert_eq!(again.try_recv(), Err(TryRecvError::Empty));
        leader.answer(&CONFIG, &safe(101, 101, 3));
        for answer in [&mut first, &mut again] {
            assert_eq!(answer.try_recv().expect("answered").expect("appended").base_offset, 100);
        }
        assert_eq!(leader.queued.len(), 1, "appended once");
    }

    #[test]
    fn acks_decide_when_to_answer() {
        let mut leader = leader();
        let mut disk = append(&mut leader, batch(-1, -1), Acks::Leader, &CONFIG);
        let mut majority = append(&mut leader, batch(-1, -1), Acks::All, &CONFIG);
        leader.answer(&CONFIG, &safe(100, 102, 3));
        assert!(disk.try_recv().is_ok());
        assert_eq!(majority.try_recv(), Err(TryRecvError::Empty));
        leader.answer(&CONFIG, &safe(102, 102, 3));
        assert_eq!(majority.try_recv().expect("answered").expect("appended").base_offset, 101);
        assert_eq!(leader.waiting(), 0);
    }

    #[test]
    fn min_insync_replicas_counts_before_and_after() {
        let strict = PartitionConfig { min_insync_replicas: 3, ..CONFIG };
        let mut leader = leader();
        let mut waiting = append(&mut leader, batch(-1, -1), Acks::All, &strict);
        leader.answer(&strict, &safe(101, 101, 3));
        assert_eq!(waiting.try_recv(), Err(TryRecvError::Empty), "the third may still come");
        leader.answer(&strict, &safe(101, 101, 2));
        assert_eq!(
            waiting.try_recv(),
            Ok(Err(PartitionError::NotEnoughReplicasAfterAppend)),
            "it left"
        );
        let four = PartitionConfig { min_insync_replicas: 4, ..CONFIG };
        let mut refused = append(&mut leader, batch(-1, -1), Acks::All, &four);
        assert_eq!(refused.try_recv(), Ok(Err(PartitionError::NotEnoughReplicas)));
        let mut leader_only = append(&mut leader, batch(-1, -1), Acks::Leader, &four);
        assert_eq!(leader_only.try_recv(), Err(TryRecvError::Empty), "acks=1 does not care");
    }

    #[test]
    fn what_cannot_be_taken_is_refused_at_once() {
        let mut leader = leader();
        let refusal = |leader: &mut Leader, batch| {
            append(leader, batch, Acks::All, &CONFIG).try_recv().expect("at once").expect_err("no")
        };
        let two = Bytes::from([batch(-1, -1), batch(-1, -1)].concat());
        assert!(matches!(refusal(&mut leader, two), PartitionError::InvalidBatch(_)));
        let raft_only = Bytes::from(batch::raft_only(0, 0, 0, b""));
        assert!(matches!(refusal(&mut leader, raft_only), PartitionError::InvalidBatch(_)));
        let junk = Bytes::from_static(b"junk");
        assert!(matches!(refusal(&mut leader, junk), PartitionError::InvalidBatch(_)));
        let _first = append(&mut leader, batch(1, 0), Acks::All, &CONFIG);
        assert_eq!(refusal(&mut leader, batch(1, 5)), PartitionError::OutOfOrderSequence);
        let _more = [1, 2].map(|n| append(&mut leader, batch(1, n), Acks::All, &CONFIG));
        assert_eq!(refusal(&mut leader, batch(1, 3)), PartitionError::Overloaded);
    }

    #[test]
    fn append_time_is_stamped_when_asked_for() {
        let config = PartitionConfig { log_append_time: true, ..CONFIG };
        let mut leader = leader();
        let _answer = append(&mut leader, batch(-1, -1), Acks::All, &config);
        let header = BatchHeader::parse(&leader.queued[0]).expect("sound");
        header.verify_crc(&leader.queued[0]).expect("sealed");
        assert_eq!((header.base_offset, header.leader_epoch), (100, 4));
        assert!(header.is_log_append_time());
        assert_eq!(header.max_timestamp_ms, 1000);
    }

    #[test]
    fn those_who_wait_learn_of_the_next_leader() {
        let mut leader = leader();
        let mut answer = append(&mut leader, batch(-1, -1), Acks::All, &CONFIG);
        leader.resign(Some(2));
        assert_eq!(answer.try_recv(), Ok(Err(PartitionError::NotLeader { leader: Some(2) })));
    }

    fn marker(epoch: i16, commit: bool) -> Bytes {
        Marker { producer_id: 7, producer_epoch: epoch, commit, coordinator_epoch: 1 }.batch(5)
    }

    fn transactional(sequence: i32) -> Bytes {
        let mut builder = BatchBuilder::new().producer(7, 0, sequence).transactional();
        builder.push(5, None, Some(b"v"), &[]);
        builder.build().expect("builds")
    }

    #[test]
    fn a_transaction_begins_with_the_coordinator_s_word_only() {
        let mut leader = leader();
        let mut put = |batch: Bytes, verified| {
            let (reply, mut answer) = oneshot::channel();
            let producer = ProducerRules { second_protocol: true, verified };
            let options = AppendOptions::new(Acks::All).with_rules(producer);
            leader.append(batch, options, &CONFIG, &standing(), reply);
            leader.queued_waiters.clear();
            answer.try_recv().ok().map(|answer| answer.expect_err("only refusals come at once"))
        };
        let guard = match put(transactional(0), None) {
            Some(PartitionError::Unverified { guard }) => guard,
            other => panic!("{other:?}"),
        };
        let again = Some(PartitionError::Unverified { guard });
        assert_eq!(put(transactional(0), Some(guard + 1)), again, "another guard");
        assert_eq!(put(transactional(0), Some(guard)), None, "taken in");
        assert_eq!(put(transactional(1), None), None, "it is open");
        assert_eq!(put(batch(7, 2), None), Some(PartitionError::InvalidTransaction));
        assert_eq!(put(marker(0, true), None), Some(PartitionError::InvalidProducerEpoch));
        assert_eq!(put(marker(1, true), None), None);
        assert_eq!(put(transactional(2), Some(guard)), Some(PartitionError::InvalidProducerEpoch));
        assert_eq!(leader.queued.len(), 3);
    }
}
