//! Changes of topics' and the cluster's properties.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::command::{
    ConfigChange, ConfigOp, ConfigResource, ConfigResult, ControllerReply, TopicRef,
};
use super::error::{refuse, ControllerError, ErrorCode};
use super::properties::{ClusterConfig, Scope, TopicConfig};
use super::{names, State};
use crate::image::Topic;

type Overrides = BTreeMap<String, String>;

impl State {
    pub(super) fn alter_configs(
        &mut self,
        changes: Vec<ConfigChange>,
        validate_only: bool,
        replace: bool,
    ) -> ControllerReply {
        let results = changes
            .into_iter()
            .map(|change| {
                let outcome = match &change.resource {
                    ConfigResource::Topic(name) => {
                        self.alter_topic(name, &change.ops, validate_only, replace)
                    }
                    ConfigResource::Cluster => {
                        self.alter_cluster(&change.ops, validate_only, replace)
                    }
                    ConfigResource::Node(id) => refuse(
                        ErrorCode::INVALID_REQUEST,
                        format!(
                            "no property can be set for node {id} alone: set it for the cluster \
                             (broker resource with an empty name) or in the node's headrace.yaml"
                        ),
                    ),
                };
                ConfigResult { resource: change.resource, error: outcome.err() }
            })
            .collect();
        ControllerReply::Configs(results)
    }

    fn alter_topic(
        &mut self,
        name: &str,
        ops: &[ConfigOp],
        validate_only: bool,
        replace: bool,
    ) -> Result<(), ControllerError> {
        let topic = self.known_topic(&TopicRef::Name(name.to_string()))?;
        let base = if replace { Overrides::new() } else { topic.overrides.clone() };
        let cluster = &self.image.cluster.overrides;
        let overrides = Scope::Topic(names::owner(name)).change(&base, ops, cluster)?;
        if validate_only || overrides == topic.overrides {
            return Ok(());
        }
        let config = TopicConfig::effective(&overrides, cluster);
        let changed = Topic { overrides, config, ..(*topic).clone() };
        Arc::make_mut(&mut self.image.topics).insert(topic.name.clone(), Arc::new(changed));
        Ok(())
    }

    fn alter_cluster(
        &mut self,
        ops: &[ConfigOp],
        validate_only: bool,
        replace: bool,
    ) -> Result<(), ControllerError> {
        let present = &self.image.cluster.overrides;
        let base = if replace { Overrides::new() } else { present.clone() };
        let overrides = Scope::Cluster.change(&base, ops, &Overrides::new())?;
        if !validate_only && overrides != *present {
            self.image.cluster = Arc::new(ClusterConfig::from(overrides));
            self.refresh_topic_configs();
        }
        Ok(())
    }

    /// Topics inherit from the cluster: works out again what is in force for each.
    pub(super) fn refresh_topic_configs(&mut self) {
        let cluster = self.image.cluster.clone();
        for topic in Arc::make_mut(&mut self.image.topics).values_mut() {
            let config = TopicConfig::effective(&topic.overrides, &cluster.overrides);
            if topic.config != config {
                Arc::make_mut(topic).config = config;
            }
        }
    }
}
