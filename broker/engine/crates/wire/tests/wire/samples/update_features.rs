// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::update_features::*;

impl Sample for UpdateFeaturesRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            timeout_ms: draw.i32(),
            feature_updates: draw.array(|draw| FeatureUpdateKey::sample(draw, version)),
            validate_only: if version >= 1 { draw.bool() } else { false },
        }
    }
}
impl Sample for FeatureUpdateKey {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            feature: draw.string(),
            max_version_level: draw.i16(),
            allow_downgrade: if version == 0 { draw.bool() } else { false },
            upgrade_type: if version >= 1 { draw.i8() } else { 1 },
        }
    }
}
impl Sample for UpdateFeaturesResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: draw.i32(),
            error_code: draw.i16(),
            error_message: draw.option(|draw| draw.string()),
            results: if version <= 1 {
                draw.array(|draw| UpdatableFeatureResult::sample(draw, version))
            } else {
                Vec::new()
            },
        }
    }
}
impl Sample for UpdatableFeatureResult {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            feature: draw.string(),
            error_code: draw.i16(),
            error_message: draw.option(|draw| draw.string()),
        }
    }
}
