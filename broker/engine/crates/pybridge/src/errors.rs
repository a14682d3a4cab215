//! The engine's errors as the control plane sees them: a code, a sentence, a setting.
//!
//! `headrace/errors.py` has one row for each code (a test compares the two lists), which says what
//! exception, exit status and HTTP status it is.

use std::io;

use headrace_cluster::controller::ErrorCode;
use headrace_cluster::identity::IdentityError;
use headrace_cluster::{ControllerError, PartitionError, StartError};
use headrace_server::ServerError;
use serde::Serialize;

macro_rules! codes {
    ($($name:ident = $text:literal: $doc:literal;)*) => {
        /// Kinds of errors that cross the bridge.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code {
            $(#[doc = $doc] $name,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Code] = &[$(Code::$name,)*];

            /// The code's name on the bridge.
            pub fn name(self) -> &'static str {
                match self {
                    $(Code::$name => $text,)*
                }
            }
        }
    };
}

codes! {
    ConfigInvalid = "config_invalid": "A setting makes no sense.";
    OtherCluster = "other_cluster": "The data folder belongs to another cluster.";
    OtherNode = "other_node": "The data folder belongs to another node.";
    AddressInUse = "address_in_use": "A port is taken or an address is not ours.";
    DataFolderInUse = "data_folder_in_use": "Another process works on the data folder.";
    DataFolderDamaged = "data_folder_damaged": "The data folder's files are not sound.";
    DataFolderNewer = "data_folder_newer": "A newer release wrote the data folder.";
    Storage = "storage": "The disk failed.";
    InvalidArgument = "invalid_argument": "The request makes no sense.";
    UnknownOperation = "unknown_operation": "There is no such operation.";
    NotFound = "not_found": "There is no such node, topic or partition.";
    AlreadyExists = "already_exists": "It is there already.";
    Refused = "refused": "The cluster does not allow it now.";
    NotReady = "not_ready": "The node has not joined its cluster yet.";
    NoLeader = "no_leader": "Nobody leads the group now.";
    Busy = "busy": "Too much is under way.";
    ShuttingDown = "shutting_down": "The node is stopping.";
    TimedOut = "timed_out": "No answer in time; it may yet happen.";
    Internal = "internal": "A bug.";
}

/// An error on its way to Python.
#[derive(Clone, Debug)]
pub struct Failure {
    /// What kind.
    pub code: Code,
    /// One sentence for a person.
    pub message: String,
    /// The property to change, as in headrace.yaml, or empty.
    pub setting: &'static str,
}

/// A failure as Python reads it.
#[derive(Clone, Debug, Serialize)]
pub struct Shown {
    code: &'static str,
    message: String,
    setting: &'static str,
}

impl Failure {
    /// An error that is about no setting.
    pub fn new(code: Code, message: impl Into<String>) -> Failure {
        Failure { code, message: message.into(), setting: "" }
    }

    /// `{"code", "message", "setting"}`.
    pub fn shown(&self) -> Shown {
        let (code, message) = (self.code.name(), self.message.clone());
        Shown { code, message, setting: self.setting }
    }

    /// The same as text.
    pub fn to_json(&self) -> String {
        serde_json::to_string(&self.shown()).unwrap_or_default()
    }
}

/// The name in headrace.yaml of a field of the engine's configuration.
fn yaml_name(field: &'static str) -> &'static str {
    match field {
        "data_dir" => "data_directory",
        "seeds" => "seed_servers",
        "rpc_listen" => "rpc_server",
        "rpc_advertised" => "advertised_rpc_api",
        "election_timeout_ms" => "raft_election_timeout_ms",
        "heartbeat_ms" => "raft_heartbeat_interval_ms",
        other => other,
    }
}

fn bind_code(source: &io::Error) -> Code {
    match source.kind() {
        io::ErrorKind::AddrInUse | io::ErrorKind::AddrNotAvailable => Code::AddressInUse,
        _ => Code::ConfigInvalid,
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Failure {
        Failure::from(&error)
    }
}

impl From<&StartError> for Failure {
    fn from(error: &StartError) -> Failure {
        let code = match error {
            StartError::Config { .. } => Code::ConfigInvalid,
            StartError::Identity(inner) => match inner {
                IdentityError::Io { .. } => Code::Storage,
                IdentityError::Damaged { .. } => Code::DataFolderDamaged,
                IdentityError::Newer { .. } => Code::DataFolderNewer,
                IdentityError::OtherCluster { .. } => Code::OtherCluster,
                IdentityError::OtherNode { .. } => Code::OtherNode,
            },
            StartError::Locked { .. } => Code::DataFolderInUse,
            StartError::Bind { source, .. } => bind_code(source),
            StartError::Storage { .. } => Code::DataFolderDamaged,
            StartError::Io { .. } => Code::Storage,
        };
        Failure { code, message: error.to_string(), setting: yaml_name(error.setting()) }
    }
}

impl From<ServerError> for Failure {
    fn from(error: ServerError) -> Failure {
        let code = match &error {
            ServerError::Config(_) => Code::ConfigInvalid,
            ServerError::Bind(_) => Code::AddressInUse,
        };
        Failure { code, message: error.to_string(), setting: error.setting() }
    }
}

/// The kind of a refusal, by the Kafka code that the controller gave.
fn refusal(code: ErrorCode) -> Code {
    match code {
        ErrorCode::UNKNOWN_TOPIC_OR_PARTITION
        | ErrorCode::UNKNOWN_TOPIC_ID
        | ErrorCode::BROKER_ID_NOT_REGISTERED => Code::NotFound,
        ErrorCode::TOPIC_ALREADY_EXISTS => Code::AlreadyExists,
        ErrorCode::POLICY_VIOLATION
        | ErrorCode::TOPIC_DELETION_DISABLED
        | ErrorCode::DUPLICATE_BROKER_REGISTRATION
        | ErrorCode::INCONSISTENT_CLUSTER_ID => Code::Refused,
        ErrorCode::UNKNOWN_SERVER_ERROR => Code::Internal,
        _ => Code::InvalidArgument,
    }
}

impl From<headrace_cluster::controller::ControllerError> for Failure {
    fn from(error: headrace_cluster::controller::ControllerError) -> Failure {
        Failure::new(refusal(error.code), error.message)
    }
}

impl From<ControllerError> for Failure {
    fn from(error: ControllerError) -> Failure {
        match error {
            ControllerError::Refused(inner) => inner.into(),
            ControllerError::NoLeader => Failure::new(Code::NoLeader, error.to_string()),
            ControllerError::TimedOut => Failure::new(Code::TimedOut, error.to_string()),
            ControllerError::ShuttingDown => Failure::new(Code::ShuttingDown, error.to_string()),
        }
    }
}

impl From<PartitionError> for Failure {
    fn from(error: PartitionError) -> Failure {
        let code = match &error {
            PartitionError::NotLeader { .. } => Code::NoLeader,
            PartitionError::TimedOut => Code::TimedOut,
            PartitionError::Fenced(_) | PartitionError::Storage(_) => Code::Storage,
            PartitionError::Overloaded => Code::Busy,
            PartitionError::ShuttingDown => Code::ShuttingDown,
            PartitionError::NotEnoughReplicas | PartitionError::NotEnoughReplicasAfterAppend => {
                Code::Refused
            }
            _ => Code::InvalidArgument,
        };
        Failure::new(code, error.to_string())
    }
}
