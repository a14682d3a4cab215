//! UnregisterBroker and UpdateFeatures: what the cluster consists of, and what it may write.

use headrace_cluster::controller::{ControllerCommand, FEATURE_LEVEL_MAX};
use headrace_wire::messages::update_features::{FeatureUpdateKey, UpdatableFeatureResult};
use headrace_wire::messages::{
    UnregisterBrokerRequest, UnregisterBrokerResponse, UpdateFeaturesRequest,
    UpdateFeaturesResponse,
};
use headrace_wire::ErrorCode;

use crate::context::{controller_refusal, Context, Refusal};
use crate::session::{Operation, Resource};

/// The feature that says what the cluster's nodes may write.
const LEVEL: &str = "headrace.version";

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
    let mut outcomes = Vec::with_capacity(request.feature_updates.len());
    for update in &request.feature_updates {
        outcomes.push(update_feature(&cx, update, request.validate_only).await.err());
    }
    let failed = |refusal: &Option<Refusal>| refusal.as_ref().map_or(0, |r| cx.code(r.code));
    let text = |refusal: &Option<Refusal>| refusal.as_ref().and_then(Refusal::text);
    if cx.version >= 2 {
        // one error speaks for all (KIP-1022)
        let first = outcomes.into_iter().find(Option::is_some).flatten();
        return UpdateFeaturesResponse {
            error_code: failed(&first),
            error_message: text(&first),
            ..Default::default()
        };
    }
    let results = request.feature_updates.iter().zip(&outcomes);
    let results = results.map(|(update, refusal)| UpdatableFeatureResult {
        feature: update.feature.clone(),
        error_code: failed(refusal),
        error_message: text(refusal),
    });
    UpdateFeaturesResponse { results: results.collect(), ..Default::default() }
}

/// One feature can be raised: what all nodes may write. The others come with a node's version.
async fn update_feature(
    cx: &Context,
    update: &FeatureUpdateKey,
    validate_only: bool,
) -> Result<(), Refusal> {
    cx.authorize(Operation::Alter, Resource::Cluster)?;
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
    if validate_only {
        return Ok(());
    }
    let command = ControllerCommand::SetFeatureLevel { level };
    cx.node().controller_request(command).await.map(|_| ()).map_err(controller_refusal)
}
