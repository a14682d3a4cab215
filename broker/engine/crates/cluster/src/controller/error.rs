//! What the controller answers when it refuses: a Kafka error code and a sentence.
//!
//! Answers travel between nodes as JSON, so the code is the bare number of the protocol; the
//! names are those of Apache Kafka's public protocol guide.

use serde::{Deserialize, Serialize};

/// A Kafka protocol error code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ErrorCode(pub i16);

macro_rules! codes {
    ($($name:ident = $code:expr;)*) => {
        impl ErrorCode {
            $(#[allow(missing_docs)] pub const $name: ErrorCode = ErrorCode($code);)*

            /// Every code that the controller gives.
            pub const ALL: &'static [ErrorCode] = &[$(ErrorCode::$name,)*];

            /// The protocol's name of this code, or `None` for one the controller never gives.
            pub fn name(self) -> Option<&'static str> {
                match self.0 {
                    $($code => Some(stringify!($name)),)*
                    _ => None,
                }
            }
        }
    };
}

codes! {
    UNKNOWN_SERVER_ERROR = -1;
    UNKNOWN_TOPIC_OR_PARTITION = 3;
    REQUEST_TIMED_OUT = 7;
    BROKER_NOT_AVAILABLE = 8;
    INVALID_TOPIC_EXCEPTION = 17;
    UNSUPPORTED_SASL_MECHANISM = 33;
    UNSUPPORTED_VERSION = 35;
    TOPIC_ALREADY_EXISTS = 36;
    INVALID_PARTITIONS = 37;
    INVALID_REPLICATION_FACTOR = 38;
    INVALID_REPLICA_ASSIGNMENT = 39;
    INVALID_CONFIG = 40;
    NOT_CONTROLLER = 41;
    INVALID_REQUEST = 42;
    POLICY_VIOLATION = 44;
    KAFKA_STORAGE_ERROR = 56;
    TOPIC_DELETION_DISABLED = 73;
    NO_REASSIGNMENT_IN_PROGRESS = 85;
    RESOURCE_NOT_FOUND = 91;
    DUPLICATE_RESOURCE = 92;
    UNACCEPTABLE_CREDENTIAL = 93;
    INVALID_UPDATE_VERSION = 95;
    UNKNOWN_TOPIC_ID = 100;
    DUPLICATE_BROKER_REGISTRATION = 101;
    BROKER_ID_NOT_REGISTERED = 102;
    INCONSISTENT_CLUSTER_ID = 104;
}

impl From<ErrorCode> for headrace_wire::ErrorCode {
    fn from(code: ErrorCode) -> Self {
        headrace_wire::ErrorCode::try_from(code.0)
            .unwrap_or(headrace_wire::ErrorCode::UnknownServerError)
    }
}

impl std::fmt::Debug for ErrorCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "error code {}", self.0),
        }
    }
}

impl std::fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(self, f)
    }
}

/// A refusal: what kind it is for a client, and why in words for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message} ({code})")]
pub struct ControllerError {
    /// The Kafka error code that a client gets.
    pub code: ErrorCode,
    /// One sentence that names what to change.
    pub message: String,
}

impl ControllerError {
    /// A refusal with `code`.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> ControllerError {
        ControllerError { code, message: message.into() }
    }
}

/// Shorthand of the controller's modules.
pub(crate) fn refuse<T>(code: ErrorCode, message: impl Into<String>) -> Result<T, ControllerError> {
    Err(ControllerError::new(code, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_mean_what_the_protocol_says() {
        for code in ErrorCode::ALL {
            let wire = headrace_wire::ErrorCode::from(*code);
            assert_eq!(wire.code(), code.0);
            assert_eq!(Some(wire.name()), code.name());
        }
    }
}
