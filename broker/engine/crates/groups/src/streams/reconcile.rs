//! From what a member has to what it shall have: give up, wait for others to give up, take.
//!
//! A task is active at one member at any time, and a process has one copy of it: whoever was told
//! to give it up counts as its holder until it has confirmed, or was thrown out.

use super::member::{Member, MemberState};
use super::tasks::{add, each, has, Held, Tasks};

/// What a reconciliation looks at besides the member.
pub(crate) struct Goal<'a> {
    pub(crate) target_epoch: i32,
    pub(crate) target: &'a Tasks,
    /// What the member says it has; none when that has not changed.
    pub(crate) owned: Option<&'a Tasks>,
    /// All other members.
    pub(crate) others: &'a [&'a Member],
}

impl Goal<'_> {
    /// Does the member still have any of these? It does unless it says otherwise.
    fn still_owns(&self, revoking: &Held) -> bool {
        self.owned.is_none_or(|owned| revoking.overlaps(owned))
    }

    /// The member, one step further; as it was when there is nothing to do.
    pub(crate) fn step(&self, member: &Member) -> Member {
        let current = &member.current;
        match current.state {
            MemberState::Stable if current.epoch == self.target_epoch => member.clone(),
            MemberState::UnrevokedPartitions if self.still_owns(&current.revoking) => {
                member.clone()
            }
            MemberState::UnrevokedPartitions => self.next(member, current.epoch + 1),
            _ => self.next(member, current.epoch),
        }
    }

    fn next(&self, member: &Member, epoch: i32) -> Member {
        let (mut kept, revoking) = self.split(&member.current.assigned);
        let mut next = member.clone();
        if !revoking.is_empty() && self.still_owns(&revoking) {
            next.current.enter(epoch);
            next.current.state = MemberState::UnrevokedPartitions;
            (next.current.assigned, next.current.revoking) = (kept, revoking);
            return next;
        }
        let mut waits = false;
        for (id, partition) in each(&self.target.active) {
            if kept.has_active(id, partition) {
                continue;
            }
            if self.is_free_to_run(member, id, partition) {
                kept.give(id, partition, self.target_epoch);
            } else {
                waits = true;
            }
        }
        for (id, partition) in each(&self.target.standby) {
            if has(&kept.standby, id, partition) {
                continue;
            }
            if self.is_free_in_process(member, id, partition) {
                add(&mut kept.standby, id, partition);
            } else {
                waits = true;
            }
        }
        next.current.enter(self.target_epoch);
        next.current.state = match waits {
            true => MemberState::UnreleasedPartitions,
            false => MemberState::Stable,
        };
        (next.current.assigned, next.current.revoking) = (kept, Held::default());
        next
    }

    /// What stays and what goes.
    fn split(&self, assigned: &Held) -> (Held, Held) {
        let (mut kept, mut revoking) = (Held::default(), Held::default());
        for (id, dated) in &assigned.active {
            for (&partition, &epoch) in dated {
                let stays = has(&self.target.active, id, partition);
                let into = if stays { &mut kept } else { &mut revoking };
                into.give(id, partition, epoch);
            }
        }
        for (id, partition) in each(&assigned.standby) {
            let stays = has(&self.target.standby, id, partition);
            let into = if stays { &mut kept } else { &mut revoking };
            add(&mut into.standby, id, partition);
        }
        (kept, revoking)
    }

    fn is_free_to_run(&self, member: &Member, id: &str, partition: i32) -> bool {
        !self.others.iter().any(|other| {
            let here = other.profile.process_id == member.profile.process_id;
            other.runs(id, partition) || (here && other.stands_by(id, partition))
        })
    }

    fn is_free_in_process(&self, member: &Member, id: &str, partition: i32) -> bool {
        !self.others.iter().any(|other| {
            let here = other.profile.process_id == member.profile.process_id;
            here && (other.runs(id, partition) || other.stands_by(id, partition))
        })
    }
}
