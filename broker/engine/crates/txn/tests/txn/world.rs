//! A coordinator with a log that answers when it is told to.

use std::collections::{BTreeMap, VecDeque};

use headrace_txn::records::Record;
use headrace_txn::{
    Config, Coordinator, Effect, Markers, Partitions, Producer, Request, Response, Token,
    WriteError, WriteId,
};
use headrace_wire::ErrorCode;

pub const ID: &str = "id";

pub struct World {
    pub coordinator: Coordinator,
    pub now_ms: i64,
    pub log: Vec<Record>,
    pub writing: VecDeque<(WriteId, Record)>,
    pub markers: Vec<Markers>,
    pub answers: BTreeMap<Token, Response>,
    next_token: Token,
    next_id: i64,
}

pub fn partitions(indexes: &[i32]) -> Partitions {
    Partitions::from([("t".to_owned(), indexes.iter().copied().collect())])
}

pub fn refused(code: ErrorCode) -> Response {
    Response::Refused(code)
}

impl World {
    pub fn new() -> World {
        World {
            coordinator: Coordinator::new(Config::default(), 0),
            now_ms: 0,
            log: Vec::new(),
            writing: VecDeque::new(),
            markers: Vec::new(),
            answers: BTreeMap::new(),
            next_token: 1,
            next_id: 100,
        }
    }

    fn take(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Reply { token, response } => {
                    assert!(self.answers.insert(token, response).is_none(), "answered twice");
                }
                Effect::Append { write, record } => self.writing.push_back((write, record)),
                Effect::WriteMarkers(markers) => self.markers.push(markers),
            }
        }
    }

    /// Asks; the answer may come later.
    pub fn send(&mut self, request: Request) -> Token {
        let token = self.next_token;
        self.next_token += 1;
        let effects = self.coordinator.handle(self.now_ms, token, request);
        self.take(effects);
        token
    }

    /// The log answers its oldest write.
    pub fn append(&mut self, outcome: Result<(), WriteError>) -> bool {
        let Some((write, record)) = self.writing.pop_front() else { return false };
        if outcome.is_ok() {
            self.log.push(record);
        }
        let effects = self.coordinator.appended(self.now_ms, write, outcome);
        self.take(effects);
        true
    }

    /// Everything is written, markers excepted.
    pub fn settle(&mut self) {
        while self.append(Ok(())) {}
    }

    /// The oldest markers are in their logs.
    pub fn mark(&mut self) -> Markers {
        let markers = self.markers.remove(0);
        self.marked(&markers);
        markers
    }

    pub fn marked(&mut self, markers: &Markers) {
        let (id, producer) = (&markers.transactional_id, markers.producer);
        let effects = self.coordinator.markers_written(self.now_ms, id, producer);
        self.take(effects);
    }

    pub fn tick(&mut self, now_ms: i64) {
        self.now_ms = now_ms;
        let effects = self.coordinator.tick(now_ms);
        self.take(effects);
    }

    /// The next coordinator, from the log alone.
    pub fn fail_over(&mut self) {
        let effects = self.coordinator.resign(ErrorCode::NotCoordinator);
        self.take(effects);
        self.writing.clear();
        self.markers.clear();
        self.coordinator = Coordinator::new(Config::default(), self.now_ms);
        for record in &self.log {
            self.coordinator.load(&record.key, record.value.as_deref()).expect("our own record");
        }
        let effects = self.coordinator.loaded(self.now_ms);
        self.take(effects);
    }

    /// Asks with a log that answers at once, and brings producer ids if they are wanted.
    pub fn ask(&mut self, request: Request) -> Response {
        let token = self.send(request.clone());
        self.settle();
        match self.answers.remove(&token).expect("an answer") {
            Response::WantsProducerId => {
                self.next_id += 1;
                let token = self.send(with_id(request, self.next_id));
                self.settle();
                self.answers.remove(&token).expect("an answer")
            }
            response => response,
        }
    }

    pub fn init(&mut self, expected: Option<Producer>) -> Response {
        self.ask(Request::Init {
            transactional_id: ID.to_owned(),
            timeout_ms: 1_000,
            expected,
            fresh_id: None,
        })
    }

    pub fn initialised(&mut self) -> Producer {
        match self.init(None) {
            Response::Producer(producer) => producer,
            other => panic!("{other:?}"),
        }
    }

    pub fn add(&mut self, producer: Producer, indexes: &[i32], second: bool) -> Response {
        self.ask(add(producer, indexes, second))
    }

    pub fn end(&mut self, producer: Producer, commit: bool, second: bool) -> Response {
        self.ask(end(producer, commit, second))
    }
}

pub fn add(producer: Producer, indexes: &[i32], second_protocol: bool) -> Request {
    let partitions = partitions(indexes);
    Request::Add { transactional_id: ID.to_owned(), producer, partitions, second_protocol }
}

pub fn end(producer: Producer, commit: bool, second_protocol: bool) -> Request {
    let transactional_id = ID.to_owned();
    Request::End { transactional_id, producer, commit, second_protocol, fresh_id: None }
}

pub fn with_id(request: Request, id: i64) -> Request {
    match request {
        Request::Init { transactional_id, timeout_ms, expected, .. } => {
            Request::Init { transactional_id, timeout_ms, expected, fresh_id: Some(id) }
        }
        Request::End { transactional_id, producer, commit, second_protocol, .. } => {
            let fresh_id = Some(id);
            Request::End { transactional_id, producer, commit, second_protocol, fresh_id }
        }
        other => other,
    }
}
