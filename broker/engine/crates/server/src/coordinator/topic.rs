//! `__consumer_offsets`: which of its partitions is a group's, and its creation on first use.

use std::time::Duration;

use headrace_cluster::controller::command::{NewTopic, TopicResult};
use headrace_cluster::controller::names::CONSUMER_OFFSETS;
use headrace_cluster::controller::{self, ControllerCommand, ControllerReply};
use headrace_cluster::image::Image;
use headrace_cluster::{identity, NodeId};
use headrace_groups::MAX_NAME_BYTES;
use headrace_wire::ErrorCode;

use super::Shared;

/// How long one FindCoordinator waits for a partition to get its first leader.
const LEADER_WAIT: Duration = Duration::from_millis(1_500);
const LEADER_POLL: Duration = Duration::from_millis(25);

/// Java's `String.hashCode`, which Apache Kafka and its tools use to place groups.
fn java_hash(text: &str) -> i32 {
    text.encode_utf16()
        .fold(0, |hash: i32, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)))
}

/// The partition of a group among `partitions`, as Apache Kafka places it.
pub(super) fn place(group: &str, partitions: i32) -> i32 {
    // `checked_abs` has no answer for the smallest number; Kafka takes 0 then.
    java_hash(group).checked_abs().unwrap_or(0) % partitions.max(1)
}

/// The partition of a group, once the topic exists.
pub(super) fn partition_of(image: &Image, group: &str) -> Option<i32> {
    let topic = image.topic(CONSUMER_OFFSETS)?;
    Some(place(group, i32::try_from(topic.partitions.len()).ok()?))
}

pub(super) async fn find(shared: &Shared, group: &str) -> Result<NodeId, ErrorCode> {
    if group.len() > MAX_NAME_BYTES {
        return Err(ErrorCode::InvalidGroupId);
    }
    ensure(shared).await?;
    let deadline = tokio::time::Instant::now() + LEADER_WAIT;
    loop {
        let image = shared.node.image();
        let partition = partition_of(&image, group).ok_or(ErrorCode::CoordinatorNotAvailable)?;
        let found = image.partition(CONSUMER_OFFSETS, partition);
        let leader = found.and_then(|found| shared.node.leader(found.group));
        match leader.filter(|info| shared.node.is_alive(info.leader)) {
            Some(info) => return Ok(info.leader),
            None if tokio::time::Instant::now() >= deadline => {
                return Err(ErrorCode::CoordinatorNotAvailable);
            }
            None => tokio::time::sleep(LEADER_POLL).await,
        }
    }
}

/// Creates the topic unless it is there. Its shape comes from the cluster's properties.
async fn ensure(shared: &Shared) -> Result<(), ErrorCode> {
    let exists = || shared.node.image().topic(CONSUMER_OFFSETS).is_some();
    if exists() {
        return Ok(());
    }
    let _one_at_a_time = shared.creating.lock().await;
    if exists() {
        return Ok(());
    }
    match shared.node.controller_request(creation(shared)).await {
        Ok(ControllerReply::Topics(results)) => created(&results),
        Ok(other) => {
            tracing::error!(?other, "the controller answered a creation with something else");
            Err(ErrorCode::CoordinatorNotAvailable)
        }
        Err(error) => {
            tracing::warn!(%error, topic = CONSUMER_OFFSETS, "cannot create the topic yet");
            Err(ErrorCode::CoordinatorNotAvailable)
        }
    }
}

fn creation(shared: &Shared) -> ControllerCommand {
    let image = shared.node.image();
    let topic_id = identity::random_uuid(shared.env.random.as_ref());
    let mut topic = NewTopic::with_defaults(CONSUMER_OFFSETS, topic_id);
    let segment_bytes = image.cluster().offsets_topic_segment_bytes.to_string();
    topic.configs = vec![
        ("cleanup.policy".to_owned(), Some("compact".to_owned())),
        ("segment.bytes".to_owned(), Some(segment_bytes)),
    ];
    let dead = image.nodes().map(|node| node.id).filter(|id| !shared.node.is_alive(*id));
    ControllerCommand::CreateTopics {
        topics: vec![topic],
        validate_only: false,
        avoid: dead.collect(),
    }
}

fn created(results: &[TopicResult]) -> Result<(), ErrorCode> {
    match results.first().and_then(|result| result.error.as_ref()) {
        None => Ok(()),
        // Another node was faster.
        Some(error) if error.code == controller::ErrorCode::TOPIC_ALREADY_EXISTS => Ok(()),
        Some(error) => {
            tracing::warn!(%error, topic = CONSUMER_OFFSETS, "cannot create the topic yet");
            Err(ErrorCode::CoordinatorNotAvailable)
        }
    }
}

#[cfg(test)]
mod unit {
    use super::*;

    /// The values on the right were computed with Java.
    #[test]
    fn groups_are_placed_as_by_java() {
        assert_eq!(java_hash(""), 0);
        assert_eq!(java_hash("a"), 97);
        assert_eq!(java_hash("hello"), 99_162_322);
        assert_eq!(java_hash("console-consumer-12345"), 158_455_506);
        assert_eq!(java_hash("größe"), 98_762_257);
        assert_eq!(java_hash("\u{1F600}"), 1_772_899);
        assert_eq!(java_hash("polygenelubricants"), i32::MIN);
        assert_eq!(place("polygenelubricants", 50), 0);
        assert_eq!(place("hello", 50), 22);
        assert!((0..50).contains(&place("console-consumer-12345", 50)));
    }
}
