//! Internal topics: which of their partitions is a key's (a group's, a transactional id's), and
//! their creation on first use.

use std::time::Duration;

use headrace_cluster::controller::command::{NewTopic, TopicResult};
use headrace_cluster::controller::names::{SHARE_GROUP_STATE, TRANSACTION_STATE};
use headrace_cluster::controller::{self, ControllerCommand, ControllerReply};
use headrace_cluster::image::Image;
use headrace_cluster::{identity, Node, NodeId};
use headrace_env::Env;
use headrace_wire::ErrorCode;
use tokio::sync::Mutex;

use super::machine::Machine;
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

/// The partition of a key in an internal topic, once that exists.
pub(crate) fn partition_in(image: &Image, topic: &str, key: &str) -> Option<i32> {
    let topic = image.topic(topic)?;
    Some(place(key, i32::try_from(topic.partitions.len()).ok()?))
}

/// The node that coordinates `key`; creates the topic on first use.
pub(super) async fn find<M: Machine>(shared: &Shared<M>, key: &str) -> Result<NodeId, ErrorCode> {
    let (node, env) = (&shared.node, &shared.env);
    ensure(node, env, &shared.creating, shared.topic).await?;
    leader_of(node, shared.topic, key).await
}

/// The node that leads the partition of `key`; waits a little for a first leader.
pub(crate) async fn leader_of(node: &Node, topic: &str, key: &str) -> Result<NodeId, ErrorCode> {
    let deadline = tokio::time::Instant::now() + LEADER_WAIT;
    loop {
        let image = node.image();
        let partition = partition_in(&image, topic, key);
        let partition = partition.ok_or(ErrorCode::CoordinatorNotAvailable)?;
        let found = image.partition(topic, partition);
        let leader = found.and_then(|found| node.leader(found.group));
        match leader.filter(|info| node.is_alive(info.leader)) {
            Some(info) => return Ok(info.leader),
            None if tokio::time::Instant::now() >= deadline => {
                return Err(ErrorCode::CoordinatorNotAvailable);
            }
            None => tokio::time::sleep(LEADER_POLL).await,
        }
    }
}

/// Creates an internal topic unless it is there. Its shape comes from the cluster's properties.
pub(crate) async fn ensure(
    node: &Node,
    env: &Env,
    creating: &Mutex<()>,
    topic: &'static str,
) -> Result<(), ErrorCode> {
    let exists = || node.image().topic(topic).is_some();
    if exists() {
        return Ok(());
    }
    let _one_at_a_time = creating.lock().await;
    if exists() {
        return Ok(());
    }
    match node.controller_request(creation(node, env, topic)).await {
        Ok(ControllerReply::Topics(results)) => created(topic, &results),
        Ok(other) => {
            tracing::error!(?other, "the controller answered a creation with something else");
            Err(ErrorCode::CoordinatorNotAvailable)
        }
        Err(error) => {
            tracing::warn!(%error, topic, "cannot create the topic yet");
            Err(ErrorCode::CoordinatorNotAvailable)
        }
    }
}

fn creation(node: &Node, env: &Env, name: &str) -> ControllerCommand {
    let image = node.image();
    let mut topic = NewTopic::with_defaults(name, identity::random_uuid(env.random.as_ref()));
    let config = |key: &str, value: &str| (key.to_owned(), Some(value.to_owned()));
    let segment_bytes = match name {
        TRANSACTION_STATE => image.cluster().transaction_topic_segment_bytes,
        _ => image.cluster().offsets_topic_segment_bytes,
    };
    let segment_bytes = segment_bytes.to_string();
    topic.configs = vec![config("segment.bytes", &segment_bytes)];
    // updates of a share partition share the key, so compaction would lose some
    topic.configs.extend(match name {
        SHARE_GROUP_STATE => vec![config("cleanup.policy", "delete"), config("retention.ms", "-1")],
        _ => vec![config("cleanup.policy", "compact")],
    });
    let in_sync = match name {
        TRANSACTION_STATE => Some(image.cluster().transaction_topic_min_in_sync),
        SHARE_GROUP_STATE => Some(image.cluster().share_topic_min_in_sync),
        _ => None,
    };
    topic.configs.extend(in_sync.map(|n| config("min.insync.replicas", &n.to_string())));
    let dead = image.nodes().map(|info| info.id).filter(|id| !node.is_alive(*id));
    ControllerCommand::CreateTopics {
        topics: vec![topic],
        validate_only: false,
        avoid: dead.collect(),
    }
}

fn created(topic: &str, results: &[TopicResult]) -> Result<(), ErrorCode> {
    match results.first().and_then(|result| result.error.as_ref()) {
        None => Ok(()),
        // Another node was faster.
        Some(error) if error.code == controller::ErrorCode::TOPIC_ALREADY_EXISTS => Ok(()),
        Some(error) => {
            tracing::warn!(%error, topic, "cannot create the topic yet");
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
