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
type ByName = Arc<BTreeMap<String, Overrides>>;

/// Groups or client-metrics subscriptions with properties of their own.
const MAX_NAMED: usize = 10_000;
/// The longest name of one.
const MAX_NAME_BYTES: usize = 1_024;

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
                    ConfigResource::Group(name) => {
                        let cluster = &self.image.cluster.overrides;
                        let all = &mut self.image.group_configs;
                        let next = named(Scope::Group, all, name, &change.ops, replace, cluster);
                        next.map(|next| put(all, name, next, validate_only))
                    }
                    ConfigResource::ClientMetrics(name) => {
                        let (scope, none) = (Scope::ClientMetrics, Overrides::new());
                        let all = &mut self.image.client_metrics;
                        let next = named(scope, all, name, &change.ops, replace, &none);
                        next.map(|next| put(all, name, next, validate_only))
                    }
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
        let overrides = Scope::Topic.change(&base, ops, cluster)?;
        names::check_overrides(name, &overrides)?;
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

/// What a change makes of one resource of `all`, which needs no other existence than this.
fn named(
    scope: Scope,
    all: &ByName,
    name: &str,
    ops: &[ConfigOp],
    replace: bool,
    inherited: &Overrides,
) -> Result<Overrides, ControllerError> {
    if name.is_empty() || name.len() > MAX_NAME_BYTES {
        let why = format!("the name must have 1 to {MAX_NAME_BYTES} bytes");
        return refuse(ErrorCode::INVALID_REQUEST, why);
    }
    let present = all.get(name);
    if present.is_none() && all.len() >= MAX_NAMED {
        let why = format!("{MAX_NAMED} others have properties of their own; delete some first");
        return refuse(ErrorCode::POLICY_VIOLATION, why);
    }
    let base = present.filter(|_| !replace).cloned().unwrap_or_default();
    scope.change(&base, ops, inherited)
}

/// A resource without properties of its own is none.
fn put(all: &mut ByName, name: &str, next: Overrides, validate_only: bool) {
    if validate_only {
        return;
    }
    match next.is_empty() {
        true => Arc::make_mut(all).remove(name),
        false => Arc::make_mut(all).insert(name.to_string(), next),
    };
}
