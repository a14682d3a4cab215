//! What a store does now and then: closing old segments, retention.

use bytes::Bytes;

use crate::frame::Change;
use crate::group::GroupLog;
use crate::segment::NO_TIMESTAMP_MS;
use crate::types::{LogStart, Removable};
use crate::{GroupId, Store, StoreError};

/// A `segment.ms` or `retention.ms` below this is looked at in every round.
const SHORT_AGE_MS: i64 = 300_000;

impl Store {
    /// Called about once a second. Closes segments by age, deletes those that retention has given
    /// up. `bounds` says what of a group may go.
    ///
    /// Age is by the records' own time stamps, so a record can be too old when it arrives. Limits
    /// of five minutes and more therefore count only in rounds that ask for it
    /// ([`Removable::by_age`]): its readers have until then, as in Apache Kafka, and a producer of
    /// old records does not close a segment in every round.
    ///
    /// # Errors
    /// `Poisoned`, `Io`.
    pub fn maintain(
        &mut self,
        now_ms: i64,
        bounds: &dyn Fn(GroupId) -> Removable,
    ) -> Result<(), StoreError> {
        self.usable()?;
        let disk = self.disk.clone();
        for id in self.groups() {
            let removable = bounds(id);
            let log = self.logs.get_mut(&id).expect("listed");
            if log.active_is_old(now_ms, &removable) {
                let rolled = log.roll(&*disk);
                self.guard(rolled)?;
            }
            let log = &self.logs[&id];
            if let Some(start) = log.retained_start(now_ms, &removable) {
                let place = LogStart { app: Bytes::new(), ..start.clone() };
                self.move_start(id, start, Change::Retain(place));
            }
        }
        Ok(())
    }
}

impl GroupLog {
    /// The active segment should be closed: by age, or because retention has passed it by.
    fn active_is_old(&self, now_ms: i64, removable: &Removable) -> bool {
        let Some(active) = self.with(|state| state.segments.last().cloned()) else {
            return false;
        };
        active.with(|body| {
            let empty = body.next_index == active.header.base_index;
            let first = body.first_timestamp_ms;
            let segment_ms = self.config.segment_ms;
            let aged = (removable.by_age || segment_ms < SHORT_AGE_MS)
                && now_ms.saturating_sub(first) >= segment_ms;
            let expired = self.expired(body.max_timestamp_ms, now_ms, removable);
            let old = first != NO_TIMESTAMP_MS && (aged || expired);
            let deleted = body.next_offset > active.header.base_offset
                && body.next_offset <= removable.deleted_before;
            !empty && (old || deleted)
        })
    }

    fn expired(&self, newest_ms: i64, now_ms: i64, removable: &Removable) -> bool {
        let keep_ms = self.config.retention_ms;
        let looked_at = keep_ms >= 0 && (removable.by_age || keep_ms < SHORT_AGE_MS);
        looked_at && now_ms.saturating_sub(newest_ms) > keep_ms
    }

    /// Where the log begins when retention is applied, if that is later than now.
    fn retained_start(&self, now_ms: i64, removable: &Removable) -> Option<LogStart> {
        let segments = self.with(|state| state.segments.clone());
        let mut size_bytes: u64 = segments.iter().map(|segment| segment.len()).sum();
        let keep_bytes = u64::try_from(self.config.retention_bytes).ok();
        let mut start = None;
        let closed = segments.len().saturating_sub(1);
        for segment in &segments[..closed] {
            let (len, next_index, next_offset, newest_ms) =
                segment.with(|b| (b.len, b.next_index, b.next_offset, b.max_timestamp_ms));
            let too_large = keep_bytes.is_some_and(|keep| size_bytes - len >= keep);
            let too_old = self.expired(newest_ms, now_ms, removable);
            let index = next_index - 1;
            let deleted = next_offset <= removable.deleted_before;
            if !(too_large || too_old || deleted) || index > removable.upto_index {
                break;
            }
            size_bytes -= len;
            let term = self.term_at(index)?;
            start = Some(LogStart { index, term, offset: next_offset, app: self.start().app });
        }
        start.filter(|start| start.index > self.start().index)
    }
}
