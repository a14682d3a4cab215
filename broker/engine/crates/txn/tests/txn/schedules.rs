//! Random clients, time, failing writes and fail-overs. The promises: a transaction that was
//! answered keeps its fate, none has both kinds of markers, every partition of an ended
//! transaction is told, and in the end none is left open.

use std::collections::BTreeMap;

use crate::world::{add, end, World, ID};
use headrace_txn::{Producer, Response, State, Token, WriteError};
use proptest::prelude::*;

/// One step of a schedule.
#[derive(Clone, Debug)]
enum Step {
    /// A new instance takes over.
    Init,
    Add(i32),
    End(bool),
    Append,
    FailAppend,
    /// Markers are written, or asked for again.
    Mark,
    Time(i64),
    FailOver,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        1 => Just(Step::Init),
        5 => (0..4).prop_map(Step::Add),
        4 => any::<bool>().prop_map(Step::End),
        10 => Just(Step::Append),
        1 => Just(Step::FailAppend),
        4 => Just(Step::Mark),
        1 => (1i64..600).prop_map(Step::Time),
        1 => Just(Step::FailOver),
    ]
}

/// What the producer waits for.
enum Waiting {
    Init(Token),
    Add(Token),
    End(Token, Producer, bool),
}

struct Client {
    second: bool,
    producer: Option<Producer>,
    waiting: Option<Waiting>,
}

#[derive(Default)]
struct Fates {
    /// By the epoch of the markers: committed or not.
    markers: BTreeMap<(i64, i16), bool>,
    /// What clients were told, by the same.
    told: BTreeMap<(i64, i16), bool>,
}

impl Client {
    fn act(&mut self, world: &mut World, step: &Step) {
        if self.waiting.is_some() {
            return;
        }
        self.waiting = match (step, self.producer) {
            (Step::Init, _) | (Step::Add(_) | Step::End(_), None) => {
                let request = headrace_txn::Request::Init {
                    transactional_id: ID.to_owned(),
                    timeout_ms: 1_000,
                    expected: None,
                    fresh_id: Some(7),
                };
                Some(Waiting::Init(world.send(request)))
            }
            (Step::Add(index), Some(producer)) => {
                Some(Waiting::Add(world.send(add(producer, &[*index], self.second))))
            }
            (Step::End(commit), Some(producer)) => {
                let token = world.send(end(producer, *commit, self.second));
                Some(Waiting::End(token, producer, *commit))
            }
            _ => None,
        };
    }

    fn hear(&mut self, world: &mut World, fates: &mut Fates) {
        let token = match &self.waiting {
            Some(Waiting::Init(token) | Waiting::Add(token) | Waiting::End(token, ..)) => *token,
            None => return,
        };
        let Some(answer) = world.answers.remove(&token) else { return };
        match (self.waiting.take(), answer) {
            (Some(Waiting::Init(_)), Response::Producer(producer)) => {
                self.producer = Some(producer);
            }
            // By the first protocol an epoch has many transactions, told apart by nothing.
            (Some(Waiting::End(_, was, commit)), Response::Producer(now)) if self.second => {
                fates.told.insert((was.id, was.epoch + 1), commit);
                self.producer = Some(now);
            }
            (Some(Waiting::End(..) | Waiting::Add(_)), Response::Refused(_)) => {
                // Whatever it was: begin anew.
                self.producer = None;
            }
            _ => {}
        }
    }
}

fn look(world: &World, fates: &mut Fates, second: bool) {
    for markers in &world.markers {
        let key = (markers.producer.id, markers.producer.epoch);
        if second {
            let before = fates.markers.insert(key, markers.commit);
            assert!(before.is_none_or(|b| b == markers.commit), "{key:?} has both markers");
        }
        assert!(!markers.partitions.is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn no_fate_is_changed_and_nothing_stays_open(
        second in any::<bool>(),
        steps in proptest::collection::vec(step(), 1..120),
    ) {
        let mut world = World::new();
        let mut client = Client { second, producer: None, waiting: None };
        let mut fates = Fates::default();
        for step in &steps {
            match step {
                Step::Append => { world.append(Ok(())); }
                Step::FailAppend => { world.append(Err(WriteError::NotAvailable)); }
                Step::Mark if world.markers.is_empty() => {}
                Step::Mark => { world.mark(); }
                Step::Time(ms) => world.tick(world.now_ms + ms),
                Step::FailOver => world.fail_over(),
                other => client.act(&mut world, other),
            }
            look(&world, &mut fates, second);
            client.hear(&mut world, &mut fates);
        }
        // Everything goes well from here on, and nobody asks any more.
        for _ in 0..10 {
            world.settle();
            look(&world, &mut fates, second);
            while !world.markers.is_empty() {
                world.mark();
            }
            world.tick(world.now_ms + 1_000);
        }
        world.settle();
        client.hear(&mut world, &mut fates);
        prop_assert!(client.waiting.is_none(), "a request was never answered");
        let open = [State::Ongoing, State::PrepareCommit, State::PrepareAbort];
        prop_assert!(world.coordinator.state(ID).is_none_or(|state| !open.contains(&state)));
        for (key, commit) in &fates.told {
            let marked = fates.markers.get(key);
            prop_assert!(marked.is_none_or(|m| m == commit), "{key:?} was told otherwise");
        }
    }
}
