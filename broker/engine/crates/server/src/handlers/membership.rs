//! UnregisterBroker and UpdateFeatures: what the cluster consists of, and what it may write.

use headrace_cluster::controller::{ControllerCommand, FEATURE_LEVEL_MAX};
use headrace_wire::messages::update_features::{FeatureUpdateKey, UpdatableFeatureResult};
use headrace_wire::messages::{
    UnregisterBrokerRequest, UnregisterBrokerResponse, UpdateFeaturesRequest,
    UpdateFeaturesResponse,
};
use headrace_wire::ErrorCode;

use super::api_versions::FEATURES;
use crate::context::{controller_refusal, Context, Refusal};
use crate::session::{Operation, Resource};

/// The feature that says what the cluster's nodes may write.
const LEVEL: &str = "headrace.version";
/// Kafka's numbers for an upgrade, a safe and an unsafe downgrade.
const CHANGES: [i8; 3] = [1, 2, 3];

pub(crate) async fn unregister_broker(
    cx: Context,
    request: UnregisterBrokerRequest,
) -> UnregisterBrokerResponse {
    match unregister(&cx, request.broker_id).await {
        Ok(()) => UnregisterBrokerResponse::default(),
        Err(refusal) => UnregisterBrokerResponse {
            error_code: cx.code(refusal.code),
            error_message: refusal.text(),
            ..Default::default()
        },
    }
}

async fn unregister(cx: &Context, node_id: i32) -> Result<(), Refusal> {
    cx.authorize(Operation::Alter, Resource::Cluster)?;
    if cx.image().node(node_id).is_some() && cx.node().is_alive(node_id) {
        let why = format!("node {node_id} is at work; stop it first");
        return Err(Refusal::new(ErrorCode::InvalidRequest, why));
    }
    let command = ControllerCommand::UnregisterNode { node_id };
    cx.node().controller_request(command).await.map(|_| ()).map_err(controller_refusal)
}

pub(crate) async fn update_features(
    cx: Context,
    request: UpdateFeaturesRequest,
) -> UpdateFeaturesResponse {
    // One that is refused refuses all, and its error stands for all (KIP-1022).
    if let Err(refusal) = carry_out(&cx, &request).await {
        return UpdateFeaturesResponse {
            error_code: cx.code(refusal.code),
            error_message: refusal.text(),
            ..Default::default()
        };
    }
    if cx.version >= 2 {
        return UpdateFeaturesResponse::default();
    }
    let results = request.feature_updates.iter();
    let results = results.map(|update| UpdatableFeatureResult {
        feature: update.feature.clone(),
        ..Default::default()
    });
    UpdateFeaturesResponse { results: results.collect(), ..Default::default() }
}

async fn carry_out(cx: &Context, request: &UpdateFeaturesRequest) -> Result<(), Refusal> {
    cx.authorize(Operation::Alter, Resource::Cluster)?;
    // To what a feature has already, as Apache Kafka takes it, nothing is to be done.
    let is_change = |update: &&FeatureUpdateKey| {
        let asked = (&*update.feature, update.max_version_level);
        !FEATURES.contains(&asked) || !CHANGES.contains(&update.upgrade_type)
    };
    let updates = request.feature_updates.iter().filter(is_change);
    let levels: Result<Vec<i32>, Refusal> = updates.map(|update| level_of(cx, update)).collect();
    // A feature is named once: it is a key of the request.
    let Some(&level) = levels?.last() else { return Ok(()) };
    if request.validate_only {
        return Ok(());
    }
    let command = ControllerCommand::SetFeatureLevel { level };
    cx.node().controller_request(command).await.map(|_| ()).map_err(controller_refusal)
}

/// One feature can be raised: what all nodes may write. The others come with a node's version.
fn level_of(cx: &Context, update: &FeatureUpdateKey) -> Result<i32, Refusal> {
    let refuse = |why: String| Err(Refusal::new(ErrorCode::InvalidUpdateVersion, why));
    if &*update.feature != LEVEL {
        let feature = &update.feature;
        return refuse(format!("{feature} comes with the nodes' version; only {LEVEL} can be set"));
    }
    let level = i32::from(update.max_version_level);
    let image = cx.image();
    let highest = image.nodes().map(|node| node.feature_level_max).min();
    let highest = highest.unwrap_or(FEATURE_LEVEL_MAX).min(FEATURE_LEVEL_MAX);
    let lowest = image.feature_level();
    if !(lowest..=highest).contains(&level) {
        return refuse(format!("{LEVEL} {level} is not between {lowest} and {highest}"));
    }
    Ok(level)
}
