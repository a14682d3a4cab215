//! Who leads what, from this node's own replicas and from what other nodes tell.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, RwLock};

use tokio::sync::broadcast;

use crate::image::{GroupId, NodeId};
use crate::partition::{LeaderInfo, LeadershipEvent};

/// Events that a slow listener may miss before it is told to look for itself.
const EVENTS: usize = 4096;

/// The table of leaders.
#[derive(Debug)]
pub(crate) struct Leaders {
    by_group: RwLock<HashMap<GroupId, LeaderInfo>>,
    /// Groups that replicas of this node lead and serve, with their epochs.
    serving: Mutex<BTreeMap<GroupId, i32>>,
    /// Groups of this node whose leadership changed since the last gossip.
    news: Mutex<BTreeSet<GroupId>>,
    events: broadcast::Sender<LeadershipEvent>,
}

impl Leaders {
    pub fn new() -> Leaders {
        Leaders {
            by_group: RwLock::default(),
            serving: Mutex::default(),
            news: Mutex::default(),
            events: broadcast::channel(EVENTS).0,
        }
    }

    pub fn get(&self, group: GroupId) -> Option<LeaderInfo> {
        self.by_group.read().unwrap_or_else(|e| e.into_inner()).get(&group).cloned()
    }

    pub fn events(&self) -> broadcast::Receiver<LeadershipEvent> {
        self.events.subscribe()
    }

    /// News of one of this node's replicas. Returns whether other nodes should hear it.
    pub fn own(
        &self,
        me: NodeId,
        group: GroupId,
        info: Option<LeaderInfo>,
        serving: bool,
        epoch: i32,
    ) -> bool {
        match info {
            Some(info) => self.learn(group, info),
            None => self.forget_own(me, group),
        }
        let mut table = self.serving.lock().unwrap_or_else(|e| e.into_inner());
        let before = table.get(&group).copied();
        let after = serving.then_some(epoch);
        if serving {
            table.insert(group, epoch);
        } else {
            table.remove(&group);
        }
        drop(table);
        if let Some(epoch) = before.filter(|_| before != after) {
            let _ = self.events.send(LeadershipEvent { group, epoch, is_leader: false });
        }
        if let Some(epoch) = after.filter(|_| before != after) {
            let _ = self.events.send(LeadershipEvent { group, epoch, is_leader: true });
        }
        if serving {
            self.news.lock().unwrap_or_else(|e| e.into_inner()).insert(group);
        }
        serving
    }

    /// A replica of this node ceased to lead and knows of no other leader yet.
    fn forget_own(&self, me: NodeId, group: GroupId) {
        let mut table = self.by_group.write().unwrap_or_else(|e| e.into_inner());
        if table.get(&group).is_some_and(|info| info.leader == me) {
            table.remove(&group);
        }
    }

    /// Takes in who leads a group, unless something newer is known.
    pub fn learn(&self, group: GroupId, info: LeaderInfo) {
        let mut table = self.by_group.write().unwrap_or_else(|e| e.into_inner());
        match table.get_mut(&group) {
            Some(known) if info.epoch < known.epoch => {}
            // A follower knows the leader but not who is in sync.
            Some(known) if info.epoch == known.epoch && info.in_sync.is_empty() => {}
            Some(known) => *known = info,
            None => {
                table.insert(group, info);
            }
        }
    }

    /// The group is gone.
    pub fn remove(&self, group: GroupId) {
        self.by_group.write().unwrap_or_else(|e| e.into_inner()).remove(&group);
        let mut serving = self.serving.lock().unwrap_or_else(|e| e.into_inner());
        if let Some(epoch) = serving.remove(&group) {
            let _ = self.events.send(LeadershipEvent { group, epoch, is_leader: false });
        }
    }

    /// How many groups this node leads.
    pub fn serving_count(&self) -> usize {
        self.serving.lock().unwrap_or_else(|e| e.into_inner()).len()
    }

    /// All groups that this node leads.
    pub fn served(&self) -> Vec<(GroupId, LeaderInfo)> {
        let serving =
            self.serving.lock().unwrap_or_else(|e| e.into_inner()).keys().copied().collect();
        self.with_infos(serving)
    }

    /// The groups that this node leads and that have news since the last call.
    pub fn take_news(&self) -> Vec<(GroupId, LeaderInfo)> {
        let news = std::mem::take(&mut *self.news.lock().unwrap_or_else(|e| e.into_inner()));
        let serving = {
            let serving = self.serving.lock().unwrap_or_else(|e| e.into_inner());
            news.into_iter().filter(|group| serving.contains_key(group)).collect()
        };
        self.with_infos(serving)
    }

    fn with_infos(&self, serving: Vec<GroupId>) -> Vec<(GroupId, LeaderInfo)> {
        let table = self.by_group.read().unwrap_or_else(|e| e.into_inner());
        serving.into_iter().filter_map(|g| Some((g, table.get(&g)?.clone()))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(leader: NodeId, epoch: i32, in_sync: &[NodeId]) -> LeaderInfo {
        LeaderInfo { leader, epoch, in_sync: in_sync.to_vec() }
    }

    #[test]
    fn newer_epochs_win_and_a_leaders_own_word_is_kept() {
        let leaders = Leaders::new();
        leaders.learn(5, info(1, 3, &[1, 2]));
        leaders.learn(5, info(1, 3, &[]));
        assert_eq!(leaders.get(5), Some(info(1, 3, &[1, 2])), "a follower knows less");
        leaders.learn(5, info(0, 2, &[0]));
        assert_eq!(leaders.get(5), Some(info(1, 3, &[1, 2])), "old");
        leaders.learn(5, info(2, 4, &[]));
        assert_eq!(leaders.get(5), Some(info(2, 4, &[])));
    }

    #[test]
    fn leadership_is_told_once_and_withdrawn() {
        let leaders = Leaders::new();
        let mut events = leaders.events();
        let event = |epoch, is_leader| LeadershipEvent { group: 9, epoch, is_leader };
        assert!(leaders.own(0, 9, Some(info(0, 1, &[0])), true, 1));
        leaders.own(0, 9, Some(info(0, 1, &[0, 1])), true, 1);
        assert_eq!(leaders.take_news(), [(9, info(0, 1, &[0, 1]))]);
        assert!(leaders.take_news().is_empty());
        assert_eq!(leaders.served().len(), 1);
        leaders.own(0, 9, None, false, 2);
        assert_eq!(leaders.get(9), None);
        assert_eq!(events.try_recv(), Ok(event(1, true)));
        assert_eq!(events.try_recv(), Ok(event(1, false)));
        assert!(events.try_recv().is_err());
        assert_eq!(leaders.serving_count(), 0);
    }
}
