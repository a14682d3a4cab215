//! Topic names: Kafka's rules, and which topics are Headrace's own.

use std::collections::BTreeMap;

use super::error::{refuse, ControllerError, ErrorCode};

/// The longest topic name, as in Kafka: a folder is named after it.
pub const MAX_NAME_BYTES: usize = 249;
/// Committed offsets and members of consumer groups.
pub const CONSUMER_OFFSETS: &str = "__consumer_offsets";
/// Open transactions.
pub const TRANSACTION_STATE: &str = "__transaction_state";
/// What share groups know of the records in flight (KIP-932).
pub const SHARE_GROUP_STATE: &str = "__share_group_state";
/// What Kafka calls the controller's log: nobody may create a topic of that name.
const CLUSTER_METADATA: &str = "__cluster_metadata";

/// Whether a topic is Headrace's own.
pub fn is_internal(name: &str) -> bool {
    matches!(name, CONSUMER_OFFSETS | TRANSACTION_STATE | SHARE_GROUP_STATE)
}

/// Checks properties that a topic of this name may not have.
///
/// # Errors
/// `INVALID_CONFIG`.
pub fn check_overrides(
    name: &str,
    overrides: &BTreeMap<String, String>,
) -> Result<(), ControllerError> {
    if is_internal(name) && overrides.get("write.caching").is_some_and(|value| value == "true") {
        let why = format!("what is acknowledged in '{name}' is always synced: no write.caching");
        return refuse(ErrorCode::INVALID_CONFIG, why);
    }
    Ok(())
}

/// Checks a new topic's name by itself.
///
/// # Errors
/// `INVALID_TOPIC_EXCEPTION`, with the rule that it breaks.
pub fn check(name: &str) -> Result<(), ControllerError> {
    let invalid = |why: String| refuse(ErrorCode::INVALID_TOPIC_EXCEPTION, why);
    if name.is_empty() {
        return invalid("a topic name must not be empty".into());
    }
    if name == "." || name == ".." {
        return invalid("a topic must not be called '.' or '..'".into());
    }
    if name.len() > MAX_NAME_BYTES {
        return invalid(format!(
            "the topic name has {} bytes; at most {MAX_NAME_BYTES} are allowed",
            name.len()
        ));
    }
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if let Some(bad) = name.chars().find(|c| !legal(*c)) {
        return invalid(format!(
            "topic name '{}' contains {bad:?}; only ASCII letters, digits, '.', '_' and '-' \
             are allowed",
            name.escape_debug()
        ));
    }
    if name == CLUSTER_METADATA {
        return invalid(format!("{CLUSTER_METADATA} is reserved"));
    }
    Ok(())
}

/// Metrics of '.' and '_' look the same, so Kafka refuses names that differ in nothing else.
pub fn collides(a: &str, b: &str) -> bool {
    let fold = |c: u8| if c == b'.' { b'_' } else { c };
    a.len() == b.len() && a.bytes().map(fold).eq(b.bytes().map(fold))
}
