// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Gen, Sample};
use headrace_wire::messages::api_versions::*;
use headrace_wire::Str;

impl Sample for ApiVersionsRequest {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            client_software_name: if version >= 3 { gen.string() } else { Str::default() },
            client_software_version: if version >= 3 { gen.string() } else { Str::default() },
        }
    }
}
impl Sample for ApiVersionsResponse {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            error_code: gen.i16(),
            api_keys: gen.array(|gen| ApiVersion::sample(gen, version)),
            throttle_time_ms: if version >= 1 { gen.i32() } else { 0 },
            supported_features: if version >= 3 {
                gen.array(|gen| SupportedFeatureKey::sample(gen, version))
            } else {
                Vec::new()
            },
            finalized_features_epoch: if version >= 3 { gen.i64() } else { -1 },
            finalized_features: if version >= 3 {
                gen.array(|gen| FinalizedFeatureKey::sample(gen, version))
            } else {
                Vec::new()
            },
            zk_migration_ready: if version >= 3 { gen.bool() } else { false },
        }
    }
}
impl Sample for ApiVersion {
    fn sample(gen: &mut Gen, _version: i16) -> Self {
        Self { api_key: gen.i16(), min_version: gen.i16(), max_version: gen.i16() }
    }
}
impl Sample for SupportedFeatureKey {
    fn sample(gen: &mut Gen, _version: i16) -> Self {
        Self { name: gen.string(), min_version: gen.i16(), max_version: gen.i16() }
    }
}
impl Sample for FinalizedFeatureKey {
    fn sample(gen: &mut Gen, _version: i16) -> Self {
        Self { name: gen.string(), max_version_level: gen.i16(), min_version_level: gen.i16() }
    }
}
