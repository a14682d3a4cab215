//! The controller's decisions as text tables and properties.

mod access;
mod cases;
mod document;
mod health;
mod placement;
mod properties;
mod reassign;

use uuid::Uuid;

use super::command::{NewTopic, NodeRegistration, TopicResult};
use super::{ControllerCommand, ControllerError, ControllerReply, State};
use crate::image::{HostPort, Listener, NodeId};

/// A cluster that remembers its index and makes ids as a test needs them.
pub(super) struct Cluster {
    pub state: State,
    next_id: u128,
}

impl Cluster {
    /// Nodes 0, 1, 2, … in these racks; `-` is no rack.
    pub fn with_racks(racks: &[&str]) -> Cluster {
        let mut cluster = Cluster { state: State::new(), next_id: 1 };
        let seed_nodes = i32::try_from(racks.len()).unwrap();
        let cluster_uuid = Uuid::from_u128(0xC1);
        cluster.ok(ControllerCommand::SetClusterUuid { cluster_uuid, seed_nodes });
        for (id, rack) in (0..).zip(racks) {
            let rack = (*rack != "-").then(|| (*rack).to_string());
            cluster.ok(ControllerCommand::RegisterNode(registration(id, rack)));
        }
        cluster
    }

    pub fn run(&mut self, command: ControllerCommand) -> Result<ControllerReply, ControllerError> {
        // Every command goes through its encoding, as in the log.
        let decoded = ControllerCommand::decode(&command.encode()).unwrap();
        assert_eq!(decoded, command);
        self.state.apply(self.state.applied_index() + 1, decoded)
    }

    pub fn ok(&mut self, command: ControllerCommand) -> ControllerReply {
        self.run(command).unwrap()
    }

    pub fn topic(&mut self, name: &str, partitions: i32, factor: i16) -> NewTopic {
        self.next_id += 1;
        NewTopic {
            partitions,
            replication_factor: factor,
            ..NewTopic::with_defaults(name, Uuid::from_u128(self.next_id))
        }
    }

    pub fn create(&mut self, topics: Vec<NewTopic>) -> Vec<TopicResult> {
        self.topics(ControllerCommand::CreateTopics { topics, validate_only: false, avoid: vec![] })
    }

    pub fn topics(&mut self, command: ControllerCommand) -> Vec<TopicResult> {
        match self.ok(command) {
            ControllerReply::Topics(results) => results,
            other => panic!("unexpected {other:?}"),
        }
    }
}

pub(super) fn registration(id: NodeId, rack: Option<String>) -> NodeRegistration {
    let port = u16::try_from(id).unwrap_or(0);
    NodeRegistration {
        node_uuid: Uuid::from_u128(0xA000 + u128::from(id.unsigned_abs())),
        wanted_id: Some(id),
        cluster_uuid: None,
        rpc: HostPort { host: format!("node{id}"), port: 33145 + port },
        listeners: vec![Listener {
            name: "internal".into(),
            host: format!("node{id}"),
            port: 9092,
        }],
        admin: HostPort { host: format!("node{id}"), port: 9644 },
        rack,
        version: "0.1.0".into(),
        feature_level_max: 1,
        config_hash: "c0ffee".into(),
        started_at_ms: 1_000,
    }
}
