//! ConsumerGroupDescribe: the group, its members, what they have and what they shall have.

use headrace_wire::messages::consumer_group_describe::{
    Assignment, DescribedGroup, Member as DescribedMember, TopicPartitions,
};
use headrace_wire::Str;

use super::member::{names, Member, Partitions};
use super::{State, View};

/// Whether a member speaks the classic (0) or the newer protocol (1).
fn member_type(member: &Member) -> i8 {
    i8::from(!member.is_classic())
}

impl State {
    pub(crate) fn describe(&self, view: View) -> DescribedGroup {
        let members = self.members.iter().map(|(id, member)| {
            let own = &member.subscription;
            DescribedMember {
                member_id: id.into(),
                instance_id: own.instance_id.as_ref().map(Str::from),
                rack_id: own.rack_id.as_ref().map(Str::from),
                member_epoch: member.current.epoch,
                client_id: (&own.client_id).into(),
                client_host: (&own.client_host).into(),
                subscribed_topic_names: own.topics.iter().map(Str::from).collect(),
                subscribed_topic_regex: Some(&own.regex).filter(|r| !r.is_empty()).map(Str::from),
                assignment: shown(&names(&member.current.assigned), view),
                target_assignment: shown(&self.target(id), view),
                member_type: member_type(member),
            }
        });
        DescribedGroup {
            group_id: view.group_id.into(),
            group_state: self.name().into(),
            group_epoch: self.epoch,
            assignment_epoch: self.target_epoch,
            assignor_name: self.assignor(view.config).into(),
            members: members.collect(),
            ..Default::default()
        }
    }
}

/// Topics that do not exist any more have no name to show and are left out.
fn shown(partitions: &Partitions, view: View) -> Assignment {
    let topics = partitions.iter().filter_map(|(id, partitions)| {
        Some(TopicPartitions {
            topic_id: *id,
            topic_name: view.topics.name(*id)?.into(),
            partitions: partitions.iter().copied().collect(),
        })
    });
    Assignment { topic_partitions: topics.collect() }
}
