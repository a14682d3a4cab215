//! Partitions get other replicas. The state only says what is wanted and what was reached; the
//! partition's leader changes its group's members step by step (`shard/members.rs`).

use std::sync::Arc;

use super::command::{ControllerReply, Reassignment, TopicRef};
use super::error::{refuse, ControllerError, ErrorCode};
use super::placement::check_replicas;
use super::State;
use crate::image::{Goal, GroupId, NodeId, Partition, Topic};

fn without(from: &[NodeId], these: &[NodeId]) -> Vec<NodeId> {
    from.iter().copied().filter(|node| !these.contains(node)).collect()
}

impl State {
    pub(super) fn alter_reassignments(
        &mut self,
        changes: Vec<Reassignment>,
        allow_factor_change: bool,
    ) -> ControllerReply {
        let results = changes
            .into_iter()
            .map(|change| self.reassign(change, allow_factor_change).err())
            .collect();
        ControllerReply::Reassignments(results)
    }

    fn reassign(&mut self, change: Reassignment, any_factor: bool) -> Result<(), ControllerError> {
        let topic = self.known_topic(&TopicRef::Name(change.topic))?;
        let found = usize::try_from(change.partition).ok().and_then(|at| topic.partitions.get(at));
        let Some(present) = found else {
            let (name, index) = (&topic.name, change.partition);
            return refuse(
                ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
                format!("topic '{name}' has no partition {index}"),
            );
        };
        let original = match present.is_moving() {
            true => present.before.clone(),
            false => present.replicas.clone(),
        };
        let target = match change.replicas {
            Some(target) => {
                check_replicas(&self.image, &target)?;
                target
            }
            None if present.is_moving() => original.clone(),
            None => {
                return refuse(
                    ErrorCode::NO_REASSIGNMENT_IN_PROGRESS,
                    "no reassignment of the partition is in progress",
                );
            }
        };
        let factor = present.target().len();
        if !any_factor && target.len() != factor {
            return refuse(
                ErrorCode::INVALID_REPLICATION_FACTOR,
                format!("the replication factor is changed from {factor} to {}", target.len()),
            );
        }
        // a replica that joined for a target given up leaves like any other
        let removing = without(&present.replicas, &target);
        let adding = without(&target, &original);
        let moving = !adding.is_empty() || !removing.is_empty();
        let next = Partition {
            group: present.group,
            founders: present.first_members().to_vec(),
            adding,
            replicas: target.iter().chain(&removing).copied().collect(),
            removing,
            before: if moving { original } else { Vec::new() },
            target_version: self.image.version,
        };
        self.put_partition(&topic, change.partition, next);
        Ok(())
    }

    pub(super) fn finish_reassignment(
        &mut self,
        group: GroupId,
        replicas: &[NodeId],
        version: Option<u64>,
    ) -> Result<ControllerReply, ControllerError> {
        let found = self.image.group(group).map(|(topic, at, p)| (topic.clone(), at, p.clone()));
        let wanted = |present: &Partition| {
            let version = version.unwrap_or(present.target_version);
            present.is_moving() && present.goal() == Goal { nodes: replicas.to_vec(), version }
        };
        match found {
            Some((topic, at, present)) if wanted(&present) => {
                let Partition { founders, target_version, .. } = present;
                let next = Partition::new(group, replicas.to_vec());
                let next = Partition { founders, target_version, ..next };
                self.put_partition(&topic, at, next);
                Ok(ControllerReply::Done)
            }
            _ => refuse(
                ErrorCode::NO_REASSIGNMENT_IN_PROGRESS,
                format!("group {group} is not on its way to these replicas"),
            ),
        }
    }

    fn put_partition(&mut self, topic: &Arc<Topic>, partition: i32, next: Partition) {
        let mut topic = (**topic).clone();
        let at = usize::try_from(partition).unwrap_or(usize::MAX);
        if let Some(place) = topic.partitions.get_mut(at) {
            *place = next;
        }
        Arc::make_mut(&mut self.image.topics).insert(topic.name.clone(), Arc::new(topic));
    }
}
