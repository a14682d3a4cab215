//! ConsumerGroupHeartbeat: joining, staying and leaving.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use headrace_wire::messages::consumer_group_heartbeat::{
    Assignment, ConsumerGroupHeartbeatResponseTopicPartitions, TopicPartitions,
};
use headrace_wire::messages::{ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse};
use headrace_wire::{ErrorCode, Str};

use super::member::{names, Current, Member, Partitions};
use super::regexes::compile;
use super::{Hosted, Refusal, View, LEAVE_EPOCH, LEAVE_FOR_A_WHILE_EPOCH};
use crate::api::Call;
use crate::config::{Config, MAX_NAME_BYTES};

/// From this version on the client makes its own member id.
const OWN_MEMBER_ID_FROM: i16 = 1;

fn invalid<T>(why: &str) -> Result<T, Refusal> {
    Err(Refusal::new(ErrorCode::InvalidRequest, why))
}

/// What can be said of a request without knowing its group.
pub(crate) fn check(
    config: &Config,
    version: i16,
    request: &ConsumerGroupHeartbeatRequest,
) -> Result<(), Refusal> {
    if request.member_id.is_empty() && (version >= OWN_MEMBER_ID_FROM || request.member_epoch != 0)
    {
        return invalid("MemberId can't be empty.");
    }
    let empty = |text: &Option<Str>| text.as_deref().is_some_and(str::is_empty);
    if request.group_id.trim().is_empty() {
        return invalid("GroupId can't be empty.");
    }
    if empty(&request.instance_id) {
        return invalid("InstanceId can't be empty.");
    }
    if empty(&request.rack_id) {
        return invalid("RackId can't be empty.");
    }
    let names = request.subscribed_topic_names.iter().flatten();
    let names = names.chain(&request.instance_id).chain(&request.rack_id);
    let mut names = names.chain([&request.member_id]);
    if names.any(|name| name.len() > MAX_NAME_BYTES) {
        return invalid("A name is too long.");
    }
    match request.member_epoch {
        0 => check_join(request)?,
        LEAVE_FOR_A_WHILE_EPOCH if request.instance_id.is_none() => {
            return invalid("InstanceId can't be null.");
        }
        LEAVE_EPOCH | LEAVE_FOR_A_WHILE_EPOCH | 1.. => {}
        _ => return invalid("MemberEpoch is invalid."),
    }
    let Some(assignor) = request.server_assignor.as_deref() else { return Ok(()) };
    if config.consumer.has_assignor(assignor) {
        return Ok(());
    }
    let known = config.consumer.assignors.join(", ");
    let why = format!("ServerAssignor {assignor} is not supported. Supported assignors: {known}.");
    Err(Refusal::new(ErrorCode::UnsupportedAssignor, why))
}

fn check_join(request: &ConsumerGroupHeartbeatRequest) -> Result<(), Refusal> {
    if request.rebalance_timeout_ms == -1 {
        return invalid("RebalanceTimeoutMs must be provided in first request.");
    }
    if request.topic_partitions.as_ref().is_none_or(|owned| !owned.is_empty()) {
        return invalid("TopicPartitions must be empty when (re-)joining.");
    }
    if request.subscribed_topic_names.is_none() && request.subscribed_topic_regex.is_none() {
        return invalid(
            "Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when \
             (re-)joining.",
        );
    }
    Ok(())
}

fn owned_partitions(owned: &[TopicPartitions]) -> Partitions {
    let mut all = Partitions::new();
    for topic in owned {
        all.entry(topic.topic_id).or_default().extend(&topic.partitions);
    }
    all
}

impl Hosted {
    pub(super) fn heartbeat(
        &mut self,
        view: View,
        call: &Call,
        request: &ConsumerGroupHeartbeatRequest,
    ) -> Result<ConsumerGroupHeartbeatResponse, Refusal> {
        if request.member_epoch < 0 {
            return self.leave_new(view, request);
        }
        let owned = request.topic_partitions.as_deref().map(owned_partitions);
        let id = match request.member_id.is_empty() {
            true => call.uuid.to_string(),
            false => request.member_id.to_string(),
        };
        self.check_room(view, &request.member_id)?;
        let before = match request.instance_id.as_deref() {
            None => self.dynamic_member(view, &id, request.member_epoch, owned.as_ref())?,
            Some(instance) => {
                self.known_instance(&id, instance, request.member_epoch, owned.as_ref())?
            }
        };
        let mut member = before.clone();
        subscribe(&mut member, call, request)?;
        let (old, new) = (&before.subscription, &member.subscription);
        let resubscribed = old.topics != new.topics || old.regex != new.regex;
        self.put(&id, member);
        self.follow(view, &id, owned.as_ref(), resubscribed);
        self.heard_of(view, &id);
        self.watch_revocation(view.now_ms, &id);
        let Some(member) = self.state.members.get(&id) else {
            return Err(unknown_member(view.group_id, &id));
        };
        let full = request.rebalance_timeout_ms != -1
            && owned.is_some()
            && (request.subscribed_topic_names.is_some()
                || request.subscribed_topic_regex.is_some());
        let tell = request.member_epoch == 0
            || full
            || !before.current.has_same_partitions(&member.current);
        Ok(ConsumerGroupHeartbeatResponse {
            member_id: Some(Str::from(&id)),
            member_epoch: member.current.epoch,
            heartbeat_interval_ms: view.topics.consumer_heartbeat_interval_ms(view.group_id),
            assignment: tell.then(|| assignment(&member.current)),
            ..Default::default()
        })
    }

    /// What follows from a member's word: perhaps a new epoch, then new targets, then a step
    /// towards its own.
    pub(super) fn follow(
        &mut self,
        view: View,
        id: &str,
        owned: Option<&Partitions>,
        resubscribed: bool,
    ) {
        if resubscribed {
            self.edit().drop_unused_regexes();
        }
        self.resolve_regexes(view.topics, view.now_ms);
        let moved = std::mem::take(&mut self.stale)
            && self.state.metadata_hash != self.state.hash(view.topics);
        if self.state.epoch == 0 || resubscribed || moved {
            self.edit().raise_epoch(view.topics);
        }
        if self.state.epoch > self.state.target_epoch {
            self.edit().retarget(view);
        }
        let Some(member) = self.state.members.get(id).cloned() else { return };
        let next = self.state.reconciled(id, &member, view.topics, owned, resubscribed);
        self.put(id, next);
    }

    pub(super) fn check_room(&self, view: View, id: &str) -> Result<(), Refusal> {
        let limit = view.config.consumer.max_size;
        let members = &self.state.members;
        if members.len() < limit || (!id.is_empty() && members.contains_key(id)) {
            return Ok(());
        }
        let why =
            format!("The consumer group has reached its maximum capacity of {limit} members.");
        Err(Refusal::new(ErrorCode::GroupMaxSizeReached, why))
    }

    fn dynamic_member(
        &self,
        view: View,
        id: &str,
        epoch: i32,
        owned: Option<&Partitions>,
    ) -> Result<Member, Refusal> {
        match self.state.members.get(id) {
            Some(member) => {
                check_epoch(&member.current, epoch, owned)?;
                Ok((**member).clone())
            }
            None if epoch == 0 => Ok(Member::default()),
            None => Err(unknown_member(view.group_id, id)),
        }
    }

    /// The member behind an instance id. One that left for a while hands its place over to
    /// whoever comes with its instance id.
    fn known_instance(
        &mut self,
        id: &str,
        instance: &str,
        epoch: i32,
        owned: Option<&Partitions>,
    ) -> Result<Member, Refusal> {
        let held = self.state.static_member(instance);
        let held = held.map(|(held_by, member)| (held_by.clone(), Arc::clone(member)));
        match held {
            None if epoch == 0 => Ok(Member::default()),
            None => Err(unknown_instance(instance)),
            Some((held_by, member)) if epoch == 0 => {
                if member.current.epoch == LEAVE_FOR_A_WHILE_EPOCH {
                    return Ok(self.take_over(&held_by, id, &member));
                }
                if held_by == id {
                    return Ok((*member).clone());
                }
                let why = format!(
                    "Static member {id} with instance id {instance} cannot join the group \
                     because the instance id is owned by {held_by} member."
                );
                Err(Refusal::new(ErrorCode::UnreleasedInstanceId, why))
            }
            Some((held_by, member)) => {
                check_instance(&held_by, id, instance)?;
                check_epoch(&member.current, epoch, owned)?;
                Ok((*member).clone())
            }
        }
    }

    /// Gives a static member's place, partitions and target to a new member id.
    pub(super) fn take_over(&mut self, old: &str, id: &str, member: &Member) -> Member {
        let mut heir = member.clone();
        heir.current.epoch = 0;
        heir.current.previous_epoch = 0;
        let state = self.edit();
        state.members.remove(old);
        if let Some(target) = state.targets.remove(old) {
            state.targets.insert(id.to_owned(), target);
        }
        state.set(id, heir.clone());
        self.drop_timers();
        heir
    }

    fn leave_new(
        &mut self,
        view: View,
        request: &ConsumerGroupHeartbeatRequest,
    ) -> Result<ConsumerGroupHeartbeatResponse, Refusal> {
        let id: &str = &request.member_id;
        let member = match request.instance_id.as_deref() {
            None => self.state.members.get(id).ok_or_else(|| unknown_member(view.group_id, id))?,
            Some(instance) => {
                let held = self.state.static_member(instance);
                let (held_by, member) = held.ok_or_else(|| unknown_instance(instance))?;
                check_instance(held_by, id, instance)?;
                member
            }
        };
        if request.member_epoch == LEAVE_FOR_A_WHILE_EPOCH {
            let mut away = (**member).clone();
            away.current.epoch = LEAVE_FOR_A_WHILE_EPOCH;
            away.current.revoking = BTreeMap::new();
            self.put(id, away);
            self.watch_revocation(view.now_ms, id);
        } else {
            self.fence(view, &[id.to_owned()]);
        }
        Ok(ConsumerGroupHeartbeatResponse {
            member_id: Some(request.member_id.clone()),
            member_epoch: request.member_epoch,
            ..Default::default()
        })
    }

    /// Throws members out; the others share their partitions from the next heartbeat on.
    pub(super) fn fence(&mut self, view: View, ids: &[String]) {
        let state = self.edit();
        ids.iter().for_each(|id| state.remove(id));
        state.raise_epoch(view.topics);
        self.drop_timers();
    }

    /// Throws out whoever is overdue.
    pub(super) fn expire(&mut self, view: View) {
        let gone = self.overdue(view.now_ms);
        if !gone.is_empty() {
            self.fence(view, &gone);
        }
    }
}

fn subscribe(
    member: &mut Member,
    call: &Call,
    request: &ConsumerGroupHeartbeatRequest,
) -> Result<(), Refusal> {
    let own = &mut member.subscription;
    let text = |text: &Option<Str>| text.as_ref().map(Str::to_string);
    own.instance_id = text(&request.instance_id).or_else(|| own.instance_id.take());
    own.rack_id = text(&request.rack_id).or_else(|| own.rack_id.take());
    own.assignor = text(&request.server_assignor).or_else(|| own.assignor.take());
    if request.rebalance_timeout_ms != -1 {
        own.rebalance_timeout_ms = request.rebalance_timeout_ms;
    }
    if let Some(topics) = &request.subscribed_topic_names {
        own.topics = topics.iter().map(Str::to_string).collect::<BTreeSet<String>>();
    }
    if let Some(regex) = request.subscribed_topic_regex.as_deref() {
        if own.regex != regex && !regex.is_empty() {
            compile(regex)?;
        }
        own.regex = regex.to_owned();
    }
    own.client_id.clone_from(&call.client_id);
    own.client_host.clone_from(&call.client_host);
    own.classic = None;
    Ok(())
}

/// Is the epoch the member's, or the one before whose answer was lost?
fn check_epoch(current: &Current, epoch: i32, owned: Option<&Partitions>) -> Result<(), Refusal> {
    let ours = current.epoch;
    let than = match epoch {
        0 => return Ok(()),
        _ if epoch == ours => return Ok(()),
        _ if epoch > ours => "greater",
        _ => {
            let lost = epoch == current.previous_epoch
                && owned.is_some_and(|owned| is_subset(owned, &names(&current.assigned)));
            if lost {
                return Ok(());
            }
            "smaller"
        }
    };
    let why = format!(
        "The consumer group member has a {than} member epoch ({epoch}) than the one known by the \
         group coordinator ({ours}). The member must abandon all its partitions and rejoin."
    );
    Err(Refusal::new(ErrorCode::FencedMemberEpoch, why))
}

fn is_subset(some: &Partitions, all: &Partitions) -> bool {
    some.iter().all(|(id, partitions)| {
        partitions.is_empty() || all.get(id).is_some_and(|held| partitions.is_subset(held))
    })
}

pub(super) fn unknown_member(group: &str, id: &str) -> Refusal {
    let why = format!("Member {id} is not a member of group {group}.");
    Refusal::new(ErrorCode::UnknownMemberId, why)
}

pub(super) fn unknown_instance(instance: &str) -> Refusal {
    Refusal::new(ErrorCode::UnknownMemberId, format!("Instance id {instance} is unknown."))
}

pub(super) fn check_instance(held_by: &str, id: &str, instance: &str) -> Result<(), Refusal> {
    if held_by == id {
        return Ok(());
    }
    let why =
        format!("Static member {id} with instance id {instance} was fenced by member {held_by}.");
    Err(Refusal::new(ErrorCode::FencedInstanceId, why))
}

fn assignment(current: &Current) -> Assignment {
    let topics = names(&current.assigned).into_iter();
    let topics =
        topics.map(|(topic_id, partitions)| ConsumerGroupHeartbeatResponseTopicPartitions {
            topic_id,
            partitions: partitions.into_iter().collect(),
        });
    Assignment { topic_partitions: topics.collect() }
}
