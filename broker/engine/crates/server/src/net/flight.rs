//! Requests of one connection that are in progress, answered in the order they came.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::task::{Context, Poll};

use super::budget::Share;
use super::service::{Answer, Reply};

enum State {
    Running(Answer),
    Done(Reply),
}

struct Slot {
    state: State,
    /// The request's own memory, given back when its answer leaves the flight.
    share: Share,
}

/// In-order completion of at most a few dozen futures (the caller bounds their number).
///
/// All are polled on every wake-up, oldest first: so a new one starts after its predecessors, and
/// two produce requests reach a partition in the order in which they were sent.
#[derive(Default)]
pub struct Flight {
    slots: VecDeque<Slot>,
}

impl Flight {
    /// Requests in progress.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Nothing is in progress.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Adds a request; it starts with the next poll.
    pub fn push(&mut self, answer: Answer, share: Share) {
        self.slots.push_back(Slot { state: State::Running(answer), share });
    }

    /// The oldest request's reply. Never ready while empty. May be dropped between polls.
    pub async fn next(&mut self) -> Reply {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// The oldest reply if it is there already; starts what was pushed.
    pub fn try_next(&mut self, cx: &mut Context<'_>) -> Option<Reply> {
        match self.poll_next(cx) {
            Poll::Ready(reply) => Some(reply),
            Poll::Pending => None,
        }
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Reply> {
        for slot in &mut self.slots {
            if let State::Running(answer) = &mut slot.state {
                if let Poll::Ready(reply) = answer.as_mut().poll(cx) {
                    slot.state = State::Done(reply);
                    slot.share = Share::default();
                }
            }
        }
        match self.slots.front() {
            Some(Slot { state: State::Done(_), .. }) => match self.slots.pop_front() {
                Some(Slot { state: State::Done(reply), .. }) => Poll::Ready(reply),
                _ => Poll::Pending,
            },
            _ => Poll::Pending,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use bytes::Bytes;
    use tokio::sync::oneshot;

    use super::*;

    fn text(reply: &Reply) -> &[u8] {
        match reply {
            Reply::Send(chunks, _) => &chunks[0],
            _ => b"",
        }
    }

    #[tokio::test]
    async fn answers_leave_in_order_of_arrival_and_start_in_it() {
        let started = Arc::new(Mutex::new(Vec::new()));
        let mut flight = Flight::default();
        let mut senders = Vec::new();
        for at in 0..5u8 {
            let (send, receive) = oneshot::channel::<()>();
            senders.push(send);
            let started = Arc::clone(&started);
            let answer = async move {
                started.lock().expect("one thread").push(at);
                receive.await.expect("sent");
                Reply::Send(vec![Bytes::from(vec![at])], Share::default())
            };
            flight.push(Box::pin(answer), Share::default());
        }
        let mut cx = Context::from_waker(std::task::Waker::noop());
        assert!(flight.try_next(&mut cx).is_none());
        assert_eq!(*started.lock().expect("one thread"), [0, 1, 2, 3, 4]);
        for send in senders.drain(1..) {
            send.send(()).expect("waiting");
        }
        assert!(flight.try_next(&mut cx).is_none(), "the first is still running");
        senders.remove(0).send(()).expect("waiting");
        for at in 0..5u8 {
            assert_eq!(text(&flight.next().await), [at]);
        }
        assert!(flight.is_empty());
    }
}
