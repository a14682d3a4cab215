//! From a classic group to a consumer group and back, with its members at work (KIP-848).
//!
//! Up: the first member that comes with the newer protocol turns the group. Its generation becomes
//! the epoch, assignments become targets; members that still speak the classic protocol stay, and
//! rejoin one by one. Down: when the last member of the newer protocol is gone.

use std::collections::BTreeMap;
use std::sync::Arc;

use headrace_wire::ErrorCode;

use super::classic::{assignment_blob, assignment_of, subscription_of, CONSUMER};
use super::member::{ClassicPart, Current, Held, Member, Partitions, Subscription};
use super::{Hosted, Refusal, State, View};
use crate::group::{Group, GroupState};
use crate::member::Member as ClassicMember;

/// A change of protocol that is being written.
#[derive(Debug)]
pub(crate) enum Conversion {
    /// The classic group becomes a consumer group.
    Up {
        /// Its members were asked to rejoin and may not have done so.
        unsettled: bool,
    },
    /// The consumer group becomes this classic group.
    Down(Box<Group>),
}

impl Group {
    /// The group's members as a consumer group's.
    ///
    /// # Errors
    /// `GROUP_ID_NOT_FOUND` when it may not be turned.
    pub(crate) fn upgraded(&self, view: View) -> Result<State, Refusal> {
        let refuse = |why: &str| {
            let why =
                format!("Cannot upgrade classic group {} to consumer group because {why}", self.id);
            Err(Refusal::new(ErrorCode::GroupIdNotFound, why))
        };
        if self.members.is_empty() {
            return Ok(State { epoch: self.generation, ..State::default() });
        }
        if !view.config.consumer.migration.upgrades() {
            return refuse("online upgrade is disabled.");
        }
        if self.protocol_type.as_deref() != Some(CONSUMER) {
            return refuse("the group does not use the consumer embedded protocol.");
        }
        if self.members.len() > view.config.consumer.max_size {
            return refuse("the group size exceeds the consumer group maximum size.");
        }
        let mut state = State {
            epoch: self.generation,
            target_epoch: self.generation,
            target_ms: view.now_ms,
            ..State::default()
        };
        for member in self.members.values() {
            let Some((member, target)) = upgraded_member(self.generation, member, view) else {
                return refuse("an unsupported custom assignor is in use.");
            };
            state.members.insert(member.0, Arc::new(member.1));
            state.targets.insert(target.0, Arc::new(target.1));
        }
        Ok(state)
    }

    /// Ends what waits in the classic group: its members find themselves in a consumer group.
    pub(crate) fn forget_members(&mut self) {
        let offsets = std::mem::take(&mut self.offsets);
        let consumer = self.consumer.take();
        let (scheduled_ms, state_since_ms) = (self.scheduled_ms, self.state_since_ms);
        *self = Group::new(&self.id, state_since_ms);
        (self.offsets, self.consumer, self.scheduled_ms) = (offsets, consumer, scheduled_ms);
    }
}

type Named<T> = (String, T);

fn upgraded_member(
    generation: i32,
    member: &ClassicMember,
    view: View,
) -> Option<(Named<Member>, Named<Partitions>)> {
    let first = member.protocols.first().map(|(_, metadata)| metadata.clone());
    let (_, wanted) = subscription_of(&first.unwrap_or_default())?;
    let target = assignment_of(&member.assignment, view.topics)?;
    let with_epoch = |partitions: &std::collections::BTreeSet<i32>| -> BTreeMap<i32, i32> {
        partitions.iter().map(|partition| (*partition, generation)).collect()
    };
    let assigned: Held = target.iter().map(|(id, p)| (*id, with_epoch(p))).collect();
    let subscription = Subscription {
        instance_id: member.instance_id.clone(),
        rack_id: wanted.rack_id.as_ref().map(ToString::to_string),
        client_id: member.client_id.clone(),
        client_host: member.client_host.clone(),
        topics: wanted.topics.iter().map(ToString::to_string).collect(),
        regex: String::new(),
        rebalance_timeout_ms: member.rebalance_timeout_ms,
        assignor: None,
        classic: Some(ClassicPart {
            session_timeout_ms: member.session_timeout_ms,
            protocols: member.protocols.clone(),
        }),
    };
    let current =
        Current { epoch: generation, previous_epoch: generation, assigned, ..Current::default() };
    let id = member.id.clone();
    Some(((id.clone(), Member { subscription, current }), (id, target)))
}

impl Hosted {
    /// The classic group that this one has to become: all its members speak that protocol, and
    /// the settings allow it. `generation` is the last epoch that they can have been told.
    pub(super) fn downgraded(&self, view: View, generation: i32) -> Option<Group> {
        let members = &self.state.members;
        if members.is_empty()
            || members.len() > view.config.max_group_members
            || !view.config.consumer.migration.downgrades()
            || !members.values().all(|member| member.is_classic())
        {
            return None;
        }
        let mut group = Group::new(view.group_id, view.now_ms);
        group.state = GroupState::Stable;
        group.generation = generation;
        group.protocol_type = Some(CONSUMER.to_owned());
        for (id, member) in members {
            let Some(classic) = &member.subscription.classic else { continue };
            let own = &member.subscription;
            if let Some(instance_id) = &own.instance_id {
                group.instances.insert(instance_id.clone(), id.clone());
            }
            let assignment = assignment_blob(member, &member.current.assigned, view.topics);
            let classic = ClassicMember {
                id: id.clone(),
                instance_id: own.instance_id.clone(),
                client_id: own.client_id.clone(),
                client_host: own.client_host.clone(),
                session_timeout_ms: classic.session_timeout_ms,
                rebalance_timeout_ms: own.rebalance_timeout_ms,
                protocols: classic.protocols.clone(),
                assignment,
                join: None,
                sync: None,
                is_new: false,
                synced: true,
                deadline_ms: view.now_ms.saturating_add(i64::from(classic.session_timeout_ms)),
            };
            group.members.insert(id.clone(), classic);
        }
        group.leader = group.members.keys().next().cloned();
        group.protocol = group.select_protocol();
        Some(group)
    }
}
