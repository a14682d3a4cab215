//! Share groups: tables of what happens, and random schedules with what must hold in all of them.

use std::collections::{BTreeMap, BTreeSet};

use headrace_groups::records::Record;
use headrace_groups::share::{
    assign, Appetite, GroupsConfig, Heartbeat, Limits, MemberKey, Sessions, ShareGroups,
    SharePartition, ShareStates, StateBatch, StateKey, StateWrite, Update, CLOSE, OPEN,
};
use headrace_wire::messages::share_acknowledge::AcknowledgementBatch;
use headrace_wire::messages::{ShareGroupHeartbeatRequest, ShareGroupHeartbeatResponse};
use headrace_wire::{ErrorCode, Str};
use proptest::prelude::*;
use uuid::Uuid;

const LIMITS: Limits = Limits { deliveries: 3, window: 20, lock_ms: 1_000 };
const HUNGRY: Appetite = Appetite { records: 100, strict: false, range: 100 };

fn acks(first_offset: i64, last_offset: i64, types: &[i8]) -> Vec<AcknowledgementBatch> {
    let acknowledge_types = types.to_vec();
    vec![AcknowledgementBatch { first_offset, last_offset, acknowledge_types }]
}

/// Acquires from one batch; first and last offset and the count of each range.
fn take(window: &mut SharePartition, member: &str, batch: (i64, i64)) -> Vec<(i64, i64, i16)> {
    let from = window.next_fetch().expect("room");
    let ranges = window.acquire(member, (from, batch.1 + 1), &[batch], HUNGRY, 0);
    ranges.iter().map(|r| (r.first_offset, r.last_offset, r.delivery_count)).collect()
}

/// What was to be written, once it is.
fn durable(
    window: &mut SharePartition,
    update: Result<Update, ErrorCode>,
) -> (i64, i32, Vec<StateBatch>) {
    let update = update.expect("accepted");
    let written = (update.start, update.complete, update.batches.clone());
    window.settle(update, true);
    written
}

#[test]
fn what_members_say_decides() {
    let mut window = SharePartition::new(LIMITS, 0, &[]);
    assert_eq!(take(&mut window, "a", (0, 9)), [(0, 9, 1)]);
    // accept 0-3, release 4-5, reject 6, gap 7; 8 and 9 stay
    let update = window.acknowledge("a", &acks(0, 7, &[1, 1, 1, 1, 2, 2, 3, 0]), 0);
    let written = durable(&mut window, update);
    assert_eq!((written.0, written.1), (4, 2));
    let states: Vec<_> =
        written.2.iter().map(|b| (b.first_offset, b.last_offset, b.delivery_state)).collect();
    assert_eq!(states, [(4, 5, 0), (6, 7, 4)]);
    assert_eq!(window.next_fetch(), Some(4));
    assert_eq!(take(&mut window, "b", (0, 9)), [(4, 5, 2)], "what came back, for the second time");
    let refused = |window: &mut SharePartition, member, from, to, types: &[i8]| {
        window.acknowledge(member, &acks(from, to, types), 0).expect_err("refused")
    };
    for (member, from, to, types, code) in [
        ("a", 4, 5, &[1][..], ErrorCode::InvalidRecordState),
        ("b", 4, 8, &[1], ErrorCode::InvalidRecordState),
        ("b", 6, 6, &[1], ErrorCode::InvalidRecordState),
        ("b", 4, 5, &[1, 1, 1], ErrorCode::InvalidRequest),
        ("b", 4, 5, &[9], ErrorCode::InvalidRequest),
        ("b", 5, 4, &[1], ErrorCode::InvalidRequest),
        ("b", 4, 100, &[1], ErrorCode::InvalidRequest),
        ("b", 4, 5, &[], ErrorCode::InvalidRequest),
    ] {
        assert_eq!(refused(&mut window, member, from, to, types), code, "{member} {from}-{to}");
    }
    let before_the_window = window.acknowledge("a", &acks(0, 3, &[1]), 0).expect("nobody minds");
    assert!(before_the_window.is_empty());
}

#[test]
fn a_change_counts_when_it_is_durable() {
    let mut window = SharePartition::new(LIMITS, 5, &[]);
    take(&mut window, "a", (5, 6));
    let update = window.acknowledge("a", &acks(5, 6, &[1]), 0).expect("accepted");
    let twice = window.acknowledge("a", &acks(5, 6, &[1]), 0).expect_err("under way");
    assert_eq!((twice, window.start()), (ErrorCode::InvalidRecordState, 5));
    window.settle(update, false);
    let update = window.acknowledge("a", &acks(5, 6, &[1]), 0).expect("it has them still");
    window.settle(update, true);
    assert_eq!((window.start(), window.end()), (7, 7));
}

#[test]
fn locks_end_and_are_renewed_and_deliveries_are_limited() {
    let mut window = SharePartition::new(LIMITS, 0, &[]);
    for round in 1..=3 {
        assert_eq!(take(&mut window, "a", (0, 0)), [(0, 0, round)]);
        assert!(window.expire(999).is_none());
        let renewed = window.acknowledge("a", &acks(0, 0, &[4]), 500).expect("renewed");
        assert!(renewed.is_empty() && window.expire(1_400).is_none());
        let update = window.expire(1_500).expect("over");
        window.settle(update, true);
    }
    assert_eq!((window.start(), window.next_fetch()), (1, Some(1)), "the limit is reached");
}

#[test]
fn a_lost_session_gives_back_all_at_once() {
    let mut window = SharePartition::new(LIMITS, 0, &[]);
    take(&mut window, "a", (0, 3));
    assert!(window.release("b").is_none());
    let update = window.release("a").expect("four records");
    assert_eq!(window.next_fetch(), Some(4), "not before it is durable");
    window.settle(update, false);
    assert_eq!(take(&mut window, "b", (0, 3)), [(0, 3, 2)], "and even if that fails");
}

#[test]
fn a_fetch_takes_what_it_wants_and_the_window_allows() {
    let batches = [(0, 4), (5, 9), (10, 14), (15, 19), (20, 24)];
    let ranges = |appetite| {
        let mut window = SharePartition::new(LIMITS, 0, &[]);
        let taken = window.acquire("a", (0, 25), &batches, appetite, 0);
        taken.iter().map(|r| (r.first_offset, r.last_offset)).collect::<Vec<_>>()
    };
    let appetite = |records, strict, range| Appetite { records, strict, range };
    assert_eq!(ranges(appetite(7, false, 100)), [(0, 9)], "whole batches");
    assert_eq!(ranges(appetite(7, true, 100)), [(0, 6)], "no more than it said");
    assert_eq!(ranges(appetite(100, false, 10)), [(0, 9), (10, 19)], "20 is the window");
    let mut window = SharePartition::new(LIMITS, 0, &[]);
    window.acquire("a", (0, 25), &batches, HUNGRY, 0);
    assert_eq!(window.next_fetch(), None, "full");
}

#[test]
fn what_the_log_has_no_more_is_passed_over() {
    let mut window = SharePartition::new(LIMITS, 0, &[]);
    let taken = window.acquire("a", (0, 12), &[(3, 4), (8, 8)], HUNGRY, 0);
    let ranges: Vec<_> = taken.iter().map(|r| (r.first_offset, r.last_offset)).collect();
    assert_eq!((ranges, window.next_fetch()), (vec![(3, 4), (8, 8)], Some(12)));
    let update = window.acknowledge("a", &acks(3, 4, &[2]), 0).expect("released");
    window.settle(update, true);
    window.trim(4);
    assert_eq!((window.start(), window.next_fetch()), (4, Some(4)));
    assert!(window.acquire("a", (4, 8), &[], HUNGRY, 0).is_empty(), "only a marker was read");
    assert_eq!(window.next_fetch(), Some(12));
    window.trim(30);
    assert_eq!((window.start(), window.end()), (8, 30), "8 is still with its member");
}

#[test]
fn sessions_count_their_requests() {
    let mut sessions = Sessions::new(2);
    let key = |member: &str| MemberKey { group: "g".into(), member: member.into() };
    assert_eq!(sessions.advance(&key("a"), 1, 7), Err(ErrorCode::ShareSessionNotFound));
    assert_eq!(sessions.advance(&key("a"), OPEN, 7), Ok(()));
    assert_eq!(sessions.advance(&key("a"), 2, 7), Err(ErrorCode::InvalidShareSessionEpoch));
    assert_eq!(sessions.advance(&key("a"), 1, 7), Ok(()));
    assert_eq!(sessions.advance(&key("b"), OPEN, 8), Ok(()));
    assert_eq!(sessions.advance(&key("c"), OPEN, 8), Err(ErrorCode::ShareSessionLimitReached));
    let (one, two) = ((Uuid::from_u128(1), 0), (Uuid::from_u128(1), 1));
    sessions.change(&key("a"), [one, two], []);
    let (first, second) = (sessions.places(&key("a")), sessions.places(&key("a")));
    assert!(first.len() == 2 && first != second, "each partition comes first in turn");
    sessions.change(&key("a"), [], [one]);
    assert_eq!(sessions.places(&key("a")), [two]);
    assert_eq!(sessions.disconnected(8), [key("b")]);
    assert_eq!(sessions.advance(&key("a"), CLOSE, 7), Ok(()));
    assert!(sessions.close(&key("a")) && !sessions.any_of("g"));
}

#[test]
fn everybody_gets_something_and_everything_is_read() {
    for members in 1..8usize {
        for partitions in 1..8i32 {
            let wants: BTreeSet<String> = ["t".to_owned()].into();
            let names: Vec<String> = (0..members).map(|n| format!("m{n}")).collect();
            let asked = names.iter().map(|name| (&**name, &wants)).collect();
            let given = assign(&asked, &|_| Some((Uuid::from_u128(9), partitions)));
            let sizes: Vec<usize> =
                given.values().map(|topics| topics.values().map(Vec::len).sum()).collect();
            let read: BTreeSet<i32> =
                given.values().flat_map(|t| t.values()).flatten().copied().collect();
            assert_eq!(read, (0..partitions).collect(), "{members} {partitions}");
            let (least, most) = (sizes.iter().min(), sizes.iter().max());
            assert!(least >= Some(&1) && most <= least.map(|n| n + 1).as_ref(), "{sizes:?}");
        }
    }
}

/// The share groups, and the log that makes them.
#[derive(Default)]
struct Groups {
    groups: ShareGroups,
    log: Vec<Record>,
}

const CONFIG: GroupsConfig =
    GroupsConfig { session_timeout_ms: 100, heartbeat_interval_ms: 10, max_members: 2 };

fn topics(name: &str) -> Option<(Uuid, i32)> {
    (name == "t").then(|| (Uuid::from_u128(5), 4))
}

impl Groups {
    fn beat(
        &mut self,
        now_ms: i64,
        member: &str,
        member_epoch: i32,
        names: Option<&[&str]>,
    ) -> Result<ShareGroupHeartbeatResponse, ErrorCode> {
        let request = ShareGroupHeartbeatRequest {
            group_id: Str::from("g"),
            member_id: Str::from(member),
            member_epoch,
            subscribed_topic_names: names.map(|n| n.iter().map(|n| Str::from(*n)).collect()),
            ..Default::default()
        };
        let heartbeat =
            Heartbeat { request, client_id: "c".into(), client_host: "/127.0.0.1".into() };
        let outcome = self.groups.heartbeat(now_ms, &heartbeat, &CONFIG, &topics);
        let (mut records, response) = outcome.map_err(|refused| refused.0)?;
        self.log.append(&mut records);
        Ok(response)
    }

    /// As another node would find them.
    fn moved(&self) -> ShareGroups {
        let mut groups = ShareGroups::default();
        for record in &self.log {
            groups.load(&record.key, record.value.as_ref());
        }
        groups
    }
}

fn partitions(response: &ShareGroupHeartbeatResponse) -> Option<Vec<i32>> {
    let assignment = response.assignment.as_ref()?;
    Some(assignment.topic_partitions.iter().flat_map(|t| t.partitions.clone()).collect())
}

#[test]
fn members_come_and_go() {
    let mut world = Groups::default();
    assert_eq!(world.beat(0, "a", 3, None).expect_err("new"), ErrorCode::GroupIdNotFound);
    assert_eq!(world.beat(0, "a", 0, None).expect_err("no topics"), ErrorCode::InvalidRequest);
    assert_eq!(world.beat(0, "", 0, Some(&["t"])).expect_err("id"), ErrorCode::InvalidRequest);
    let joined = world.beat(0, "a", 0, Some(&["t", "gone"])).expect("joined");
    assert_eq!((joined.member_epoch, partitions(&joined)), (1, Some(vec![0, 1, 2, 3])));
    let quiet = world.beat(10, "a", 1, None).expect("goes on");
    assert_eq!((quiet.member_epoch, partitions(&quiet)), (1, None));
    let second = world.beat(20, "b", 0, Some(&["t"])).expect("joined");
    assert_eq!((second.member_epoch, partitions(&second).map(|p| p.len())), (2, Some(2)));
    assert_eq!(
        world.beat(20, "c", 0, Some(&["t"])).expect_err("full"),
        ErrorCode::GroupMaxSizeReached
    );
    assert_eq!(world.beat(20, "b", 7, None).expect_err("ahead"), ErrorCode::FencedMemberEpoch);
    let less = world.beat(30, "a", 1, None).expect("learns of it");
    assert_eq!((less.member_epoch, partitions(&less).map(|p| p.len())), (2, Some(2)));
    let again = world.beat(31, "a", 1, None).expect("the answer was lost");
    assert_eq!((again.member_epoch, partitions(&again).map(|p| p.len())), (2, Some(2)));
    assert_eq!(world.groups.list(), world.moved().list());
    let shown = |groups: &ShareGroups| groups.describe("g", &|_| Some("t".into()));
    assert_eq!(shown(&world.groups), shown(&world.moved()), "the log tells it all");
    assert_eq!(world.groups.check_empty("g"), Err(ErrorCode::NonEmptyGroup));
    let mut records = world.groups.expire(125, &topics);
    world.log.append(&mut records);
    assert_eq!(world.beat(126, "b", 2, None).expect_err("was silent"), ErrorCode::UnknownMemberId);
    let left = world.beat(126, "a", -1, None).expect("leaves");
    assert_eq!(left.member_epoch, -1);
    assert_eq!(world.moved().list(), [("g".to_owned(), "Empty")]);
    assert_eq!(world.moved().started("g").expect("there").len(), 1, "its offsets may be kept");
    let mut records = world.groups.delete("g").expect("empty");
    world.log.append(&mut records);
    assert!(world.moved().list().is_empty());
}

#[test]
fn epochs_fence_the_past() {
    let mut states = ShareStates::default();
    let key = StateKey { group: "g".into(), topic: Uuid::from_u128(1), partition: 0 };
    let write = |state_epoch, leader_epoch, start_offset| StateWrite {
        state_epoch,
        leader_epoch,
        start_offset,
        ..Default::default()
    };
    assert_eq!(states.write(&key, &write(0, 1, 5), 0), Err(ErrorCode::InvalidRequest), "unknown");
    assert_eq!(states.read(&key, 1, 0), Ok((Vec::new(), None)));
    states.initialize(&key, 2, 10, 0).expect("begun");
    assert_eq!(states.initialize(&key, 1, 0, 0), Err(ErrorCode::FencedStateEpoch));
    let (noted, state) = states.read(&key, 4, 0).expect("read");
    assert_eq!((noted.len(), state.map(|state| state.start_offset)), (1, Some(10)));
    for (epochs, outcome) in [
        ((2, 3), Err(ErrorCode::FencedLeaderEpoch)),
        ((1, 4), Err(ErrorCode::FencedStateEpoch)),
        ((2, 4), Ok(())),
    ] {
        let written = states.write(&key, &write(epochs.0, epochs.1, 11), 0).map(|_| ());
        assert_eq!(written, outcome, "{epochs:?}");
    }
    assert_eq!(states.delete(&key).len(), 1);
    assert!(states.delete(&key).is_empty() && states.get(&key).is_none());
}

/// One share partition with everything around it.
struct World {
    window: SharePartition,
    states: ShareStates,
    log: Vec<Record>,
    key: StateKey,
    leader_epoch: i32,
    now_ms: i64,
    /// The log's end: one batch a produce.
    batches: Vec<(i64, i64)>,
    /// What each member has, as it believes.
    has: BTreeMap<(usize, i64), ()>,
    accepted: BTreeSet<i64>,
    /// Deliveries since the last fail-over: those before may be forgotten.
    delivered: BTreeMap<i64, i16>,
    ended: BTreeSet<i64>,
    /// Deliveries in all.
    ever: BTreeMap<i64, i16>,
}

#[derive(Clone, Debug)]
enum Op {
    Produce(u8),
    Fetch { member: usize, records: u8, strict: bool },
    Say { member: usize, word: i8, every: u8, durable: bool },
    Leave(usize),
    Wait(u16),
    LeaderMoves,
    CoordinatorMoves,
}

fn op() -> impl Strategy<Value = Op> {
    let member = 0..3usize;
    prop_oneof![
        3 => (1..6u8).prop_map(Op::Produce),
        6 => (member.clone(), 1..12u8, any::<bool>())
            .prop_map(|(member, records, strict)| Op::Fetch { member, records, strict }),
        8 => (member.clone(), 0..5i8, 1..4u8, prop::bool::weighted(0.85))
            .prop_map(|(member, word, every, durable)| Op::Say { member, word, every, durable }),
        1 => member.prop_map(Op::Leave),
        2 => (1..1_500u16).prop_map(Op::Wait),
        1 => Just(Op::LeaderMoves),
        1 => Just(Op::CoordinatorMoves),
    ]
}

impl World {
    fn new() -> World {
        let key = StateKey { group: "g".into(), topic: Uuid::from_u128(1), partition: 0 };
        let mut states = ShareStates::default();
        let log = states.initialize(&key, 0, 0, 0).expect("fresh");
        World {
            window: SharePartition::new(LIMITS, 0, &[]),
            states,
            log,
            key,
            leader_epoch: 1,
            now_ms: 0,
            batches: Vec::new(),
            has: BTreeMap::new(),
            accepted: BTreeSet::new(),
            delivered: BTreeMap::new(),
            ended: BTreeSet::new(),
            ever: BTreeMap::new(),
        }
    }

    fn end(&self) -> i64 {
        self.batches.last().map_or(0, |(_, last)| last + 1)
    }

    fn write(&mut self, update: Update, durable: bool) {
        if durable {
            let write = StateWrite {
                state_epoch: 0,
                leader_epoch: self.leader_epoch,
                start_offset: update.start,
                complete: update.complete,
                batches: update.batches.clone(),
            };
            let records = self.states.write(&self.key, &write, self.now_ms).expect("not fenced");
            self.log.extend(records);
        }
        self.window.settle(update, durable);
    }

    fn fetch(&mut self, member: usize, records: usize, strict: bool) {
        let Some(from) = self.window.next_fetch() else { return };
        let read: Vec<_> = self.batches.iter().copied().filter(|(_, l)| *l >= from).collect();
        let appetite = Appetite { records, strict, range: 4 };
        let span = (from, self.end());
        let name = format!("m{member}");
        let taken = self.window.acquire(&name, span, &read, appetite, self.now_ms);
        let mut count = 0;
        for range in taken {
            for offset in range.first_offset..=range.last_offset {
                count += 1;
                assert!(!self.accepted.contains(&offset), "{offset} was accepted and came again");
                assert!(!self.ended.contains(&offset), "{offset} was archived and came again");
                assert!(range.delivery_count <= LIMITS.deliveries, "{offset} beyond its limit");
                assert!(!self.has.keys().any(|(_, held)| *held == offset), "{offset} for two");
                let before = self.delivered.entry(offset).or_default();
                *before += 1;
                *self.ever.entry(offset).or_default() += 1;
                assert!(range.delivery_count >= *before, "{offset} is counted");
                self.has.insert((member, offset), ());
            }
        }
        assert!(!strict || count <= records);
    }

    fn say(&mut self, member: usize, word: i8, every: usize, durable: bool) {
        let held: Vec<i64> =
            self.has.keys().filter(|(m, _)| *m == member).map(|(_, offset)| *offset).collect();
        let said: Vec<i64> = held.into_iter().step_by(every).collect();
        let batches: Vec<_> =
            said.iter().flat_map(|offset| acks(*offset, *offset, &[word])).collect();
        let name = format!("m{member}");
        let update = self.window.acknowledge(&name, &batches, self.now_ms).expect("it has them");
        let forever = !update.is_empty() && durable;
        self.write(update, durable);
        for offset in said.into_iter().filter(|_| forever) {
            self.has.remove(&(member, offset));
            match word {
                1 => drop(self.accepted.insert(offset)),
                0 | 3 => drop(self.ended.insert(offset)),
                _ => self.note_end(offset),
            }
        }
    }

    /// A record that came back at its last delivery is over.
    fn note_end(&mut self, offset: i64) {
        if self.delivered.get(&offset) == Some(&LIMITS.deliveries) {
            self.ended.insert(offset);
        }
    }

    fn forget(&mut self, gone: impl Fn(usize) -> bool) {
        let lost: Vec<_> = self.has.keys().filter(|(m, _)| gone(*m)).copied().collect();
        for (member, offset) in lost {
            self.has.remove(&(member, offset));
            self.note_end(offset);
        }
    }

    fn step(&mut self, op: &Op) {
        match *op {
            Op::Produce(count) => {
                let first = self.end();
                self.batches.push((first, first + i64::from(count) - 1));
            }
            Op::Fetch { member, records, strict } => {
                self.fetch(member, usize::from(records), strict);
            }
            Op::Say { member, word, every, durable } => {
                self.say(member, word, usize::from(every), durable);
            }
            Op::Leave(member) => {
                if let Some(update) = self.window.release(&format!("m{member}")) {
                    self.write(update, true);
                }
                self.forget(|m| m == member);
            }
            Op::Wait(ms) => {
                self.now_ms += i64::from(ms);
                // all locks end together: a member that is let go does not know which it had
                if let Some(update) = self.window.expire(self.now_ms + LIMITS.lock_ms) {
                    self.write(update, true);
                }
                self.forget(|_| true);
            }
            Op::LeaderMoves => {
                self.leader_epoch += 1;
                let read = self.states.read(&self.key, self.leader_epoch, self.now_ms);
                let (records, state) = read.expect("newer");
                self.log.extend(records);
                let state = state.expect("begun");
                self.window = SharePartition::new(LIMITS, state.start_offset, &state.batches);
                self.has.clear();
                // deliveries that nobody spoke of were not durable
                self.delivered.clear();
            }
            Op::CoordinatorMoves => {
                let before = self.states.get(&self.key).cloned();
                self.states = ShareStates::default();
                for record in &self.log {
                    self.states.load(&record.key, record.value.as_ref());
                }
                let now = self.states.get(&self.key);
                let shown = |s: &headrace_groups::share::ShareState| {
                    (s.state_epoch, s.leader_epoch, s.start_offset, s.complete, s.batches.clone())
                };
                assert_eq!(before.as_ref().map(shown), now.map(shown), "the log tells it all");
            }
        }
    }

    /// In the end everything was accepted or ended: nothing is lost.
    fn drain(&mut self) {
        self.step(&Op::Wait(2_000));
        for _ in 0..1_000 {
            self.fetch(0, 100, false);
            if self.has.is_empty() {
                break;
            }
            self.say(0, 1, 1, true);
        }
        let all: BTreeSet<i64> = (0..self.end()).collect();
        let over: BTreeSet<i64> = self.accepted.union(&self.ended).copied().collect();
        let lost: Vec<_> = all.difference(&over).collect();
        // fail-overs hide deliveries from the test, never from the limit
        let worn_out = |offset: &i64| self.ever.get(offset) >= Some(&LIMITS.deliveries);
        assert!(lost.iter().all(|offset| worn_out(offset)), "lost: {lost:?}");
        assert_eq!(self.window.start(), self.end());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn every_record_is_processed_or_comes_again(ops in prop::collection::vec(op(), 1..120)) {
        let mut world = World::new();
        for op in &ops {
            world.step(op);
        }
        world.drain();
    }
}
