//! A coordinator, its log, its cluster's topics and the time, for groups whose members heartbeat.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use headrace_groups::{
    Call, Config, Coordinator, Effect, Request, Response, TopicShape, Topics, WriteError,
};
use uuid::Uuid;

/// Topics by name, and a streams group's settings.
#[derive(Clone, Debug, Default)]
pub struct Cluster {
    pub topics: BTreeMap<String, TopicShape>,
    pub standbys: i32,
    pub delay_ms: i32,
    made: u128,
}

impl Cluster {
    /// Makes a topic, with an id that none had before; one of the same name is gone.
    pub fn create(&mut self, name: &str, partitions: i32) {
        self.made += 1;
        let shape = TopicShape { id: Uuid::from_u128(self.made), partitions };
        self.topics.insert(name.to_owned(), shape);
    }
}

impl Topics for Cluster {
    fn find(&self, name: &str) -> Option<TopicShape> {
        self.topics.get(name).copied()
    }

    fn name(&self, id: Uuid) -> Option<&str> {
        let found = self.topics.iter().find(|(_, shape)| shape.id == id);
        found.map(|(name, _)| name.as_str())
    }

    fn each_name(&self, each: &mut dyn FnMut(&str)) {
        self.topics.keys().for_each(|name| each(name));
    }

    fn streams_num_standby_replicas(&self, _group: &str) -> i32 {
        self.standbys
    }

    fn streams_initial_rebalance_delay_ms(&self, _group: &str) -> i32 {
        self.delay_ms
    }
}

pub struct World {
    pub coordinator: Coordinator,
    pub cluster: Cluster,
    pub now_ms: i64,
    /// What becomes of writes.
    pub outcome: Result<(), WriteError>,
    log: Vec<(Bytes, Option<Bytes>)>,
    config: Config,
}

impl World {
    pub fn new(config: Config, topics: &[(&str, i32)]) -> World {
        let mut cluster = Cluster::default();
        topics.iter().for_each(|(name, partitions)| cluster.create(name, *partitions));
        let coordinator = Coordinator::new(config.clone(), 0);
        let (log, outcome) = (Vec::new(), Ok(()));
        let mut world = World { coordinator, cluster, now_ms: 0, outcome, log, config };
        world.topics_changed();
        world
    }

    fn config(&self) -> Config {
        Config { topics: Arc::new(self.cluster.clone()), ..self.config.clone() }
    }

    pub fn topics_changed(&mut self) {
        let config = self.config();
        self.coordinator.configure(config);
    }

    /// Another node takes over, from the log alone.
    pub fn fail_over(&mut self) {
        self.coordinator = Coordinator::new(self.config(), self.now_ms);
        for (key, value) in &self.log {
            self.coordinator.load(key, value.as_deref()).expect("our own record");
        }
        let effects = self.coordinator.loaded(self.now_ms);
        self.follow(effects);
    }

    /// Carries out what the coordinator wants; the last answer.
    fn follow(&mut self, mut effects: Vec<Effect>) -> Option<Response> {
        let mut answer = None;
        while !effects.is_empty() {
            let mut next = Vec::new();
            for effect in effects {
                match effect {
                    Effect::Reply { response, .. } => answer = Some(response),
                    Effect::Append { write, records } => {
                        if self.outcome.is_ok() {
                            self.log.extend(records.into_iter().map(|r| (r.key, r.value)));
                        }
                        next.extend(self.coordinator.appended(self.now_ms, write, self.outcome));
                    }
                    other => panic!("no transaction was asked for: {other:?}"),
                }
            }
            effects = next;
        }
        answer
    }

    pub fn ask(&mut self, version: i16, request: Request) -> Response {
        let call = Call {
            token: 1,
            version,
            client_id: "client".to_owned(),
            client_host: "/127.0.0.1".to_owned(),
            uuid: Uuid::nil(),
        };
        let effects = self.coordinator.handle(self.now_ms, call, request);
        self.follow(effects).expect("an answer")
    }

    pub fn sleep(&mut self, ms: i64) {
        self.now_ms += ms;
        let effects = self.coordinator.tick(self.now_ms);
        self.follow(effects);
    }
}

/// A small generator: the same seed gives the same run.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit
    }
}
