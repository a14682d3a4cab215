//! A network that delays, drops, duplicates and partitions.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use bytes::Bytes;
use headrace_cluster::NodeId;
use headrace_env::sim::SimRandom;

/// How bad the network is, in per mille and milliseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Weather {
    pub loss: u64,
    pub duplicates: u64,
    pub delay_ms: u64,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Parcel {
    at_ms: i64,
    number: u64,
    from: NodeId,
    to: NodeId,
    frame: Bytes,
}

#[derive(Debug, Default)]
pub(crate) struct Network {
    parcels: BinaryHeap<Reverse<Parcel>>,
    sent: u64,
    /// Pairs that cannot reach each other, the smaller id first.
    cuts: BTreeSet<(NodeId, NodeId)>,
}

impl Network {
    pub fn send(
        &mut self,
        now_ms: i64,
        from: NodeId,
        to: NodeId,
        frame: Bytes,
        weather: Weather,
        random: &SimRandom,
    ) {
        if self.is_cut(from, to) || random.below(1000) < weather.loss {
            return;
        }
        let copies = 1 + u64::from(random.below(1000) < weather.duplicates);
        for _ in 0..copies {
            let delay = 1 + random.below(weather.delay_ms + 1);
            let at_ms = now_ms + i64::try_from(delay).unwrap_or(1);
            self.sent += 1;
            let parcel = Parcel { at_ms, number: self.sent, from, to, frame: frame.clone() };
            self.parcels.push(Reverse(parcel));
        }
    }

    /// The next frame that arrives by `now_ms`.
    pub fn next(&mut self, now_ms: i64) -> Option<(NodeId, NodeId, Bytes)> {
        while self.parcels.peek().is_some_and(|p| p.0.at_ms <= now_ms) {
            let Reverse(parcel) = self.parcels.pop()?;
            if !self.is_cut(parcel.from, parcel.to) {
                return Some((parcel.from, parcel.to, parcel.frame));
            }
        }
        None
    }

    pub fn cut(&mut self, a: NodeId, b: NodeId) {
        self.cuts.insert((a.min(b), a.max(b)));
    }

    pub fn heal(&mut self) {
        self.cuts.clear();
    }

    pub fn has_cuts(&self) -> bool {
        !self.cuts.is_empty()
    }

    fn is_cut(&self, a: NodeId, b: NodeId) -> bool {
        self.cuts.contains(&(a.min(b), a.max(b)))
    }
}
