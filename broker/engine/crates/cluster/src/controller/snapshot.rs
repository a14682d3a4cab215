//! The state as bytes: what a node that is far behind gets, and what lets group 0's log be cut.
//!
//! | at | bytes | field |
//! |---|---|---|
//! | 0 | 8 | magic `HRCTRLST` |
//! | 8 | 4 | format version, little endian |
//! | 12 | 4 | CRC-32C of all that follows |
//! | 16 | – | JSON of [`Saved`] |

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::access::{Acl, QuotaEntity, Rate, ScramCredential};
use super::properties::{ClusterConfig, Overrides};
use super::State;
use crate::image::{GroupId, GroupOwner, Image, NodeId, NodeInfo, Topic};

const MAGIC: &[u8; 8] = b"HRCTRLST";
const FORMAT: u32 = 1;
const HEADER_BYTES: usize = 16;

/// Why a snapshot cannot be read. The node must fetch another one; its log is not touched.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// Not a snapshot, or cut short.
    #[error("these bytes are no controller snapshot")]
    NotASnapshot,
    /// Written by a newer release.
    #[error("controller snapshot format {0} is newer than {FORMAT}; upgrade this node")]
    Newer(u32),
    /// The bytes changed since they were written.
    #[error("the controller snapshot is damaged (checksum)")]
    Damaged,
    /// The checksum holds but the content makes no sense.
    #[error("the controller snapshot cannot be read: {0}")]
    Malformed(String),
}

#[derive(Serialize, Deserialize)]
struct Saved {
    index: u64,
    cluster_uuid: Option<Uuid>,
    feature_level: i32,
    seed_nodes: i32,
    next_node: NodeId,
    next_group: GroupId,
    next_producer_id: i64,
    nodes: Vec<Arc<NodeInfo>>,
    topics: Vec<Arc<Topic>>,
    cluster: Overrides,
    #[serde(default)]
    node_configs: BTreeMap<NodeId, Overrides>,
    #[serde(default)]
    group_configs: BTreeMap<String, Overrides>,
    #[serde(default)]
    client_metrics: BTreeMap<String, Overrides>,
    #[serde(default)]
    acls: BTreeSet<Acl>,
    #[serde(default)]
    quotas: Vec<(QuotaEntity, BTreeMap<String, Rate>)>,
    #[serde(default)]
    scram: Vec<((String, i8), ScramCredential)>,
}

/// JSON has no maps by anything but text.
fn pairs<K: Clone, V: Clone>(map: &BTreeMap<K, V>) -> Vec<(K, V)> {
    map.iter().map(|(key, value)| (key.clone(), value.clone())).collect()
}

impl State {
    /// All of the state, checksummed.
    pub fn snapshot(&self) -> Bytes {
        let saved = Saved {
            index: self.image.version,
            cluster_uuid: self.image.cluster_uuid,
            feature_level: self.image.feature_level,
            seed_nodes: self.seed_nodes,
            next_node: self.next_node,
            next_group: self.image.next_group,
            next_producer_id: self.image.next_producer_id,
            nodes: self.image.nodes().cloned().collect(),
            topics: self.image.topics().cloned().collect(),
            cluster: self.image.cluster.overrides.clone(),
            node_configs: (*self.image.node_configs).clone(),
            group_configs: (*self.image.group_configs).clone(),
            client_metrics: (*self.image.client_metrics).clone(),
            acls: (*self.image.acls).clone(),
            quotas: pairs(&self.image.quotas),
            scram: pairs(&self.image.scram),
        };
        // Strings, numbers and lists only: nothing that JSON cannot say.
        let body = serde_json::to_vec(&saved).unwrap_or_default();
        let mut out = Vec::with_capacity(HEADER_BYTES + body.len());
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&FORMAT.to_le_bytes());
        out.extend_from_slice(&crc32c::crc32c(&body).to_le_bytes());
        out.extend_from_slice(&body);
        Bytes::from(out)
    }

    /// The state that [`State::snapshot`] wrote.
    ///
    /// # Errors
    /// See [`SnapshotError`]; bytes from the network are welcome.
    pub fn restore(bytes: &[u8]) -> Result<State, SnapshotError> {
        let word = |at: usize| -> Option<u32> {
            Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
        };
        if bytes.get(..8) != Some(MAGIC.as_slice()) {
            return Err(SnapshotError::NotASnapshot);
        }
        let format = word(8).ok_or(SnapshotError::NotASnapshot)?;
        if format > FORMAT {
            return Err(SnapshotError::Newer(format));
        }
        if format == 0 {
            return Err(SnapshotError::NotASnapshot);
        }
        let crc = word(12).ok_or(SnapshotError::NotASnapshot)?;
        let body = bytes.get(HEADER_BYTES..).ok_or(SnapshotError::NotASnapshot)?;
        if crc32c::crc32c(body) != crc {
            return Err(SnapshotError::Damaged);
        }
        let saved: Saved =
            serde_json::from_slice(body).map_err(|e| SnapshotError::Malformed(e.to_string()))?;
        Ok(State::from(saved))
    }
}

impl From<Saved> for State {
    fn from(saved: Saved) -> State {
        let mut groups = BTreeMap::new();
        for topic in &saved.topics {
            for (partition, p) in (0..).zip(&topic.partitions) {
                groups.insert(p.group, GroupOwner { topic: topic.name.clone(), partition });
            }
        }
        let cluster = Arc::new(ClusterConfig::from(saved.cluster));
        let mut state = State {
            image: Image {
                version: saved.index,
                cluster_uuid: saved.cluster_uuid,
                feature_level: saved.feature_level,
                nodes: Arc::new(saved.nodes.into_iter().map(|n| (n.id, n)).collect()),
                ids: Arc::new(saved.topics.iter().map(|t| (t.id, t.name.clone())).collect()),
                topics: Arc::new(saved.topics.into_iter().map(|t| (t.name.clone(), t)).collect()),
                groups: Arc::new(groups),
                here: cluster.clone(),
                cluster,
                node_configs: Arc::new(saved.node_configs),
                group_configs: Arc::new(saved.group_configs),
                client_metrics: Arc::new(saved.client_metrics),
                acls: Arc::new(saved.acls),
                quotas: Arc::new(saved.quotas.into_iter().collect()),
                scram: Arc::new(saved.scram.into_iter().collect()),
                next_group: saved.next_group,
                next_producer_id: saved.next_producer_id,
            },
            next_node: saved.next_node,
            seed_nodes: saved.seed_nodes,
            here: None,
        };
        state.refresh_in_force();
        state
    }
}
