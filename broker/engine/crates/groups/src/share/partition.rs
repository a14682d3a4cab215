//! One share partition: who has which record, and what became of it (KIP-932).
//!
//! ```text
//!                 acquire                accept
//!   Available ───────────────▶ Acquired ────────▶ Acknowledged
//!       ▲                       │     │  reject, gap
//!       └── release, time-out ──┘     └─────────▶ Archived
//!              (the last delivery allowed: Archived too)
//! ```
//!
//! Records between `start` and `end` that are in none of these states any more are done and are not
//! kept: what is not in the window has nobody waiting for it. A change of state is made at once,
//! but its records can be neither acquired nor acknowledged until [`SharePartition::settle`] tells
//! whether it became durable.

use std::collections::BTreeMap;
use std::sync::Arc;

use headrace_wire::messages::share_acknowledge::AcknowledgementBatch;
use headrace_wire::messages::share_fetch::AcquiredRecords;
use headrace_wire::ErrorCode;

use super::state::StateBatch;

/// Offsets that a restored window may span; anything beyond is taken for not yet delivered.
const MAX_RESTORED: i64 = 1 << 20;

/// How a record's delivery ended, or did not, as Kafka's records number it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i8)]
pub enum Delivery {
    /// It can be delivered.
    Available = 0,
    /// It was processed.
    Acknowledged = 2,
    /// Nobody will get it (again).
    Archived = 4,
}

/// What a member says of a record, by Kafka's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Acknowledge {
    Gap,
    Accept,
    Release,
    Reject,
    Renew,
}

impl Acknowledge {
    fn parse(number: i8) -> Result<Self, ErrorCode> {
        Ok(match number {
            0 => Acknowledge::Gap,
            1 => Acknowledge::Accept,
            2 => Acknowledge::Release,
            3 => Acknowledge::Reject,
            4 => Acknowledge::Renew,
            _ => return Err(ErrorCode::InvalidRequest),
        })
    }
}

/// What bounds a share partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// `share.delivery.count.limit`
    pub deliveries: i16,
    /// `share.partition.max.record.locks`: offsets in the window.
    pub window: usize,
    /// `share.record.lock.duration.ms`
    pub lock_ms: i64,
}

/// How many records one fetch takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appetite {
    /// Stop after so many: at the end of the batch that reaches it, or `strict`ly.
    pub records: usize,
    /// Cut a batch rather than take more.
    pub strict: bool,
    /// Ranges of about this many records are handed out.
    pub range: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    Available,
    Acquired {
        member: Arc<str>,
        until_ms: i64,
    },
    /// Done; kept only until that is durable.
    Done(Delivery),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct InFlight {
    state: State,
    deliveries: i16,
    /// A change waits to become durable.
    settling: bool,
}

/// Changes that have to be written before they count.
#[derive(Debug, PartialEq, Eq)]
pub struct Update {
    /// What to write: the first offset that is not done.
    pub start: i64,
    /// Offsets from there on that are done.
    pub complete: i32,
    /// What to write: the states of the changed offsets.
    pub batches: Vec<StateBatch>,
    /// The states before, for changes that a failure takes back.
    undo: Vec<(i64, State)>,
    changed: Vec<i64>,
}

/// The records in flight of one partition in one share group.
#[derive(Clone, Debug)]
pub struct SharePartition {
    limits: Limits,
    start: i64,
    end: i64,
    records: BTreeMap<i64, InFlight>,
}

impl SharePartition {
    /// A window that begins at `start` with what is known of the offsets from there on.
    pub fn new(limits: Limits, start: i64, known: &[StateBatch]) -> Self {
        let end = known.iter().map(|batch| batch.last_offset.saturating_add(1)).max();
        let end = end.unwrap_or(start).clamp(start, start.saturating_add(MAX_RESTORED));
        let fresh = InFlight { state: State::Available, deliveries: 0, settling: false };
        let mut records: BTreeMap<i64, InFlight> =
            (start..end).map(|offset| (offset, fresh.clone())).collect();
        for batch in known {
            for (_, record) in records.range_mut(clamped(batch.first_offset, batch.last_offset)) {
                record.deliveries = batch.delivery_count;
                if batch.delivery_state != Delivery::Available as i8 {
                    record.state = State::Done(Delivery::Archived);
                }
            }
        }
        records.retain(|_, record| record.state == State::Available);
        let mut window = SharePartition { limits, start, end, records };
        window.advance();
        window
    }

    /// Takes changed limits, for what comes.
    pub fn configure(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// The first offset that is not done.
    pub fn start(&self) -> i64 {
        self.start
    }

    /// The offset after the last that was ever acquired.
    pub fn end(&self) -> i64 {
        self.end
    }

    /// Where to read for records that can be acquired; none while the window is full.
    pub fn next_fetch(&self) -> Option<i64> {
        let available = self.records.iter().find(|(_, record)| record.is_available());
        match available {
            Some((offset, _)) => Some(*offset),
            None => (self.room() > 0).then_some(self.end),
        }
    }

    fn room(&self) -> usize {
        let used = usize::try_from(self.end - self.start).unwrap_or(usize::MAX);
        self.limits.window.saturating_sub(used)
    }

    /// Gives `member` what it may have of `batches` (first and last offsets, rising): all that can
    /// be delivered of the log from `read.0` up to, not including, `read.1`.
    pub fn acquire(
        &mut self,
        member: &str,
        read: (i64, i64),
        batches: &[(i64, i64)],
        appetite: Appetite,
        now_ms: i64,
    ) -> Vec<AcquiredRecords> {
        let until_ms = now_ms.saturating_add(self.limits.lock_ms);
        let member: Arc<str> = Arc::from(member);
        let mut ranges: Vec<AcquiredRecords> = Vec::new();
        let (mut taken, mut read_to) = (0, read.0.max(self.start));
        for &(first, last) in batches {
            if taken >= appetite.records {
                break;
            }
            // what lies between two batches nobody will ever get
            self.forget(read_to, first.saturating_sub(1));
            let in_batch = taken;
            for offset in first.max(self.start)..=last {
                if appetite.strict && taken >= appetite.records {
                    break;
                }
                let Some(deliveries) = self.take(offset, &member, until_ms) else { continue };
                let cut =
                    taken == in_batch && ranges.last().is_some_and(|r| length(r) >= appetite.range);
                extend(&mut ranges, offset, deliveries, cut);
                taken += 1;
            }
            read_to = last.saturating_add(1);
        }
        if batches.last().is_none_or(|(_, last)| self.end > *last && read_to > *last) {
            self.forget(read_to, read.1.saturating_sub(1));
            self.end = self.end.max(read.1);
            self.advance();
        }
        ranges
    }

    /// Acquires one offset, if it can be; how often it is delivered with this.
    fn take(&mut self, offset: i64, member: &Arc<str>, until_ms: i64) -> Option<i16> {
        let state = State::Acquired { member: Arc::clone(member), until_ms };
        if offset < self.end {
            let record = self.records.get_mut(&offset).filter(|record| record.is_available())?;
            record.state = state;
            record.deliveries = record.deliveries.saturating_add(1);
            return Some(record.deliveries);
        }
        if self.records.is_empty() {
            // nothing is in flight: the window begins anew here
            self.start = offset;
            self.end = offset;
        }
        if self.room() == 0 {
            return None;
        }
        self.records.insert(offset, InFlight { state, deliveries: 1, settling: false });
        self.end = offset + 1;
        Some(1)
    }

    /// Drops records that were to be delivered but that the log does not have (any more).
    fn forget(&mut self, first: i64, last: i64) {
        let range = self.records.range(clamped(first, last));
        let gone: Vec<i64> = range.filter(|(_, r)| r.is_available()).map(|(o, _)| *o).collect();
        for offset in gone {
            self.records.remove(&offset);
        }
        self.advance();
    }

    /// The log begins at `log_start` now.
    pub fn trim(&mut self, log_start: i64) {
        if log_start > self.start {
            self.forget(self.start, log_start - 1);
            self.end = self.end.max(log_start);
            self.advance();
        }
    }

    /// Takes a member's word for records that it has: all of it or nothing.
    ///
    /// # Errors
    /// `INVALID_REQUEST` for what makes no sense, `INVALID_RECORD_STATE` for records that the
    /// member does not have (any more).
    pub fn acknowledge(
        &mut self,
        member: &str,
        batches: &[AcknowledgementBatch],
        now_ms: i64,
    ) -> Result<Update, ErrorCode> {
        let mut said = Vec::new();
        for batch in batches {
            self.check(member, batch, &mut said)?;
        }
        let until_ms = now_ms.saturating_add(self.limits.lock_ms);
        let mut changes = Vec::with_capacity(said.len());
        for (offset, word) in said {
            let Some(record) = self.records.get_mut(&offset) else { continue };
            let state = match word {
                Acknowledge::Accept => State::Done(Delivery::Acknowledged),
                Acknowledge::Gap | Acknowledge::Reject => State::Done(Delivery::Archived),
                Acknowledge::Release => released(record.deliveries, self.limits.deliveries),
                Acknowledge::Renew => {
                    if let State::Acquired { until_ms: until, .. } = &mut record.state {
                        *until = until_ms;
                    }
                    continue;
                }
            };
            changes.push((offset, state));
        }
        Ok(self.change(changes, true))
    }

    /// Collects what one batch says of each offset.
    fn check(
        &self,
        member: &str,
        batch: &AcknowledgementBatch,
        said: &mut Vec<(i64, Acknowledge)>,
    ) -> Result<(), ErrorCode> {
        let (first, last) = (batch.first_offset, batch.last_offset);
        if first < 0 || last < first || last >= self.end {
            return Err(ErrorCode::InvalidRequest);
        }
        let types: Vec<Acknowledge> = batch
            .acknowledge_types
            .iter()
            .map(|number| Acknowledge::parse(*number))
            .collect::<Result<_, _>>()?;
        let one_each = i64::try_from(types.len()) == Ok(last - first + 1);
        if types.is_empty() || (types.len() > 1 && !one_each) {
            return Err(ErrorCode::InvalidRequest);
        }
        // what lies before the window was done by time or retention: nobody minds
        for offset in first.max(self.start)..=last {
            let mine = self.records.get(&offset).is_some_and(|record| record.is_of(member));
            if !mine {
                return Err(ErrorCode::InvalidRecordState);
            }
            let at = usize::try_from(offset - first).unwrap_or(0);
            let word = types.get(at).or(types.first()).copied();
            let listed = said.last().is_none_or(|(before, _)| *before < offset);
            match word.filter(|_| listed) {
                Some(word) => said.push((offset, word)),
                None => return Err(ErrorCode::InvalidRequest),
            }
        }
        Ok(())
    }

    /// Takes back all that `member` has: its session is over.
    pub fn release(&mut self, member: &str) -> Option<Update> {
        self.take_back(|state| matches!(state, State::Acquired { member: m, .. } if **m == *member))
    }

    /// Takes back what nobody acknowledged in time.
    pub fn expire(&mut self, now_ms: i64) -> Option<Update> {
        self.take_back(
            |state| matches!(state, State::Acquired { until_ms, .. } if *until_ms <= now_ms),
        )
    }

    fn take_back(&mut self, which: impl Fn(&State) -> bool) -> Option<Update> {
        let limit = self.limits.deliveries;
        let found = self.records.iter().filter(|(_, r)| !r.settling && which(&r.state));
        let changes: Vec<_> = found.map(|(o, r)| (*o, released(r.deliveries, limit))).collect();
        (!changes.is_empty()).then(|| self.change(changes, false))
    }

    fn change(&mut self, changes: Vec<(i64, State)>, revocable: bool) -> Update {
        let (mut undo, mut changed) = (Vec::new(), Vec::with_capacity(changes.len()));
        for (offset, state) in changes {
            let Some(record) = self.records.get_mut(&offset) else { continue };
            let before = std::mem::replace(&mut record.state, state);
            record.settling = true;
            if revocable {
                undo.push((offset, before));
            }
            changed.push(offset);
        }
        let live = |record: &InFlight| !matches!(record.state, State::Done(_));
        let start = self.records.iter().find(|(_, r)| live(r)).map_or(self.end, |(o, _)| *o);
        let open = self.records.range(start..).filter(|(_, r)| live(r)).count();
        let open = i64::try_from(open).unwrap_or(i64::MAX);
        let complete = i32::try_from(self.end - start - open).unwrap_or(i32::MAX);
        let mut batches: Vec<StateBatch> = Vec::new();
        for &offset in changed.iter().filter(|&&offset| offset >= start) {
            let Some(record) = self.records.get(&offset) else { continue };
            let delivery_state = match record.state {
                State::Done(delivery) => delivery as i8,
                _ => Delivery::Available as i8,
            };
            let delivery_count = record.deliveries;
            match batches.last_mut() {
                Some(last)
                    if last.last_offset + 1 == offset
                        && last.delivery_state == delivery_state
                        && last.delivery_count == delivery_count =>
                {
                    last.last_offset = offset;
                }
                _ => batches.push(StateBatch {
                    first_offset: offset,
                    last_offset: offset,
                    delivery_state,
                    delivery_count,
                }),
            }
        }
        Update { start, complete, batches, undo, changed }
    }

    /// The changes are durable, or (`!durable`) may not be: then a member's word is taken back.
    pub fn settle(&mut self, update: Update, durable: bool) {
        for offset in update.changed {
            if let Some(record) = self.records.get_mut(&offset) {
                record.settling = false;
            }
        }
        for (offset, before) in update.undo {
            if let Some(record) = self.records.get_mut(&offset).filter(|_| !durable) {
                record.state = before;
            }
        }
        self.records.retain(|_, record| record.settling || !record.is_done());
        self.advance();
    }

    fn advance(&mut self) {
        let first = self.records.keys().next().copied();
        self.start = first.unwrap_or(self.end).max(self.start);
        self.end = self.end.max(self.start);
    }
}

impl InFlight {
    fn is_available(&self) -> bool {
        self.state == State::Available && !self.settling
    }

    fn is_done(&self) -> bool {
        matches!(self.state, State::Done(_))
    }

    fn is_of(&self, member: &str) -> bool {
        let acquired = matches!(&self.state, State::Acquired { member: m, .. } if **m == *member);
        acquired && !self.settling
    }
}

impl Update {
    /// Nothing changed that has to be written.
    pub fn is_empty(&self) -> bool {
        self.changed.is_empty()
    }
}

/// What becomes of a record that comes back after so many deliveries.
fn released(deliveries: i16, limit: i16) -> State {
    match deliveries >= limit {
        true => State::Done(Delivery::Archived),
        false => State::Available,
    }
}

/// A range that `BTreeMap` takes: empty instead of inverted.
fn clamped(first: i64, last: i64) -> std::ops::Range<i64> {
    first..last.saturating_add(1).max(first)
}

fn length(range: &AcquiredRecords) -> usize {
    usize::try_from(range.last_offset - range.first_offset + 1).unwrap_or(usize::MAX)
}

/// Adds an offset to the last range, or begins a new one.
fn extend(ranges: &mut Vec<AcquiredRecords>, offset: i64, delivery_count: i16, cut: bool) {
    match ranges.last_mut() {
        Some(last)
            if !cut && last.last_offset + 1 == offset && last.delivery_count == delivery_count =>
        {
            last.last_offset = offset;
        }
        _ => {
            ranges.push(AcquiredRecords {
                first_offset: offset,
                last_offset: offset,
                delivery_count,
            });
        }
    }
}
