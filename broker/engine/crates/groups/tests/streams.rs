//! Streams groups (KIP-1071): a topology's topics, and random members, failures and fail-overs. A
//! task is active at one member at most, and when all is quiet every task is at exactly one.

mod world;

use std::collections::BTreeSet;

use headrace_groups::{Config, Request, Response, WriteError};
use headrace_wire::messages::create_topics::CreatableTopic;
use headrace_wire::messages::streams_group_describe::DescribedGroup;
use headrace_wire::messages::streams_group_heartbeat::{
    CopartitionGroup, StreamsGroupHeartbeatResponseTaskIds as Given, Subtopology, TaskIds,
    TopicInfo, Topology,
};
use headrace_wire::messages::{
    ConsumerGroupHeartbeatRequest, JoinGroupRequest, StreamsGroupHeartbeatRequest,
    StreamsGroupHeartbeatResponse,
};
use headrace_wire::{ErrorCode, Str};
use world::{Dice, World};

const GROUP: &str = "app";
const STEP_MS: i64 = 5_000;

fn topic(name: &str, partitions: i32) -> TopicInfo {
    TopicInfo { name: name.into(), partitions, ..Default::default() }
}

/// Lines are read, words go through a repartition topic, counts have a changelog.
fn word_count() -> Topology {
    let read = Subtopology {
        subtopology_id: "0".into(),
        source_topics: vec!["lines".into()],
        repartition_sink_topics: vec!["words".into()],
        ..Default::default()
    };
    let count = Subtopology {
        subtopology_id: "1".into(),
        repartition_source_topics: vec![topic("words", 0)],
        state_changelog_topics: vec![topic("counts", 0)],
        ..Default::default()
    };
    Topology { epoch: 0, subtopologies: vec![read, count] }
}

impl World {
    fn heartbeat(
        &mut self,
        request: StreamsGroupHeartbeatRequest,
    ) -> (StreamsGroupHeartbeatResponse, Vec<CreatableTopic>) {
        match self.ask(0, Request::StreamsHeartbeat(request)) {
            Response::StreamsHeartbeat(response, create) => (response, create),
            other => panic!("not a heartbeat's answer: {other:?}"),
        }
    }

    fn describe(&mut self) -> DescribedGroup {
        match self.ask(0, Request::DescribeStreams(GROUP.to_owned())) {
            Response::DescribeStreams(group) => group,
            other => panic!("not a description: {other:?}"),
        }
    }
}

type Set = BTreeSet<(String, i32)>;

/// A client: what it runs, as it was told.
#[derive(Clone, Debug, Default)]
struct Client {
    id: String,
    process: String,
    epoch: i32,
    active: Set,
    standby: Set,
    statuses: Vec<i8>,
}

fn set(tasks: &[Given]) -> Set {
    let each = tasks.iter().flat_map(|ids| {
        ids.partitions.iter().map(|partition| (ids.subtopology_id.to_string(), *partition))
    });
    each.collect()
}

fn ids(tasks: &Set) -> Vec<TaskIds> {
    let one = |(id, partition): &(String, i32)| TaskIds {
        subtopology_id: id.into(),
        partitions: vec![*partition],
    };
    tasks.iter().map(one).collect()
}

impl Client {
    fn new(id: &str, process: &str) -> Client {
        Client { id: id.to_owned(), process: process.to_owned(), ..Client::default() }
    }

    fn request(&self) -> StreamsGroupHeartbeatRequest {
        let joins = self.epoch == 0;
        StreamsGroupHeartbeatRequest {
            group_id: GROUP.into(),
            member_id: self.id.as_str().into(),
            member_epoch: self.epoch,
            rebalance_timeout_ms: if joins { 60_000 } else { -1 },
            topology: joins.then(word_count),
            process_id: joins.then(|| Str::from(&self.process)),
            active_tasks: Some(ids(&self.active)),
            standby_tasks: Some(ids(&self.standby)),
            warmup_tasks: Some(Vec::new()),
            ..Default::default()
        }
    }

    /// One heartbeat; what the coordinator takes away is given up at once.
    fn beat(&mut self, world: &mut World) -> (i16, Vec<CreatableTopic>) {
        let (response, create) = world.heartbeat(self.request());
        match ErrorCode::try_from(response.error_code).expect("a known code") {
            ErrorCode::None => {
                self.epoch = response.member_epoch;
                if let Some(tasks) = &response.active_tasks {
                    self.active = set(tasks);
                }
                if let Some(tasks) = &response.standby_tasks {
                    self.standby = set(tasks);
                }
                let statuses = response.status.expect("a list");
                self.statuses = statuses.iter().map(|status| status.status_code).collect();
            }
            ErrorCode::FencedMemberEpoch | ErrorCode::UnknownMemberId => self.forget(),
            _ => {}
        }
        (response.error_code, create)
    }

    fn forget(&mut self) {
        *self = Client::new(&self.id, &self.process);
    }
}

fn all_tasks() -> Set {
    ["0", "1"].iter().flat_map(|id| (0..4).map(|p| ((*id).to_owned(), p))).collect()
}

fn settled(world: &mut World, clients: &mut [Client]) {
    for _ in 0..20 {
        world.sleep(STEP_MS);
        for client in &mut *clients {
            assert_eq!(client.beat(world).0, 0, "{client:?}");
        }
    }
    let active: Vec<_> = clients.iter().flat_map(|client| client.active.clone()).collect();
    assert_eq!(active.len(), 8, "no task is at two members: {clients:?}");
    assert_eq!(active.into_iter().collect::<Set>(), all_tasks());
    assert_eq!(&*world.describe().group_state, "Stable");
}

#[test]
fn topics_come_first() {
    let mut world = World::new(Config::default(), &[]);
    let mut client = Client::new("m", "p");
    assert_eq!(client.beat(&mut world), (0, Vec::new()));
    assert_eq!((client.epoch, &client.statuses[..]), (2, &[1][..]), "lines are missing");
    assert_eq!(&*world.describe().group_state, "NotReady");
    world.cluster.create("lines", 4);
    world.topics_changed();
    let (code, create) = client.beat(&mut world);
    assert_eq!((code, &client.statuses[..]), (0, &[3][..]));
    let wanted: Vec<_> = create.iter().map(|topic| (&*topic.name, topic.num_partitions)).collect();
    assert_eq!(wanted, [("counts", 4), ("words", 4)]);
    world.cluster.create("counts", 4);
    world.cluster.create("words", 3);
    world.topics_changed();
    client.beat(&mut world);
    assert_eq!((&client.statuses[..], client.active.len()), (&[2][..], 0), "words are too few");
    world.cluster.create("words", 4);
    world.topics_changed();
    client.beat(&mut world);
    assert_eq!((&client.statuses[..], &client.active), (&[][..], &all_tasks()));
    let described = world.describe();
    assert_eq!(&*described.group_state, "Stable");
    let subtopologies = described.topology.and_then(|topology| topology.subtopologies);
    let changelog = &subtopologies.expect("known")[1].state_changelog_topics[0];
    assert_eq!((&*changelog.name, changelog.partitions), ("counts", 4));
}

#[test]
fn joined_topics_need_one_size() {
    let mut world = World::new(Config::default(), &[("a", 4), ("b", 3)]);
    let mut request = Client::new("m", "p").request();
    let group = CopartitionGroup { source_topics: vec![0, 1], ..Default::default() };
    let join = Subtopology {
        subtopology_id: "0".into(),
        source_topics: vec!["a".into(), "b".into()],
        copartition_groups: vec![group],
        ..Default::default()
    };
    request.topology = Some(Topology { epoch: 0, subtopologies: vec![join] });
    let (response, _) = world.heartbeat(request);
    assert_eq!(response.status.expect("told")[0].status_code, 2);
}

#[test]
fn a_size_that_was_asked_for_must_be_that_of_the_topic_joined_with() {
    let mut world = World::new(Config::default(), &[("a", 4)]);
    let mut request = Client::new("m", "p").request();
    let group = CopartitionGroup {
        source_topics: vec![0],
        repartition_source_topics: vec![0],
        ..Default::default()
    };
    let join = Subtopology {
        subtopology_id: "0".into(),
        source_topics: vec!["a".into()],
        repartition_source_topics: vec![topic("b", 2)],
        copartition_groups: vec![group],
        ..Default::default()
    };
    request.topology = Some(Topology { epoch: 0, subtopologies: vec![join] });
    let (response, _) = world.heartbeat(request);
    let told = &response.status.expect("told")[0];
    let why = "Number of partitions [2] of repartition topic [b] doesn't match number of \
               partitions [4] of the source topic.";
    assert_eq!((told.status_code, &*told.status_detail), (2, why));
}

/// The left side reads the answers to what it writes, as in a foreign-key join.
#[test]
fn topics_that_wait_for_each_other_get_the_size_that_is_known() {
    let mut world = World::new(Config::default(), &[("left", 4), ("right", 2)]);
    let mut request = Client::new("m", "p").request();
    let left = Subtopology {
        subtopology_id: "0".into(),
        source_topics: vec!["left".into()],
        repartition_source_topics: vec![topic("answers", 0)],
        repartition_sink_topics: vec!["questions".into()],
        ..Default::default()
    };
    let right = Subtopology {
        subtopology_id: "1".into(),
        source_topics: vec!["right".into()],
        repartition_source_topics: vec![topic("questions", 0)],
        repartition_sink_topics: vec!["answers".into()],
        ..Default::default()
    };
    request.topology = Some(Topology { epoch: 0, subtopologies: vec![left, right] });
    let (response, create) = world.heartbeat(request);
    assert_eq!(response.error_code, 0);
    let wanted: Vec<_> = create.iter().map(|topic| (&*topic.name, topic.num_partitions)).collect();
    assert_eq!(wanted, [("answers", 4), ("questions", 4)]);
}

#[test]
fn a_loop_of_topics_without_a_size_is_refused() {
    let mut world = World::new(Config::default(), &[]);
    let mut request = Client::new("m", "p").request();
    let around = Subtopology {
        subtopology_id: "0".into(),
        repartition_source_topics: vec![topic("around", 0)],
        repartition_sink_topics: vec!["around".into()],
        ..Default::default()
    };
    request.topology = Some(Topology { epoch: 0, subtopologies: vec![around] });
    let (response, _) = world.heartbeat(request);
    assert_eq!(response.error_code, ErrorCode::StreamsInvalidTopology.code());
    assert_eq!(world.describe().error_code, ErrorCode::GroupIdNotFound.code());
}

fn ready() -> World {
    World::new(Config::default(), &[("lines", 4), ("words", 4), ("counts", 4)])
}

#[test]
fn members_that_start_together_share_at_once() {
    let mut world = ready();
    world.cluster.delay_ms = 3_000;
    world.topics_changed();
    let mut clients = [Client::new("a", "p"), Client::new("b", "q")];
    for client in &mut clients {
        client.beat(&mut world);
        assert_eq!((client.epoch, &client.statuses[..]), (1, &[5][..]));
        assert!(client.active.is_empty());
    }
    world.sleep(3_000);
    for client in &mut clients {
        client.beat(&mut world);
        assert_eq!((client.active.len(), &client.statuses[..]), (4, &[][..]));
    }
}

#[test]
fn requests_are_checked() {
    let mut world = ready();
    let mut client = Client::new("m", "p");
    client.beat(&mut world);
    type Change = fn(&mut StreamsGroupHeartbeatRequest);
    let cases: [(Change, ErrorCode); 9] = [
        (|r| r.instance_id = Some("i".into()), ErrorCode::InvalidRequest),
        (|r| r.member_id = "".into(), ErrorCode::InvalidRequest),
        (|r| r.warmup_tasks = None, ErrorCode::InvalidRequest),
        (|r| r.topology = Some(word_count()), ErrorCode::InvalidRequest),
        (|r| r.member_epoch = -2, ErrorCode::InvalidRequest),
        (|r| r.member_epoch = 99, ErrorCode::FencedMemberEpoch),
        (|r| r.member_id = "other".into(), ErrorCode::UnknownMemberId),
        (|r| r.group_id = "nope".into(), ErrorCode::GroupIdNotFound),
        (
            |r| r.active_tasks.as_mut().expect("set")[0].partitions = vec![4],
            ErrorCode::InvalidRequest,
        ),
    ];
    for (at, (change, code)) in cases.into_iter().enumerate() {
        let mut request = client.request();
        change(&mut request);
        assert_eq!(world.heartbeat(request).0.error_code, code.code(), "case {at}");
    }
    let mut other = Client::new("n", "p").request();
    other.topology.as_mut().expect("set").subtopologies[0].source_topics = vec!["words".into()];
    assert_eq!(world.heartbeat(other).0.error_code, ErrorCode::InvalidRequest.code());
    assert_eq!(client.beat(&mut world).0, 0, "nothing of it has changed anything");
}

#[test]
fn a_full_group_takes_nobody_new() {
    let config = Config { max_streams_members: 2, ..Config::default() };
    let mut world = World::new(config, &[("lines", 4), ("words", 4), ("counts", 4)]);
    let [mut late, mut clients @ ..] = ["late", "a", "b"].map(|id| Client::new(id, "p"));
    clients.iter_mut().for_each(|client| assert_eq!(client.beat(&mut world).0, 0));
    let refused = world.heartbeat(late.request()).0;
    assert_eq!(refused.error_code, ErrorCode::GroupMaxSizeReached.code());
    assert!(refused.error_message.is_some_and(|why| why.contains("2 members")));
    world.fail_over();
    assert_eq!(late.beat(&mut world).0, ErrorCode::GroupMaxSizeReached.code());
    clients[0].forget();
    assert_eq!(clients[0].beat(&mut world).0, 0, "who is in may join again");
    clients[1].epoch = -1;
    assert_eq!(world.heartbeat(clients[1].request()).0.error_code, 0, "it leaves");
    assert_eq!(late.beat(&mut world).0, 0);
}

#[test]
fn other_protocols_are_refused_while_there_are_members() {
    let mut world = ready();
    let mut client = Client::new("m", "p");
    client.beat(&mut world);
    let join = || JoinGroupRequest {
        group_id: GROUP.into(),
        session_timeout_ms: 10_000,
        rebalance_timeout_ms: 10_000,
        protocol_type: "consumer".into(),
        protocols: vec![Default::default()],
        ..Default::default()
    };
    let Response::Join(refused) = world.ask(9, Request::Join(join())) else { panic!("a join") };
    assert_eq!(refused.error_code, ErrorCode::InconsistentGroupProtocol.code());
    let consumer = ConsumerGroupHeartbeatRequest {
        group_id: GROUP.into(),
        member_id: "c".into(),
        rebalance_timeout_ms: 1_000,
        subscribed_topic_names: Some(vec!["lines".into()]),
        topic_partitions: Some(Vec::new()),
        ..Default::default()
    };
    let Response::ConsumerHeartbeat(refused) = world.ask(1, Request::ConsumerHeartbeat(consumer))
    else {
        panic!("a heartbeat")
    };
    assert_eq!(refused.error_code, ErrorCode::GroupIdNotFound.code());
    let Response::List(listed) =
        world.ask(5, Request::List { states: vec![], types: vec!["streams".to_owned()] })
    else {
        panic!("a list")
    };
    assert_eq!((listed.len(), &*listed[0].group_state), (1, "Stable"));

    client.epoch = -1;
    let (left, _) = world.heartbeat(StreamsGroupHeartbeatRequest {
        active_tasks: None,
        standby_tasks: None,
        warmup_tasks: None,
        ..client.request()
    });
    assert_eq!((left.error_code, left.member_epoch), (0, -1));
    let Response::Join(given) = world.ask(9, Request::Join(join())) else { panic!("a join") };
    assert_eq!(given.error_code, ErrorCode::MemberIdRequired.code(), "an empty group is anybody's");
    assert_eq!(world.describe().error_code, ErrorCode::GroupIdNotFound.code());
}

#[test]
fn a_shutdown_is_told_to_all_until_they_are_gone() {
    let mut world = ready();
    let mut clients = [Client::new("a", "p"), Client::new("b", "q")];
    clients.iter_mut().for_each(|client| assert_eq!(client.beat(&mut world).0, 0));
    let request =
        StreamsGroupHeartbeatRequest { shutdown_application: true, ..clients[0].request() };
    world.heartbeat(request);
    clients[1].beat(&mut world);
    assert_eq!(clients[1].statuses, [4]);
    world.sleep(60_000);
    let mut fresh = Client::new("c", "r");
    fresh.beat(&mut world);
    assert!(fresh.statuses.is_empty());
}

/// No task runs twice, as far as the coordinator was told the truth in time.
fn check_one_holder(clients: &[Client], seed: u64) {
    let mut held = Set::new();
    for task in clients.iter().flat_map(|client| &client.active) {
        assert!(held.insert(task.clone()), "seed {seed}: {task:?} is at two: {clients:?}");
    }
}

#[test]
fn schedules() {
    for seed in 0..100 {
        let mut dice = Dice(seed);
        let mut world = ready();
        world.cluster.standbys = dice.below(3) as i32;
        world.topics_changed();
        let mut clients: Vec<Client> = Vec::new();
        for step in 0..60 {
            match dice.below(10) {
                0 if clients.len() < 5 => {
                    let process = format!("p{}", dice.below(3));
                    clients.push(Client::new(&format!("m{step}"), &process));
                }
                1 if !clients.is_empty() => {
                    let gone = clients.swap_remove(dice.below(clients.len()));
                    let request = StreamsGroupHeartbeatRequest {
                        group_id: GROUP.into(),
                        member_id: gone.id.as_str().into(),
                        member_epoch: -1,
                        ..Default::default()
                    };
                    world.heartbeat(request);
                }
                2 => world.fail_over(),
                3 => world.outcome = Err(WriteError::NotAvailable),
                4 => {
                    world.cluster.standbys = dice.below(3) as i32;
                    world.topics_changed();
                }
                _ if !clients.is_empty() => {
                    let at = dice.below(clients.len());
                    clients[at].beat(&mut world);
                    world.outcome = Ok(());
                }
                _ => world.sleep(1_000),
            }
            check_one_holder(&clients, seed);
        }
        world.outcome = Ok(());
        if clients.is_empty() {
            clients.push(Client::new("last", "p0"));
        }
        // those whose answers were lost find out, the others of their own accord
        world.sleep(1_000);
        clients.iter_mut().for_each(|client| client.forget());
        settled(&mut world, &mut clients);
        for client in &clients {
            let mates = clients.iter().filter(|other| other.process == client.process);
            let copies = mates.flat_map(|m| m.active.iter().chain(&m.standby)).count();
            let mates = clients.iter().filter(|other| other.process == client.process);
            let distinct: Set =
                mates.flat_map(|m| m.active.iter().chain(&m.standby)).cloned().collect();
            assert_eq!(copies, distinct.len(), "a process has one copy of a task: {clients:?}");
        }
        let before = world.describe();
        world.fail_over();
        assert_eq!(world.describe(), before, "the log holds all of it");
    }
}
