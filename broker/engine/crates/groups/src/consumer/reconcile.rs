//! From what a member has to what it shall have: give up, wait for others to give up, take.
//!
//! A partition has one holder at any time: whoever was told to give it up counts as its holder
//! until it has confirmed, or was thrown out.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::member::{Held, Member, MemberState, Partitions};

/// What a reconciliation looks at besides the member.
pub(crate) struct Goal<'a> {
    pub(crate) target_epoch: i32,
    pub(crate) target: &'a Partitions,
    /// Topics that the member reads, by id.
    pub(crate) subscribed: &'a BTreeSet<Uuid>,
    /// What the member says it has; none when that has not changed.
    pub(crate) owned: Option<&'a Partitions>,
    /// The subscription has changed in this very request.
    pub(crate) resubscribed: bool,
    /// Whether somebody holds the partition.
    pub(crate) is_held: &'a dyn Fn(Uuid, i32) -> bool,
}

impl Goal<'_> {
    /// Does the member still have any of these? It does unless it says otherwise.
    fn still_owns(&self, revoking: &Held) -> bool {
        let Some(owned) = self.owned else { return true };
        owned.iter().any(|(id, partitions)| {
            revoking.get(id).is_some_and(|held| partitions.iter().any(|p| held.contains_key(p)))
        })
    }

    /// The member, one step further; as it was when there is nothing to do.
    pub(crate) fn step(&self, member: &Member) -> Member {
        let current = &member.current;
        match current.state {
            MemberState::Stable if current.epoch == self.target_epoch => match self.resubscribed {
                true => self.drop_unsubscribed(member),
                false => member.clone(),
            },
            MemberState::UnrevokedPartitions if self.still_owns(&current.revoking) => {
                match self.resubscribed {
                    true => self.drop_unsubscribed(member),
                    false => member.clone(),
                }
            }
            _ => self.next(member),
        }
    }

    /// Takes away topics that the member does not read any more, at once.
    fn drop_unsubscribed(&self, member: &Member) -> Member {
        let mut next = member.clone();
        let (kept, gone): (Held, Held) = std::mem::take(&mut next.current.assigned)
            .into_iter()
            .partition(|(id, _)| self.subscribed.contains(id));
        next.current.assigned = kept;
        if gone.is_empty() {
            return next;
        }
        let mut revoking = next.current.revoking.clone();
        for (id, partitions) in gone {
            revoking.entry(id).or_default().extend(partitions);
        }
        if self.still_owns(&revoking) {
            next.current.state = MemberState::UnrevokedPartitions;
            next.current.revoking = revoking;
        }
        next
    }

    fn next(&self, member: &Member) -> Member {
        let mut kept = Held::new();
        let mut revoking = Held::new();
        for (id, partitions) in &member.current.assigned {
            let wanted = self.wanted(*id);
            for (partition, epoch) in partitions {
                let into = match wanted.is_some_and(|wanted| wanted.contains(partition)) {
                    true => &mut kept,
                    false => &mut revoking,
                };
                into.entry(*id).or_default().insert(*partition, *epoch);
            }
        }
        let mut next = member.clone();
        if !revoking.is_empty() && self.still_owns(&revoking) {
            next.current.state = MemberState::UnrevokedPartitions;
            next.current.assigned = kept;
            next.current.revoking = revoking;
            return next;
        }
        let mut waits = false;
        for id in self.target.keys() {
            let had = kept.get(id).cloned().unwrap_or_default();
            let missing = self.wanted(*id).into_iter().flatten().filter(|p| !had.contains_key(p));
            for partition in missing {
                // What it has just given up itself is free for it again.
                let own = holds(&member.current.revoking, *id, *partition)
                    || holds(&member.current.assigned, *id, *partition);
                if (self.is_held)(*id, *partition) && !own {
                    waits = true;
                } else {
                    kept.entry(*id).or_default().insert(*partition, self.target_epoch);
                }
            }
        }
        next.current.enter(self.target_epoch);
        next.current.state = match waits {
            true => MemberState::UnreleasedPartitions,
            false => MemberState::Stable,
        };
        next.current.assigned = kept;
        next.current.revoking = BTreeMap::new();
        next
    }

    /// The target's partitions of a topic, if the member reads it.
    fn wanted(&self, id: Uuid) -> Option<&BTreeSet<i32>> {
        self.target.get(&id).filter(|_| self.subscribed.contains(&id))
    }
}

fn holds(held: &Held, id: Uuid, partition: i32) -> bool {
    held.get(&id).is_some_and(|partitions| partitions.contains_key(&partition))
}
