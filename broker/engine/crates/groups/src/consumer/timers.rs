//! When members are given up: what a node knows and the log does not.

use super::member::{Member, MemberState};
use super::{Hosted, View};

/// The deadlines of one member, Unix ms.
#[derive(Clone, Debug, Default)]
pub(crate) struct Timers {
    /// It must be heard of before.
    pub(super) session_ms: i64,
    /// It must have given up what it was told to before; the epoch that it was in then.
    pub(super) revoke: Option<(i64, i32)>,
    /// A classic member that was told to rejoin must have done so before.
    pub(super) join_ms: Option<i64>,
    /// A classic member that has joined must have asked for its assignment before.
    pub(super) sync_ms: Option<i64>,
}

impl Timers {
    fn next_ms(&self) -> i64 {
        let others = self.revoke.map(|(at, _)| at).into_iter();
        let others = others.chain(self.join_ms).chain(self.sync_ms);
        others.fold(self.session_ms, i64::min)
    }
}

/// How long a member may take to give partitions up, ms.
pub(super) fn rebalance_timeout_ms(member: &Member) -> i64 {
    i64::from(member.subscription.rebalance_timeout_ms.max(0))
}

impl Hosted {
    /// The member is alive.
    pub(super) fn heard_of(&mut self, view: View, id: &str) {
        let Some(member) = self.state.members.get(id) else { return };
        let timeout_ms = match &member.subscription.classic {
            Some(classic) => classic.session_timeout_ms,
            None => view.topics.consumer_session_timeout_ms(view.group_id),
        };
        let timers = self.timers.entry(id.to_owned()).or_default();
        timers.session_ms = view.now_ms.saturating_add(i64::from(timeout_ms));
    }

    /// Starts the time for giving partitions up when that was asked, ends it when it is done.
    pub(super) fn watch_revocation(&mut self, now_ms: i64, id: &str) {
        let Some(member) = self.state.members.get(id) else { return };
        let timers = self.timers.entry(id.to_owned()).or_default();
        let epoch = member.current.epoch;
        if member.current.state != MemberState::UnrevokedPartitions {
            timers.revoke = None;
        } else if timers.revoke.is_none_or(|(_, since)| since != epoch) {
            timers.revoke = Some((now_ms.saturating_add(rebalance_timeout_ms(member)), epoch));
        }
    }

    /// Every member starts anew on this node.
    pub(crate) fn start_timers(&mut self, view: View) {
        let ids: Vec<String> = self.state.members.keys().cloned().collect();
        for id in ids {
            self.heard_of(view, &id);
            self.watch_revocation(view.now_ms, &id);
        }
    }

    /// Forgets members that are gone.
    pub(super) fn drop_timers(&mut self) {
        let members = &self.state.members;
        self.timers.retain(|id, _| members.contains_key(id));
    }

    /// The next deadline; none while a write is under way, which is waited for first.
    pub(crate) fn next_deadline_ms(&self) -> Option<i64> {
        if self.is_writing() {
            return None;
        }
        self.timers.values().map(Timers::next_ms).min()
    }

    /// Members whose time is over.
    pub(super) fn overdue(&self, now_ms: i64) -> Vec<String> {
        let over = self.timers.iter().filter(|(_, timers)| timers.next_ms() <= now_ms);
        over.map(|(id, _)| id.clone()).collect()
    }
}
