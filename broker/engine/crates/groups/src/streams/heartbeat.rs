//! StreamsGroupHeartbeat: joining, staying and leaving.

use std::collections::BTreeMap;
use std::sync::Arc;

use headrace_wire::messages::create_topics::CreatableTopic;
use headrace_wire::messages::streams_group_heartbeat::{
    EndpointToPartitions, StreamsGroupHeartbeatResponseEndpoint,
    StreamsGroupHeartbeatResponseTaskIds as Given, TaskIds as Owned, TopicPartition, Topology,
};
use headrace_wire::messages::streams_group_topology_record as persisted;
use headrace_wire::messages::{
    StreamsGroupHeartbeatRequest, StreamsGroupHeartbeatResponse, StreamsGroupTopologyValue,
};
use headrace_wire::{ErrorCode, Message, Str};

use super::member::{Current, Member, Profile};
use super::reconcile::Goal;
use super::tasks::{each, TaskIds, Tasks};
use super::topology::{sources_of, Configured, Status};
use super::{Hosted, State, STANDBY_REPLICAS};
use crate::api::Call;
use crate::config::MAX_NAME_BYTES;
use crate::consumer::{Refusal, View, LEAVE_EPOCH, LEAVE_FOR_A_WHILE_EPOCH};

type Answer = (StreamsGroupHeartbeatResponse, Vec<CreatableTopic>);

fn invalid<T>(why: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::new(ErrorCode::InvalidRequest, why))
}

/// What can be said of a request without knowing its group.
pub(crate) fn check(request: &StreamsGroupHeartbeatRequest) -> Result<(), Refusal> {
    check_supported(request)?;
    if request.member_id.is_empty() {
        return invalid("MemberId can't be empty.");
    }
    if request.group_id.trim().is_empty() {
        return invalid("GroupId can't be empty.");
    }
    if request.rack_id.as_deref().is_some_and(str::is_empty) {
        return invalid("RackId can't be empty.");
    }
    check_lengths(request)?;
    match request.member_epoch {
        0 => check_join(request)?,
        LEAVE_FOR_A_WHILE_EPOCH => return invalid("InstanceId can't be null."),
        ..LEAVE_FOR_A_WHILE_EPOCH => {
            let epoch = request.member_epoch;
            return invalid(format!(
                "MemberEpoch is {epoch}, but must be greater than or equal to -2."
            ));
        }
        LEAVE_EPOCH | 1.. if request.topology.is_some() => {
            return invalid("Topology can only be provided when (re-)joining.");
        }
        LEAVE_EPOCH | 1.. => {}
    }
    let told = [&request.active_tasks, &request.standby_tasks, &request.warmup_tasks];
    let told = told.iter().filter(|tasks| tasks.is_some()).count();
    match told {
        0 | 3 => Ok(()),
        _ => invalid("If one task-type is non-null, all must be non-null."),
    }
}

/// Parts of the protocol that no release of Apache Kafka serves yet either.
fn check_supported(request: &StreamsGroupHeartbeatRequest) -> Result<(), Refusal> {
    if request.instance_id.is_some() {
        return invalid("Static membership is not yet supported.");
    }
    if request.task_offsets.is_some() {
        return invalid("TaskOffsets are not supported yet.");
    }
    if request.task_end_offsets.is_some() {
        return invalid("TaskEndOffsets are not supported yet.");
    }
    if request.warmup_tasks.as_ref().is_some_and(|tasks| !tasks.is_empty()) {
        return invalid("WarmupTasks are not supported yet.");
    }
    let subtopologies = request.topology.iter().flat_map(|topology| &topology.subtopologies);
    if subtopologies.into_iter().any(|s| !s.source_topic_regex.is_empty()) {
        return invalid("Regular expressions for source topics are not supported yet.");
    }
    Ok(())
}

/// Names end in records whose lengths are bounded.
fn check_lengths(request: &StreamsGroupHeartbeatRequest) -> Result<(), Refusal> {
    let tags = request.client_tags.iter().flatten().flat_map(|tag| [&tag.key, &tag.value]);
    let endpoint = request.user_endpoint.iter().map(|at| &at.host);
    let own = [&request.member_id, &request.group_id];
    let names = request.rack_id.iter().chain(&request.process_id).chain(own);
    match names.chain(tags).chain(endpoint).any(|name| name.len() > MAX_NAME_BYTES) {
        true => invalid("A name is too long."),
        false => Ok(()),
    }
}

fn check_join(request: &StreamsGroupHeartbeatRequest) -> Result<(), Refusal> {
    if request.rebalance_timeout_ms == -1 {
        return invalid("RebalanceTimeoutMs must be provided in first request.");
    }
    let some = |tasks: &Option<Vec<Owned>>| tasks.as_ref().is_some_and(|tasks| !tasks.is_empty());
    if some(&request.active_tasks) {
        return invalid("ActiveTasks must be empty when (re-)joining.");
    }
    if some(&request.standby_tasks) {
        return invalid("StandbyTasks must be empty when (re-)joining.");
    }
    let Some(topology) = &request.topology else {
        return invalid("Topology must be non-null when (re-)joining.");
    };
    let mut changelogs = topology.subtopologies.iter().flat_map(|s| &s.state_changelog_topics);
    let Some(sized) = changelogs.find(|topic| topic.partitions != 0) else { return Ok(()) };
    let (name, partitions) = (&sized.name, sized.partitions);
    let why = format!(
        "Changelog topic {name} must have an undefined partition count, but it is set to \
         {partitions}."
    );
    Err(Refusal::new(ErrorCode::StreamsInvalidTopology, why))
}

impl Hosted {
    pub(super) fn heartbeat(
        &mut self,
        view: View,
        call: &Call,
        request: &StreamsGroupHeartbeatRequest,
    ) -> Result<Answer, Refusal> {
        let id: &str = &request.member_id;
        if request.member_epoch == LEAVE_EPOCH {
            return self.leave(view, request).map(|response| (response, Vec::new()));
        }
        let owned = owned_tasks(request);
        let before = self.known_member(view, id, request.member_epoch, owned.as_ref())?;
        let mut member = before.clone();
        update(&mut member.profile, call, request);
        let mut statuses = Vec::new();
        let was_empty = self.state.members.is_empty();
        let changed = !self.state.members.contains_key(id) || before.profile != member.profile;
        self.edit().members.insert(id.to_owned(), Arc::new(member));
        self.take_topology(request)?;
        let known = self.state.topology.as_ref().map_or(0, |topology| topology.epoch);
        let own = self.state.members[id].profile.topology_epoch;
        if own < known {
            statuses.push(Status::StaleTopology.told(format!(
                "The member's topology epoch {own} is behind the group's topology epoch {known}."
            )));
        }
        let configured = self.configure(view)?;
        if let (Some(owned), true) = (&owned, configured.is_ready()) {
            check_tasks(&configured, owned)?;
        }
        self.follow(view, &configured, changed);
        if was_empty {
            self.delay(view);
        }
        statuses.extend(self.aim(view, &configured));
        self.reconcile(id, owned.as_ref());
        self.heard_of(view, id);
        if request.shutdown_application {
            self.shutdown_by = Some(id.to_owned());
        }
        statuses.extend(configured.problem.iter().map(|(status, why)| status.told(why)));
        statuses.extend(self.shutdown_by.iter().map(|by| {
            Status::ShutdownApplication.told(format!(
                "Streams group member {by} encountered a fatal error and requested a shutdown for \
                 the entire application."
            ))
        }));
        let mut response = self.respond(view, request, &before.current, &configured);
        response.status = Some(statuses);
        Ok((response, configured.missing.clone()))
    }

    /// The member, a new one if it joins.
    fn known_member(
        &self,
        view: View,
        id: &str,
        epoch: i32,
        owned: Option<&Tasks>,
    ) -> Result<Member, Refusal> {
        match self.state.members.get(id) {
            Some(member) => {
                check_epoch(&member.current, epoch, owned)?;
                Ok((**member).clone())
            }
            None if epoch == 0 => {
                let limit = view.config.max_streams_members;
                if self.state.members.len() >= limit {
                    let why = format!(
                        "The streams group has reached its maximum capacity of {limit} members."
                    );
                    return Err(Refusal::new(ErrorCode::GroupMaxSizeReached, why));
                }
                Ok(Member::default())
            }
            None => Err(unknown_member(view.group_id, id)),
        }
    }

    /// The first topology that comes is the group's; another one needs another group.
    fn take_topology(&mut self, request: &StreamsGroupHeartbeatRequest) -> Result<(), Refusal> {
        let Some(given) = &request.topology else { return Ok(()) };
        let Some(given) = persisted(given) else { return invalid("A name is too long.") };
        match &self.state.topology {
            None => {
                self.edit().topology = Some(Arc::new(given));
                self.configured = None;
                Ok(())
            }
            Some(known) if known.epoch > given.epoch || **known == given => Ok(()),
            Some(_) => invalid("Topology updates are not supported yet."),
        }
    }

    /// A new epoch if anything has changed that targets depend on.
    fn follow(&mut self, view: View, configured: &Configured, changed: bool) {
        let mut head = self.state.head.clone();
        head.metadata_hash = self.state.hash(view.topics);
        let epoch = self.state.topology.as_ref().map(|topology| topology.epoch);
        head.validated_epoch = epoch.filter(|_| configured.is_ready()).unwrap_or(-1);
        let replicas = view.topics.streams_num_standby_replicas(view.group_id);
        head.settings = BTreeMap::from([(STANDBY_REPLICAS.to_owned(), replicas.to_string())]);
        if changed || head != self.state.head {
            let state = self.edit();
            state.head = head;
            state.raise_epoch();
        }
    }

    /// Members that start together get their tasks together.
    fn delay(&mut self, view: View) {
        let delay_ms = view.topics.streams_initial_rebalance_delay_ms(view.group_id);
        if delay_ms > 0 {
            let until_ms = view.now_ms.saturating_add(i64::from(delay_ms));
            self.delayed_until_ms.get_or_insert(until_ms);
        }
    }

    /// New targets if the group's epoch is ahead of them, unless more members are waited for.
    fn aim(
        &mut self,
        view: View,
        configured: &Configured,
    ) -> Option<headrace_wire::messages::streams_group_heartbeat::Status> {
        if self.state.head.epoch <= self.state.target_epoch {
            return None;
        }
        if self.delayed_until_ms.is_some() {
            let why = "Assignment delayed due to the configured initial rebalance delay.";
            return Some(Status::AssignmentDelayed.told(why));
        }
        self.edit().retarget(view, configured);
        None
    }

    /// The member one step nearer to its target.
    fn reconcile(&mut self, id: &str, owned: Option<&Tasks>) {
        let Some(member) = self.state.members.get(id) else { return };
        let others = self.state.members.iter().filter(|(other, _)| *other != id);
        let others: Vec<&Member> = others.map(|(_, member)| &**member).collect();
        let waits =
            self.delayed_until_ms.is_some() && self.state.head.epoch > self.state.target_epoch;
        let none = Arc::new(Tasks::default());
        let target = self.state.targets.get(id).filter(|_| !waits).unwrap_or(&none);
        let target_epoch = match waits {
            true => self.state.target_epoch.max(1),
            false => self.state.target_epoch,
        };
        let next = Goal { target_epoch, target, owned, others: &others }.step(member);
        if next != **member {
            self.edit().members.insert(id.to_owned(), Arc::new(next));
        }
    }

    fn respond(
        &mut self,
        view: View,
        request: &StreamsGroupHeartbeatRequest,
        before: &Current,
        configured: &Configured,
    ) -> StreamsGroupHeartbeatResponse {
        let member = Arc::clone(&self.state.members[&*request.member_id]);
        let tasks = member.current.assigned.tasks();
        let mut response = StreamsGroupHeartbeatResponse {
            member_id: request.member_id.clone(),
            member_epoch: member.current.epoch,
            heartbeat_interval_ms: view.topics.streams_heartbeat_interval_ms(view.group_id),
            ..Default::default()
        };
        if request.member_epoch == 0 || tasks != before.assigned.tasks() {
            response.active_tasks = Some(given(&tasks.active));
            response.standby_tasks = Some(given(&tasks.standby));
            response.warmup_tasks = Some(Vec::new());
            if member.profile.endpoint.is_some() {
                self.endpoint_epoch = self.endpoint_epoch.wrapping_add(1);
            }
        }
        response.endpoint_information_epoch = self.endpoint_epoch;
        if self.endpoint_epoch != request.endpoint_information_epoch {
            response.partitions_by_user_endpoint = Some(self.state.endpoints(view, configured));
        }
        response
    }

    fn leave(
        &mut self,
        view: View,
        request: &StreamsGroupHeartbeatRequest,
    ) -> Result<StreamsGroupHeartbeatResponse, Refusal> {
        let id: &str = &request.member_id;
        if !self.state.members.contains_key(id) {
            return Err(unknown_member(view.group_id, id));
        }
        if request.shutdown_application {
            self.shutdown_by = Some(id.to_owned());
        }
        self.remove(id);
        Ok(StreamsGroupHeartbeatResponse {
            member_id: request.member_id.clone(),
            member_epoch: request.member_epoch,
            status: Some(Vec::new()),
            ..Default::default()
        })
    }
}

impl State {
    /// Where the state of each partition can be asked for.
    fn endpoints(&self, view: View, configured: &Configured) -> Vec<EndpointToPartitions> {
        let Some(topology) = self.topology.as_ref().filter(|_| configured.is_ready()) else {
            return Vec::new();
        };
        let partitions = |tasks: &TaskIds| -> Vec<TopicPartition> {
            let topics = tasks.iter().flat_map(|(subtopology, partitions)| {
                sources_of(topology, subtopology).map(move |topic| {
                    let size = view.topics.find(topic).map_or(0, |shape| shape.partitions);
                    let partitions = partitions.iter().copied().filter(|p| *p < size);
                    TopicPartition { topic: topic.clone(), partitions: partitions.collect() }
                })
            });
            topics.filter(|topic| !topic.partitions.is_empty()).collect()
        };
        let told = self.members.values().filter_map(|member| {
            let (host, port) = member.profile.endpoint.as_ref()?;
            let tasks = member.current.assigned.tasks();
            Some(EndpointToPartitions {
                user_endpoint: StreamsGroupHeartbeatResponseEndpoint {
                    host: host.into(),
                    port: *port,
                },
                active_partitions: partitions(&tasks.active),
                standby_partitions: partitions(&tasks.standby),
            })
        });
        told.collect()
    }
}

fn unknown_member(group: &str, id: &str) -> Refusal {
    let why = format!("Member {id} is not a member of group {group}.");
    Refusal::new(ErrorCode::UnknownMemberId, why)
}

/// Is the epoch the member's, or the one before whose answer was lost?
fn check_epoch(current: &Current, epoch: i32, owned: Option<&Tasks>) -> Result<(), Refusal> {
    let ours = current.epoch;
    let than = match epoch {
        0 => return Ok(()),
        _ if epoch == ours => return Ok(()),
        _ if epoch > ours => "greater",
        _ => {
            let lost = owned.is_some_and(|owned| current.assigned.covers(owned));
            if epoch == current.previous_epoch && lost {
                return Ok(());
            }
            "smaller"
        }
    };
    let why = format!(
        "The streams group member has a {than} member epoch ({epoch}) than the one known by the \
         group coordinator ({ours}). The member must abandon all its tasks and rejoin."
    );
    Err(Refusal::new(ErrorCode::FencedMemberEpoch, why))
}

/// Tasks that the topology has.
fn check_tasks(configured: &Configured, owned: &Tasks) -> Result<(), Refusal> {
    let Some(shapes) = &configured.shapes else { return Ok(()) };
    for (id, partition) in each(&owned.active).chain(each(&owned.standby)) {
        match shapes.get(id) {
            None => return invalid(format!("Subtopology {id} does not exist in the topology.")),
            Some(shape) if !(0..shape.tasks).contains(&partition) => {
                return invalid(format!("Task {partition} of subtopology {id} does not exist."));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

fn update(profile: &mut Profile, call: &Call, request: &StreamsGroupHeartbeatRequest) {
    if let Some(rack) = &request.rack_id {
        profile.rack_id = Some(rack.to_string());
    }
    if request.rebalance_timeout_ms != -1 {
        profile.rebalance_timeout_ms = request.rebalance_timeout_ms;
    }
    if let Some(topology) = &request.topology {
        profile.topology_epoch = topology.epoch;
    }
    if let Some(process) = &request.process_id {
        profile.process_id = process.to_string();
    }
    if let Some(at) = &request.user_endpoint {
        profile.endpoint = Some((at.host.to_string(), at.port));
    }
    if let Some(tags) = &request.client_tags {
        let tags = tags.iter().map(|tag| (tag.key.to_string(), tag.value.to_string()));
        profile.tags = tags.collect();
    }
    profile.client_id.clone_from(&call.client_id);
    profile.client_host.clone_from(&call.client_host);
}

/// What the member says it has; none when it says nothing.
fn owned_tasks(request: &StreamsGroupHeartbeatRequest) -> Option<Tasks> {
    let ids = |tasks: &[Owned]| {
        let mut ids = TaskIds::new();
        for one in tasks {
            let own = ids.entry(one.subtopology_id.to_string()).or_default();
            own.extend(one.partitions.iter().copied());
        }
        ids
    };
    let (active, standby) = (request.active_tasks.as_ref()?, request.standby_tasks.as_ref()?);
    Some(Tasks { active: ids(active), standby: ids(standby) })
}

fn given(tasks: &TaskIds) -> Vec<Given> {
    let each = tasks.iter().map(|(id, partitions)| Given {
        subtopology_id: id.into(),
        partitions: partitions.iter().copied().collect(),
    });
    each.collect()
}

/// The topology as the log holds it, in memory of its own; none when it does not fit a record.
fn persisted(topology: &Topology) -> Option<StreamsGroupTopologyValue> {
    let info = |topics: &[headrace_wire::messages::streams_group_heartbeat::TopicInfo]| {
        let each = topics.iter().map(|topic| persisted::TopicInfo {
            name: topic.name.clone(),
            partitions: topic.partitions,
            replication_factor: topic.replication_factor,
            topic_configs: topic
                .topic_configs
                .iter()
                .map(|one| persisted::TopicConfig {
                    key: one.key.clone(),
                    value: one.value.clone(),
                })
                .collect(),
        });
        each.collect::<Vec<_>>()
    };
    let mut subtopologies: Vec<_> = topology
        .subtopologies
        .iter()
        .map(|one| persisted::Subtopology {
            subtopology_id: one.subtopology_id.clone(),
            source_topics: one.source_topics.clone(),
            source_topic_regex: Vec::<Str>::new(),
            state_changelog_topics: info(&one.state_changelog_topics),
            repartition_sink_topics: one.repartition_sink_topics.clone(),
            repartition_source_topics: info(&one.repartition_source_topics),
            copartition_groups: one
                .copartition_groups
                .iter()
                .map(|group| persisted::CopartitionGroup {
                    source_topics: group.source_topics.clone(),
                    source_topic_regex: Vec::new(),
                    repartition_source_topics: group.repartition_source_topics.clone(),
                })
                .collect(),
        })
        .collect();
    subtopologies.sort_by(|a, b| a.subtopology_id.as_str().cmp(b.subtopology_id.as_str()));
    let value = StreamsGroupTopologyValue { epoch: topology.epoch, subtopologies };
    StreamsGroupTopologyValue::from_bytes(value.to_bytes(0).ok()?, 0).ok()
}
