//! DescribeConfigs, IncrementalAlterConfigs and AlterConfigs.

use std::collections::{BTreeMap, HashSet};

use headrace_cluster::controller::command::{ConfigChange, ConfigOp, ConfigOpKind, ConfigResource};
use headrace_cluster::controller::{names, properties, ControllerCommand, ControllerReply};
use headrace_cluster::image::{Image, Listener};
use headrace_wire::messages::alter_configs::{AlterConfigsResource, AlterConfigsResourceResponse};
use headrace_wire::messages::describe_configs::{
    DescribeConfigsResource, DescribeConfigsResourceResult, DescribeConfigsResult,
    DescribeConfigsSynonym,
};
use headrace_wire::messages::incremental_alter_configs as incremental;
use headrace_wire::messages::list_config_resources::ConfigResource as ListedResource;
use headrace_wire::messages::{
    AlterConfigsRequest, AlterConfigsResponse, DescribeConfigsRequest, DescribeConfigsResponse,
    IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse, ListConfigResourcesRequest,
    ListConfigResourcesResponse,
};
use headrace_wire::{ErrorCode, Str};
use properties::{ConfigEntry, ConfigSource, ConfigType};

use crate::config::ListenerConfig;
use crate::context::{code_of, controller_refusal, Context, Refusal};
use crate::session::{Operation, Resource};
use crate::telemetry::client_pattern;

/// Kafka's numbers for what a configuration belongs to.
const TOPIC: i8 = 2;
const BROKER: i8 = 4;
const CLIENT_METRICS: i8 = 16;
const GROUP: i8 = 32;

pub(crate) async fn describe_configs(
    cx: Context,
    request: DescribeConfigsRequest,
) -> DescribeConfigsResponse {
    let image = cx.image();
    let one = |resource: &DescribeConfigsResource| {
        let described = describe(&cx, &image, resource);
        let (entries, refusal) = match described {
            Ok(entries) => (entries, None),
            Err(refusal) => (Vec::new(), Some(refusal)),
        };
        let wanted = |entry: &ConfigEntry| match &resource.configuration_keys {
            Some(keys) if !keys.is_empty() => keys.iter().any(|key| **key == *entry.name),
            _ => true,
        };
        let entries = entries.into_iter().filter(wanted);
        DescribeConfigsResult {
            error_code: refusal.as_ref().map_or(0, |refusal| cx.code(refusal.code)),
            error_message: refusal.and_then(|refusal| refusal.text()),
            resource_type: resource.resource_type,
            resource_name: resource.resource_name.clone(),
            configs: entries.map(|entry| line(entry, &request)).collect(),
        }
    };
    let results = request.resources.iter().map(one).collect();
    DescribeConfigsResponse { results, ..Default::default() }
}

fn describe(
    cx: &Context,
    image: &Image,
    resource: &DescribeConfigsResource,
) -> Result<Vec<ConfigEntry>, Refusal> {
    let name = &*resource.resource_name;
    // topics and groups as this node has them
    let here = image.layers(cx.node().node_id());
    match resource.resource_type {
        TOPIC => {
            cx.authorize(Operation::DescribeConfigs, Resource::Topic(name))?;
            let unknown = match names::check(name).is_ok() {
                true => ErrorCode::UnknownTopicOrPartition,
                false => ErrorCode::InvalidTopicException,
            };
            let topic = image.topic(name).ok_or(unknown)?;
            Ok(properties::describe_topic(&topic.overrides, here))
        }
        BROKER => {
            cx.authorize(Operation::DescribeConfigs, Resource::Cluster)?;
            if name.is_empty() {
                // the defaults for all brokers: what somebody has set
                let mut entries = properties::describe_cluster(image.layers(None));
                entries.retain(|entry| entry.source == ConfigSource::Cluster);
                return Ok(entries);
            }
            let id = broker_id(image, name)?;
            let mut entries = properties::describe_cluster(image.layers(Some(id)));
            entries.extend(node_entries(cx, image, id));
            Ok(entries)
        }
        CLIENT_METRICS => {
            cx.authorize(Operation::DescribeConfigs, Resource::Cluster)?;
            let set = image.client_metrics().get(named(name)?);
            Ok(properties::describe_client_metrics(set.unwrap_or(&BTreeMap::new())))
        }
        GROUP => {
            cx.authorize(Operation::DescribeConfigs, Resource::Group(name))?;
            let set = image.group_config(named(name)?);
            Ok(properties::describe_group(set.unwrap_or(&BTreeMap::new()), here))
        }
        other => Err(unknown_type(other)),
    }
}

fn named(name: &str) -> Result<&str, Refusal> {
    match name.is_empty() {
        true => Err(Refusal::new(ErrorCode::InvalidRequest, "the resource's name is empty")),
        false => Ok(name),
    }
}

fn unknown_type(resource_type: i8) -> Refusal {
    let why = format!("resource type {resource_type} has no configuration here");
    Refusal::new(ErrorCode::InvalidRequest, why)
}

fn broker_id(image: &Image, name: &str) -> Result<i32, Refusal> {
    let known = name.parse().ok().filter(|&id| image.node(id).is_some());
    known.ok_or_else(|| {
        Refusal::new(ErrorCode::InvalidRequest, format!("there is no broker {name:?}"))
    })
}

/// What a node's own file says, as far as clients and tools ask for it.
fn node_entries(cx: &Context, image: &Image, id: i32) -> Vec<ConfigEntry> {
    use ConfigType::{Int, List, String as Text};
    let entry = |name: &str, value: String, kind: ConfigType, doc: &str| ConfigEntry {
        name: name.to_owned(),
        synonyms: vec![(name.to_owned(), value.clone(), ConfigSource::NodeFile)],
        value,
        source: ConfigSource::NodeFile,
        read_only: true,
        kind,
        doc: doc.to_owned(),
    };
    let mut entries = vec![
        entry("broker.id", id.to_string(), Int, "The node's id."),
        entry("node.id", id.to_string(), Int, "The node's id."),
    ];
    if let Some(node) = image.node(id) {
        let at = |l: &Listener| format!("{}://{}:{}", l.name.to_uppercase(), l.host, l.port);
        let listeners = node.listeners.iter().map(at).collect::<Vec<_>>().join(",");
        let rack = node.rack.clone().unwrap_or_default();
        entries.extend([
            entry("advertised.listeners", listeners, List, "Where clients reach the node."),
            entry("broker.rack", rack, Text, "Where the node stands."),
        ]);
    }
    if cx.node().node_id() != Some(id) {
        return entries;
    }
    let config = &cx.broker.config;
    let at = |l: &ListenerConfig| format!("{}://{}:{}", l.name.to_uppercase(), l.host, l.port);
    let listeners = config.listeners.iter().map(at).collect::<Vec<_>>().join(",");
    let folder = cx.node().data_dir().to_string_lossy().into_owned();
    let count = |name: &str, value: usize, doc: &str| entry(name, value.to_string(), Int, doc);
    entries.extend([
        entry("listeners", listeners, List, "Where the node listens."),
        entry("log.dirs", folder, List, "The node's data folder."),
        count(
            "socket.request.max.bytes",
            config.socket_request_max_bytes,
            "The largest request that the listener takes.",
        ),
        count("fetch.max.bytes", config.fetch_max_bytes, "Most bytes in one fetch response."),
        count("max.connections", config.max_connections, "Connections over all listeners."),
        count(
            "max.incremental.fetch.session.cache.slots",
            config.max_fetch_sessions,
            "Fetch sessions that the node remembers.",
        ),
    ]);
    entries
}

fn line(entry: ConfigEntry, request: &DescribeConfigsRequest) -> DescribeConfigsResourceResult {
    let synonyms = entry.synonyms.into_iter().map(|(name, value, source)| DescribeConfigsSynonym {
        name: Str::from(name),
        value: Some(Str::from(value)),
        source: source as i8,
    });
    DescribeConfigsResourceResult {
        name: Str::from(entry.name),
        value: Some(Str::from(entry.value)),
        read_only: entry.read_only,
        config_source: entry.source as i8,
        is_sensitive: false,
        synonyms: if request.include_synonyms { synonyms.collect() } else { Vec::new() },
        config_type: entry.kind as i8,
        documentation: request.include_documentation.then(|| Str::from(entry.doc)),
    }
}

pub(crate) async fn incremental_alter_configs(
    cx: Context,
    request: IncrementalAlterConfigsRequest,
) -> IncrementalAlterConfigsResponse {
    let wanted = request.resources.iter().map(|resource| {
        let ops = resource.configs.iter().map(|config| {
            let kind = match config.config_operation {
                0 => ConfigOpKind::Set,
                1 => ConfigOpKind::Delete,
                2 => ConfigOpKind::Append,
                3 => ConfigOpKind::Subtract,
                other => {
                    let why = format!("there is no configuration operation {other}");
                    return Err(Refusal::new(ErrorCode::InvalidRequest, why));
                }
            };
            if kind != ConfigOpKind::Delete && config.value.is_none() {
                return Err(no_value(&config.name));
            }
            Ok(op(&config.name, kind, config.value.as_ref()))
        });
        (resource.resource_type, resource.resource_name.clone(), ops.collect())
    });
    let results = alter(&cx, wanted.collect(), request.validate_only, false).await;
    let responses = results.into_iter().map(|(resource_type, resource_name, result)| {
        let (error_code, error_message) = outcome(&cx, result);
        incremental::AlterConfigsResourceResponse {
            error_code,
            error_message,
            resource_type,
            resource_name,
        }
    });
    IncrementalAlterConfigsResponse { responses: responses.collect(), ..Default::default() }
}

/// The older call, which names all overrides that shall exist.
pub(crate) async fn alter_configs(
    cx: Context,
    request: AlterConfigsRequest,
) -> AlterConfigsResponse {
    let wanted = request.resources.iter().map(|resource: &AlterConfigsResource| {
        let ops = resource.configs.iter().map(|config| match &config.value {
            Some(value) => Ok(op(&config.name, ConfigOpKind::Set, Some(value))),
            None => Err(no_value(&config.name)),
        });
        (resource.resource_type, resource.resource_name.clone(), ops.collect())
    });
    let results = alter(&cx, wanted.collect(), request.validate_only, true).await;
    let responses = results.into_iter().map(|(resource_type, resource_name, result)| {
        let (error_code, error_message) = outcome(&cx, result);
        AlterConfigsResourceResponse { error_code, error_message, resource_type, resource_name }
    });
    AlterConfigsResponse { responses: responses.collect(), ..Default::default() }
}

/// What can be configured, by name (KIP-1142). Version 0 asks for client metrics only.
pub(crate) async fn list_config_resources(
    cx: Context,
    request: ListConfigResourcesRequest,
) -> ListConfigResourcesResponse {
    if let Err(error) = cx.authorize(Operation::DescribeConfigs, Resource::Cluster) {
        return ListConfigResourcesResponse { error_code: cx.code(error), ..Default::default() };
    }
    const ALL: &[i8] = &[TOPIC, BROKER, CLIENT_METRICS, GROUP];
    let kinds: &[i8] = match &request.resource_types[..] {
        _ if cx.version == 0 => &[CLIENT_METRICS],
        [] => ALL,
        some => some,
    };
    if kinds.iter().any(|kind| !ALL.contains(kind)) {
        let error_code = cx.code(ErrorCode::UnsupportedVersion);
        return ListConfigResourcesResponse { error_code, ..Default::default() };
    }
    let image = cx.image();
    let names = |kind: i8| -> Vec<Str> {
        match kind {
            TOPIC => image.topics().map(|topic| Str::from(&*topic.name)).collect(),
            BROKER => image.nodes().map(|node| Str::from(node.id.to_string())).collect(),
            CLIENT_METRICS => image.client_metrics().keys().map(Str::from).collect(),
            _ => image.configured_groups().map(Str::from).collect(),
        }
    };
    let config_resources = ALL
        .iter()
        .filter(|kind| kinds.contains(kind))
        .flat_map(|&resource_type| {
            let names = names(resource_type).into_iter();
            names.map(move |resource_name| ListedResource { resource_name, resource_type })
        })
        .collect();
    ListConfigResourcesResponse { config_resources, ..Default::default() }
}

fn no_value(key: &Str) -> Refusal {
    Refusal::new(ErrorCode::InvalidRequest, format!("'{key}' needs a value that is not null"))
}

fn op(key: &Str, op: ConfigOpKind, value: Option<&Str>) -> ConfigOp {
    ConfigOp { key: key.to_string(), op, value: value.map(|value| value.to_string()) }
}

fn outcome(cx: &Context, result: Result<(), Refusal>) -> (i16, Option<Str>) {
    match result {
        Ok(()) => (ErrorCode::None.code(), None),
        Err(refusal) => (cx.code(refusal.code), refusal.text()),
    }
}

type Wanted = (i8, Str, Result<Vec<ConfigOp>, Refusal>);
type Altered = (i8, Str, Result<(), Refusal>);

/// Sends what is sound to the controller in one command; each resource has its own outcome.
async fn alter(
    cx: &Context,
    wanted: Vec<Wanted>,
    validate_only: bool,
    replace: bool,
) -> Vec<Altered> {
    let mut seen = HashSet::new();
    let mut changes = Vec::new();
    let mut results: Vec<Altered> = Vec::with_capacity(wanted.len());
    let mut sent = Vec::new();
    for (kind, name, ops) in wanted {
        let first = seen.insert((kind, name.clone()));
        let change = resource(cx, kind, &name, first).and_then(|resource| {
            let ops = ops?;
            check_patterns(kind, &ops)?;
            Ok((resource, ops))
        });
        match change {
            Ok((resource, ops)) => {
                sent.push(results.len());
                changes.push(ConfigChange { resource, ops });
                results.push((kind, name, Ok(())));
            }
            Err(refusal) => results.push((kind, name, Err(refusal))),
        }
    }
    if changes.is_empty() {
        return results;
    }
    let command = ControllerCommand::AlterConfigs { changes, validate_only, replace };
    match cx.node().controller_request(command).await {
        Ok(ControllerReply::Configs(answers)) => {
            for (at, answer) in sent.into_iter().zip(answers) {
                if let Some(error) = answer.error {
                    results[at].2 = Err(Refusal::new(code_of(error.code), error.message));
                }
            }
        }
        Ok(other) => {
            tracing::error!(?other, "the controller answered AlterConfigs oddly");
            fail(&mut results, &sent, || ErrorCode::UnknownServerError.into());
        }
        Err(error) => {
            let Refusal { code, message } = controller_refusal(error);
            fail(&mut results, &sent, || Refusal { code, message: message.clone() });
        }
    }
    results
}

/// What clients are matched by must be regular expressions; the controller knows none.
fn check_patterns(kind: i8, ops: &[ConfigOp]) -> Result<(), Refusal> {
    let matches = ops.iter().filter(|op| kind == CLIENT_METRICS && op.key == "match");
    let items = matches.filter_map(|op| op.value.as_deref()).flat_map(|value| value.split(','));
    for (_, pattern) in items.filter_map(|item| item.split_once('=')) {
        if let Err(error) = client_pattern(pattern) {
            let why = format!("illegal client matching pattern {pattern:?}: {error}");
            return Err(Refusal::new(ErrorCode::InvalidRequest, why));
        }
    }
    Ok(())
}

fn fail(results: &mut [Altered], sent: &[usize], refusal: impl Fn() -> Refusal) {
    for &at in sent {
        results[at].2 = Err(refusal());
    }
}

fn resource(cx: &Context, kind: i8, name: &str, first: bool) -> Result<ConfigResource, Refusal> {
    if !first {
        let why = "the resource is named twice in one request";
        return Err(Refusal::new(ErrorCode::InvalidRequest, why));
    }
    match kind {
        TOPIC => {
            cx.authorize(Operation::AlterConfigs, Resource::Topic(name))?;
            Ok(ConfigResource::Topic(name.to_owned()))
        }
        BROKER => {
            cx.authorize(Operation::AlterConfigs, Resource::Cluster)?;
            if name.is_empty() {
                return Ok(ConfigResource::Cluster);
            }
            broker_id(&cx.image(), name).map(ConfigResource::Node)
        }
        CLIENT_METRICS => {
            cx.authorize(Operation::AlterConfigs, Resource::Cluster)?;
            Ok(ConfigResource::ClientMetrics(named(name)?.to_owned()))
        }
        GROUP => {
            cx.authorize(Operation::AlterConfigs, Resource::Group(name))?;
            Ok(ConfigResource::Group(named(name)?.to_owned()))
        }
        other => Err(unknown_type(other)),
    }
}
