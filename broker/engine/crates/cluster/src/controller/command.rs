//! Commands: what may be asked of the controller, and its answers.
//!
//! A command is the value of one record in group 0's log, as JSON with a version: controller
//! entries are few and small, and being able to read them with the naked eye is worth more than
//! their bytes. Everything that is not a function of the state (time, random ids, which nodes
//! look dead) is put into the command by whoever proposes it, since every node applies it alone.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::access::{AccessCommand, AccessReply};
use super::error::{refuse, ControllerError, ErrorCode};
use super::properties::ConfigEntry;
use crate::image::{GroupId, HostPort, Listener, NodeId};

/// The version of the encoding below. A node refuses what is newer than it knows.
pub const COMMAND_VERSION: u32 = 1;
/// Producer ids that one [`ControllerCommand::AllocateProducerIds`] hands out, as in Kafka.
pub const PRODUCER_ID_BLOCK: i64 = 1000;
/// Partitions that one command may create, so that one request cannot exhaust the cluster.
pub const MAX_PARTITIONS_PER_COMMAND: usize = 10_000;

/// What a node tells about itself when it starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeRegistration {
    /// Made by the node on its first start and kept in its data folder.
    pub node_uuid: Uuid,
    /// The id that the node already has or that its configuration or seed list gives it.
    pub wanted_id: Option<NodeId>,
    /// The cluster that the node's data folder belongs to, if it does.
    pub cluster_uuid: Option<Uuid>,
    /// Where the other nodes reach it.
    pub rpc: HostPort,
    /// Kafka listeners as clients reach them.
    pub listeners: Vec<Listener>,
    /// Where its admin API answers.
    pub admin: HostPort,
    /// Failure domain, for placement.
    pub rack: Option<String>,
    /// The software's version.
    pub version: String,
    /// The highest feature level that this software can serve.
    pub feature_level_max: i32,
    /// Hash of the configuration that the process runs with.
    #[serde(default)]
    pub config_hash: String,
    /// When the process started, Unix ms.
    #[serde(default)]
    pub started_at_ms: i64,
}

/// One topic of a [`ControllerCommand::CreateTopics`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewTopic {
    /// The topic's name, not yet validated.
    pub name: String,
    /// A fresh random id, made by the proposer.
    pub topic_id: Uuid,
    /// Number of partitions; -1: the cluster's default. Must be -1 with `assignments`.
    pub partitions: i32,
    /// Replicas of each partition; -1: the cluster's default. Must be -1 with `assignments`.
    pub replication_factor: i16,
    /// Replicas of each partition, first one preferred as leader; empty: the controller places.
    #[serde(default)]
    pub assignments: Vec<Assignment>,
    /// Configuration overrides; a `None` value means the default.
    #[serde(default)]
    pub configs: Vec<(String, Option<String>)>,
}

impl NewTopic {
    /// A topic with the cluster's defaults.
    pub fn with_defaults(name: impl Into<String>, topic_id: Uuid) -> NewTopic {
        NewTopic {
            name: name.into(),
            topic_id,
            partitions: -1,
            replication_factor: -1,
            assignments: Vec::new(),
            configs: Vec::new(),
        }
    }
}

/// An explicit placement of one partition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// Index of the partition in its topic.
    pub partition: i32,
    /// Nodes that hold it.
    pub replicas: Vec<NodeId>,
}

/// One topic of a [`ControllerCommand::CreatePartitions`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MorePartitions {
    /// The topic.
    pub name: String,
    /// How many partitions it shall have in all.
    pub total: i32,
    /// Replicas of each new partition, in order; empty: the controller places.
    #[serde(default)]
    pub assignments: Vec<Vec<NodeId>>,
}

/// A topic named one way or the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TopicRef {
    /// By name.
    Name(String),
    /// By id.
    Id(Uuid),
}

/// Whose configuration is changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConfigResource {
    /// A topic's overrides.
    Topic(String),
    /// The cluster's properties (Kafka's broker resource with an empty name).
    Cluster,
    /// One node's own properties, which count before the cluster's (Kafka's broker resource with an
    /// id, KIP-226).
    Node(NodeId),
    /// A group's properties.
    Group(String),
    /// A client-metrics subscription's properties (KIP-714).
    ClientMetrics(String),
}

/// What is done to one key (KIP-339).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConfigOpKind {
    /// Give the key this value.
    Set,
    /// Go back to the default.
    Delete,
    /// Add these items to a list.
    Append,
    /// Take these items out of a list.
    Subtract,
}

/// One change of one key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigOp {
    /// The key.
    pub key: String,
    /// What to do.
    pub op: ConfigOpKind,
    /// The value; unused by `Delete`.
    pub value: Option<String>,
}

/// All changes of one resource: they take effect together or not at all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigChange {
    /// Whose configuration.
    pub resource: ConfigResource,
    /// The changes, at most one a key.
    pub ops: Vec<ConfigOp>,
}

/// What may be asked of the controller. Each is applied whole, in the log's order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ControllerCommand {
    /// Names the cluster; the first one wins. Answer: `Done`, also if this uuid is already set.
    SetClusterUuid {
        /// Fresh and random.
        cluster_uuid: Uuid,
        /// How many nodes the seed list names: internal topics wait for as many (at least 1).
        seed_nodes: i32,
    },
    /// A node starts. Answer: `NodeRegistered`.
    RegisterNode(NodeRegistration),
    /// A node is gone for good and holds no replica. Answer: `Done`.
    UnregisterNode {
        /// Which.
        node_id: NodeId,
    },
    /// Answer: `Topics`, one result each, in order.
    CreateTopics {
        /// What to create.
        topics: Vec<NewTopic>,
        /// Check only.
        validate_only: bool,
        /// Nodes that look dead to the proposer: used only when there is no other choice.
        #[serde(default)]
        avoid: Vec<NodeId>,
    },
    /// Answer: `Topics`, one result each, in order.
    DeleteTopics {
        /// What to delete.
        topics: Vec<TopicRef>,
    },
    /// Answer: `Topics`, one result each, in order.
    CreatePartitions {
        /// What to grow.
        topics: Vec<MorePartitions>,
        /// Check only.
        validate_only: bool,
        /// As for `CreateTopics`.
        #[serde(default)]
        avoid: Vec<NodeId>,
    },
    /// Answer: `Configs`, one result each, in order.
    AlterConfigs {
        /// What to change.
        changes: Vec<ConfigChange>,
        /// Check only.
        validate_only: bool,
        /// Start from no overrides at all (Kafka's older AlterConfigs) instead of the present ones.
        #[serde(default)]
        replace: bool,
    },
    /// Answer: `ProducerIds`.
    AllocateProducerIds {
        /// Who asks (for the log's reader).
        node_id: NodeId,
    },
    /// Leadership leaves a node before it is restarted; one node at a time. Answer: `Done`.
    SetMaintenance {
        /// Which.
        node_id: NodeId,
        /// Into maintenance, or out.
        on: bool,
    },
    /// Raises what the cluster's nodes may write. Answer: `Done`.
    SetFeatureLevel {
        /// The new level; never lower than the present one.
        level: i32,
    },
    /// Partitions get other replicas, step by step. Answer: `Reassignments`, one result each.
    AlterReassignments {
        /// What to move.
        changes: Vec<Reassignment>,
        /// A partition may get more or fewer replicas than it has.
        allow_factor_change: bool,
    },
    /// A reassignment's group has the members that it shall have. Answer: `Done`.
    FinishReassignment {
        /// The partition's group.
        group: GroupId,
        /// Its replicas: refused if they are not what is wanted (any more).
        replicas: Vec<NodeId>,
        /// The version of the target that its leader brought about (older releases gave none): a
        /// later one may name the same replicas.
        #[serde(default)]
        version: Option<u64>,
    },
    /// Access rules, quotas and credentials. Answer: `Access`.
    Access(AccessCommand),
}

/// One partition of a [`ControllerCommand::AlterReassignments`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reassignment {
    /// The topic.
    pub topic: String,
    /// The partition's index.
    pub partition: i32,
    /// Who shall hold it; `None`: as before the reassignment that is under way.
    pub replicas: Option<Vec<NodeId>>,
}

/// What a command answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ControllerReply {
    /// It is done.
    Done,
    /// The node's id, new or as it was.
    NodeRegistered {
        /// The id.
        node_id: NodeId,
        /// The cluster that it now belongs to, if that is named already.
        cluster_uuid: Option<Uuid>,
    },
    /// A result each.
    Topics(Vec<TopicResult>),
    /// A result each.
    Configs(Vec<ConfigResult>),
    /// A block of producer ids: `first .. first + count`.
    ProducerIds {
        /// The first.
        first: i64,
        /// How many.
        count: i64,
    },
    /// Why not, for each partition that was refused.
    Reassignments(Vec<Option<ControllerError>>),
    /// Answers about access.
    Access(AccessReply),
}

/// The outcome for one topic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TopicResult {
    /// As asked, or found by id; empty if an unknown id was asked.
    pub name: String,
    /// The topic's id; nil if there is none.
    pub topic_id: Uuid,
    /// Why not, if it was refused.
    pub error: Option<ControllerError>,
    /// Partitions it has now (or had, when deleted).
    pub partitions: i32,
    /// Replicas of its first partition.
    pub replication_factor: i16,
    /// The new Raft groups.
    #[serde(default)]
    pub groups: Vec<GroupId>,
    /// The effective configuration of a created topic.
    #[serde(default)]
    pub configs: Vec<ConfigEntry>,
}

impl TopicResult {
    pub(crate) fn refused(name: impl Into<String>, id: Uuid, error: ControllerError) -> Self {
        TopicResult {
            name: name.into(),
            topic_id: id,
            error: Some(error),
            partitions: -1,
            replication_factor: -1,
            groups: Vec::new(),
            configs: Vec::new(),
        }
    }
}

/// The outcome for one configuration resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigResult {
    /// As asked.
    pub resource: ConfigResource,
    /// Why not, if it was refused.
    pub error: Option<ControllerError>,
}

#[derive(Serialize)]
struct EnvelopeOut<'a> {
    v: u32,
    command: &'a ControllerCommand,
}

#[derive(Deserialize)]
struct EnvelopeIn {
    v: u32,
    command: serde_json::Value,
}

impl ControllerCommand {
    /// The bytes of a record's value in group 0.
    pub fn encode(&self) -> Bytes {
        let envelope = EnvelopeOut { v: COMMAND_VERSION, command: self };
        // Commands hold strings, numbers and lists only: nothing that JSON cannot say.
        serde_json::to_vec(&envelope).map(Bytes::from).unwrap_or_default()
    }

    /// Reads a record's value.
    ///
    /// # Errors
    /// `UNSUPPORTED_VERSION` if a newer release wrote it, `INVALID_REQUEST` if it is no command.
    pub fn decode(value: &[u8]) -> Result<ControllerCommand, ControllerError> {
        let bad = |e: serde_json::Error| {
            ControllerError::new(
                ErrorCode::INVALID_REQUEST,
                format!("not a controller command: {e}"),
            )
        };
        let envelope: EnvelopeIn = serde_json::from_slice(value).map_err(bad)?;
        if envelope.v > COMMAND_VERSION {
            return refuse(
                ErrorCode::UNSUPPORTED_VERSION,
                format!(
                    "controller command version {} is newer than {COMMAND_VERSION}; \
                     upgrade this node",
                    envelope.v
                ),
            );
        }
        serde_json::from_value(envelope.command).map_err(bad)
    }
}
