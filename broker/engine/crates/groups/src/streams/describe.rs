//! StreamsGroupDescribe: the group, its topology, its members and their tasks.

use headrace_wire::messages::streams_group_describe::{
    Assignment, DescribedGroup, Endpoint, KeyValue, Member as DescribedMember, Subtopology,
    TaskIds as ShownIds, TopicInfo, Topology,
};
use headrace_wire::messages::streams_group_topology_record as persisted;
use headrace_wire::messages::StreamsGroupTopologyValue;
use headrace_wire::Str;

use super::member::Member;
use super::tasks::{TaskIds, Tasks};
use super::topology::{configure, Configured};
use super::State;
use crate::consumer::View;

impl State {
    pub(crate) fn describe(&self, view: View) -> DescribedGroup {
        let members = self.members.iter().map(|(id, member)| {
            let target = self.targets.get(id).map(|target| shown(target)).unwrap_or_default();
            described(id, member, target)
        });
        DescribedGroup {
            group_id: view.group_id.into(),
            group_state: self.name().into(),
            group_epoch: self.head.epoch,
            assignment_epoch: self.target_epoch,
            topology: self.topology.as_ref().map(|known| shown_topology(known, view)),
            members: members.collect(),
            ..Default::default()
        }
    }
}

fn described(id: &str, member: &Member, target_assignment: Assignment) -> DescribedMember {
    let own = &member.profile;
    let tag = |(key, value): (&String, &String)| KeyValue { key: key.into(), value: value.into() };
    DescribedMember {
        member_id: id.into(),
        member_epoch: member.current.epoch,
        rack_id: own.rack_id.as_ref().map(Str::from),
        client_id: (&own.client_id).into(),
        client_host: (&own.client_host).into(),
        topology_epoch: own.topology_epoch,
        process_id: (&own.process_id).into(),
        user_endpoint: own
            .endpoint
            .as_ref()
            .map(|(host, port)| Endpoint { host: host.into(), port: *port }),
        client_tags: own.tags.iter().map(tag).collect(),
        assignment: shown(&member.current.assigned.tasks()),
        target_assignment,
        ..Default::default()
    }
}

fn shown(tasks: &Tasks) -> Assignment {
    let ids = |ids: &TaskIds| -> Vec<ShownIds> {
        let each = ids.iter().map(|(id, partitions)| ShownIds {
            subtopology_id: id.into(),
            partitions: partitions.iter().copied().collect(),
        });
        each.collect()
    };
    Assignment {
        active_tasks: ids(&tasks.active),
        standby_tasks: ids(&tasks.standby),
        warmup_tasks: Vec::new(),
    }
}

/// Sizes of topics are shown as far as they are known.
fn shown_topology(topology: &StreamsGroupTopologyValue, view: View) -> Topology {
    let configured = configure(topology, view.topics).unwrap_or_default();
    let each = topology.subtopologies.iter().map(|one| Subtopology {
        subtopology_id: one.subtopology_id.clone(),
        source_topics: one.source_topics.clone(),
        repartition_sink_topics: one.repartition_sink_topics.clone(),
        state_changelog_topics: infos(&one.state_changelog_topics, &configured),
        repartition_source_topics: infos(&one.repartition_source_topics, &configured),
    });
    Topology { epoch: topology.epoch, subtopologies: Some(each.collect()) }
}

fn infos(topics: &[persisted::TopicInfo], configured: &Configured) -> Vec<TopicInfo> {
    let each = topics.iter().map(|topic| TopicInfo {
        name: topic.name.clone(),
        partitions: configured.sizes.get(&*topic.name).copied().unwrap_or(topic.partitions),
        replication_factor: topic.replication_factor,
        topic_configs: topic
            .topic_configs
            .iter()
            .map(|one| KeyValue { key: one.key.clone(), value: one.value.clone() })
            .collect(),
    });
    each.collect()
}
