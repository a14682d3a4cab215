//! Fetch sessions (KIP-227): what a consumer fetches is remembered, so that it names changes only
//! and hears of changes only.
//!
//! A node has a bounded number of slots. When all are taken, a session that was not used for two
//! minutes gives way; else one older than two minutes gives way to a larger one; else there is no
//! session, and the client fetches in full.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use headrace_env::Random;
use headrace_wire::messages::fetch::{FetchPartition, FetchTopic, PartitionData};
use headrace_wire::messages::{FetchRequest, FetchResponse};
use headrace_wire::{ErrorCode, Records, Str};
use uuid::Uuid;

/// Between two sessions' claims to a slot, Kafka's `min.incremental.fetch.session.eviction.ms`.
const EVICTION_MS: i64 = 120_000;
/// Partitions of one session; larger ones fetch in full.
const MAX_PARTITIONS: usize = 10_000;
/// A session that the client wants to begin, and one that it has given up.
const NEW: i32 = 0;
const NONE: i32 = -1;

/// A partition as requests and responses name it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    topic: Str,
    topic_id: Uuid,
    partition: i32,
}

impl Key {
    fn new(topic: &Str, topic_id: Uuid, partition: i32) -> Key {
        Key { topic: topic.detach(), topic_id, partition }
    }
}

struct Part {
    key: Key,
    ask: FetchPartition,
    /// What the client was told last; -1: nothing.
    high_watermark: i64,
    log_start: i64,
}

#[derive(Default)]
struct Session {
    by_id: bool,
    /// The epoch that the next request must name.
    epoch: i32,
    created_ms: i64,
    used_ms: i64,
    next: u64,
    /// In the order in which they are served: who got records goes to the end.
    parts: BTreeMap<u64, Part>,
    places: HashMap<Key, u64>,
}

impl Session {
    fn put(&mut self, key: Key, ask: FetchPartition) {
        if let Some(part) = self.places.get(&key).and_then(|place| self.parts.get_mut(place)) {
            part.ask = ask;
            return;
        }
        let part = Part { key: key.clone(), ask, high_watermark: -1, log_start: -1 };
        self.places.insert(key, self.next);
        self.parts.insert(self.next, part);
        self.next += 1;
    }

    fn forget(&mut self, key: &Key) {
        if let Some(place) = self.places.remove(key) {
            self.parts.remove(&place);
        }
    }

    fn topics(&self) -> Vec<FetchTopic> {
        let mut topics: Vec<FetchTopic> = Vec::new();
        for Part { key, ask, .. } in self.parts.values() {
            let same =
                |last: &&mut FetchTopic| last.topic == key.topic && last.topic_id == key.topic_id;
            match topics.last_mut().filter(same) {
                Some(last) => last.partitions.push(ask.clone()),
                None => topics.push(FetchTopic {
                    topic: key.topic.clone(),
                    topic_id: key.topic_id,
                    partitions: vec![ask.clone()],
                }),
            }
        }
        topics
    }

    /// Notes what the client will know, and whether it does not know it yet.
    fn tell(&mut self, key: &Key, data: &PartitionData) -> bool {
        let Some(&place) = self.places.get(key) else { return true };
        let Some(part) = self.parts.get_mut(&place) else { return true };
        let records = data.records.as_ref().is_some_and(|records| !Records::is_empty(records));
        let failed = data.error_code != 0;
        let news = records
            || failed
            || data.high_watermark != part.high_watermark
            || data.log_start_offset != part.log_start
            || data.diverging_epoch.end_offset >= 0
            || data.preferred_read_replica >= 0;
        // after an error the next answer is news in any case
        part.high_watermark = if failed { -1 } else { data.high_watermark };
        part.log_start = data.log_start_offset;
        if records {
            if let Some(part) = self.parts.remove(&place) {
                self.places.insert(part.key.clone(), self.next);
                self.parts.insert(self.next, part);
                self.next += 1;
            }
        }
        news
    }
}

/// What one request is to a session.
pub(crate) enum Turn {
    /// There is none.
    Alone,
    /// It begins one with these partitions.
    Begin { by_id: bool, topics: Vec<FetchTopic> },
    /// It goes on with one, in this epoch.
    GoOn { id: i32, next_epoch: i32 },
}

/// All sessions of a node.
pub(crate) struct FetchSessions {
    slots: usize,
    sessions: Mutex<HashMap<i32, Session>>,
}

impl FetchSessions {
    pub fn new(slots: usize) -> FetchSessions {
        FetchSessions { slots, sessions: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<i32, Session>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the request asks for in all, and what it is to its session.
    pub fn begin(
        &self,
        request: &mut FetchRequest,
        by_id: bool,
        now_ms: i64,
    ) -> Result<(Vec<FetchTopic>, Turn), ErrorCode> {
        let id = request.session_id;
        let topics = std::mem::take(&mut request.topics);
        if matches!(request.session_epoch, NEW | NONE) {
            // whatever it had before is over
            self.lock().remove(&id);
            let turn = match request.session_epoch {
                NEW => Turn::Begin { by_id, topics: topics.clone() },
                _ => Turn::Alone,
            };
            return Ok((topics, turn));
        }
        let mut sessions = self.lock();
        let session = sessions.get_mut(&id).ok_or(ErrorCode::FetchSessionIdNotFound)?;
        if session.epoch != request.session_epoch {
            return Err(ErrorCode::InvalidFetchSessionEpoch);
        }
        if session.by_id != by_id {
            return Err(ErrorCode::FetchSessionTopicIdError);
        }
        for topic in topics {
            for ask in topic.partitions {
                session.put(Key::new(&topic.topic, topic.topic_id, ask.partition), ask);
            }
        }
        for topic in &request.forgotten_topics_data {
            for &partition in &topic.partitions {
                session.forget(&Key::new(&topic.topic, topic.topic_id, partition));
            }
        }
        if session.parts.is_empty() {
            sessions.remove(&id);
            return Ok((Vec::new(), Turn::Alone));
        }
        if session.parts.len() > MAX_PARTITIONS {
            sessions.remove(&id);
            return Err(ErrorCode::FetchSessionIdNotFound);
        }
        session.used_ms = now_ms;
        session.epoch = session.epoch.checked_add(1).unwrap_or(1);
        Ok((session.topics(), Turn::GoOn { id, next_epoch: session.epoch }))
    }

    /// Leaves out of an answer what its client knows, and begins the session that was asked for.
    pub fn end(&self, turn: Turn, response: &mut FetchResponse, random: &dyn Random, now_ms: i64) {
        match turn {
            Turn::Alone => {}
            Turn::Begin { by_id, topics } => {
                let mut session = Session {
                    by_id,
                    epoch: 1,
                    created_ms: now_ms,
                    used_ms: now_ms,
                    ..Session::default()
                };
                for topic in topics {
                    for ask in topic.partitions {
                        session.put(Key::new(&topic.topic, topic.topic_id, ask.partition), ask);
                    }
                }
                tell(&mut session, response, false);
                response.session_id = self.keep(session, random, now_ms);
            }
            Turn::GoOn { id, next_epoch } => {
                let mut sessions = self.lock();
                let session = sessions.get_mut(&id).filter(|s| s.epoch == next_epoch);
                if let Some(session) = session {
                    tell(session, response, true);
                }
                response.session_id = id;
            }
        }
    }

    /// The id of the session, 0 if there is no slot for it.
    fn keep(&self, session: Session, random: &dyn Random, now_ms: i64) -> i32 {
        if session.parts.is_empty() || session.parts.len() > MAX_PARTITIONS {
            return 0;
        }
        let mut sessions = self.lock();
        if sessions.len() >= self.slots {
            let Some(id) = evictable(&sessions, session.parts.len(), now_ms) else { return 0 };
            sessions.remove(&id);
        }
        loop {
            let id = (random.next_u64() >> 33) as i32;
            if id > 0 && !sessions.contains_key(&id) {
                sessions.insert(id, session);
                return id;
            }
        }
    }
}

fn tell(session: &mut Session, response: &mut FetchResponse, changes_only: bool) {
    for topic in &mut response.responses {
        let (name, id) = (topic.topic.clone(), topic.topic_id);
        topic.partitions.retain(|data| {
            let news = session.tell(&Key::new(&name, id, data.partition_index), data);
            news || !changes_only
        });
    }
    response.responses.retain(|topic| !topic.partitions.is_empty());
}

/// Who gives way to a session of `size` partitions.
fn evictable(sessions: &HashMap<i32, Session>, size: usize, now_ms: i64) -> Option<i32> {
    let (&id, oldest) = sessions.iter().min_by_key(|(&id, s)| (s.used_ms, id))?;
    if now_ms - oldest.used_ms > EVICTION_MS {
        return Some(id);
    }
    let settled = sessions.iter().filter(|(_, s)| now_ms - s.created_ms > EVICTION_MS);
    let (&id, smallest) = settled.min_by_key(|(&id, s)| (s.parts.len(), id))?;
    (smallest.parts.len() < size).then_some(id)
}

#[cfg(test)]
mod tests {
    use headrace_env::sim::SimRandom;
    use headrace_wire::messages::fetch::{FetchableTopicResponse, ForgottenTopic};

    use super::*;

    fn asks(partitions: &[i32]) -> Vec<FetchTopic> {
        let ask = |&partition: &i32| FetchPartition { partition, ..Default::default() };
        let partitions: Vec<FetchPartition> = partitions.iter().map(ask).collect();
        match partitions.is_empty() {
            true => Vec::new(),
            false => {
                vec![FetchTopic { topic: Str::from("t"), partitions, ..Default::default() }]
            }
        }
    }

    fn request(session_id: i32, session_epoch: i32, partitions: &[i32]) -> FetchRequest {
        FetchRequest { session_id, session_epoch, topics: asks(partitions), ..Default::default() }
    }

    /// An answer with these partitions: index, high watermark, error, bytes of records.
    fn answer(partitions: &[(i32, i64, i16, usize)]) -> FetchResponse {
        let data =
            |&(partition_index, high_watermark, error_code, bytes): &(i32, i64, i16, usize)| {
                PartitionData {
                    partition_index,
                    high_watermark,
                    error_code,
                    records: Some(Records::from(bytes::Bytes::from(vec![0; bytes]))),
                    ..Default::default()
                }
            };
        let partitions = partitions.iter().map(data).collect();
        let topic =
            FetchableTopicResponse { topic: Str::from("t"), partitions, ..Default::default() };
        FetchResponse { responses: vec![topic], ..Default::default() }
    }

    fn indexes(topics: &[FetchTopic]) -> Vec<i32> {
        topics.iter().flat_map(|t| &t.partitions).map(|p| p.partition).collect()
    }

    fn told(response: &FetchResponse) -> Vec<i32> {
        let partitions = response.responses.iter().flat_map(|t| &t.partitions);
        partitions.map(|p| p.partition_index).collect()
    }

    /// Begins a session over `partitions` and returns its id.
    fn begun(sessions: &FetchSessions, partitions: &[i32], now_ms: i64) -> i32 {
        let mut first = request(0, NEW, partitions);
        let (asked, turn) = sessions.begin(&mut first, false, now_ms).expect("a full fetch");
        assert_eq!(indexes(&asked), partitions);
        let all: Vec<_> = partitions.iter().map(|&p| (p, 5, 0, 0)).collect();
        let mut response = answer(&all);
        sessions.end(turn, &mut response, &SimRandom::new(now_ms.unsigned_abs()), now_ms);
        assert_eq!(told(&response), partitions, "the first answer is whole");
        response.session_id
    }

    #[test]
    fn only_changes_are_asked_and_told() {
        let sessions = FetchSessions::new(10);
        let id = begun(&sessions, &[0, 1, 2], 0);
        assert_ne!(id, 0);
        let go_on = |epoch, add: &[i32], forget: &[i32], data: &[(i32, i64, i16, usize)]| {
            let mut request = request(id, epoch, add);
            request.forgotten_topics_data = vec![ForgottenTopic {
                topic: Str::from("t"),
                partitions: forget.to_vec(),
                ..Default::default()
            }];
            let (asked, turn) = sessions.begin(&mut request, false, 0).expect("a session");
            let mut response = answer(data);
            sessions.end(turn, &mut response, &SimRandom::new(1), 0);
            assert_eq!(response.session_id, id);
            (indexes(&asked), told(&response))
        };
        let quiet = [(0, 5, 0, 0), (1, 5, 0, 0), (2, 5, 0, 0)];
        assert_eq!(go_on(1, &[], &[], &quiet), (vec![0, 1, 2], vec![]));
        let some = [(0, 6, 0, 9), (1, 5, 0, 0), (2, 5, 0, 0)];
        assert_eq!(go_on(2, &[], &[], &some), (vec![0, 1, 2], vec![0]));
        let error = [(1, -1, 6, 0), (2, 5, 0, 0), (0, 6, 0, 0)];
        assert_eq!(go_on(3, &[], &[], &error), (vec![1, 2, 0], vec![1]), "0 had its turn");
        let well = [(1, 5, 0, 0), (2, 5, 0, 0), (3, 5, 0, 0)];
        assert_eq!(go_on(4, &[3], &[0], &well), (vec![1, 2, 3], vec![1, 3]));
    }

    #[test]
    fn ids_epochs_and_kinds_of_names_must_fit() {
        let sessions = FetchSessions::new(10);
        let id = begun(&sessions, &[0], 0);
        let refused = |request: &mut FetchRequest, by_id| {
            sessions.begin(request, by_id, 0).err().expect("is refused")
        };
        let unknown = refused(&mut request(id ^ 1, 1, &[]), false);
        assert_eq!(unknown, ErrorCode::FetchSessionIdNotFound);
        assert_eq!(refused(&mut request(0, 1, &[]), false), ErrorCode::FetchSessionIdNotFound);
        let late = refused(&mut request(id, 2, &[]), false);
        assert_eq!(late, ErrorCode::InvalidFetchSessionEpoch);
        let named = refused(&mut request(id, 1, &[]), true);
        assert_eq!(named, ErrorCode::FetchSessionTopicIdError);
        assert!(sessions.begin(&mut request(id, NONE, &[0]), false, 0).is_ok());
        let over = refused(&mut request(id, 1, &[]), false);
        assert_eq!(over, ErrorCode::FetchSessionIdNotFound, "the client gave it up");
    }

    #[test]
    fn slots_are_bounded_and_go_to_who_uses_them() {
        let sessions = FetchSessions::new(2);
        let (a, b) = (begun(&sessions, &[0], 0), begun(&sessions, &[0, 1], 1));
        assert_eq!(begun(&sessions, &[0, 1, 2], 2), 0, "both are young");
        let use_at = |id, epoch, now_ms| {
            sessions.begin(&mut request(id, epoch, &[]), false, now_ms).map(|_| ())
        };
        let later = EVICTION_MS + 10;
        assert_eq!(use_at(a, 1, later), Ok(()));
        assert_eq!(use_at(b, 1, later), Ok(()));
        assert_eq!(begun(&sessions, &[7], later), 0, "no larger than any");
        let c = begun(&sessions, &[7, 8], later);
        assert_ne!(c, 0, "larger than the first");
        assert_eq!(use_at(a, 2, later), Err(ErrorCode::FetchSessionIdNotFound));
        assert_eq!(use_at(c, 1, 3 * later), Ok(()));
        assert_ne!(begun(&sessions, &[7], 3 * later), 0, "the other was silent for long");
        assert_eq!(use_at(b, 2, 3 * later), Err(ErrorCode::FetchSessionIdNotFound));
    }
}
