//! One member of a streams group, as the log holds it.

use std::collections::BTreeMap;

use super::tasks::Held;
pub(crate) use crate::consumer::member::MemberState;

/// Who a member is.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Profile {
    pub(crate) rack_id: Option<String>,
    pub(crate) client_id: String,
    pub(crate) client_host: String,
    pub(crate) rebalance_timeout_ms: i32,
    pub(crate) topology_epoch: i32,
    /// Of one running application, which may have many members.
    pub(crate) process_id: String,
    /// Where its state can be asked for.
    pub(crate) endpoint: Option<(String, u16)>,
    pub(crate) tags: BTreeMap<String, String>,
}

/// What a member has.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Current {
    pub(crate) epoch: i32,
    pub(crate) previous_epoch: i32,
    pub(crate) state: MemberState,
    pub(crate) assigned: Held,
    /// What it was told to give up and has not confirmed yet.
    pub(crate) revoking: Held,
}

impl Current {
    /// The epoch to be in from now on; a member may still ask with the one before, since the
    /// answer that raised it can be lost.
    pub(crate) fn enter(&mut self, epoch: i32) {
        if self.epoch != epoch {
            self.previous_epoch = self.epoch;
            self.epoch = epoch;
        }
    }
}

/// A member of a streams group.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Member {
    pub(crate) profile: Profile,
    pub(crate) current: Current,
}

impl Member {
    /// Whether its process runs the task as a standby, be it for the last moment.
    pub(crate) fn stands_by(&self, subtopology: &str, partition: i32) -> bool {
        let has = |held: &Held| super::tasks::has(&held.standby, subtopology, partition);
        has(&self.current.assigned) || has(&self.current.revoking)
    }

    /// Whether it runs the task, be it for the last moment.
    pub(crate) fn runs(&self, subtopology: &str, partition: i32) -> bool {
        let has = |held: &Held| held.has_active(subtopology, partition);
        has(&self.current.assigned) || has(&self.current.revoking)
    }
}
