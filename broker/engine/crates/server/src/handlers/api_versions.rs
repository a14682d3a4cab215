//! ApiVersions (KIP-35, KIP-511), and the refusal of SaslHandshake on a plaintext listener.

use headrace_wire::messages::api_versions::{ApiVersion, FinalizedFeatureKey, SupportedFeatureKey};
use headrace_wire::messages::{
    ApiVersionsRequest, ApiVersionsResponse, SaslHandshakeRequest, SaslHandshakeResponse,
};
use headrace_wire::{api, ApiKey, ErrorCode};

use crate::context::Context;

/// Kafka's features (KIP-584) and their levels here, by name. They come with the node's version.
pub(super) const FEATURES: &[(&str, i16)] = &[
    ("group.version", 1),
    ("share.version", 1),
    ("streams.version", 1),
    ("transaction.version", 2),
];
/// The first version that carries the client software's name, and features in the answer.
const NAMED_FROM: i16 = 3;

pub(crate) async fn api_versions(cx: Context, request: ApiVersionsRequest) -> ApiVersionsResponse {
    let names = [&request.client_software_name, &request.client_software_version];
    if cx.version >= NAMED_FROM && !names.iter().all(|name| is_software_name(name)) {
        let error_code = cx.code(ErrorCode::InvalidRequest);
        return ApiVersionsResponse { error_code, ..Default::default() };
    }
    if cx.version >= NAMED_FROM {
        cx.session.note_software(&request.client_software_name, &request.client_software_version);
    }
    let api_keys = api::SERVED.iter().map(entry).collect();
    if cx.version < NAMED_FROM {
        return ApiVersionsResponse { api_keys, ..Default::default() };
    }
    // Version 3 has no word for a feature that can be off (KAFKA-17011).
    let shown = FEATURES.iter().filter(|_| cx.version > NAMED_FROM);
    let supported = shown.map(|(name, level)| SupportedFeatureKey {
        name: (*name).into(),
        min_version: 0,
        max_version: *level,
    });
    let finalized = FEATURES.iter().map(|(name, level)| FinalizedFeatureKey {
        name: (*name).into(),
        max_version_level: *level,
        min_version_level: *level,
    });
    ApiVersionsResponse {
        api_keys,
        supported_features: supported.collect(),
        finalized_features_epoch: 0,
        finalized_features: finalized.collect(),
        ..Default::default()
    }
}

/// The answer to a version that we do not know: which versions of ApiVersions we do.
pub(crate) fn unsupported(cx: &Context) -> ApiVersionsResponse {
    let api_keys = api::find(ApiKey::ApiVersions).map(entry).into_iter().collect();
    let error_code = cx.code(ErrorCode::UnsupportedVersion);
    ApiVersionsResponse { error_code, api_keys, ..Default::default() }
}

/// No listener has SASL yet, so the request comes at the wrong time, as Apache Kafka says too.
pub(crate) async fn sasl_handshake(
    cx: Context,
    _request: SaslHandshakeRequest,
) -> SaslHandshakeResponse {
    let error_code = cx.code(ErrorCode::IllegalSaslState);
    SaslHandshakeResponse { error_code, mechanisms: Vec::new() }
}

fn entry(served: &api::Served) -> ApiVersion {
    ApiVersion { api_key: served.key as i16, min_version: served.min, max_version: served.max }
}

/// Letters, digits, and inside also `-` and `.` (KIP-511).
fn is_software_name(name: &str) -> bool {
    let name = name.as_bytes();
    let ends = [name.first(), name.last()];
    ends.iter().all(|end| end.is_some_and(u8::is_ascii_alphanumeric))
        && name.iter().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn software_names_follow_kip_511() {
        for good in ["a", "librdkafka", "apache-kafka-java", "4.3.1", "v2.0-rc1"] {
            assert!(is_software_name(good), "{good}");
        }
        for bad in ["", "-a", "a.", "a b", "a/b", "é"] {
            assert!(!is_software_name(bad), "{bad}");
        }
    }
}
