//! Who runs which task: as many for everyone, and as before where that allows.
//!
//! A member that ran a task keeps it while it has room; else one that stood by for it takes it
//! over; else whoever has the least. Standbys go to processes that have no copy of the task.

use std::collections::BTreeMap;

use super::tasks::{add, has, Tasks};

/// A member before the assignment.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub(crate) process_id: String,
    pub(crate) before: Tasks,
}

/// A subtopology's size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) tasks: i32,
    /// It has state, of which standbys can keep a copy.
    pub(crate) stateful: bool,
}

/// The work of one assignment.
struct Draft<'a> {
    candidates: &'a BTreeMap<String, Candidate>,
    given: BTreeMap<&'a str, Tasks>,
    active: BTreeMap<&'a str, usize>,
    standby: BTreeMap<&'a str, usize>,
}

/// New targets of all members.
pub(crate) fn assign(
    candidates: &BTreeMap<String, Candidate>,
    shapes: &BTreeMap<String, Shape>,
    standby_replicas: usize,
) -> BTreeMap<String, Tasks> {
    let zero = || candidates.keys().map(|id| (id.as_str(), 0)).collect();
    let given = candidates.keys().map(|id| (id.as_str(), Tasks::default())).collect();
    let mut draft = Draft { candidates, given, active: zero(), standby: zero() };
    if !candidates.is_empty() {
        // Neighbours in this order go to different members, so each subtopology is spread.
        let mut tasks: Vec<(i32, &str)> = shapes
            .iter()
            .flat_map(|(id, shape)| (0..shape.tasks).map(move |p| (p, id.as_str())))
            .collect();
        tasks.sort_unstable();
        draft.place_active(&tasks);
        tasks.retain(|(_, id)| shapes[*id].stateful);
        draft.place_standbys(&tasks, standby_replicas);
    }
    draft.given.into_iter().map(|(id, tasks)| (id.to_owned(), tasks)).collect()
}

impl<'a> Draft<'a> {
    fn place_active(&mut self, tasks: &[(i32, &str)]) {
        let floor = tasks.len() / self.candidates.len();
        let mut extras = tasks.len() % self.candidates.len();
        let mut open = Vec::new();
        for &(partition, id) in tasks {
            let candidates = self.candidates;
            let ran = |(_, c): &(&String, &Candidate)| has(&c.before.active, id, partition);
            match candidates.iter().find(ran) {
                Some((member, _)) if self.has_room(member, floor, &mut extras) => {
                    self.run(member, id, partition);
                }
                _ => open.push((partition, id)),
            }
        }
        for (partition, id) in open {
            let candidates = self.candidates;
            let stood_by = candidates.iter().filter(|(_, c)| has(&c.before.standby, id, partition));
            let mut heirs = stood_by.map(|(member, _)| member.as_str());
            let heir = heirs.find(|member| self.has_room(member, floor, &mut extras));
            let member = heir.or_else(|| {
                let member = self.least_busy(|_| true)?;
                // The one with the least has room, as the sum is what there is to give.
                self.has_room(member, floor, &mut extras).then_some(member)
            });
            if let Some(member) = member {
                self.run(member, id, partition);
            }
        }
    }

    fn place_standbys(&mut self, tasks: &[(i32, &str)], replicas: usize) {
        let total = tasks.len() * replicas;
        let quota = total.div_ceil(self.candidates.len());
        for _ in 0..replicas {
            for &(partition, id) in tasks {
                let free = |member: &str| !self.process_has_copy(member, id, partition);
                let candidates = self.candidates;
                let kept = candidates.iter().find(|(member, candidate)| {
                    has(&candidate.before.standby, id, partition)
                        && self.standby[member.as_str()] < quota
                        && free(member)
                });
                let member = kept.map(|(member, _)| member.as_str());
                let Some(member) = member.or_else(|| self.least_busy(free)) else { continue };
                self.give(member, |tasks| add(&mut tasks.standby, id, partition));
                *self.standby.entry(member).or_default() += 1;
            }
        }
    }

    /// Whether the member may have one more; the last ones of `extras` go to who asks first.
    fn has_room(&self, member: &str, floor: usize, extras: &mut usize) -> bool {
        let load = self.active[member];
        if load == floor && *extras > 0 {
            *extras -= 1;
            return true;
        }
        load < floor
    }

    fn run(&mut self, member: &'a str, id: &str, partition: i32) {
        self.give(member, |tasks| add(&mut tasks.active, id, partition));
        *self.active.entry(member).or_default() += 1;
    }

    fn give(&mut self, member: &'a str, change: impl FnOnce(&mut Tasks)) {
        change(self.given.entry(member).or_default());
    }

    /// The member with the least to do, of the process with the least to do for each member.
    fn least_busy(&self, fits: impl Fn(&str) -> bool) -> Option<&'a str> {
        let load = |member: &str| self.active[member] + self.standby[member];
        let mut processes: BTreeMap<&str, usize> = BTreeMap::new();
        for (member, candidate) in self.candidates {
            *processes.entry(&candidate.process_id).or_default() += load(member);
        }
        let fitting = self.candidates.iter().filter(|(member, _)| fits(member));
        let best = fitting.min_by_key(|(member, candidate)| {
            (load(member), processes[candidate.process_id.as_str()], *member)
        });
        best.map(|(member, _)| member.as_str())
    }

    fn process_has_copy(&self, member: &str, id: &str, partition: i32) -> bool {
        let process = &self.candidates[member].process_id;
        self.given.iter().any(|(other, tasks)| {
            let copy = has(&tasks.active, id, partition) || has(&tasks.standby, id, partition);
            copy && self.candidates[*other].process_id == *process
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shapes(sizes: &[(&str, i32, bool)]) -> BTreeMap<String, Shape> {
        let shape =
            |&(id, tasks, stateful): &(&str, i32, bool)| (id.to_owned(), Shape { tasks, stateful });
        sizes.iter().map(shape).collect()
    }

    fn fresh(members: &[(&str, &str)]) -> BTreeMap<String, Candidate> {
        let candidate = |&(id, process): &(&str, &str)| {
            let process_id = process.to_owned();
            (id.to_owned(), Candidate { process_id, before: Tasks::default() })
        };
        members.iter().map(candidate).collect()
    }

    fn loads(made: &BTreeMap<String, Tasks>) -> Vec<(usize, usize)> {
        let count = |ids: &super::super::tasks::TaskIds| ids.values().map(|p| p.len()).sum();
        made.values().map(|tasks| (count(&tasks.active), count(&tasks.standby))).collect()
    }

    /// The members with what they were given.
    fn later(
        mut members: BTreeMap<String, Candidate>,
        made: &BTreeMap<String, Tasks>,
    ) -> BTreeMap<String, Candidate> {
        for (id, candidate) in &mut members {
            candidate.before = made.get(id).cloned().unwrap_or_default();
        }
        members
    }

    #[test]
    fn everyone_gets_as_many_and_keeps_them() {
        let shapes = shapes(&[("0", 4, false), ("1", 3, true)]);
        let one = fresh(&[("a", "p")]);
        let alone = assign(&one, &shapes, 0);
        assert_eq!(loads(&alone), [(7, 0)]);
        let two = later(fresh(&[("a", "p"), ("b", "q")]), &alone);
        let shared = assign(&two, &shapes, 0);
        assert_eq!(loads(&shared), [(4, 0), (3, 0)]);
        for (id, partitions) in &shared["a"].active {
            assert!(partitions.is_subset(&alone["a"].active[id]), "what it has, it had");
        }
        assert_eq!(assign(&later(two, &shared), &shapes, 0), shared, "nothing moves for nothing");
    }

    #[test]
    fn standbys_live_in_other_processes_and_inherit() {
        let shapes = shapes(&[("0", 2, false), ("1", 4, true)]);
        let members = fresh(&[("a", "p"), ("b", "p"), ("c", "q")]);
        let made = assign(&members, &shapes, 1);
        let standbys = |id: &str| made[id].standby.clone();
        for (id, tasks) in &made {
            for (subtopology, partition) in super::super::tasks::each(&tasks.active) {
                let process = &members[id].process_id;
                let copies = made.iter().filter(|(_, t)| has(&t.standby, subtopology, partition));
                let copies: Vec<&String> = copies.map(|(other, _)| other).collect();
                assert_eq!(copies.len(), usize::from(subtopology == "1"));
                assert!(copies.iter().all(|other| members[*other].process_id != *process));
            }
        }
        // q dies: what it ran and had a standby goes on where the copy is
        let lost = made["c"].active.clone();
        let mut left = later(members.clone(), &made);
        left.remove("c");
        let after = assign(&left, &shapes, 1);
        assert_eq!(loads(&after).iter().map(|(active, _)| active).sum::<usize>(), 6);
        let inherited = lost.get("1").into_iter().flatten().filter(|p| {
            ["a", "b"]
                .iter()
                .any(|m| has(&standbys(m), "1", **p) && has(&after[*m].active, "1", **p))
        });
        assert!(inherited.count() >= 1);
        assert!(after.values().all(|tasks| tasks.standby.is_empty()), "one process has no other");
    }

    #[test]
    fn nobody_gets_nothing() {
        assert!(assign(&BTreeMap::new(), &shapes(&[("0", 3, true)]), 2).is_empty());
    }
}
