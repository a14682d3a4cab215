//! ApiVersions (KIP-35, KIP-511), and the refusal of SaslHandshake on a plaintext listener.

use headrace_wire::messages::api_versions::ApiVersion;
use headrace_wire::messages::{
    ApiVersionsRequest, ApiVersionsResponse, SaslHandshakeRequest, SaslHandshakeResponse,
};
use headrace_wire::{api, ApiKey, ErrorCode};

use crate::context::Context;

/// The first version that carries the client software's name.
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
    ApiVersionsResponse { api_keys, ..Default::default() }
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
