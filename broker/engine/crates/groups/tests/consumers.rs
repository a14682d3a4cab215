//! Consumer groups of the newer protocol (KIP-848) under random schedules: members, dynamic and
//! static, come, go, fall silent and change what they read, answers and writes are lost, topics
//! come and go, coordinators fail over.
//!
//! No partition is ever at two members, epochs never go back, the log holds all that was told, and
//! when all is quiet everything that somebody reads is at somebody who reads it.

mod world;

use std::collections::BTreeSet;

use headrace_groups::{Config, Request, Response, WriteError};
use headrace_wire::messages::consumer_group_describe::DescribedGroup;
use headrace_wire::messages::consumer_group_heartbeat::{
    ConsumerGroupHeartbeatResponseTopicPartitions as Given, TopicPartitions,
};
use headrace_wire::messages::{ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse};
use headrace_wire::ErrorCode;
use uuid::Uuid;
use world::{Dice, World};

const GROUP: &str = "g";
const TOPICS: [&str; 4] = ["apples", "apricots", "beans", "beets"];
const STEP_MS: i64 = 5_000;
const SESSION_MS: i64 = 45_000;
const REBALANCE_MS: i64 = 60_000;
/// Who lives says at least this often what it has: well within the two above.
const SILENCE_MS: i64 = 20_000;
const MEMBERS: usize = 6;
/// Rounds of heartbeats until all is quiet: longer than any time-out.
const ROUNDS: i64 = 2 * REBALANCE_MS / STEP_MS;

type Set = BTreeSet<(Uuid, i32)>;

/// What a member reads.
#[derive(Clone, Debug, Default)]
struct Reads {
    names: BTreeSet<String>,
    regex: &'static str,
}

impl Reads {
    fn drawn(dice: &mut Dice) -> Reads {
        let names = TOPICS.iter().filter(|_| dice.below(3) == 0);
        let names = names.map(|name| (*name).to_owned()).collect();
        Reads { names, regex: ["", "", "ap.*", "b.*", ".*e.*"][dice.below(5)] }
    }

    fn has(&self, topic: &str) -> bool {
        let matches = match self.regex {
            "" => false,
            "ap.*" => topic.starts_with("ap"),
            "b.*" => topic.starts_with('b'),
            _ => topic.contains('e'),
        };
        matches || self.names.contains(topic)
    }
}

/// What happens to one heartbeat.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    /// The member gives up what it shall, and says what it has.
    Whole,
    /// The member is still busy giving up, and says nothing of it.
    Busy,
    /// As `Whole`, but its answer is lost.
    Lost,
}

/// A client, as it was told.
#[derive(Clone, Debug, Default)]
struct Client {
    id: String,
    instance: Option<String>,
    reads: Reads,
    /// The next heartbeat says everything: as from real clients after an error, a lost answer or a
    /// change of what is read.
    full: bool,
    epoch: i32,
    told: Set,
    /// What it works on: `told`, and what it is still giving up.
    holds: Set,
    /// When it last said what it has.
    said_ms: i64,
}

fn set(given: &[Given]) -> Set {
    let each = given
        .iter()
        .flat_map(|topic| topic.partitions.iter().map(|partition| (topic.topic_id, *partition)));
    each.collect()
}

fn partitions(holds: &Set) -> Vec<TopicPartitions> {
    let one = |(topic_id, partition): &(Uuid, i32)| TopicPartitions {
        topic_id: *topic_id,
        partitions: vec![*partition],
    };
    holds.iter().map(one).collect()
}

impl World {
    fn heartbeat(
        &mut self,
        request: ConsumerGroupHeartbeatRequest,
    ) -> ConsumerGroupHeartbeatResponse {
        match self.ask(1, Request::ConsumerHeartbeat(request)) {
            Response::ConsumerHeartbeat(response) => response,
            other => panic!("not a heartbeat's answer: {other:?}"),
        }
    }

    fn describe(&mut self) -> DescribedGroup {
        match self.ask(1, Request::DescribeConsumers(GROUP.to_owned())) {
            Response::DescribeConsumers(group) => group,
            other => panic!("not a description: {other:?}"),
        }
    }
}

impl Client {
    /// Abandons everything and joins anew with the next heartbeat.
    fn forget(&mut self) {
        self.epoch = 0;
        self.told.clear();
        self.holds.clear();
        self.full = true;
    }

    fn request(&self, fate: Fate) -> ConsumerGroupHeartbeatRequest {
        let full = self.full || self.epoch == 0;
        let names = || self.reads.names.iter().map(Into::into).collect();
        ConsumerGroupHeartbeatRequest {
            group_id: GROUP.into(),
            member_id: self.id.as_str().into(),
            instance_id: self.instance.as_deref().map(Into::into),
            member_epoch: self.epoch,
            rebalance_timeout_ms: if full { REBALANCE_MS as i32 } else { -1 },
            subscribed_topic_names: full.then(names),
            subscribed_topic_regex: full.then(|| self.reads.regex.into()),
            topic_partitions: (fate != Fate::Busy || full).then(|| partitions(&self.holds)),
            ..Default::default()
        }
    }

    fn beat(&mut self, world: &mut World, fate: Fate) {
        if fate != Fate::Busy {
            self.holds.clone_from(&self.told);
        }
        let response = world.heartbeat(self.request(fate));
        let code = ErrorCode::try_from(response.error_code).expect("a known code");
        if fate == Fate::Lost {
            self.full = true;
            return;
        }
        match code {
            ErrorCode::None => {
                assert!(response.member_epoch >= self.epoch, "{self:?} {response:?}");
                self.epoch = response.member_epoch;
                self.full = false;
                if let Some(assignment) = response.assignment {
                    self.told = set(&assignment.topic_partitions);
                    self.holds.extend(&self.told);
                }
                if fate == Fate::Whole {
                    self.said_ms = world.now_ms;
                }
            }
            ErrorCode::FencedMemberEpoch | ErrorCode::UnknownMemberId => self.forget(),
            _ => self.full = true,
        }
    }

    /// Gives everything up and says goodbye, a static member for a while only.
    fn leave(&mut self, world: &mut World) {
        self.forget();
        let epoch = if self.instance.is_some() { -2 } else { -1 };
        world.heartbeat(ConsumerGroupHeartbeatRequest {
            group_id: GROUP.into(),
            member_id: self.id.as_str().into(),
            instance_id: self.instance.as_deref().map(Into::into),
            member_epoch: epoch,
            ..Default::default()
        });
    }
}

/// One run: what the clients believe beside what the coordinator says.
struct Run {
    seed: u64,
    dice: Dice,
    world: World,
    clients: Vec<Client>,
    named: usize,
    /// The highest epochs that were seen: the group's and its assignment's.
    epochs: (i32, i32),
}

impl Run {
    fn new(seed: u64) -> Run {
        let world = World::new(Config::default(), &[("apples", 4), ("beans", 3)]);
        let (dice, clients) = (Dice(seed), Vec::new());
        Run { seed, dice, world, clients, named: 0, epochs: (0, 0) }
    }

    fn new_name(&mut self) -> String {
        self.named += 1;
        format!("m{}", self.named)
    }

    fn anybody(&mut self) -> Option<usize> {
        (!self.clients.is_empty()).then(|| self.dice.below(self.clients.len()))
    }

    fn step(&mut self) {
        let someone = self.anybody();
        match (self.dice.below(20), someone) {
            (0 | 1, _) if self.clients.len() < MEMBERS => self.join(),
            (2, Some(at)) => self.leave(at),
            (3, Some(at)) => drop(self.clients.swap_remove(at)),
            (4, Some(at)) => self.pause(at),
            (5, Some(at)) => {
                self.clients[at].reads = Reads::drawn(&mut self.dice);
                self.clients[at].full = true;
            }
            (6, _) => self.change_topics(),
            (7, _) => self.fail_over(),
            (8, _) => self.world.outcome = Err(WriteError::NotAvailable),
            (9 | 10, _) | (_, None) => self.wait(),
            (draw, Some(at)) => {
                let fate = match draw {
                    11 => Fate::Busy,
                    12 => Fate::Lost,
                    _ => Fate::Whole,
                };
                self.clients[at].beat(&mut self.world, fate);
                self.world.outcome = Ok(());
            }
        }
        self.check();
    }

    fn join(&mut self) {
        let id = self.new_name();
        let instance = (self.dice.below(3) == 0).then(|| format!("i-{id}"));
        let (reads, said_ms) = (Reads::drawn(&mut self.dice), self.world.now_ms);
        self.clients.push(Client { id, instance, reads, said_ms, ..Client::default() });
    }

    fn leave(&mut self, at: usize) {
        self.clients[at].leave(&mut self.world);
        if self.clients[at].instance.is_some() {
            self.clients[at].id = self.new_name();
        } else {
            self.clients.swap_remove(at);
        }
    }

    /// A member is not heard of until its session is over; it knows that, too.
    fn pause(&mut self, at: usize) {
        self.world.outcome = Ok(());
        let mut paused = self.clients.swap_remove(at);
        let was_in = paused.epoch > 0;
        let before = paused.clone();
        paused.forget();
        for _ in 0..=SESSION_MS / STEP_MS {
            self.wait();
        }
        if was_in {
            let request = before.request(Fate::Whole);
            let code = self.world.heartbeat(request).error_code;
            assert_eq!(code, ErrorCode::UnknownMemberId.code(), "seed {}: {before:?}", self.seed);
        }
        paused.said_ms = self.world.now_ms;
        self.clients.push(paused);
    }

    fn change_topics(&mut self) {
        let name = TOPICS[self.dice.below(TOPICS.len())];
        match (self.world.cluster.topics.get_mut(name), self.dice.below(3)) {
            (Some(shape), 0) => shape.partitions += 1,
            (Some(_), 1) => drop(self.world.cluster.topics.remove(name)),
            _ => self.world.cluster.create(name, 1 + self.dice.below(4) as i32),
        }
        self.world.topics_changed();
    }

    fn fail_over(&mut self) {
        let before = self.world.describe();
        self.world.fail_over();
        assert_eq!(self.world.describe(), before, "seed {}: the log holds all of it", self.seed);
    }

    /// Time passes; nobody who lives is silent for too long.
    fn wait(&mut self) {
        self.world.outcome = Ok(());
        self.world.sleep(STEP_MS);
        for client in &mut self.clients {
            if self.world.now_ms - client.said_ms >= SILENCE_MS {
                client.beat(&mut self.world, Fate::Whole);
            }
        }
    }

    fn check(&mut self) {
        let (seed, clients) = (self.seed, &self.clients);
        let mut held = Set::new();
        for one in clients.iter().flat_map(|client| &client.holds) {
            assert!(held.insert(*one), "seed {seed}: {one:?} is at two: {clients:#?}");
        }
        let group = self.world.describe();
        let mut assigned = BTreeSet::new();
        for member in &group.members {
            for topic in &member.assignment.topic_partitions {
                for one in &topic.partitions {
                    let fresh = assigned.insert((topic.topic_id, *one));
                    assert!(fresh, "seed {seed}: {topic:?} is given twice: {group:#?}");
                }
            }
        }
        let epochs = (group.group_epoch, group.assignment_epoch);
        let (first, second) = self.epochs;
        assert!(
            epochs.0 >= first && epochs.1 >= second,
            "seed {seed}: {epochs:?} {first} {second}"
        );
        self.epochs = epochs;
    }

    /// The trouble is over: everybody lives and is heard of in time.
    fn settle(&mut self) {
        if self.clients.is_empty() {
            self.join();
        }
        for _ in 0..ROUNDS {
            self.wait();
            for client in &mut self.clients {
                client.beat(&mut self.world, Fate::Whole);
            }
            self.check();
        }
        let (seed, clients) = (self.seed, &self.clients);
        let topics = &self.world.cluster.topics;
        let mut wanted = Set::new();
        for (name, shape) in topics {
            if clients.iter().any(|client| client.reads.has(name)) {
                wanted.extend((0..shape.partitions).map(|partition| (shape.id, partition)));
            }
        }
        let held: Set = clients.iter().flat_map(|client| client.holds.clone()).collect();
        assert_eq!(held, wanted, "seed {seed}: {clients:#?}");
        for client in clients {
            let reads = |id| topics.iter().any(|(n, shape)| shape.id == id && client.reads.has(n));
            assert!(client.holds.iter().all(|(id, _)| reads(*id)), "seed {seed}: {client:?}");
        }
        let group = self.world.describe();
        assert_eq!((&*group.group_state, group.members.len()), ("Stable", clients.len()));
        self.fail_over();
    }
}

#[test]
fn schedules() {
    for seed in 0..200 {
        let mut run = Run::new(seed);
        for _ in 0..80 {
            run.step();
        }
        run.settle();
    }
}
