//! The cluster's metadata as one node has applied it: an immutable, cheap snapshot.
//!
//! The controller's state machine changes its maps by copy on write, so an [`Image`] is a few
//! reference counts; readers keep one for as long as a request takes and see no change under it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::controller::access::{Acl, QuotaEntity, Rate, ScramCredential};
pub use crate::controller::properties::{CleanupPolicy, ClusterConfig, TimestampType, TopicConfig};
use crate::controller::properties::{Layers, Overrides, GROUP};

/// A node's id, which is its Kafka broker id.
pub type NodeId = i32;
/// A Raft group's id: 0 is the controller, every partition has one that is never used again.
pub type GroupId = u64;

/// The controller's own group.
pub const CONTROLLER_GROUP: GroupId = 0;

/// A host (name or address) and a port.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct HostPort {
    /// Name, IPv4 address, or IPv6 address without brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
}

impl std::fmt::Display for HostPort {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// A Kafka listener: clients that came in by one are sent to the same one of other nodes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Listener {
    /// `internal`, `external`, …
    pub name: String,
    /// As clients reach it.
    pub host: String,
    /// TCP port.
    pub port: u16,
}

/// A registered node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeInfo {
    /// Its id.
    pub id: NodeId,
    /// What its data folder is called.
    pub uuid: Uuid,
    /// Where other nodes reach it.
    pub rpc: HostPort,
    /// Where clients reach it.
    pub listeners: Vec<Listener>,
    /// Where its admin API answers.
    pub admin: HostPort,
    /// Failure domain.
    pub rack: Option<String>,
    /// Software version at its last start.
    pub version: String,
    /// The highest feature level it can serve.
    pub feature_level_max: i32,
    /// Hash of the configuration it runs with.
    pub config_hash: String,
    /// When it started last, Unix ms.
    pub started_at_ms: i64,
    /// It shall lead nothing, as it is about to be restarted.
    pub maintenance: bool,
}

impl NodeInfo {
    /// The address of the listener called `name`.
    pub fn listener(&self, name: &str) -> Option<&Listener> {
        self.listeners.iter().find(|l| l.name == name)
    }
}

/// A partition: a Raft group and who holds it. Its index is its place in [`Topic::partitions`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partition {
    /// Its Raft group.
    pub group: GroupId,
    /// Who holds it; the first is the preferred leader. During a reassignment: those that shall
    /// hold it, then those that are being removed.
    pub replicas: Vec<NodeId>,
    /// Its group's first members, once they are others than the present ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub founders: Vec<NodeId>,
    /// Replicas that a reassignment adds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adding: Vec<NodeId>,
    /// Replicas that a reassignment removes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removing: Vec<NodeId>,
    /// Who held it before the reassignment under way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<NodeId>,
    /// The controller's entry that changed its target last; 0: none since its group was born.
    #[serde(default)]
    pub target_version: u64,
}

impl Partition {
    /// A partition that was never reassigned.
    pub fn new(group: GroupId, replicas: Vec<NodeId>) -> Partition {
        let (founders, adding, removing, before) = Default::default();
        Partition { group, replicas, founders, adding, removing, before, target_version: 0 }
    }

    /// Whether a reassignment is under way.
    pub fn is_moving(&self) -> bool {
        !self.adding.is_empty() || !self.removing.is_empty()
    }

    /// Who shall hold it when the reassignment under way is done.
    pub fn target(&self) -> Vec<NodeId> {
        self.replicas.iter().copied().filter(|node| !self.removing.contains(node)).collect()
    }

    /// The target and its version.
    pub fn goal(&self) -> Goal {
        Goal { nodes: self.target(), version: self.target_version }
    }

    /// Who voted in its group when that was born.
    pub fn first_members(&self) -> &[NodeId] {
        match self.founders.is_empty() {
            true => &self.replicas,
            false => &self.founders,
        }
    }
}

/// Who shall be a group's members, by the controller's state as of some entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goal {
    /// The nodes.
    pub nodes: Vec<NodeId>,
    /// [`Partition::target_version`].
    pub version: u64,
}

/// A topic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Topic {
    /// Its name.
    pub name: Arc<str>,
    /// Its id, which no later topic of the same name shares.
    pub id: Uuid,
    /// Headrace's own: clients may read but not delete it.
    pub internal: bool,
    /// Its partitions, by index.
    pub partitions: Vec<Partition>,
    /// What was set on the topic itself.
    pub overrides: BTreeMap<String, String>,
    /// What is in force here: the overrides over [`Image::here`].
    #[serde(skip)]
    pub config: TopicConfig,
}

/// Where a group belongs.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupOwner {
    /// The topic's name.
    pub topic: Arc<str>,
    /// The partition's index.
    pub partition: i32,
}

/// The metadata after one applied index. Clone it freely.
#[derive(Clone, Debug, Default)]
pub struct Image {
    pub(crate) version: u64,
    pub(crate) cluster_uuid: Option<Uuid>,
    pub(crate) feature_level: i32,
    pub(crate) nodes: Arc<BTreeMap<NodeId, Arc<NodeInfo>>>,
    pub(crate) topics: Arc<BTreeMap<Arc<str>, Arc<Topic>>>,
    pub(crate) ids: Arc<BTreeMap<Uuid, Arc<str>>>,
    pub(crate) groups: Arc<BTreeMap<GroupId, GroupOwner>>,
    pub(crate) cluster: Arc<ClusterConfig>,
    pub(crate) here: Arc<ClusterConfig>,
    pub(crate) node_configs: Arc<BTreeMap<NodeId, Overrides>>,
    pub(crate) group_configs: Arc<BTreeMap<String, Overrides>>,
    pub(crate) client_metrics: Arc<BTreeMap<String, Overrides>>,
    pub(crate) acls: Arc<BTreeSet<Acl>>,
    pub(crate) quotas: Arc<BTreeMap<QuotaEntity, BTreeMap<String, Rate>>>,
    pub(crate) scram: Arc<BTreeMap<(String, i8), ScramCredential>>,
    pub(crate) next_group: GroupId,
    pub(crate) next_producer_id: i64,
}

impl Image {
    /// The index of the last applied controller entry.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The cluster's name, once it has one.
    pub fn cluster_uuid(&self) -> Option<Uuid> {
        self.cluster_uuid
    }

    /// What the nodes may write.
    pub fn feature_level(&self) -> i32 {
        self.feature_level
    }

    /// All nodes, by id.
    pub fn nodes(&self) -> impl ExactSizeIterator<Item = &Arc<NodeInfo>> {
        self.nodes.values()
    }

    /// One node.
    pub fn node(&self, id: NodeId) -> Option<&Arc<NodeInfo>> {
        self.nodes.get(&id)
    }

    /// The node whose data folder carries `uuid`.
    pub fn node_by_uuid(&self, uuid: Uuid) -> Option<&Arc<NodeInfo>> {
        self.nodes.values().find(|n| n.uuid == uuid)
    }

    /// All topics, by name.
    pub fn topics(&self) -> impl ExactSizeIterator<Item = &Arc<Topic>> {
        self.topics.values()
    }

    /// The topic called `name`.
    pub fn topic(&self, name: &str) -> Option<&Arc<Topic>> {
        self.topics.get(name)
    }

    /// The topic with this id.
    pub fn topic_by_id(&self, id: Uuid) -> Option<&Arc<Topic>> {
        self.topics.get(self.ids.get(&id)?)
    }

    /// One partition of a topic.
    pub fn partition(&self, topic: &str, partition: i32) -> Option<&Partition> {
        self.topic(topic)?.partitions.get(usize::try_from(partition).ok()?)
    }

    /// The partition that a group replicates.
    pub fn group(&self, group: GroupId) -> Option<(&Arc<Topic>, i32, &Partition)> {
        let owner = self.groups.get(&group)?;
        let topic = self.topics.get(&owner.topic)?;
        let partition = topic.partitions.get(usize::try_from(owner.partition).ok()?)?;
        Some((topic, owner.partition, partition))
    }

    /// All partitions' groups with their owners, by group id.
    pub fn groups(&self) -> impl ExactSizeIterator<Item = (&GroupId, &GroupOwner)> {
        self.groups.iter()
    }

    /// The cluster's properties in force where a node has none of its own: for what is decided for
    /// all nodes. What a node does itself goes by [`Image::here`].
    pub fn cluster(&self) -> &Arc<ClusterConfig> {
        &self.cluster
    }

    /// The properties in force on this node: its own over the cluster's over the defaults
    /// (KIP-226).
    pub fn here(&self) -> &Arc<ClusterConfig> {
        &self.here
    }

    /// What was set for a node, or for none in particular, and for the cluster.
    pub fn layers(&self, node: Option<NodeId>) -> Layers<'_> {
        let cluster = Layers::cluster(&self.cluster.overrides);
        let own = node.and_then(|id| self.node_configs.get(&id));
        Layers { node: own.unwrap_or(cluster.node), ..cluster }
    }

    /// What was set on one consumer, share or streams group, by Kafka's keys.
    pub fn group_config(&self, group: &str) -> Option<&Overrides> {
        self.group_configs.get(group)
    }

    /// A group's property in force here: set on the group, on this node or on the cluster, or its
    /// default.
    pub fn group_property(&self, group: &str, key: &str) -> Option<&str> {
        let property = GROUP.iter().find(|p| p.name == key)?;
        let own = self.group_config(group).and_then(|set| set.get(key));
        let inherited = || self.here.overrides.get(property.broker_key?);
        Some(own.or_else(inherited).map_or(property.default, String::as_str))
    }

    /// The groups that something was set on.
    pub fn configured_groups(&self) -> impl Iterator<Item = &str> {
        self.group_configs.keys().map(String::as_str)
    }

    /// The client-metrics subscriptions (KIP-714), by name.
    pub fn client_metrics(&self) -> &BTreeMap<String, Overrides> {
        &self.client_metrics
    }

    /// All access rules.
    pub fn acls(&self) -> &BTreeSet<Acl> {
        &self.acls
    }

    /// All quotas, by whose they are.
    pub fn quotas(&self) -> &BTreeMap<QuotaEntity, BTreeMap<String, Rate>> {
        &self.quotas
    }

    /// Users' SCRAM credentials, by name and mechanism.
    pub fn scram(&self) -> &BTreeMap<(String, i8), ScramCredential> {
        &self.scram
    }

    /// The group id that the next partition gets.
    pub fn next_group(&self) -> GroupId {
        self.next_group
    }

    /// The first producer id that nobody has.
    pub fn next_producer_id(&self) -> i64 {
        self.next_producer_id
    }
}
