// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::api_versions::*;
use headrace_wire::Str;

impl Sample for ApiVersionsRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            client_software_name: if version >= 3 { draw.string() } else { Str::default() },
            client_software_version: if version >= 3 { draw.string() } else { Str::default() },
        }
    }
}
impl Sample for ApiVersionsResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            error_code: draw.i16(),
            api_keys: draw.array(|draw| ApiVersion::sample(draw, version)),
            throttle_time_ms: if version >= 1 { draw.i32() } else { 0 },
            supported_features: if version >= 3 {
                draw.array(|draw| SupportedFeatureKey::sample(draw, version))
            } else {
                Vec::new()
            },
            finalized_features_epoch: if version >= 3 { draw.i64() } else { -1 },
            finalized_features: if version >= 3 {
                draw.array(|draw| FinalizedFeatureKey::sample(draw, version))
            } else {
                Vec::new()
            },
            zk_migration_ready: if version >= 3 { draw.bool() } else { false },
        }
    }
}
impl Sample for ApiVersion {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { api_key: draw.i16(), min_version: draw.i16(), max_version: draw.i16() }
    }
}
impl Sample for SupportedFeatureKey {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { name: draw.string(), min_version: draw.i16(), max_version: draw.i16() }
    }
}
impl Sample for FinalizedFeatureKey {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { name: draw.string(), max_version_level: draw.i16(), min_version_level: draw.i16() }
    }
}
