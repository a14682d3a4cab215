//! Metadata and DescribeCluster: who is there, who leads what, and at which address.

use std::sync::Arc;
use std::time::Duration;

use headrace_cluster::controller::command::NewTopic;
use headrace_cluster::controller::{names, ControllerCommand, ControllerReply};
use headrace_cluster::image::{Image, Partition, Topic};
use headrace_wire::messages::describe_cluster::DescribeClusterBroker;
use headrace_wire::messages::metadata::{
    MetadataRequestTopic, MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic,
};
use headrace_wire::messages::{
    DescribeClusterRequest, DescribeClusterResponse, MetadataRequest, MetadataResponse,
};
use headrace_wire::{ErrorCode, Str};
use uuid::Uuid;

use super::await_leaders::await_leaders;
use super::topics::fresh_id;
use crate::context::Context;
use crate::ids::base64;
use crate::session::{Operation, Resource};

/// How long a client that made us create a topic waits for its leaders.
const CREATED_WAIT: Duration = Duration::from_secs(5);
/// Endpoints of brokers, as opposed to controllers (KIP-919).
const BROKERS: i8 = 1;
const CONTROLLERS: i8 = 2;

pub(crate) async fn metadata(cx: Context, request: MetadataRequest) -> MetadataResponse {
    let mut image = cx.image();
    let wanted = request.topics.filter(|topics| cx.version > 0 || !topics.is_empty());
    let operations = cx.version >= 8 && request.include_topic_authorized_operations;
    let topics = match wanted {
        None => every_topic(&cx, &image, operations),
        Some(wanted) => {
            if request.allow_auto_topic_creation && create_missing(&cx, &image, &wanted).await {
                image = cx.image();
            }
            wanted.iter().map(|topic| one_topic(&cx, &image, topic, operations)).collect()
        }
    };
    let cluster_operations = (8..=10).contains(&cx.version)
        && request.include_cluster_authorized_operations
        && cx.authorize(Operation::Describe, Resource::Cluster).is_ok();
    MetadataResponse {
        brokers: brokers(&cx, &image),
        cluster_id: image.cluster_uuid().map(cluster_id),
        controller_id: controller_id(&cx, &image),
        topics,
        cluster_authorized_operations: if cluster_operations {
            cx.session.authorized_operations(Resource::Cluster)
        } else {
            i32::MIN
        },
        ..Default::default()
    }
}

pub(crate) async fn describe_cluster(
    cx: Context,
    request: DescribeClusterRequest,
) -> DescribeClusterResponse {
    let refused = match request.endpoint_type {
        BROKERS => None,
        CONTROLLERS => Some((
            ErrorCode::MismatchedEndpointType,
            Str::from("controllers have no endpoints of their own here"),
        )),
        other => Some((
            ErrorCode::UnsupportedEndpointType,
            Str::from(format!("there is no type {other} of endpoints")),
        )),
    };
    if let Some((error, why)) = refused {
        return DescribeClusterResponse {
            error_code: cx.code(error),
            error_message: Some(why),
            ..Default::default()
        };
    }
    if let Err(error) = cx.authorize(Operation::Describe, Resource::Cluster) {
        return DescribeClusterResponse { error_code: cx.code(error), ..Default::default() };
    }
    let image = cx.image();
    let brokers = image
        .nodes()
        .filter_map(|node| {
            let fenced = !cx.node().is_alive(node.id);
            let at = node.listener(cx.listener())?;
            (!fenced || request.include_fenced_brokers).then(|| DescribeClusterBroker {
                broker_id: node.id,
                host: Str::from(&at.host),
                port: i32::from(at.port),
                rack: node.rack.as_deref().map(Str::from),
                is_fenced: fenced,
            })
        })
        .collect();
    DescribeClusterResponse {
        cluster_id: image.cluster_uuid().map(cluster_id).unwrap_or_default(),
        controller_id: controller_id(&cx, &image),
        brokers,
        cluster_authorized_operations: if request.include_cluster_authorized_operations {
            cx.session.authorized_operations(Resource::Cluster)
        } else {
            i32::MIN
        },
        ..Default::default()
    }
}

/// Live nodes at the addresses of the client's listener.
fn brokers(cx: &Context, image: &Image) -> Vec<MetadataResponseBroker> {
    let live = image.nodes().filter_map(|node| cx.reachable(image, node.id));
    live.filter_map(|node| {
        let at = node.listener(cx.listener())?;
        Some(MetadataResponseBroker {
            node_id: node.id,
            host: Str::from(&at.host),
            port: i32::from(at.port),
            rack: node.rack.as_deref().map(Str::from),
        })
    })
    .collect()
}

/// The controller if clients can reach it; any node forwards, so this one will do otherwise.
fn controller_id(cx: &Context, image: &Image) -> i32 {
    let reachable = |id: &i32| cx.reachable(image, *id).is_some();
    let node = cx.node();
    node.controller().filter(reachable).or_else(|| node.node_id().filter(reachable)).unwrap_or(-1)
}

fn every_topic(cx: &Context, image: &Image, operations: bool) -> Vec<MetadataResponseTopic> {
    let visible = |topic: &&Arc<Topic>| {
        cx.authorize(Operation::Describe, Resource::Topic(&topic.name)).is_ok()
    };
    image.topics().filter(visible).map(|topic| describe(cx, image, topic, operations)).collect()
}

/// The answer for one topic of the request, found or not.
fn one_topic(
    cx: &Context,
    image: &Image,
    wanted: &MetadataRequestTopic,
    operations: bool,
) -> MetadataResponseTopic {
    let failed = |error: ErrorCode| MetadataResponseTopic {
        error_code: cx.code(error),
        name: wanted.name.clone(),
        topic_id: wanted.topic_id,
        ..Default::default()
    };
    let (found, unknown) = match &wanted.name {
        Some(name) => (image.topic(name), ErrorCode::UnknownTopicOrPartition),
        None => (image.topic_by_id(wanted.topic_id), ErrorCode::UnknownTopicId),
    };
    let name = wanted.name.as_deref().or(found.map(|topic| &*topic.name));
    if let Some(Err(error)) =
        name.map(|name| cx.authorize(Operation::Describe, Resource::Topic(name)))
    {
        return failed(error);
    }
    match found {
        Some(topic) => describe(cx, image, topic, operations),
        None if name.is_some_and(|name| names::check(name).is_err()) => {
            failed(ErrorCode::InvalidTopicException)
        }
        None => failed(unknown),
    }
}

fn describe(
    cx: &Context,
    image: &Image,
    topic: &Arc<Topic>,
    operations: bool,
) -> MetadataResponseTopic {
    let partitions = topic.partitions.iter().zip(0..);
    MetadataResponseTopic {
        error_code: ErrorCode::None.code(),
        name: Some(Str::from(&*topic.name)),
        topic_id: topic.id,
        is_internal: topic.internal,
        partitions: partitions.map(|(one, at)| partition(cx, image, one, at)).collect(),
        topic_authorized_operations: if operations {
            cx.session.authorized_operations(Resource::Topic(&topic.name))
        } else {
            i32::MIN
        },
    }
}

fn partition(cx: &Context, image: &Image, of: &Partition, at: i32) -> MetadataResponsePartition {
    let alive = |id: &i32| cx.node().is_alive(*id) && image.node(*id).is_some();
    let offline = of.replicas.iter().copied().filter(|id| !alive(id)).collect();
    let base = MetadataResponsePartition {
        partition_index: at,
        leader_id: -1,
        replica_nodes: of.replicas.clone(),
        offline_replicas: offline,
        ..Default::default()
    };
    let Some(info) = cx.live_leader(of.group) else {
        let isr_nodes = of.replicas.iter().copied().filter(alive).collect();
        let error_code = cx.code(ErrorCode::LeaderNotAvailable);
        return MetadataResponsePartition { error_code, isr_nodes, ..base };
    };
    if cx.reachable(image, info.leader).is_none() {
        // the leader has no address on the client's listener (KIP-103)
        let error_code = cx.code(ErrorCode::ListenerNotFound);
        return MetadataResponsePartition { error_code, isr_nodes: info.in_sync, ..base };
    }
    MetadataResponsePartition {
        leader_id: info.leader,
        leader_epoch: info.epoch,
        isr_nodes: info.in_sync,
        ..base
    }
}

/// Creates what the client asks for and the cluster lacks, where both allow it; true when
/// something was tried. What fails shows as an unknown topic in the answer.
async fn create_missing(cx: &Context, image: &Image, wanted: &[MetadataRequestTopic]) -> bool {
    if !image.here().auto_create_topics {
        return false;
    }
    let mut names: Vec<&str> = wanted
        .iter()
        .filter_map(|topic| topic.name.as_deref())
        .filter(|name| image.topic(name).is_none() && names::check(name).is_ok())
        // coordinators make their own topics, with settings of their own
        .filter(|name| !names::is_internal(name))
        .filter(|name| {
            cx.authorize(Operation::Create, Resource::Cluster).is_ok()
                || cx.authorize(Operation::Create, Resource::Topic(name)).is_ok()
        })
        .collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        return false;
    }
    let topics = names.iter().map(|name| NewTopic::with_defaults(*name, fresh_id(cx))).collect();
    let avoid = cx.dead_nodes(image);
    let command = ControllerCommand::CreateTopics { topics, validate_only: false, avoid };
    match cx.node().controller_request(command).await {
        Ok(ControllerReply::Topics(results)) => {
            let groups: Vec<u64> = results.into_iter().flat_map(|topic| topic.groups).collect();
            await_leaders(cx, &groups, CREATED_WAIT).await;
        }
        Ok(other) => tracing::error!(?other, "the controller answered CreateTopics oddly"),
        Err(error) => tracing::info!(%error, ?names, "topics were not created on demand"),
    }
    true
}

pub(super) fn cluster_id(uuid: Uuid) -> Str {
    Str::from(base64(uuid))
}
