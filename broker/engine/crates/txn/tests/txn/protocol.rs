//! What is asked in which state, by both protocols.

use crate::world::{add, end, partitions, refused, World, ID};
use headrace_txn::{Producer, Request, Response, State, WriteError};
use headrace_wire::ErrorCode;

const FIRST: bool = false;
const SECOND: bool = true;

fn epoch(producer: Producer, by: i16) -> Producer {
    Producer { epoch: producer.epoch + by, ..producer }
}

/// A world whose id is in `state`, and the producer that brought it there by `protocol`.
fn in_state(state: State, protocol: bool) -> (World, Producer) {
    let mut world = World::new();
    let producer = world.initialised();
    if state == State::Empty {
        return (world, producer);
    }
    assert_eq!(world.add(producer, &[0, 1], protocol), Response::Added);
    if state == State::Ongoing {
        return (world, producer);
    }
    let commit = matches!(state, State::PrepareCommit | State::CompleteCommit);
    let after = if protocol { epoch(producer, 1) } else { producer };
    assert_eq!(world.end(producer, commit, protocol), Response::Producer(after));
    if matches!(state, State::CompleteCommit | State::CompleteAbort) {
        let markers = world.mark();
        assert_eq!((markers.commit, markers.second_protocol), (commit, protocol));
        assert_eq!((markers.producer, markers.partitions), (after, partitions(&[0, 1])));
        world.settle();
    }
    assert_eq!(world.coordinator.state(ID), Some(state));
    (world, producer)
}

#[test]
fn a_second_end_by_the_first_protocol() {
    use ErrorCode::{ConcurrentTransactions as Busy, InvalidTxnState as Wrong, None as Fine};
    for (state, commit, abort) in [
        (State::Empty, Wrong, Wrong),
        (State::PrepareCommit, Busy, Busy),
        (State::PrepareAbort, Busy, Busy),
        (State::CompleteCommit, Fine, Wrong),
        (State::CompleteAbort, Wrong, Fine),
    ] {
        for (committed, expected) in [(true, commit), (false, abort)] {
            let (mut world, producer) = in_state(state, FIRST);
            let expected = match expected {
                Fine => Response::Producer(producer),
                code => refused(code),
            };
            assert_eq!(world.end(producer, committed, FIRST), expected, "{state:?} {committed}");
        }
    }
}

#[test]
fn a_second_end_by_the_second_protocol() {
    use ErrorCode::{ConcurrentTransactions as Busy, InvalidTxnState as Wrong, None as Fine};
    // The old epoch: the answer to the first end was lost.
    for (state, commit, abort) in [
        (State::PrepareCommit, Busy, Busy),
        (State::PrepareAbort, Busy, Busy),
        (State::CompleteCommit, Fine, Wrong),
        (State::CompleteAbort, Wrong, Fine),
    ] {
        for (committed, expected) in [(true, commit), (false, abort)] {
            let (mut world, producer) = in_state(state, SECOND);
            let expected = match expected {
                Fine => Response::Producer(epoch(producer, 1)),
                code => refused(code),
            };
            assert_eq!(world.end(producer, committed, SECOND), expected, "{state:?} {committed}");
        }
    }
    // The new epoch: another transaction, to which nothing was added.
    for state in [State::CompleteCommit, State::CompleteAbort] {
        let (mut world, producer) = in_state(state, SECOND);
        let producer = epoch(producer, 1);
        assert_eq!(world.end(producer, true, SECOND), refused(Wrong));
        assert_eq!(world.end(producer, false, SECOND), Response::Producer(epoch(producer, 1)));
        assert_eq!(world.coordinator.state(ID), Some(State::CompleteAbort));
        assert!(world.markers.is_empty(), "there is nobody to tell");
    }
    for commit in [true, false] {
        let (mut world, producer) = in_state(State::PrepareCommit, SECOND);
        let early = world.end(epoch(producer, 1), commit, SECOND);
        assert_eq!(early, refused(Busy), "the producer was told its new epoch, and may go on");
    }
}

#[test]
fn partitions_are_added_in_these_states_only() {
    for state in State::ALL {
        let (mut world, producer) = in_state(state, FIRST);
        // Who comes while the markers are on their way waits: see the next test.
        if !matches!(state, State::PrepareCommit | State::PrepareAbort) {
            assert_eq!(world.add(producer, &[5], FIRST), Response::Added, "{state:?}");
        }
        let stale = refused(ErrorCode::ProducerFenced);
        assert_eq!(world.add(epoch(producer, 1), &[5], FIRST), stale);
        let other = Producer { id: 1, epoch: 0 };
        assert_eq!(world.add(other, &[5], FIRST), refused(ErrorCode::InvalidProducerIdMapping));
    }
}

#[test]
fn the_next_transaction_waits_for_the_markers_of_the_last_one() {
    for state in [State::PrepareCommit, State::PrepareAbort] {
        let (mut world, producer) = in_state(state, SECOND);
        let producer = epoch(producer, 1);
        let tokens = [5, 6].map(|index| world.send(add(producer, &[index], SECOND)));
        world.settle();
        assert!(world.answers.is_empty(), "the markers are on their way");
        let behind = world.send(end(producer, true, SECOND));
        world.mark();
        world.settle();
        for token in tokens {
            assert_eq!(world.answers.remove(&token), Some(Response::Added), "{state:?}");
        }
        let ended = world.answers.remove(&behind);
        assert_eq!(ended, Some(refused(ErrorCode::ConcurrentTransactions)), "it came too early");
        assert_eq!(world.coordinator.state(ID), Some(State::Ongoing));
    }
}

#[test]
fn nobody_waits_for_markers_without_an_end() {
    let (mut world, producer) = in_state(State::PrepareCommit, FIRST);
    let waits = world.send(add(producer, &[5], FIRST));
    let due_ms = world.coordinator.next_tick_ms();
    world.tick(due_ms - 1);
    assert!(world.answers.is_empty());
    world.tick(due_ms);
    let refusal = Some(refused(ErrorCode::ConcurrentTransactions));
    assert_eq!(world.answers.remove(&waits), refusal);
    let again = world.send(add(producer, &[5], FIRST));
    assert_eq!(world.coordinator.next_tick_ms(), 2 * due_ms, "the next one waits as long");
    world.fail_over();
    assert_eq!(world.answers.remove(&again), Some(refused(ErrorCode::NotCoordinator)));
}

#[test]
fn more_than_may_wait_for_markers_are_refused() {
    let (mut world, producer) = in_state(State::PrepareCommit, FIRST);
    for _ in 0..100 {
        world.send(add(producer, &[5], FIRST));
    }
    let busy = refused(ErrorCode::ConcurrentTransactions);
    assert_eq!(world.answers.len(), 36, "64 wait");
    assert!(world.answers.values().all(|answer| *answer == busy));
    world.mark();
    world.settle();
    let added = world.answers.values().filter(|answer| **answer == Response::Added);
    assert_eq!(added.count(), 64);
}

#[test]
fn verification_tells_what_is_missing() {
    let (mut world, producer) = in_state(State::Ongoing, FIRST);
    let mut verify = |producer, indexes: &[i32]| {
        let transactional_id = ID.to_owned();
        let partitions = partitions(indexes);
        world.ask(Request::Verify { transactional_id, producer, partitions })
    };
    assert_eq!(verify(producer, &[1]), Response::Verified { missing: Default::default() });
    assert_eq!(verify(producer, &[1, 7]), Response::Verified { missing: partitions(&[7]) });
    assert_eq!(verify(epoch(producer, -1), &[1]), refused(ErrorCode::ProducerFenced));
}

#[test]
fn another_instance_aborts_what_is_open_and_fences_its_producer() {
    for protocol in [FIRST, SECOND] {
        let (mut world, old) = in_state(State::Ongoing, protocol);
        assert_eq!(world.init(None), refused(ErrorCode::ConcurrentTransactions));
        assert_eq!(world.coordinator.state(ID), Some(State::PrepareAbort));
        assert_eq!(world.init(None), refused(ErrorCode::ConcurrentTransactions));
        let markers = world.mark();
        assert_eq!((markers.producer, markers.commit), (epoch(old, 1), false));
        world.settle();
        assert_eq!(world.initialised(), epoch(old, 2));
        assert_eq!(world.add(old, &[0], protocol), refused(ErrorCode::ProducerFenced));
        assert_eq!(world.end(old, true, protocol), refused(ErrorCode::ProducerFenced));
    }
}

#[test]
fn a_producer_goes_on_after_an_error_unless_another_came() {
    let mut world = World::new();
    let first = world.initialised();
    assert_eq!(world.init(Some(first)), Response::Producer(epoch(first, 1)));
    assert_eq!(world.init(Some(first)), Response::Producer(epoch(first, 1)), "asked again");
    let second = world.initialised();
    assert_eq!(second, epoch(first, 2));
    let fenced = refused(ErrorCode::ProducerFenced);
    assert_eq!(world.init(Some(epoch(first, 1))), fenced);
    assert_eq!(world.init(Some(Producer { id: 9, epoch: 0 })), fenced);
}

#[test]
fn used_up_epochs_bring_a_new_producer_id() {
    let mut world = World::new();
    let mut producer = world.initialised();
    let id = producer.id;
    while producer.epoch < i16::MAX - 1 {
        producer = world.initialised();
    }
    assert_eq!(producer.id, id);
    let next = world.initialised();
    assert_eq!((next.epoch, next.id != id), (0, true));

    // By the second protocol it happens at the end of a transaction.
    let mut world = World::new();
    let mut producer = world.initialised();
    while producer.epoch < i16::MAX - 1 {
        producer = world.initialised();
    }
    assert_eq!(world.add(producer, &[0], SECOND), Response::Added);
    let Response::Producer(next) = world.end(producer, true, SECOND) else { panic!("refused") };
    assert_eq!((next.epoch, next.id != producer.id), (0, true));
    assert_eq!(world.mark().producer, epoch(producer, 1), "markers end the old one");
    world.settle();
    assert_eq!(world.end(producer, true, SECOND), Response::Producer(next), "asked again");
    assert_eq!(world.add(next, &[0], SECOND), Response::Added);
    world.fail_over();
    assert_eq!(world.end(next, false, SECOND), Response::Producer(epoch(next, 1)));
}

#[test]
fn a_transaction_that_takes_too_long_is_aborted() {
    let (mut world, producer) = in_state(State::Ongoing, SECOND);
    assert_eq!(world.coordinator.next_tick_ms(), 1_000);
    world.tick(999);
    assert!(world.writing.is_empty());
    world.tick(1_000);
    assert!(world.append(Err(WriteError::NotAvailable)), "the log does not take it");
    assert_eq!(world.coordinator.state(ID), Some(State::Ongoing));
    world.tick(1_500);
    world.settle();
    let markers = world.mark();
    assert_eq!((markers.producer, markers.commit), (epoch(producer, 1), false));
    world.settle();
    assert_eq!(world.end(producer, true, SECOND), refused(ErrorCode::InvalidTxnState));
    assert_eq!(world.end(producer, false, SECOND), Response::Producer(epoch(producer, 1)));
}

#[test]
fn fail_overs_repeat_decisions_and_change_none() {
    for state in State::ALL {
        for protocol in [FIRST, SECOND] {
            let (mut world, producer) = in_state(state, protocol);
            world.fail_over();
            assert_eq!(world.coordinator.state(ID), Some(state));
            let prepared = matches!(state, State::PrepareCommit | State::PrepareAbort);
            assert_eq!(world.markers.len(), usize::from(prepared), "{state:?}");
            if prepared {
                let markers = world.mark();
                assert_eq!(markers.commit, state == State::PrepareCommit);
                // The completion is not written at once: it is tried again.
                assert!(world.append(Err(WriteError::NotAvailable)));
                world.tick(500);
                world.settle();
                let complete = world.coordinator.state(ID);
                assert!(matches!(complete, Some(State::CompleteCommit | State::CompleteAbort)));
            }
            let next = if protocol && prepared { epoch(producer, 1) } else { producer };
            let next = match state {
                State::CompleteCommit | State::CompleteAbort if protocol => epoch(producer, 1),
                _ => next,
            };
            assert_eq!(world.add(next, &[3], protocol), Response::Added, "{state:?}");
        }
    }
}

#[test]
fn what_is_asked_during_a_write_waits_for_it() {
    let mut world = World::new();
    let producer = world.initialised();
    let first = world.send(add(producer, &[0], SECOND));
    let second = world.send(add(producer, &[1], SECOND));
    let third = world.send(crate::world::end(producer, true, SECOND));
    assert!(world.answers.is_empty() && world.writing.len() == 1);
    assert!(world.append(Err(WriteError::NotAvailable)));
    assert_eq!(world.answers[&first], refused(ErrorCode::CoordinatorNotAvailable));
    world.settle();
    assert_eq!(world.answers[&second], Response::Added);
    assert_eq!(world.answers[&third], Response::Producer(epoch(producer, 1)));
    assert_eq!(world.mark().partitions, partitions(&[1]), "what was refused was not added");
}

#[test]
fn partitions_that_wait_are_added_together() {
    let mut world = World::new();
    let producer = world.initialised();
    let before = world.log.len();
    let tokens = [0, 1, 2, 3].map(|index| world.send(add(producer, &[index], SECOND)));
    world.settle();
    for token in tokens {
        assert_eq!(world.answers[&token], Response::Added);
    }
    assert_eq!(world.log.len() - before, 2, "the first, and the others at once");
    world.end(producer, true, SECOND);
    assert_eq!(world.mark().partitions, partitions(&[0, 1, 2, 3]));
}

#[test]
fn bad_requests_and_idle_ids() {
    let mut world = World::new();
    let init = |id: &str, timeout_ms| Request::Init {
        transactional_id: id.to_owned(),
        timeout_ms,
        expected: None,
        fresh_id: Some(1),
    };
    assert_eq!(world.ask(init("", 1)), refused(ErrorCode::InvalidRequest));
    for timeout_ms in [0, -1, 900_001] {
        let refusal = refused(ErrorCode::InvalidTransactionTimeout);
        assert_eq!(world.ask(init("x", timeout_ms)), refusal);
    }
    assert_eq!(world.coordinator.state("x"), None);
    world.initialised();
    let week_ms = 7 * 24 * 60 * 60 * 1000;
    world.tick(week_ms - 1);
    world.settle();
    assert_eq!(world.coordinator.state(ID), Some(State::Empty));
    world.tick(week_ms + 2 * 60 * 60 * 1000);
    world.settle();
    assert_eq!(world.coordinator.state(ID), None);
    assert!(world.log.last().expect("a tombstone").value.is_none());
}
