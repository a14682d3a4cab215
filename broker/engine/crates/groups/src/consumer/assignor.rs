//! The server's assignors: `uniform` and `range`. Both are sticky and, as Apache Kafka's since 4.0,
//! look at no racks.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::member::Partitions;

/// What one member brings to an assignment.
pub(crate) struct Candidate {
    /// Topics that it reads and that exist.
    pub(crate) topics: BTreeSet<Uuid>,
    /// Its target until now.
    pub(crate) before: Partitions,
}

/// Members by id (a static member's id may change: its target moves with it).
pub(crate) type Candidates = BTreeMap<String, Candidate>;

/// How many partitions a topic has.
pub(crate) type Counts = BTreeMap<Uuid, i32>;

/// The assignors that there are, Kafka's default first.
pub(crate) const ASSIGNORS: [&str; 2] = ["uniform", "range"];

/// The new target of every member.
pub(crate) fn assign(
    assignor: &str,
    candidates: &Candidates,
    counts: &Counts,
) -> BTreeMap<String, Partitions> {
    let mut targets = match assignor {
        "range" => range(candidates, counts),
        _ => uniform(candidates, counts),
    };
    for id in candidates.keys() {
        targets.entry(id.clone()).or_default();
    }
    targets
}

/// Members of every topic that is read, in the order of their ids.
fn readers<'a>(candidates: &'a Candidates) -> BTreeMap<Uuid, Vec<&'a str>> {
    let mut readers: BTreeMap<Uuid, Vec<&'a str>> = BTreeMap::new();
    for (id, candidate) in candidates {
        for topic in &candidate.topics {
            readers.entry(*topic).or_default().push(id);
        }
    }
    readers
}

/// Each topic by itself in runs of neighbouring partitions, so that the same numbers of topics
/// with the same readers meet in one member.
fn range(candidates: &Candidates, counts: &Counts) -> BTreeMap<String, Partitions> {
    let mut targets: BTreeMap<String, Partitions> = BTreeMap::new();
    for (topic, members) in readers(candidates) {
        let count = counts.get(&topic).copied().unwrap_or(0).max(0).unsigned_abs() as usize;
        let (quota, mut extra) = (count / members.len(), count % members.len());
        let mut free: BTreeSet<i32> = (0..).take(count).collect();
        let mut unfilled = Vec::new();
        for member in members {
            let before = candidates.get(member).and_then(|c| c.before.get(&topic));
            let mut kept: BTreeSet<i32> =
                before.into_iter().flatten().copied().filter(|p| free.contains(p)).collect();
            let room = quota + usize::from(kept.len() > quota && extra > 0);
            extra -= room - quota;
            while kept.len() > room {
                kept.pop_last();
            }
            free.retain(|partition| !kept.contains(partition));
            if room == quota {
                unfilled.push((member, quota - kept.len()));
            }
            targets.entry(member.to_owned()).or_default().insert(topic, kept);
        }
        for (member, missing) in unfilled {
            let missing = missing + usize::from(extra > 0);
            extra = extra.saturating_sub(1);
            let target = targets.entry(member.to_owned()).or_default().entry(topic).or_default();
            target.extend(std::iter::from_fn(|| free.pop_first()).take(missing));
        }
    }
    for target in targets.values_mut() {
        target.retain(|_, partitions| !partitions.is_empty());
    }
    targets
}

/// All topics together as evenly as subscriptions allow: what can stay stays, what is free goes to
/// whoever has least, and partitions move from full members to others until that gains nothing.
fn uniform(candidates: &Candidates, counts: &Counts) -> BTreeMap<String, Partitions> {
    let readers = readers(candidates);
    let total: usize = readers.keys().map(|id| counts.get(id).map_or(0, |n| *n as usize)).sum();
    let same = readers.values().all(|members| members.len() == candidates.len());
    let mut work = Work::new(candidates, same.then_some(total));
    let mut free: Vec<(Uuid, i32)> = Vec::new();
    for (topic, members) in &readers {
        for partition in 0..counts.get(topic).copied().unwrap_or(0) {
            if !work.keep(candidates, members, (*topic, partition)) {
                free.push((*topic, partition));
            }
        }
    }
    // Those with few readers first: they have the least choice.
    free.sort_by_key(|(topic, partition)| (readers[topic].len(), *partition, *topic));
    for place in free {
        work.give_to_least(&readers[&place.0], place);
    }
    work.balance(&readers);
    work.targets()
}

/// An assignment that grows.
struct Work {
    owners: BTreeMap<(Uuid, i32), String>,
    loads: BTreeMap<String, usize>,
    /// With equal subscriptions: the most that each may keep.
    quotas: BTreeMap<String, usize>,
}

impl Work {
    fn new(candidates: &Candidates, even_total: Option<usize>) -> Self {
        let loads = candidates.keys().map(|id| (id.clone(), 0)).collect();
        let mut quotas = BTreeMap::new();
        if let Some(total) = even_total.filter(|_| !candidates.is_empty()) {
            let (each, extra) = (total / candidates.len(), total % candidates.len());
            // The fullest keep one more, so that the fewest partitions move.
            let mut ids: Vec<&String> = candidates.keys().collect();
            let held = |id: &String| -> usize {
                let before = candidates.get(id).map(|c| &c.before);
                before.into_iter().flatten().map(|(_, partitions)| partitions.len()).sum()
            };
            ids.sort_by_key(|id| std::cmp::Reverse(held(id)));
            for (at, id) in ids.into_iter().enumerate() {
                quotas.insert(id.clone(), each + usize::from(at < extra));
            }
        }
        Work { owners: BTreeMap::new(), loads, quotas }
    }

    /// Leaves a partition with the member that had it, if it may keep it.
    fn keep(&mut self, candidates: &Candidates, members: &[&str], place: (Uuid, i32)) -> bool {
        let had = |id: &&&str| {
            let before = candidates.get(**id).and_then(|c| c.before.get(&place.0));
            before.is_some_and(|partitions| partitions.contains(&place.1))
        };
        let Some(owner) = members.iter().find(had) else { return false };
        let load = self.loads.get(*owner).copied().unwrap_or(0);
        if self.quotas.get(*owner).is_some_and(|quota| load >= *quota) {
            return false;
        }
        self.give(owner, place);
        true
    }

    fn give(&mut self, id: &str, place: (Uuid, i32)) {
        if let Some(before) = self.owners.insert(place, id.to_owned()) {
            *self.loads.entry(before).or_default() -= 1;
        }
        *self.loads.entry(id.to_owned()).or_default() += 1;
    }

    fn load(&self, id: &str) -> usize {
        self.loads.get(id).copied().unwrap_or(0)
    }

    fn give_to_least(&mut self, members: &[&str], place: (Uuid, i32)) {
        if let Some(id) = members.iter().min_by_key(|id| self.load(id)) {
            self.give(id, place);
        }
    }

    /// Moves partitions while a move makes two members more even. Each move lowers the sum of the
    /// squares of the loads, so this ends.
    fn balance(&mut self, readers: &BTreeMap<Uuid, Vec<&str>>) {
        let mut moved = true;
        while moved {
            moved = false;
            let places: Vec<(Uuid, i32)> = self.owners.keys().copied().collect();
            for place in places {
                let load = self.load(&self.owners[&place]);
                let least = readers[&place.0].iter().min_by_key(|id| self.load(id)).copied();
                if let Some(other) = least.filter(|id| self.load(id) + 1 < load) {
                    self.give(other, place);
                    moved = true;
                }
            }
        }
    }

    fn targets(self) -> BTreeMap<String, Partitions> {
        let mut targets: BTreeMap<String, Partitions> = BTreeMap::new();
        for ((topic, partition), id) in self.owners {
            targets.entry(id).or_default().entry(topic).or_default().insert(partition);
        }
        targets
    }
}
