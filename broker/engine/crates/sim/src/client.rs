//! An idempotent producer of one partition, as a client library behaves.
//!
//! It keeps a few batches under way, sends all that are open again, in order, when one fails, and
//! never gives up. A gap that the partition reports for its oldest open batch means that an
//! acknowledged batch was lost, since a producer has nothing older that is open.
//!
//! Some write in transactions and end each, by chance, with a commit or an abort marker, as their
//! coordinator would; it answers every question about them with yes.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;
use headrace_cluster::shard::{Input, Shard};
use headrace_cluster::{
    Acks, AppendOptions, Appended, GroupId, NodeId, PartitionError, ProducerRules,
};
use headrace_env::sim::SimRandom;
use headrace_wire::marker::Marker;
use headrace_wire::records::BatchBuilder;
use tokio::sync::oneshot;
use tokio::sync::oneshot::error::TryRecvError;

/// Batches under way: Kafka allows five to an idempotent producer.
const MAX_OPEN: usize = 5;
/// A batch without an answer for so long is sent again.
const PATIENCE_MS: i64 = 400;

type Answer = oneshot::Receiver<Result<Appended, PartitionError>>;

#[derive(Debug)]
struct Open {
    sequence: i32,
    records: i32,
    sent: Option<(Answer, i64)>,
}

/// One producer.
#[derive(Debug)]
pub(crate) struct Client {
    /// Without idempotence a batch may be there twice.
    pub idempotent: bool,
    /// Writes in transactions.
    transactional: bool,
    /// Its records have keys.
    keyed: bool,
    /// What the partition wants to see with the next transaction's first batch.
    guard: Option<u64>,
    /// Something was acknowledged since the last marker.
    in_transaction: bool,
    /// The transaction is to end so, and how the marker is on its way.
    ending: Option<(bool, Option<(Answer, i64)>)>,
    /// Markers that were acknowledged.
    pub markers: i64,
    id: i64,
    group: GroupId,
    next_sequence: i32,
    open: VecDeque<Open>,
    target: Option<NodeId>,
    resend: bool,
    /// It makes nothing new before this time.
    pub pause_until_ms: i64,
    /// First sequence to base offset and number of records, of what was acknowledged.
    pub acknowledged: BTreeMap<i32, (i64, i32)>,
}

/// What a record holds, so that it can be found again.
pub(crate) fn value(id: i64, sequence: i32) -> String {
    format!("{id}/{sequence}")
}

/// A record's key, if it has one: some keys are written all the time, and some only once.
pub(crate) fn key_of(sequence: i32) -> i32 {
    match sequence % 5 {
        0 => sequence,
        rest => rest,
    }
}

impl Client {
    pub fn new(id: i64, group: GroupId, idempotent: bool, keyed: bool) -> Client {
        Client {
            idempotent,
            transactional: idempotent && group % 2 == 1,
            keyed,
            guard: None,
            in_transaction: false,
            ending: None,
            markers: 0,
            id,
            group,
            next_sequence: 0,
            open: VecDeque::new(),
            target: None,
            resend: false,
            pause_until_ms: 0,
            acknowledged: BTreeMap::new(),
        }
    }

    pub fn group(&self) -> GroupId {
        self.group
    }

    pub fn id(&self) -> i64 {
        self.id
    }

    pub fn is_idle(&self) -> bool {
        self.open.is_empty() && self.ending.is_none()
    }

    /// The number of records that were made.
    pub fn made(&self) -> i32 {
        self.next_sequence
    }

    fn batch(&self, sequence: i32, records: i32, padding: usize) -> Bytes {
        let mut builder = match self.idempotent {
            true => BatchBuilder::new().producer(self.id, 0, sequence),
            false => BatchBuilder::new(),
        };
        if self.transactional {
            builder = builder.transactional();
        }
        for n in 0..records {
            let mut text = value(self.id, sequence + n);
            text.push('#');
            text.extend(std::iter::repeat_n('x', padding));
            let key = self.keyed.then(|| key_of(sequence + n).to_be_bytes());
            let key = key.as_ref().map(|key| &key[..]);
            builder.push(i64::from(sequence + n), key, Some(text.as_bytes()), &[]);
        }
        builder.build().expect("a small batch can be built")
    }

    /// Makes a new batch, if there is room for it.
    pub fn make(&mut self, random: &SimRandom) {
        if self.in_transaction && self.is_idle() && random.below(4) == 0 {
            self.ending = Some((random.below(2) == 0, None));
        }
        if self.open.len() < MAX_OPEN && self.ending.is_none() {
            let records = 1 + i32::try_from(random.below(3)).unwrap_or(0);
            self.open.push_back(Open { sequence: self.next_sequence, records, sent: None });
            self.next_sequence += records;
        }
    }

    /// Whom to send to; one that claims to lead.
    pub fn choose(&mut self, leaders: &[NodeId], random: &SimRandom) {
        let known = self.target.is_some_and(|t| leaders.contains(&t));
        if !known && !leaders.is_empty() {
            let at = random.below(leaders.len() as u64) as usize;
            self.target = leaders.get(at).copied();
        }
    }

    /// The node to which this client sends.
    pub fn target(&self) -> Option<NodeId> {
        self.target
    }

    /// Sends what is not under way.
    pub fn send(&mut self, shard: &mut Shard, now_ms: i64, random: &SimRandom) {
        if std::mem::take(&mut self.resend) {
            self.open.iter_mut().for_each(|open| open.sent = None);
        }
        self.send_marker(shard, now_ms);
        for at in 0..self.open.len() {
            if self.open[at].sent.is_some() {
                continue;
            }
            let (sequence, records) = (self.open[at].sequence, self.open[at].records);
            // The same batch is the same bytes when it is sent again.
            let padding = usize::try_from(sequence % 7).unwrap_or(0) * 100;
            let batch = self.batch(sequence, records, padding);
            let (reply, answer) = oneshot::channel();
            let producer = ProducerRules { second_protocol: false, verified: self.guard };
            let options = AppendOptions::new(Acks::All).with_rules(producer);
            shard.handle(Input::Append { group: self.group, batch, options, reply }, now_ms);
            self.open[at].sent = Some((answer, now_ms));
            if random.below(4) == 0 {
                break;
            }
        }
    }

    fn send_marker(&mut self, shard: &mut Shard, now_ms: i64) {
        let Some((commit, sent @ None)) = &mut self.ending else { return };
        let (commit, coordinator_epoch) = (*commit, 0);
        let marker = Marker { producer_id: self.id, producer_epoch: 0, commit, coordinator_epoch };
        let (reply, answer) = oneshot::channel();
        let (batch, options) = (marker.batch(now_ms), AppendOptions::new(Acks::All));
        shard.handle(Input::Append { group: self.group, batch, options, reply }, now_ms);
        *sent = Some((answer, now_ms));
    }

    fn collect_marker(&mut self, now_ms: i64) -> Result<(), String> {
        let Some((_, sent @ Some(_))) = &mut self.ending else { return Ok(()) };
        let Some((answer, since_ms)) = sent else { return Ok(()) };
        match answer.try_recv() {
            Err(TryRecvError::Empty) if now_ms - *since_ms < PATIENCE_MS => {}
            Ok(Ok(_)) => {
                self.ending = None;
                (self.in_transaction, self.markers) = (false, self.markers + 1);
            }
            Ok(Err(PartitionError::InvalidProducerEpoch | PartitionError::CoordinatorFenced)) => {
                return Err(format!("producer {}: its marker was refused for good", self.id));
            }
            Ok(Err(PartitionError::NotLeader { leader })) => (*sent, self.target) = (None, leader),
            Ok(Err(_)) | Err(_) => (*sent, self.target) = (None, None),
        }
        Ok(())
    }

    /// Takes answers in. Returns the last offsets of what was acknowledged.
    ///
    /// # Errors
    /// When a promise is broken.
    pub fn collect(&mut self, now_ms: i64) -> Result<Vec<i64>, String> {
        self.collect_marker(now_ms)?;
        let mut acknowledged = Vec::new();
        for at in 0..self.open.len() {
            let open = &mut self.open[at];
            let Some((answer, since_ms)) = &mut open.sent else { continue };
            match answer.try_recv() {
                Err(TryRecvError::Empty) if now_ms - *since_ms < PATIENCE_MS => {}
                Err(_) => {
                    // Too slow, or the node is gone: what became of it is not known.
                    self.resend = true;
                    self.target = None;
                }
                Ok(Ok(appended)) => {
                    let entry = (appended.base_offset, open.records);
                    let before = self.acknowledged.insert(open.sequence, entry);
                    if before.is_some_and(|b| b != entry) {
                        return Err(format!(
                            "producer {}, sequence {}: acknowledged at {before:?} and at {entry:?}",
                            self.id, open.sequence
                        ));
                    }
                    acknowledged.push(appended.base_offset + i64::from(open.records) - 1);
                    open.records = 0;
                    self.in_transaction = self.transactional;
                }
                Ok(Err(error)) => self.refused(at, &error)?,
            }
        }
        self.open.retain(|open| open.records > 0);
        Ok(acknowledged)
    }

    fn refused(&mut self, at: usize, error: &PartitionError) -> Result<(), String> {
        self.resend = true;
        match error {
            PartitionError::NotLeader { leader } => self.target = *leader,
            PartitionError::OutOfOrderSequence
                if self.open.iter().take(at).all(|o| o.records == 0) =>
            {
                return Err(format!(
                    "producer {}, sequence {}: the partition has lost an acknowledged batch",
                    self.id, self.open[at].sequence
                ));
            }
            PartitionError::Unverified { guard } => self.guard = Some(*guard),
            PartitionError::OutOfOrderSequence
            | PartitionError::NotEnoughReplicas
            | PartitionError::NotEnoughReplicasAfterAppend
            | PartitionError::Overloaded => {}
            PartitionError::Fenced(_)
            | PartitionError::Storage(_)
            | PartitionError::ShuttingDown => self.target = None,
            other => return Err(format!("producer {}: {other}", self.id)),
        }
        Ok(())
    }
}
