//! Changes of topics', nodes' and the cluster's properties.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::command::{
    ConfigChange, ConfigOp, ConfigResource, ConfigResult, ControllerReply, TopicRef,
};
use super::error::{refuse, ControllerError, ErrorCode};
use super::properties::{ClusterConfig, Overrides, Scope, TopicConfig};
use super::{names, State};
use crate::image::{NodeId, Topic};

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
                    ConfigResource::Node(id) => {
                        self.alter_node(*id, &change.ops, validate_only, replace)
                    }
                    ConfigResource::Group(name) => {
                        let cluster = &self.image.cluster.overrides;
                        let all = &mut self.image.group_configs;
                        let next = named(Scope::Group, all, name, &change.ops, replace, cluster);
                        next.map(|next| put_named(all, name, next, validate_only))
                    }
                    ConfigResource::ClientMetrics(name) => {
                        let (scope, none) = (Scope::ClientMetrics, Overrides::new());
                        let all = &mut self.image.client_metrics;
                        let next = named(scope, all, name, &change.ops, replace, &none);
                        next.map(|next| put_named(all, name, next, validate_only))
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
        let config = TopicConfig::effective(&overrides, &self.image.here.overrides);
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
            self.refresh_in_force();
        }
        Ok(())
    }

    fn alter_node(
        &mut self,
        id: NodeId,
        ops: &[ConfigOp],
        validate_only: bool,
        replace: bool,
    ) -> Result<(), ControllerError> {
        self.known_node(id)?;
        let present = self.image.node_configs.get(&id);
        let base = present.filter(|_| !replace).cloned().unwrap_or_default();
        let overrides = Scope::Node.change(&base, ops, &self.image.cluster.overrides)?;
        if !validate_only {
            self.set_node_config(id, overrides);
        }
        Ok(())
    }

    /// Gives a node these properties in the place of those that it has.
    pub(super) fn set_node_config(&mut self, id: NodeId, overrides: Overrides) {
        put(&mut self.image.node_configs, id, overrides);
        if self.here == Some(id) {
            self.refresh_in_force();
        }
    }

    /// This node's properties count before the cluster's, and topics inherit: works out again what
    /// is in force here.
    pub(super) fn refresh_in_force(&mut self) {
        let cluster = &self.image.cluster;
        let own = self.here.and_then(|id| self.image.node_configs.get(&id));
        let here = own.map_or_else(
            || cluster.clone(),
            |own| {
                let mut overrides = cluster.overrides.clone();
                overrides.extend(own.clone());
                Arc::new(ClusterConfig::from(overrides))
            },
        );
        self.image.here = here.clone();
        for topic in Arc::make_mut(&mut self.image.topics).values_mut() {
            let config = TopicConfig::effective(&topic.overrides, &here.overrides);
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

fn put_named(all: &mut ByName, name: &str, next: Overrides, validate_only: bool) {
    if !validate_only {
        put(all, name.to_string(), next);
    }
}

/// A resource without properties of its own is none.
fn put<K: Ord + Clone>(all: &mut Arc<BTreeMap<K, Overrides>>, key: K, next: Overrides) {
    match next.is_empty() {
        true => Arc::make_mut(all).remove(&key),
        false => Arc::make_mut(all).insert(key, next),
    };
}
