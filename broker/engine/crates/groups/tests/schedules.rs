//! Random schedules of several clients, writes that fail, time and fail-overs, with what must
//! hold in all of them.
//!
//! The leader's assignments say for whom and for which generation they are, so that every answer
//! shows by itself whether it is the right one.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;
use headrace_groups::records::Record;
use headrace_groups::{
    Call, Config, Coordinator, Effect, GroupState, Request, Response, Token, WriteError, WriteId,
};
use headrace_wire::messages::describe_groups::DescribedGroup;
use headrace_wire::messages::join_group::JoinGroupRequestProtocol;
use headrace_wire::messages::leave_group::MemberIdentity;
use headrace_wire::messages::offset_commit::{
    OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use headrace_wire::messages::offset_fetch::{OffsetFetchRequestGroup, OffsetFetchResponseGroup};
use headrace_wire::messages::sync_group::SyncGroupRequestAssignment;
use headrace_wire::messages::{
    HeartbeatRequest, JoinGroupRequest, JoinGroupResponse, LeaveGroupRequest, OffsetCommitRequest,
    SyncGroupRequest,
};
use headrace_wire::{ErrorCode, Message, Str};
use proptest::prelude::*;
use uuid::Uuid;

const GROUPS: [&str; 2] = ["g", "h"];
const CLIENTS: usize = 5;
/// The version of every request: the newest of JoinGroup; others are capped below.
const VERSION: i16 = 9;

#[derive(Clone, Copy, Debug)]
enum Op {
    Join { client: usize, protocol: u8 },
    Sync { client: usize },
    Beat { client: usize },
    Leave { client: usize },
    Commit { client: usize, partition: u8 },
    Delete { group: usize },
    Wait { ms: u16 },
    AppendOk,
    AppendFails,
    FailOver,
}

fn op() -> impl Strategy<Value = Op> {
    let client = 0..CLIENTS;
    prop_oneof![
        6 => (client.clone(), 0..3u8).prop_map(|(client, protocol)| Op::Join { client, protocol }),
        6 => client.clone().prop_map(|client| Op::Sync { client }),
        3 => client.clone().prop_map(|client| Op::Beat { client }),
        1 => client.clone().prop_map(|client| Op::Leave { client }),
        3 => (client, 0..3u8).prop_map(|(client, partition)| Op::Commit { client, partition }),
        1 => (0..GROUPS.len()).prop_map(|group| Op::Delete { group }),
        3 => (1..9_000u16).prop_map(|ms| Op::Wait { ms }),
        8 => Just(Op::AppendOk),
        1 => Just(Op::AppendFails),
        1 => Just(Op::FailOver),
    ]
}

#[derive(Clone, Debug, Default)]
struct Client {
    member_id: String,
    generation: i32,
    /// The group as told to the leader; empty for others.
    members: Vec<String>,
}

struct World {
    config: Config,
    coordinator: Coordinator,
    now_ms: i64,
    log: Vec<Record>,
    pending: VecDeque<(WriteId, Vec<Record>)>,
    /// Unanswered requests: which client's, and the request.
    open: BTreeMap<Token, (Option<usize>, Request)>,
    next_token: Token,
    clients: Vec<Client>,
    /// Leader and protocol of each generation told to anyone, by group and generation, since the
    /// last fail-over or the group's end: both take generations back.
    generations: BTreeMap<(String, i32), (String, String)>,
    committed: i64,
}

fn group_of(client: usize) -> &'static str {
    GROUPS[client % GROUPS.len()]
}

/// Clients 3 and 4 are static members.
fn instance_of(client: usize) -> Option<Str> {
    (client >= 3).then(|| format!("instance{client}").into())
}

/// What comes before the UUID in a member id; it is the client's for ever.
fn owner(member_id: &str) -> &str {
    &member_id[..member_id.len().saturating_sub(37)]
}

impl World {
    fn new() -> Self {
        let config = Config {
            initial_rebalance_delay_ms: 100,
            offsets_retention_ms: 200_000,
            offsets_retention_check_interval_ms: 50_000,
            ..Config::default()
        };
        World {
            coordinator: Coordinator::new(config.clone(), 0),
            config,
            now_ms: 0,
            log: Vec::new(),
            pending: VecDeque::new(),
            open: BTreeMap::new(),
            next_token: 1,
            clients: vec![Client::default(); CLIENTS],
            generations: BTreeMap::new(),
            committed: 0,
        }
    }

    fn send(&mut self, client: Option<usize>, request: Request) {
        let token = self.next_token;
        self.next_token += 1;
        self.open.insert(token, (client, request.clone()));
        let call = Call {
            token,
            version: VERSION.min(if matches!(request, Request::Leave(_)) { 5 } else { 9 }),
            client_id: client.map(|client| format!("client{client}")).unwrap_or_default(),
            client_host: "/127.0.0.1".to_owned(),
            uuid: Uuid::from_u128(u128::from(token)),
        };
        let effects = self.coordinator.handle(self.now_ms, call, request);
        self.take(effects);
    }

    fn take(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                other @ (Effect::AppendTransactional { .. } | Effect::AppendMarker { .. }) => {
                    unreachable!("no transaction is asked for: {other:?}")
                }
                Effect::Append { write, records } => {
                    assert!(!records.is_empty());
                    self.pending.push_back((write, records));
                }
                Effect::Reply { token, response } => {
                    let open = self.open.remove(&token);
                    let (client, request) = open.expect("one answer to each request");
                    self.answered(client, &request, response);
                }
            }
        }
    }

    fn answered(&mut self, client: Option<usize>, request: &Request, response: Response) {
        match (request, response, client) {
            (Request::Join(_), Response::Join(response), Some(client)) => {
                response.to_bytes(VERSION).expect("fits its version");
                self.joined(client, &response);
            }
            (Request::Sync(asked), Response::Sync(response), Some(client)) => {
                response.to_bytes(5).expect("fits its version");
                if response.error_code == 0 {
                    let text = String::from_utf8(response.assignment.to_vec()).expect("ours");
                    let parts: Vec<&str> = text.split('|').collect();
                    let generation = asked.generation_id.to_string();
                    assert_eq!(parts[..2], [&*asked.group_id, &generation], "{text}");
                    assert_eq!(owner(parts[2]), owner(&asked.member_id), "{text}");
                }
                self.refused(client, response.error_code);
            }
            (Request::Heartbeat(_), Response::Heartbeat(response), Some(client)) => {
                self.refused(client, response.error_code);
            }
            (Request::Leave(_), Response::Leave(response), _) => {
                response.to_bytes(5).expect("fits its version");
            }
            (Request::OffsetCommit(_), Response::OffsetCommit(response), _) => {
                response.to_bytes(9).expect("fits its version");
            }
            (Request::Delete(_), Response::Delete(_), _) => {}
            (request, response, _) => panic!("{response:?} answers {request:?}"),
        }
    }

    fn joined(&mut self, client: usize, response: &JoinGroupResponse) {
        let code = ErrorCode::try_from(response.error_code).expect("known");
        match code {
            ErrorCode::None => {}
            ErrorCode::MemberIdRequired => {
                self.clients[client].member_id = response.member_id.to_string();
                return;
            }
            _ => return self.refused(client, response.error_code),
        }
        let leader = owner(&response.leader).to_owned();
        let protocol = response.protocol_name.as_deref().expect("chosen").to_owned();
        let key = (group_of(client).to_owned(), response.generation_id);
        let known = self.generations.entry(key).or_insert((leader.clone(), protocol.clone()));
        assert_eq!(*known, (leader, protocol), "one leader and one protocol a generation");
        let leads = response.leader == response.member_id;
        assert_eq!(leads, !response.members.is_empty(), "the leader gets the members");
        if leads {
            let own = response.members.iter().any(|m| m.member_id == response.member_id);
            assert!(own, "the leader is a member");
        }
        self.clients[client] = Client {
            member_id: response.member_id.to_string(),
            generation: response.generation_id,
            members: response.members.iter().map(|m| m.member_id.to_string()).collect(),
        };
    }

    /// As a real client: forget an id that the coordinator does not know.
    fn refused(&mut self, client: usize, code: i16) {
        let code = ErrorCode::try_from(code).expect("known");
        if matches!(code, ErrorCode::UnknownMemberId | ErrorCode::FencedInstanceId) {
            self.clients[client] = Client::default();
        }
    }

    fn run(&mut self, op: Op) {
        match op {
            Op::Join { client, protocol } => self.send(Some(client), self.join(client, protocol)),
            Op::Sync { client } => {
                let request = self.sync(client);
                self.send(Some(client), request);
            }
            Op::Beat { client } => {
                let request = Request::Heartbeat(HeartbeatRequest {
                    group_id: group_of(client).into(),
                    generation_id: self.clients[client].generation,
                    member_id: (&self.clients[client].member_id).into(),
                    group_instance_id: instance_of(client),
                });
                self.send(Some(client), request);
            }
            Op::Leave { client } => {
                let member = MemberIdentity {
                    member_id: (&self.clients[client].member_id).into(),
                    group_instance_id: instance_of(client),
                    ..Default::default()
                };
                let request = Request::Leave(LeaveGroupRequest {
                    group_id: group_of(client).into(),
                    members: vec![member],
                    ..Default::default()
                });
                self.send(Some(client), request);
            }
            Op::Commit { client, partition } => {
                let request = self.commit(client, partition);
                self.send(Some(client), request);
            }
            Op::Delete { group } => self.send(None, Request::Delete(GROUPS[group].to_owned())),
            Op::Wait { ms } => {
                self.now_ms += i64::from(ms);
                let effects = self.coordinator.tick(self.now_ms);
                self.take(effects);
                assert!(self.coordinator.next_tick_ms() > self.now_ms, "all that was due is done");
            }
            Op::AppendOk => self.append_ends(true),
            Op::AppendFails => self.append_ends(false),
            Op::FailOver => self.fail_over(),
        }
        let coordinator = &self.coordinator;
        self.generations.retain(|(group, _), _| coordinator.state(group).is_some());
    }

    fn join(&self, client: usize, protocol: u8) -> Request {
        let names: &[&str] = match protocol {
            0 => &["range", "sticky"],
            1 => &["sticky", "range"],
            _ => &["range"],
        };
        let protocols = names.iter().map(|name| JoinGroupRequestProtocol {
            name: Str::from(*name),
            metadata: Bytes::from_static(b"topics"),
        });
        Request::Join(JoinGroupRequest {
            group_id: group_of(client).into(),
            session_timeout_ms: 10_000,
            rebalance_timeout_ms: 15_000,
            member_id: (&self.clients[client].member_id).into(),
            group_instance_id: instance_of(client),
            protocol_type: "consumer".into(),
            protocols: protocols.collect(),
            ..Default::default()
        })
    }

    fn sync(&self, client: usize) -> Request {
        let Client { member_id, generation, members } = &self.clients[client];
        let assignments = members.iter().map(|member| SyncGroupRequestAssignment {
            member_id: member.into(),
            assignment: format!("{}|{generation}|{member}", group_of(client)).into(),
        });
        Request::Sync(SyncGroupRequest {
            group_id: group_of(client).into(),
            generation_id: *generation,
            member_id: member_id.into(),
            group_instance_id: instance_of(client),
            assignments: assignments.collect(),
            ..Default::default()
        })
    }

    fn commit(&mut self, client: usize, partition: u8) -> Request {
        self.committed += 1;
        Request::OffsetCommit(OffsetCommitRequest {
            group_id: group_of(client).into(),
            generation_id_or_member_epoch: self.clients[client].generation,
            member_id: (&self.clients[client].member_id).into(),
            group_instance_id: instance_of(client),
            topics: vec![OffsetCommitRequestTopic {
                name: "t".into(),
                partitions: vec![OffsetCommitRequestPartition {
                    partition_index: i32::from(partition),
                    // The same offset several times in a row, as idle consumers do.
                    committed_offset: self.committed / 8,
                    committed_metadata: Some("m".into()),
                    ..Default::default()
                }],
                ..Default::default()
            }],
            ..Default::default()
        })
    }

    /// A failure is for commits only: they alone leave no trace in memory when they fail.
    fn append_ends(&mut self, well: bool) {
        let Some((write, records)) = self.pending.pop_front() else { return };
        let commit = records.iter().all(|r| r.key[..2] == [0, 1] && r.value.is_some());
        let outcome = match well || !commit {
            true => {
                self.log.extend(records);
                Ok(())
            }
            false => Err(WriteError::NotAvailable),
        };
        let effects = self.coordinator.appended(self.now_ms, write, outcome);
        self.take(effects);
    }

    fn load(&self) -> Coordinator {
        let mut coordinator = Coordinator::new(self.config.clone(), self.now_ms);
        for record in &self.log {
            coordinator.load(&record.key, record.value.as_deref()).expect("our own record");
        }
        let effects = coordinator.loaded(self.now_ms);
        assert!(effects.is_empty(), "loading asks for nothing");
        coordinator
    }

    fn fail_over(&mut self) {
        let effects = self.coordinator.resign(ErrorCode::NotCoordinator);
        self.take(effects);
        assert!(self.open.is_empty(), "all that waited was answered");
        self.pending.clear();
        self.generations.clear();
        self.coordinator = self.load();
    }

    /// With nothing on its way, the log holds all that the coordinator promised.
    fn check_durable(&mut self) {
        while !self.pending.is_empty() {
            self.append_ends(true);
        }
        let mut rebuilt = self.load();
        for group in GROUPS {
            assert_eq!(offsets(&mut self.coordinator, group), offsets(&mut rebuilt, group));
            let then = describe(&mut rebuilt, group);
            match self.coordinator.state(group) {
                Some(GroupState::Stable) => {
                    assert_eq!(describe(&mut self.coordinator, group), then);
                }
                None | Some(GroupState::Empty) => assert!(then.members.is_empty(), "{then:?}"),
                // A rebalance is not durable.
                Some(_) => {}
            }
        }
    }
}

fn ask(coordinator: &mut Coordinator, request: Request) -> Response {
    let call = Call {
        token: Token::MAX,
        version: 5,
        client_id: String::new(),
        client_host: String::new(),
        uuid: Uuid::nil(),
    };
    match coordinator.handle(0, call, request).pop() {
        Some(Effect::Reply { response, .. }) => response,
        other => panic!("an answer at once, not {other:?}"),
    }
}

fn offsets(coordinator: &mut Coordinator, group: &str) -> OffsetFetchResponseGroup {
    let request =
        OffsetFetchRequestGroup { group_id: group.into(), topics: None, ..Default::default() };
    match ask(coordinator, Request::OffsetFetch(request)) {
        Response::OffsetFetch(response) => response,
        other => panic!("{other:?}"),
    }
}

fn describe(coordinator: &mut Coordinator, group: &str) -> DescribedGroup {
    match ask(coordinator, Request::Describe(group.to_owned())) {
        Response::Describe(response) => response,
        other => panic!("{other:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 600,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_schedule_keeps_the_promises(ops in proptest::collection::vec(op(), 1..250)) {
        let mut world = World::new();
        for (at, op) in ops.into_iter().enumerate() {
            world.run(op);
            if at % 50 == 49 {
                world.check_durable();
            }
        }
        world.check_durable();
        world.fail_over();
    }

    #[test]
    fn hostile_records_are_refused_not_fatal(
        key in proptest::collection::vec(any::<u8>(), 0..80),
        value in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let mut coordinator = Coordinator::new(Config::default(), 0);
        let _ = coordinator.load(&key, Some(&value));
        for version in 0..5u8 {
            let mut value = value.clone();
            value.splice(0..0, [0, version]);
            let _ = coordinator.load(&[0, 2, 0, 1, b'g'], Some(&value));
            let _ = coordinator.load(&[0, 1, 0, 1, b'g', 0, 1, b't', 0, 0, 0, 0], Some(&value));
        }
        coordinator.loaded(0);
    }
}
